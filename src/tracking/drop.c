/* drop-chunks: chunks older than an age, of one hypertable or of all, in one transaction: all of them or none. */
#include <string.h>

#include "internal.h"
#include "pgtend/core/mem.h"
#include "pgtend/core/units.h"
#include "pgtend/loop/task.h"
#include "pgtend/sql_embedded.h"

/* Between a name, its cutoff and its chunks, and behind those: bytes that no valid UTF-8 has, and so no name. */
enum { SHOWN_GAP = '\xfe', SHOWN_END = '\xff' };

struct dropping {
	struct acts acts;
	const struct tracking_drop *drop;
	struct hyper_list list;
};

/* --- what goes -------------------------------------------------------------------------------- */

static bool is_hypertable(const struct hyper *hyper)
{
	return hyper->is_named || !hyper->is_aggregate;
}

static bool has_cutoff(const struct hyper *hyper)
{
	return hyper->cutoff != NULL;
}

/* What the preview showed counts, though time goes on: relations, each with its cutoff and its chunks. NULL: it showed none of this one; the caller
 * frees. */
static char *shown_of(const char *shown, const char *relation, char **chunks)
{
	size_t length = strlen(relation);
	for (const char *at = shown; *at != '\0';) {
		const char *cutoff = strchr(at, SHOWN_GAP), *set = cutoff != NULL ? strchr(cutoff + 1, SHOWN_GAP) : NULL;
		const char *end = set != NULL ? strchr(set, SHOWN_END) : NULL;
		if (end == NULL)
			break;
		if ((size_t)(cutoff - at) == length && strncmp(at, relation, length) == 0) {
			*chunks = mem_copy_n(set + 1, (size_t)(end - set - 1));
			return mem_copy_n(cutoff + 1, (size_t)(set - cutoff - 1));
		}
		at = end + 1;
	}
	return NULL;
}

/* Chunks that came since it was shown, by late rows: nobody has seen that they would go. */
static bool was_shown(const struct hyper *hyper, const char *chunks, struct err *err)
{
	struct words numbers = {0};
	int came = 0;
	words_split(&numbers, chunks, "{},");
	for (int i = 0; i < hyper->set.count; i++) {
		char *number = mem_format("%lld", (long long)hyper->set.chunks[i].oid);
		came += !words_has(&numbers, number);
		mem_free(number);
	}
	words_done(&numbers);
	if (came == 0)
		return true;
	err_set(err, ERR_FAILED, "nothing was dropped: %d chunk%s of %s came since they were shown", came, came == 1 ? "" : "s", hyper->shown);
	return err_hint(err, "late rows make old chunks anew; look again: the same with --dry-run");
}

static bool load_one(struct dropping *dropping, struct hyper *hyper, struct err *err)
{
	struct acts *acts = &dropping->acts;
	char *regclass = hyper_regclass(acts, hyper), *bound = hyper_bound(acts, hyper, "older_than", hyper->cutoff);
	char *select = mem_format("select %s.show_chunks(%s, %s)", acts->schema, regclass, bound);
	bool is_good = chunk_set_load(acts, select, &hyper->set, err);
	mem_free(select);
	mem_free(bound);
	mem_free(regclass);
	return is_good;
}

static bool choose(struct dropping *dropping, struct err *err)
{
	const struct tracking_drop *drop = dropping->drop;
	struct acts *acts = &dropping->acts;
	if (!hyper_list_load(acts, drop->tables, &dropping->list, err))
		return false;
	hyper_list_keep(&dropping->list, is_hypertable);
	for (int i = 0; i < dropping->list.count; i++) {
		struct hyper *hyper = &dropping->list.rows[i];
		const char *why = hyper_no_age(hyper, drop->older_than);
		if (why != NULL && hyper->is_named)
			return err_set(err, ERR_USAGE, "%s: %s", hyper->shown, why);
		if (why != NULL)
			report_log(acts->report, "%s is left out: %s", hyper->shown, why);
		else if (drop->shown != NULL)
			hyper->cutoff = shown_of(drop->shown, hyper->relation, &hyper->shown_chunks);
		else if (!hyper_cutoff(acts, hyper, drop->older_than, &hyper->cutoff, err))
			return false;
	}
	hyper_list_keep(&dropping->list, has_cutoff);
	if (dropping->list.count == 0)
		return err_set(err, ERR_UNSUPPORTED, "%s has no hypertable that this age says something for", acts->database->name);
	for (int i = 0; i < dropping->list.count; i++)
		if (!load_one(dropping, &dropping->list.rows[i], err))
			return false;
	for (int i = 0; drop->shown != NULL && i < dropping->list.count; i++)
		if (!was_shown(&dropping->list.rows[i], dropping->list.rows[i].shown_chunks, err))
			return false;
	return true;
}

/* --- telling ---------------------------------------------------------------------------------- */

static int count_all(const struct dropping *dropping, int64_t *bytes)
{
	int count = 0;
	*bytes = 0;
	for (int i = 0; i < dropping->list.count; i++) {
		count += dropping->list.rows[i].set.count;
		*bytes += chunk_set_bytes(&dropping->list.rows[i].set);
	}
	return count;
}

/* The lock table is made for so many: more is "out of shared memory", and nothing is dropped. */
static void say_room(struct dropping *dropping)
{
	struct acts *acts = &dropping->acts;
	int64_t locks = 0, room = 0;
	for (int i = 0; i < dropping->list.count; i++) {
		const char *params[] = {dropping->list.rows[i].set.oids};
		struct result *r = NULL;
		struct err ignored;
		if (session_query_wait(acts->session, sql_tracking_room, params, 1, ACTS_DEADLINE_MS, &r, &ignored)) {
			locks += result_int(r, 0, 0, 0);
			room = result_int(r, 0, 1, 0);
		}
		result_free(r);
	}
	if (room > 0 && locks > room / 2)
		report_log(acts->report, "about %lld locks are taken in one transaction, and the server's lock table is made for %lld: drop less at a time "
		                         "(a greater age first, or --table)", (long long)locks, (long long)room);
}

static void say_aggregates(struct dropping *dropping, const struct hyper *hyper)
{
	const char *params[] = {hyper->set.schema, hyper->set.name};
	struct result *r = NULL;
	struct err ignored;
	if (session_query_wait(dropping->acts.session, sql_tracking_made_of, params, 2, ACTS_DEADLINE_MS, &r, &ignored))
		for (int row = 0; row < result_rows(r); row++)
			report_log(dropping->acts.report, "  %s is made of it: its rows of that time stay as long as nobody refreshes it there",
			    result_text(r, row, 0));
	result_free(r);
}

/* What was never made of it is lost to them. */
static void say_behind(struct dropping *dropping, const struct hyper *hyper)
{
	const char *params[] = {hyper->set.schema, hyper->set.name, hyper->set.chunks[hyper->set.count - 1].end, hyper->is_integer ? "true" : "false"};
	struct result *r = NULL;
	struct err ignored;
	if (session_query_wait(dropping->acts.session, sql_tracking_behind, params, 4, ACTS_DEADLINE_MS, &r, &ignored))
		for (int row = 0; row < result_rows(r); row++) {
			const char *up_to = result_text(r, row, 1);
			report_log(dropping->acts.report, "  %s %s%s: of what goes it will never hold what it does not hold by now; refresh it first", result_text(r, row, 0),
			    up_to != NULL ? "is made only up to " : "was never refreshed", up_to != NULL ? up_to : "");
		}
	result_free(r);
}

static void say_one(struct dropping *dropping, const struct hyper *hyper)
{
	struct report *report = dropping->acts.report;
	struct words blockers = {0};
	int compressed = 0;
	char *chunks = chunk_set_words(&hyper->set);
	for (int i = 0; i < hyper->set.count; i++)
		compressed += hyper->set.chunks[i].is_compressed;
	if (hyper->set.count == 0)
		report_log(report, "%s: nothing is older", hyper->shown);
	else if (compressed > 0)
		report_log(report, "drops of %s: %s (%d compressed)", hyper->shown, chunks, compressed);
	else
		report_log(report, "drops of %s: %s", hyper->shown, chunks);
	chunk_set_blockers(&dropping->acts, &hyper->set, &blockers, NULL);
	for (size_t i = 0; i < blockers.count; i++)
		report_log(report, "  in its way now: %s", blockers.v[i]);
	if (hyper->set.count > 0) {
		say_aggregates(dropping, hyper);
		say_behind(dropping, hyper);
	}
	words_done(&blockers);
	mem_free(chunks);
}

static void say_plan(struct dropping *dropping)
{
	struct acts *acts = &dropping->acts;
	int64_t bytes;
	char size[UNITS_SIZE];
	int count = count_all(dropping, &bytes);
	for (int i = 0; i < dropping->list.count; i++)
		say_one(dropping, &dropping->list.rows[i]);
	if (count > 0) {
		char *patience = acts_patience(acts);
		report_log(acts->report, "takes AccessExclusiveLock on all of them in one transaction, and %s", patience);
		mem_free(patience);
		say_room(dropping);
	}
	report_summary(acts->report, "%d chunk%s, %s", count, count == 1 ? "" : "s", units_bytes(size, bytes));
}

static char *cutoffs_of(const struct dropping *dropping)
{
	struct text text = {0};
	for (int i = 0; i < dropping->list.count; i++)
		text_addf(&text, "%s%c%s%c%s%c", dropping->list.rows[i].relation, SHOWN_GAP, dropping->list.rows[i].cutoff, SHOWN_GAP,
		    dropping->list.rows[i].set.numbers, SHOWN_END);
	return text_take(&text);
}

static void set_state(struct dropping *dropping, const char *state)
{
	for (int h = 0; h < dropping->list.count; h++)
		for (int i = 0; i < dropping->list.rows[h].set.count; i++)
			dropping->list.rows[h].set.chunks[i].state = state;
}

static struct table *rows_of(const struct dropping *dropping)
{
	struct table *rows = table_new(&tracking_chunks_shape);
	for (int i = 0; i < dropping->list.count; i++)
		chunk_set_rows(&dropping->acts, &dropping->list.rows[i].set, rows);
	return rows;
}

/* --- doing it --------------------------------------------------------------------------------- */

static char *message_of(struct dropping *dropping)
{
	struct acts *acts = &dropping->acts;
	struct text sql = {0};
	for (int i = 0; i < dropping->list.count; i++) {
		struct hyper *hyper = &dropping->list.rows[i];
		if (hyper->set.count == 0)
			continue;
		char *regclass = hyper_regclass(acts, hyper), *bound = hyper_bound(acts, hyper, "older_than", hyper->cutoff);
		text_addf(&sql, "%sselect count(*) from %s.drop_chunks(%s, %s)", sql.length > 0 ? "; " : "", acts->schema, regclass, bound);
		mem_free(bound);
		mem_free(regclass);
	}
	return text_take(&sql);
}

/* How many of them are gone; -1: it cannot be seen. Who was cancelled, or lost the connection, has not heard how the transaction ended. */
static int count_gone(struct dropping *dropping, const struct err *why)
{
	struct err ignored = {0};
	int gone = 0;
	task_shield();
	bool is_good = true;
	if (why->kind != ERR_CANCELLED) {
		acts_close(&dropping->acts);
		is_good = acts_open(&dropping->acts, &ignored);
	}
	for (int i = 0; is_good && i < dropping->list.count; i++) {
		struct chunk_set now = {0};
		is_good = chunk_set_again(&dropping->acts, &dropping->list.rows[i].set, &now, &ignored);
		gone += dropping->list.rows[i].set.count - now.count;
		chunk_set_done(&now);
	}
	task_unshield();
	return is_good ? gone : -1;
}

static bool over(struct dropping *dropping, struct err *err)
{
	int gone = count_gone(dropping, err);
	set_state(dropping, gone == 0 ? "failed" : gone > 0 ? "dropped" : "unknown");
	if (err->kind != ERR_CANCELLED)
		err->kind = ERR_FAILED;
	if (gone == 0)
		return err_prefix(err, "nothing was dropped");
	if (gone > 0)
		return err_prefix(err, "it came too late, %d chunks are dropped", gone);
	err_prefix(err, "whether they were dropped is not known");
	return err_hint(err, "look: the same with --dry-run");
}

static bool failed(struct dropping *dropping, struct err *err)
{
	struct words blockers = {0};
	if (acts_is_over(&dropping->acts, err))
		return over(dropping, err);
	for (int i = 0; acts_is_lock(err) && i < dropping->list.count && blockers.count == 0; i++)
		chunk_set_blockers(&dropping->acts, &dropping->list.rows[i].set, &blockers, NULL);
	err->kind = ERR_FAILED;
	err_prefix(err, "nothing was dropped");
	if (blockers.count > 0) {
		struct err whole = *err;
		err_set(err, whole.kind, "%s: %s", whole.text, blockers.v[0]);
		memcpy(err->sqlstate, whole.sqlstate, sizeof err->sqlstate);
		err_hint(err, "end who holds it, or wait: pgtend activity %s shows them; then the same again", dropping->acts.database_word);
	}
	set_state(dropping, "failed");
	words_done(&blockers);
	return false;
}

static bool drop_all(struct dropping *dropping, struct err *err)
{
	struct acts *acts = &dropping->acts;
	int64_t bytes, began_us = units_now_us();
	int count = count_all(dropping, &bytes);
	char size[UNITS_SIZE], took[UNITS_SIZE];
	if (count == 0) {
		report_summary(acts->report, "nothing is older: no chunk was dropped");
		return true;
	}
	report_step(acts->report, "drop %d chunk%s", count, count == 1 ? "" : "s");
	char *sql = message_of(dropping);
	bool is_done = acts_query(acts, sql, NULL, err);
	mem_free(sql);
	if (!is_done)
		return failed(dropping, err);
	set_state(dropping, "dropped");
	report_summary(acts->report, "%d chunk%s dropped in %s, %s given back", count, count == 1 ? "" : "s",
	    units_ms(took, (double)(units_now_us() - began_us) / 1000.0), units_bytes(size, bytes));
	return true;
}

bool tracking_drop(struct fleet *fleet, struct database *database, const struct tracking_drop *drop, struct report *report, char **shown,
    struct err *err)
{
	struct dropping dropping = {
	    .acts = {.fleet = fleet, .database = database, .report = report, .verb = "drop-chunks"}, .drop = drop};
	bool is_good = acts_open(&dropping.acts, err) && choose(&dropping, err);
	if (is_good && drop->is_dry_run)
		say_plan(&dropping);
	else if (is_good)
		is_good = drop_all(&dropping, err);
	if (is_good && shown != NULL)
		*shown = cutoffs_of(&dropping);
	report_rows(report, rows_of(&dropping));
	hyper_list_done(&dropping.list);
	acts_close(&dropping.acts);
	return is_good;
}
