# sources of src/config, in alphabetical order
libpgtend_a_SOURCES +=
