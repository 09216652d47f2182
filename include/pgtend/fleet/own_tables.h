/* fleet/own_tables.h - pgtend's own tables in a user's database, in the schema `pgtend`: whether they are there, are ours, may be
 * written, and making them.
 *
 * Owns: the look and the making. Must not know what stands in them: that is for who keeps the records (migrate/metadata.h,
 * seeds/record.h). Absent, forbidden (`metadata = no`), not permitted, of another shape or somebody else's (whose triggers would run with
 * our privileges) means that nothing is recorded, never an error.
 */
#ifndef PGTEND_FLEET_OWN_TABLES_H
#define PGTEND_FLEET_OWN_TABLES_H

#include "pgtend/fleet/fleet.h"

/* A column that a later pgtend adds goes to the end, may be null or has a default: an older one can then still write. */
struct own_column {
	const char *name, *type, *definition;
};
enum own_right { OWN_SELECT = 1, OWN_INSERT = 2, OWN_UPDATE = 4, OWN_DELETE = 8 };
struct own_table {
	const char *name;                 /* below the schema pgtend */
	const struct own_column *columns; /* name NULL ends */
	const char *constraint;           /* NULL: none */
	const char *comment;
	unsigned rights;                  /* enum own_right: what writing it takes */
	const char *marks[2];             /* columns without which a table of that name was never ours; NULL: none */
};

/* pgtend.seeds (kept by seeds/): one row a file that ran since the database was last emptied. For who empties it, in the same transaction;
 * the table may be absent. */
#define OWN_SEEDS_FORGET_SQL "DELETE FROM pgtend.seeds"

struct own_look {
	bool is_there;       /* all of them exist and this role may write them */
	bool may_make;       /* they do not, but it may make them (or add what an older pgtend did not know yet) */
	bool has_schema;
	char *why_not;       /* neither: in words; NULL */
	char *make;          /* what is missing, as statements; NULL */
	char *who;           /* the role; NULL: not asked */
};
/* One question. In a task. Fails only when the connection does. */
PGTEND_CHECK bool own_tables_look(const struct database *database, struct session *session, const struct own_table *tables,
    int count, struct own_look *look, struct err *err);
void own_look_done(struct own_look *look);
/* The statements as one DO; NULL unless may_make. Caller frees. */
char *own_tables_make_sql(const char *make);
/* Sends it as a transaction of its own, where it may, and looks again. That it may not after all (an event trigger, a race) is no
 * failure: then is_there stays false and why_not says it. Fails only when the connection does. */
PGTEND_CHECK bool own_tables_make(const struct database *database, struct session *session, const struct own_table *tables,
    int count, struct own_look *look, struct err *err);

#endif
