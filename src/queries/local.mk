# sources of src/queries, in alphabetical order
