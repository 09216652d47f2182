# sources of src/tracking, in alphabetical order
libpgtend_a_SOURCES += \
	src/tracking/acts.c \
	src/tracking/chunks.c \
	src/tracking/jobs.c \
	src/tracking/jobs_do.c
