# sources of src/preflight, in alphabetical order
