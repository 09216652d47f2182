/* seeds/twice.c - `seed --twice`: whether the seeds may run again and again. All have run once; now each runs once more, and behind each the
 * rows of all tables are counted, exactly. */
#include <stdlib.h>
#include <string.h>

#include "pgtend/core/mem.h"
#include "pgtend/sql_embedded.h"
#include "seeds_internal.h"

enum { BATCH = 200, LOOK_MS = 15000, SHOWN = 5 };

struct counts {
	struct words names; /* in byte order */
	int64_t *rows;
	int unread; /* tables that this role may not read */
};

static void counts_done(struct counts *counts)
{
	words_done(&counts->names);
	mem_free(counts->rows);
	memset(counts, 0, sizeof *counts);
}

static bool count_batch(struct session *session, const struct words *quoted, size_t from, struct counts *counts, struct err *err)
{
	struct text sql = {0};
	size_t to = from + BATCH < quoted->count ? from + BATCH : quoted->count;
	for (size_t i = from; i < to; i++)
		text_addf(&sql, "%sSELECT %zu AS number, pg_catalog.count(*) FROM %s", i > from ? " UNION ALL " : "", i, quoted->v[i]);
	struct result *result = NULL;
	bool ok = session_query_wait(session, text_str(&sql), NULL, 0, 0, &result, err);
	for (int row = 0; ok && row < result_rows(result); row++)
		counts->rows[result_int(result, row, 0, 0)] = result_int(result, row, 1, 0);
	result_free(result);
	text_done(&sql);
	return ok;
}

static bool count(struct session *session, struct counts *counts, struct err *err)
{
	struct result *result = NULL;
	struct words quoted = {0};
	memset(counts, 0, sizeof *counts);
	bool ok = session_query_wait(session, sql_seeds_countable, NULL, 0, LOOK_MS, &result, err);
	for (int row = 0; ok && row < result_rows(result); row++) {
		if (!result_bool(result, row, 2)) {
			counts->unread++;
			continue;
		}
		words_add(&counts->names, result_text(result, row, 0));
		words_add(&quoted, result_text(result, row, 1));
	}
	result_free(result);
	counts->rows = mem_new((quoted.count + 1) * sizeof counts->rows[0]);
	for (size_t from = 0; ok && from < quoted.count; from += BATCH)
		ok = count_batch(session, &quoted, from, counts, err);
	words_done(&quoted);
	return ok;
}

static void add_change(struct text *changes, int *count, const char *name, int64_t before, int64_t after)
{
	if ((*count)++ < SHOWN)
		text_addf(changes, "%s%s %lld -> %lld rows", *count > 1 ? ", " : "", name, (long long)before, (long long)after);
}

/* "public.users 3 -> 6 rows"; a table that came or went counts as one without rows. NULL: nothing changed. */
static char *changes_between(const struct counts *before, const struct counts *after)
{
	struct text changes = {0};
	int count = 0;
	size_t a = 0, b = 0;
	while (a < before->names.count || b < after->names.count) {
		int order = a == before->names.count  ? 1
		            : b == after->names.count ? -1
		                                      : strcmp(before->names.v[a], after->names.v[b]);
		int64_t was = order <= 0 ? before->rows[a] : 0, is = order >= 0 ? after->rows[b] : 0;
		if (was != is)
			add_change(&changes, &count, order <= 0 ? before->names.v[a] : after->names.v[b], was, is);
		a += order <= 0;
		b += order >= 0;
	}
	if (count > SHOWN)
		text_addf(&changes, " and %d more tables", count - SHOWN);
	return count > 0 ? text_take(&changes) : NULL;
}

/* Once more, and what it did to the tables. False: there is nothing to compare any more (the server is gone, the user gave up). */
static bool run_again(struct seed_run *run, struct seed_file *file, struct counts *counts, struct words *findings, struct err *err)
{
	struct err failure;
	struct counts after;
	bool is_done = seed_run_file(run, file, &failure);
	if (!is_done && (failure.kind == ERR_CANCELLED || failure.kind == ERR_UNREACHABLE)) {
		*err = failure;
		return false;
	}
	if (!count(run->session, &after, err)) {
		counts_done(&after);
		return err_prefix(err, "the rows of the tables cannot be counted");
	}
	char *changes = changes_between(counts, &after);
	file->again = !is_done ? "failed" : changes != NULL ? "changed" : "same";
	if (!is_done)
		words_take(findings, mem_format("it fails when it runs again: %s", failure.text));
	else if (changes != NULL)
		words_take(findings, mem_format("%s: %s", file->name, changes));
	mem_free(changes);
	counts_done(counts);
	*counts = after;
	return true;
}

static bool judge(struct seed_run *run, const struct words *findings, struct err *err)
{
	for (size_t i = 0; i < findings->count; i++)
		report_log(run->report, "not idempotent: %s", findings->v[i]);
	if (findings->count == 0) {
		report_summary(run->report, "%d seed%s ran twice, the rows of all tables are the same", run->list.count,
		    run->list.count == 1 ? "" : "s");
		return true;
	}
	err_set(err, ERR_FAILED, "%zu seed%s not idempotent: %s%s", findings->count, findings->count == 1 ? " is" : "s are", findings->v[0],
	    findings->count > 1 ? ", ..." : "");
	return err_hint(err, "INSERT ... ON CONFLICT DO NOTHING, or DELETE first, makes a seed one that may run again");
}

bool seed_run_twice(struct seed_run *run, struct err *err)
{
	struct counts counts;
	struct words findings = {0};
	bool ok = count(run->session, &counts, err) || err_prefix(err, "the rows of the tables cannot be counted");
	if (ok && counts.unread > 0)
		report_log(run->report, "%d tables may not be read, their rows are not compared", counts.unread);
	for (int i = 0; i < run->list.count && ok; i++) {
		report_step(run->report, "%s, again", run->list.files[i].name);
		report_progress(run->report, i, run->list.count, "files");
		ok = run_again(run, &run->list.files[i], &counts, &findings, err);
	}
	ok = ok && judge(run, &findings, err);
	counts_done(&counts);
	words_done(&findings);
	return ok;
}
