# sources of src/lifecycle, in alphabetical order
libpgtend_a_SOURCES +=
