/* What is wrong with an index, in words. */
#include "pgtend/fleet/indexes.h"

#include <stdarg.h>
#include <string.h>

#include "pgtend/core/oid_map.h"
#include "pgtend/core/text.h"
#include "pgtend/core/units.h"
#include "pgtend/fleet/limits.h"

static bool is_set(const struct table *table, int row, const char *column)
{
	return table_get_int(table, row, column, 0) != 0;
}

static void say(struct text *advice, const char *format, ...) PGTEND_PRINTF(2, 3);
static void say(struct text *advice, const char *format, ...)
{
	va_list args;

	if (advice->length > 0)
		text_add(advice, "; ");
	va_start(args, format);
	text_vaddf(advice, format, args);
	va_end(args);
}

/* REINDEX CONCURRENTLY builds NAME_ccnew, then calls the old one NAME_ccold; a number follows where that name was taken. */
static bool is_leftover(const char *name, const char *suffix)
{
	const char *at = strstr(name, suffix);

	return at && strspn(at + strlen(suffix), "0123456789") == strlen(at + strlen(suffix));
}

static void say_invalid(const struct table *table, int row, struct text *advice)
{
	const char *name = table_get_text(table, row, "name");

	if (is_set(table, row, "is_building"))
		say(advice, "being built");
	else if (is_leftover(name, "_ccnew"))
		say(advice, "invalid: left over by a REINDEX CONCURRENTLY that failed; drop it");
	else if (is_leftover(name, "_ccold"))
		say(advice, "invalid: the old one of a REINDEX CONCURRENTLY whose end failed; drop it");
	else if (table_get_int(table, row, "parts", -1) >= 0)
		say(advice, "invalid: not every partition has a valid one yet; build those, then ALTER INDEX ... ATTACH PARTITION");
	else
		say(advice, "invalid: its concurrent build failed; no query uses it, every write pays for it; reindex or drop it");
}

static void say_twin(const struct table *table, int row, struct text *advice)
{
	const char *of = table_get_text(table, row, "duplicate_of");

	if (strcmp(table_get_text(table, row, "duplicate_kind"), "same") == 0)
		say(advice, "%s does the same; drop this one", of);
	else
		say(advice, "%s begins with its columns and can do its work", of);
}

static void say_unused(const struct fleet *fleet, const struct table *table, int row, int twins, int64_t now_us, struct text *advice)
{
	int64_t since_us = table_get_int(table, row, "stats_since", now_us), unseen = table_get_int(table, row, "unseen_standbys", 0);
	double counted_s = now_us > since_us ? (double)(now_us - since_us) / 1e6 : 0;
	char age[UNITS_SIZE];

	if (!is_set(table, row, "is_unused") || (double)table_get_int(table, row, "size_bytes", 0) < limits_value(fleet, "index_unused_least") ||
	    counted_s < limits_value(fleet, "index_unused_after"))
		return;
	say(advice, "not scanned in %s%s", units_age(age, (int64_t)counted_s), twins > 0 ? ", on no server of its cluster that pgtend.ini knows" : "");
	if (unseen > 0)
		text_addf(advice, " (%lld %s not in pgtend.ini may scan it)", (long long)unseen, unseen == 1 ? "standby that is" : "standbys that are");
}

static void say_bloat(const struct fleet *fleet, const struct table *table, int row, struct text *advice)
{
	double ratio = table_get_real(table, row, "bloat_ratio", 0);
	int64_t bytes = table_get_int(table, row, "bloat_bytes", 0);
	char size[UNITS_SIZE], percent[UNITS_SIZE];

	if (ratio >= limits_value(fleet, "bloat_warn") && (double)bytes >= limits_value(fleet, "bloat_least"))
		say(advice, "about %s of it (%s) is air; reindex it concurrently", units_percent(percent, ratio), units_bytes(size, bytes));
}

static void judge_row(const struct fleet *fleet, struct table *table, int row, int twins, int64_t now_us)
{
	struct text advice = {0};
	bool has_rule = is_set(table, row, "is_unique") || is_set(table, row, "is_constraint") || is_set(table, row, "is_replica_identity");
	bool is_scanned = table_get_int(table, row, "scans", 0) > 0 || table_get_int(table, row, "standby_scans", 0) > 0;

	table_set_int(table, row, "is_unused", !has_rule && !is_scanned);
	if (!is_set(table, row, "is_valid"))
		say_invalid(table, row, &advice);
	if (table_get(table, row, "duplicate_of")->has_value)
		say_twin(table, row, &advice);
	else if (is_set(table, row, "is_valid"))
		say_unused(fleet, table, row, twins, now_us, &advice);
	say_bloat(fleet, table, row, &advice);
	table_set_text(table, row, "advice", advice.length > 0 ? text_str(&advice) : NULL);
	text_done(&advice);
}

void indexes_judge(const struct fleet *fleet, struct table *table, int twins, int64_t now_us)
{
	for (int row = 0; row < table_rows(table); row++)
		judge_row(fleet, table, row, twins, now_us);
}

/* --- on several servers ------------------------------------------------------------------------- */

bool indexes_is_twin(const struct database *one, const struct database *other)
{
	return one != other && one->server != other->server && one->server->system_identifier && other->server->system_identifier &&
	       strcmp(one->server->system_identifier, other->server->system_identifier) == 0 && strcmp(one->dbname, other->dbname) == 0;
}

/* Adds the scans of the other server to the rows that it has too: numbers of relations are the same on both. */
static void add_scans(struct table *table, const struct table *other)
{
	struct oid_map *rows = oid_map_new(table, "oid");

	for (int from = 0; from < table_rows(other); from++) {
		int row = oid_map_row(rows, table_get_int(other, from, "oid", 0));

		if (row >= 0)
			table_set_int(table, row, "standby_scans", table_get_int(table, row, "standby_scans", 0) + table_get_int(other, from, "scans", 0));
	}
	oid_map_free(rows);
}

struct table *indexes_of(const struct fleet *fleet, const struct database *database)
{
	const struct facts *facts = database_facts(database, FACT_INDEXES);
	int twins = 0, standbys = 0;

	if (!facts->table)
		return NULL;
	struct table *table = table_copy(facts->table);

	for (int i = 0; i < fleet->database_count; i++) {
		const struct database *other = fleet->databases[i];
		const struct table *scans = database_facts(other, FACT_INDEXES)->table;

		if (!scans || !indexes_is_twin(database, other))
			continue;
		add_scans(table, scans);
		twins++;
		standbys += other->server->is_in_recovery;
	}
	for (int row = 0; standbys > 0 && row < table_rows(table); row++) {
		int64_t unseen = table_get_int(table, row, "unseen_standbys", 0) - standbys;

		table_set_int(table, row, "unseen_standbys", unseen > 0 ? unseen : 0);
	}
	indexes_judge(fleet, table, twins, facts->taken_us);
	return table;
}
