# sources of src/probes, in alphabetical order
libpgtend_a_SOURCES += \
	src/probes/ask.c \
	src/probes/collect.c \
	src/probes/collector.c \
	src/probes/here.c \
	src/probes/index_twins.c \
	src/probes/index_twins.h \
	src/probes/internal.h \
	src/probes/probe_activity.c \
	src/probes/probe_databases.c \
	src/probes/probe_dead_rows.c \
	src/probes/probe_disk.c \
	src/probes/probe_extensions.c \
	src/probes/probe_indexes.c \
	src/probes/pool_links.c \
	src/probes/pooler_answer.c \
	src/probes/pooler_answer.h \
	src/probes/probe_pool_clients.c \
	src/probes/probe_pools.c \
	src/probes/probe_replication.c \
	src/probes/probe_sequences.c \
	src/probes/probe_server.c \
	src/probes/probe_settings.c \
	src/probes/probe_tables.c \
	src/probes/probe_tls.c \
	src/probes/probe_wal.c \
	src/probes/probe_wraparound.c \
	src/probes/rates.c \
	src/probes/registry.c \
	src/probes/round.c \
	src/probes/round.h \
	src/probes/setting.c \
	src/probes/setting_concerns.c \
	src/probes/sizes.c
