# sources of src/restore, in alphabetical order
libpgtend_a_SOURCES += \
	src/restore/check.c \
	src/restore/contents.c \
	src/restore/count.c \
	src/restore/fill.c \
	src/restore/needs.c \
	src/restore/plain.c \
	src/restore/plain_statement.c \
	src/restore/restore.c \
	src/restore/scratch.c \
	src/restore/settings.c \
	src/restore/sweep.c \
	src/restore/timescale.c \
	src/restore/unpack.c
EXTRA_DIST += src/restore/plain.h src/restore/plain_private.h
