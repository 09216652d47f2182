# sources of src/pitr, in alphabetical order
