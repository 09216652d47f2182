/* maintain/reindex.c - indexes built anew one by one, concurrently or not; what an interrupted one leaves behind is taken away. */
#include <limits.h>
#include <string.h>

#include "internal.h"
#include "pgtend/loop/task.h"
#include "pgtend/probes/air.h"
#include "pgtend/sql_embedded.h"

enum { PATIENT_MS = 60000, MENDING_MS = 1000 };

/* What is built concurrently waits for older transactions, and nobody waits for it: unless somebody set lock_timeout, it may wait longer. */
static int patience_ms(const struct chore *chore)
{
	int own = database_lock_timeout_ms(chore->database);
	return section_is_set(chore->database->section, "lock_timeout") || own > PATIENT_MS ? own : PATIENT_MS;
}

/* Behind a pooler a setting would stay with a connection that is somebody else's next. */
static bool wait_for_locks(struct chore *chore, int ms, struct err *err)
{
	return session_is_pooled(chore->session) ||
	       session_queryf_wait(chore->session, MAINTAIN_DEADLINE_MS, NULL, err, "set lock_timeout = %d", ms);
}

/* PGlite answers `tuple concurrently updated` to whatever is done concurrently; with one session at a time nobody is locked out. */
bool reindex_can_concur(const struct chore *chore)
{
	return chore->database->server->has[CAP_MANY_SESSIONS];
}

/* --- bloat ------------------------------------------------------------------------------------ */

struct estimate {
	struct chore *chore;
	const char *step;
};

static void take_estimate(int64_t index, double ratio, void *arg)
{
	const struct estimate *estimate = arg;
	for (int i = 0; i < estimate->chore->count; i++)
		if (estimate->chore->items[i].oid == index && strcmp(estimate->chore->items[i].step, estimate->step) == 0)
			estimate->chore->items[i].ratio = ratio;
}

void reindex_estimate(struct chore *chore, const char *step)
{
	struct estimate estimate = {chore, step};
	struct err err;
	if (!probe_index_air_wait(chore->session, take_estimate, &estimate, &err))
		report_log(chore->report, "which indexes waste room could not be asked: %s", err.text);
}

/* --- leftovers -------------------------------------------------------------------------------- */

static bool drop_index(struct chore *chore, const char *schema, const char *index, struct err *err)
{
	char *name = chore_quote(chore, schema, index), *sql = mem_format("drop index %s%s", reindex_can_concur(chore) ? "concurrently " : "", name);
	bool ok = chore_run(chore, sql, 0, err);
	mem_free(sql);
	mem_free(name);
	return ok;
}

static char *old_transaction(struct chore *chore)
{
	struct result *r = NULL;
	struct err ignored;
	char since[UNITS_SIZE], *words = NULL;
	if (session_query_wait(chore->session, sql_maintain_old_transactions, NULL, 0, MAINTAIN_DEADLINE_MS, &r, &ignored) && result_rows(r) > 0)
		words = mem_format("it waited for the transaction of pid %s (%s, user %s, %s), %s old", result_word(r, 0, "pid"),
		    result_word(r, 0, "application"), result_word(r, 0, "user"), result_word(r, 0, "state"), units_age(since, result_number(r, 0, "since_s")));
	result_free(r);
	return words;
}

/* Who was in the way: a lock on the table, else a transaction that is older. */
static void settle(struct chore *chore, struct item *item, bool is_good, bool is_concurrent, const struct err *err)
{
	chore_settle(chore, item, is_good, !is_concurrent, err);
	if (item->state != ITEM_LOCKED || !is_concurrent || strcmp(item->reason, err->text) != 0)
		return;
	char *words = old_transaction(chore);
	if (words != NULL) {
		mem_free(item->reason);
		item->reason = words;
	}
}

static bool work_leftover(struct chore *chore, struct item *item, struct err *err)
{
	struct err own = {0};
	bool ok = drop_index(chore, item->schema, item->index, &own);
	settle(chore, item, ok, true, &own);
	if (ok)
		item->bytes_after = 0;
	if (!ok && chore_is_broken(chore, &own)) {
		*err = own;
		return false;
	}
	return true;
}

/* Behind a REINDEX CONCURRENTLY that failed or was cancelled: what it left would cost every write, and no query would use it. */
static void mend(struct chore *chore, const struct item *item)
{
	char *oid = mem_format("%lld", (long long)item->table_oid);
	const char *params[] = {oid, item->index};
	struct result *r = NULL;
	struct err err = {0};
	task_shield();
	/* Whoever cancelled it does not want to wait now. */
	if (wait_for_locks(chore, MENDING_MS, &err) &&
	    session_query_wait(chore->session, sql_maintain_leftovers, params, 2, MAINTAIN_DEADLINE_MS, &r, &err))
		for (int row = 0; row < result_rows(r); row++) {
			const char *schema = result_word(r, row, "schema"), *index = result_word(r, row, "index");
			if (drop_index(chore, schema, index, &err))
				report_log(chore->report, "%s.%s, which it left behind, was dropped", schema, index);
			else
				report_log(chore->report, "%s.%s was left behind and could not be dropped (%s): the next reindex does it", schema, index, err.text);
		}
	if (!wait_for_locks(chore, patience_ms(chore), &err))
		report_log(chore->report, "%s", err.text);
	task_unshield();
	result_free(r);
	mem_free(oid);
}

/* --- one index ------------------------------------------------------------------------------------ */

static bool look_after(struct chore *chore, struct item *item)
{
	const char *params[] = {item->schema, item->index};
	struct result *r = NULL;
	struct err ignored;
	bool is_valid = true;
	if (session_query_wait(chore->session, sql_maintain_index_after, params, 2, MAINTAIN_DEADLINE_MS, &r, &ignored) && result_rows(r) == 1) {
		item->bytes_after = result_number(r, 0, "bytes");
		is_valid = result_bool(r, 0, result_column(r, "is_valid"));
	}
	result_free(r);
	return is_valid;
}

static bool build(struct chore *chore, struct item *item, bool is_concurrent, struct err *err)
{
	char *name = chore_quote(chore, item->schema, item->index);
	char *sql = mem_format("reindex index %s%s", is_concurrent ? "concurrently " : "", name);
	struct err own = {0};
	bool ok = chore_run(chore, sql, item->bytes, &own);
	mem_free(sql);
	mem_free(name);
	if (ok && !look_after(chore, item))
		ok = err_set(&own, ERR_FAILED, "it is invalid still");
	settle(chore, item, ok, is_concurrent, &own);
	bool is_broken = !ok && chore_is_broken(chore, &own);
	if (!ok && is_concurrent && session_state(chore->session) == SESSION_READY)
		mend(chore, item);
	if (is_broken)
		*err = own;
	return !is_broken;
}

static bool work_plain(struct chore *chore, struct item *item, struct err *err)
{
	return build(chore, item, false, err);
}

static bool work_concurrent(struct chore *chore, struct item *item, struct err *err)
{
	return build(chore, item, true, err);
}

bool reindex_do(struct chore *chore, bool is_concurrent, struct err *err)
{
	if (!wait_for_locks(chore, patience_ms(chore), err) || !chore_each(chore, STEP_LEFTOVER, work_leftover, err))
		return false;
	if (is_concurrent)
		return chore_each(chore, STEP_REINDEX_CONCURRENTLY, work_concurrent, err);
	return wait_for_locks(chore, database_lock_timeout_ms(chore->database), err) &&
	       chore_each(chore, STEP_REINDEX, work_plain, err);
}

/* --- all ------------------------------------------------------------------------------------------ */

static void tell_locks(const struct chore *chore, bool is_concurrent)
{
	char waits[UNITS_SIZE];
	if (is_concurrent)
		report_log(chore->report,
		    "reading and writing go on; each waits at most %s for transactions that are older, and is built beside the old one: up to its own size must be "
		    "free on the server's disk",
		    units_ms(waits, patience_ms(chore)));
	else
		report_log(chore->report,
		    "while an index is built nobody may write to its table, nor read by that index; each waits at most %s for its lock; `reindex concurrently` "
		    "locks nobody out",
		    units_ms(waits, database_lock_timeout_ms(chore->database)));
}

bool maintain_reindex(struct fleet *fleet, struct database *database, bool is_concurrent, const struct maintain_options *options, struct report *report,
    struct err *err)
{
	struct chore chore;
	bool has_names = (options->tables != NULL && options->tables->count > 0) || (options->indexes != NULL && options->indexes->count > 0);
	bool ok = chore_begin(&chore, fleet, database, "reindex", &reindex_shape, options, report, err);
	if (ok && is_concurrent && !reindex_can_concur(&chore)) {
		is_concurrent = false;
		report_log(report, "this server has one session at a time: it builds indexes without `concurrently`, and nobody is there to be locked out");
	}
	ok = ok && reindex_plan(&chore, is_concurrent, !options->is_whole && !has_names, err);
	if (ok) {
		ok = options->is_dry_run || reindex_do(&chore, is_concurrent, err);
		ok = chore_close(&chore, ok, err);
	}
	if (ok && options->is_dry_run && chore.count > 0)
		tell_locks(&chore, is_concurrent);
	chore_end(&chore);
	return ok;
}
