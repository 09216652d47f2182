/* Makes a database of the working tree under a name that nobody uses: as `create`, `migrate up` and `seed` do it. See
 * reset_internal.h. */
#include <string.h>

#include "pgtend/core/mem.h"
#include "pgtend/core/units.h"
#include "pgtend/scratch/clients.h"
#include "pgtend/scratch/swap.h"
#include "pgtend/lifecycle/lifecycle.h"
#include "pgtend/loop/task.h"
#include "pgtend/runner/run.h"
#include "pgtend/seeds/seeds.h"
#include "reset_internal.h"

/* --- the section at another address ------------------------------------------------------------------------------ */

struct stand_in {
	struct fresh *fresh;
	struct database database;
	struct conninfo *info;
	struct report inner; /* of the verbs that work on it; what they say goes on as said of the new one */
	size_t inner_lines;
};

static void forward(void *arg)
{
	struct stand_in *stand_in = arg;
	const struct report *inner = &stand_in->inner;
	struct report *report = stand_in->fresh->report;
	for (; stand_in->inner_lines < inner->log.count; stand_in->inner_lines++)
		report_log(report, "the new one: %s", inner->log.v[stand_in->inner_lines]);
	if (inner->step && (!report->step || !text_ends_with(report->step, inner->step)))
		report_step(report, "building: %s", inner->step);
	if (inner->all > 0)
		report_progress(report, inner->done, inner->all, inner->unit);
}

static bool stand_in_init(struct stand_in *stand_in, struct fresh *fresh, char *dbname, struct err *err)
{
	struct database *database = fresh->database;
	memset(stand_in, 0, sizeof *stand_in);
	stand_in->fresh = fresh;
	stand_in->info = conninfo_copy(database->direct ? database->direct : database->info);
	stand_in->database = (struct database){
	    .name = database->name,
	    .dbname = dbname,
	    .config = database->config,
	    .section = database->section,
	    .environment = database->environment,
	    .server = database->server,
	    .info = stand_in->info,
	};
	return conninfo_set(stand_in->info, "dbname", dbname, err);
}

static void stand_in_done(struct stand_in *stand_in)
{
	if (stand_in->database.session)
		session_free(stand_in->database.session);
	for (int i = 0; i < FACT_COUNT; i++) {
		table_free(stand_in->database.facts[i].table);
		table_free(stand_in->database.facts[i].before);
	}
	mem_free(stand_in->database.timescaledb_version);
	mem_free(stand_in->database.timescaledb_license);
	conninfo_free(stand_in->info);
}

/* A verb of a lower floor begins with a report of its own: its rows and its summary are not ours. */
static void begin_part(struct stand_in *stand_in)
{
	stand_in->inner = (struct report){.changed = forward, .arg = stand_in};
	stand_in->inner_lines = 0;
}

static bool end_part(struct stand_in *stand_in, bool is_good, const char *what, struct err *err)
{
	forward(stand_in);
	report_done(&stand_in->inner);
	if (is_good)
		return true;
	/* Whatever was committed there goes with it. */
	if (err->kind == ERR_PARTIAL || err->kind == ERR_UNSUPPORTED)
		err->kind = ERR_FAILED;
	return err_prefix(err, "%s", what);
}

/* --- the parts ----------------------------------------------------------------------------------------------------- */

static bool mark(const struct fresh *fresh, const char *dbname, const char *state, const char *more, struct err *err)
{
	char *comment = copy_comment(COPY_TEMPLATE, fresh->database, NULL, fresh->digest, state);
	char *quoted = session_quote_identifier(fresh->keeper, dbname), *words = session_quote_literal(fresh->keeper, comment);
	char *sql = mem_format("COMMENT ON DATABASE %s IS %s;\n%s%s%s", quoted, words, more ? "ALTER DATABASE " : "",
	    more ? quoted : "", more ? more : "");
	bool is_done = session_query_wait(fresh->keeper, sql, NULL, 0, FRESH_DEADLINE_MS, NULL, err);
	mem_free(sql);
	mem_free(words);
	mem_free(quoted);
	mem_free(comment);
	return is_done;
}

static bool make(struct stand_in *stand_in, const char *form, struct err *err)
{
	struct fresh *fresh = stand_in->fresh;
	const char *dbname = stand_in->database.dbname, *owner = section_text(fresh->database->section, "owner");
	report_step(fresh->report, "building: create");
	return (owner && *owner ? session_queryf_wait(fresh->keeper, 0, NULL, err, "CREATE DATABASE %I%s OWNER %I", dbname,
	                              form, owner)
	                        : session_queryf_wait(fresh->keeper, 0, NULL, err, "CREATE DATABASE %I%s", dbname, form)) &&
	       mark(fresh, dbname, "being made", NULL, err);
}

/* As `create` does it, but marked as what it is from the first moment. */
static bool create(struct stand_in *stand_in, struct err *err)
{
	struct fresh *fresh = stand_in->fresh;
	char *form = NULL;
	begin_part(stand_in);
	bool is_good =
	    lifecycle_check_wait(
	        fresh->fleet, &stand_in->database, fresh->keeper, &stand_in->inner, &form, err) &&
	    make(stand_in, form, err) &&
	    lifecycle_furnish_wait(fresh->fleet, &stand_in->database, &stand_in->inner, err);
	mem_free(form);
	return end_part(stand_in, is_good, "create", err);
}

static bool migrate(struct stand_in *stand_in, struct err *err)
{
	const struct fresh *fresh = stand_in->fresh;
	const struct migrate_options options = {.direction = MIGRATE_UP, .to = fresh->options->to};
	if (!section_text(fresh->database->section, "migrations"))
		return !options.to || err_set(err, ERR_USAGE, "--to: no folder of migrations is configured");
	begin_part(stand_in);
	bool is_good = migrate_run(fresh->fleet, &stand_in->database, &options, &stand_in->inner, err);
	return end_part(stand_in, is_good, "migrate up", err);
}

/* Seeds write what the live database would have them write: its DateStyle reads their dates, its search_path finds their tables. Migrations do not run
 * with them: the first ones came before the settings. */
static bool seed(struct stand_in *stand_in, struct err *err)
{
	const struct fresh *fresh = stand_in->fresh;
	const struct seeds_options options = {0};
	if (fresh->options->no_seeds || !section_text(fresh->database->section, "seeds"))
		return true;
	if (fresh->beside.oid != 0 &&
	    !swap_carry_settings_wait(fresh->keeper, fresh->database->dbname, stand_in->database.dbname, err))
		return false;
	begin_part(stand_in);
	bool is_good = seeds_run(fresh->fleet, &stand_in->database, &options, &stand_in->inner, err);
	if (end_part(stand_in, is_good, "seed", err))
		return true;
	if (fresh->options->to && err->hint[0] == 0)
		err_hint(err, "seeds of a later state may not fit into an earlier one: --no-seeds leaves them out");
	return false;
}

/* Its statistics go with every clone. */
static bool finish(struct stand_in *stand_in, struct made *made, struct err *err)
{
	struct fresh *fresh = stand_in->fresh;
	struct result *r = NULL;
	report_step(fresh->report, "building: analyze");
	struct session *session =
	    database_action_session(fresh->fleet, &stand_in->database, NULL, fresh->verb, 0, true);
	bool is_good = session_ready_wait(session, FRESH_READY_MS, err) &&
	               session_query_wait(session, "ANALYZE", NULL, 0, 0, NULL, err) &&
	               session_query_wait(session,
	                   "SELECT d.oid, pg_catalog.pg_database_size(d.oid), EXISTS (SELECT FROM pg_catalog.pg_extension "
	                   "WHERE extname = 'timescaledb') FROM pg_catalog.pg_database d WHERE d.datname = "
	                   "pg_catalog.current_database()",
	                   NULL, 0, 0, &r, err);
	if (is_good) {
		made->oid = result_int(r, 0, 0, 0);
		made->bytes = result_int(r, 0, 1, -1);
		fresh->has_timescale = result_bool(r, 0, 2);
	}
	result_free(r);
	session_free(session);
	return is_good;
}

static bool build(struct fresh *fresh, struct made *made, struct err *err)
{
	struct stand_in stand_in;
	bool is_good = stand_in_init(&stand_in, fresh, made->dbname, err) && create(&stand_in, err) && migrate(&stand_in, err) && seed(&stand_in, err) &&
	               finish(&stand_in, made, err);
	stand_in_done(&stand_in);
	return is_good;
}

bool fresh_build(struct fresh *fresh, struct made *made, struct err *err)
{
	memset(made, 0, sizeof *made);
	made->dbname = copy_new_dbname(COPY_TEMPLATE, fresh->database);
	if (!copy_hold_wait(fresh->keeper, made->dbname, err)) {
		made_done(made);
		return false;
	}
	if (build(fresh, made, err))
		return true;
	task_shield();
	fresh_drop(fresh, made->dbname, "because it could not be built");
	task_unshield();
	made_done(made);
	if (err->kind != ERR_CANCELLED && err->hint[0] == 0)
		err_hint(err, "it was built under another name: nothing was done to %s", fresh->database->dbname);
	return false;
}

/* --- as a template ------------------------------------------------------------------------------------------------- */

int64_t fresh_most_bytes(const struct database *database)
{
	int64_t bytes = 0;
	const char *text = section_text(database->section, "templates_disk");
	return text && units_parse_bytes(text, &bytes) ? bytes : INT64_MAX;
}

bool fresh_may_keep(const struct fresh *fresh, int64_t bytes)
{
	char size[UNITS_SIZE], most[UNITS_SIZE];
	int64_t most_bytes = fresh_most_bytes(fresh->database);
	if (!section_bool(fresh->database->section, "templates"))
		return false;
	if (bytes <= most_bytes)
		return true;
	report_log(fresh->report, "no template is kept: it takes %s, and templates_disk is %s", units_bytes(size, bytes),
	    units_bytes(most, most_bytes));
	return false;
}

/* Workers of extensions that are in it (TimescaleDB's scheduler) would keep it from being copied. Where they may not be
 * ended, it is said. */
static bool empty_it(struct fresh *fresh, const struct made *made, struct err *err)
{
	enum { MOST_MS = 5000, ROUND_MS = 20 };
	struct clients clients = {0};
	bool is_good = true;
	for (int waited = 0; is_good && waited <= MOST_MS; waited += ROUND_MS) {
		clients_done(&clients);
		if (!clients_end_wait(fresh->keeper, made->oid, NULL))
			break;
		is_good = clients_load_wait(fresh->keeper, made->oid, &clients, err);
		if (clients.count == 0)
			break;
		task_sleep(ROUND_MS);
	}
	if (is_good && clients.count > 0) {
		char *who = client_words(&clients.v[0]);
		err_set(err, ERR_LOCKED, "%s holds a connection to it", who);
		mem_free(who);
		is_good = false;
	}
	clients_done(&clients);
	return is_good;
}

bool fresh_keep(struct fresh *fresh, struct made *made, bool *is_good, struct err *err)
{
	struct err trouble = {0};
	if (!mark(fresh, made->dbname, "being made", " ALLOW_CONNECTIONS false", err))
		return false;
	*is_good = empty_it(fresh, made, &trouble);
	if (!*is_good) {
		report_log(fresh->report, "no template is kept: %s", trouble.text);
		made->is_closed = true;
		return true;
	}
	made->is_closed = true;
	if (!mark(fresh, made->dbname, "whole", NULL, err))
		return false;
	copy_let_go_wait(fresh->keeper, made->dbname);
	return true;
}
