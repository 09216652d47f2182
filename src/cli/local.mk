# sources of src/cli, in alphabetical order
libpgtend_a_SOURCES += \
	src/cli/arguments.c \
	src/cli/ask.c \
	src/cli/oneshot.c \
	src/cli/print_csv.c \
	src/cli/print_json.c \
	src/cli/print_table.c \
	src/cli/progress.c \
	src/cli/results.c \
	src/cli/words.c
EXTRA_DIST += src/cli/progress.h src/cli/results.h
