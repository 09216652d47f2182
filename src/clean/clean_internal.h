/* src/clean/clean_internal.h - what clean.c, load.c, set.c, message.c, preview.c share. */
#ifndef PGTEND_CLEAN_INTERNAL_H
#define PGTEND_CLEAN_INTERNAL_H

#include "pgtend/clean/clean.h"

enum clean_kind { CLEAN_TABLE, CLEAN_PARTITIONED, CLEAN_HYPERTABLE, CLEAN_AGGREGATE, CLEAN_FOREIGN, CLEAN_VIEW };
enum clean_action {
	CLEAN_EMPTY,       /* named in the TRUNCATE */
	CLEAN_WITH_PARENT, /* emptied because its parent is */
	CLEAN_BY_PARTS,    /* a partitioned table with a part that stays: its other parts are named */
	CLEAN_REFRESH,     /* materialized view */
	CLEAN_KEEP,
};

struct clean_relation {
	int64_t oid;
	char *schema, *name;
	char *quoted; /* "schema"."name" by libpq */
	enum clean_kind kind;
	enum clean_action action;
	const char *reason; /* CLEAN_KEEP: why, static */
	char *owner;
	int parent; /* index of the (first) parent; -1 */
	bool has_kept_part;
	bool is_only; /* TRUNCATE ONLY: a table that inherits from it stays */
	bool is_populated, is_extension_member, is_history;
	bool may_truncate, may_select, is_owner;
	int64_t rows_estimate; /* -1: unknown */
	int64_t bytes;         /* with its parts; -1: unknown */
	int64_t rows_before;   /* -1: not counted */
	int64_t rows_after;
};
struct clean_sequence {
	char *schema, *name, *quoted, *owner;
	int64_t owned_by;      /* 0: free */
	struct words drawn_by; /* oids as text */
	bool is_owner;
	bool is_restarted; /* by its own ALTER SEQUENCE; those of emptied tables go with RESTART IDENTITY */
};
struct clean_edge {
	int64_t from, to;
	char *name;
}; /* child -> parent, referencing -> referenced, reader -> source */

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
	char *history; /* "public.pgmigrations" as the migrations' ledger says; NULL */
	char *history_schema, *history_table;
	int64_t history_rows; /* -1: unknown */
};

/* load.c: asks the catalogs. In a task. */
PGTEND_CHECK bool clean_set_load(
    struct database *database, struct session *session, struct clean_set *set, struct err *err);
/* set.c: decides. err: what stands in the way (ERR_FAILED), or keep_tables names a table that is not there
 * (ERR_CONFIG). */
PGTEND_CHECK bool clean_set_decide(const struct database *database, struct clean_set *set, struct err *err);
void clean_set_done(struct clean_set *set);
/* After relations were added: makes clean_set_find() see them. */
void clean_set_index(struct clean_set *set);
struct clean_relation *clean_set_find(const struct clean_set *set, int64_t oid);
int clean_set_emptied(const struct clean_set *set); /* tables whose rows go; parts are counted with their parent */
const char *clean_kind_word(enum clean_kind kind);
extern const char clean_reason_history[];
/* The history table that the migrations' ledger reads, whatever its name. */
bool clean_is_ledger(const struct clean_set *set, const struct clean_relation *relation);

/* message.c: the one message. Each statement stands behind the locks of the first. Caller frees. */
char *clean_message(const struct clean_set *set);
/* "select index as relation, count(*) as ROWS_COLUMN ...", one or several statements, over the tables that are cheap to count; NULL: none. Caller frees. */
char *clean_count_sql(const struct clean_set *set, const char *rows_column, bool is_cheap_only);
/* Reads the answers that have such a column into rows_before or rows_after. */
void clean_take_counts(struct clean_set *set, struct result *result);

#endif
