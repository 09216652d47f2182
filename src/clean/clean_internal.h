/* src/clean/clean_internal.h - what the files of src/clean share.
 *
 * load.c asks the catalogs, set.c decides what goes and what stays, way.c how each table is emptied, act.c is the transaction with its tries,
 * empty.c what happens under the locks, message.c the statements, tell.c and preview.c the words.
 */
#ifndef PGTEND_CLEAN_INTERNAL_H
#define PGTEND_CLEAN_INTERNAL_H

#include "pgtend/clean/clean.h"

enum clean_kind { CLEAN_TABLE, CLEAN_PARTITIONED, CLEAN_HYPERTABLE, CLEAN_AGGREGATE, CLEAN_FOREIGN, CLEAN_VIEW };
enum clean_action {
	CLEAN_EMPTY,       /* a unit: its rows go, and those of its parts */
	CLEAN_WITH_PARENT, /* part of a unit */
	CLEAN_BY_PARTS,    /* a partitioned table with a part that stays: its other parts are units of their own */
	CLEAN_REFRESH,     /* materialized view */
	CLEAN_KEEP,
};
/* Of a unit. */
enum clean_way { CLEAN_UNTOUCHED, CLEAN_DELETE, CLEAN_TRUNCATE };

struct clean_relation {
	int64_t oid;
	char *schema, *name;
	char *quoted; /* "schema"."name" by libpq */
	enum clean_kind kind;
	enum clean_action action;
	const char *reason; /* CLEAN_KEEP: why, static */
	char *owner;
	int parent; /* index of the (first) parent; -1 */
	int unit;   /* index of the unit that it is part of, its own when it is one; -1: none */
	bool has_kept_part;
	bool is_only; /* a table that inherits from it stays */
	bool is_populated, is_extension_member, is_history;
	bool may_truncate, may_delete, may_select, is_owner;
	bool has_hidden_rows; /* row-level security hides some from this role */
	bool is_heap;         /* without a block there is no row */
	bool has_policies, has_rules, has_triggers, is_published; /* what bars a DELETE */
	bool has_chunks;
	int64_t rows_estimate; /* -1: unknown */
	int64_t pages_estimate;
	int64_t bytes; /* with its parts; -1: unknown */

	/* Known under the locks. */
	int64_t heap_bytes, toast_bytes;
	bool has_rows; /* or they cannot be seen */
	enum clean_way way;
	int64_t rows_before; /* -1: not counted */
	int64_t rows_after;
};
struct clean_sequence {
	int64_t oid;
	char *schema, *name, *quoted, *owner;
	int64_t owned_by;      /* 0: free */
	struct words drawn_by; /* oids as text */
	int64_t start;
	bool is_owner, may_read;
	bool is_in_set;    /* it may restart: what it numbers goes */
	bool is_moved;     /* or nobody can tell. Known under the locks */
	bool is_restarted; /* by its own ALTER SEQUENCE; those of tables that are truncated go with RESTART IDENTITY */
};
/* child -> parent, referencing -> referenced, reader -> source */
struct clean_edge {
	int64_t from, to;
	char *name;
	char on_delete;
	bool is_indexed;
};

struct clean_set {
	struct clean_relation *relations;
	int count;
	int *by_oid; /* indexes in the order of oid, of the first index_count relations */
	int index_count;
	struct clean_sequence *sequences;
	int sequence_count;
	struct clean_edge *parents, *references, *reads;
	int parent_count, reference_count, read_count;
	int *refresh; /* relations to refresh, in order */
	int refresh_count;
	int *deletes; /* relations, in the order in which their rows go */
	int delete_count;
	bool continues_identity; /* TRUNCATE may not restart a sequence of its tables, which has not moved */
	bool may_replicate;      /* session_replication_role may be set */
	int deadlock_ms;
	bool has_seeds, may_forget; /* pgtend.seeds */
	char *history; /* "public.pgmigrations" as the migrations' ledger says; NULL */
	char *history_schema, *history_table;
	int64_t history_rows; /* -1: unknown */
};

/* load.c. The set begins zeroed. In a task. */
PGTEND_CHECK bool clean_set_load(
    struct database *database, struct session *session, struct clean_set *set, struct err *err);
/* The questions as one message, and the set that their answers make; the history's name is taken over from `known`. */
char *clean_look_sql(const struct database *database);
PGTEND_CHECK bool clean_set_take(
    struct clean_set *set, struct session *session, struct result *result, const struct clean_set *known, struct err *err);
/* Chooses the answer that has such a column. */
bool clean_choose(struct result *result, const char *column);
/* Total sizes, for people. A failure leaves them unknown. */
void clean_load_sizes(struct clean_set *set, struct session *session);
/* Those of parts become those of their units. */
void clean_add_up_sizes(struct clean_set *set);

/* set.c: decides. err: what stands in the way (ERR_FAILED), or keep_tables names a table that is not there
 * (ERR_CONFIG). */
PGTEND_CHECK bool clean_set_decide(const struct database *database, struct clean_set *set, struct err *err);
void clean_set_done(struct clean_set *set);
/* After relations were added: makes clean_set_find() see them. */
void clean_set_index(struct clean_set *set);
struct clean_relation *clean_set_find(const struct clean_set *set, int64_t oid);
int clean_set_emptied(const struct clean_set *set); /* tables whose rows go; parts are counted with their parent */
/* Has rows of its own that go. */
bool clean_is_heap(const struct clean_relation *relation);
const char *clean_kind_word(enum clean_kind kind);
extern const char clean_reason_history[];
/* The history table that the migrations' ledger reads, whatever its name. */
bool clean_is_ledger(const struct clean_set *set, const struct clean_relation *relation);

/* way.c: from what stands in the tables, which way each unit goes, the order of the DELETEs, which sequences restart. Pure.
 * err: a table that can only be emptied in a way that this role has no right to. */
PGTEND_CHECK bool clean_ways_choose(struct clean_set *set, struct err *err);
/* Whether it can be emptied at all. */
PGTEND_CHECK bool clean_ways_possible(const struct clean_relation *unit, struct err *err);

/* message.c. Callers free. */
void clean_lock_names(const struct clean_set *set, struct words *names); /* what LOCK TABLE names, as SQL */
char *clean_empty_sql(const struct clean_set *set);
/* "select index as relation, count(*) as rows_before ...", one or several statements; NULL: none. is_of_truncated: only those that are. */
char *clean_count_sql(const struct clean_set *set, bool is_of_truncated);
char *clean_disk_sql(const struct clean_set *set); /* "heap" with sizes; "called": indexes of sequences */
/* NULL: nothing to ask. Arrays "holds", in the order of indexes (room for set->count); "sequence" of those that are not known to have moved;
 * "history". */
char *clean_rows_sql(const struct clean_set *set, int *indexes, int *count);
char *clean_digest_sql(const struct clean_set *set, int version);
/* The digest, emptying, what is still there ("filled", "holds"), the digest. */
char *clean_all_sql(const struct clean_set *set, const char *digest, int *indexes, int *count);
char *clean_analyze_sql(const struct clean_set *set);   /* NULL: none */
char *clean_touched_oids(const struct clean_set *set);  /* tables that may change, and sequences that restart */
void clean_take_counts(struct clean_set *set, struct result *result);
void clean_take_deleted(struct clean_set *set, struct result *result);

/* act.c: the transaction, tried again while others hold a lock and lock_timeout bears it. set: as clean_set_load() and clean_set_decide()
 * made it; then as it was found under the locks. */
PGTEND_CHECK bool clean_act(
    struct database *database, struct session *session, struct clean_set *set, struct report *report, struct err *err);
/* empty.c: between LOCK and COMMIT. */
PGTEND_CHECK bool clean_empty_locked(struct session *session, struct clean_set *set, struct report *report, struct err *err);

/* tell.c */
struct table *clean_rows(const struct database *database, const struct clean_set *set);
void clean_tell(const struct database *database, const struct clean_set *set, double took_ms, struct report *report);

#endif
