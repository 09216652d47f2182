/* How each migration runs: in a transaction, outside, by psql; and which of them commit together. See plan_internal.h. */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "pgtend/core/mem.h"
#include "pgtend/syntax/statements.h"
#include "plan_internal.h"

/* --- `-- pgtend: no-transaction` ------------------------------------------------------------------------------------- */

/* The comment that begins here is it. */
static bool is_directive(const char *comment)
{
	static const char name[] = "pgtend:", word[] = "no-transaction";
	const char *s = comment + strspn(comment, "-");
	s += strspn(s, " \t");
	if (strncasecmp(s, name, strlen(name)) != 0)
		return false;
	s += strlen(name);
	s += strspn(s, " \t");
	if (strncasecmp(s, word, strlen(word)) != 0)
		return false;
	s += strlen(word);
	return strchr(" \t\r\n", *s) != NULL;
}

/* As a comment of the SQL, not in a string. */
static bool find_directive(const char *sql, size_t *offset)
{
	for (const char *s = strstr(sql, "--"); s; s = strstr(s + strspn(s, "-"), "--"))
		if (is_directive(s) && parse_is_code(sql, (size_t)(s - sql))) {
			*offset = (size_t)(s - sql);
			return true;
		}
	return false;
}

/* Above the first statement it speaks of the whole file, also where the tool begins the part at a marker below. Returns its line; 0: none. */
static int directive_above(const char *file)
{
	int line = 1;
	for (const char *s = file; *s; line++) {
		size_t length = strcspn(s, "\n");
		const char *word = s + strspn(s, " \t\r\xEF\xBB\xBF");
		if (word < s + length && *word != '\r' && strncmp(word, "--", 2) != 0)
			return 0;
		if (strncmp(word, "--", 2) == 0 && is_directive(word))
			return line;
		/* "-- Up Migration", "-- migrate:up": what follows is one part's. */
		for (const char *c = word; c + 7 < s + length; c++)
			if (strncasecmp(c, "migrat", 6) == 0 && (c == word || !isalpha((unsigned char)c[-1])))
				return 0;
		s += length + (s[length] == '\n');
	}
	return 0;
}

/* --- one step ----------------------------------------------------------------------------------------------------- */

static bool refuse(struct plan_step *step, size_t offset, struct err *err, const char *what, const char *hint)
{
	char *place = plan_place(step, offset);
	err_set(err, ERR_FAILED, "%s: %s", place, what);
	mem_free(place);
	return err_hint(err, "%s; nothing was run", hint);
}

static void set_mode(struct plan_step *step, enum plan_mode mode, const char *word, size_t offset)
{
	char *place = plan_place(step, offset);
	step->mode = mode;
	step->mode_why = mem_format("%s at %s", word, place);
	mem_free(place);
}

static bool refuse_transaction(struct plan_step *step, const struct statements *found, struct err *err)
{
	char *what = mem_format(
	    "%s of its own: a migration runs in one transaction together with its history row", found->transaction.word);
	refuse(step, found->transaction.offset, err, what, "take it out of the file, or say `-- pgtend: no-transaction` in it");
	mem_free(what);
	return false;
}

/* Statement by statement: they must be cut for certain. */
static bool cut(struct plan_step *step, const struct statements *found, struct err *err)
{
	if (found->psql.is_there) {
		char *what = mem_format("%s, and %s: only psql understands the first, and only outside a transaction goes the second",
		    found->psql.word, step->mode_why);
		refuse(step, found->psql.offset, err, what, "make two files of it");
		mem_free(what);
		return false;
	}
	parse_text(step->text.sql, false, &step->cuts);
	if (step->cuts.how == PARSE_TREE || step->cuts.how == PARSE_SCANNED)
		return true;
	if (step->cuts.how == PARSE_ABSENT)
		return refuse(step, 0, err, "it runs statement by statement, and PostgreSQL's parser, which cuts it, is not here",
		    "install libpg-query (on Debian libpg-query1504)");
	char *what = mem_format("it runs statement by statement, and cannot be cut into them here: %s",
	    step->cuts.error ? step->cuts.error : "newer than the parser");
	refuse(step, step->cuts.error_offset, err, what, "put what is newer than the parser into a file of its own");
	mem_free(what);
	return false;
}

static void blank(char *sql, size_t begin, size_t end)
{
	for (; begin < end; begin++)
		if (sql[begin] != '\n' && sql[begin] != '\r')
			sql[begin] = ' ';
}

/* BEGIN; ... COMMIT; around the whole: it runs in ours, where its history row can be with it. Positions stay. */
static void unwrap(struct plan_step *step, const struct statements *found, struct plan *plan)
{
	char *place = plan_place(step, found->wrap[0]);
	blank(step->text.sql, found->wrap[0], found->wrap[1]);
	blank(step->text.sql, found->wrap[2], found->wrap[3]);
	words_take(&plan->warnings, mem_format("%s: its own BEGIN and COMMIT are left out: it runs in one transaction with its "
	                                       "history row",
	                                place));
	mem_free(place);
}

bool plan_judge(const struct database *database, const char *file, struct plan_step *step, struct plan *plan, struct err *err)
{
	struct statements found;
	size_t offset = 0;
	int line;
	statements_read(step->text.sql, database->server ? database->server->version_num : 0, &found);
	step->is_watched = found.is_unknown;
	if (find_directive(step->text.sql, &offset)) {
		set_mode(step, PLAN_STATEMENTS, "`-- pgtend: no-transaction`", offset);
	} else if ((line = directive_above(file)) > 0) {
		step->mode = PLAN_STATEMENTS;
		step->mode_why = mem_format("`-- pgtend: no-transaction` at %s:%d", step->path, line);
	} else if (step->text.is_outside_transaction) {
		set_mode(step, PLAN_STATEMENTS, "`transaction:false`", 0);
	} else if (found.outside.is_there) {
		if (found.transaction.is_there)
			return refuse_transaction(step, &found, err);
		set_mode(step, PLAN_STATEMENTS, found.outside.word, found.outside.offset);
	}
	if (step->mode == PLAN_STATEMENTS) {
		step->is_watched = false;
		return cut(step, &found, err);
	}
	if (found.transaction.is_there && !found.is_wrapped)
		return refuse_transaction(step, &found, err);
	if (found.is_wrapped)
		unwrap(step, &found, plan);
	if (found.psql.is_there) {
		step->is_watched = false;
		set_mode(step, PLAN_PSQL, found.psql.word, found.psql.offset);
	}
	return true;
}

/* --- together --------------------------------------------------------------------------------------------------------- */

enum transaction_mode plan_transaction_mode(
    const struct ledger *ledger, const struct database *database, const struct migrate_options *options)
{
	const char *key = database->section ? section_text(database->section, "transaction") : NULL;
	if (options->transaction != TRANSACTION_AS_TOOL)
		return options->transaction;
	if (key)
		return strcmp(key, "all") == 0 ? TRANSACTION_ALL : TRANSACTION_FILE;
	return ledger->dialect->run->transaction;
}

void plan_number(const struct ledger *ledger, enum transaction_mode mode, struct plan *plan)
{
	for (int i = 0; i < plan->count; i++) {
		struct plan_step *step = &plan->steps[i];
		bool is_joined = mode == TRANSACTION_ALL && i > 0 && step->mode == PLAN_TRANSACTION &&
		                 plan->steps[i - 1].mode == PLAN_TRANSACTION;
		if (step->mode != PLAN_STATEMENTS)
			step->transaction = is_joined ? plan->transaction_count : ++plan->transaction_count;
		if (mode == TRANSACTION_ALL && plan->count > 1 && step->mode != PLAN_TRANSACTION)
			words_take(&plan->warnings,
			    mem_format("%s cannot run in the transaction of the others (%s): what stands before it commits first",
			        ledger->files[step->file].name, step->mode_why));
	}
}
