/* What stands in DO blocks: their statements run with the migration, and generators (Drizzle's foreign keys) hide behind them. Of PL/pgSQL's
 * tree only the texts are used; they are looked up in the block, so that positions are the file's. See lint_internal.h. */
#include <string.h>

#include "lint_internal.h"
#include "pgtend/core/mem.h"

struct body {
	const char *sql;      /* of the step */
	size_t end;           /* of the DO statement in it */
	size_t behind;        /* of the statement found last */
	char *shadow;         /* as long as sql: blank but for the statements found */
};

static void show(struct body *body, const char *text)
{
	size_t length = strlen(text);
	const char *from = body->sql + body->behind;
	const char *at = length > 0 ? memmem(from, body->end - body->behind, text, length) : NULL;
	if (!at)
		return;
	size_t begin = (size_t)(at - body->sql);
	memcpy(body->shadow + begin, text, length);
	body->behind = begin + length;
	/* The byte behind is the statement's own semicolon. */
	if (body->behind < body->end)
		body->shadow[body->behind] = ';';
}

/* Statements stand as {"PLpgSQL_stmt_execsql": {"sqlstmt": {"PLpgSQL_expr": {"query": ...}}}}. */
static bool visit(const char *name, const json_t *fields, void *arg)
{
	if (strcmp(name, "PLpgSQL_stmt_execsql") != 0)
		return true;
	const char *text = tree_text(tree_only(tree_get(fields, "sqlstmt"), "PLpgSQL_expr"), "query");
	if (text)
		show(arg, text);
	return false;
}

static void add_body(struct lint *lint, int step, const struct parse_statement *statement, char *shadow)
{
	const char *sql = lint->plan->steps[step].text.sql;
	struct body body = {
	    .sql = sql, .end = statement->end, .behind = statement->begin, .shadow = shadow};
	char *text = mem_copy_n(sql + statement->begin, statement->end - statement->begin);
	json_t *tree = parse_plpgsql(text);
	tree_walk(tree, visit, &body);
	json_decref(tree);
	mem_free(text);
}

void lint_body(struct lint *lint, int step)
{
	const struct parse *parse = &lint->parses[step];
	char *shadow = NULL;
	for (int i = 0; i < parse->count; i++) {
		if (!tree_only(parse->statements[i].tree, "DoStmt"))
			continue;
		if (!shadow) {
			shadow = mem_copy(lint->plan->steps[step].text.sql);
			memset(shadow, ' ', strlen(shadow));
		}
		add_body(lint, step, &parse->statements[i], shadow);
	}
	if (shadow)
		parse_text(shadow, true, &lint->bodies[step]);
	mem_free(shadow);
}
