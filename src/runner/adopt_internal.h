/* The parts of migrate_adopt(): adopt.c leads, adopt_read.c reads what statements make, adopt_alter.c what they change, adopt_wants.c keeps the
 * list of what should be there, adopt_catalog.c looks it up, adopt_judge.c decides. */
#ifndef PGTEND_MIGRATE_ADOPT_INTERNAL_H
#define PGTEND_MIGRATE_ADOPT_INTERNAL_H

#include <jansson.h>

#include "pgtend/core/text.h"
#include "pgtend/runner/adopt.h"
#include "pgtend/syntax/parse.h"

/* As sql/adopt_catalog.sql names them. */
enum want_kind {
	WANT_RELATION = 'r',      /* table, view, index, sequence, ... */
	WANT_COLUMN = 'c',        /* detail: its type */
	WANT_NOT_NULL = 'N',
	WANT_DEFAULT = 'D',
	WANT_CONSTRAINT = 'k',
	WANT_VALID = 'V',         /* a validated constraint */
	WANT_PRIMARY_KEY = 'P',
	WANT_ROW_SECURITY = 'R',
	WANT_TRIGGER = 't',
	WANT_POLICY = 'y',
	WANT_RULE = 'u',
	WANT_PARENT = 'i',        /* part: the parent's name */
	WANT_TYPE = 'T',
	WANT_LABEL = 'l',
	WANT_FUNCTION = 'f',      /* part: the types of its arguments; detail: sha256 of its body */
	WANT_FUNCTION_NAME = 'F', /* whatever its arguments */
	WANT_SCHEMA = 'n',
	WANT_EXTENSION = 'x',
	WANT_STATISTICS = 's',
	WANT_PUBLICATION = 'b',
	WANT_EVENT_TRIGGER = 'e',
	WANT_ROLE = 'g',
	WANT_SERVER = 'v',
	WANT_COLLATION = 'o',
};

/* Something that a file leaves behind, or takes away. */
struct want {
	enum want_kind kind;
	const char *noun;  /* "table", "index"; static */
	char *schema;      /* "": the kind has none */
	char *name, *part; /* part "": none */
	char *detail;      /* NULL: whatever it is */
	char *of;          /* the table with which an index goes; NULL */
	char *columns;     /* of an index, by lines; NULL: not known */
	int file;          /* of adopt->files */
	bool is_qualified; /* the file names the schema */
	bool is_absent;    /* it must not be there */
	/* A later statement of a pending file changes or drops it: there, it counts; not there, it says nothing. */
	bool is_overtaken;
	bool is_found;     /* as it should be */
	char *found_detail; /* what is there instead; NULL */
};

struct adopt_file {
	int file; /* of the ledger */
	enum adopt_verdict verdict;
	int first_want, want_end; /* its wants */
	int wanted, found, seen;  /* seen: found, and not only by being absent */
	struct words missing;    /* "column users.email" */
	struct words unknown;    /* "INSERT" for each statement that no catalog shows */
	char *why_unread;        /* NULL: it was read */
	bool is_chosen;          /* to be recorded */
};

struct adopt {
	const struct ledger *ledger;
	struct adopt_file *files;
	int count;
	struct want *wants;
	int want_count;
	struct words path; /* of schemas, as it is while files run */
};
void adopt_done(struct adopt *adopt);

/* --- adopt_wants.c */
/* Which name a statement uses. */
struct want_name {
	const char *schema; /* NULL: by the search path */
	const char *name;
};
struct walk {
	struct adopt *adopt;
	int file;      /* of adopt->files */
	char *schema;  /* the first of the search path, here and now */
};
void want_add(struct walk *walk, enum want_kind kind, const char *noun, struct want_name name, const char *part, const char *detail);
/* An index, which goes with its table and its columns (by lines; NULL: not known). */
void want_add_index(struct walk *walk, struct want_name name, const char *table, const char *columns);
/* It goes; with a relation, type or schema all that belongs to it. */
void want_drop(struct walk *walk, enum want_kind kind, const char *noun, struct want_name name, const char *part);
/* It gets another name: what was wanted of it is overtaken, the new name is wanted. */
void want_rename(struct walk *walk, enum want_kind kind, const char *noun, struct want_name name, const char *part, const char *new_name);
void want_overtake(struct walk *walk, enum want_kind kind, struct want_name name, const char *part);
/* An earlier statement of a pending file makes it. */
bool want_is_made(const struct walk *walk, enum want_kind kind, struct want_name name);
void want_unknown(struct walk *walk, const char *word);
void wants_done(struct adopt *adopt);

/* --- adopt_read.c: trees */
void adopt_read_statement(struct walk *walk, const struct parse_statement *statement);
struct want_name adopt_range(const json_t *range_var);
struct want_name adopt_names(const json_t *list);  /* of String nodes: [schema, name] or [name] */
const char *adopt_text(const json_t *fields, const char *key); /* NULL */
const char *adopt_string(const json_t *node);                   /* of {"String": {"sval": ...}}; NULL */
char *adopt_type(const json_t *type_name);                      /* as pg_type names it; NULL: not to be told. Caller frees */

/* --- adopt_alter.c */
void adopt_read_alter_table(struct walk *walk, const json_t *fields);
void adopt_read_rename(struct walk *walk, const json_t *fields);
void adopt_read_drop(struct walk *walk, const json_t *fields);
/* A constraint of its own statement, or one with a name inside CREATE TABLE. */
void adopt_read_constraint(struct walk *walk, struct want_name table, const json_t *constraint);
char *adopt_arguments(const json_t *parameters); /* NULL: not to be told. Caller frees */

/* --- adopt_judge.c */
/* Reads the pending files, looks up what they make, chooses. adopt->ledger and path are set. */
PGTEND_CHECK bool adopt_judge(struct adopt *adopt, struct session *session, bool is_all, struct err *err);

/* --- adopt_catalog.c */
PGTEND_CHECK bool adopt_look_up(struct adopt *adopt, struct session *session, struct err *err);
/* "column users.email"; "column users.old is still there". Caller frees. */
char *want_words(const struct want *want);

#endif
