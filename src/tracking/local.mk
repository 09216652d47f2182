# sources of src/tracking, in alphabetical order
libpgtend_a_SOURCES += \
	src/tracking/acts.c \
	src/tracking/chunks.c \
	src/tracking/compress.c \
	src/tracking/compress_do.c \
	src/tracking/drop.c \
	src/tracking/hypertables.c \
	src/tracking/jobs.c \
	src/tracking/jobs_do.c \
	src/tracking/jobs_say.c \
	src/tracking/names.c \
	src/tracking/refresh.c \
	src/tracking/refresh_look.c \
	src/tracking/set.c \
	src/tracking/set_say.c
