# sources of src/restore, in alphabetical order
libpgtend_a_SOURCES += \
	src/restore/act.c \
	src/restore/check.c \
	src/restore/contents.c \
	src/restore/count.c \
	src/restore/fill.c \
	src/restore/intent.c \
	src/restore/leftover.c \
	src/restore/live.c \
	src/restore/needs.c \
	src/restore/packed.c \
	src/restore/place.c \
	src/restore/plain.c \
	src/restore/plain_contents.c \
	src/restore/plain_fill.c \
	src/restore/plain_rows.c \
	src/restore/plain_statement.c \
	src/restore/probe.c \
	src/restore/restore.c \
	src/restore/settings.c \
	src/restore/target.c \
	src/restore/timescale.c \
	src/restore/unpack.c
