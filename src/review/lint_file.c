/* What a file is beside its folder: can it be run twice as the others can, has it a way down as they have, which timestamps do they use. See
 * lint_internal.h. */
#include <string.h>
#include <unistd.h>

#include "lint_internal.h"
#include "pgtend/core/mem.h"
#include "pgtend/migrate/folder.h"

enum { SAMPLE = 50 };

/* --- run twice ---------------------------------------------------------------------------------------------------- */

static const struct {
	const char *node, *field, *what;
} guards[] = {
    {"CreateStmt", "if_not_exists", "CREATE TABLE"},
    {"IndexStmt", "if_not_exists", "CREATE INDEX"},
    {"CreateTableAsStmt", "if_not_exists", "CREATE TABLE AS"},
    {"CreateSchemaStmt", "if_not_exists", "CREATE SCHEMA"},
    {"CreateSeqStmt", "if_not_exists", "CREATE SEQUENCE"},
    {"CreateExtensionStmt", "if_not_exists", "CREATE EXTENSION"},
    {"ViewStmt", "replace", "CREATE VIEW"},
    {"CreateFunctionStmt", "replace", "CREATE FUNCTION"},
    {"DropStmt", "missing_ok", "DROP"},
    {"RenameStmt", NULL, "RENAME"},
    {"CreateEnumStmt", NULL, "CREATE TYPE"},
    {"CompositeTypeStmt", NULL, "CREATE TYPE"},
    {"CreateDomainStmt", NULL, "CREATE DOMAIN"},
};

/* What of the statement fails when it runs again; NULL: nothing. */
static const char *not_guarded(const char *name, const json_t *fields)
{
	const json_t *one;
	size_t i;
	for (size_t k = 0; k < sizeof guards / sizeof guards[0]; k++)
		if (strcmp(guards[k].node, name) == 0)
			return guards[k].field && tree_true(fields, guards[k].field) ? NULL : guards[k].what;
	if (strcmp(name, "AlterTableStmt") != 0)
		return NULL;
	json_array_foreach(tree_list(fields, "cmds"), i, one) {
		const json_t *command = tree_only(one, "AlterTableCmd");
		const char *subtype = tree_text(command, "subtype");
		if (!subtype || tree_true(command, "missing_ok"))
			continue;
		if (strcmp(subtype, "AT_AddColumn") == 0)
			return "ADD COLUMN";
		if (strcmp(subtype, "AT_DropColumn") == 0)
			return "DROP COLUMN";
		if (strcmp(subtype, "AT_DropConstraint") == 0)
			return "DROP CONSTRAINT";
	}
	return NULL;
}

/* DROP ... IF EXISTS before it in the same file is as good. */
static bool is_dropped_before(const struct lint *lint)
{
	const struct parse *parse = &lint->parses[lint->step];
	for (int i = 0; i < parse->count && parse->statements[i].begin < lint->statement->begin; i++) {
		const json_t *drop = tree_only(parse->statements[i].tree, "DropStmt");
		if (drop && tree_true(drop, "missing_ok"))
			return true;
	}
	return false;
}

void lint_if_not_exists(struct lint *lint, const char *name, const json_t *fields)
{
	const char *what = not_guarded(name, fields);
	if (what && (strcmp(name, "DropStmt") == 0 || !is_dropped_before(lint)))
		lint_find(lint, RULE_IF_NOT_EXISTS_MISSING, lint->statement->begin, NULL, what, NULL);
}

/* --- the others' habits ------------------------------------------------------------------------------------------- */

static bool look_type(const char *name, const json_t *fields, void *arg)
{
	struct lint_style *style = arg;
	const char *type = strcmp(name, "TypeName") == 0 ? tree_type(fields, NULL, NULL) : NULL;
	style->timestamps += type && strcmp(type, "timestamp") == 0;
	style->timestamptzs += type && strcmp(type, "timestamptz") == 0;
	return true;
}

static void read_style(const struct parse *parse, struct lint_style *style)
{
	style->is_known = parse->how == PARSE_TREE || parse->how == PARSE_SCANNED;
	for (int i = 0; i < parse->count; i++) {
		const json_t *fields;
		const char *name = parse_node(&parse->statements[i], &fields);
		if (!name)
			continue;
		tree_walk(parse->statements[i].tree, look_type, style);
		bool is_making = strcmp(name, "CreateStmt") == 0 || strcmp(name, "IndexStmt") == 0 ||
		                 strcmp(name, "AlterTableStmt") == 0 || strcmp(name, "CreateExtensionStmt") == 0;
		style->makes += is_making;
		style->unguarded += not_guarded(name, fields) != NULL;
	}
}

static void read_file_style(const struct lint *lint, const struct migration_file *file, struct lint_style *style)
{
	struct migration_text out = {0};
	struct parse parse;
	struct err ignored;
	char *text;
	if (file->only_by_tool || !folder_text(file->path, &text, &ignored))
		return;
	if (lint->ledger->dialect->run->up_text(lint->ledger, file, text, &out, &ignored)) {
		parse_text(out.sql, true, &parse);
		read_style(&parse, style);
		parse_done(&parse);
		migration_text_done(&out);
	}
	mem_free(text);
}

static bool is_in_plan(const struct lint *lint, int file)
{
	for (int i = 0; i < lint->plan->count; i++)
		if (lint->plan->steps[i].file == file)
			return true;
	return false;
}

/* The plan's own files up to SAMPLE, then those that are not in it, from the newest. */
static void read_styles(struct lint *lint)
{
	const struct ledger *ledger = lint->ledger;
	int room = 2 * SAMPLE;
	lint->styles = mem_new((size_t)room * sizeof *lint->styles);
	for (int i = 0; i < lint->plan->count && i < SAMPLE; i++) {
		struct lint_style *style = &lint->styles[lint->style_count++];
		style->file = lint->plan->steps[i].file;
		read_style(&lint->parses[i], style);
	}
	for (int i = ledger->migration_count - 1; i >= 0 && lint->style_count < room; i--)
		if (!is_in_plan(lint, i)) {
			struct lint_style *style = &lint->styles[lint->style_count++];
			style->file = i;
			read_file_style(lint, &ledger->files[i], style);
		}
}

void lint_folder(struct lint *lint)
{
	int makers = 0, unguarded = 0, timestamps = 0, timestamptzs = 0;
	if (!lint->styles)
		read_styles(lint);
	for (int i = 0; i < lint->style_count; i++) {
		const struct lint_style *style = &lint->styles[i];
		if (style->file == lint->current->file || !style->is_known)
			continue;
		makers += style->makes > 0;
		unguarded += style->unguarded;
		timestamps += style->timestamps;
		timestamptzs += style->timestamptzs;
	}
	/* Two make a habit. */
	lint->wants_if_not_exists = makers >= 2 && unguarded == 0;
	lint->is_timestamp_folder = timestamps > 0 && timestamptzs == 0;
	/* Drizzle's own default is timestamp: its users seldom chose it. */
	bool is_generated = strncmp(lint->ledger->dialect->name, "drizzle", 7) == 0 && timestamptzs == 0;
	lint->timestamp_severity = is_generated ? LINT_NOTE : LINT_WARNING;
}

/* --- the way down ------------------------------------------------------------------------------------------------- */

static char *down_path(const struct lint *lint, const struct migration_file *file)
{
	const struct dialect_run *run = lint->ledger->dialect->run;
	return run->down_path ? run->down_path(lint->ledger, file) : mem_copy(file->path);
}

/* Where the tool has its own place for it, each file shall have one; where down files stand beside by pgtend's rule, only once others do. */
static bool wants_down(const struct lint *lint)
{
	static const char *const tools[] = {"node-pg-migrate", "dbmate", "golang-migrate"};
	const struct ledger *ledger = lint->ledger;
	for (size_t i = 0; i < sizeof tools / sizeof tools[0]; i++)
		if (strcmp(ledger->dialect->name, tools[i]) == 0)
			return true;
	bool is_there = false;
	for (int i = 0; ledger->dialect->run->down_path && i < ledger->migration_count && !is_there; i++) {
		char *path = i == lint->current->file ? NULL : down_path(lint, &ledger->files[i]);
		is_there = path && access(path, R_OK) == 0;
		mem_free(path);
	}
	return is_there;
}

enum down { DOWN_THERE, DOWN_EMPTY, DOWN_NONE };

static enum down look_down(const struct lint *lint, const struct migration_file *file, const char *path)
{
	struct migration_text out = {0};
	struct err ignored;
	char *text;
	enum down down = DOWN_NONE;
	if (access(path, R_OK) != 0 || !folder_text(path, &text, &ignored))
		return DOWN_NONE;
	if (lint->ledger->dialect->run->down_text(lint->ledger, file, text, &out, &ignored)) {
		const char *end = out.sql + strlen(out.sql);
		down = parse_skip_blank(out.sql, end) == end ? DOWN_EMPTY : DOWN_THERE;
		migration_text_done(&out);
	}
	mem_free(text);
	return down;
}

void lint_down(struct lint *lint)
{
	const struct migration_file *file = &lint->ledger->files[lint->current->file];
	struct err ignored;
	char *text = NULL, *path = down_path(lint, file);
	enum down down = path ? look_down(lint, file, path) : DOWN_NONE;
	if (down != DOWN_THERE && wants_down(lint) && folder_text(file->path, &text, &ignored)) {
		int row = table_rows(lint->findings);
		if (down == DOWN_EMPTY)
			lint_find(lint, RULE_DOWN_MISSING, 0, NULL, NULL, "it is empty");
		else
			lint_find(lint, RULE_DOWN_MISSING, 0, NULL, NULL, NULL);
		/* The reason may stand outside of the part that runs. */
		char *reason = lint_allowed_anywhere(text, RULE_DOWN_MISSING);
		if (reason)
			table_set_text(lint->findings, row, "allowed", reason);
		mem_free(reason);
		mem_free(text);
	}
	mem_free(path);
}
