# sources of src/doctor, in alphabetical order
