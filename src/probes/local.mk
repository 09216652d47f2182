# sources of src/probes, in alphabetical order
libpgtend_a_SOURCES +=
