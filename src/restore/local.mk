# sources of src/restore, in alphabetical order
libpgtend_a_SOURCES += \
	src/restore/plain.c \
	src/restore/plain_statement.c
EXTRA_DIST += src/restore/plain.h src/restore/plain_private.h
