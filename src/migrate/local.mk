# sources of src/migrate, in alphabetical order
libpgtend_a_SOURCES +=
