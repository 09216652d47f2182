# sources of src/pitr, in alphabetical order
libpgtend_a_SOURCES += \
	src/pitr/pitr_internal.h \
	src/pitr/conf.c \
	src/pitr/place.c \
	src/pitr/probe.c
