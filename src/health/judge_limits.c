/* What comes to its end by being used: transaction numbers, sequences. */
#include "internal.h"

#include <string.h>

#include "pgtend/core/mem.h"
#include "pgtend/core/text.h"
#include "pgtend/fleet/sequences.h"

/* --- wraparound -------------------------------------------------------------------------------- */

/* One of both counters of a database. */
struct counter {
	const char *left, *age, *freeze; /* columns */
	const char *measure, *what;
};
static const struct counter counters[] = {
	{"xids_left", "xid_age", "freeze_max_age", "xids_left", "transactions"},
	{"multixacts_left", "multixact_age", "multixact_freeze_max_age", "multixacts_left", "multixacts"},
};

static void judge_left(struct judging *judging, struct finding *finding, const struct table *table, int row, const struct counter *counter, const char *who)
{
	char left[UNITS_SIZE], age[UNITS_SIZE], forced[UNITS_SIZE];
	double age_of = (double)table_get_int(table, row, counter->age, 0), forced_at = (double)table_get_int(table, row, counter->freeze, 0);
	enum verdict verdict = finding_weigh_floor(judging, finding, counter->measure, (double)table_get_int(table, row, counter->left, 0));
	if (verdict != VERDICT_OK)
		finding_raise(finding, verdict,
			mem_format("%s has %s %s left, then the server takes no more", who, units_count(left, table_get_int(table, row, counter->left, 0)), counter->what));
	if (forced_at <= 0 || age_of <= forced_at)
		return;
	bool is_first = finding->measure_count < (int)(sizeof counters / sizeof *counters) + 1;
	verdict = is_first ? finding_weigh(judging, finding, "overdue", (age_of - forced_at) / forced_at, 0) : VERDICT_OK;
	if (verdict != VERDICT_OK)
		finding_raise(finding, verdict,
			mem_format("the oldest %s of %s are %s old, though autovacuum freezes by force from %s on: it does not get there", counter->what, who,
				units_count(age, (int64_t)age_of), units_count(forced, (int64_t)forced_at)));
}

/* The table that must be vacuumed first, where it was asked for. */
static char *mend_of(const struct judging *judging)
{
	const struct table *oldest = judging_table(judging, FACT_OLDEST_TABLES);
	if (oldest == NULL || table_rows(oldest) == 0)
		return mem_format("pgtend wraparound %s --tables shows the oldest tables: vacuum them; who holds the xmin horizon holds freezing back", judging->database->name);
	char *relation = finding_relation(oldest, 0), *word = text_shell_word(relation);
	char *mend = mem_format("pgtend vacuum %s --table %s is first; who holds the xmin horizon holds freezing back", judging->database->name, word);
	mem_free(relation);
	mem_free(word);
	return mend;
}

/* A database that nobody tends; template0 lets nobody in. */
static char *mend_stranger(const char *dbname, bool is_open)
{
	char *word = text_shell_word(dbname), *name = text_sql_name(dbname);
	char *mend = is_open ? mem_format("vacuum its oldest tables: vacuumdb --freeze %s", word)
	                     : mem_format("it lets nobody in: ALTER DATABASE %s ALLOW_CONNECTIONS true, then vacuumdb --freeze %s, then ALLOW_CONNECTIONS false again", name, word);
	mem_free(name);
	mem_free(word);
	return mend;
}

static bool is_configured(const struct judging *judging, const char *dbname)
{
	for (int i = 0; i < judging->fleet->database_count; i++)
		if (judging->fleet->databases[i]->server == judging->database->server && strcmp(judging->fleet->databases[i]->dbname, dbname) == 0)
			return true;
	return false;
}

/* Of the others of its server only those that nobody tends are told here: any of them stops the whole server. */
static void judge_wraparound(struct judging *judging)
{
	const struct table *table = judging_table(judging, FACT_WRAPAROUND);
	for (int row = 0; table != NULL && row < table_rows(table); row++) {
		const char *dbname = table_get_text(table, row, "dbname");
		bool is_it = strcmp(dbname, judging->database->dbname) == 0;
		if (!is_it && is_configured(judging, dbname))
			continue;
		struct finding *finding = finding_new(judging, is_it ? NULL : dbname);
		char *who = is_it ? mem_copy("it") : mem_format("database %s of the same server", dbname);
		for (size_t i = 0; i < sizeof counters / sizeof *counters; i++)
			judge_left(judging, finding, table, row, &counters[i], who);
		if (finding->verdict != VERDICT_OK)
			finding->mend = is_it ? mend_of(judging) : mend_stranger(dbname, table_get_int(table, row, "is_open", 1) != 0);
		else
			finding->note = mem_format("%s is far from the end of transaction numbers", is_it ? "it" : dbname);
		mem_free(who);
	}
}

static const enum fact wraparound_facts[] = {FACT_WRAPAROUND, FACT_OLDEST_TABLES, FACT_COUNT};
static const struct measure_kind wraparound_measures[] = {
	{"xids_left", MEASURE_COUNT, "wraparound_left", "Transactions until the server takes no more."},
	{"multixacts_left", MEASURE_COUNT, "wraparound_left", "Multixacts until the server takes no more."},
	{"overdue", MEASURE_RATIO, "wraparound_overdue", "How much older than autovacuum_freeze_max_age its oldest transactions are."},
	{0},
};
const struct health_check check_wraparound = {"wraparound", "other", wraparound_facts, false, wraparound_measures,
	"transaction numbers that come to their end", "the server does not say how old its transactions are", judge_wraparound};

/* --- sequences --------------------------------------------------------------------------------- */

/* Those that are far from their end are no news, and would be thousands. */
static const double told_from = 0.5;

static char *mend_sequence(const struct table *table, int row)
{
	const char *column = table_get_text(table, row, "column"), *type = table_get_text(table, row, "column_type");
	if (column != NULL && type != NULL && strcmp(type, "bigint") != 0)
		return mem_format("make %s a bigint, and the sequence too (ALTER TABLE ... TYPE bigint writes the whole table anew, under a lock)", column);
	return mem_copy("ALTER SEQUENCE ... MAXVALUE, or AS bigint");
}

/* Those that this role may not read: by schema, because that is how it is granted. */
static void say_unread(struct judging *judging, const struct table *table)
{
	int unread = 0;
	char *schemas = sequences_unread(table, &unread);
	if (unread > 0) {
		char *what = unread == table_rows(table) ? mem_copy("how far its sequences are") : mem_format("how far %d of its %d sequences are", unread, table_rows(table));
		char *granted = mem_format("SELECT ON ALL SEQUENCES IN SCHEMA %s", schemas);
		judging_forbids(judging, what, granted);
		mem_free(granted);
		mem_free(what);
	}
	mem_free(schemas);
}

static void judge_sequences(struct judging *judging)
{
	const struct table *table = judging_table(judging, FACT_SEQUENCES);
	if (table != NULL)
		say_unread(judging, table);
	for (int row = 0; table != NULL && row < table_rows(table); row++) {
		double used = table_get_real(table, row, "used", 0);
		if (used < told_from || table_get_int(table, row, "is_cycle", 0) != 0)
			continue;
		char percent[UNITS_SIZE], left[UNITS_SIZE], *relation = finding_relation(table, row);
		const char *column = table_get_text(table, row, "column");
		struct finding *finding = finding_new(judging, relation);
		enum verdict verdict = finding_weigh(judging, finding, "used", used, 0);
		finding_measure(finding, "left", (double)table_get_int(table, row, "values_left", 0));
		finding_raise(finding, verdict,
			mem_format("sequence %s%s%s%s is used up to %s: %s numbers are left", relation, column != NULL ? " (" : "", column != NULL ? column : "",
				column != NULL ? ")" : "", units_percent(percent, used), units_count(left, table_get_int(table, row, "values_left", 0))));
		if (verdict != VERDICT_OK)
			finding->mend = mend_sequence(table, row);
		mem_free(relation);
	}
}

static const enum fact sequences_facts[] = {FACT_SEQUENCES, FACT_COUNT};
static const struct measure_kind sequences_measures[] = {
	{"used", MEASURE_RATIO, "sequence_used", "How far a sequence is on its way to its end, or to that of its column's type; told from half on."},
	{"left", MEASURE_COUNT, NULL, "Numbers that it can still give."},
	{0},
};
const struct health_check check_sequences = {"sequences", "sequence", sequences_facts, false, sequences_measures,
	"sequences that come to their end", "no sequence is half used", judge_sequences};
