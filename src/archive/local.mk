# sources of src/archive, in alphabetical order
libpgtend_a_SOURCES += \
	src/archive/manifest.c \
	src/archive/place.c \
	src/archive/readback.c
