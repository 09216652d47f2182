# sources of src/core, in alphabetical order
libpgtend_a_SOURCES +=
