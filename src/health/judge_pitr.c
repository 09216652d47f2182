/* Whether pgBackRest has a backup to begin with: an archive of the log alone restores nothing. */
#include <string.h>

#include "internal.h"
#include "pgtend/core/mem.h"

/* The facts are an hour old at most; the age is not. */
static double age_s(const struct table *table, const char *column)
{
	double s = (double)(units_now_us() - table_get_int(table, 0, column, 0)) / 1e6;
	return s > 0 ? s : 0;
}

static void weigh(struct judging *judging, struct finding *finding, const struct table *table, const char *measure, const char *column, const char *what)
{
	char age[UNITS_SIZE];
	double s = age_s(table, column);
	if (!fact_has(table, 0, column))
		return;
	enum verdict verdict = finding_weigh(judging, finding, measure, s, 0);
	if (verdict != VERDICT_OK)
		finding_raise(finding, verdict, mem_format("the newest %s of pgBackRest is %s old", what, finding_age(age, s)));
}

/* With more than one repository, one that fails leaves those that do not. */
static void judge_state(struct finding *finding, const struct table *table)
{
	const char *reason = table_get_text(table, 0, "reason"), *stanza = table_get_text(table, 0, "stanza");
	bool has_some = fact_is(table, 0, "state", "error") && table_get_int(table, 0, "backups", 0) > 0;
	if (reason == NULL)
		return;
	finding_raise(finding, has_some ? VERDICT_WARN : VERDICT_CRIT, mem_format("pgBackRest, stanza %s: %s", stanza != NULL ? stanza : "?", reason));
	finding->mend = mem_copy(table_get_text(table, 0, "mend"));
}

static void judge_pitr(struct judging *judging)
{
	const struct table *table = judging_table(judging, FACT_POINTS);
	char age[UNITS_SIZE];
	if (table == NULL || table_rows(table) == 0)
		return;
	struct finding *finding = finding_new(judging, NULL);
	finding_measure_fact(finding, "count", table, 0, "backups");
	finding_measure_fact(finding, "size", table, 0, "repo_bytes");
	judge_state(finding, table);
	weigh(judging, finding, table, "age", "last_at", "backup");
	weigh(judging, finding, table, "full_age", "last_full_at", "full backup");
	if (finding->verdict != VERDICT_OK && finding->mend == NULL)
		finding->mend = mem_format("pgtend pitr status %s", judging->database->name);
	else if (finding->verdict == VERDICT_OK && fact_has(table, 0, "last_at"))
		finding->note = mem_format("the newest backup (%s) was complete %s ago", table_get_text(table, 0, "last_type"), finding_age(age, age_s(table, "last_at")));
	else if (finding->verdict == VERDICT_OK)
		finding->note = mem_copy("the first backup is being taken");
}

static const enum fact pitr_facts[] = {FACT_ARCHIVER, FACT_POINTS, FACT_COUNT};
static const struct measure_kind pitr_measures[] = {
	{"age", MEASURE_SECONDS, "pitr_backup", "Since the newest backup of pgBackRest was complete."},
	{"full_age", MEASURE_SECONDS, "pitr_full", "Since its newest full backup was complete."},
	{"count", MEASURE_COUNT, NULL, "Its backups of this cluster."},
	{"size", MEASURE_BYTES, NULL, "What the newest alone takes in the repository."},
	{0},
};
const struct health_check check_pitr = {"pitr", NULL, pitr_facts, false, pitr_measures,
	"backups of pgBackRest, where the server has a stanza", "has no stanza of pgBackRest that can be asked from here", judge_pitr};
