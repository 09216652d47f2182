# sources of src/clean, in alphabetical order
libpgtend_a_SOURCES += \
	src/clean/act.c \
	src/clean/clean.c \
	src/clean/clean_internal.h \
	src/clean/empty.c \
	src/clean/load.c \
	src/clean/message.c \
	src/clean/preview.c \
	src/clean/set.c \
	src/clean/tell.c \
	src/clean/way.c
