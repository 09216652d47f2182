# sources of src/timescale, in alphabetical order
libpgtend_a_SOURCES += \
	src/timescale/forecast.c \
	src/timescale/forecast.h \
	src/timescale/hypertables.c \
	src/timescale/hypertables.h \
	src/timescale/ingest.h \
	src/timescale/ingest_ask.c \
	src/timescale/ingest_judge.c \
	src/timescale/ingest_question.c \
	src/timescale/ingest_rate.c \
	src/timescale/ingest_read.c \
	src/timescale/ingest_sql.c \
	src/timescale/ingest_with_chunks.c \
	src/timescale/internal.h \
	src/timescale/judge.c \
	src/timescale/judge_cause.c \
	src/timescale/judge_chunks.c \
	src/timescale/policies.c \
	src/timescale/probe_aggregates.c \
	src/timescale/probe_chunk_list.c \
	src/timescale/probe_chunks.c \
	src/timescale/probe_ingest.c \
	src/timescale/probe_policies.c \
	src/timescale/ratio.c \
	src/timescale/registry.c
