# sources of src/config, in alphabetical order
libpgtend_a_SOURCES += \
	src/config/conninfo.c \
	src/config/conninfo_child.c \
	src/config/conninfo_internal.h
