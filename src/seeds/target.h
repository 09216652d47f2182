/* src/seeds/target.h - the table that a file of CSV is named after, and whether the file's header fits it.
 *
 * 010_users.csv goes into users (by the search path), 020_app.users.csv into app.users; a name that is not there as it stands is looked for
 * in lower case, as SQL would; in quotes ("My.Table") it stands for itself.
 */
#ifndef PGTEND_SEEDS_TARGET_H
#define PGTEND_SEEDS_TARGET_H

#include "csv.h"
#include "seeds_internal.h"

struct target_column {
	char *name;
	bool is_generated, is_key;
	bool is_not_null, is_needed; /* unless a trigger may fill it */
};
struct seed_target {
	char *schema, *name, *oid;
	char *quoted; /* "schema"."name", by libpq */
	char kind;    /* pg_class.relkind */
	bool takes_copy, has_key;
	bool may_read, may_stage; /* the role may look into it; may have a table of the session */
	char *arbiter; /* ON CONFLICT must name this constraint, quoted; NULL: it need not */
	struct target_column *columns;
	int column_count;
};

/* Parts of the file's name. schema NULL: none given. quoted parts stand for themselves. false: no table can be called that. */
struct target_name {
	char *schema, *name;
	bool is_schema_quoted, is_name_quoted;
};
PGTEND_CHECK bool target_name_read(const char *file, struct target_name *name, struct err *err);
void target_name_done(struct target_name *name);

/* In a task. false with ERR_FAILED and *is_absent: no such table (nearest name in the hint). */
PGTEND_CHECK bool target_find(
    struct session *session, const struct seed_file *file, struct seed_target *target, bool *is_absent, struct err *err);
void target_done(struct seed_target *target);

/* The header, as columns of the target: numbers into target->columns. count 0: the file is empty. */
struct seed_header {
	int *columns;
	int count;
	char *list; /* quoted, parted by commas; NULL when empty */
	bool has_key; /* a column of a unique index is among them */
};
PGTEND_CHECK bool header_read(struct session *session, const struct seed_file *file, const struct seed_target *target,
    struct seed_header *header, struct err *err);
void header_done(struct seed_header *header);

#endif
