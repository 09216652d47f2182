# sources of src/probes, in alphabetical order
libpgtend_a_SOURCES += \
	src/probes/collect.c \
	src/probes/collector.c \
	src/probes/internal.h \
	src/probes/probe_activity.c \
	src/probes/probe_databases.c \
	src/probes/probe_dead_rows.c \
	src/probes/index_twins.c \
	src/probes/index_twins.h \
	src/probes/probe_indexes.c \
	src/probes/probe_pools.c \
	src/probes/probe_server.c \
	src/probes/probe_tables.c \
	src/probes/registry.c \
	src/probes/round.c \
	src/probes/round.h \
	src/probes/sizes.c
