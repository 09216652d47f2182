# sources of src/jobs, in alphabetical order
libpgtend_a_SOURCES += \
	src/jobs/audit.c \
	src/jobs/guard.c \
	src/jobs/job.c
