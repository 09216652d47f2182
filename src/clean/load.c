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

static bool ask(struct session *session, const char *sql, struct result **result, struct err *err)
{
	*result = NULL;
	if (session_query_wait(session, sql, NULL, 0, DEADLINE_MS, result, err))
		return true;
	result_free(*result);
	return false;
}

static struct clean_relation *add_relation(struct clean_set *set)
{
	set->relations = mem_grow(set->relations, (size_t)set->count + 1, sizeof set->relations[0]);
	struct clean_relation *relation = &set->relations[set->count++];
	memset(relation, 0, sizeof *relation);
	relation->rows_before = relation->rows_after = -1;
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

static bool load_relations(struct session *session, struct clean_set *set, struct err *err)
{
	struct result *r;
	if (!ask(session, sql_clean_relations, &r, err))
		return false;
	for (int row = 0; row < result_rows(r); row++) {
		struct clean_relation *relation = add_relation(set);
		relation->oid = get_int(r, row, "oid", 0);
		relation->schema = mem_copy(get(r, row, "schema"));
		relation->name = mem_copy(get(r, row, "name"));
		relation->quoted = quote(session, relation->schema, relation->name);
		relation->owner = mem_copy(get(r, row, "owner"));
		relation->kind = kind_of(get(r, row, "kind"));
		relation->is_populated = get_bool(r, row, "is_populated");
		relation->is_extension_member = get_bool(r, row, "is_extension_member");
		relation->is_history = get_bool(r, row, "is_history");
		relation->may_truncate = get_bool(r, row, "may_truncate");
		relation->may_select = get_bool(r, row, "may_select");
		relation->is_owner = get_bool(r, row, "is_owner");
		relation->rows_estimate = get_int(r, row, "rows_estimate", -1);
		relation->bytes = get_int(r, row, "bytes", -1);
	}
	result_free(r);
	clean_set_index(set);
	return true;
}

static bool load_timescale(
    const struct database *database, struct session *session, struct clean_set *set, struct err *err)
{
	struct result *r;
	if (!database->has_timescaledb)
		return true;
	if (!ask(session, sql_clean_timescale, &r, err))
		return false;
	for (int row = 0; row < result_rows(r); row++) {
		bool is_aggregate = strcmp(get(r, row, "kind"), "aggregate") == 0;
		struct clean_relation *relation = clean_set_find(set, get_int(r, row, "oid", 0));
		if (relation == NULL) {
			relation = add_relation(set);
			relation->oid = get_int(r, row, "oid", 0);
			relation->schema = mem_copy(get(r, row, "schema"));
			relation->name = mem_copy(get(r, row, "name"));
			relation->quoted = quote(session, relation->schema, relation->name);
			relation->owner = mem_copy(get(r, row, "owner"));
			relation->may_select = get_bool(r, row, "may_truncate");
		}
		relation->kind = is_aggregate ? CLEAN_AGGREGATE : CLEAN_HYPERTABLE;
		relation->may_truncate = get_bool(r, row, "may_truncate");
		relation->rows_estimate = get_int(r, row, "rows_estimate", -1);
		relation->bytes = get_int(r, row, "bytes", -1);
	}
	result_free(r);
	return true;
}

static bool load_edges(struct session *session, const char *sql, const char *from, const char *to,
    struct clean_edge **edges, int *count, struct err *err)
{
	struct result *r;
	if (!ask(session, sql, &r, err))
		return false;
	*count = result_rows(r);
	*edges = mem_grow(NULL, (size_t)*count + 1, sizeof **edges);
	for (int row = 0; row < *count; row++)
		(*edges)[row] =
		    (struct clean_edge){get_int(r, row, from, 0), get_int(r, row, to, 0), mem_copy(get(r, row, "name"))};
	result_free(r);
	return true;
}

static bool load_sequences(struct session *session, struct clean_set *set, struct err *err)
{
	struct result *r;
	if (!ask(session, sql_clean_sequences, &r, err))
		return false;
	set->sequence_count = result_rows(r);
	set->sequences = mem_new(((size_t)set->sequence_count + 1) * sizeof set->sequences[0]);
	for (int row = 0; row < set->sequence_count; row++) {
		struct clean_sequence *sequence = &set->sequences[row];
		sequence->schema = mem_copy(get(r, row, "schema"));
		sequence->name = mem_copy(get(r, row, "name"));
		sequence->quoted = quote(session, sequence->schema, sequence->name);
		sequence->owner = mem_copy(get(r, row, "owner"));
		sequence->owned_by = get_int(r, row, "owned_by", 0);
		sequence->is_owner = get_bool(r, row, "is_owner");
		if (get(r, row, "drawn_by") != NULL)
			words_split(&sequence->drawn_by, get(r, row, "drawn_by"), " ");
	}
	result_free(r);
	return true;
}

/* The ledger knows a history table under any name. When it cannot be read, the known names still hold. */
static void load_history(struct database *database, struct session *session, struct clean_set *set)
{
	struct ledger ledger = {0};
	struct err ignored;
	set->history_rows = -1;
	if (!ledger_read(database, session, &ledger, &ignored))
		return;
	if (ledger.history != NULL && ledger.has_history) {
		set->history = mem_copy(ledger.history);
		set->history_schema = mem_copy(ledger.history_schema);
		set->history_table = mem_copy(ledger.history_table);
		set->history_rows = ledger.row_count;
	}
	ledger_done(&ledger);
}

bool clean_set_load(struct database *database, struct session *session, struct clean_set *set, struct err *err)
{
	memset(set, 0, sizeof *set);
	load_history(database, session, set);
	return load_relations(session, set, err) && load_timescale(database, session, set, err) &&
	       load_edges(
	           session, sql_clean_children, "child", "parent", &set->parents, &set->parent_count, err) &&
	       load_edges(session, sql_clean_references, "referencing", "referenced", &set->references,
	           &set->reference_count, err) &&
	       load_edges(session, sql_clean_views, "reader", "source", &set->reads, &set->read_count, err) &&
	       load_sequences(session, set, err);
}
