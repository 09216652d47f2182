/* maintain/archive_plan.c - which rows an archive rule speaks of, in which tables, and what stands in the way. */
#include <string.h>

#include "archive.h"
#include "pgtend/core/places.h"
#include "pgtend/sql_embedded.h"

bool maintain_has_archive(const struct database *database)
{
	return section_line(database->section, "archive", 0, NULL) != NULL;
}

/* --- reading the rules ---------------------------------------------------------------------------- */

static bool is_wanted(const struct words *tables, const struct archive_rule *rule)
{
	if (tables == NULL || tables->count == 0)
		return true;
	char *full = mem_format("%s.%s", rule->schema != NULL ? rule->schema : "public", rule->table);
	bool is_it = words_has(tables, rule->table) || words_has(tables, full);
	mem_free(full);
	return is_it;
}

static bool read_rules(const struct chore *chore, struct archive *archive, struct err *err)
{
	const struct section *section = chore->database->section;
	const char *text, *where;
	for (int i = 0; (text = section_line(section, "archive", i, &where)) != NULL; i++) {
		struct archive_source source = {0};
		if (!archive_rule_parse(text, where, &source.rule, err))
			return false;
		if (!is_wanted(chore->options->tables, &source.rule)) {
			archive_rule_done(&source.rule);
			continue;
		}
		source.where = mem_copy(where);
		if (source.rule.file != NULL)
			source.path = places_join(config_folder(chore->fleet->config), source.rule.file);
		archive->sources = mem_grow(archive->sources, (size_t)archive->source_count + 1, sizeof source);
		archive->sources[archive->source_count++] = source;
	}
	if (archive->source_count > 0)
		return true;
	if (maintain_has_archive(chore->database))
		return err_set(err, ERR_USAGE, "no archive rule of [database %s] speaks of that table", chore->database->name);
	err_set(err, ERR_USAGE, "[database %s] has no archive rule", chore->database->name);
	return err_hint(err, "archive = chat_vectors.created_at 1 year to archive/chat_vectors.csv.gz");
}

void archiving_done(struct archive *archive)
{
	for (int i = 0; i < archive->target_count; i++) {
		struct archive_target *target = archive->targets[i];
		mem_free(target->cutoff);
		mem_free(target->type);
		mem_free(target->row_columns);
		mem_free(target->gone);
		mem_free(target);
	}
	for (int i = 0; i < archive->source_count; i++) {
		archive_rule_done(&archive->sources[i].rule);
		mem_free(archive->sources[i].where);
		mem_free(archive->sources[i].path);
		mem_free(archive->sources[i].table);
		mem_free(archive->sources[i].columns);
	}
	mem_free(archive->sources);
	mem_free(archive->targets);
}

/* --- one table --------------------------------------------------------------------------------------- */

static char *why_not(const struct chore *chore, const struct archive_source *source, const struct result *r, int row)
{
	const char *name = chore->database->name;
	if (result_bool(r, row, result_column(r, "is_hypertable")))
		return mem_format("a hypertable: its rows go by whole chunks: pgtend retention set %s --after '%s', or pgtend drop-chunks %s --older-than '%s'",
		    name, source->rule.age, name, source->rule.age);
	if (!result_bool(r, row, result_column(r, "has_column")))
		return mem_format("it has no column \"%s\" (%s)", source->rule.column, source->where);
	if (result_word(r, row, "cutoff") == NULL)
		return mem_format("column %s is of type %s: an age needs a date, a timestamp or a timestamptz (%s)", source->rule.column,
		    result_word(r, row, "type"), source->where);
	if (result_word(r, row, "rules") != NULL)
		return mem_format("its rule %s says what becomes of a DELETE: whether rows go nobody knows", result_word(r, row, "rules"));
	if (source->path != NULL && result_word(r, row, "own_columns") != NULL)
		return mem_format("%s has no column %s: it would not be in the file; give %s.%s a rule of its own", result_word(r, row, "root"),
		    result_word(r, row, "own_columns"), result_word(r, row, "schema"), result_word(r, row, "name"));
	if (!result_bool(r, row, result_column(r, "may_delete")) || !result_bool(r, row, result_column(r, "may_lock")))
		return mem_format("this role may not take rows out: GRANT SELECT, UPDATE, DELETE ON %s.%s TO CURRENT_USER as its owner %s",
		    result_word(r, row, "schema"), result_word(r, row, "name"), result_word(r, row, "owner"));
	return NULL;
}

/* Whether another rule speaks of that very table. */
static bool has_own_rule(const struct archive *archive, const struct archive_source *source, const char *schema, const char *name)
{
	for (int i = 0; i < archive->source_count; i++) {
		const struct archive_rule *rule = &archive->sources[i].rule;
		if (&archive->sources[i] != source && strcmp(rule->table, name) == 0 && (rule->schema == NULL || strcmp(rule->schema, schema) == 0))
			return true;
	}
	return false;
}

static void add_target(struct chore *chore, struct archive *archive, struct archive_source *source, const struct result *r, int row)
{
	struct archive_target *target = MEM_NEW(struct archive_target);
	archive->targets = mem_grow(archive->targets, (size_t)archive->target_count + 1, sizeof *archive->targets);
	archive->targets[archive->target_count++] = target;
	target->source = source;
	target->cutoff = mem_copy(result_word(r, row, "cutoff"));
	target->type = mem_copy(result_word(r, row, "type"));
	target->row_columns = mem_copy(result_word(r, row, "row_columns"));
	target->gone = mem_copy(result_word(r, row, "gone"));
	target->has_index = result_bool(r, row, result_column(r, "has_index"));
	target->width = result_number(r, row, "width");
	target->pages = result_number(r, row, "pages");
	target->page_rows = result_number(r, row, "page_rows");
	if (source->table == NULL)
		source->table = mem_copy(result_word(r, row, "root"));
	if (source->columns == NULL)
		source->columns = mem_copy(result_word(r, row, "columns"));
	struct item *item = chore_add(chore, STEP_ARCHIVE, result_word(r, row, "schema"), result_word(r, row, "name"), NULL);
	item->oid = item->table_oid = result_number(r, row, "oid");
	item->rule = target;
	item->may = true; /* why not, if not, is its reason */
	item->reason = why_not(chore, source, r, row);
	if (item->reason != NULL) {
		item->state = ITEM_FAILED;
		if (result_word(r, row, "own_columns") != NULL && has_own_rule(archive, source, item->schema, item->name)) {
			item->state = ITEM_SKIPPED;
			mem_free(item->reason);
			item->reason = mem_copy("it has a rule of its own");
		}
		return;
	}
	struct text why = {0};
	text_addf(&why, "rows with %s before %s", source->rule.column, target->cutoff);
	if (source->path != NULL)
		text_addf(&why, ", first to %s", source->path);
	if (target->gone != NULL)
		text_addf(&why, "; rows that %s still refers to stay", result_word(r, row, "referrers"));
	if (result_word(r, row, "triggers") != NULL)
		text_addf(&why, "; fires trigger %s", result_word(r, row, "triggers"));
	if (!target->has_index)
		text_addf(&why, "; no index begins with %s: the whole table is read", source->rule.column);
	item->why = text_take(&why);
}

/* A root that the search path shows wins; of several in sight nobody knows which is meant. */
static int64_t chosen_root(const struct result *r)
{
	int64_t first = result_rows(r) > 0 ? result_number(r, 0, "root_oid") : 0;
	bool is_visible = result_rows(r) > 0 && result_bool(r, 0, result_column(r, "is_visible"));
	for (int row = 1; row < result_rows(r); row++)
		if (result_number(r, row, "root_oid") != first && !is_visible)
			return -1;
	return first;
}

static bool plan_source(struct chore *chore, struct archive *archive, struct archive_source *source, struct err *err)
{
	const struct archive_rule *rule = &source->rule;
	const char *params[] = {rule->schema, rule->table, rule->column, rule->age};
	struct result *r = NULL;
	bool ok = session_query_wait(chore->session, sql_maintain_archive_look, params, 4, MAINTAIN_DEADLINE_MS, &r, err);
	int64_t root = ok ? chosen_root(r) : 0;
	if (ok && root <= 0) {
		struct item *item = chore_add(chore, STEP_ARCHIVE, rule->schema, rule->table, NULL);
		item->state = ITEM_FAILED;
		item->reason = root == 0 ? mem_format("%s has no such table (%s)", chore->database->dbname, source->where)
		                         : mem_format("a table of several schemas: give the schema too (%s)", source->where);
	}
	for (int row = 0; ok && row < result_rows(r); row++) {
		if (root <= 0 || result_number(r, row, "root_oid") != root)
			continue;
		/* of a hypertable one line is enough */
		bool is_hypertable = result_bool(r, row, result_column(r, "is_hypertable"));
		if (!is_hypertable || result_number(r, row, "oid") == root)
			add_target(chore, archive, source, r, row);
	}
	result_free(r);
	return ok;
}

/* --- how many ------------------------------------------------------------------------------------------ */

static void count_rows(struct chore *chore, struct item *item)
{
	const struct archive_target *target = item->rule;
	struct result *r = NULL;
	struct err err;
	char *table = chore_quote(chore, item->schema, item->name), *column = session_quote_identifier(chore->session, target->source->rule.column);
	char *cutoff = session_quote_literal(chore->session, target->cutoff);
	char *sql = mem_format("select count(*) as old, count(*) filter (where %s) as go from only %s t where t.%s < %s::%s and pg_catalog.isfinite(t.%s)",
	    target->gone != NULL ? target->gone : "true", table, column, cutoff, target->type, column);
	if (session_query_wait(chore->session, sql, NULL, 0, MAINTAIN_DEADLINE_MS, &r, &err)) {
		item->rows = result_number(r, 0, "go");
		int64_t old = result_number(r, 0, "old");
		char *why = old > item->rows ? mem_format("%lld of %lld %s", (long long)item->rows, (long long)old, item->why)
		                             : mem_format("%lld %s", (long long)item->rows, item->why);
		mem_free(item->why);
		item->why = why;
	} else {
		report_log(chore->report, "%s: not counted: %s", item->shown, err.text);
	}
	result_free(r);
	mem_free(sql);
	mem_free(cutoff);
	mem_free(column);
	mem_free(table);
}

bool archiving_plan(struct chore *chore, struct archive *archive, struct err *err)
{
	if (!read_rules(chore, archive, err))
		return false;
	bool ok = true;
	for (int i = 0; ok && i < archive->source_count; i++)
		ok = plan_source(chore, archive, &archive->sources[i], err);
	bool is_barred = chore->options->is_by_order && chore->database->environment == ENVIRONMENT_PRODUCTION &&
	                 !section_bool(chore->database->section, "allow_destructive");
	for (int i = 0; ok && i < chore->count; i++) {
		struct item *item = &chore->items[i];
		if (strcmp(item->step, STEP_ARCHIVE) != 0 || item->state != ITEM_PLANNED)
			continue;
		if (is_barred) {
			item->state = ITEM_FAILED;
			item->reason = mem_format("%s is production: rows are taken out by order only with allow_destructive = yes in [database %s]",
			    chore->database->name, chore->database->name);
		} else {
			count_rows(chore, item);
		}
	}
	return ok;
}
