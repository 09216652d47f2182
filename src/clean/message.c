/* clean/message.c - the statements that lock, look, empty and prove. */
#include <stdio.h>
#include <string.h>

#include "clean_internal.h"
#include "pgtend/core/mem.h"
#include "pgtend/fleet/own_tables.h"
#include "pgtend/sql_embedded.h"

/* Counting what is larger costs more than it tells. */
static const int64_t cheap_bytes = INT64_C(16) << 20;
enum { BATCH = 100 }; /* tables in one statement: a chain of thousands would be deeper than the server's parser goes */

/* ---- what is locked -------------------------------------------------------------- */

static void add_name(struct words *names, const struct clean_relation *relation, bool is_only)
{
	words_take(names, mem_format("%s%s", is_only ? "only " : "", relation->quoted));
}

void clean_lock_names(const struct clean_set *set, struct words *names)
{
	for (int i = 0; i < set->count; i++) {
		const struct clean_relation *relation = &set->relations[i];
		if (relation->action == CLEAN_EMPTY && relation->kind != CLEAN_AGGREGATE)
			add_name(names, relation, relation->is_only);
		else if (relation->action == CLEAN_BY_PARTS && (relation->may_truncate || relation->may_delete))
			add_name(names, relation, true);
	}
	if (set->may_forget)
		words_add(names, "pgtend.seeds");
}

/* ---- counting ---------------------------------------------------------------------- */

static bool is_counted(const struct clean_relation *relation, bool is_of_truncated)
{
	if (relation->action != CLEAN_EMPTY || !relation->may_select || relation->kind == CLEAN_AGGREGATE)
		return false;
	if (is_of_truncated && relation->way != CLEAN_TRUNCATE)
		return false;
	return relation->bytes <= cheap_bytes && (relation->bytes >= 0 || is_of_truncated);
}

char *clean_count_sql(const struct clean_set *set, bool is_of_truncated)
{
	struct text sql = {0};
	int counted = 0;
	for (int i = 0; i < set->count; i++) {
		const struct clean_relation *relation = &set->relations[i];
		if (!is_counted(relation, is_of_truncated))
			continue;
		const char *joint = counted == 0 ? "" : counted % BATCH == 0 ? ";\n" : " union all ";
		text_addf(&sql, "%sselect %d as relation, count(*) as rows_before from %s%s", joint, i,
		    relation->is_only ? "only " : "", relation->quoted);
		counted++;
	}
	return counted > 0 ? text_take(&sql) : NULL;
}

void clean_take_counts(struct clean_set *set, struct result *result)
{
	for (int k = 0; k < result_count(result); k++) {
		result_choose(result, k);
		int index = result_column(result, "relation"), rows = result_column(result, "rows_before");
		for (int row = 0; index >= 0 && rows >= 0 && row < result_rows(result); row++) {
			int64_t i = result_int(result, row, index, -1);
			if (i >= 0 && i < set->count)
				set->relations[i].rows_before = result_int(result, row, rows, -1);
		}
	}
}

void clean_take_deleted(struct clean_set *set, struct result *result)
{
	int next = set->may_forget ? -1 : 0;
	for (int k = 0; k < result_count(result) && next < set->delete_count; k++) {
		long long rows;
		result_choose(result, k);
		const char *tag = result_tag(result);
		if (tag == NULL || sscanf(tag, "DELETE %lld", &rows) != 1)
			continue;
		if (next >= 0)
			set->relations[set->relations[set->deletes[next]].unit].rows_before += rows;
		next++;
	}
}

/* ---- who holds rows, which sequences have moved ------------------------------------------- */

/* What goes by TRUNCATE has no block any more. */
static bool is_asked(const struct clean_set *set, const struct clean_relation *relation, bool is_proof)
{
	if (is_proof && clean_is_heap(relation) && set->relations[relation->unit].way == CLEAN_TRUNCATE)
		return false;
	if (relation->action == CLEAN_EMPTY && relation->kind == CLEAN_HYPERTABLE)
		return relation->may_select && !relation->has_hidden_rows;
	return clean_is_heap(relation) && relation->may_select && !relation->has_hidden_rows &&
	       (relation->heap_bytes > 0 || !relation->is_heap);
}

/* Arrays `holds`, in the order of indexes. is_proof: behind the emptying. */
static void add_holds(const struct clean_set *set, bool is_proof, struct text *sql, int *indexes, int *count)
{
	*count = 0;
	for (int i = 0; i < set->count; i++) {
		const struct clean_relation *relation = &set->relations[i];
		if (!is_asked(set, relation, is_proof))
			continue;
		text_addf(sql, "%sexists (select from %s%s)",
		    *count == 0           ? "select array["
		    : *count % BATCH == 0 ? "] as holds;\nselect array["
		                          : ", ",
		    relation->kind == CLEAN_TABLE ? "only " : "", relation->quoted);
		indexes[(*count)++] = i;
	}
	if (*count > 0)
		text_add(sql, "] as holds;\n");
}

static void add_sequences(const struct clean_set *set, struct text *sql)
{
	int asked = 0;
	for (int i = 0; i < set->sequence_count; i++) {
		const struct clean_sequence *sequence = &set->sequences[i];
		if (!sequence->is_in_set || !sequence->may_read || sequence->is_moved)
			continue;
		text_addf(sql, "%sselect %d as sequence, last_value, is_called from %s",
		    asked == 0           ? ""
		    : asked % BATCH == 0 ? ";\n"
		                         : " union all ",
		    i, sequence->quoted);
		asked++;
	}
	text_add(sql, asked > 0 ? ";\n" : "");
}

static void add_history(const struct clean_set *set, struct text *sql)
{
	for (int i = 0; i < set->count; i++) {
		const struct clean_relation *relation = &set->relations[i];
		if (!clean_is_ledger(set, relation) || !relation->may_select || relation->has_hidden_rows)
			continue;
		text_addf(sql, "select count(*) as history from only %s", relation->quoted);
		return;
	}
}

char *clean_rows_sql(const struct clean_set *set, int *indexes, int *count)
{
	struct text sql = {0};
	add_holds(set, false, &sql, indexes, count);
	add_sequences(set, &sql);
	add_history(set, &sql);
	return sql.length > 0 ? text_take(&sql) : NULL;
}

/* ---- oids ------------------------------------------------------------------------- */

static void add_oid(struct text *oids, int64_t oid)
{
	text_addf(oids, "%s%lld", oids->length > 0 ? "," : "{", (long long)oid);
}

static char *end_oids(struct text *oids)
{
	text_add(oids, oids->length > 0 ? "}" : "{}");
	return text_take(oids);
}

char *clean_touched_oids(const struct clean_set *set)
{
	struct text oids = {0};
	for (int i = 0; i < set->count; i++) {
		const struct clean_relation *relation = &set->relations[i];
		if (relation->unit >= 0 && (relation->has_rows || set->relations[relation->unit].way != CLEAN_UNTOUCHED))
			add_oid(&oids, relation->oid);
	}
	for (int i = 0; i < set->sequence_count; i++)
		if (set->sequences[i].is_in_set && set->sequences[i].is_moved)
			add_oid(&oids, set->sequences[i].oid);
	return end_oids(&oids);
}

/* ---- emptying ------------------------------------------------------------------------- */

static void add_truncates(const struct clean_set *set, struct text *sql)
{
	bool is_first = true;
	for (int i = 0; i < set->count; i++) {
		const struct clean_relation *relation = &set->relations[i];
		if (relation->action != CLEAN_EMPTY || relation->way != CLEAN_TRUNCATE || relation->kind == CLEAN_AGGREGATE)
			continue;
		text_addf(sql, "%s%s%s", is_first ? "truncate table " : ", ", relation->is_only ? "only " : "", relation->quoted);
		is_first = false;
	}
	if (!is_first)
		text_addf(sql, " %s identity;\n", set->continues_identity ? "continue" : "restart");
	for (int i = 0; i < set->count; i++)
		if (set->relations[i].kind == CLEAN_AGGREGATE && set->relations[i].way == CLEAN_TRUNCATE)
			text_addf(sql, "truncate table %s;\n", set->relations[i].quoted);
}

/* The triggers of foreign keys would look for each row whether another one references it, but all that references it goes too. */
static void add_deletes(const struct clean_set *set, struct text *sql)
{
	if (set->delete_count > 0 && set->may_replicate)
		text_add(sql, "set local session_replication_role = replica;\n");
	for (int i = 0; i < set->delete_count; i++)
		text_addf(sql, "delete from only %s;\n", set->relations[set->deletes[i]].quoted);
	if (set->delete_count > 0 && set->may_replicate)
		text_add(sql, "set local session_replication_role = default;\n");
}

/* Sequences come first: their locks are the only ones that may still have to be waited for. What is deferred to the end is done here, so that nothing
 * comes behind the proof. */
char *clean_empty_sql(const struct clean_set *set)
{
	struct text sql = {0};
	for (int i = 0; i < set->sequence_count; i++)
		if (set->sequences[i].is_restarted)
			text_addf(&sql, "alter sequence %s restart;\n", set->sequences[i].quoted);
	if (set->may_forget)
		text_add(&sql, OWN_SEEDS_FORGET_SQL ";\n");
	char *count = clean_count_sql(set, true);
	if (count != NULL)
		text_addf(&sql, "%s;\n", count);
	mem_free(count);
	add_truncates(set, &sql);
	add_deletes(set, &sql);
	text_add(&sql, "set constraints all immediate;\n");
	for (int i = 0; i < set->refresh_count; i++)
		text_addf(&sql, "refresh materialized view %s;\n", set->relations[set->refresh[i]].quoted);
	return text_take(&sql);
}

/* ---- on disk, and proofs ---------------------------------------------------------------- */

/* Several questions are one message, which has no parameters. */
static void add_with(struct text *sql, const char *statement, char *oids, char *numbers)
{
	const char *rest = statement;
	for (const char *at; (at = strchr(rest, '$')) != NULL; rest = at + 2)
		text_addf(sql, "%.*s'%s'", (int)(at - rest), rest, at[1] == '1' ? oids : numbers);
	text_add(sql, rest);
	mem_free(oids);
	mem_free(numbers);
}

char *clean_disk_sql(const struct clean_set *set)
{
	struct text sql = {0}, heaps = {0}, sequences = {0}, numbers = {0};
	for (int i = 0; i < set->count; i++)
		if (clean_is_heap(&set->relations[i]))
			add_oid(&heaps, set->relations[i].oid);
	for (int i = 0; i < set->sequence_count; i++)
		if (set->sequences[i].is_in_set && set->sequences[i].may_read) {
			add_oid(&sequences, set->sequences[i].oid);
			add_oid(&numbers, i);
		}
	add_with(&sql, sql_clean_heaps, end_oids(&heaps), NULL);
	if (sequences.length > 0) {
		text_add(&sql, ";\n");
		add_with(&sql, sql_clean_called, end_oids(&sequences), end_oids(&numbers));
	}
	return text_take(&sql);
}

char *clean_digest_sql(const struct clean_set *set, int version)
{
	struct text sql = {0};
	add_with(&sql, sql_clean_digest, clean_touched_oids(set), NULL);
	text_addf(&sql, "select pg_catalog.count(*) || ' ' || coalesce(pg_catalog.sum(pg_catalog.%s, 0)), 0) as digest from lines",
	    version >= 140000 ? "hash_record_extended(line" : "hashtextextended(line::text");
	return text_take(&sql);
}

/* Those of which the existence of rows is asked are told by that; the others by having no block. */
static void add_proof(const struct clean_set *set, struct text *sql, int *indexes, int *count)
{
	struct text others = {0};
	add_holds(set, true, sql, indexes, count);
	for (int i = 0, next = 0; i < set->count; i++)
		if (next < *count && indexes[next] == i)
			next++;
		else if (clean_is_heap(&set->relations[i]))
			add_oid(&others, set->relations[i].oid);
	add_with(sql, sql_clean_filled, end_oids(&others), NULL);
	text_add(sql, ";\n");
}

char *clean_all_sql(const struct clean_set *set, const char *digest, int *indexes, int *count)
{
	struct text sql = {0};
	char *empty = clean_empty_sql(set);
	text_addf(&sql, "%s;\n%s", digest, empty);
	add_proof(set, &sql, indexes, count);
	text_add(&sql, digest);
	mem_free(empty);
	return text_take(&sql);
}

/* Behind the COMMIT: what ANALYZE writes into pg_class would survive a rollback. */
char *clean_analyze_sql(const struct clean_set *set)
{
	struct text sql = {0};
	for (int i = 0; i < set->count; i++) {
		const struct clean_relation *relation = &set->relations[i];
		bool is_changed = relation->action == CLEAN_REFRESH || (relation->unit == i && relation->way != CLEAN_UNTOUCHED);
		if (is_changed && relation->kind != CLEAN_AGGREGATE)
			text_addf(&sql, "%s%s", sql.length > 0 ? ", " : "analyze (skip_locked) ", relation->quoted);
	}
	return sql.length > 0 ? text_take(&sql) : NULL;
}
