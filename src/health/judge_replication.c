/* Standbys that fall behind, slots that keep log for nobody, a standby that hears nothing. */
#include "internal.h"

#include <string.h>

#include "pgtend/core/mem.h"

/* A base backup comes as a standby too, and is none. */
static bool is_backup(const struct table *table, int row)
{
	return fact_is(table, row, "state", "backup");
}

static void weigh_lag(struct judging *judging, struct finding *finding, const struct table *table, int row, const char *who)
{
	char age[UNITS_SIZE], bytes[UNITS_SIZE];
	double lag_s = table_get_real(table, row, "lag_s", 0);
	if (fact_has(table, row, "lag_bytes"))
		finding_measure(finding, "behind", (double)table_get_int(table, row, "lag_bytes", 0));
	if (!fact_has(table, row, "lag_s"))
		return;
	enum verdict verdict = finding_weigh(judging, finding, "lag", lag_s, 0);
	char *text = verdict == VERDICT_OK ? mem_format("%s follows closely", who)
	                                   : mem_format("%s is %s behind%s%s", who, finding_age(age, lag_s), fact_has(table, row, "lag_bytes") ? ", " : "",
	                                           fact_has(table, row, "lag_bytes") ? units_bytes(bytes, table_get_int(table, row, "lag_bytes", 0)) : "");
	finding_raise(finding, verdict, text);
}

static void judge_standby(struct judging *judging, const struct table *table, int row, const char *subject)
{
	if (is_backup(table, row))
		return;
	weigh_lag(judging, finding_new(judging, subject), table, row, subject);
}

static const char *slot_trouble(const struct table *table, int row, enum verdict *verdict)
{
	*verdict = VERDICT_CRIT;
	if (fact_is(table, row, "wal_status", "lost"))
		return "is lost: the log that its consumer needs is gone, it must begin anew";
	if (fact_has(table, row, "invalidation"))
		return "is of no use any more";
	if (fact_is(table, row, "wal_status", "unreserved"))
		return "is about to be lost: the next checkpoint may take its log";
	*verdict = VERDICT_WARN;
	return fact_is(table, row, "wal_status", "extended") ? "keeps more log than max_wal_size" : NULL;
}

static void judge_slot(struct judging *judging, const struct table *table, int row, const char *subject)
{
	enum verdict verdict;
	char bytes[UNITS_SIZE];
	const char *trouble = slot_trouble(table, row, &verdict);
	const char *why = table_get_text(table, row, "invalidation");
	bool is_idle = fact_is(table, row, "state", "inactive");
	double retained = (double)table_get_int(table, row, "retained_bytes", 0);
	struct finding *finding = finding_new(judging, subject);
	if (trouble != NULL)
		finding_raise(finding, verdict, finding_because(mem_format("%s %s", subject, trouble), why));
	if (fact_has(table, row, "retained_bytes")) {
		verdict = finding_weigh(judging, finding, "retained", retained, 0);
		finding_raise(finding, verdict,
			mem_format("%s, which %s, keeps %s of log", subject, is_idle ? "nobody uses" : "is in use", units_bytes(bytes, (int64_t)retained)));
	}
	if (finding->verdict != VERDICT_OK)
		finding->mend = mem_format("bring its consumer back, or, if it never comes: select pg_drop_replication_slot('%s'); max_slot_wal_keep_size limits what a slot may keep",
			table_get_text(table, row, "name"));
}

static void judge_receiver(struct judging *judging, const struct table *table, int row)
{
	struct finding *finding = finding_new(judging, "receiver");
	if (fact_is(table, row, "state", "not receiving")) {
		finding_raise(finding, VERDICT_WARN, mem_copy("this standby receives nothing from its primary: it has what the archive brings"));
		finding->mend = mem_copy("look at primary_conninfo and at the log of this server");
	} else if (fact_is(table, row, "state", "paused")) {
		finding_raise(finding, VERDICT_WARN, mem_copy("this standby does not replay what it receives: replay is paused"));
		finding->mend = mem_copy("select pg_wal_replay_resume()");
	}
	weigh_lag(judging, finding, table, row, "this standby");
}

static void judge_subscription(struct judging *judging, const struct table *table, int row, const char *subject)
{
	struct finding *finding = finding_new(judging, subject);
	if (fact_is(table, row, "state", "down")) {
		finding_raise(finding, VERDICT_WARN, mem_format("%s has no worker: nothing arrives", subject));
		finding->mend = mem_copy("the server's log says why its worker ends; max_logical_replication_workers may be used up");
	} else {
		finding->note = mem_format("%s is %s", subject, table_get_text(table, row, "state"));
	}
}

static void say_hidden(struct judging *judging, const struct table *table)
{
	for (int row = 0; row < table_rows(table); row++)
		if (table_get(table, row, "lag_s")->missing == MISSING_PRIVILEGE) {
			judging_forbids(judging, fact_is(table, row, "kind", "receiver") ? "what this standby receives" : "how far those that follow are behind", "pg_read_all_stats");
			return;
		}
}

static void judge_replication(struct judging *judging)
{
	const struct table *table = judging_table(judging, FACT_REPLICATION);
	if (table != NULL)
		say_hidden(judging, table);
	for (int row = 0; table != NULL && row < table_rows(table); row++) {
		const char *name = table_get_text(table, row, "name");
		char *subject = mem_format("%s %s", table_get_text(table, row, "kind"), name != NULL ? name : "");
		if (fact_is(table, row, "kind", "standby"))
			judge_standby(judging, table, row, subject);
		else if (fact_is(table, row, "kind", "slot"))
			judge_slot(judging, table, row, subject);
		else if (fact_is(table, row, "kind", "receiver"))
			judge_receiver(judging, table, row);
		else
			judge_subscription(judging, table, row, subject);
		mem_free(subject);
	}
}

static const enum fact replication_facts[] = {FACT_REPLICATION, FACT_COUNT};
static const struct measure_kind replication_measures[] = {
	{"lag", MEASURE_SECONDS, "replication_lag", "How late replay is; nothing where everything was replayed."},
	{"behind", MEASURE_BYTES, NULL, "Log that is not replayed yet."},
	{"retained", MEASURE_BYTES, "slot_retained", "Log that is kept for a slot."},
	{0},
};
const struct health_check check_replication = {"replication", "follower", replication_facts, false, replication_measures,
	"standbys, slots and what they keep", "nobody follows the server, and it keeps log for nobody", judge_replication};
