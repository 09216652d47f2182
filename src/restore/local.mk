# sources of src/restore, in alphabetical order
