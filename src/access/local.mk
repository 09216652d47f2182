# sources of src/access, in alphabetical order
