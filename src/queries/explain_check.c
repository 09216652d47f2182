/* What may be explained: one statement that has a plan. See queries/explain.h. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "pgtend/core/mem.h"
#include "pgtend/core/units.h"
#include "pgtend/queries/explain.h"
#include "pgtend/syntax/parse.h"

bool explain_is_query_id(const char *what)
{
	int64_t id = 0;

	return units_parse_int(what, &id);
}

/* A comment that ends with its line counts as code to those who cut statements. */
static bool is_in_comment(const char *sql, const char *at)
{
	const char *line = at;

	while (line > sql && line[-1] != '\n')
		line--;
	for (const char *dash = strstr(line, "--"); dash && dash < at; dash = strstr(dash + 1, "--"))
		if (parse_is_code(sql, (size_t)(dash - sql)))
			return true;
	return false;
}

int explain_parameters(const char *sql)
{
	int most = 0;

	for (const char *at = strchr(sql, '$'); at; at = strchr(at + 1, '$')) {
		bool is_number = isdigit((unsigned char)at[1]) && (at == sql || !(isalnum((unsigned char)at[-1]) || at[-1] == '_'));
		long number = is_number ? strtol(at + 1, NULL, 10) : 0;

		if (number > most && number <= 65535 && parse_is_code(sql, (size_t)(at - sql)) && !is_in_comment(sql, at))
			most = (int)number;
	}
	return most;
}

struct kind {
	const char *node, *word;
	bool has_plan, reads;
};
static const struct kind kinds[] = {
	{"SelectStmt", "SELECT", true, true},
	{"InsertStmt", "INSERT", true, false},
	{"UpdateStmt", "UPDATE", true, false},
	{"DeleteStmt", "DELETE", true, false},
	{"MergeStmt", "MERGE", true, false},
	{"CreateTableAsStmt", "CREATE TABLE AS", true, false},
	{"ExplainStmt", "EXPLAIN", false, false},
};

static bool refuse_write(const char *word, struct err *err)
{
	err_set(err, ERR_USAGE, "--analyze runs the statement, and runs only what reads: this is %s", word);
	return err_hint(err, "without --analyze its plan is shown and nothing is run");
}

/* SELECT ... INTO makes a table. */
static bool makes_table(const struct parse_statement *statement)
{
	const json_t *fields = NULL;

	return parse_node(statement, &fields) && json_object_get(fields, "intoClause");
}

static bool check_tree(const struct parse_statement *statement, bool is_analyze, struct err *err)
{
	const json_t *fields = NULL;
	const char *node = parse_node(statement, &fields);

	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
		if (strcmp(kinds[i].node, node) != 0)
			continue;
		if (!kinds[i].has_plan)
			return err_set(err, ERR_USAGE, "give the statement alone: pgtend writes EXPLAIN itself, and runs it only with --analyze");
		if (is_analyze && (!kinds[i].reads || makes_table(statement)))
			return refuse_write(kinds[i].reads ? "SELECT INTO" : kinds[i].word, err);
		return true;
	}
	return err_set(err, ERR_USAGE, "a statement of this kind has no plan: SELECT, INSERT, UPDATE, DELETE, MERGE, VALUES and CREATE TABLE AS have one");
}

/* Newer than the parser: its first word must do. */
static bool check_word(const char *begin, const char *end, bool is_analyze, struct err *err)
{
	static const char *const words[] = {"SELECT", "WITH", "VALUES", "TABLE", "INSERT", "UPDATE", "DELETE", "MERGE", NULL};
	char word[16];

	parse_take_word(parse_skip_blank(begin, end), end, word);
	for (int i = 0; words[i]; i++) {
		if (strcmp(words[i], word) != 0)
			continue;
		return !is_analyze || i < 4 ? true : refuse_write(word, err);
	}
	return err_set(err, ERR_USAGE, "this is no statement that has a plan: SELECT, INSERT, UPDATE, DELETE, MERGE and VALUES have one");
}

static bool check_parsed(const char *sql, const struct parse *parse, bool is_analyze, struct err *err)
{
	if (parse->how == PARSE_ABSENT || parse->how == PARSE_UNCUT)
		return err_set(err, ERR_USAGE, "it cannot be told that this is one statement%s%s", parse->error ? ": " : "", parse->error ? parse->error : "");
	if (parse->count == 0)
		return err_set(err, ERR_USAGE, "there is no statement to explain");
	if (parse->count > 1)
		return err_set(err, ERR_USAGE, "these are %d statements: one at a time has a plan", parse->count);
	const struct parse_statement *statement = &parse->statements[0];

	if (statement->tree)
		return check_tree(statement, is_analyze, err);
	return check_word(sql + statement->begin, sql + statement->end, is_analyze, err);
}

bool explain_check_kind(const char *sql, bool is_analyze, struct err *err)
{
	struct parse parse = {0};

	parse_text(sql, true, &parse);
	bool is_good = check_parsed(sql, &parse, is_analyze, err);

	parse_done(&parse);
	return is_good;
}

bool explain_check(const char *sql, bool is_analyze, struct err *err)
{
	bool is_good = explain_check_kind(sql, is_analyze, err);

	if (is_good && explain_parameters(sql) > 0)
		return err_set(err, ERR_USAGE, "the statement has $1 where a value should stand: give it with values, or the number of the statement in pg_stat_statements");
	return is_good;
}
