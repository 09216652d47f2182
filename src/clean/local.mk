# sources of src/clean, in alphabetical order
libpgtend_a_SOURCES += \
	src/clean/clean.c \
	src/clean/clean_internal.h \
	src/clean/load.c \
	src/clean/message.c \
	src/clean/preview.c \
	src/clean/set.c
