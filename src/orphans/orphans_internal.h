/* What the files of src/orphans share; nobody else includes it.
 *
 *   orphans.c  one reference from beginning to end, and what is said of it
 *   side.c     one of the two columns: found, typed, readable; its statements
 *   keys.c     the values of a column as COPY sends them, in binary
 *   merge.c    two such streams against each other
 *   again.c    what was found looked at again, and the rows behind it
 */
#ifndef PGTEND_ORPHANS_INTERNAL_H
#define PGTEND_ORPHANS_INTERNAL_H

#include "pgtend/orphans/orphans.h"
#include "pgtend/pg/copy.h"

/* --- keys.c ------------------------------------------------------------------------------------ */

enum key_form { KEY_NUMBER, KEY_BYTES_16, KEY_TEXT_BYTES, KEY_RAW }; /* integer | uuid | text | bytea */

struct key_value {
	const char *bytes; /* borrowed until the next one is read */
	size_t length;
	int64_t number;    /* KEY_NUMBER */
	int64_t count;     /* how many rows have it, as far as this row of the stream tells */
};

struct keys {
	struct copy *copy;
	enum key_form form;
	const char *what;     /* "core public.users.id", for messages; borrowed */
	struct text come;     /* what is not read yet */
	size_t at;
	bool has_begun, is_over;
	struct key_value value;
	struct text last;     /* the value before, to see that they come in order */
	int64_t last_number;
	int64_t read;         /* values so far */
};

/* *is_end: there are no more. Values that do not come in order are a failure: an index is damaged. */
PGTEND_CHECK bool keys_next(struct keys *keys, bool *is_end, struct err *err);
int keys_compare(enum key_form form, const struct key_value *a, const struct key_value *b);
void keys_done(struct keys *keys);
/* The value as people write it. Caller frees. */
char *keys_text(enum key_form form, const struct key_value *value);

/* --- side.c ------------------------------------------------------------------------------------ */

struct side {
	struct database *database;
	struct session *session;
	bool is_begun;                       /* its transaction is open */
	const char *schema, *table, *column; /* as the reference says it; borrowed */
	char *found_schema, *found_column;   /* as it is there */
	char *shown;                         /* "public.users.id" */
	char *type, *base;                   /* "character varying(20)", "varchar" */
	char *from;                          /* quoted table */
	char *quoted;                        /* t.column */
	char *row_key;                       /* arguments of json_build_object; NULL: the table has no key */
	char kind;
	bool is_enum, is_bytewise, is_loose, is_converted; /* loose: its collation takes different texts for equal; converted: values travel as UTF-8 bytes, because the server's encoding is another */
	int64_t rows;
	double distinct;                     /* pg_stats.n_distinct; 0 unknown */
	/* decided by side_pair() */
	char *value;                         /* expression */
	const char *collate;                 /* " COLLATE \"C\"" or "" */
	const char *array;                   /* type of values in an array: "int8[]" */
	enum key_form form;
};

/* Opens, and learns what the server can. */
PGTEND_CHECK bool side_open(struct fleet *fleet, struct side *side, struct err *err);
/* Begins a transaction that sees one moment, and finds the column. */
PGTEND_CHECK bool side_look(struct side *side, struct err *err);
PGTEND_CHECK bool side_begin(struct side *side, struct err *err);
PGTEND_CHECK bool side_end(struct side *side, struct err *err);
/* How values of both can be compared. *words: "as text: ..." where their types differ, caller frees; NULL. False: they cannot. */
PGTEND_CHECK bool side_pair(struct side *from, struct side *to, char **words, struct err *err);
/* The COPY of its values in order, NULLs left out; beside them how many rows have them, where that is less to send. Caller frees. */
char *side_copy(const struct side *side, bool is_target);
void side_done(struct side *side);

/* --- merge.c ----------------------------------------------------------------------------------- */

enum { KEPT_VALUES = 10000, KEPT_BYTES = 4 * 1024 * 1024 };

struct kept { char *value; int64_t rows; bool is_none; /* it is no orphan any more */ };
struct found {
	int64_t references, targets;  /* rows, values of the target */
	int64_t orphans, values;      /* rows and distinct values without target */
	struct kept *kept;            /* the first of those values */
	int kept_count;
	size_t kept_bytes;
};
PGTEND_CHECK bool merge_run(struct keys *from, struct keys *to, struct report *report, int64_t expected, struct found *found, struct err *err);
void found_done(struct found *found);

/* --- again.c ----------------------------------------------------------------------------------- */

/* What came or went between the two moments is no orphan: of the values that were kept those are taken out of `found` that have a target or no reference any
 * more. *rows: the number of a value (from 1) and a JSON object that names a row of it, in the order of values, at least `limit` where there are so many; also of
 * values that are none any more. The caller frees them, in any case. */
PGTEND_CHECK bool again_look(struct side *from, struct side *to, struct found *found, int64_t limit, struct result **rows, struct err *err);

#endif
