/* compress, decompress: one chunk after the other, each in a transaction of its own. */
#include <string.h>

#include "compress.h"
#include "pgtend/core/mem.h"
#include "pgtend/core/units.h"
#include "pgtend/loop/task.h"

enum { MOST_FAILURES = 3 }; /* in a row: the next ones would fail the same */

struct progress {
	int at, all, failures;
	int64_t done_bytes, all_bytes;
	int64_t began_us;
};

/* Rows that came to it meanwhile make it partial again: that is no failure. */
static bool is_as_wanted(const struct compressing *compressing, const struct chunk *before, const struct chunk *now)
{
	return compressing->compress->is_decompress ? !now->is_compressed : now->is_compressed && !(now->is_partial && before->is_partial);
}

/* In the words of this version; arguments by name, because their order has changed. Caller frees. */
static char *statement_of(const struct compressing *compressing, const struct chunk *chunk, bool *commits)
{
	const struct acts *acts = &compressing->acts;
	char *table = acts_quoted(acts, chunk->schema, chunk->name);
	char *name = session_quote_literal(acts->session, table);
	char *sql;
	*commits = false;
	if (compressing->compress->is_decompress)
		sql = acts->has_columnstore
		          ? mem_format("call %s.convert_to_rowstore(chunk => %s::regclass, if_columnstore => true)", acts->schema, name)
		          : mem_format("select %s.decompress_chunk(uncompressed_chunk => %s::regclass, if_compressed => true)", acts->schema, name);
	else if (acts->has_columnstore)
		sql = mem_format("call %s.convert_to_columnstore(chunk => %s::regclass, if_not_columnstore => true)", acts->schema, name);
	else if (chunk->is_compressed && !acts->has_recompress) {
		*commits = true;
		sql = mem_format("call %s.recompress_chunk(chunk => %s::regclass, if_not_compressed => true)", acts->schema, name);
	} else
		sql = mem_format("select %s.compress_chunk(uncompressed_chunk => %s::regclass, if_not_compressed => true)", acts->schema, name);
	mem_free(name);
	mem_free(table);
	return sql;
}

static const char *done_word(const struct compressing *compressing)
{
	return compressing->compress->is_decompress ? "decompressed" : "compressed";
}

static void keep_error(struct compressing *compressing, struct chunk *chunk, const struct err *why)
{
	struct chunk_set one = {.chunks = chunk, .count = 1, .oids = chunk->oids};
	struct words blockers = {0};
	chunk->state = acts_is_lock(why) ? "locked" : "failed";
	if (acts_is_lock(why))
		chunk_set_blockers(&compressing->acts, &one, &blockers, NULL);
	chunk->reason = mem_copy(blockers.count > 0 ? blockers.v[0] : why->text);
	words_done(&blockers);
}

/* Who was quicker (a policy, another pgtend) has done it, or dropped it: then it has not failed. */
static bool is_settled(struct compressing *compressing, struct chunk *chunk)
{
	struct chunk_set one = {.numbers = mem_format("{%lld}", (long long)chunk->oid)}, now = {0};
	struct err ignored;
	bool is_seen = chunk_set_again(&compressing->acts, &one, &now, &ignored);
	const struct chunk *after = is_seen ? chunk_set_find(&now, chunk->oid) : NULL;
	bool is_done = after != NULL && is_as_wanted(compressing, chunk, after);
	if (is_done) {
		chunk->state = done_word(compressing);
		mem_free(chunk->reason);
		chunk->reason = mem_copy("somebody else did it meanwhile");
	} else if (is_seen && after == NULL)
		chunk->state = "gone";
	chunk_set_done(&now);
	mem_free(one.numbers);
	return is_done || (is_seen && after == NULL);
}

/* False: nothing more can be begun. */
static bool do_one(struct compressing *compressing, struct chunk *chunk, struct progress *progress, struct err *err)
{
	struct acts *acts = &compressing->acts;
	struct err own = {0};
	bool commits;
	report_step(acts->report, "%s %s (%d of %d)", acts->verb, chunk->name, ++progress->at, progress->all);
	report_progress(acts->report, progress->done_bytes, progress->all_bytes, "bytes");
	char *sql = statement_of(compressing, chunk, &commits);
	bool is_done = commits || !session_is_pooled(acts->session) ? acts_call(acts, sql, &own) : acts_query(acts, sql, NULL, &own);
	mem_free(sql);
	progress->done_bytes += chunk->bytes;
	if (is_done) {
		chunk->state = done_word(compressing);
		progress->failures = 0;
		return true;
	}
	if (!acts_is_over(acts, &own) && !acts_is_lock(&own) && is_settled(compressing, chunk))
		return true;
	keep_error(compressing, chunk, &own);
	progress->failures = acts_is_lock(&own) ? 0 : progress->failures + 1;
	report_log(acts->report, "%s: %s", chunk->name, chunk->reason);
	if (!acts_is_over(acts, &own) && progress->failures < MOST_FAILURES)
		return true;
	*err = own;
	return false;
}

static bool do_set(struct compressing *compressing, struct chunk_set *set, struct progress *progress, struct err *err)
{
	bool is_good = true;
	for (int i = 0; i < set->count; i++) {
		struct chunk *chunk = &set->chunks[i];
		if (is_good && task_is_cancelled())
			is_good = err_set(err, ERR_CANCELLED, "cancelled");
		if (!is_good) {
			chunk->state = "not begun";
		} else if (chunk->is_frozen) {
			chunk->state = "failed";
			chunk->reason = mem_copy("it is frozen: nothing may change it");
			progress->at++;
		} else
			is_good = do_one(compressing, chunk, progress, err);
	}
	return is_good;
}

/* What they take now. What says that it is done and is not, is told. */
static void measure(struct compressing *compressing, struct chunk_set *set)
{
	struct chunk_set now = {0};
	struct err ignored;
	if (set->count > 0 && chunk_set_again(&compressing->acts, set, &now, &ignored))
		for (int i = 0; i < set->count; i++) {
			struct chunk *chunk = &set->chunks[i];
			const struct chunk *after = chunk_set_find(&now, chunk->oid);
			if (strcmp(chunk->state, "not begun") == 0)
				continue;
			if (after == NULL) {
				chunk->state = "gone";
				mem_free(chunk->reason);
				chunk->reason = mem_copy("somebody dropped it meanwhile");
				continue;
			}
			chunk->bytes_now = after->bytes;
			/* its policy perhaps, while we waited for it */
			if (chunk->reason != NULL && is_as_wanted(compressing, chunk, after)) {
				chunk->state = compressing->compress->is_decompress ? "decompressed" : "compressed";
				mem_free(chunk->reason);
				chunk->reason = mem_copy("somebody else did it meanwhile");
			}
			if (chunk->reason == NULL && !is_as_wanted(compressing, chunk, after)) {
				chunk->state = "failed";
				chunk->reason = mem_copy("the server said done, but it is not");
			}
		}
	chunk_set_done(&now);
}

/* --- telling ---------------------------------------------------------------------------------- */

struct tally {
	int done, bad, gone;
	int64_t before, after;
	const struct chunk *last; /* that is done */
	struct words bad_names;
};

static void count(const struct compressing *compressing, struct tally *tally)
{
	for (int h = 0; h < compressing->list.count; h++)
		for (int i = 0; i < compressing->list.rows[h].set.count; i++) {
			const struct chunk *chunk = &compressing->list.rows[h].set.chunks[i];
			bool is_done = strcmp(chunk->state, "compressed") == 0 || strcmp(chunk->state, "decompressed") == 0;
			if (is_done) {
				tally->done++;
				tally->before += chunk->bytes;
				tally->after += chunk->bytes_now >= 0 ? chunk->bytes_now : chunk->bytes;
				tally->last = chunk;
			} else if (strcmp(chunk->state, "gone") == 0) {
				tally->gone++;
			} else if (strcmp(chunk->state, "not begun") != 0) {
				tally->bad++;
				words_take(&tally->bad_names, mem_format("%s (%s)", chunk->name, chunk->reason != NULL ? chunk->reason : chunk->state));
			}
		}
}

static bool tell(struct compressing *compressing, const struct progress *progress, bool is_good, struct err *err)
{
	struct acts *acts = &compressing->acts;
	const char *word = done_word(compressing);
	struct tally tally = {0};
	char before[UNITS_SIZE], after[UNITS_SIZE], took[UNITS_SIZE];
	count(compressing, &tally);
	char *names = words_join(&tally.bad_names, ", ");
	if (tally.gone > 0)
		report_log(acts->report, "%d chunk%s gone: somebody dropped %s meanwhile", tally.gone, tally.gone == 1 ? " is" : "s are", tally.gone == 1 ? "it" : "them");
	if (!is_good) {
		struct err why = *err;
		enum err_kind kind = why.kind != ERR_CANCELLED && tally.done > 0 ? ERR_PARTIAL : why.kind;
		if (tally.last != NULL)
			err_set(err, kind, "%s; %d of %d chunks are %s, the last one %s; the others are as they were", why.text, tally.done,
			    progress->all, word, tally.last->name);
		else
			err_set(err, kind, "%s; no chunk was %s", why.text, word);
		memcpy(err->sqlstate, why.sqlstate, sizeof err->sqlstate);
	} else if (tally.bad > 0) {
		is_good = err_set(err, tally.done > 0 ? ERR_PARTIAL : ERR_FAILED, "%d of %d chunks were not %s: %s", tally.bad, progress->all, word, names);
		err_hint(err, "the others are done; the same again takes what is left");
	} else if (tally.done == 0)
		report_summary(acts->report, "nothing is left to %s", acts->verb);
	else
		report_summary(acts->report, "%d chunk%s %s in %s: %s now, %s before", tally.done, tally.done == 1 ? "" : "s", word,
		    units_ms(took, (double)(units_now_us() - progress->began_us) / 1000.0), units_bytes(after, tally.after),
		    units_bytes(before, tally.before));
	mem_free(names);
	words_done(&tally.bad_names);
	return is_good;
}

bool compress_each(struct compressing *compressing, struct err *err)
{
	struct progress progress = {.began_us = units_now_us()};
	bool is_good = true;
	progress.all = compress_count(compressing, &progress.all_bytes);
	for (int i = 0; i < compressing->list.count; i++) {
		struct chunk_set *set = &compressing->list.rows[i].set;
		if (is_good)
			is_good = do_set(compressing, set, &progress, err);
		else
			for (int c = 0; c < set->count; c++)
				set->chunks[c].state = "not begun";
	}
	/* also after a cancel: who ended it hears what is done */
	task_shield();
	for (int i = 0; i < compressing->list.count; i++)
		measure(compressing, &compressing->list.rows[i].set);
	task_unshield();
	return tell(compressing, &progress, is_good, err);
}
