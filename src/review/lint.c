/* See review/lint.h: the way through a plan, and what becomes of a finding. */
#include <stdarg.h>
#include <string.h>

#include "lint_internal.h"
#include "pgtend/core/mem.h"

static const struct table_column columns[] = {
    {"database", CELL_TEXT, "database", 3, "Its name in pgtend.ini."},
    {"migration", CELL_TEXT, "migration", 4, "Which one, as the history names it."},
    {"severity", CELL_TEXT, "severity", 0,
        "danger: people will notice, or it fails. warning: look at it. note: worth knowing. One less where the table's size is not known."},
    {"rule", CELL_TEXT, "rule", 0, "Name of the rule, for `-- pgtend: allow RULE REASON` above the statement."},
    {"place", CELL_TEXT, "place", 1, "FILE:LINE:COLUMN."},
    {"object", CELL_TEXT, "object", 2, "Table, column, constraint or whatever it is about; null: the file."},
    {"why", CELL_TEXT, "why", 1, "What would happen, with the table's rows and bytes as the database tells them now."},
    {"safe_form", CELL_TEXT, "instead", 5, "What to write instead."},
    {"allowed", CELL_TEXT, "allowed", 3, "The reason that the file gives for it; null: it gives none."},
};
const struct table_shape lint_shape = {"lint", columns, sizeof columns / sizeof columns[0]};

const char *lint_severity_word(enum lint_severity severity)
{
	static const char *const words[] = {[LINT_NOTE] = "note", [LINT_WARNING] = "warning", [LINT_DANGER] = "danger"};
	return words[severity];
}

/* --- findings ----------------------------------------------------------------------------------------------------- */

size_t lint_at(const struct lint *lint, const json_t *node)
{
	const json_t *location = tree_get(node, "location");
	return json_is_integer(location) ? (size_t)json_integer_value(location) : lint->statement ? lint->statement->begin : 0;
}

/* -1: does not matter here. */
static int severity_of(const struct lint *lint, enum lint_rule rule, const struct lint_relation *relation)
{
	const struct lint_rule_row *row = &lint_rules[rule];
	int severity = (int)row->severity;
	if (rule == RULE_TIMESTAMP_WITHOUT_TIME_ZONE)
		severity = (int)lint->timestamp_severity;
	/* To take away is what the way down is for. */
	if (!lint->current->is_up && (rule == RULE_DROP_TABLE || rule == RULE_DROP_COLUMN))
		severity = LINT_WARNING;
	if (!lint->current->is_up && (rule == RULE_RENAME || rule == RULE_DROP_CASCADE))
		severity = LINT_NOTE;
	if (row->scale == SCALE_NONE || !relation)
		return severity;
	switch (world_size(relation)) {
	case SIZE_BIG:
		return severity;
	case SIZE_UNKNOWN:
		return severity - 1;
	case SIZE_SMALL:
		return row->scale == SCALE_ROWS && (relation->rows > 0 || relation->bytes > 0) ? severity : -1;
	default:
		return -1;
	}
}

static void mark(struct lint *lint, enum lint_rule rule, size_t offset, int row)
{
	if ((lint->mark_count & (lint->mark_count - 1)) == 0)
		lint->marks = mem_grow(lint->marks, (size_t)(lint->mark_count ? lint->mark_count * 2 : 1), sizeof *lint->marks);
	lint->marks[lint->mark_count++] = (struct lint_mark){.rule = rule,
	    .row = row,
	    .begin = lint->statement ? lint->statement->begin : offset,
	    .end = lint->statement ? lint->statement->end : offset,
	    .is_whole_file = lint->statement == NULL};
}

static bool takes_access_exclusive(enum lint_rule rule)
{
	return rule == RULE_TABLE_REWRITE || rule == RULE_TYPE_CHANGE || rule == RULE_VOLATILE_DEFAULT ||
	       rule == RULE_NOT_NULL_SCAN || rule == RULE_CHECK_VALIDATES || rule == RULE_UNIQUE_BUILDS_INDEX ||
	       rule == RULE_VALIDATE_SAME_TRANSACTION;
}

static char *why_of(enum lint_rule rule, const struct lint_relation *relation, const char *detail)
{
	struct text why = {0};
	text_add(&why, lint_rules[rule].why);
	if (detail)
		text_addf(&why, "; %s", detail);
	if (relation && lint_rules[rule].scale != SCALE_NONE) {
		char *words = world_words(relation);
		text_addf(&why, ": %s", words);
		mem_free(words);
	}
	return text_take(&why);
}

static int add_row(struct lint *lint, enum lint_rule rule, enum lint_severity severity, size_t offset, const char *object,
    const char *why)
{
	int row = table_add_row(lint->findings);
	char *place = plan_place(lint->current, offset);
	table_set_text(lint->findings, row, "database", lint->database);
	table_set_text(lint->findings, row, "migration", lint->ledger->files[lint->current->file].name);
	table_set_text(lint->findings, row, "severity", lint_severity_word(severity));
	table_set_text(lint->findings, row, "rule", lint_rules[rule].name);
	table_set_text(lint->findings, row, "place", place);
	table_set_text(lint->findings, row, "object", object);
	table_set_text(lint->findings, row, "why", why);
	table_set_text(lint->findings, row, "safe_form", lint_rules[rule].safe_form);
	mem_free(place);
	return row;
}

void lint_find(struct lint *lint, enum lint_rule rule, size_t offset, const struct lint_relation *relation, const char *object,
    const char *detail, ...)
{
	int severity = severity_of(lint, rule, relation);
	if (severity < 0) {
		/* Who allowed it need not hear that nothing is to be allowed: elsewhere the table is big. */
		mark(lint, rule, offset, -1);
		return;
	}
	char *text = NULL;
	if (detail) {
		va_list args;
		va_start(args, detail);
		text = mem_vformat(detail, args);
		va_end(args);
	}
	char *why = why_of(rule, relation, text);
	mark(lint, rule, offset, add_row(lint, rule, (enum lint_severity)severity, offset, object, why));
	lint->has_found |= lint_rules[rule].scale != SCALE_NONE;
	mem_free(why);
	mem_free(text);
	if (relation && lint_rules[rule].scale == SCALE_SIZE && rule != RULE_ACCESS_EXCLUSIVE &&
	    rule != RULE_DROP_INDEX_NOT_CONCURRENT)
		lint_hold(lint, relation, offset, takes_access_exclusive(rule));
}

/* --- locks -------------------------------------------------------------------------------------------------------- */

void lint_lock(struct lint *lint, const struct lint_relation *relation, size_t offset)
{
	if (!lint->has_found)
		lint_find(lint, RULE_ACCESS_EXCLUSIVE, offset, relation, relation->title, NULL);
	if (world_size(relation) != SIZE_BIG || lint->current->transaction == 0)
		return;
	lint->locks = mem_grow(lint->locks, (size_t)lint->lock_count + 1, sizeof *lint->locks);
	lint->locks[lint->lock_count++] = (struct lint_lock){.table = mem_copy(relation->title),
	    .place = plan_place(lint->current, offset),
	    .transaction = lint->current->transaction,
	    .step = lint->step,
	    .statement = lint->statement->begin};
}

void lint_hold(struct lint *lint, const struct lint_relation *relation, size_t offset, bool is_exclusive_itself)
{
	if (world_size(relation) != SIZE_BIG || lint->current->transaction == 0)
		return;
	for (int i = 0; i < lint->lock_count; i++) {
		struct lint_lock *lock = &lint->locks[i];
		bool is_itself = lock->step == lint->step && lock->statement == lint->statement->begin;
		if (lock->is_told || lock->transaction != lint->current->transaction || is_itself ||
		    (is_exclusive_itself && strcmp(lock->table, relation->title) == 0))
			continue;
		lock->is_told = true;
		char *words = world_words(relation);
		lint_find(lint, RULE_LOCK_HELD, offset, NULL, lock->table, "locked at %s; this works on %s", lock->place, words);
		mem_free(words);
	}
}

void lint_long(struct lint *lint, const struct lint_relation *relation, size_t offset)
{
	lint_hold(lint, relation, offset, false);
}

/* --- statement by statement --------------------------------------------------------------------------------------- */

static bool look_early(const char *name, const json_t *fields, void *arg)
{
	struct lint *lint = arg;
	const char *value = strcmp(name, "A_Const") == 0 ? tree_text(tree_get(fields, "sval"), "sval") : NULL;
	if (!value)
		return true;
	char *wanted = mem_format("%d %s", lint->current->transaction, value);
	if (words_has(&lint->early_values, wanted))
		lint_find(lint, RULE_ENUM_VALUE_USED_EARLY, lint_at(lint, fields), NULL, value, NULL);
	mem_free(wanted);
	return true;
}

static void judge(struct lint *lint, const struct parse_statement *statement)
{
	const json_t *fields;
	const char *name = parse_node(statement, &fields);
	lint->statement = statement;
	lint->has_found = false;
	if (!name)
		return;
	if (strcmp(name, "AlterTableStmt") == 0)
		lint_alter(lint, fields);
	lint_make(lint, name, fields);
	lint_take(lint, name, fields);
	lint_extensions(lint, statement->tree);
	if (lint->early_values.count > 0)
		tree_walk(statement->tree, look_early, lint);
	if (lint->wants_if_not_exists && !lint->is_in_body && lint->current->is_up)
		lint_if_not_exists(lint, name, fields);
}

static void judge_body(struct lint *lint, const struct parse_statement *block)
{
	const struct parse *body = &lint->bodies[lint->step];
	lint->is_in_body = true;
	for (int i = 0; i < body->count; i++)
		if (body->statements[i].begin >= block->begin && body->statements[i].begin < block->end)
			judge(lint, &body->statements[i]);
	lint->is_in_body = false;
}

static bool is_data(const char *sql, const struct parse_statement *statement)
{
	char word[16];
	parse_take_word(sql + statement->begin, sql + statement->end, word);
	return strcmp(word, "INSERT") == 0 || strcmp(word, "SELECT") == 0 || strcmp(word, "UPDATE") == 0 ||
	       strcmp(word, "DELETE") == 0 || strcmp(word, "VALUES") == 0 || strcmp(word, "WITH") == 0;
}

static void say_not_read(struct lint *lint, const struct parse *parse, const struct parse_statement *statement)
{
	bool is_here = parse->error && parse->error_offset >= statement->begin && parse->error_offset <= statement->end;
	if (!is_here && is_data(lint->current->text.sql, statement) && parse->how == PARSE_TREE)
		return; /* rows in bulk */
	lint->statement = statement;
	if (is_here)
		lint_find(lint, RULE_NOT_READ, parse->error_offset, NULL, NULL, "it says: %s", parse->error);
	else
		lint_find(lint, RULE_NOT_READ, statement->begin, NULL, NULL, NULL);
}

static void judge_step(struct lint *lint)
{
	const struct parse *parse = &lint->parses[lint->step];
	lint->statement = NULL;
	lint->mark_count = 0;
	lint_folder(lint);
	if (parse->how == PARSE_UNCUT)
		lint_find(lint, RULE_NOT_READ, parse->error_offset, NULL, NULL, "the whole file: %s", parse->error ? parse->error : "");
	else if (parse->how == PARSE_ABSENT)
		lint_find(lint, RULE_NOT_READ, 0, NULL, NULL, "libpg_query is not on this machine");
	for (int i = 0; i < parse->count; i++) {
		if (!parse->statements[i].tree)
			say_not_read(lint, parse, &parse->statements[i]);
		else
			judge(lint, &parse->statements[i]);
		if (tree_only(parse->statements[i].tree, "DoStmt"))
			judge_body(lint, &parse->statements[i]);
	}
	lint->statement = NULL;
	if (lint->current->is_up)
		lint_down(lint);
	lint_allow(lint);
}

/* A constraint of an earlier step that nobody validated: known only at the end, and told where it was made. */
static void say_promises(struct lint *lint)
{
	for (int i = 0; i < lint->promise_count; i++) {
		const struct lint_promise *promise = &lint->promises[i];
		if (promise->is_validated)
			continue;
		struct parse_statement statement = {.begin = promise->offset, .end = promise->offset};
		lint->step = promise->step;
		lint->current = &lint->plan->steps[promise->step];
		lint->statement = &statement;
		lint->mark_count = 0;
		char *object = mem_format("%s.%s", promise->table, promise->constraint[0] ? promise->constraint : "?");
		lint_find(lint, RULE_NEVER_VALIDATED, promise->offset, NULL, object, NULL);
		mem_free(object);
		lint_allow_silently(lint);
	}
	lint->statement = NULL;
}

/* --- the whole ---------------------------------------------------------------------------------------------------- */

static void done(struct lint *lint)
{
	for (int i = 0; i < lint->plan->count; i++) {
		parse_done(&lint->parses[i]);
		parse_done(&lint->bodies[i]);
	}
	for (int i = 0; i < lint->lock_count; i++) {
		mem_free(lint->locks[i].table);
		mem_free(lint->locks[i].place);
	}
	for (int i = 0; i < lint->promise_count; i++) {
		mem_free(lint->promises[i].constraint);
		mem_free(lint->promises[i].table);
		mem_free(lint->promises[i].not_null);
	}
	mem_free(lint->parses);
	mem_free(lint->bodies);
	mem_free(lint->locks);
	mem_free(lint->promises);
	mem_free(lint->marks);
	mem_free(lint->styles);
	words_done(&lint->early_values);
	world_done(&lint->world);
}

bool lint_plan(const struct ledger *ledger, const char *database, const struct plan *plan, struct session *session,
    struct table *findings, struct err *err)
{
	struct lint lint = {.ledger = ledger, .plan = plan, .database = database, .findings = findings};
	if (plan->count == 0)
		return true;
	lint.parses = mem_new((size_t)plan->count * sizeof *lint.parses);
	lint.bodies = mem_new((size_t)plan->count * sizeof *lint.bodies);
	for (int i = 0; i < plan->count; i++) {
		parse_text(plan->steps[i].text.sql, true, &lint.parses[i]);
		lint_body(&lint, i);
	}
	bool is_asked = world_ask(&lint, session, err);
	for (lint.step = 0; is_asked && lint.step < plan->count; lint.step++) {
		lint.current = &plan->steps[lint.step];
		judge_step(&lint);
	}
	if (is_asked)
		say_promises(&lint);
	done(&lint);
	return is_asked;
}

static enum lint_severity severity_in(const struct table *findings, int row)
{
	const char *word = table_get_text(findings, row, "severity");
	return strcmp(word, "danger") == 0 ? LINT_DANGER : strcmp(word, "warning") == 0 ? LINT_WARNING : LINT_NOTE;
}

int lint_count(const struct table *findings, enum lint_severity least)
{
	int count = 0;
	for (int row = 0; row < table_rows(findings); row++)
		count += severity_in(findings, row) >= least && !table_get_text(findings, row, "allowed");
	return count;
}

void lint_say(const struct table *findings, enum lint_severity least, struct report *report)
{
	for (int row = 0; row < table_rows(findings); row++) {
		const char *object = table_get_text(findings, row, "object"), *allowed = table_get_text(findings, row, "allowed");
		if (severity_in(findings, row) < least || (allowed && least > LINT_NOTE))
			continue;
		report_log(report, "%s: %s: %s%s%s: %s", table_get_text(findings, row, "place"),
		    allowed ? "allowed" : table_get_text(findings, row, "severity"), table_get_text(findings, row, "rule"),
		    object ? ": " : "", object ? object : "", table_get_text(findings, row, "why"));
		report_log(report, "    %s: %s", allowed ? "because" : "instead",
		    allowed ? allowed : table_get_text(findings, row, "safe_form"));
	}
}
