/* doctor/inside.c - rights and clock: what the role may do where it has come to, and whether both sides agree on the time. */
#include "internal.h"

#include <math.h>
#include <string.h>

#include "pgtend/core/mem.h"
#include "pgtend/core/units.h"
#include "pgtend/fleet/limits.h"
#include "pgtend/migrate/migrate.h"
#include "pgtend/sql_embedded.h"

static struct result *ask(struct walk *walk, enum step step, const char *sql, const char *const *params, int count)
{
	struct result *result = NULL;
	struct err err = {0};
	int64_t started_us = units_now_us();

	if (session_query_wait(walk->session, sql, params, count, DOCTOR_QUESTION_MS, &result, &err)) {
		step_took(walk, step, (double)(units_now_us() - started_us) / 1000.0);
		return result;
	}
	step_say(walk, step, FOUND_FAILED, mem_copy(err.text), err.hint[0] ? mem_copy(err.hint) : NULL);
	result_free(result);
	return NULL;
}

/* --- rights ------------------------------------------------------------------------------------ */

static void say_tables(struct walk *walk, const struct result *rights, const char *who)
{
	int64_t tables = result_int(rights, 0, result_column(rights, "tables"), 0), readable = result_int(rights, 0, result_column(rights, "readable"), 0);
	bool has_reader = result_int(rights, 0, result_column(rights, "version_num"), 0) >= 140000;
	char *words = tables == 0 ? mem_format("%s, no table yet", who) : mem_format("%s reads %lld of %lld table%s", who, (long long)readable, (long long)tables, tables == 1 ? "" : "s");
	char *role = walk_quoted(walk, who);

	if (readable == tables)
		step_say(walk, STEP_RIGHTS, FOUND_OK, words, NULL);
	else
		step_say(walk, STEP_RIGHTS, FOUND_NOTE, words, has_reader ? mem_format("GRANT pg_read_all_data TO %s, if it should read them", role)
			: mem_format("GRANT SELECT ON ALL TABLES IN SCHEMA ... TO %s, if it should read them", role));
	mem_free(role);
}

static void say_closed(struct walk *walk, const struct result *rights, const char *who)
{
	struct words schemas = {0};
	const char *closed = result_text(rights, 0, result_column(rights, "closed"));
	struct text mend = {0};

	words_split(&schemas, closed ? closed : "", "\n");
	if (schemas.count == 0)
		return;
	char *list = words_join(&schemas, ", "), *role = walk_quoted(walk, who);

	for (size_t i = 0; i < schemas.count; i++) {
		char *schema = walk_quoted(walk, schemas.v[i]);

		text_addf(&mend, "%s%s", i > 0 ? ", " : "GRANT USAGE ON SCHEMA ", schema);
		mem_free(schema);
	}
	text_addf(&mend, " TO %s", role);
	step_say(walk, STEP_RIGHTS, FOUND_NOTE, mem_format("schema %s is closed to it", list), text_take(&mend));
	mem_free(list);
	mem_free(role);
	words_done(&schemas);
}

static void say_monitor(struct walk *walk, const struct result *rights, const char *who)
{
	if (result_bool(rights, 0, result_column(rights, "is_monitor")))
		return;
	char *role = walk_quoted(walk, who);

	step_say(walk, STEP_RIGHTS, FOUND_NOTE, mem_copy("other sessions' queries, the log's folder and most settings are hidden from it"), mem_format("GRANT pg_monitor TO %s", role));
	mem_free(role);
}

/* The history can be read; a migration writes into it and makes tables beside it. */
static void say_writing(struct walk *walk, const struct ledger *ledger, const char *who)
{
	const char *params[] = {ledger->history_schema, ledger->history_table};
	struct result *result = ask(walk, STEP_RIGHTS, sql_doctor_history_rights, params, 2);

	if (!result)
		return;
	char *role = walk_quoted(walk, who), *schema = walk_quoted(walk, ledger->history_schema);
	bool has_schema = result_rows(result) > 0, may_create = has_schema && result_bool(result, 0, result_column(result, "may_create"));
	bool may_write = !ledger->has_history || (has_schema && result_bool(result, 0, result_column(result, "may_write")));
	const char *sequences = has_schema ? result_text(result, 0, result_column(result, "sequences")) : NULL;

	if (!ledger->has_history)
		step_say(walk, STEP_RIGHTS, FOUND_OK, mem_format("no migration history %s yet", ledger->history), NULL);
	else
		step_say(walk, STEP_RIGHTS, FOUND_OK, mem_format("the migration history %s can be read", ledger->history), NULL);
	if (!may_write)
		step_say(walk, STEP_RIGHTS, FOUND_NOTE, mem_copy("but not written: it cannot migrate"), mem_format("GRANT INSERT, UPDATE, DELETE ON %s TO %s, if it should migrate", ledger->history, role));
	if (sequences)
		step_say(walk, STEP_RIGHTS, FOUND_NOTE, mem_format("its rows take their numbers from %s, which it may not use", sequences),
			mem_format("GRANT USAGE ON SEQUENCE %s TO %s, if it should migrate", sequences, role));
	if (has_schema && !may_create)
		step_say(walk, STEP_RIGHTS, FOUND_NOTE, mem_format("it cannot make tables in schema %s", ledger->history_schema), mem_format("GRANT CREATE ON SCHEMA %s TO %s, if it should migrate", schema, role));
	mem_free(role);
	mem_free(schema);
	result_free(result);
}

static void say_history(struct walk *walk, const char *who)
{
	static const char owner[] = "its owner may say: ";
	struct ledger ledger;
	struct err err = {0};

	memset(&ledger, 0, sizeof ledger);
	if (ledger_look(walk->database, walk->session, &ledger, &err)) {
		if (ledger.history)
			say_writing(walk, &ledger, who);
	} else if (err.kind != ERR_CANCELLED) {
		const char *mend = text_starts_with(err.hint, owner) ? err.hint + strlen(owner) : err.hint;

		step_say(walk, STEP_RIGHTS, strcmp(err.sqlstate, "42501") == 0 ? FOUND_FAILED : FOUND_NOTE, mem_copy(err.text), *mend ? mem_copy(mend) : NULL);
	}
	ledger_done(&ledger);
}

void step_rights(struct walk *walk)
{
	struct result *rights = ask(walk, STEP_RIGHTS, sql_doctor_rights, NULL, 0);

	if (!rights)
		return;
	const char *who = result_text(rights, 0, result_column(rights, "who"));

	say_tables(walk, rights, who ? who : "?");
	say_history(walk, who ? who : "?");
	say_closed(walk, rights, who ? who : "?");
	say_monitor(walk, rights, who ? who : "?");
	result_free(rights);
}

/* --- clock ------------------------------------------------------------------------------------- */

void step_clock(struct walk *walk)
{
	int64_t before_us = units_now_us();
	struct result *result = ask(walk, STEP_CLOCK, sql_doctor_clock, NULL, 0);
	int64_t after_us = units_now_us();

	if (!result)
		return;
	/* its answer is as old as the way back */
	double ahead_s = (double)(result_int(result, 0, 0, 0) - (before_us + (after_us - before_us) / 2)) / 1e6, apart_s = fabs(ahead_s);
	double warn_s = limits_value(walk->fleet, "clock_skew_warn"), crit_s = limits_value(walk->fleet, "clock_skew_crit");
	char *words = apart_s < 1 ? mem_format("both clocks agree within %.3f s", apart_s + (double)(after_us - before_us) / 2e6)
	                          : mem_format("the server's clock is %.1f s %s of this machine's", apart_s, ahead_s > 0 ? "ahead" : "behind");
	enum finding_kind kind = apart_s >= crit_s ? FOUND_FAILED : apart_s >= warn_s ? FOUND_NOTE : FOUND_OK;

	step_say(walk, STEP_CLOCK, kind, words, kind == FOUND_OK ? NULL : mem_copy("see timedatectl, or chronyc tracking, on both machines: ages, retention and certificates are judged by these clocks"));
	result_free(result);
}
