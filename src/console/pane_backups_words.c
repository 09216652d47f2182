/* What is to be said of a database's backups: what is wrong with what mends it first, then how they fare. */
#include <stdio.h>
#include <string.h>

#include "pane_backups_internal.h"
#include "pane_chunks_words.h"
#include "pgtend/core/mem.h"
#include "pgtend/core/units.h"

#define SKEW_US (15 * 60 * 1000000LL) /* so much two clocks may differ (backup/policy.h) */
#define HALF (-0.5) /* a dump that lost half of its size is looked at before it is trusted */

static bool is_good(const struct table *rows, int row)
{
	return pane_int(rows, row, "verified", 0) && !words_is(pane_text(rows, row, "state"), "damaged") &&
		pane_int(rows, row, "taken_at", INT64_MAX) <= pane_now() + SKEW_US;
}

int backups_newest(const struct backups_scene *scene)
{
	for (int row = 0; scene->rows && row < table_rows(scene->rows); row++)
		if (is_good(scene->rows, row))
			return row;
	return -1;
}

static const char *cell_text(const struct backups_scene *scene, int row, const char *column)
{
	return pane_text(scene->rows, row, column);
}

static double age_s(const struct backups_scene *scene, int row)
{
	const struct cell *taken = pane_cell(scene->rows, row, "taken_at");

	return taken && pane_now() > taken->u.integer ? (double)(pane_now() - taken->u.integer) / 1e6 : 0;
}

/* --- what is wrong ------------------------------------------------------------------------------- */

enum trouble { TROUBLE_RESTORE, TROUBLE_LACKS, TROUBLE_NONE_YET, TROUBLE_DAMAGED, TROUBLE_LATE, TROUBLE_ARCHIVER, TROUBLE_SHRUNK, TROUBLE_UNREAD, TROUBLE_HOOK, TROUBLE_SPARE, TROUBLES };

/* Newer than the good one and broken: the one that counts as today's backup is none. */
static int damaged_row(const struct backups_scene *scene, bool is_newest)
{
	int newest = backups_newest(scene);

	for (int row = 0; scene->rows && row < table_rows(scene->rows); row++)
		if (words_is(cell_text(scene, row, "state"), "damaged") && (newest < 0 || row < newest) == is_newest)
			return row;
	return -1;
}

/* A newer one that nobody has read back, so that it does not count. */
static int unread_row(const struct backups_scene *scene)
{
	int newest = backups_newest(scene);

	for (int row = 0; scene->rows && row < table_rows(scene->rows) && row != newest; row++)
		if (calendar_kind(scene->rows, row) == CHART_UNREAD)
			return row;
	return -1;
}

/* A restore that nobody works on any more. */
static int interrupted_row(const struct backups_scene *scene)
{
	for (int row = 0; scene->restores && row < table_rows(scene->restores); row++)
		if (pane_text(scene->restores, row, "mend"))
			return row;
	return -1;
}

static bool has_trouble(const struct backups_scene *scene, enum trouble trouble)
{
	bool is_wanted = scene->policy.every != BACKUP_NEVER;
	int newest = backups_newest(scene);

	switch (trouble) {
	case TROUBLE_RESTORE:
		return interrupted_row(scene) >= 0;
	case TROUBLE_LACKS:
		return scene->lacks && is_wanted;
	case TROUBLE_NONE_YET:
		return scene->rows && newest < 0 && is_wanted && !scene->lacks;
	case TROUBLE_DAMAGED:
		return damaged_row(scene, true) >= 0;
	case TROUBLE_LATE:
		return newest >= 0 && is_wanted && scene->warn_s >= 0 && age_s(scene, newest) > scene->warn_s;
	case TROUBLE_SHRUNK:
		return newest >= 0 && pane_real(scene->rows, newest, "trend", 0) < HALF;
	case TROUBLE_UNREAD:
		return unread_row(scene) >= 0;
	case TROUBLE_ARCHIVER:
		return backups_pitr_is_wrong(scene);
	case TROUBLE_HOOK:
		return newest >= 0 && words_is(cell_text(scene, newest, "after_backup"), "failed");
	case TROUBLE_SPARE:
		return damaged_row(scene, false) >= 0;
	case TROUBLES:
		break;
	}
	return false;
}

static char *mend_of(const struct backups_scene *scene, enum trouble trouble)
{
	char *name = scene->database ? text_shell_word(scene->database) : NULL, *line = NULL;
	const char *id = cell_text(scene, trouble == TROUBLE_UNREAD ? unread_row(scene) : backups_newest(scene), "id");

	if (!name)
		return NULL;
	if (trouble == TROUBLE_RESTORE)
		line = mem_copy(pane_text(scene->restores, interrupted_row(scene), "mend") + strlen("pgtend "));
	else if (trouble == TROUBLE_NONE_YET || trouble == TROUBLE_DAMAGED || trouble == TROUBLE_LATE)
		line = mem_format("backup %s", name);
	else if (trouble == TROUBLE_SHRUNK && id)
		line = mem_format("verify %s --backup %s --restore", name, id);
	else if (trouble == TROUBLE_UNREAD && id)
		line = mem_format("verify %s --backup %s", name, id);
	else if (trouble == TROUBLE_HOOK)
		line = mem_format("backup due %s", name);
	else if (trouble == TROUBLE_ARCHIVER)
		line = mem_format("pitr status %s", name);
	mem_free(name);
	return line;
}

char *backups_mend(const struct backups_scene *scene)
{
	for (int trouble = 0; trouble < TROUBLES; trouble++) {
		char *mend = has_trouble(scene, (enum trouble)trouble) ? mend_of(scene, (enum trouble)trouble) : NULL;

		if (mend)
			return mend;
	}
	return NULL;
}

static void say_damaged(struct writer *writer, const struct backups_scene *scene, bool is_newest)
{
	int row = damaged_row(scene, is_newest);
	const char *id = cell_text(scene, row, "id"), *reason = cell_text(scene, row, "reason");
	struct text text = { 0 };

	text_addf(&text, "%s is no backup%s%s", id ? id : "one", reason ? ": " : "", reason ? reason : "");
	words_say_text(writer, "damaged", is_newest ? STYLE_CRIT : STYLE_WARN, true, &text);
}

static void say_late(struct writer *writer, const struct backups_scene *scene)
{
	double age = age_s(scene, backups_newest(scene));
	struct text text = { 0 };
	char buffer[UNITS_SIZE];

	text_addf(&text, "the newest good one is %s old", units_age(buffer, (int64_t)age));
	text_addf(&text, ", the policy is %s", scene->policy_word);
	words_say_text(writer, "late", scene->crit_s >= 0 && age > scene->crit_s ? STYLE_CRIT : STYLE_WARN, true, &text);
}

static void say_shrunk(struct writer *writer, const struct backups_scene *scene)
{
	int row = backups_newest(scene);
	struct text text = { 0 };
	char size[UNITS_SIZE];

	text_addf(&text, "%s, %.0f%% less than the one before", units_bytes(size, pane_int(scene->rows, row, "size_bytes", 0)),
		-100 * pane_real(scene->rows, row, "trend", 0));
	text_add(&text, ": is anything missing in it?");
	words_say_text(writer, "size", STYLE_WARN, true, &text);
}

static void say_trouble(struct writer *writer, const struct backups_scene *scene, enum trouble trouble)
{
	char *mend, *line;

	if (!has_trouble(scene, trouble))
		return;
	switch (trouble) {
	case TROUBLE_RESTORE:
		words_say(writer, "restore", STYLE_WARN, true, pane_text(scene->restores, interrupted_row(scene), "words"));
		break;
	case TROUBLE_LACKS:
		words_say(writer, "cannot", STYLE_WARN, true, scene->lacks);
		break;
	case TROUBLE_NONE_YET:
		line = mem_format("no verified backup yet, though the policy is %s", scene->policy_word);
		words_say(writer, "none", STYLE_CRIT, true, line);
		mem_free(line);
		break;
	case TROUBLE_DAMAGED:
	case TROUBLE_SPARE:
		say_damaged(writer, scene, trouble == TROUBLE_DAMAGED);
		break;
	case TROUBLE_LATE:
		say_late(writer, scene);
		break;
	case TROUBLE_SHRUNK:
		say_shrunk(writer, scene);
		break;
	case TROUBLE_UNREAD:
		words_say(writer, "verified", STYLE_WARN, true, "a newer one was never read back, so it does not count");
		break;
	case TROUBLE_ARCHIVER:
		backups_pitr_say(writer, scene, true);
		break;
	case TROUBLE_HOOK:
		words_say(writer, "off site", STYLE_WARN, true, cell_text(scene, backups_newest(scene), "reason") ? cell_text(scene, backups_newest(scene), "reason") : "after_backup failed: the newest one lies here only");
		break;
	case TROUBLES:
		break;
	}
	mend = mend_of(scene, trouble);
	line = mend ? mem_format("pgtend %s", mend) : NULL;
	words_say_mend(writer, line);
	mem_free(line);
	mem_free(mend);
}

/* --- how they fare --------------------------------------------------------------------------------- */

static void say_newest(struct writer *writer, const struct backups_scene *scene)
{
	int row = backups_newest(scene);
	const struct cell *taken = pane_cell(scene->rows, row, "taken_at"), *took = pane_cell(scene->rows, row, "duration_s");
	int64_t bytes = pane_int(scene->rows, row, "size_bytes", 0), of = pane_int(scene->rows, row, "database_bytes", 0);
	struct text text = { 0 };
	char day[UNITS_SIZE], clock[16], size[UNITS_SIZE];

	if (!taken)
		return;
	pane_clock(clock, taken->u.integer);
	text_addf(&text, "%s %.5s UTC, %s", units_day(day, taken->u.integer), clock, units_bytes(size, bytes));
	if (of > 0 && bytes > 0)
		text_addf(&text, " of %s: %.*f times smaller", units_bytes(size, of), of / bytes < 10 ? 1 : 0, (double)of / (double)bytes);
	if (took)
		text_addf(&text, ", took %s", units_ms(size, took->u.real * 1000));
	words_say_text(writer, "newest", STYLE_PLAIN, false, &text);
}

static void add_ago(struct text *text, const struct backups_scene *scene, int row)
{
	const struct cell *at = pane_cell(scene->rows, row, "verified_at");
	char age[UNITS_SIZE];

	if (at)
		text_addf(text, " %s ago", units_age(age, pane_now() > at->u.integer ? (pane_now() - at->u.integer) / 1000000 : 0));
}

/* A backup that came back whole is what counts in the end, and it need not be the newest. */
static void say_verified(struct writer *writer, const struct backups_scene *scene)
{
	int newest = backups_newest(scene), restored = -1;
	struct text text = { 0 };
	char day[UNITS_SIZE], clock[16];

	for (int row = 0; row < table_rows(scene->rows) && restored < 0; row++)
		if (calendar_kind(scene->rows, row) == CHART_RESTORED)
			restored = row;
	switch (calendar_kind(scene->rows, newest)) {
	case CHART_RESTORED:
		text_add(&text, "restored into a scratch database, rows compared,");
		break;
	case CHART_READ:
		text_add(&text, "every row read back and counted");
		break;
	case CHART_CHECKED:
		text_add(&text, "checksum and table of contents");
		break;
	default:
		return;
	}
	add_ago(&text, scene, newest);
	if (restored < 0)
		text_add(&text, "; none was ever restored (:verify --restore)");
	else if (restored != newest) {
		pane_clock(clock, pane_int(scene->rows, restored, "taken_at", 0));
		text_addf(&text, "; that of %s %.5s was restored", units_day(day, pane_int(scene->rows, restored, "taken_at", 0)), clock);
		add_ago(&text, scene, restored);
	}
	words_say_text(writer, "verified", STYLE_PLAIN, false, &text);
}

static void say_contents(struct writer *writer, const struct backups_scene *scene)
{
	int row = backups_newest(scene);
	int64_t rows = pane_int(scene->rows, row, "rows", -1), tables = pane_int(scene->rows, row, "tables", -1), applied = pane_int(scene->rows, row, "migrations", -1);
	const char *last = cell_text(scene, row, "migration_last");
	struct text text = { 0 };
	char count[UNITS_SIZE];

	if (rows >= 0)
		text_addf(&text, "%s rows in ", units_count(count, rows));
	if (tables >= 0)
		text_addf(&text, "%s table%s", units_count(count, tables), tables == 1 ? "" : "s");
	if (applied >= 0)
		text_addf(&text, "%s%s migration%s", text.length ? ", " : "", units_count(count, applied), applied == 1 ? "" : "s");
	if (applied > 0 && last)
		text_addf(&text, ", the last %s", last);
	words_say_text(writer, "holds", STYLE_PLAIN, false, &text);
}

static void say_kept(struct writer *writer, const struct backups_scene *scene)
{
	const struct backup_policy *policy = &scene->policy;
	int rows = table_rows(scene->rows);
	int64_t bytes = 0;
	struct text text = { 0 };
	char size[UNITS_SIZE], age[UNITS_SIZE];

	for (int row = 0; row < rows; row++)
		bytes += pane_int(scene->rows, row, "size_bytes", 0);
	text_addf(&text, "%d backup%s, %s", rows, rows == 1 ? "" : "s", units_bytes(size, bytes));
	if (policy->keep_s >= 0)
		text_addf(&text, "; prune keeps %s, and %lld verified at least", units_age(age, (int64_t)policy->keep_s), (long long)backup_least(policy));
	else
		text_add(&text, "; kept for ever (key `keep`)");
	words_say_text(writer, "kept", STYLE_PLAIN, false, &text);
}

static void say_missed(struct writer *writer, const struct backups_scene *scene)
{
	const struct calendar *calendar = &scene->calendar;
	int missed = calendar->counts[CHART_MISSED];
	struct text text = { 0 };
	char day[UNITS_SIZE];

	if (missed == 0)
		return;
	text_addf(&text, "%d of %d %s without a backup, the last %s", missed, calendar->count, scene->policy.every == BACKUP_WEEKLY ? "weeks" : "days",
		units_day(day, calendar->from_us + calendar->last_missed * calendar->unit_us));
	words_say_text(writer, "missed", STYLE_WARN, false, &text);
}

static void say_place(struct writer *writer, const struct backups_scene *scene)
{
	int row = backups_newest(scene);

	if (words_is(cell_text(scene, row, "after_backup"), "done"))
		words_say(writer, "off site", STYLE_PLAIN, false, "after_backup has taken the newest one away");
	else if (words_is(cell_text(scene, row, "after_backup"), "pending"))
		words_say(writer, "off site", STYLE_DIM, false, "after_backup has not run for the newest one yet");
	else if (row >= 0 && !scene->has_hook)
		words_say(writer, "off site", STYLE_DIM, false, "no copy elsewhere is known (key `after_backup`)");
	if (scene->folder)
		words_say(writer, "place", STYLE_DIM, false, scene->folder);
}

void backups_lines_make(struct chunks_lines *lines, const struct backups_scene *scene, int cols, bool has_labels)
{
	struct writer writer = { .lines = lines, .cols = cols, .has_labels = has_labels };

	memset(lines, 0, sizeof(*lines));
	for (int trouble = 0; trouble < TROUBLES; trouble++)
		say_trouble(&writer, scene, (enum trouble)trouble);
	say_missed(&writer, scene);
	if (backups_newest(scene) >= 0) {
		say_newest(&writer, scene);
		say_verified(&writer, scene);
		say_contents(&writer, scene);
	}
	if (scene->rows && table_rows(scene->rows) > 0)
		say_kept(&writer, scene);
	if (!backups_pitr_is_wrong(scene))
		backups_pitr_say(&writer, scene, false);
	say_place(&writer, scene);
}
