/* maintain/vacuum.c - VACUUM and ANALYZE, table by table and chunk by chunk, so that time and progress of each are known and one that is
 * locked does not stop the rest. */
#include <string.h>

#include "internal.h"
#include "pgtend/sql_embedded.h"

const char *vacuum_step(enum maintain_what what)
{
	static const char *const words[] = {"vacuum", "vacuum (analyze)", "vacuum (full)", "analyze"};
	return words[what];
}

static bool makes_statistics(enum maintain_what what)
{
	return what == MAINTAIN_ANALYZE || what == MAINTAIN_VACUUM_ANALYZE;
}

static bool is_quiet(const struct item *item, const void *arg)
{
	(void)arg;
	return item->is_quiet;
}

bool vacuum_plan(struct chore *chore, enum maintain_what what, bool only_changed, struct err *err)
{
	const char *step = vacuum_step(what);
	int quiet = 0;
	if (!targets_find(chore, step, chore->options->tables, makes_statistics(what), err))
		return false;
	for (int i = 0; i < chore->count; i++) {
		struct item *item = &chore->items[i];
		if (strcmp(item->step, step) != 0 || item->state != ITEM_PLANNED)
			continue;
		item->is_quiet = only_changed && !item->has_changed;
		quiet += item->is_quiet;
		chore->all_bytes += item->is_quiet ? 0 : item->bytes;
	}
	if (quiet > 0)
		report_log(chore->report, "%d table%s passed over: nothing changed since %s analyzed", quiet, quiet == 1 ? "" : "s",
		    quiet == 1 ? "it was" : "they were");
	chore_forget(chore, is_quiet, NULL);
	return true;
}

/* --- one table --------------------------------------------------------------------------- */

static void look_after(struct chore *chore, struct item *item)
{
	char *oid = mem_format("%lld", (long long)item->oid);
	const char *params[] = {oid};
	struct result *r = NULL;
	struct err ignored;
	if (session_query_wait(chore->session, sql_maintain_size_after, params, 1, MAINTAIN_DEADLINE_MS, &r, &ignored) && result_rows(r) == 1)
		item->bytes_after = result_number(r, 0, "bytes");
	result_free(r);
	mem_free(oid);
}

static bool send(struct chore *chore, const char *words, const char *schema, const char *name, int64_t bytes, struct err *err)
{
	char *quoted = chore_quote(chore, schema, name), *sql = mem_format("%s %s", words, quoted);
	bool ok = chore_run(chore, sql, bytes, err);
	mem_free(sql);
	mem_free(quoted);
	return ok;
}

/* Of a partitioned table alone where the server can: its partitions have their turn. */
static const char *words_for(const struct chore *chore, const struct item *item, enum maintain_what what)
{
	if (item->kind != 'p')
		return vacuum_step(what);
	return chore->database->server->version_num >= 180000 ? "analyze only" : "analyze";
}

/* --- a hypertable -------------------------------------------------------------------------- */

struct chunks {
	int done, compressed, bad, left;
	char *first_bad; /* which, and why */
};

static bool chunk_one(struct chore *chore, struct item *item, enum maintain_what what, const struct result *r, int row, struct chunks *chunks,
    struct err *err)
{
	const char *schema = result_word(r, row, "schema"), *name = result_word(r, row, "name");
	/* The statistics are made of all chunks at once, behind them. */
	const char *words = what == MAINTAIN_VACUUM_FULL ? "vacuum (full)" : "vacuum";
	int64_t bytes = result_number(r, row, "bytes");
	struct err own = {0};
	struct item chunk = {.oid = result_number(r, row, "oid"), .table_oid = item->oid};
	if (send(chore, words, schema, name, bytes, &own)) {
		chunks->done++;
		return true;
	}
	if (chore_is_broken(chore, &own)) {
		*err = own;
		return false;
	}
	chore_settle(chore, &chunk, false, what == MAINTAIN_VACUUM_FULL, &own);
	if (chunks->bad++ == 0) {
		chunks->first_bad = mem_format("%s: %s", name, chunk.reason);
		item->state = chunk.state;
	}
	mem_free(chunk.reason);
	return true;
}

static void say_chunks(struct item *item, const struct chunks *chunks)
{
	struct text words = {0};
	if (chunks->bad > 0)
		text_addf(&words, "%d of %d chunks not done: %s", chunks->bad, chunks->bad + chunks->done + chunks->left, chunks->first_bad);
	if (chunks->left > 0)
		text_addf(&words, "%sthe time was over: %d chunks left", words.length > 0 ? "; " : "", chunks->left);
	if (chunks->compressed > 0)
		text_addf(&words, "%s%d compressed chunk%s passed over", words.length > 0 ? "; " : "", chunks->compressed, chunks->compressed == 1 ? "" : "s");
	mem_free(item->reason);
	item->reason = words.length > 0 ? text_take(&words) : NULL;
	text_done(&words);
}

static bool vacuum_chunks(struct chore *chore, struct item *item, enum maintain_what what, struct err *err)
{
	const char *params[] = {item->schema, item->name};
	struct result *r = NULL;
	struct chunks chunks = {0};
	bool goes_on = session_query_wait(chore->session, sql_maintain_chunks, params, 2, MAINTAIN_DEADLINE_MS, &r, err);
	item->state = ITEM_DONE;
	for (int row = 0; goes_on && row < result_rows(r); row++) {
		if (result_bool(r, row, result_column(r, "is_compressed"))) {
			chunks.compressed++;
			continue;
		}
		if (!chore_has_time(chore)) {
			chunks.left++;
			continue;
		}
		report_step_words(chore->report, "%s %s: %s (%d of %d)", item->step, item->shown, result_word(r, row, "name"), row + 1, result_rows(r));
		goes_on = chunk_one(chore, item, what, r, row, &chunks, err);
	}
	if (chunks.left > 0 && item->state == ITEM_DONE)
		item->state = ITEM_LEFT;
	say_chunks(item, &chunks);
	mem_free(chunks.first_bad);
	result_free(r);
	return goes_on;
}

/* --- all ------------------------------------------------------------------------------------ */

static bool work(struct chore *chore, struct item *item, enum maintain_what what, struct err *err)
{
	struct err own = {0};
	bool is_hypertable = item->parts > 0 && what != MAINTAIN_ANALYZE;
	if (is_hypertable && !vacuum_chunks(chore, item, what, err))
		return false;
	if (is_hypertable && (what != MAINTAIN_VACUUM_ANALYZE || item->state != ITEM_DONE)) {
		look_after(chore, item);
		return true;
	}
	bool ok = send(chore, is_hypertable ? "analyze" : words_for(chore, item, what), item->schema, item->name, item->bytes, &own);
	if (!ok && chore_is_broken(chore, &own)) {
		chore_settle(chore, item, false, false, &own);
		*err = own;
		return false;
	}
	if (!ok || !is_hypertable)
		chore_settle(chore, item, ok, what == MAINTAIN_VACUUM_FULL, &own);
	if (ok)
		look_after(chore, item);
	return true;
}

static bool work_vacuum(struct chore *chore, struct item *item, struct err *err)
{
	return work(chore, item, MAINTAIN_VACUUM, err);
}

static bool work_vacuum_analyze(struct chore *chore, struct item *item, struct err *err)
{
	return work(chore, item, MAINTAIN_VACUUM_ANALYZE, err);
}

static bool work_vacuum_full(struct chore *chore, struct item *item, struct err *err)
{
	return work(chore, item, MAINTAIN_VACUUM_FULL, err);
}

static bool work_analyze(struct chore *chore, struct item *item, struct err *err)
{
	return work(chore, item, MAINTAIN_ANALYZE, err);
}

bool vacuum_do(struct chore *chore, enum maintain_what what, struct err *err)
{
	static const chore_work works[] = {work_vacuum, work_vacuum_analyze, work_vacuum_full, work_analyze};
	return chore_each(chore, vacuum_step(what), works[what], err);
}

static void tell_full(const struct chore *chore)
{
	char waits[UNITS_SIZE];
	report_log(chore->report, "one table at a time is locked against everything, also reading; each waits at most %s for its lock",
	    units_ms(waits, database_lock_timeout_ms(chore->database)));
	report_log(chore->report, "each is written anew: up to its own size must be free on the server's disk");
}

bool maintain_vacuum(struct fleet *fleet, struct database *database, enum maintain_what what, const struct maintain_options *options,
    struct report *report, struct err *err)
{
	struct chore chore;
	bool ok = chore_begin(&chore, fleet, database, what == MAINTAIN_ANALYZE ? "analyze" : "vacuum", &vacuum_shape, options, report, err) &&
	          vacuum_plan(&chore, what, false, err);
	if (ok) {
		ok = (options->is_dry_run || vacuum_do(&chore, what, err));
		ok = chore_close(&chore, ok, err);
	}
	if (ok && options->is_dry_run && what == MAINTAIN_VACUUM_FULL)
		tell_full(&chore);
	chore_end(&chore);
	return ok;
}
