# sources of src/timescale, in alphabetical order
libpgtend_a_SOURCES += \
	src/timescale/internal.h \
	src/timescale/judge.c \
	src/timescale/judge_chunks.c \
	src/timescale/policies.c \
	src/timescale/probe_chunks.c \
	src/timescale/probe_policies.c \
	src/timescale/registry.c
