# sources of src/ui, in alphabetical order
libpgtend_a_SOURCES +=
