/* fleet/fleet.h - what is tended: servers, databases, poolers, and what is known of each.
 *
 * Owns: the objects, their sessions, capabilities, identity, and the facts that probes filled.
 * Data goes one way: probes write facts here; panes, verbs, health read them.
 */
#ifndef PGTEND_FLEET_FLEET_H
#define PGTEND_FLEET_FLEET_H

#include <stdbool.h>
#include <stdint.h>

#include "pgtend/config/config.h"
#include "pgtend/core/event.h"
#include "pgtend/core/table.h"
#include "pgtend/loop/loop.h"
#include "pgtend/pg/session.h"

/* One set of facts as a probe last filled it. */
struct facts {
	struct table *table;      /* NULL: not yet. Stays when a later try fails (then it is stale) */
	int64_t taken_us;         /* wall clock of `table`; 0 */
	double took_ms;
	struct table *before;     /* the table before that one, for rates; NULL */
	int64_t before_us;
	struct err err;           /* of the last try; ERR_NONE when it worked */
	bool is_asked;            /* a question is on its way */
	int64_t asked_ms;         /* loop time of it */
};

/* Each probe has one number; the registry in probes/ says its scope. */
enum fact {
	FACT_SERVER,        /* server: version, identity, settings */
	FACT_DATABASES,     /* server: pg_stat_database of all its databases, sizes (slow) */
	FACT_ACTIVITY,      /* server: sessions with waits and blockers */
	FACT_LOCKS,         /* server: locks that are waited for, who holds them, prepared transactions (sessions/ makes the tree of them) */
	FACT_HORIZON,       /* server: who holds the xmin horizon back */
	FACT_PROGRESS,      /* server: vacuum, analyze, create index, cluster, copy, base backup at work */
	FACT_REPLICATION,   /* server: standbys and slots */
	FACT_WAL,           /* server: one row: log, checkpoints, background writer */
	FACT_WRAPAROUND,    /* server: age of the oldest transaction and multixact, by database */
	FACT_SETTINGS,      /* server: settings that matter */
	FACT_DISK,          /* server: what lies in which folder, as far as it tells */
	FACT_TLS,           /* server: whether sessions are encrypted, the certificate's end */
	FACT_EXTENSIONS,    /* database: extensions, with the newer versions at hand */
	FACT_STATEMENTS,    /* database: pg_stat_statements */
	FACT_OLDEST_TABLES, /* database: the tables that hold its oldest transactions */
	FACT_SEQUENCES,     /* database: sequences and how near their end they are */
	FACT_INDEXES,       /* database: indexes and what is wrong with them */
	FACT_BLOAT,         /* database: how much of the biggest tables is air */
	FACT_VECTORS,       /* database: columns of pgvector and their indexes */
	FACT_TABLES,        /* database: sizes and counters by table, chunks folded */
	FACT_DEAD_ROWS,     /* database: the tables with most dead rows */
	FACT_MIGRATIONS,    /* database: files against the history table (filled by migrate/) */
	FACT_SEEDS,         /* database: the seeds folder against what ran of it (filled by seeds/) */
	FACT_CHUNKS,        /* database: one row a hypertable or continuous aggregate, verdicts */
	FACT_CHUNK_LIST,    /* database: one row a chunk */
	FACT_POLICIES,      /* database: TimescaleDB jobs */
	FACT_INGEST,        /* database: whether rows arrive, by hypertable and source */
	FACT_AGGREGATES,    /* database: one row a continuous aggregate, how fresh it is */
	FACT_BACKUP,        /* database: newest backup found in backup_dir (files, no session) */
	FACT_BACKUPS,       /* database: one row a backup (files, no session) */
	FACT_ARCHIVER,      /* server: what archives its log, and how far it has come (filled by pitr/) */
	FACT_POINTS,        /* server: what pgBackRest keeps of it (asks pgBackRest; after FACT_ARCHIVER, which it reads; filled by pitr/) */
	FACT_RESTORES,      /* database: restores of it that are at work on its server, or were interrupted (filled by restore/) */
	FACT_COPIES,        /* database: templates, spares, snapshots beside it, and what runs that died left of them (filled by fresh/) */
	FACT_POOLS,         /* pooler: SHOW POOLS */
	FACT_POOL_CLIENTS,  /* pooler: SHOW CLIENTS and SHOW SERVERS, tied together */
	FACT_COUNT,
};

enum capability { CAP_CANCEL, CAP_TIMEOUTS, CAP_CREATE_DATABASE, CAP_DUMP, CAP_MANY_SESSIONS, CAP_COPY_IN, CAP_ACTIVITY, CAP_COUNT };

/* Puts a new table (taken over) in place, the old one becomes `before`. */
void facts_put(struct facts *facts, struct table *table, double took_ms);
/* The table is the caller's now, for who asks only once. */
struct table *facts_take(struct facts *facts);
void facts_fail(struct facts *facts, const struct err *err);
/* As if they were never asked: what they tell of is gone. */
void facts_forget(struct facts *facts);

struct server {
	const struct config *config;   /* borrowed */
	const struct section *section; /* of the first database on it, whose address is asked */
	char *label;                   /* "unix:/tmp/x:5433" or "db1:5432" or its section's name */
	char *host;                    /* as configured, or the socket folder */
	int port;
	struct conninfo *info;         /* of the first database on it, for server-wide questions */
	struct session *session;       /* server-wide questions; opened on need */
	bool is_known;                 /* capabilities and identity were read */
	bool has[CAP_COUNT];
	char *lacks[CAP_COUNT];        /* why not, in words; NULL when it has it */
	int version_num;
	char *version;                 /* "15.18" */
	char *system_identifier;
	bool is_in_recovery;
	struct facts facts[FACT_COUNT];
	int64_t locks_planned_us;      /* session_connected_us() of the connection in which the question for locks is prepared; 0: in none */
	int running_sessions;
};

struct database {
	const char *name;              /* section's name; borrowed from the configuration */
	char *dbname;                  /* the database's name in the connection: what guards ask for */
	const struct config *config;   /* borrowed */
	const struct section *section;
	enum environment environment;
	struct server *server;
	struct conninfo *info;
	struct conninfo *direct;       /* NULL: info is direct */
	struct session *session;       /* local questions; opened on need */
	int verbs;                     /* how many are at work on it and ask through that session: it is not closed under them */
	int64_t oid;                   /* 0 until known */
	bool has_timescaledb;          /* once known */
	char *timescaledb_version;
	char *timescaledb_license;
	struct facts facts[FACT_COUNT];
	struct database *depends[16];
	int depends_count;
	/* Growth by the samples, read again at most once a minute (health_overview). */
	bool has_growth;
	double growth_bytes_per_day;
	int64_t growth_since_us;       /* without growth yet: since when it counts; 0: no sample */
	int64_t growth_read_us;        /* wall clock; 0: never */
	/* How its catalogs looked at the last whole look at its tables: until something came or went, most of them need not be asked each minute. */
	struct { int64_t relations, newest, taken_us; } tables_seen;
	double response_ms;            /* of the last answered question, there and back; negative: none yet */
};

struct pooler {
	const char *name;
	const struct config *config;   /* borrowed */
	const struct section *section;
	struct conninfo *info;
	struct session *session;
	struct facts facts[FACT_COUNT];
};

struct fleet {
	struct loop *loop;
	const struct config *config;
	struct event_bus *bus;
	struct server **servers;
	int server_count;
	struct database **databases;   /* configuration order */
	int database_count;
	int left_out_count; /* databases of the configuration that this machine cannot fill: fleet_is_whole() */
	struct pooler **poolers;
	int pooler_count;
	bool is_staying;               /* the console has it: what is to be done behind a verb is a job of its own there (report_follow()), no process behind our back. Taken back when it ends: what was begun like that goes on as a process then */
	struct limits_memory *memory;  /* which limits were passed (limits.h) */
};

/* Builds the objects; databases with the same host and port share one server. Opens nothing. err: unknown `depends`, a circle, a URL that cannot be read. */
PGTEND_CHECK struct fleet *fleet_new(struct loop *loop, const struct config *config, struct event_bus *bus, struct err *err);
void fleet_free(struct fleet *fleet);

/* By section name, else by the server's database name; NULL and *err (nearest name) when unknown or ambiguous. */
struct database *fleet_find(const struct fleet *fleet, const char *name, struct err *err);
/* false (ERR_CONFIG): databases of the configuration are left out, because this machine has not their variables or .env files: which, and what the first
 * lacks. What is asked of all of them cannot be done. */
PGTEND_CHECK bool fleet_is_whole(const struct fleet *fleet, struct err *err);
/* In a task: the names of all databases of the first one's server that may be connected to, templates left out. */
PGTEND_CHECK bool fleet_list_wait(struct fleet *fleet, int deadline_ms, struct words *dbnames, struct err *err);
/* All databases so that each stands behind those it depends on. The array is the caller's. */
struct database **fleet_in_order(const struct fleet *fleet);

/* The facts of a database: its own, or (server-wide ones) those of its server. */
const struct facts *database_facts(const struct database *database, enum fact fact);
/* The row of FACT_DATABASES that speaks of this database; -1: not asked yet or not there. */
int database_row(const struct database *database, const struct table *databases);

/* Of the state folder: FOLDER/HOST-PORT-DBNAME[-SUFFIX].json. The server's address is part of the name: two checkouts may both call a database "core".
 * suffix NULL: none. Caller frees. */
char *database_state_path(const struct database *database, const char *folder, const char *suffix);

/* Read-only session for questions, made on need, not opened yet when new. */
struct session *server_session(struct fleet *fleet, struct server *server);
struct session *database_session(struct fleet *fleet, struct database *database);
struct session *pooler_session(struct fleet *fleet, struct pooler *pooler);
/* Like the panes' one, shared with nobody: for who wants to see the connection itself being made. dbname NULL: the database itself. Caller frees. */
struct session *database_look_session(struct fleet *fleet, struct database *database, const char *dbname, bool is_direct);
/* A session of its own for one action: writable, no statement_timeout, lock_timeout as given (0: server's), application_name "pgtend VERB". is_direct: the `direct =` address. dbname NULL: the database itself, else another one of its server ("postgres"). Caller frees. */
struct session *database_action_session(struct fleet *fleet, struct database *database, const char *dbname, const char *verb, int lock_timeout_ms, bool is_direct);
/* The same for a file of the team's: dates and intervals are read as the database's own settings say. */
struct session *database_file_session(struct fleet *fleet, struct database *database, const char *verb, int lock_timeout_ms);

/* Reads capabilities, identity, TimescaleDB's presence of a database's server through `session` (in a task), once. */
PGTEND_CHECK bool database_learn_wait(struct fleet *fleet, struct database *database, struct session *session, struct err *err);
/* The same whatever is known already: a migration may have made the extension, or dropped it. */
PGTEND_CHECK bool database_learn_again_wait(struct fleet *fleet, struct database *database, struct session *session, struct err *err);
/* ERR_UNSUPPORTED in words when the server lacks it. Call after database_learn_wait(). */
PGTEND_CHECK bool database_can(const struct database *database, enum capability capability, struct err *err);
/* On a standby nothing is written, whatever the role may: said as advice ("clean its primary"). Call after database_learn_again_wait(). */
PGTEND_CHECK bool database_refuse_standby(const struct database *database, const char *advice, struct err *err);
/* For what never runs in production (seed, clean, reset, snapshot, rewind): ERR_REFUSED as soon as `environment` or NODE_ENV says so. */
PGTEND_CHECK bool database_refuse_production(const struct database *database, const char *verb, struct err *err);

/* What a guard pins: the target is the same when both agree. */
struct identity { char system_identifier[32]; int64_t oid; char dbname[64]; };
PGTEND_CHECK bool database_identity_wait(struct fleet *fleet, struct database *database, struct session *session, struct identity *identity, struct err *err);

#endif
