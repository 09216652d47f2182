/* internal.h - what the probes share. Nobody outside of probes/ includes it. */
#ifndef PGTEND_PROBES_INTERNAL_H
#define PGTEND_PROBES_INTERNAL_H

#include "pgtend/probes/probe.h"
#include "pgtend/probes/sizes.h"

/* Asks one question and adds its rows. result: where its other columns matter, to be freed by the caller in either case; NULL: they do not. */
PGTEND_CHECK bool probe_fill(struct session *session, const char *sql, int deadline_ms, struct table *table, struct result **result, struct err *err);
/* ERR_UNSUPPORTED where the server (PGlite) has no sessions, log and standbys to speak of. */
PGTEND_CHECK bool probe_needs_statistics(const struct probe_target *target, struct err *err);
/* A column of yes and no. */
bool probe_flag(const struct result *result, int row, const char *column);
/* setting.c: the setting as people write it: 16384 of "8kB" is "128MB". Caller frees. */
char *setting_text(const char *value, const char *unit);
/* The same of a value as somebody typed it for a database or a role ("0ms", "TRUE", "ALL"); vartype as pg_settings has it, NULL: as it stands. Caller frees. */
char *setting_typed_text(const char *value, const char *vartype, const char *unit);
/* Whether its value may hold a password: commands, connections, and what applications keep in settings of their own. */
bool setting_is_secret(const char *name);
/* setting_concerns.c: fills verdict and concern of all rows. */
void setting_judge(struct table *settings);

extern const struct probe probe_replication;
extern const struct probe probe_wal;
extern const struct probe probe_wraparound;
extern const struct probe probe_oldest_tables;
extern const struct probe probe_sequences;
extern const struct probe probe_settings;
extern const struct probe probe_extensions;
extern const struct probe probe_disk;
extern const struct probe probe_server;
extern const struct probe probe_dead_rows;
extern const struct probe probe_databases;
extern const struct probe probe_activity;
extern const struct probe probe_bloat;
extern const struct probe probe_indexes;
extern const struct probe probe_vectors;
extern const struct probe probe_tables;
extern const struct probe probe_tls;
extern const struct probe probe_pools;
extern const struct probe probe_pool_clients;
extern const struct probe probe_statements;

/* The numbers in these columns (NULL ends) of all rows, as an array: "{1,2}". Caller frees. */
char *probe_oids(const struct result *result, const char *const *names);
/* bloat_bytes and bloat_ratio of a row that has `pages` and wants only so many. */
void probe_set_bloat(struct table *table, int row, double pages, double wanted, int64_t block);

#endif
