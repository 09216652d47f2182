/* Whether the server's log is archived: the half of every restore to a point in time that fails silently. */
#include <string.h>

#include "internal.h"
#include "pgtend/core/mem.h"

static double since_s(const struct table *table, const char *column)
{
	double s = (double)(units_now_us() - table_get_int(table, 0, column, 0)) / 1e6;
	return s > 0 ? s : 0;
}

static bool waits(const struct table *table, const char *setting)
{
	struct words names = {0};
	words_split(&names, table_get_text(table, 0, "waits_for_restart"), "\n");
	bool is_there = words_has(&names, setting);
	words_done(&names);
	return is_there;
}

/* Archiving is off: that is nobody's mistake, unless it was asked for. */
static void judge_off(struct judging *judging, const struct table *table)
{
	const char *stanza = section_text(judging->database->section, "pgbackrest_stanza");
	struct finding *finding;
	if (waits(table, "archive_mode")) {
		finding = finding_new(judging, NULL);
		finding_raise(finding, VERDICT_WARN, mem_copy("archive_mode waits for a restart of the server: nothing is archived until then"));
		finding->mend = mem_copy("restart the server");
	} else if (stanza != NULL && *stanza != '\0') {
		finding = finding_new(judging, NULL);
		finding_raise(finding, VERDICT_WARN, mem_format("archive_mode is off, though pgbackrest_stanza = %s: there is no point in time to go back to", stanza));
		finding->mend = mem_format("pgtend pitr setup %s", judging->database->name);
	}
}

static char *failing_words(const struct table *table)
{
	char failed[UNITS_SIZE], archived[UNITS_SIZE];
	struct text text = {0};
	const char *wal = table_get_text(table, 0, "last_failed_wal");
	text_addf(&text, "the archiver fails: segment %s %s ago, %lld failures", wal != NULL ? wal : "?",
		finding_age(failed, since_s(table, "last_failed_at")), (long long)table_get_int(table, 0, "failed", 0));
	if (fact_has(table, 0, "last_archived_at"))
		text_addf(&text, "; the last one that was archived %s ago", finding_age(archived, since_s(table, "last_archived_at")));
	else
		text_add(&text, "; none was ever archived");
	return text_take(&text);
}

static void weigh_waiting(struct judging *judging, struct finding *finding, const struct table *table)
{
	char age[UNITS_SIZE];
	double waiting_s = table_get_real(table, 0, "waiting_s", 0);
	int64_t segments = table_get_int(table, 0, "waiting_segments", 0);
	if (!fact_has(table, 0, "waiting_segments"))
		return;
	finding_measure(finding, "waiting", (double)segments);
	enum verdict verdict = finding_weigh(judging, finding, "oldest_waiting", waiting_s, 0);
	if (verdict != VERDICT_OK)
		finding_raise(finding, verdict, mem_format("%lld segment%s wait%s to be archived, the first for %s", (long long)segments,
			segments == 1 ? "" : "s", segments == 1 ? "s" : "", finding_age(age, waiting_s)));
}

static void measure(struct finding *finding, const struct table *table)
{
	finding_measure_fact(finding, "archived", table, 0, "archived");
	finding_measure_fact(finding, "failed", table, 0, "failed");
	finding_measure_fact(finding, "behind", table, 0, "behind_bytes");
}

static void judge_on(struct judging *judging, const struct table *table)
{
	char age[UNITS_SIZE];
	struct finding *finding = finding_new(judging, NULL);
	measure(finding, table);
	if (table_get_int(table, 0, "is_failing", 0) != 0)
		finding_raise(finding, VERDICT_CRIT, failing_words(table));
	weigh_waiting(judging, finding, table);
	if (fact_is(table, 0, "archiver", "nothing"))
		finding_raise(finding, VERDICT_WARN, mem_copy("archive_mode is on, but neither archive_command nor archive_library is set: the log piles up in pg_wal"));
	if (waits(table, "archive_mode") || waits(table, "wal_level"))
		finding_raise(finding, VERDICT_WARN, mem_format("%s waits for a restart of the server", waits(table, "wal_level") ? "wal_level" : "archive_mode"));
	if (finding->verdict != VERDICT_OK)
		finding->mend = mem_format("look into the server's log and at pgtend pitr status %s", judging->database->name);
	else if (fact_has(table, 0, "last_archived_at"))
		finding->note = mem_format("the newest segment was archived %s ago", finding_age(age, since_s(table, "last_archived_at")));
	else
		finding->note = mem_copy("no segment was full yet");
}

static void judge_archiver(struct judging *judging)
{
	const struct table *table = judging_table(judging, FACT_ARCHIVER);
	if (table == NULL || table_rows(table) == 0)
		return;
	if (fact_is(table, 0, "archive_mode", "off"))
		judge_off(judging, table);
	else if (fact_is(table, 0, "archive_mode", "on") && table_get_int(table, 0, "is_in_recovery", 0) != 0)
		finding_new(judging, NULL)->note = mem_copy("a standby, whose primary archives");
	else
		judge_on(judging, table);
}

static const enum fact archiver_facts[] = {FACT_ARCHIVER, FACT_COUNT};
static const struct measure_kind archiver_measures[] = {
	{"oldest_waiting", MEASURE_SECONDS, "archive_lag", "Since when the first finished segment of the log waits to be archived."},
	{"waiting", MEASURE_COUNT, NULL, "Finished segments that are not archived yet."},
	{"behind", MEASURE_BYTES, NULL, "Log that exists on the server only."},
	{"archived", MEASURE_TOTAL, NULL, "Segments that were archived."},
	{"failed", MEASURE_TOTAL, NULL, "Failures to archive a segment."},
	{0},
};
const struct health_check check_archiver = {"archiver", NULL, archiver_facts, false, archiver_measures,
	"whether the server's log is archived", "archives no log (archive_mode is off)", judge_archiver};
