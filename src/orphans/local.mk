# sources of src/orphans, in alphabetical order
