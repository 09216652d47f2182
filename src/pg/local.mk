# sources of src/pg, in alphabetical order
libpgtend_a_SOURCES +=
