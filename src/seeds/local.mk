# sources of src/seeds, in alphabetical order
libpgtend_a_SOURCES += \
	src/seeds/csv_read.c \
	src/seeds/csv_watch.c \
	src/seeds/environment.c \
	src/seeds/exec.c \
	src/seeds/files.c \
	src/seeds/header.c \
	src/seeds/load.c \
	src/seeds/load_error.c \
	src/seeds/load_rows.c \
	src/seeds/new.c \
	src/seeds/program.c \
	src/seeds/record.c \
	src/seeds/say.c \
	src/seeds/scan.c \
	src/seeds/seed.c \
	src/seeds/seeds_internal.h \
	src/seeds/status.c \
	src/seeds/target.c \
	src/seeds/transact.c \
	src/seeds/twice.c \
	src/seeds/whole.c
EXTRA_DIST += src/seeds/csv.h src/seeds/load.h src/seeds/record.h src/seeds/target.h
