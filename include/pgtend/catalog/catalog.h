/* catalog/catalog.h - what a database's schema consists of: read, hashed, compared.
 *
 * Owns: the list of objects that users can make, each in a form that is the same on every server (kind, schema, table, name, definition).
 * What is not theirs is left out: the server's own, members of extensions (the extension itself is listed), the schema pgtend, temporary
 * ones, chunks of hypertables. Rows are no schema, nor is where a sequence stands. Must not know: what the databases are compared for.
 */
#ifndef PGTEND_CATALOG_CATALOG_H
#define PGTEND_CATALOG_CATALOG_H

#include "pgtend/core/err.h"
#include "pgtend/core/table.h"
#include "pgtend/core/text.h"
#include "pgtend/pg/session.h"

enum { CATALOG_DIGEST_SIZE = 65 };

/* One hash (sha256, hexadecimal) over the structure of the session's database as its catalogs hold it, policies, grants and comments
 * included: whoever changes rows asks before and after, in the same transaction or not, and knows whether anything else has changed.
 * The digests of two databases are never equal: that is catalog_digest(). One question, two where TimescaleDB is. In a task, also inside
 * an open transaction; changes no setting. */
PGTEND_CHECK bool catalog_digest_wait(struct session *session, char digest[CATALOG_DIGEST_SIZE], struct err *err);

struct catalog_object {
	const char *kind;  /* "table", "column", ...: static, one of catalog_kind_word() */
	int kind_number;   /* its place among the kinds */
	char *schema;      /* "" where the kind has none */
	char *parent;      /* the table of a column, constraint, index, trigger, rule, policy, owned sequence; "" */
	char *name;        /* "email", "total(integer, text)" */
	char *definition;  /* all that is compared: "character varying(100) not null" */
	int position;      /* of a column in its table; else 0 */
};
/* Sorted by kind, schema, parent, name. */
struct catalog {
	struct catalog_object *v;
	size_t count;
};
struct catalog_options {
	const struct words *hidden;  /* "schema.table": left out with all that stands on it (histories of the configuration); NULL */
	const struct words *schemas; /* only these; NULL or empty: all */
	bool with_grants;            /* owners and grants too */
	bool with_histories;         /* the tables of migration tools as well, which otherwise are left out by their names */
};
/* In a task, outside a transaction; in a session of any kind, which is as before afterwards. options NULL: all as it comes. Asked in about ten
 * questions: what changes meanwhile may be half in it. */
PGTEND_CHECK bool catalog_load_wait(
    struct session *session, const struct catalog_options *options, struct catalog *catalog, struct err *err);
void catalog_done(struct catalog *catalog);
/* Adds one, in any order; catalog_sort() afterwards. For tests, and what is no database. kind: a word of catalog_kind_word(). All copied. */
void catalog_add(struct catalog *catalog, const char *kind, const char *schema, const char *parent, const char *name,
    const char *definition, int position);
void catalog_sort(struct catalog *catalog);
/* sha256 over all of them: equal for databases of equal schemas, wherever they are. */
void catalog_digest(const struct catalog *catalog, char digest[CATALOG_DIGEST_SIZE]);
/* In the order of kinds; NULL behind the last one. */
const char *catalog_kind_word(int number);
/* "app.users.email", "app.total(integer)", "vector": as people name it. Caller frees. */
char *catalog_object_name(const struct catalog_object *object);
/* Its definition; of a table with its columns below it, one a line, so that it is told whole. Caller frees. */
char *catalog_object_text(const struct catalog *catalog, const struct catalog_object *object);

enum catalog_state { CATALOG_MISSING, CATALOG_EXTRA, CATALOG_DIFFERENT };
const char *catalog_state_word(enum catalog_state state); /* "missing", ... */
struct catalog_difference {
	enum catalog_state state;          /* as seen from `here` */
	const struct catalog_object *here; /* NULL: missing. Borrowed from the catalogs, as the next */
	const struct catalog_object *there; /* NULL: extra */
	int parts; /* of a table that is missing or extra: how many columns, constraints, indexes and the like go with it and are not told again */
};
struct catalog_differences {
	struct catalog_difference *v;
	size_t count;
	struct words notes; /* what differs and means nothing: "app.users: its columns stand in another order" */
};
/* Pure. Both outlive the answer. */
void catalog_compare(const struct catalog *here, const struct catalog *there, struct catalog_differences *differences);
void catalog_differences_done(struct catalog_differences *differences);

/* --- telling ------------------------------------------------------------------------------------------------ */

/* The two that were compared, as they are called: "core", "expected by its migrations". */
struct catalog_sides {
	const struct catalog *here, *there;
	const char *here_name, *there_name;
};
extern const struct table_shape catalog_diff_shape;
/* Takes away the differences that somebody does not want to hear of: a kind ("comment"), or a pattern of names as of files ("app.tmp_*"). */
void catalog_differences_ignore(struct catalog_differences *differences, const struct words *ignored);
/* One row each into a table of catalog_diff_shape. */
void catalog_differences_table(const struct catalog_differences *differences, const struct catalog_sides *sides, struct table *table);
/* As people read it: each object, behind it the lines that only one of the two has, - of there, + of here. */
void catalog_differences_lines(const struct catalog_differences *differences, const struct catalog_sides *sides, struct words *lines);

#endif
