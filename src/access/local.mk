# sources of src/access, in alphabetical order
libpgtend_a_SOURCES += \
	src/access/access_internal.h \
	src/access/check.c \
	src/access/grant.c \
	src/access/show.c
