# sources of src/sandbox, in alphabetical order
libpgtend_a_SOURCES +=
