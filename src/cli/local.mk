# sources of src/cli, in alphabetical order
libpgtend_a_SOURCES +=
