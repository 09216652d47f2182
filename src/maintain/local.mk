# sources of src/maintain, in alphabetical order
libpgtend_a_SOURCES += \
	src/maintain/chore.c \
	src/maintain/internal.h \
	src/maintain/items.c \
	src/maintain/reindex.c \
	src/maintain/reindex_plan.c \
	src/maintain/targets.c \
	src/maintain/vacuum.c
