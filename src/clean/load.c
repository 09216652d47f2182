/* clean/load.c - what the catalogs know about a database that is to be emptied. */
#include <string.h>

#include "clean_internal.h"
#include "pgtend/core/mem.h"
#include "pgtend/migrate/migrate.h"
#include "pgtend/sql_embedded.h"

enum { DEADLINE_MS = 60000 };

static const char *get(const struct result *result, int row, const char *column)
{
	return result_text(result, row, result_column(result, column));
}

static int64_t get_int(const struct result *result, int row, const char *column, int64_t otherwise)
{
	return result_int(result, row, result_column(result, column), otherwise);
}

static bool get_bool(const struct result *result, int row, const char *column)
{
	return result_bool(result, row, result_column(result, column));
}

static char *quote(struct session *session, const char *schema, const char *name)
{
	char *s = session_quote_identifier(session, schema), *n = session_quote_identifier(session, name);
	char *both = mem_format("%s.%s", s, n);
	mem_free(s);
	mem_free(n);
	return both;
}

bool clean_choose(struct result *result, const char *column)
{
	for (int i = 0; i < result_count(result); i++) {
		result_choose(result, i);
		if (result_column(result, column) >= 0)
			return true;
	}
	return false;
}

static struct clean_relation *add_relation(struct clean_set *set)
{
	set->relations = mem_grow(set->relations, (size_t)set->count + 1, sizeof set->relations[0]);
	struct clean_relation *relation = &set->relations[set->count++];
	memset(relation, 0, sizeof *relation);
	relation->rows_before = relation->rows_after = relation->bytes = -1;
	relation->unit = relation->parent = -1;
	return relation;
}

static enum clean_kind kind_of(const char *relkind)
{
	switch (relkind != NULL ? relkind[0] : 'r') {
	case 'p':
		return CLEAN_PARTITIONED;
	case 'f':
		return CLEAN_FOREIGN;
	case 'm':
		return CLEAN_VIEW;
	default:
		return CLEAN_TABLE;
	}
}

static void take_relations(struct session *session, struct clean_set *set, struct result *r)
{
	for (int row = 0; clean_choose(r, "relation_oid") && row < result_rows(r); row++) {
		if (get(r, row, "may_select") == NULL) /* dropped while the server looked: nobody knows rights on it */
			continue;
		struct clean_relation *relation = add_relation(set);
		relation->oid = get_int(r, row, "relation_oid", 0);
		relation->schema = mem_copy(get(r, row, "schema"));
		relation->name = mem_copy(get(r, row, "name"));
		relation->quoted = quote(session, relation->schema, relation->name);
		relation->owner = mem_copy(get(r, row, "owner"));
		relation->kind = kind_of(get(r, row, "kind"));
		relation->is_populated = get_bool(r, row, "is_populated");
		relation->is_extension_member = get_bool(r, row, "is_extension_member");
		relation->is_history = get_bool(r, row, "is_history");
		relation->may_truncate = get_bool(r, row, "may_truncate");
		relation->may_delete = get_bool(r, row, "may_delete");
		relation->may_select = get_bool(r, row, "may_select");
		relation->is_owner = get_bool(r, row, "is_owner");
		relation->has_hidden_rows = get_bool(r, row, "has_hidden_rows");
		relation->is_heap = get_bool(r, row, "is_heap");
		relation->has_policies = get_bool(r, row, "has_policies");
		relation->has_rules = get_bool(r, row, "has_rules");
		relation->has_triggers = get_bool(r, row, "has_triggers");
		relation->rows_estimate = get_int(r, row, "rows_estimate", -1);
		relation->pages_estimate = get_int(r, row, "pages_estimate", 0);
	}
	clean_set_index(set);
}

static void take_timescale(struct session *session, struct clean_set *set, struct result *r)
{
	for (int row = 0; clean_choose(r, "timescale_oid") && row < result_rows(r); row++) {
		bool is_aggregate = strcmp(get(r, row, "kind"), "aggregate") == 0;
		struct clean_relation *relation = clean_set_find(set, get_int(r, row, "timescale_oid", 0));
		if (relation == NULL) {
			relation = add_relation(set);
			relation->oid = get_int(r, row, "timescale_oid", 0);
			relation->schema = mem_copy(get(r, row, "schema"));
			relation->name = mem_copy(get(r, row, "name"));
			relation->quoted = quote(session, relation->schema, relation->name);
			relation->owner = mem_copy(get(r, row, "owner"));
			relation->may_select = get_bool(r, row, "may_truncate");
		}
		relation->kind = is_aggregate ? CLEAN_AGGREGATE : CLEAN_HYPERTABLE;
		relation->may_truncate = get_bool(r, row, "may_truncate");
		relation->has_chunks = get_bool(r, row, "has_chunks");
		relation->rows_estimate = get_int(r, row, "rows_estimate", -1);
		relation->bytes = get_int(r, row, "bytes", -1);
	}
	clean_set_index(set);
}

static void take_edges(struct result *r, const char *from, const char *to, struct clean_edge **edges, int *count)
{
	*count = clean_choose(r, from) ? result_rows(r) : 0;
	*edges = mem_grow(NULL, (size_t)*count + 1, sizeof **edges);
	for (int row = 0; row < *count; row++) {
		const char *on_delete = get(r, row, "on_delete");
		(*edges)[row] = (struct clean_edge){.from = get_int(r, row, from, 0), .to = get_int(r, row, to, 0),
		    .name = mem_copy(get(r, row, "name")), .on_delete = on_delete != NULL ? on_delete[0] : '\0',
		    .is_indexed = get_bool(r, row, "is_indexed")};
	}
}

static void take_sequences(struct session *session, struct clean_set *set, struct result *r)
{
	set->sequence_count = clean_choose(r, "sequence_oid") ? result_rows(r) : 0;
	set->sequences = mem_new(((size_t)set->sequence_count + 1) * sizeof set->sequences[0]);
	for (int row = 0; row < set->sequence_count; row++) {
		struct clean_sequence *sequence = &set->sequences[row];
		sequence->oid = get_int(r, row, "sequence_oid", 0);
		sequence->schema = mem_copy(get(r, row, "schema"));
		sequence->name = mem_copy(get(r, row, "name"));
		sequence->quoted = quote(session, sequence->schema, sequence->name);
		sequence->owner = mem_copy(get(r, row, "owner"));
		sequence->owned_by = get_int(r, row, "owned_by", 0);
		sequence->start = get_int(r, row, "start_value", 1);
		sequence->is_owner = get_bool(r, row, "is_owner");
		sequence->may_read = get_bool(r, row, "may_read");
		if (get(r, row, "drawn_by") != NULL)
			words_split(&sequence->drawn_by, get(r, row, "drawn_by"), " ");
	}
}

static bool load_published(struct clean_set *set, struct session *session, struct err *err)
{
	struct result *r = NULL;
	bool ok = session_query_wait(session, sql_clean_published, NULL, 0, DEADLINE_MS, &r, err);
	for (int row = 0; ok && row < result_rows(r); row++) {
		struct clean_relation *relation = clean_set_find(set, get_int(r, row, "published", 0));
		if (relation != NULL)
			relation->is_published = true;
	}
	result_free(r);
	return ok;
}

static void take_around(struct clean_set *set, struct result *r, bool *has_publications)
{
	if (clean_choose(r, "may_replicate") && result_rows(r) == 1)
		set->may_replicate = get_bool(r, 0, "may_replicate");
	set->deadlock_ms = 1000;
	if (!clean_choose(r, "deadlock_ms") || result_rows(r) != 1)
		return;
	set->deadlock_ms = (int)get_int(r, 0, "deadlock_ms", 1000);
	*has_publications = get_bool(r, 0, "has_publications");
	set->has_seeds = get_bool(r, 0, "has_seeds");
	set->may_forget = get_bool(r, 0, "may_forget");
}

/* The ledger knows a history table under any name, but needs its folder for it; what the configuration calls it holds in any case. */
static bool load_history(struct database *database, struct session *session, struct clean_set *set, struct err *err)
{
	struct ledger ledger = {0};
	const char *table = section_text(database->section, "migrations_table"),
	           *schema = section_text(database->section, "migrations_schema");
	set->history_rows = -1;
	bool is_known = ledger_look(database, session, &ledger, err);
	if (is_known && ledger.history != NULL && ledger.has_history) {
		set->history = mem_copy(ledger.history);
		set->history_schema = mem_copy(ledger.history_schema);
		set->history_table = mem_copy(ledger.history_table);
	} else if (table != NULL && *table != '\0') {
		set->history_schema = schema != NULL && *schema != '\0' ? mem_copy(schema) : NULL;
		set->history_table = mem_copy(table);
	}
	ledger_done(&ledger);
	return is_known || (err->kind != ERR_UNREACHABLE && err->kind != ERR_CANCELLED && err->kind != ERR_TIMEOUT);
}

char *clean_look_sql(const struct database *database)
{
	const char *rights = database->server->version_num >= 150000 ? sql_clean_rights_15 : sql_clean_rights;
	struct text sql = {0};
	text_addf(&sql, "%s;\n%s;\n", rights, sql_clean_around);
	text_addf(&sql, "with histories as materialized (\n%s)\n%s;\n%s;\n", sql_catalog_load_histories, sql_clean_relations, sql_clean_children);
	text_addf(&sql, "%s;\n%s;\n%s", sql_clean_references, sql_clean_views, sql_clean_sequences);
	if (database->has_timescaledb)
		text_addf(&sql, ";\n%s", sql_clean_timescale);
	return text_take(&sql);
}

bool clean_set_take(struct clean_set *set, struct session *session, struct result *result, const struct clean_set *known, struct err *err)
{
	bool has_publications = false;
	memset(set, 0, sizeof *set);
	set->history = mem_copy(known->history);
	set->history_schema = mem_copy(known->history_schema);
	set->history_table = mem_copy(known->history_table);
	set->history_rows = -1;
	take_relations(session, set, result);
	take_timescale(session, set, result);
	take_edges(result, "child", "parent", &set->parents, &set->parent_count);
	take_edges(result, "referencing", "referenced", &set->references, &set->reference_count);
	take_edges(result, "reader", "source", &set->reads, &set->read_count);
	take_sequences(session, set, result);
	take_around(set, result, &has_publications);
	return !has_publications || load_published(set, session, err);
}

bool clean_set_load(struct database *database, struct session *session, struct clean_set *set, struct err *err)
{
	struct clean_set known = {0};
	struct result *result = NULL;
	char *sql = clean_look_sql(database);
	bool ok = load_history(database, session, &known, err) &&
	          session_query_wait(session, sql, NULL, 0, DEADLINE_MS, &result, err);
	ok = ok && clean_set_take(set, session, result, &known, err);
	result_free(result);
	mem_free(sql);
	clean_set_done(&known);
	return ok;
}

void clean_add_up_sizes(struct clean_set *set)
{
	for (int i = 0; i < set->count; i++) {
		const struct clean_relation *part = &set->relations[i];
		if (part->unit < 0 || part->unit == i || !clean_is_heap(part) || part->bytes < 0)
			continue;
		struct clean_relation *unit = &set->relations[part->unit];
		unit->bytes = (unit->bytes > 0 ? unit->bytes : 0) + part->bytes;
	}
}

void clean_load_sizes(struct clean_set *set, struct session *session)
{
	struct text oids = {0};
	struct result *r = NULL;
	struct err ignored;
	for (int i = 0; i < set->count; i++)
		if (clean_is_heap(&set->relations[i]))
			text_addf(&oids, "%s%lld", oids.length > 0 ? "," : "{", (long long)set->relations[i].oid);
	text_add(&oids, "}");
	const char *params[] = {text_str(&oids)};
	bool ok = oids.length > 1 && session_query_wait(session, sql_clean_sizes, params, 1, DEADLINE_MS, &r, &ignored);
	for (int row = 0; ok && row < result_rows(r); row++) {
		struct clean_relation *relation = clean_set_find(set, get_int(r, row, "sized", 0));
		if (relation != NULL)
			relation->bytes = get_int(r, row, "bytes", -1);
	}
	clean_add_up_sizes(set);
	result_free(r);
	text_done(&oids);
}
