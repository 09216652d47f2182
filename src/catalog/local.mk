# sources of src/catalog, in alphabetical order
libpgtend_a_SOURCES +=
