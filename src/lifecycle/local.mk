# sources of src/lifecycle, in alphabetical order
libpgtend_a_SOURCES += \
	src/lifecycle/clean.c \
	src/lifecycle/clean_internal.h \
	src/lifecycle/clean_load.c \
	src/lifecycle/clean_preview.c \
	src/lifecycle/clean_set.c \
	src/lifecycle/clean_sql.c \
	src/lifecycle/common.c \
	src/lifecycle/common.h \
	src/lifecycle/create.c \
	src/lifecycle/create_extensions.c \
	src/lifecycle/create_internal.h \
	src/lifecycle/seed.c \
	src/lifecycle/seed_exec.c \
	src/lifecycle/seed_files.c \
	src/lifecycle/seed_internal.h \
	src/lifecycle/seed_say.c \
	src/lifecycle/seed_scan.c \
	src/lifecycle/seed_sql.c
