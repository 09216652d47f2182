/* See scratch/swap.h.
 *
 * ALTER DATABASE ... RENAME takes the database's lock and waits five seconds for its sessions to end. Whoever wants to
 * connect waits for that lock meanwhile, so it is enough to end those who are there, from another session, while it
 * waits. */
#include "pgtend/scratch/swap.h"

#include <string.h>

#include "pgtend/core/mem.h"
#include "pgtend/core/text.h"
#include "pgtend/loop/task.h"
#include "pgtend/sql_embedded.h"

/* A swap that nobody is in the way of takes a few milliseconds: who looks for its end does so often at first. */
enum { DEADLINE_MS = 15000, READY_MS = 15000, FIRST_ROUND_MS = 2, LAST_ROUND_MS = 100 };

/* --- what belongs to the database itself ------------------------------------------------------------------------ */

/* Where `to`, a name of ours that needs no quotes, stands for the one that it gets. */
static char *as_known(struct session *keeper, const char *statement, const char *to, const char *known_as)
{
	const char *at = strstr(statement, to);
	char *name = session_quote_identifier(keeper, known_as);
	char *known = at ? mem_format("%.*s%s%s", (int)(at - statement), statement, name, at + strlen(to)) : mem_copy(statement);
	mem_free(name);
	return known;
}

static bool give(struct session *keeper, const char *statement, const char *known, struct report *report, struct err *err)
{
	struct err trouble = {0};
	if (!session_query_wait(keeper, "SAVEPOINT given", NULL, 0, DEADLINE_MS, NULL, err))
		return false;
	if (session_query_wait(keeper, statement, NULL, 0, DEADLINE_MS, NULL, &trouble))
		return true;
	report_log(report, "could not be given to the new database: %s: %s", known, trouble.text);
	return session_query_wait(keeper, "ROLLBACK TO SAVEPOINT given", NULL, 0, DEADLINE_MS, NULL, err);
}

/* All at once, as nearly always goes; the change of names that follows brings it to the disk. */
static bool give_all(struct session *keeper, const struct result *statements)
{
	struct text sql = {0};
	struct err ignored = {0};
	text_add(&sql, "SET LOCAL synchronous_commit = off;\n");
	for (int i = 0; i < result_rows(statements); i++)
		text_addf(&sql, "%s;\n", result_text(statements, i, 0));
	bool is_good = session_query_wait(keeper, text_str(&sql), NULL, 0, DEADLINE_MS, NULL, &ignored);
	text_done(&sql);
	return is_good;
}

static bool give_each(struct session *keeper, const struct result *statements, const char *to, const char *known_as,
    struct report *report, struct err *err)
{
	bool is_good = session_query_wait(keeper, "BEGIN", NULL, 0, DEADLINE_MS, NULL, err);
	for (int i = 0; is_good && i < result_rows(statements); i++) {
		char *known = as_known(keeper, result_text(statements, i, 0), to, known_as);
		is_good = give(keeper, result_text(statements, i, 0), known, report, err);
		mem_free(known);
	}
	return is_good && session_query_wait(keeper, "COMMIT", NULL, 0, DEADLINE_MS, NULL, err);
}

static bool carry(struct session *keeper, const char *from, const char *to, const char *known_as, bool is_of_settings,
    struct report *report, struct err *err)
{
	const char *params[] = {from, to, is_of_settings ? "true" : "false"};
	struct result *r = NULL;
	bool is_good = session_query_wait(keeper, sql_scratch_carry, params, 3, DEADLINE_MS, &r, err) &&
	               (give_all(keeper, r) || give_each(keeper, r, to, known_as, report, err));
	result_free(r);
	struct err trouble = {0};
	if (!is_good && session_in_transaction(keeper) &&
	    !session_query_wait(keeper, "ROLLBACK", NULL, 0, DEADLINE_MS, NULL, &trouble))
		report_log(report, "%s", trouble.text);
	return is_good;
}

/* As the live one has it now: who may connect today may connect tomorrow. */
bool swap_carry_over_wait(struct session *keeper, const char *from, const char *to, const char *known_as,
    struct report *report, struct err *err)
{
	return carry(keeper, from, to, known_as, false, report, err);
}

bool swap_carry_settings_wait(struct session *keeper, const char *from, const char *to, struct err *err)
{
	struct report ignored = {0};
	bool is_good = carry(keeper, from, to, to, true, &ignored, err);
	report_done(&ignored);
	return is_good;
}

/* --- the transaction ---------------------------------------------------------------------------------------------- */

static void add_quoted(struct session *session, struct text *sql, const char *format, const char *a, const char *b)
{
	char *first = session_quote_identifier(session, a), *second = session_quote_identifier(session, b);
	for (int n = 0; *format; format++) {
		if (*format == '%')
			text_add(sql, n++ == 0 ? first : second);
		else
			text_add_char(sql, *format);
	}
	mem_free(first);
	mem_free(second);
}

static void add_comment(struct session *session, struct text *sql, const char *name, const char *comment)
{
	char *quoted = comment ? session_quote_literal(session, comment) : mem_copy("NULL");
	add_quoted(session, sql, "COMMENT ON DATABASE % IS ", name, "");
	text_addf(sql, "%s;\n", quoted);
	mem_free(quoted);
}

static void add_do(struct session *session, struct text *sql, const char *body)
{
	char *quoted = session_quote_literal(session, body);
	text_addf(sql, "DO %s;\n", quoted);
	mem_free(quoted);
}

/* Somebody else may have changed names since we looked: then nothing of it happens. */
static void add_check(struct session *session, struct text *sql, const char *name, int64_t oid)
{
	char *quoted = session_quote_literal(session, name);
	char *body = mem_format("BEGIN IF (SELECT d.oid FROM pg_catalog.pg_database d WHERE d.datname = %s) IS DISTINCT FROM "
	                        "%lld THEN RAISE EXCEPTION 'another database is called %%', %s; END IF; END",
	    quoted, (long long)oid, quoted);
	add_do(session, sql, body);
	mem_free(quoted);
	mem_free(body);
}

/* The mark of a template goes along, not before: it would keep the new one from being dropped when nothing comes of it, and
 * the old one afterwards. */
static void add_template_mark(struct session *session, struct text *sql, const struct swap *swap)
{
	struct text body = {0};
	text_addf(&body, "BEGIN IF (SELECT d.datistemplate FROM pg_catalog.pg_database d WHERE d.oid = %lld) THEN\n", (long long)swap->old_oid);
	add_quoted(session, &body, "ALTER DATABASE % IS_TEMPLATE false; ALTER DATABASE % IS_TEMPLATE true; END IF; END", swap->name, swap->fresh);
	add_do(session, sql, text_str(&body));
	text_done(&body);
}

/* One message is one transaction. */
static char *names_sql(const struct swap *swap, struct session *session, const char *before)
{
	struct text sql = {0};
	text_add(&sql, before);
	if (swap->old) {
		add_check(session, &sql, swap->name, swap->old_oid);
		add_template_mark(session, &sql, swap);
		add_quoted(session, &sql, "ALTER DATABASE % RENAME TO %;\n", swap->name, swap->old);
		add_comment(session, &sql, swap->old, swap->old_comment);
		if (swap->closes_old)
			add_quoted(session, &sql, "ALTER DATABASE % ALLOW_CONNECTIONS false;\n", swap->old, "");
	}
	add_quoted(session, &sql, "ALTER DATABASE % RENAME TO %;\n", swap->fresh, swap->name);
	if (swap->opens_fresh)
		add_quoted(session, &sql, "ALTER DATABASE % ALLOW_CONNECTIONS true;\n", swap->name, "");
	add_comment(session, &sql, swap->name, swap->comment);
	add_check(session, &sql, swap->name, swap->fresh_oid);
	return text_take(&sql);
}

/* --- who is in the way -------------------------------------------------------------------------------------------- */

static void end_clients(const struct swap *swap)
{
	if (swap->end_fn && swap->old) {
		(void)swap->end_fn(swap->end_arg);
		return;
	}
	char *oid = mem_format("%lld", (long long)swap->old_oid);
	const char *params[] = {oid};
	struct err ignored = {0};
	if (swap->old && !session_query_wait(swap->keeper, sql_scratch_end_clients, params, 1, DEADLINE_MS, NULL, &ignored))
		task_sleep(LAST_ROUND_MS);
	mem_free(oid);
}

/* An answer that was lost says nothing: the names do. */
static bool has_happened(const struct swap *swap)
{
	const char *params[] = {swap->name};
	struct result *r = NULL;
	struct err ignored = {0};
	bool is_known = session_ready_wait(swap->keeper, READY_MS, &ignored) && session_query_wait(swap->keeper,
	    "SELECT d.oid FROM pg_catalog.pg_database d WHERE d.datname = $1", params, 1, DEADLINE_MS, &r, &ignored);
	bool has = is_known && result_rows(r) > 0 && result_int(r, 0, 0, 0) == swap->fresh_oid;
	result_free(r);
	return has;
}

static bool word_held(const struct swap *swap, struct err *err)
{
	char *oid = mem_format("%lld", (long long)(swap->old ? swap->old_oid : swap->fresh_oid));
	const char *params[] = {oid};
	struct result *r = NULL;
	struct err ignored = {0};
	const char *who = NULL;
	if (session_query_wait(swap->keeper, sql_scratch_holders, params, 1, DEADLINE_MS, &r, &ignored))
		who = result_text(r, 0, 0);
	err_set(err, ERR_LOCKED, "%s could not be renamed, because sessions in it do not end%s%s",
	    swap->old ? swap->name : swap->fresh, who ? ": " : "", who ? who : "");
	result_free(r);
	mem_free(oid);
	return false;
}

static struct session *acting_session(const struct swap *swap, struct err *err)
{
	static const char *const names[] = {"postgres", "template1"};
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		struct session *session =
		    database_action_session(swap->fleet, swap->database, names[i], swap->verb, 0, true);
		if (session_ready_wait(session, READY_MS, err))
			return session;
		session_free(session);
	}
	err_prefix(err, "names are changed from another database of the server");
	return NULL;
}

/* Nearly always nobody comes back within the moment that it takes: then the keeper does it by itself. Who does is seen
 * by a RENAME that waits, and the transaction is given up. */
static bool names_at_once(const struct swap *swap)
{
	struct err ignored = {0};
	char *sql = names_sql(swap, swap->keeper, "SET LOCAL statement_timeout = '300ms';\n");
	bool is_done = session_query_wait(swap->keeper, sql, NULL, 0, DEADLINE_MS, NULL, &ignored);
	mem_free(sql);
	return is_done;
}

static bool names_patiently(const struct swap *swap, struct err *err)
{
	struct session *session = acting_session(swap, err);
	if (!session)
		return false;
	char *sql = names_sql(swap, session, "");
	struct question *question = session_ask(session, sql, NULL, 0, 0);
	for (int round_ms = FIRST_ROUND_MS; swap->old && session_state(session) == SESSION_BUSY;
	     round_ms = round_ms * 2 < LAST_ROUND_MS ? round_ms * 2 : LAST_ROUND_MS) {
		task_sleep(round_ms);
		if (session_state(session) == SESSION_BUSY)
			end_clients(swap);
	}
	bool is_done = session_answer_wait(question, NULL, err);
	mem_free(sql);
	session_free(session);
	return is_done;
}

bool swap_names_wait(const struct swap *swap, struct err *err)
{
	end_clients(swap);
	if (names_at_once(swap) || has_happened(swap) || names_patiently(swap, err) || has_happened(swap))
		return true;
	return strcmp(err->sqlstate, "55006") == 0 ? word_held(swap, err) : false;
}
