# sources of src/loop, in alphabetical order
libpgtend_a_SOURCES +=
