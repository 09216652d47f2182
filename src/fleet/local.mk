# sources of src/fleet, in alphabetical order
libpgtend_a_SOURCES +=
