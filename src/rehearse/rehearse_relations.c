/* Tables and indexes of the scratch database before and after a step. See rehearse_measure.h.
 *
 * All that a step creates, drops, renames or rewrites it also locks, and keeps locked to the end of its transaction. So
 * what was there before is asked once, as a whole, and after each step only of what its transaction has locked: a plan
 * of 500 files does not read the catalog 500 times. */
#include <stdlib.h>
#include <string.h>

#include "pgtend/core/mem.h"
#include "pgtend/sql_embedded.h"
#include "rehearse_measure.h"

/* --- what is known ------------------------------------------------------------------------------------------------ */

static int by_oid(const void *a, const void *b)
{
	const struct relation *x = a, *y = b;
	return x->oid < y->oid ? -1 : x->oid > y->oid;
}

struct relation *relation_find(const struct measure *measure, int64_t oid)
{
	const struct relation key = {.oid = oid};
	return measure->count == 0 ? NULL : bsearch(&key, measure->relations, (size_t)measure->count, sizeof key, by_oid);
}

static bool is_table(const struct relation *relation)
{
	return strchr("rpm", relation->kind) != NULL;
}

const struct relation *relation_root(const struct measure *measure, const struct relation *relation)
{
	const struct relation *root = relation->root && relation->kind != 'i' && relation->kind != 'I'
	                                  ? relation_find(measure, relation->root)
	                                  : NULL;
	return root ? root : relation;
}

static void read_relation(
    struct measure *measure, struct session *session, const struct result *r, int row, struct relation *relation)
{
	const char *schema = result_text(r, row, result_column(r, "schema")),
	           *name = result_text(r, row, result_column(r, "name"));
	char *quoted_schema = session_quote_identifier(session, schema),
	     *quoted_name = session_quote_identifier(session, name);
	/* As people write it: quotes only where they are needed. */
	const char *plain = "abcdefghijklmnopqrstuvwxyz0123456789_";
	bool is_plain_schema = strspn(schema, plain) == strlen(schema), is_plain_name = strspn(name, plain) == strlen(name);
	mem_free(relation->name);
	relation->name = mem_format("%s.%s", is_plain_schema ? schema : quoted_schema, is_plain_name ? name : quoted_name);
	relation->kind = *result_text(r, row, result_column(r, "kind"));
	relation->filenode = result_int(r, row, result_column(r, "filenode"), 0);
	relation->root = result_int(r, row, result_column(r, "root"), 0);
	relation->is_own = strcmp(schema, "pgtend") == 0 ||
	                   (strcmp(schema, measure->history_schema) == 0 &&
	                       strncmp(name, measure->history_table, strlen(measure->history_table)) == 0 &&
	                       (name[strlen(measure->history_table)] == 0 || relation->kind != 'r'));
	mem_free(quoted_schema);
	mem_free(quoted_name);
}

static struct relation *add(struct measure *measure, int64_t oid)
{
	measure->relations = mem_grow(measure->relations, (size_t)measure->count + 1, sizeof *measure->relations);
	measure->relations[measure->count] = (struct relation){.oid = oid, .rows = -1};
	return &measure->relations[measure->count++];
}

bool relations_ask(struct measure *measure, struct session *session, struct err *err)
{
	const char *params[] = {NULL};
	struct result *r = NULL;
	bool is_done = session_query_wait(session, sql_rehearse_relations, params, 1, 0, &r, err);
	for (int i = 0; is_done && i < result_rows(r); i++)
		read_relation(measure, session, r, i, add(measure, result_int(r, i, 0, 0)));
	if (is_done && measure->count > 0)
		qsort(measure->relations, (size_t)measure->count, sizeof *measure->relations, by_oid);
	result_free(r);
	return is_done;
}

/* --- rows -----------------------------------------------------------------------------------------------------------
 */

/* In a savepoint of its own, so that the locks of counting are given back and a mistake (a role without the right)
 * costs only this number. */
static int64_t count_rows(struct session *session, const char *name)
{
	struct result *r = NULL;
	struct err trouble = {0};
	int64_t rows = -1;
	bool is_inside = session_in_transaction(session);
	if (is_inside && !session_query_wait(session, "SAVEPOINT pgtend_rehearse", NULL, 0, 0, NULL, &trouble))
		return -1;
	char *sql = mem_format("SELECT pg_catalog.count(*) FROM %s", name);
	if (session_query_wait(session, sql, NULL, 0, 0, &r, &trouble))
		rows = result_int(r, 0, 0, -1);
	if (is_inside &&
	    !session_query_wait(session, "ROLLBACK TO SAVEPOINT pgtend_rehearse; RELEASE SAVEPOINT pgtend_rehearse", NULL,
	        0, 0, NULL, &trouble))
		rows = -1;
	mem_free(sql);
	result_free(r);
	return rows;
}

static bool is_counted(const struct measure *measure, const struct relation *relation)
{
	return is_table(relation) && !relation->is_own && relation_root(measure, relation) == relation &&
	       !text_starts_with(relation->name, "_timescaledb_");
}

void relations_count(struct measure *measure, struct session *session)
{
	for (int i = 0; i < measure->count; i++) {
		struct relation *relation = &measure->relations[i];
		if (!is_counted(measure, relation))
			continue;
		report_progress(measure->report, i, measure->count, "tables");
		relation->rows = count_rows(session, relation->name);
	}
}

/* --- what became of them
 * ---------------------------------------------------------------------------------------------------------- */

static char *array_of(const struct helds *helds)
{
	struct text array = {0};
	text_add(&array, "{");
	for (int i = 0; i < helds->count; i++)
		text_addf(&array, "%s%lld", i > 0 ? "," : "", (long long)helds->v[i].oid);
	text_add(&array, "}");
	return text_take(&array);
}

static void add_rewritten(
    struct measure *measure, struct session *session, const struct relation *relation, struct rehearse_step *step)
{
	struct result *r = NULL;
	struct err trouble = {0};
	const struct relation *root = relation_root(measure, relation);
	if (relation->kind == 'i') {
		const struct relation *table = relation_find(measure, relation->root);
		char *word = mem_format("index %s", relation->name);
		/* Of a table that was rewritten all indexes are. */
		if (!table || !words_has(&step->rewritten, relation_root(measure, table)->name))
			words_add(&step->rewritten, word);
		mem_free(word);
		return;
	}
	if (!words_has(&step->rewritten, root->name))
		words_add(&step->rewritten, root->name);
	if (session_queryf_wait(
	        session, 0, &r, &trouble, "SELECT pg_catalog.pg_table_size(%lld::oid)", (long long)relation->oid))
		step->rewritten_bytes += result_int(r, 0, 0, 0);
	result_free(r);
}

/* Tables before indexes. */
static void look_at_old(
    struct measure *measure, struct session *session, const struct result *r, struct rehearse_step *step, bool is_index)
{
	for (int i = 0; i < result_rows(r); i++) {
		struct relation *relation = relation_find(measure, result_int(r, i, 0, 0));
		if (!relation || (relation->kind == 'i') != is_index || !strchr("rmi", relation->kind))
			continue;
		int64_t filenode = result_int(r, i, result_column(r, "filenode"), 0);
		bool is_rewritten = filenode != relation->filenode && !relation->is_own;
		read_relation(measure, session, r, i, relation);
		if (is_rewritten)
			add_rewritten(measure, session, relation, step);
	}
}

static struct held *held_of(struct helds *helds, int64_t oid)
{
	for (int i = 0; i < helds->count; i++)
		if (helds->v[i].oid == oid)
			return &helds->v[i];
	return NULL;
}

static void look_at_new(struct measure *measure, struct session *session, const struct result *r, struct helds *helds,
    struct rehearse_step *step)
{
	int known = measure->count;
	for (int i = 0; i < result_rows(r); i++) {
		int64_t oid = result_int(r, i, 0, 0);
		const struct relation key = {.oid = oid};
		if (known > 0 && bsearch(&key, measure->relations, (size_t)known, sizeof key, by_oid))
			continue;
		struct relation *relation = add(measure, oid);
		struct held *held = held_of(helds, oid);
		if (held)
			held->is_new = true;
		read_relation(measure, session, r, i, relation);
		relation->rows = 0;
		if (strchr("rpmvf", relation->kind) && !relation->is_own && !relation->root)
			words_add(&step->created, relation->name);
	}
	qsort(measure->relations, (size_t)measure->count, sizeof *measure->relations, by_oid);
}

static int compare_ids(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
	return x < y ? -1 : x > y;
}

/* Asked of, and not there any more. */
static void look_at_gone(
    struct measure *measure, const struct result *r, struct helds *helds, bool is_all, struct rehearse_step *step)
{
	int count = result_rows(r);
	int64_t *there = mem_grow(NULL, (size_t)count + 1, sizeof *there);
	for (int i = 0; i < count; i++)
		there[i] = result_int(r, i, 0, 0);
	qsort(there, (size_t)count, sizeof *there, compare_ids);
	for (int i = 0; i < measure->count; i++) {
		struct relation *relation = &measure->relations[i];
		if (relation->is_gone || (!is_all && !held_of(helds, relation->oid)) ||
		    bsearch(&relation->oid, there, (size_t)count, sizeof *there, compare_ids))
			continue;
		relation->is_gone = true;
		if (strchr("rpmvf", relation->kind) && !relation->is_own && !relation->root)
			words_add(&step->dropped, relation->name);
	}
	mem_free(there);
}

/* Nobody else sees what the step itself made; indexes go with their tables, what TimescaleDB keeps inside with its
 * hypertables. */
static void tell_locks(const struct measure *measure, const struct helds *helds, struct rehearse_step *step)
{
	struct words told = {0};
	for (int mode = MODE_COUNT - 1; mode >= 0; mode--)
		for (int i = 0; i < helds->count; i++) {
			const struct relation *relation = relation_find(measure, helds->v[i].oid);
			if (helds->v[i].mode != mode || helds->v[i].is_new || !relation || relation->is_own ||
			    !strchr("rpmvfS", relation->kind))
				continue;
			const char *name = relation_root(measure, relation)->name;
			if (words_has(&told, name) || text_starts_with(name, "_timescaledb_") ||
			    text_starts_with(name, "timescaledb_information."))
				continue;
			words_add(&told, name);
			words_take(&step->locks, mem_format("%s %s", lock_modes[mode], name));
		}
	words_done(&told);
}

bool relations_look(struct measure *measure, struct session *session, struct helds *helds, bool is_all,
    struct rehearse_step *step, struct err *err)
{
	char *oids = is_all ? NULL : array_of(helds);
	const char *params[] = {oids};
	struct result *r = NULL;
	bool is_done = (!is_all && helds->count == 0) ||
	               session_query_wait(session, sql_rehearse_relations, params, 1, 0, &r, err);
	if (is_done && r) {
		look_at_old(measure, session, r, step, false);
		look_at_old(measure, session, r, step, true);
		look_at_new(measure, session, r, helds, step);
		look_at_gone(measure, r, helds, is_all, step);
		tell_locks(measure, helds, step);
	}
	result_free(r);
	mem_free(oids);
	return is_done;
}

/* -1: it cannot be told. */
static void recount_table(struct session *session, struct relation *table, struct rehearse_step *step)
{
	int64_t rows = table->is_gone ? 0 : count_rows(session, table->name);
	if (rows >= 0 && table->rows >= 0 && rows != table->rows)
		words_take(
		    &step->row_counts, mem_format("%s %lld -> %lld", table->name, (long long)table->rows, (long long)rows));
	table->rows = rows;
}

void relations_recount(struct measure *measure, struct session *session, const struct helds *helds, bool is_all,
    struct rehearse_step *step)
{
	struct words done = {0};
	for (int i = 0; is_all && measure->counts_rows && i < measure->count; i++)
		if (is_counted(measure, &measure->relations[i]))
			recount_table(session, &measure->relations[i], step);
	for (int i = 0; !is_all && measure->counts_rows && i < helds->count; i++) {
		const struct relation *locked = relation_find(measure, helds->v[i].oid);
		if (!locked || helds->v[i].mode < MODE_ROW_EXCLUSIVE || !is_table(locked))
			continue;
		struct relation *table = relation_find(measure, relation_root(measure, locked)->oid);
		if (!is_counted(measure, table) || words_has(&done, table->name))
			continue;
		words_add(&done, table->name);
		recount_table(session, table, step);
	}
	words_done(&done);
}
