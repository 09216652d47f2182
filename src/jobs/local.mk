# sources of src/jobs, in alphabetical order
libpgtend_a_SOURCES +=
