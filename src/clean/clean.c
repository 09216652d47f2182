/* clean/clean.c - empties a database and keeps its structure, its migration history, and what was asked to stay. */
#include <stdlib.h>
#include <string.h>

#include "clean_internal.h"
#include "pgtend/fleet/blocker.h"
#include "pgtend/loop/task.h"
#include "pgtend/pg/alone.h"
#include "pgtend/core/mem.h"
#include "pgtend/core/units.h"

static const struct table_column columns[] = {
    {"database", CELL_TEXT, "database", 0, "Name of the [database] section."},
    {"schema", CELL_TEXT, "schema", 1, "pg_namespace.nspname."},
    {"name", CELL_TEXT, "name", 0, "pg_class.relname."},
    {"kind", CELL_TEXT, "kind", 1,
        "table, partitioned table, hypertable, continuous aggregate, materialized view, foreign table or sequence."},
    {"action", CELL_TEXT, "action", 0, "emptied, refreshed, restarted (sequences that no table owns) or kept."},
    {"reason", CELL_TEXT, "why", 2, "Why it was kept; null for the others."},
    {"rows_before", CELL_COUNT, "before", 0,
        "Rows before: counted up to 16 MB, beyond that pg_class.reltuples (approximate)."},
    {"rows_after", CELL_COUNT, "after", 0,
        "Rows counted in the same transaction, after it; not 0 when a trigger wrote some."},
    {"bytes_before", CELL_BYTES, "size", 1, "pg_total_relation_size() before, with partitions or chunks."},
};
const struct table_shape clean_shape = {"clean", columns, sizeof columns / sizeof columns[0]};

/* ---- rows -------------------------------------------------------------------- */

static const char *action_word(enum clean_action action)
{
	return action == CLEAN_KEEP ? "kept" : action == CLEAN_REFRESH ? "refreshed" : "emptied";
}

static void add_relation_row(struct table *rows, const struct database *database, const struct clean_relation *relation)
{
	int row = table_add_row(rows);
	table_set_text(rows, row, "database", database->name);
	table_set_text(rows, row, "schema", relation->schema);
	table_set_text(rows, row, "name", relation->name);
	table_set_text(rows, row, "kind", clean_kind_word(relation->kind));
	table_set_text(rows, row, "action", action_word(relation->action));
	table_set_text(rows, row, "reason", relation->reason);
	if (relation->action == CLEAN_KEEP || relation->action == CLEAN_REFRESH)
		return;
	if (relation->rows_before >= 0) {
		table_set_int(rows, row, "rows_before", relation->rows_before);
	} else if (relation->rows_estimate >= 0) {
		table_set_int(rows, row, "rows_before", relation->rows_estimate);
		table_set_approximate(rows, row, "rows_before");
	}
	if (relation->rows_after >= 0)
		table_set_int(rows, row, "rows_after", relation->rows_after);
	else if (!relation->may_select)
		table_set_missing(rows, row, "rows_after", MISSING_PRIVILEGE);
	if (relation->bytes >= 0)
		table_set_int(rows, row, "bytes_before", relation->bytes);
	else
		table_set_missing(rows, row, "bytes_before", MISSING_LOCKED);
}

static struct table *rows_of(const struct database *database, const struct clean_set *set)
{
	struct table *rows = table_new(&clean_shape);
	for (int i = 0; i < set->count; i++)
		if (set->relations[i].action != CLEAN_WITH_PARENT && !set->relations[i].is_extension_member)
			add_relation_row(rows, database, &set->relations[i]);
	for (int i = 0; i < set->sequence_count; i++) {
		if (!set->sequences[i].is_restarted)
			continue;
		int row = table_add_row(rows);
		table_set_text(rows, row, "database", database->name);
		table_set_text(rows, row, "schema", set->sequences[i].schema);
		table_set_text(rows, row, "name", set->sequences[i].name);
		table_set_text(rows, row, "kind", "sequence");
		table_set_text(rows, row, "action", "restarted");
	}
	return rows;
}

/* ---- what it says -------------------------------------------------------------- */

static void tell_history(const struct clean_set *set, struct report *report)
{
	for (int i = 0; i < set->count; i++) {
		const struct clean_relation *relation = &set->relations[i];
		if (relation->action != CLEAN_KEEP || relation->reason != clean_reason_history)
			continue;
		if (clean_is_ledger(set, relation))
			report_log(report, "history kept: %s.%s, %lld row%s", relation->schema, relation->name,
			    (long long)set->history_rows, set->history_rows == 1 ? "" : "s");
		else
			report_log(report, "history kept: %s.%s", relation->schema, relation->name);
	}
}

static void tell_done(
    const struct database *database, const struct clean_set *set, int64_t began_us, struct report *report)
{
	char took[UNITS_SIZE];
	int64_t rows = 0;
	bool is_about = false;
	for (int i = 0; i < set->count; i++) {
		const struct clean_relation *relation = &set->relations[i];
		if (relation->action != CLEAN_EMPTY)
			continue;
		rows += relation->rows_before >= 0    ? relation->rows_before
		        : relation->rows_estimate > 0 ? relation->rows_estimate
		                                      : 0;
		is_about = is_about || (relation->rows_before < 0 && relation->kind != CLEAN_AGGREGATE);
		if (relation->rows_after > 0)
			report_log(report, "%s.%s holds %lld rows again: a trigger wrote them", relation->schema, relation->name,
			    (long long)relation->rows_after);
	}
	int tables = clean_set_emptied(set);
	report_summary(report, "%d table%s emptied, %s%lld rows, in %s", tables, tables == 1 ? "" : "s",
	    is_about ? "about " : "", (long long)rows, units_ms(took, (double)(units_now_us() - began_us) / 1000.0));
	tell_history(set, report);
	if (section_text(database->section, "seeds") != NULL)
		report_hint(report, "fill it again: pgtend seed %s", database->name);
}

static void name_blocker(
    const struct database *database, struct session *session, const struct clean_set *set, struct err *err)
{
	struct text oids = {0};
	char waited[UNITS_SIZE];
	for (int i = 0; i < set->count; i++)
		if (set->relations[i].action == CLEAN_EMPTY || set->relations[i].action == CLEAN_WITH_PARENT ||
		    set->relations[i].action == CLEAN_REFRESH)
			text_addf(&oids, "%s%lld", oids.length > 0 ? "," : "{", (long long)set->relations[i].oid);
	text_add(&oids, "}");
	char *blocker = database_blocker(session, text_str(&oids), true), *said = mem_copy(err->text);
	err_set(err, ERR_TIMEOUT, "%s; nothing was emptied", blocker != NULL ? blocker : said);
	units_ms(waited, database_lock_timeout_ms(database));
	if (blocker != NULL)
		err_hint(err, "waited %s; end that session or try again: pgtend activity %s", waited, database->name);
	else
		err_hint(err, "waited %s; who held the lock is gone by now: try again", waited);
	mem_free(blocker);
	mem_free(said);
	text_done(&oids);
}

static void word_failure(
    const struct database *database, struct session *session, const struct clean_set *set, struct err *err)
{
	if (strcmp(err->sqlstate, "55P03") == 0) {
		name_blocker(database, session, set, err);
		memcpy(err->sqlstate, "55P03", 6);
	} else if (strcmp(err->sqlstate, "53200") == 0) {
		err_hint(err, "raise max_locks_per_transaction: every chunk and partition needs a lock");
	} else if (err->sqlstate[0] == '\0' && err->kind != ERR_CANCELLED) {
		err_hint(err,
		    "the answer did not arrive: the database is as before or empty, never between; look with pgtend tables %s",
		    database->name);
	} else if (err->hint[0] == '\0') {
		err_hint(err, "nothing was emptied");
	}
}

/* ---- doing it --------------------------------------------------------------------- */

static bool empty(const struct database *database, struct session *session, struct clean_set *set, struct err *err)
{
	struct result *result = NULL;
	char *message = clean_message(set);
	bool ok = *message == '\0' || session_query_wait(session, message, NULL, 0, 0, &result, err);
	if (ok && result != NULL)
		clean_take_counts(set, result);
	result_free(result);
	mem_free(message);
	if (!ok)
		word_failure(database, session, set, err);
	return ok;
}

static bool clean(struct database *database, struct session *session, struct report *report, struct err *err)
{
	struct clean_set set;
	int64_t began_us = units_now_us();
	report_step(report, "looking at what references what");
	bool ok = clean_set_load(database, session, &set, err) && clean_set_decide(database, &set, err);
	if (ok) {
		report_step(report, "emptying %d tables in one transaction", clean_set_emptied(&set));
		ok = empty(database, session, &set, err);
	}
	if (ok) {
		tell_done(database, &set, began_us, report);
		report_rows(report, rows_of(database, &set));
	}
	clean_set_done(&set);
	return ok;
}

bool clean_run(struct fleet *fleet, struct database *database, struct report *report, struct err *err)
{
	if (!database_refuse_production(database, "clean", err))
		return false;
	struct session *session =
	    database_action_session(fleet, database, NULL, "clean", database_lock_timeout_ms(database), true);
	bool ok = session_ready_wait(session, 0, err) && database_learn_wait(fleet, database, session, err) &&
	          clean(database, session, report, err);
	session_free(session);
	return ok;
}
