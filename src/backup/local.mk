# sources of src/backup, in alphabetical order
libpgtend_a_SOURCES +=
