# sources of src/console, in alphabetical order
libpgtend_a_SOURCES +=
