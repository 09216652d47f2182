# sources of src/maintain, in alphabetical order
