# sources of src/fresh, in alphabetical order
libpgtend_a_SOURCES += \
	src/fresh/copy.c
