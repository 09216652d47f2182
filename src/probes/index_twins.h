/* index_twins.h - which index does all that another one does. Pure: catalogs in, names out; knows no session. */
#ifndef PGTEND_PROBES_INDEX_TWINS_H
#define PGTEND_PROBES_INDEX_TWINS_H

#include <stdbool.h>
#include <stdint.h>

enum { INDEX_COLUMNS_MAX = 32 };

/* One column as the index sees it. attribute 0: an expression. */
struct index_column {
	int64_t attribute, operators, collation, option; /* operators, collation, option: of key columns */
};

/* Everything is borrowed. */
struct index_entry {
	int64_t oid, table;
	const char *method;      /* "btree" */
	struct index_column columns[INDEX_COLUMNS_MAX];
	int key_count, count;    /* key columns stand first, those that are only carried along (INCLUDE) behind them */
	const char *expressions; /* pg_node_tree of all of them without their places in the text; NULL: none */
	const char *predicate;   /* the same; NULL: every row */
	const char *storage;     /* reloptions; NULL: none */
	bool is_unique, is_valid;
	bool is_kept;            /* a constraint or logical replication needs it: it is nobody's duplicate */
};

enum index_twin { INDEX_TWIN_NONE, INDEX_TWIN_SAME, INDEX_TWIN_PREFIX };
struct index_verdict {
	enum index_twin twin;
	int of; /* the entry that does its work */
};

/* What int2vector, oidvector and the like read as: "1 3 0". false: that is none, or too many. */
bool index_parse(struct index_entry *entry, const char *keys, int key_count, const char *operators, const char *collations, const char *options);
/* Fills verdicts[i] for each entry. Of two that are the same, one stays: the kept one, else the older. What it names is no duplicate itself. */
void index_twins(const struct index_entry *entries, int count, struct index_verdict *verdicts);

#endif
