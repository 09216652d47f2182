# sources of src/commands, in alphabetical order
libpgtend_a_SOURCES +=
