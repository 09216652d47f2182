# sources of src/orphans, in alphabetical order
libpgtend_a_SOURCES += \
	src/orphans/again.c \
	src/orphans/keys.c \
	src/orphans/merge.c \
	src/orphans/orphans.c \
	src/orphans/orphans_internal.h \
	src/orphans/side.c
