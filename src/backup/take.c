/* backup/take.c - one backup from the first question to its name. */
#include <stdio.h>
#include <string.h>

#include "backup_internal.h"
#include "client.h"
#include "dump.h"
#include "globals.h"
#include "name.h"
#include "pgtend/core/mem.h"
#include "pgtend/core/units.h"
#include "plan.h"

static const struct table_column columns[] = {
    {"database", CELL_TEXT, "database", 0, "Name of the [database] section."},
    {"path", CELL_TEXT, "file", 0, "The dump, a file or a folder; its manifest lies beside it as .json."},
    {"size_bytes", CELL_BYTES, "size", 0, "Size of the dump."},
    {"database_bytes", CELL_BYTES, "of", 1, "pg_database_size() when it began."},
    {"sha256", CELL_TEXT, NULL, 2, "Checksum of the dump, in hexadecimal digits; of a folder that of its list of checksums."},
    {"verified", CELL_BOOL, "verified", 0, "true: pg_restore has read the whole dump."},
    {"tables", CELL_COUNT, "tables", 1, "Tables whose rows are in it (pg_restore --list)."},
    {"rows", CELL_COUNT, "rows", 1, "Rows in it, counted while it was read back."},
    {"form", CELL_TEXT, "form", 1, "custom, custom+zstd or directory."},
    {"taken_at", CELL_TIME, "taken", 1, "When its snapshot began."},
    {"duration_s", CELL_SECONDS, "took", 1, "Dump, reading back and checksum."},
    {"pg_dump_major", CELL_COUNT, NULL, 2, "Major version of the pg_dump that wrote it."},
};
const struct table_shape backup_result_shape = {"backup_result", columns, sizeof columns / sizeof columns[0]};

struct taking {
	struct fleet *fleet;
	struct database *database;
	const struct backup_options *options;
	struct report *report;
	struct budget *budget;
	struct archive_place place;
	struct dump_tools tools;
	struct archive_contents contents;
	struct backup_facts facts;
	struct plan_size size;
	enum plan_wish wish;
	int64_t expected_bytes;
	int held; /* of the budget */
	int64_t began_us; /* after the wait for a connection */
	double took_s;
};

/* ---- before ------------------------------------------------------------------------- */

/* pg_dump needs one server session from its first to its last question; a pool that gives one a transaction cannot
 * do that. */
static bool check_address(const struct database *database, const struct session *session, struct err *err)
{
	const char *pooler = section_text(database->section, "pooler");
	if (!session_is_pooled(session) || database->direct != NULL || (pooler != NULL && strcmp(pooler, "session") == 0))
		return true;
	err_set(err, ERR_FAILED, "%s is reached through a pooler, which cannot carry a dump", database->name);
	return err_hint(err, "add `direct = host=... port=...` to [database %s]", database->name);
}

static bool ask(struct taking *taking, struct err *err)
{
	struct database *database = taking->database;
	struct session *session = database_action_session(taking->fleet, database, NULL, "backup", 5000, true);
	bool ok = session_ready_wait(session, 0, err) && database_learn_wait(taking->fleet, database, session, err) &&
	          database_can(database, CAP_DUMP, err) && check_address(database, session, err) &&
	          facts_ask(taking->fleet, database, session, &taking->facts, err);
	session_free(session);
	return ok;
}

/* One connection at a time: our own, then that of the psql behind a prefix. */
static bool look(struct taking *taking, struct err *err)
{
	report_step(taking->report, "looking at %s", taking->database->dbname);
	if (!budget_take(taking->budget, 0, BUDGET_LOOK, 1, &taking->held, err))
		return false;
	bool ok = ask(taking, err) && client_tools(taking->fleet, taking->database, &taking->tools, err) &&
	          client_check_server(taking->fleet, taking->database, &taking->tools, facts_server(&taking->facts), err);
	taking->size = (struct plan_size){taking->facts.database_bytes, taking->facts.largest_bytes};
	taking->wish = plan_wish_of(taking->database->section);
	return ok;
}

static bool check_room(struct taking *taking, struct err *err)
{
	struct archives archives = {0};
	bool ok = backup_archives_wait(taking->fleet->loop, taking->database, taking->options->out_dir, &archives, err);
	taking->expected_bytes = ok ? plan_expected_bytes(&archives, taking->size.database_bytes) : 0;
	archives_done(&archives);
	return ok && plan_check_room(taking->place.folder, taking->database, taking->expected_bytes, taking->size.database_bytes,
	                 taking->report, err);
}

/* ---- the dump --------------------------------------------------------------------------- */

static bool dump(struct taking *taking, int connections, struct err *err)
{
	struct dumping dumping = {
	    .fleet = taking->fleet,
	    .database = taking->database,
	    .tools = &taking->tools,
	    .place = &taking->place,
	    .budget = taking->budget,
	    .connections = connections,
	    .database_bytes = taking->size.database_bytes,
	    .expected_bytes = taking->expected_bytes,
	    .report = taking->report,
	};
	json_t *about = NULL;
	bool ok = globals_take(taking->fleet, taking->database, &taking->tools, taking->budget, &taking->place, &about, taking->report, err);
	if (ok)
		ok = dump_take(&dumping, &taking->contents, err);
	budget_give(taking->budget, dumping.connections);
	if (ok) {
		json_object_set(taking->facts.manifest, "globals", about);
		json_object_set_new(taking->facts.manifest, "jobs", json_integer(dumping.jobs));
		json_object_set_new(taking->facts.manifest, "compression", json_string(dumping.compression));
	}
	json_decref(about);
	mem_free(dumping.compression);
	return ok;
}

/* The names are those of the moment in which the snapshot begins, not of that in which it was asked for. */
static bool dump_in_turn(struct taking *taking, struct err *err)
{
	int connections = 0, held = taking->held;
	int most = plan_connections(&taking->size, &taking->tools, taking->wish, budget_size(taking->budget));
	report_step(taking->report, "waiting for a free connection");
	taking->held = 0;
	if (!budget_take(taking->budget, held, taking->size.database_bytes, most, &connections, err))
		return false;
	enum archive_form form = plan_form(&taking->size, &taking->tools, taking->wish, connections);
	if (form != ARCHIVE_DIRECTORY && connections > 1) {
		budget_give(taking->budget, connections - 1);
		connections = 1;
	}
	taking->began_us = units_now_us();
	if (archive_place_choose(&taking->place, form, err))
		return dump(taking, connections, err);
	budget_give(taking->budget, connections);
	return false;
}

/* ---- after ---------------------------------------------------------------------------- */

static bool give_name(struct taking *taking, struct err *err)
{
	struct naming naming = {.place = &taking->place, .manifest = taking->facts.manifest};
	taking->took_s = (double)(units_now_us() - taking->began_us) / 1e6;
	name_describe(&naming, &taking->tools, &taking->contents, taking->took_s);
	json_object_set_new(naming.manifest, "after_backup", hook_pending(taking->database));
	return name_give(taking->fleet->loop, &naming, err);
}

static void tell(const struct taking *taking)
{
	char size[UNITS_SIZE], took[UNITS_SIZE];
	struct table *rows = table_new(&backup_result_shape);
	int row = table_add_row(rows);
	table_set_text(rows, row, "database", taking->database->name);
	table_set_text(rows, row, "path", taking->place.dump);
	table_set_int(rows, row, "size_bytes", taking->contents.size_bytes);
	table_set_int(rows, row, "database_bytes", taking->size.database_bytes);
	table_set_text(rows, row, "sha256", taking->contents.sha256);
	table_set_int(rows, row, "verified", 1);
	table_set_int(rows, row, "tables", taking->contents.tables);
	table_set_int(rows, row, "rows", taking->contents.rows);
	table_set_text(rows, row, "form", archive_form_word(taking->place.form));
	table_set_int(rows, row, "taken_at", taking->place.stamp_us);
	table_set_real(rows, row, "duration_s", taking->took_s);
	table_set_int(rows, row, "pg_dump_major", taking->tools.major);
	report_rows(taking->report, rows);
	report_summary(taking->report, "%s in %s, read back: %s", units_bytes(size, taking->contents.size_bytes),
	    units_ms(took, taking->took_s * 1000), taking->place.dump);
}

/* ---- all --------------------------------------------------------------------------------- */

/* It takes its time, or hangs: neither the lock nor whoever waits for this backup is kept by it. */
static bool run_hook(struct taking *taking, struct err *err)
{
	char *folder = mem_copy(taking->place.folder), *id = mem_copy(taking->place.base);
	archive_place_close(&taking->place);
	if (taking->options->named != NULL)
		taking->options->named(taking->options->arg);
	bool ok = hook_run(taking->fleet, taking->database, folder, id, taking->report, err);
	mem_free(folder);
	mem_free(id);
	return ok;
}

static bool take(struct taking *taking, struct err *err)
{
	struct archive_place *place = &taking->place;
	if (!archive_place_open(place, taking->database, taking->options->out_dir, taking->report, err))
		return false;
	bool ok = check_room(taking, err) && dump_in_turn(taking, err) && give_name(taking, err);
	if (ok) {
		tell(taking);
		ok = run_hook(taking, err);
	} else {
		archive_place_discard(place, taking->report);
	}
	archive_place_close(place);
	return ok;
}

static void tell_plan(const struct taking *taking)
{
	char size[UNITS_SIZE];
	const struct dump_tools *tools = &taking->tools;
	char *folder = archive_folder(taking->database, taking->options->out_dir), *client = words_join(&tools->client, " ");
	int connections = plan_connections(&taking->size, tools, taking->wish, budget_size(taking->budget));
	enum archive_form form = plan_form(&taking->size, tools, taking->wish, connections);
	units_bytes(size, taking->size.database_bytes);
	report_log(taking->report, "would run %s%s%s into %s", client, *client != '\0' ? " " : "", tools->pg_dump, folder);
	report_log(taking->report, "as %s (*%s), over %d connection%s", archive_form_word(form), archive_form_ending(form), connections,
	    connections == 1 ? "" : "s");
	report_log(taking->report, "and read it back with %s", tools->pg_restore);
	report_summary(taking->report, "a database of %s would be dumped", size);
	mem_free(client);
	mem_free(folder);
}

bool backup_take(
    struct fleet *fleet, struct database *database, const struct backup_options *options, struct report *report, struct err *err)
{
	struct taking taking = {.fleet = fleet, .database = database, .options = options, .report = report};
	taking.budget = budget_join(options->group, options->jobs);
	bool ok = look(&taking, err);
	if (ok && options->is_dry_run)
		tell_plan(&taking);
	else if (ok)
		ok = take(&taking, err);
	budget_give(taking.budget, taking.held);
	budget_leave(taking.budget);
	dump_tools_done(&taking.tools);
	json_decref(taking.facts.manifest);
	archive_contents_done(&taking.contents);
	return ok;
}
