/* restore/place.c - the whole database gets the name that people use, and the one that has it steps aside: both names in
 * one transaction. See restore/act.h for what a crash finds.
 *
 * ALTER DATABASE ... RENAME takes the database's lock and waits five seconds for its sessions to end. Whoever wants to
 * connect waits for that lock meanwhile, so it is enough to end those who are there, from another session, while it
 * waits. */
#include <string.h>

#include "act_internal.h"
#include "pgtend/core/mem.h"
#include "pgtend/core/units.h"
#include "pgtend/loop/task.h"
#include "pgtend/sql_embedded.h"

enum { DEADLINE_MS = 15000, READY_MS = 15000, ROUND_MS = 100 };

struct swap {
	struct placing *placing;
	struct live live;
	int64_t oid; /* of the target */
	bool has_timescale;
	char *old;
};

static struct session *keeper_of(const struct swap *swap)
{
	return swap->placing->scratch->keeper;
}

/* --- what belongs to the database itself ------------------------------------------------------------------------ */

static bool give(struct session *keeper, const char *statement, struct report *report, struct err *err)
{
	struct err trouble = {0};
	if (!session_query_wait(keeper, "SAVEPOINT given", NULL, 0, DEADLINE_MS, NULL, err))
		return false;
	if (session_query_wait(keeper, statement, NULL, 0, DEADLINE_MS, NULL, &trouble))
		return true;
	report_log(report, "could not be given to the new database: %s: %s", statement, trouble.text);
	return session_query_wait(keeper, "ROLLBACK TO SAVEPOINT given", NULL, 0, DEADLINE_MS, NULL, err);
}

/* As the live one has it now, not as it was when the dump was taken: who may connect today may connect tomorrow. */
static bool carry_over(const struct swap *swap, struct err *err)
{
	const struct intent *intent = swap->placing->intent;
	struct session *keeper = keeper_of(swap);
	const char *params[] = {intent->name, intent->scratch};
	struct result *r = NULL;
	bool is_good = session_query_wait(keeper, "BEGIN", NULL, 0, DEADLINE_MS, NULL, err) &&
	               session_query_wait(keeper, sql_restore_carry, params, 2, DEADLINE_MS, &r, err);
	for (int i = 0; is_good && i < result_rows(r); i++)
		is_good = give(keeper, result_text(r, i, 0), swap->placing->scratch->report, err);
	result_free(r);
	is_good = is_good && session_query_wait(keeper, "COMMIT", NULL, 0, DEADLINE_MS, NULL, err);
	struct err trouble = {0};
	if (!is_good && session_in_transaction(keeper) &&
	    !session_query_wait(keeper, "ROLLBACK", NULL, 0, DEADLINE_MS, NULL, &trouble))
		report_log(swap->placing->scratch->report, "%s", trouble.text);
	return is_good;
}

/* --- the names --------------------------------------------------------------------------------------------------- */

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

/* Somebody else may have changed names since we looked: then nothing of it happens. */
static void add_check(struct session *session, struct text *sql, const char *name, int64_t oid)
{
	char *quoted = session_quote_literal(session, name);
	char *body = mem_format("BEGIN IF (SELECT d.oid FROM pg_catalog.pg_database d WHERE d.datname = %s) IS DISTINCT FROM "
	                        "%lld THEN RAISE EXCEPTION 'another database is called %%', %s; END IF; END",
	    quoted, (long long)oid, quoted);
	char *whole = session_quote_literal(session, body);
	text_addf(sql, "DO %s;\n", whole);
	mem_free(quoted);
	mem_free(body);
	mem_free(whole);
}

static char *old_comment(const struct swap *swap)
{
	char now[UNITS_SIZE];
	const char *before = swap->live.comment;
	return mem_format("%s until %s, when pgtend restore took its place with %s%s%s", swap->placing->intent->name,
	    units_rfc3339(now, units_now_us() / 1000000 * 1000000), swap->placing->intent->from, before ? "; " : "",
	    before ? before : "");
}

static char *marker_named(const struct swap *swap)
{
	char now[UNITS_SIZE];
	const struct intent *intent = swap->placing->intent;
	return mem_format("pgtend restore of %s since %s as %s; has its name, but TimescaleDB's workers may not run: pgtend "
	                  "restore %s --finish",
	    intent->database, units_rfc3339(now, units_now_us() / 1000000 * 1000000), intent->scratch, intent->database);
}

static char *names_sql(const struct swap *swap, const char *comment)
{
	struct session *session = keeper_of(swap);
	const struct intent *intent = swap->placing->intent;
	struct text sql = {0};
	if (swap->old) {
		char *words = old_comment(swap);
		add_check(session, &sql, intent->name, swap->live.oid);
		add_quoted(session, &sql, "ALTER DATABASE % RENAME TO %;\n", intent->name, swap->old);
		add_comment(session, &sql, swap->old, words);
		if (swap->live.jobs > 0)
			add_quoted(session, &sql, "ALTER DATABASE % ALLOW_CONNECTIONS false;\n", swap->old, "");
		mem_free(words);
	}
	add_quoted(session, &sql, "ALTER DATABASE % RENAME TO %;\n", intent->scratch, intent->name);
	add_comment(session, &sql, intent->name, comment);
	add_check(session, &sql, intent->name, swap->oid);
	return text_take(&sql);
}

static void end_clients(const struct swap *swap)
{
	char *oid = mem_format("%lld", (long long)swap->live.oid);
	const char *params[] = {oid};
	struct err ignored = {0};
	if (swap->old && !session_query_wait(keeper_of(swap), sql_restore_end_clients, params, 1, DEADLINE_MS, NULL, &ignored))
		task_sleep(ROUND_MS);
	mem_free(oid);
}

/* An answer that was lost says nothing: the names do. */
static bool has_happened(const struct swap *swap)
{
	const char *params[] = {swap->placing->intent->name};
	struct result *r = NULL;
	struct err ignored = {0};
	bool is_known = session_query_wait(keeper_of(swap),
	    "SELECT d.oid FROM pg_catalog.pg_database d WHERE d.datname = $1", params, 1, DEADLINE_MS, &r, &ignored);
	bool has = is_known && result_rows(r) > 0 && result_int(r, 0, 0, 0) == swap->oid;
	result_free(r);
	return has;
}

static bool word_held(const struct swap *swap, struct err *err)
{
	char *oid = mem_format("%lld", (long long)(swap->old ? swap->live.oid : swap->oid));
	const char *params[] = {oid};
	struct result *r = NULL;
	struct err ignored = {0};
	const char *who = NULL;
	if (session_query_wait(keeper_of(swap), sql_restore_holders, params, 1, DEADLINE_MS, &r, &ignored))
		who = result_text(r, 0, 0);
	err_set(err, ERR_LOCKED, "%s could not be renamed, because sessions in it do not end%s%s",
	    swap->old ? swap->placing->intent->name : swap->placing->intent->scratch, who ? ": " : "", who ? who : "");
	result_free(r);
	mem_free(oid);
	return false;
}

static bool change_names(const struct swap *swap, const char *comment, struct err *err)
{
	struct placing *placing = swap->placing;
	struct session *session =
	    database_action_session(placing->fleet, placing->database, "postgres", "restore", 0, true);
	if (!session_ready_wait(session, READY_MS, err)) {
		session_free(session);
		session = database_action_session(placing->fleet, placing->database, "template1", "restore", 0, true);
		if (!session_ready_wait(session, READY_MS, err)) {
			session_free(session);
			return err_prefix(err, "names are changed from another database of the server");
		}
	}
	char *sql = names_sql(swap, comment);
	end_clients(swap);
	struct question *question = session_ask(session, sql, NULL, 0, 0);
	while (swap->old && session_state(session) == SESSION_BUSY) {
		end_clients(swap);
		task_sleep(ROUND_MS);
	}
	bool is_done = session_answer_wait(question, NULL, err);
	mem_free(sql);
	session_free(session);
	if (is_done || has_happened(swap))
		return true;
	return strcmp(err->sqlstate, "55006") == 0 ? word_held(swap, err) : false;
}

/* --- before and behind -------------------------------------------------------------------------------------------- */

static bool ask_timescale(struct swap *swap, struct err *err)
{
	const struct placing *placing = swap->placing;
	struct session *session =
	    database_action_session(placing->fleet, placing->database, placing->intent->scratch, "restore", 0, true);
	struct result *r = NULL;
	bool is_good = session_ready_wait(session, READY_MS, err) &&
	               session_query_wait(session, "SELECT FROM pg_catalog.pg_extension WHERE extname = 'timescaledb'", NULL,
	                   0, DEADLINE_MS, &r, err);
	swap->has_timescale = is_good && result_rows(r) > 0;
	result_free(r);
	session_free(session);
	return is_good;
}

static bool ask_target(struct swap *swap, char **comment, struct err *err)
{
	const struct placing *placing = swap->placing;
	const char *params[] = {placing->intent->scratch};
	struct result *r = NULL;
	bool is_good = session_query_wait(keeper_of(swap),
	    "SELECT d.oid, pg_catalog.shobj_description(d.oid, 'pg_database') FROM pg_catalog.pg_database d WHERE d.datname = $1",
	    params, 1, DEADLINE_MS, &r, err);
	if (is_good && result_rows(r) == 0)
		is_good = err_set(err, ERR_FAILED, "the database %s is gone", placing->intent->scratch);
	if (is_good) {
		const char *its = result_text(r, 0, 1);
		swap->oid = result_int(r, 0, 0, 0);
		*comment = its && !text_starts_with(its, "pgtend restore of ") ? mem_copy(its) : NULL;
	}
	result_free(r);
	return is_good && ask_timescale(swap, err);
}

static bool look(struct swap *swap, struct err *err)
{
	struct placing *placing = swap->placing;
	const struct intent *intent = placing->intent;
	if (!intent->is_replace)
		return true;
	if (!live_look(placing->fleet, placing->database, keeper_of(swap), &swap->live, err))
		return false;
	if (swap->live.is_there && swap->live.oid != intent->live_oid) {
		err_set(err, ERR_REFUSED, "%s is another database than the one that was to be replaced", intent->name);
		return err_hint(err, "look at both; pgtend restore %s --drop gives the restored one up", intent->database);
	}
	if (!swap->live.is_there)
		return true;
	char day[UNITS_SIZE], tail[UNITS_SIZE + 1] = "_";
	for (const char *c = units_day(day, units_now_us()); *c; c++)
		if (*c != '-')
			strncat(tail, c, 1);
	swap->old = target_free_name(keeper_of(swap), intent->name, tail, err);
	return swap->old && carry_over(swap, err);
}

bool place_workers(struct fleet *fleet, struct database *database, const char *dbname, struct err *err)
{
	struct session *session = database_action_session(fleet, database, dbname, "restore", 0, true);
	bool is_good = session_ready_wait(session, READY_MS, err) &&
	               session_query_wait(session, sql_restore_workers, NULL, 0, DEADLINE_MS, NULL, err);
	session_free(session);
	return is_good;
}

bool place_touch(struct placing *placing, struct err *err)
{
	const struct intent *intent = placing->intent;
	struct session *keeper = placing->scratch->keeper;
	struct text sql = {0};
	add_comment(keeper, &sql, intent->name, intent->comment);
	bool is_good = place_workers(placing->fleet, placing->database, intent->name, err) &&
	               session_query_wait(keeper, text_str(&sql), NULL, 0, DEADLINE_MS, NULL, err);
	text_done(&sql);
	if (is_good) {
		intent_forget(intent->scratch);
		return true;
	}
	err->kind = ERR_PARTIAL;
	err_prefix(err, "%s has its name, but a last step lacks", intent->name);
	return err_hint(err, "pgtend restore %s --finish", intent->database);
}

/* From here on it can be brought to its end without the dump. */
static bool mark_whole(const struct placing *placing, struct err *err)
{
	char now[UNITS_SIZE];
	const struct intent *intent = placing->intent;
	char *marker = mem_format("pgtend restore of %s since %s as %s; whole, not yet in the place of %s: pgtend restore %s "
	                          "--finish or --drop",
	    intent->database, units_rfc3339(now, units_now_us() / 1000000 * 1000000), intent->scratch, intent->name,
	    intent->database);
	bool is_good = session_queryf_wait(placing->scratch->keeper, DEADLINE_MS, NULL, err, "COMMENT ON DATABASE %I IS %L",
	    intent->scratch, marker);
	mem_free(marker);
	return is_good;
}

static bool place(struct swap *swap, struct err *err)
{
	struct placing *placing = swap->placing;
	struct intent intent = *placing->intent;
	char *comment = NULL;
	bool is_good = ask_target(swap, &comment, err) && mark_whole(placing, err) && look(swap, err);
	if (is_good) {
		intent.comment = swap->old ? swap->live.comment : comment;
		is_good = intent_write(&intent, err);
	}
	if (is_good) {
		char *marker = swap->has_timescale ? marker_named(swap) : NULL;
		report_step(placing->scratch->report, "names");
		is_good = change_names(swap, marker ? marker : intent.comment, err);
		mem_free(marker);
		struct err trouble = {0};
		if (!is_good && swap->live.has_timescale &&
		    !place_workers(placing->fleet, placing->database, intent.name, &trouble))
			report_log(placing->scratch->report, "TimescaleDB's workers in %s may stand still: %s", intent.name, trouble.text);
	}
	if (is_good) {
		placing->old = mem_copy(swap->old);
		placing->is_old_closed = swap->old && swap->live.jobs > 0;
		const struct intent *given = placing->intent;
		placing->intent = &intent;
		if (swap->has_timescale)
			is_good = place_touch(placing, err);
		else
			intent_forget(intent.scratch);
		placing->intent = given;
	}
	mem_free(comment);
	return is_good;
}

/* What is known of it is of the old one. */
static void learn_again(const struct placing *placing)
{
	struct err ignored = {0};
	struct session *session = database_action_session(placing->fleet, placing->database, NULL, "restore", 0, true);
	if (session_ready_wait(session, READY_MS, &ignored) &&
	    !database_learn_again_wait(placing->fleet, placing->database, session, &ignored))
		report_log(placing->scratch->report, "%s: %s", placing->intent->name, ignored.text);
	session_free(session);
}

bool place_target(struct placing *placing, struct err *err)
{
	struct swap swap = {.placing = placing};
	/* Neither half of it helps anybody. */
	task_shield();
	bool is_good = place(&swap, err);
	if (is_good && placing->intent->is_replace)
		learn_again(placing);
	task_unshield();
	live_done(&swap.live);
	mem_free(swap.old);
	return is_good;
}
