/* The parts of lint_plan(): lint.c leads; lint_rules.c is the table of rules; lint_world.c knows the database; lint_tree.c reads trees;
 * lint_allow.c reads `-- pgtend: allow`; lint_body.c looks into DO; lint_alter.c, lint_type.c, lint_make.c, lint_take.c,
 * lint_file.c judge. */
#ifndef PGTEND_MIGRATE_LINT_INTERNAL_H
#define PGTEND_MIGRATE_LINT_INTERNAL_H

#include "pgtend/review/lint.h"

/* --- rules -------------------------------------------------------------------------------------------------------- */

enum lint_rule {
	RULE_TABLE_REWRITE,
	RULE_TYPE_CHANGE,
	RULE_VOLATILE_DEFAULT,
	RULE_NOT_NULL_SCAN,
	RULE_NOT_NULL_NO_DEFAULT,
	RULE_CHECK_VALIDATES,
	RULE_FOREIGN_KEY_VALIDATES,
	RULE_VALIDATE_SAME_TRANSACTION,
	RULE_NEVER_VALIDATED,
	RULE_UNIQUE_BUILDS_INDEX,
	RULE_INDEX_NOT_CONCURRENT,
	RULE_DROP_INDEX_NOT_CONCURRENT,
	RULE_REINDEX_NOT_CONCURRENT,
	RULE_REFRESH_NOT_CONCURRENT,
	RULE_CONCURRENTLY_IMPOSSIBLE,
	RULE_PARTITION_SCAN,
	RULE_ACCESS_EXCLUSIVE,
	RULE_LOCK_HELD,
	RULE_BACKFILL,
	RULE_RENAME,
	RULE_DROP_TABLE,
	RULE_DROP_COLUMN,
	RULE_DROP_OBJECT,
	RULE_DROP_CASCADE,
	RULE_TRUNCATE,
	RULE_TIMESTAMP_WITHOUT_TIME_ZONE,
	RULE_JSON_NOT_JSONB,
	RULE_IF_NOT_EXISTS_MISSING,
	RULE_DOWN_MISSING,
	RULE_EXTENSION_NOT_AVAILABLE,
	RULE_EXTENSION_MISSING,
	RULE_ENUM_VALUE_USED_EARLY,
	RULE_SETTING_OUTLIVES_FILE,
	RULE_NOT_READ,
	RULE_ALLOW_UNKNOWN,
	RULE_ALLOW_WITHOUT_REASON,
	RULE_ALLOW_UNUSED,
	LINT_RULE_COUNT,
};
/* What makes a rule matter. */
enum lint_scale {
	SCALE_NONE, /* always */
	SCALE_SIZE, /* a big table: as it stands; of unknown size: one less; small, empty or new: not at all */
	SCALE_ROWS, /* a table with rows: as it stands; unknown: one less; empty or new: not at all */
};
struct lint_rule_row {
	const char *name;
	enum lint_severity severity;
	enum lint_scale scale;
	const char *why;       /* one sentence without full stop */
	const char *safe_form; /* what to write instead */
};
extern const struct lint_rule_row lint_rules[LINT_RULE_COUNT];
enum lint_rule lint_rule_by_name(const char *name, size_t length); /* LINT_RULE_COUNT: none */

/* --- the database and what the plan makes of it ------------------------------------------------------------------- */

struct lint_relation {
	char *schema; /* as the migration names it; NULL: by search path */
	char *name;
	char *title;      /* "public.users", for people */
	bool is_asked;    /* the database was asked */
	bool is_there;    /* it has it */
	bool is_new;      /* the plan made it, so nobody uses it and little is in it */
	bool is_gone;     /* the plan dropped or renamed it */
	char kind;        /* relkind */
	bool is_hypertable, is_partition;
	double rows;      /* -1: not known */
	double bytes;     /* -1: not known */
	char *table;      /* of an index: its table's name, for people */
	const json_t *columns, *constraints, *default_partition; /* borrowed from world->answer; NULL */
	struct words not_null_checks;        /* columns for which the plan itself added and validated CHECK (c IS NOT NULL) */
};
struct lint_world {
	struct lint_relation *relations;
	int count, room;
	json_t *answer;     /* of lint_world.sql; NULL: nobody was asked */
	int server_version; /* server_version_num; 0: not known */
	struct words made_extensions, made_types, checked_domains; /* the last: of those that the plan makes */
};
struct lint;
/* Asks once for everything that the plan's trees name. */
PGTEND_CHECK bool world_ask(struct lint *lint, struct session *session, struct err *err);
void world_done(struct lint_world *world);
/* Never NULL; borrowed until the next call. */
struct lint_relation *world_relation(struct lint_world *world, const char *schema, const char *name);
struct lint_relation *world_range(struct lint_world *world, const json_t *range_var);
void world_make(struct lint_world *world, const char *schema, const char *name); /* the plan creates it */
void world_drop(struct lint_world *world, const struct lint_relation *relation);
enum world_size { SIZE_NEW, SIZE_EMPTY, SIZE_SMALL, SIZE_BIG, SIZE_UNKNOWN };
enum world_size world_size(const struct lint_relation *relation);
/* "public.users (12,000,000 rows, 3.1 GB)". Caller frees. */
char *world_words(const struct lint_relation *relation);
/* {"name", "not_null", "type"}; NULL: not known. Borrowed. */
const json_t *world_column(const struct lint_relation *relation, const char *column);
bool world_has_extension(const struct lint_world *world, const char *name);  /* installed, or made by the plan */
bool world_may_have_extension(const struct lint_world *world, const char *name); /* its files lie on the server; true when not known */
bool world_has_type(const struct lint_world *world, const char *name);       /* true when not known */
bool world_is_checked(const struct lint_world *world, const char *type);     /* a domain with constraints */
/* 1 volatile, 0 not, -1 not known. */
int world_is_volatile(const struct lint_world *world, const char *function);

/* --- the work ----------------------------------------------------------------------------------------------------- */

struct lint_lock {
	char *table, *place;
	int transaction; /* of the plan */
	int step;
	size_t statement; /* where it begins */
	bool is_told;     /* that it is held while something long runs */
};
/* One finding, told or spared: what a comment may allow. */
struct lint_mark {
	enum lint_rule rule;
	int row;           /* of the findings; -1: spared, because the table is small or new */
	size_t begin, end; /* its statement */
	bool is_whole_file;
};
/* What a file of the folder does, as far as habits go. */
struct lint_style {
	int file;
	bool is_known;
	int makes, unguarded, timestamps, timestamptzs;
};
struct lint_promise {
	char *constraint, *table; /* added as NOT VALID */
	char *not_null;           /* the column, of CHECK (column IS NOT NULL); NULL */
	int step, transaction;
	size_t offset;
	bool is_validated;
};
struct lint {
	const struct ledger *ledger;
	const struct plan *plan;
	const char *database;
	struct table *findings;
	struct lint_world world;
	struct parse *parses;      /* one a step */
	struct parse *bodies;      /* one a step: the statements in its DO blocks, at their places in its text */
	struct lint_lock *locks;   /* ACCESS EXCLUSIVE, taken on big tables, still held */
	int lock_count;
	struct lint_promise *promises;
	int promise_count;
	struct words early_values; /* "TRANSACTION VALUE" of ALTER TYPE ADD VALUE */
	struct lint_mark *marks;   /* of this step */
	int mark_count;
	struct lint_style *styles;
	int style_count;
	bool wants_if_not_exists;  /* all other files of the folder use it */
	enum lint_severity timestamp_severity; /* of that rule in this folder */
	bool is_timestamp_folder;  /* its other files use timestamp only: their style */
	/* Where we are. */
	int step;
	const struct plan_step *current;
	const struct parse_statement *statement;
	bool is_in_body;           /* of a DO block */
	bool has_found;            /* something was found in this statement */
};

/* Byte of the step's text: the node's location, else its statement's begin. */
size_t lint_at(const struct lint *lint, const json_t *node);
/* relation may be NULL (rules without scale). detail is added to the rule's reason; it may be NULL. */
void lint_find(struct lint *lint, enum lint_rule rule, size_t offset, const struct lint_relation *relation, const char *object,
    const char *detail, ...) PGTEND_PRINTF(6, 7);
/* The statement takes this lock on an existing table, for a moment or for long. */
void lint_lock(struct lint *lint, const struct lint_relation *relation, size_t offset);
/* The statement may run long on this table: what is locked already stays so. */
void lint_long(struct lint *lint, const struct lint_relation *relation, size_t offset);
void lint_hold(struct lint *lint, const struct lint_relation *relation, size_t offset, bool is_exclusive_itself);

/* lint_tree.c; everything is borrowed and NULL where it is not there. */
const json_t *tree_get(const json_t *node, const char *key);
const char *tree_text(const json_t *node, const char *key);
bool tree_true(const json_t *node, const char *key);
const json_t *tree_list(const json_t *node, const char *key); /* an array; NULL is none: json_array_size(NULL) is 0 */
/* {"RangeVar": {...}} -> its name and fields. */
const char *tree_node(const json_t *wrapped, const json_t **fields);
const json_t *tree_only(const json_t *wrapped, const char *name); /* its fields if it is of that name */
const char *tree_string(const json_t *wrapped);                   /* {"String": {"sval": "x"}} */
/* The last of a list of Strings, and the one before it. */
const char *tree_last(const json_t *list, const char **before);
/* "timestamp" of a TypeName, without pg_catalog; *modifier: its first number, -1: none; is_array. */
const char *tree_type(const json_t *type_name, int *modifier, bool *is_array);
/* Calls fn for each node ({"Name": {fields}}) below; false from fn: not into this one. */
void tree_walk(const json_t *node, bool (*fn)(const char *name, const json_t *fields, void *arg), void *arg);

/* One statement each. */
void lint_alter(struct lint *lint, const json_t *fields); /* AlterTableStmt */
bool lint_is_access_exclusive(const json_t *command);     /* of one AlterTableCmd */
/* lint_type.c */
void lint_type_change(struct lint *lint, const json_t *range, const json_t *command, size_t at); /* ALTER COLUMN TYPE */
void lint_type(struct lint *lint, const json_t *type_name, const char *object, size_t at);
void lint_column(struct lint *lint, const json_t *column, const char *table); /* ColumnDef: its type */
void lint_make(struct lint *lint, const char *name, const json_t *fields);  /* CREATE ... */
void lint_default_partition(struct lint *lint, const struct lint_relation *parent, size_t at); /* which a new one makes read */
void lint_take(struct lint *lint, const char *name, const json_t *fields);  /* DROP, TRUNCATE, RENAME, REFRESH, UPDATE ... */
void lint_extensions(struct lint *lint, const json_t *tree); /* types, functions and methods of extensions that are not there */
/* lint_file.c */
void lint_folder(struct lint *lint);          /* what the folder's other files do */
void lint_down(struct lint *lint);            /* the step's file has no down part, where it should */
void lint_if_not_exists(struct lint *lint, const char *name, const json_t *fields);
/* lint_body.c: fills bodies[step]. */
void lint_body(struct lint *lint, int step);

/* lint_allow.c: gives the findings of this step the reasons that its text has for them; tells of comments that are wrong, or not. */
void lint_allow(struct lint *lint);
void lint_allow_silently(struct lint *lint);
/* The reason that a text gives for a rule, wherever; NULL: none. Caller frees. */
char *lint_allowed_anywhere(const char *text, enum lint_rule rule);

#endif
