# sources of src/maintain, in alphabetical order
libpgtend_a_SOURCES += \
	src/maintain/archive.h \
	src/maintain/archive_do.c \
	src/maintain/archive_file.c \
	src/maintain/archive_plan.c \
	src/maintain/chore.c \
	src/maintain/findings.c \
	src/maintain/internal.h \
	src/maintain/items.c \
	src/maintain/jobs.c \
	src/maintain/reindex.c \
	src/maintain/reindex_plan.c \
	src/maintain/targets.c \
	src/maintain/vacuum.c
