/* orphans/orphans.c - one reference from beginning to end, and what is said of it. */
#include <string.h>

#include "orphans_internal.h"
#include "pgtend/core/json.h"
#include "pgtend/core/mem.h"
#include "pgtend/core/units.h"

/* --- rows ---------------------------------------------------------------------------------------- */

static const struct table_column columns[] = {
	{"database", CELL_TEXT, "database", 0, "Name of the database in pgtend.ini whose rows refer to another one."},
	{"reference", CELL_TEXT, "reference", 0, "Column that refers: schema.table.column."},
	{"target", CELL_TEXT, "target", 0, "What it refers to: database.schema.table.column."},
	{"state", CELL_TEXT, "state", 0, "ok, orphans, or failed."},
	{"orphans", CELL_COUNT, "orphans", 0, "Rows whose value stands in no row of the target; null: it failed."},
	{"orphan_values", CELL_COUNT, "values", 1, "Different values among those rows."},
	{"references", CELL_COUNT, "references", 1, "Rows that refer: those whose value is not null."},
	{"targets", CELL_COUNT, "targets", 2, "Values of the target."},
	{"compared_as", CELL_TEXT, "compared", 3, "How values of different types were compared; null: their types are the same."},
	{"reason", CELL_TEXT, "reason", 1, "Why it failed."},
	{"rows", CELL_OBJECTS, NULL, 9, "The first orphans (--limit), as objects of value and row (its key's columns, or its ctid)."},
	{"duration_ms", CELL_MS, "took", 2, "How long it took."},
};
const struct table_shape orphans_shape = {"orphans", columns, sizeof columns / sizeof *columns};

static const struct table_column list_columns[] = {
	{"database", CELL_TEXT, "database", 0, "Name of the database in pgtend.ini."},
	{"schema", CELL_TEXT, "schema", 1, "Schema of the table that refers."},
	{"table", CELL_TEXT, "table", 0, "The table that refers."},
	{"column", CELL_TEXT, "column", 0, "Its column."},
	{"value", CELL_TEXT, "value", 0, "The value that stands in no row of the target."},
	{"row", CELL_TEXT, "row", 0, "Which row it is: its primary key as a JSON object, or its ctid."},
	{"target", CELL_TEXT, "target", 1, "Where the value should stand: database.schema.table.column."},
};
const struct table_shape orphans_list_shape = {"orphan_rows", list_columns, sizeof list_columns / sizeof *list_columns};

struct work {
	struct fleet *fleet;
	const struct orphans_search *search;
	struct side from, to;
	struct found found;
	struct result *orphans; /* rows of the values found */
	char *words;
	struct table *rows, *list;
	int row;
	struct report *report;
};

static char *joined(const char *database, const char *schema, const char *table, const char *column)
{
	return mem_format("%s%s%s%s%s.%s", database ? database : "", database ? "." : "", schema ? schema : "", schema ? "." : "", table, column);
}

/* Before it is known where it is, as it is written. */
static void say_names(struct work *work)
{
	const struct reference *written = work->search->reference;
	char *from = work->from.shown ? mem_copy(work->from.shown) : joined(NULL, written->schema, written->table, written->column);
	char *to = work->to.shown ? mem_format("%s.%s", work->search->to->name, work->to.shown)
							  : joined(work->search->to->name, written->to_schema, written->to_table, written->to_column);

	table_set_text(work->rows, work->row, "reference", from);
	table_set_text(work->rows, work->row, "target", to);
	mem_free(from);
	mem_free(to);
}

/* --- the search ---------------------------------------------------------------------------------- */

/* Both columns are read at the same time. */
static bool check_room(const struct work *work, struct err *err)
{
	struct database *from = work->search->from, *to = work->search->to;

	if (from->server != to->server || from->server->has[CAP_MANY_SESSIONS])
		return true;
	return err_set(err, ERR_UNSUPPORTED, "%s: two columns are read at the same time, and %s takes one connection only: %s", from->name, from->server->label,
		from->server->lacks[CAP_MANY_SESSIONS] ? from->server->lacks[CAP_MANY_SESSIONS] : "not known why");
}

/* The reference's moment is the earlier one: a target that comes with its reference is there when it is looked for. */
static bool open_both(struct work *work, struct err *err)
{
	return side_open(work->fleet, &work->from, err) && check_room(work, err) && side_look(&work->from, err) && side_open(work->fleet, &work->to, err) &&
		side_look(&work->to, err) && side_pair(&work->from, &work->to, &work->words, err);
}

/* What stands in a row-level policy's way is no matter of GRANT. */
static bool worded(bool is_good, struct err *err)
{
	if (!is_good && strcmp(err->sqlstate, "42501") == 0 && strstr(err->text, "row-level security"))
		err_hint(err, "rows that a policy hides would be counted wrongly: connect as the table's owner or as a role with BYPASSRLS");
	return is_good;
}

static bool end_copies(struct copy *from, struct copy *to, bool is_good, struct err *err)
{
	struct err ignored = {0};

	/* a failure of the first is why the second was not read */
	is_good = copy_end_wait(from, NULL, is_good ? err : &ignored) && is_good;
	is_good = copy_end_wait(to, NULL, is_good ? err : &ignored) && is_good;
	return is_good;
}

static bool merge(struct work *work, struct err *err)
{
	char *from_sql = side_copy(&work->from, false), *to_sql = side_copy(&work->to, true);
	char *from_what = mem_format("%s %s", work->from.database->name, work->from.shown);
	char *to_what = mem_format("%s %s", work->to.database->name, work->to.shown);
	struct keys from = {.form = work->from.form, .what = from_what};
	struct keys to = {.form = work->to.form, .what = to_what};

	from.copy = copy_start(work->from.session, from_sql);
	to.copy = copy_start(work->to.session, to_sql);
	bool is_good = merge_run(&from, &to, work->report, work->from.rows, &work->found, err);

	is_good = worded(end_copies(from.copy, to.copy, is_good, err), err);
	keys_done(&from);
	keys_done(&to);
	mem_free(from_sql);
	mem_free(to_sql);
	mem_free(from_what);
	mem_free(to_what);
	return is_good;
}

static bool find(struct work *work, struct err *err)
{
	return open_both(work, err) && merge(work, err) && side_end(&work->from, err) && side_end(&work->to, err) &&
		(work->found.orphans == 0 || again_look(&work->from, &work->to, &work->found, work->search->limit, &work->orphans, err));
}

/* --- telling ------------------------------------------------------------------------------------- */

static void add_object(json_t *objects, const char *value, const char *row)
{
	json_t *object = json_object(), *named = json_loads(row, 0, NULL), *text = json_string(value);

	json_object_set_new(object, "value", text ? text : json_null());
	json_object_set_new(object, "row", named ? named : json_null());
	json_array_append_new(objects, object);
}

static void add_line(struct work *work, const char *value, const char *row)
{
	struct table *list = work->list;
	int at = table_add_row(list);

	table_set_text(list, at, "database", work->search->from->name);
	table_set_text(list, at, "schema", work->from.found_schema);
	table_set_text(list, at, "table", work->from.table);
	table_set_text(list, at, "column", work->from.found_column);
	table_set_text(list, at, "value", value);
	table_set_text(list, at, "row", row);
	table_set_text(list, at, "target", table_get_text(work->rows, work->row, "target"));
}

static void list_rows(struct work *work)
{
	const char *target = table_get_text(work->rows, work->row, "target");
	json_t *objects = json_array();
	int64_t listed = 0;

	for (int row = 0; work->orphans && row < result_rows(work->orphans) && listed < work->search->limit; row++) {
		const struct kept *kept = &work->found.kept[result_int(work->orphans, row, 0, 1) - 1];
		const char *named = result_text(work->orphans, row, 1);

		if (kept->is_none)
			continue;
		listed++;
		add_object(objects, kept->value, named);
		add_line(work, kept->value, named);
		report_log(work->report, "%s %s.%s %s: %s %s stands in no row of %s", work->search->from->name, work->from.found_schema, work->from.table, named,
			work->from.found_column, kept->value, target);
	}
	char *text = json_dumps(objects, JSON_COMPACT);

	table_set_text(work->rows, work->row, "rows", text);
	free(text);
	json_decref(objects);
}

static void tell(struct work *work)
{
	struct table *rows = work->rows;
	const struct found *found = &work->found;

	table_set_text(rows, work->row, "state", found->orphans > 0 ? "orphans" : "ok");
	table_set_int(rows, work->row, "orphans", found->orphans);
	table_set_int(rows, work->row, "orphan_values", found->values);
	table_set_int(rows, work->row, "references", found->references);
	table_set_int(rows, work->row, "targets", found->targets);
	table_set_text(rows, work->row, "compared_as", work->words);
	list_rows(work);
}

static void work_done(struct work *work)
{
	side_done(&work->from);
	side_done(&work->to);
	found_done(&work->found);
	result_free(work->orphans);
	mem_free(work->words);
}

bool orphans_find(struct fleet *fleet, const struct orphans_search *search, struct table *rows, struct table *list, struct report *report, int64_t *orphans,
	struct err *err)
{
	const struct reference *written = search->reference;
	struct work work = {.fleet = fleet, .search = search, .rows = rows, .list = list, .row = table_add_row(rows), .report = report,
		.from = {.database = search->from, .schema = written->schema, .table = written->table, .column = written->column},
		.to = {.database = search->to, .schema = written->to_schema, .table = written->to_table, .column = written->to_column}};
	int64_t began_us = units_now_us();

	report_step(report, "%s %s.%s", search->from->name, written->table, written->column);
	table_set_text(rows, work.row, "database", search->from->name);
	bool is_good = find(&work, err);

	say_names(&work);
	if (is_good)
		tell(&work);
	table_set_real(rows, work.row, "duration_ms", (double)(units_now_us() - began_us) / 1000.0);
	if (!is_good) {
		table_set_text(rows, work.row, "state", "failed");
		table_set_text(rows, work.row, "reason", err->text);
	}
	*orphans = is_good ? work.found.orphans : 0;
	work_done(&work);
	return is_good;
}
