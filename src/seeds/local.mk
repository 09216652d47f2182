# sources of src/seeds, in alphabetical order
libpgtend_a_SOURCES += \
	src/seeds/environment.c \
	src/seeds/exec.c \
	src/seeds/files.c \
	src/seeds/program.c \
	src/seeds/record.c \
	src/seeds/say.c \
	src/seeds/scan.c \
	src/seeds/seed.c \
	src/seeds/seeds_internal.h \
	src/seeds/status.c \
	src/seeds/whole.c
EXTRA_DIST += src/seeds/record.h
