# sources of src/fresh, in alphabetical order
libpgtend_a_SOURCES += \
	src/fresh/beside.c \
	src/fresh/clone.c \
	src/fresh/copy.c
