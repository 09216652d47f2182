/* clean/message.c - the one message that empties a database.
 *
 * Several statements in one message are one transaction for the server (and behind a pooler the session wraps them
 * in one), so
 * that a pgtend that is killed at any moment leaves the database as it was or as it shall be.
 */
#include <string.h>

#include "clean_internal.h"
#include "pgtend/core/mem.h"

/* Counting what is larger costs more than it tells. */
static const int64_t cheap_bytes = INT64_C(16) << 20;
enum { BATCH = 100 }; /* tables counted by one statement */

static void add_names(const struct clean_set *set, struct text *sql, const char *before, const char *after)
{
	bool is_first = true;
	for (int i = 0; i < set->count; i++) {
		const struct clean_relation *relation = &set->relations[i];
		if (relation->action != CLEAN_EMPTY || relation->kind == CLEAN_AGGREGATE)
			continue;
		text_addf(sql, "%s%s%s", is_first ? before : ", ", relation->is_only ? "only " : "", relation->quoted);
		is_first = false;
	}
	if (!is_first)
		text_add(sql, after);
}

static bool is_counted(const struct clean_relation *relation, bool is_cheap_only)
{
	if (relation->action != CLEAN_EMPTY || !relation->may_select)
		return false;
	return !is_cheap_only ||
	       (relation->kind != CLEAN_AGGREGATE && relation->bytes >= 0 && relation->bytes <= cheap_bytes);
}

char *clean_count_sql(const struct clean_set *set, const char *rows_column, bool is_cheap_only)
{
	struct text sql = {0};
	int counted = 0;
	for (int i = 0; i < set->count; i++) {
		const struct clean_relation *relation = &set->relations[i];
		if (!is_counted(relation, is_cheap_only))
			continue;
		/* A chain of thousands would be deeper than the server's parser goes. */
		const char *joint = counted == 0 ? "" : counted % BATCH == 0 ? ";\n" : " union all ";
		text_addf(&sql, "%sselect %d as relation, count(*) as %s from %s%s", joint, i, rows_column,
		    relation->is_only ? "only " : "", relation->quoted);
		counted++;
	}
	return counted > 0 ? text_take(&sql) : NULL;
}

static void add_count(const struct clean_set *set, struct text *sql, const char *column, bool is_cheap_only)
{
	char *count = clean_count_sql(set, column, is_cheap_only);
	if (count != NULL)
		text_addf(sql, "%s;\n", count);
	mem_free(count);
}

char *clean_message(const struct clean_set *set)
{
	struct text sql = {0};
	add_names(set, &sql, "lock table ", " in access exclusive mode;\n");
	add_count(set, &sql, "rows_before", true);
	add_names(set, &sql, "truncate table ", " restart identity;\n");
	for (int i = 0; i < set->count; i++)
		if (set->relations[i].action == CLEAN_EMPTY && set->relations[i].kind == CLEAN_AGGREGATE)
			text_addf(&sql, "truncate table %s;\n", set->relations[i].quoted);
	for (int i = 0; i < set->sequence_count; i++)
		if (set->sequences[i].is_restarted)
			text_addf(&sql, "alter sequence %s restart;\n", set->sequences[i].quoted);
	for (int i = 0; i < set->refresh_count; i++)
		text_addf(&sql, "refresh materialized view %s;\n", set->relations[set->refresh[i]].quoted);
	add_count(set, &sql, "rows_after", false);
	return text_take(&sql);
}

static void take(struct clean_set *set, const struct result *result, const char *column, bool is_before)
{
	int index = result_column(result, "relation"), rows = result_column(result, column);
	for (int row = 0; index >= 0 && rows >= 0 && row < result_rows(result); row++) {
		int64_t i = result_int(result, row, index, -1);
		if (i < 0 || i >= set->count)
			continue;
		if (is_before)
			set->relations[i].rows_before = result_int(result, row, rows, -1);
		else
			set->relations[i].rows_after = result_int(result, row, rows, -1);
	}
}

void clean_take_counts(struct clean_set *set, struct result *result)
{
	for (int i = 0; i < result_count(result); i++) {
		result_choose(result, i);
		take(set, result, "rows_before", true);
		take(set, result, "rows_after", false);
	}
}
