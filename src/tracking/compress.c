/* compress, decompress: which chunks, and what is told beforehand. */
#include "compress.h"

#include <string.h>

#include "pgtend/core/mem.h"
#include "pgtend/core/units.h"

int compress_count(const struct compressing *compressing, int64_t *bytes)
{
	int count = 0;
	int64_t sum = 0;
	for (int i = 0; i < compressing->list.count; i++) {
		count += compressing->list.rows[i].set.count;
		sum += chunk_set_bytes(&compressing->list.rows[i].set);
	}
	if (bytes != NULL)
		*bytes = sum;
	return count;
}

/* --- which ------------------------------------------------------------------------------------ */

static bool is_possible(const struct hyper *hyper)
{
	return hyper->can_compress;
}

static bool is_chosen(const struct hyper *hyper)
{
	return hyper->set.numbers != NULL;
}

static bool wants_compression(const struct chunk *chunk)
{
	return !chunk->is_compressed || chunk->is_partial;
}

static bool is_compressed(const struct chunk *chunk)
{
	return chunk->is_compressed;
}

/* Why it is left out; NULL: it is not. Static. */
static const char *left_out(const struct compressing *compressing, const struct hyper *hyper)
{
	const struct tracking_compress *compress = compressing->compress;
	const char *why = NULL;
	if (!hyper->can_compress)
		return "it is not made for compression (alter table ... set (timescaledb.compress) makes it)";
	if (!compress->is_decompress && compress->older_than == NULL && hyper->compress_after == NULL)
		return "it has no compression policy; give --older-than AGE";
	if (compress->older_than != NULL)
		why = hyper_no_age(hyper, compress->older_than);
	if (why == NULL && compress->newer_than != NULL)
		why = hyper_no_age(hyper, compress->newer_than);
	return why;
}

/* ", older_than => ..." behind what is there. */
static bool add_bound(
    struct compressing *compressing, struct hyper *hyper, const char *argument, const char *age, struct text *bounds, struct err *err)
{
	char *cutoff = NULL;
	if (!hyper_cutoff(&compressing->acts, hyper, age, &cutoff, err))
		return false;
	char *bound = hyper_bound(&compressing->acts, hyper, argument, cutoff);
	text_addf(bounds, ", %s", bound);
	mem_free(bound);
	mem_free(cutoff);
	return true;
}

static bool add_bounds(struct compressing *compressing, struct hyper *hyper, struct text *bounds, struct err *err)
{
	const struct tracking_compress *compress = compressing->compress;
	bool is_policy = !compress->is_decompress && compress->older_than == NULL;
	const char *older_than = is_policy ? hyper->compress_after : compress->older_than;
	if (is_policy && hyper->is_by_creation) {
		char *age = session_quote_literal(compressing->acts.session, hyper->compress_after);
		text_addf(bounds, ", created_before => %s::interval", age);
		mem_free(age);
		return true;
	}
	return (older_than == NULL || add_bound(compressing, hyper, "older_than", older_than, bounds, err)) &&
	       (compress->newer_than == NULL || add_bound(compressing, hyper, "newer_than", compress->newer_than, bounds, err));
}

static bool load_one(struct compressing *compressing, struct hyper *hyper, struct err *err)
{
	struct acts *acts = &compressing->acts;
	struct text bounds = {0};
	bool is_good = add_bounds(compressing, hyper, &bounds, err);
	char *regclass = hyper_regclass(acts, hyper);
	char *select = mem_format("select %s.show_chunks(%s%s)", acts->schema, regclass, text_str(&bounds));
	is_good = is_good && chunk_set_load(acts, select, &hyper->set, err);
	if (is_good)
		chunk_set_keep(&hyper->set, compressing->compress->is_decompress ? is_compressed : wants_compression);
	mem_free(select);
	mem_free(regclass);
	text_done(&bounds);
	return is_good;
}

bool compress_choose(struct compressing *compressing, struct err *err)
{
	struct acts *acts = &compressing->acts;
	const struct words *tables = compressing->compress->tables;
	struct words why_not = {0};
	bool is_good = hyper_list_load(acts, tables, &compressing->list, err);
	if (is_good && (tables == NULL || tables->count == 0))
		hyper_list_keep(&compressing->list, is_possible);
	for (int i = 0; is_good && i < compressing->list.count; i++) {
		struct hyper *hyper = &compressing->list.rows[i];
		const char *why = left_out(compressing, hyper);
		if (why != NULL && hyper->is_named)
			is_good = err_set(err, ERR_USAGE, "%s: %s", hyper->shown, why);
		else if (why != NULL)
			words_take(&why_not, mem_format("%s is left out: %s", hyper->shown, why));
		else
			is_good = load_one(compressing, hyper, err);
	}
	for (size_t i = 0; is_good && i < why_not.count; i++)
		report_log(acts->report, "%s", why_not.v[i]);
	words_done(&why_not);
	hyper_list_keep(&compressing->list, is_chosen);
	if (is_good && compressing->list.count == 0)
		is_good = err_set(err, ERR_UNSUPPORTED, "%s has no hypertable to %s", acts->database->name, acts->verb);
	return is_good;
}

/* --- telling ---------------------------------------------------------------------------------- */

static void say_compress(struct compressing *compressing, const struct hyper *hyper)
{
	const char *age = compressing->compress->older_than != NULL ? compressing->compress->older_than : hyper->compress_after;
	int again = 0, frozen = 0;
	char *chunks = chunk_set_words(&hyper->set);
	for (int i = 0; i < hyper->set.count; i++) {
		again += hyper->set.chunks[i].is_partial;
		frozen += hyper->set.chunks[i].is_frozen;
	}
	if (hyper->set.count == 0)
		report_log(compressing->acts.report, "%s, older than %s: nothing is left to compress", hyper->shown, age);
	else
		report_log(compressing->acts.report, "compresses of %s, older than %s: %s", hyper->shown, age, chunks);
	if (again > 0)
		report_log(compressing->acts.report, "  %d of them anew: rows came later", again);
	if (frozen > 0)
		report_log(compressing->acts.report, "  %d of them frozen: nothing may change those", frozen);
	mem_free(chunks);
}

static void say_decompress(struct compressing *compressing, const struct hyper *hyper)
{
	struct report *report = compressing->acts.report;
	char size[UNITS_SIZE];
	int64_t before = 0;
	char *chunks = chunk_set_words(&hyper->set);
	for (int i = 0; i < hyper->set.count; i++)
		before += hyper->set.chunks[i].bytes_before > 0 ? hyper->set.chunks[i].bytes_before : 0;
	if (hyper->set.count == 0)
		report_log(report, "%s: nothing is compressed", hyper->shown);
	else
		report_log(report, "decompresses of %s: %s; it took %s before it was compressed, and will again", hyper->shown, chunks,
		    units_bytes(size, before));
	if (hyper->set.count > 0 && hyper->compress_job_id != 0)
		report_log(report, "  job %lld compresses them again when it runs next, unless it is paused: pgtend jobs pause %s %lld",
		    (long long)hyper->compress_job_id, compressing->acts.database_word, (long long)hyper->compress_job_id);
	mem_free(chunks);
}

void compress_say(struct compressing *compressing)
{
	struct acts *acts = &compressing->acts;
	int64_t bytes;
	char size[UNITS_SIZE];
	int count = compress_count(compressing, &bytes);
	for (int i = 0; i < compressing->list.count; i++) {
		const struct hyper *hyper = &compressing->list.rows[i];
		struct words blockers = {0};
		if (compressing->compress->is_decompress)
			say_decompress(compressing, hyper);
		else
			say_compress(compressing, hyper);
		chunk_set_blockers(acts, &hyper->set, &blockers, NULL);
		for (size_t b = 0; b < blockers.count; b++)
			report_log(acts->report, "  in its way now: %s", blockers.v[b]);
		words_done(&blockers);
	}
	char *patience = acts_patience(acts);
	if (count > 0)
		report_log(acts->report, "one chunk a transaction; writing to a chunk waits meanwhile, reading for its last step (AccessExclusiveLock); each %s",
		    patience);
	mem_free(patience);
	report_summary(acts->report, "%d chunk%s, %s", count, count == 1 ? "" : "s", units_bytes(size, bytes));
}

/* --- the whole -------------------------------------------------------------------------------- */

bool tracking_compress(
    struct fleet *fleet, struct database *database, const struct tracking_compress *compress, struct report *report, struct err *err)
{
	struct compressing compressing = {
	    .acts = {.fleet = fleet, .database = database, .report = report, .verb = compress->is_decompress ? "decompress" : "compress"},
	    .compress = compress,
	};
	bool is_good = acts_open(&compressing.acts, err) && acts_need_community(&compressing.acts, err) && compress_choose(&compressing, err);
	if (is_good && compress->is_dry_run)
		compress_say(&compressing);
	else if (is_good)
		is_good = compress_each(&compressing, err);
	struct table *rows = table_new(&tracking_chunks_shape);
	for (int i = 0; i < compressing.list.count; i++)
		chunk_set_rows(&compressing.acts, &compressing.list.rows[i].set, rows);
	report_rows(report, rows);
	hyper_list_done(&compressing.list);
	acts_close(&compressing.acts);
	return is_good;
}
