# sources of src/sessions, in alphabetical order
