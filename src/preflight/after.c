/* What is worse than before the last `migrate up`. See preflight/pulse.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pgtend/core/mem.h"
#include "pgtend/core/units.h"
#include "pgtend/health/health.h"
#include "pgtend/loop/task.h"
#include "pgtend/probes/collector.h"
#include "pgtend/sql_embedded.h"
#include "pulse.h"

enum { COLLECT_MS = 20000, READY_MS = 15000, TEXTS_MS = 5000, MOST_STATEMENTS = 10, LEAST_CALLS = 5, LEAST_ROLLBACKS = 10, SHOWN_BYTES = 160 };
/* What is lost in all: a question that is asked twice an hour may take as long as it likes. */
static const double least_lost_ms = 100;

static const struct table_column columns[] = {
    {"database", CELL_TEXT, "database", 0, "Name of the [database] section."},
    {"line", CELL_TEXT, "line", 0, "What is compared: health, rollbacks, deadlocks, locks, indexes, statements."},
    {"subject", CELL_TEXT, "subject", 2, "statements: the number of one (pg_stat_statements.queryid); null: all together."},
    {"state", CELL_TEXT, "state", 0, "ok, finding (worse than before), unknown (could not be compared; counts as a finding), note (to know), skipped."},
    {"before", CELL_REAL, NULL, 0, "The number before: the share of rollbacks, how many waited, how many indexes were invalid, milliseconds of a call."},
    {"now", CELL_REAL, NULL, 0, "The number now; of what is counted up, since then."},
    {"what", CELL_TEXT, "what", 0, "What was found, as a sentence."},
    {"mend", CELL_TEXT, "mend", 1, "What to look at; null: nothing."},
};
const struct table_shape after_shape = {"preflight_after", columns, sizeof columns / sizeof columns[0]};

struct after {
	struct fleet *fleet;
	struct report *report;
	struct table *rows;
	const struct database *database; /* the one that is compared */
	struct session *session;
	const struct pulse *before, *now;
	int findings, unknown;
};

/* Takes over what and mend. */
static int add(struct after *after, const char *line, const char *state, char *what, char *mend)
{
	int row = table_add_row(after->rows);
	table_set_text(after->rows, row, "database", after->database->name);
	table_set_text(after->rows, row, "line", line);
	table_set_text(after->rows, row, "state", state);
	table_set_text(after->rows, row, "what", what);
	table_set_text(after->rows, row, "mend", mend);
	after->findings += strcmp(state, "finding") == 0;
	after->unknown += strcmp(state, "unknown") == 0;
	mem_free(what);
	mem_free(mend);
	return row;
}

static void set_numbers(struct after *after, int row, double before, double now)
{
	table_set_real(after->rows, row, "before", before);
	table_set_real(after->rows, row, "now", now);
}

static char *mend_of(const struct after *after, const char *verb)
{
	return mem_format("pgtend %s %s", verb, after->database->name);
}

/* --- health ------------------------------------------------------------------------------------------------ */

static enum verdict verdict_of(const char *word)
{
	for (enum verdict verdict = VERDICT_OK; verdict <= VERDICT_UNKNOWN; verdict++)
		if (word != NULL && strcmp(word, verdict_word(verdict)) == 0)
			return verdict;
	return VERDICT_UNKNOWN;
}

static void compare_health(struct after *after)
{
	enum verdict before = verdict_of(after->before->verdict), now = verdict_of(after->now->verdict);
	bool is_worse = now != before && verdict_worse(before, now) == now;
	char *reasons = words_join(&after->now->reasons, "; ");
	if (is_worse)
		add(after, "health", "finding", mem_format("%s, was %s before: %s", verdict_word(now), verdict_word(before), reasons), mend_of(after, "status"));
	else
		add(after, "health", "ok", mem_format("%s, was %s before%s%s", verdict_word(now), verdict_word(before), *reasons != '\0' ? ": " : "", reasons), NULL);
	mem_free(reasons);
}

/* What the other checks say now; what they said before is not known. */
static void tell_health(struct after *after)
{
	struct health health;
	health_judge(after->fleet, after->database, &health);
	for (size_t i = 0; i < health.reasons.count; i++)
		if (!words_has(&after->now->reasons, health.reasons.v[i]))
			add(after, "health", "note", mem_format("now: %s", health.reasons.v[i]), mend_of(after, "status"));
	health_done(&health);
}

/* --- counters ----------------------------------------------------------------------------------------------- */

static bool were_reset(const struct after *after)
{
	const char *before = after->before->stats_reset, *now = after->now->stats_reset;
	bool is_same = before == NULL ? now == NULL : now != NULL && strcmp(before, now) == 0;
	return !is_same || after->now->commits < after->before->commits || after->now->rollbacks < after->before->rollbacks ||
	       after->now->deadlocks < after->before->deadlocks;
}

static double share(int64_t rollbacks, int64_t commits)
{
	return rollbacks + commits > 0 ? (double)rollbacks / (double)(rollbacks + commits) : 0;
}

static void compare_rollbacks(struct after *after)
{
	int64_t rollbacks = after->now->rollbacks - after->before->rollbacks, commits = after->now->commits - after->before->commits;
	double before = share(after->before->rollbacks, after->before->commits), now = share(rollbacks, commits);
	bool is_worse = rollbacks >= LEAST_ROLLBACKS && now > before + limits_value(after->fleet, "after_rollbacks_warn");
	char was[UNITS_SIZE], is[UNITS_SIZE];
	char *what = mem_format("%lld of %lld transactions rolled back since (%s, %s before)", (long long)rollbacks, (long long)(rollbacks + commits),
	    units_percent(is, now), units_percent(was, before));
	set_numbers(after, add(after, "rollbacks", is_worse ? "finding" : "ok", what, is_worse ? mem_copy("the server's log says why") : NULL), before, now);
}

static void compare_counters(struct after *after)
{
	if (!after->before->has_counters || !after->now->has_counters) {
		add(after, "rollbacks", "skipped", mem_copy("the server keeps no such statistics"), NULL);
		return;
	}
	if (were_reset(after)) {
		add(after, "rollbacks", "note", mem_copy("cannot be compared: the statistics were reset since"), NULL);
		return;
	}
	compare_rollbacks(after);
	int64_t deadlocks = after->now->deadlocks - after->before->deadlocks;
	int row = deadlocks > 0 ? add(after, "deadlocks", "finding", mem_format("%lld deadlock%s since", (long long)deadlocks, deadlocks == 1 ? "" : "s"),
	                              mem_copy("the server's log names both sides"))
	                        : add(after, "deadlocks", "ok", mem_copy("none since"), NULL);
	set_numbers(after, row, 0, (double)deadlocks);
}

/* --- locks and indexes ------------------------------------------------------------------------------------- */

static void compare_locks(struct after *after)
{
	char age[UNITS_SIZE];
	double blocked_s = after->now->blocked_s;
	if (!after->now->has_counters) {
		add(after, "locks", "skipped", mem_copy("the server has no other sessions"), NULL);
		return;
	}
	if (!after->now->has_sessions) {
		add(after, "locks", "skipped", mem_format("whether other sessions wait is hidden from %s", after->now->who),
		    mem_format("GRANT pg_monitor TO %s", after->now->role));
		return;
	}
	/* A wait of a moment is none. */
	bool is_worse = after->now->waiting > after->before->waiting && blocked_s >= 1;
	char *what = after->now->waiting == 0 ? mem_format("nobody waits for a lock (%lld before)", (long long)after->before->waiting)
	                                      : mem_format("%lld wait%s for a lock, the longest %s (%lld before)", (long long)after->now->waiting,
	                                            after->now->waiting == 1 ? "s" : "", units_age(age, (int64_t)blocked_s), (long long)after->before->waiting);
	set_numbers(after, add(after, "locks", is_worse ? "finding" : "ok", what, is_worse ? mend_of(after, "locks") : NULL), (double)after->before->waiting,
	    (double)after->now->waiting);
}

static void compare_indexes(struct after *after)
{
	int64_t before = after->before->invalid_indexes, now = after->now->invalid_indexes;
	char *what = mem_format("%lld index%s invalid (%lld before)", (long long)now, now == 1 ? " is" : "es are", (long long)before);
	set_numbers(after, add(after, "indexes", now > before ? "finding" : "ok", what, now > before ? mend_of(after, "indexes") : NULL), (double)before, (double)now);
}

/* --- statements ----------------------------------------------------------------------------------------------- */

struct slower {
	int64_t id, calls;
	double before_ms, now_ms; /* of a call; before negative: it is new */
};

static const struct statement *find(const struct pulse *pulse, int64_t id)
{
	for (int i = 0; i < pulse->count; i++)
		if (pulse->statements[i].id == id)
			return &pulse->statements[i];
	return NULL;
}

static double mean(double total_ms, int64_t calls)
{
	return calls > 0 ? total_ms / (double)calls : 0;
}

/* What was called since; the counters of one that has fewer calls than before began anew. */
static bool look_at(const struct after *after, const struct statement *now, struct slower *slower)
{
	const struct statement *before = find(after->before, now->id);
	bool is_new = before == NULL, is_reset = before != NULL && now->calls < before->calls;
	int64_t calls = is_new || is_reset ? now->calls : now->calls - before->calls;
	*slower = (struct slower){.id = now->id, .calls = calls, .before_ms = is_new ? -1 : mean(before->total_ms, before->calls)};
	slower->now_ms = mean(is_new || is_reset ? now->total_ms : now->total_ms - before->total_ms, calls);
	if (is_new)
		return slower->now_ms >= limits_value(after->fleet, "after_slow_warn") * 1000;
	return calls >= LEAST_CALLS && slower->now_ms > slower->before_ms * (1 + limits_value(after->fleet, "after_slower_warn")) &&
	       (slower->now_ms - slower->before_ms) * (double)calls >= least_lost_ms;
}

/* Most time lost first. */
static int by_loss(const void *a, const void *b)
{
	const struct slower *one = a, *other = b;
	double lost = (one->now_ms - (one->before_ms > 0 ? one->before_ms : 0)) * (double)one->calls;
	double other_lost = (other->now_ms - (other->before_ms > 0 ? other->before_ms : 0)) * (double)other->calls;
	return lost < other_lost ? 1 : lost > other_lost ? -1 : 0;
}

/* Blanks of all kinds folded, cut at a character. Caller frees. */
static char *short_text(const char *query)
{
	struct text text = {0};
	for (const char *c = query; *c != '\0' && text.length < SHOWN_BYTES;) {
		unsigned code_point;
		size_t bytes = strchr(" \t\r\n", *c) != NULL ? strspn(c, " \t\r\n") : text_decode(c, strlen(c), &code_point);
		if (strchr(" \t\r\n", *c) != NULL)
			text_add_char(&text, ' ');
		else
			text_add_n(&text, c, bytes > 0 ? bytes : 1);
		c += bytes > 0 ? bytes : 1;
	}
	return text_take(&text);
}

static const char *text_of(const struct result *texts, int64_t id)
{
	for (int row = 0; texts != NULL && row < result_rows(texts); row++)
		if (result_int(texts, row, 0, 0) == id)
			return result_text(texts, row, 1);
	return NULL;
}

static void ask_texts(struct after *after, const struct slower *slower, int count, struct result **texts)
{
	struct text ids = {0};
	struct err ignored = {0};
	for (int i = 0; i < count; i++)
		text_addf(&ids, "%s%lld", i > 0 ? "," : "", (long long)slower[i].id);
	const char *params[] = {text_str(&ids)};
	char *sql = pulse_sql(after->session, sql_preflight_statement_texts, after->now->schema);
	*texts = NULL;
	if (!session_query_wait(after->session, sql, params, 1, TEXTS_MS, texts, &ignored)) {
		result_free(*texts);
		*texts = NULL;
	}
	mem_free(sql);
	text_done(&ids);
}

static void tell_slower(struct after *after, const struct slower *slower, const char *query)
{
	char was[UNITS_SIZE], is[UNITS_SIZE], id[32];
	char *text = short_text(query != NULL ? query : "its text is not seen");
	bool is_new = slower->before_ms < 0;
	char *what = is_new ? mem_format("new, %s a call in %lld call%s: %s", units_ms(is, slower->now_ms), (long long)slower->calls, slower->calls == 1 ? "" : "s", text)
	                    : mem_format("%s a call in %lld calls since, %s before: %s", units_ms(is, slower->now_ms), (long long)slower->calls,
	                          units_ms(was, slower->before_ms), text);
	snprintf(id, sizeof id, "%lld", (long long)slower->id);
	int row = add(after, "statements", "finding", what, mem_format("pgtend explain %s %s", after->database->name, id));
	table_set_text(after->rows, row, "subject", id);
	if (!is_new)
		table_set_real(after->rows, row, "before", slower->before_ms);
	table_set_real(after->rows, row, "now", slower->now_ms);
	mem_free(text);
}

static void tell_slowest(struct after *after, struct slower *slower, int count)
{
	struct result *texts;
	int shown = count < MOST_STATEMENTS ? count : MOST_STATEMENTS;
	qsort(slower, (size_t)count, sizeof *slower, by_loss);
	ask_texts(after, slower, shown, &texts);
	for (int i = 0; i < shown; i++)
		tell_slower(after, &slower[i], text_of(texts, slower[i].id));
	if (count > shown)
		add(after, "statements", "note", mem_format("%d more became slower", count - shown), mend_of(after, "statements"));
	result_free(texts);
}

/* What other roles run is most of what an application does. */
static void tell_hidden(struct after *after)
{
	if (after->now->sees_all_statements)
		add(after, "statements", "skipped", mem_copy("what the statements of other roles cost was hidden before: only new ones are judged"), NULL);
	else
		add(after, "statements", "skipped", mem_format("what the statements of other roles cost is hidden from %s", after->now->who),
		    mem_format("GRANT pg_read_all_stats TO %s", after->now->role));
}

static void compare_statements(struct after *after)
{
	const char *unseen = after->before->unseen != NULL ? after->before->unseen : after->now->unseen;
	bool is_partial = !after->before->sees_all_statements || !after->now->sees_all_statements;
	struct slower *slower = mem_grow(NULL, (size_t)after->now->count + 1, sizeof *slower);
	int count = 0;
	for (int i = 0; unseen == NULL && i < after->now->count; i++)
		count += look_at(after, &after->now->statements[i], &slower[count]);
	if (unseen != NULL)
		add(after, "statements", "skipped", mem_format("cannot be compared: %s", unseen), mem_copy(after->now->unseen_mend));
	else if (count > 0)
		tell_slowest(after, slower, count);
	else
		add(after, "statements", "ok", mem_format("none of %s%d became slower", is_partial ? "its own " : "", after->now->count), NULL);
	if (unseen == NULL && is_partial)
		tell_hidden(after);
	mem_free(slower);
}

/* --- one database, all of them -------------------------------------------------------------------------------- */

static void compare(struct after *after)
{
	char age[UNITS_SIZE];
	report_log(after->report, "%s: compared with the moment before %s, %s ago", after->database->name,
	    after->before->what != NULL ? after->before->what : "it was changed", units_age(age, (after->now->taken_us - after->before->taken_us) / 1000000));
	compare_health(after);
	tell_health(after);
	compare_counters(after);
	compare_locks(after);
	compare_indexes(after);
	compare_statements(after);
}

static void look(struct after *after, struct database *database)
{
	struct err why = {0};
	struct pulse *before = pulse_read(database, &why), *now = NULL;
	after->database = database;
	after->session = database_session(after->fleet, database);
	report_step(after->report, "looking at %s", database->name);
	if (before == NULL)
		add(after, "health", "unknown", mem_copy("nothing to compare with: no `migrate up` of pgtend has left its numbers on this machine"), NULL);
	else if (session_ready_wait(after->session, READY_MS, &why) && database_learn_wait(after->fleet, database, after->session, &why) &&
	         pulse_take(after->fleet, database, after->session, &now, &why)) {
		after->before = before;
		after->now = now;
		compare(after);
	} else {
		add(after, "health", "finding", mem_copy(why.text), mend_of(after, "doctor"));
	}
	pulse_free(before);
	pulse_free(now);
}

bool after_wait(struct fleet *fleet, struct database *const *databases, int count, struct report *report, struct err *err)
{
	struct after after = {.fleet = fleet, .report = report, .rows = table_new(&after_shape)};
	enum fact facts[FACT_COUNT + 1];
	health_facts(health_checks, health_check_count, facts);
	collect_wait(fleet, databases, count, facts, COLLECT_MS);
	for (int i = 0; i < count; i++)
		look(&after, databases[i]);
	if (task_is_cancelled()) {
		table_free(after.rows);
		return err_set(err, ERR_CANCELLED, "cancelled");
	}
	report_rows(report, after.rows);
	int bad = after.findings + after.unknown;
	if (bad == 0) {
		report_summary(report, "nothing is worse than before");
		return true;
	}
	if (after.findings == 0)
		return err_set(err, ERR_FAILED, "%d database%s could not be compared", after.unknown, after.unknown == 1 ? "" : "s");
	return err_set(err, ERR_FAILED, "%d thing%s worse than before", after.findings, after.findings == 1 ? " is" : "s are");
}
