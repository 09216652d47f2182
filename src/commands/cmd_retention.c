/* retention: how long rows are kept. status and preview look; run, pause, resume act on the policies that are there. */
#include "acts.h"

#include "pgtend/timescale/shapes.h"
#include "pgtend/tracking/tracking.h"

static const struct verb_option options[] = {
    {"--table", OPTION_TABLE, "[SCHEMA.]NAME", true, "this hypertable or aggregate only"},
    {0},
};

/* --- status ----------------------------------------------------------------------------------- */

/* Those of CHUNKS_COLUMNS that speak of retention, by the same names. */
static const struct table_column columns[] = {
    {"database", CELL_TEXT, "database", 0, "Name of the database in pgtend.ini."},
    {"schema", CELL_TEXT, "schema", 3, "Schema of the hypertable or of the aggregate's view."},
    {"name", CELL_TEXT, "name", 0, "Name of the hypertable or of the aggregate's view."},
    {"kind", CELL_TEXT, "kind", 3, "hypertable or aggregate (continuous)."},
    {"drop_after_s", CELL_SECONDS, "keep", 0, "Age at which retention drops a chunk; null: no policy (jobs.config drop_after or drop_created_before)."},
    {"oldest", CELL_TIME, "oldest", 1, "Beginning of the oldest chunk (timescaledb_information.chunks.range_start)."},
    {"retention_job_id", CELL_ID, "job", 1, "Job that drops old chunks (timescaledb_information.jobs.job_id)."},
    {"retention_state", CELL_TEXT, "job state", 1, "ok, running, paused, failing, overdue, crashed, never ran, or by hand (a server without a scheduler)."},
    {"retention_ok", CELL_TIME, "last ok", 2, "When it last succeeded (_timescaledb_internal.bgw_job_stat.last_successful_finish)."},
    {"retention_next", CELL_TIME, "next run", 2, "When it runs next (_timescaledb_internal.bgw_job_stat.next_start)."},
    {"retention_failures", CELL_COUNT, "failures", 3, "How often it failed in a row (_timescaledb_internal.bgw_job_stat.consecutive_failures)."},
    {"verdict", CELL_TEXT, "verdict", 0, "ok, late, or no policy: from the ranges of the chunks, not from what a job says of itself."},
    {"late_s", CELL_SECONDS, "late", 0, "Since when the oldest late chunk could have been dropped; 0: nothing is late."},
    {"late_chunks", CELL_COUNT, "late chunks", 1, "Chunks that should be gone, by their ranges."},
    {"late_bytes", CELL_BYTES, "late size", 2, "What those chunks take."},
    {"cause", CELL_TEXT, "cause", 0, "Why it is late: the first cause that holds."},
    {"mend", CELL_TEXT, "mend", 1, "The command that mends it; null: nothing is wrong, or nothing that a command mends."},
};
static const struct table_shape shape = {"retention", columns, (int)(sizeof columns / sizeof columns[0])};

static bool status(struct action *action, struct err *err)
{
	return acts_facts(action, FACT_CHUNKS, table_new(&shape), err);
}

const struct verb verb_retention_status = {
    .name = "retention",
    .subverb = "status",
    .scope = VERB_READS,
    .level = GUARD_L0,
    .title = "Show whether retention does its work",
    .help = "One row a hypertable and continuous aggregate: how long rows are kept, the oldest that is still there, the job that drops old chunks, "
            "whether it is late, by how much, why, and the command that mends it. The verdict comes from the ranges of the chunks, "
            "not from what the job says of itself.",
    .example = "pgtend retention status tracking",
    .shape = &shape,
    .run = status,
};

/* --- preview ---------------------------------------------------------------------------------- */

static bool preview_of(struct action *action, struct database *database, struct table *rows, struct err *err)
{
	const struct tracking_jobs jobs = {
	    .what = TRACKING_RUN, .kind = "retention", .tables = command_option_all(action->command, "--table"), .is_dry_run = true};
	return tracking_due(action->fleet, database, &jobs, rows, action->report, err);
}

static bool preview(struct action *action, struct err *err)
{
	struct table *rows = table_new(&tracking_chunks_shape);
	int failed = 0, asked = 0;
	for (int i = 0; i < action->database_count; i++) {
		struct err own = {0};
		bool is_good = preview_of(action, action->databases[i], rows, &own);
		asked += is_good;
		if (is_good || own.kind == ERR_UNSUPPORTED) {
			if (!is_good && action->database_count > 1)
				report_log(action->report, "%s", own.text);
		} else {
			failed++;
			report_log(action->report, "%s: %s", action->databases[i]->name, own.text);
		}
		if (!is_good && (err->kind == ERR_NONE || own.kind != ERR_UNSUPPORTED))
			*err = own;
	}
	report_rows(action->report, rows);
	if (failed > 0 && action->database_count > 1) {
		err_prefix(err, "%d of %d databases failed", failed, action->database_count);
		err->kind = asked > 0 ? ERR_PARTIAL : err->kind;
	}
	if (failed == 0 && (asked > 0 || action->database_count > 1))
		err_clear(err);
	return err->kind == ERR_NONE;
}

const struct verb verb_retention_preview = {
    .name = "retention",
    .subverb = "preview",
    .scope = VERB_READS,
    .options = options,
    .level = GUARD_L0,
    .title = "Show what the next run of retention would drop",
    .help = "One row a chunk that is due by its policy now: its range and what it takes. Behind them the locks that the run needs, and the sessions "
            "that would block it now.",
    .example = "pgtend retention preview tracking",
    .shape = &tracking_chunks_shape,
    .gives_log = true,
    .run = preview,
};

/* --- run, pause, resume ----------------------------------------------------------------------- */

static bool work(const struct action *action, enum tracking_what what, bool is_dry_run, struct report *report, struct err *err)
{
	const struct tracking_jobs jobs = {
	    .what = what, .kind = "retention", .tables = command_option_all(action->command, "--table"), .is_dry_run = is_dry_run};
	return tracking_jobs(action->fleet, action->database, &jobs, report, err);
}

ACTS_VERB(run, TRACKING_RUN)
ACTS_VERB(pause, TRACKING_PAUSE)
ACTS_VERB(resume, TRACKING_RESUME)

const struct verb verb_retention_run = {
    .name = "retention",
    .subverb = "run",
    .scope = VERB_ACTS,
    .options = options,
    .level = GUARD_L2,
    .has_dry_run = true,
    .title = "Run retention now",
    .help = "Runs the retention policies of a database in a session of pgtend's own, and waits for their end: chunks whose whole range is past the policy's "
            "age are dropped. TimescaleDB keeps no record of such a run, so what it came to is shown and kept in the audit log: how long it took, the chunks "
            "and bytes that went, the error; failures that were counted before stay on record until the scheduler runs the job again. It honours lock_timeout, and says whom it waits for. A paused policy is passed over unless --table names "
            "its table: who paused it had a reason.",
    .example = "pgtend retention run tracking",
    .shape = &tracking_runs_shape,
    .preview = run_preview,
    .run = run_run,
};

const struct verb verb_retention_pause = {
    .name = "retention",
    .subverb = "pause",
    .scope = VERB_ACTS,
    .options = options,
    .level = GUARD_L2,
    .has_dry_run = true,
    .title = "Drop nothing until further notice",
    .help = "The scheduler starts the retention policies of a database no more, so that nothing is dropped while somebody looks into old rows. "
            "A run that is under way is cancelled, and counted as a failure. retention resume ends it.",
    .example = "pgtend retention pause tracking",
    .shape = &tracking_runs_shape,
    .preview = pause_preview,
    .run = pause_run,
};

const struct verb verb_retention_resume = {
    .name = "retention",
    .subverb = "resume",
    .scope = VERB_ACTS,
    .options = options,
    .level = GUARD_L2,
    .has_dry_run = true,
    .title = "Let paused retention run again",
    .help = "The scheduler starts the retention policies of a database again by their schedule; those whose time has passed meanwhile start at once.",
    .example = "pgtend retention resume tracking",
    .shape = &tracking_runs_shape,
    .preview = resume_preview,
    .run = resume_run,
};

/* --- set -------------------------------------------------------------------------------------- */

static const struct verb_option set_options[] = {
    {"--table", OPTION_TABLE, "[SCHEMA.]NAME", true, "this hypertable or aggregate; may be left out where there is only one hypertable"},
    {"--every", OPTION_TEXT, "INTERVAL", false, "how often old chunks are looked for: '1 day'; otherwise as it was"},
    {0},
};

static bool set_work(const struct action *action, bool is_dry_run, struct report *report, struct err *err)
{
	const struct tracking_set set = {
	    .after = command_words(action->command)->v[0],
	    .every = command_option(action->command, "--every"),
	    .tables = command_option_all(action->command, "--table"),
	    .is_dry_run = is_dry_run,
	};
	return tracking_set(action->fleet, action->database, &set, report, err);
}

static bool set_preview(struct action *action, struct err *err)
{
	return acts_preview(action, set_work, err);
}

static bool set_run(struct action *action, struct err *err)
{
	return set_work(action, false, action->report, err);
}

const struct verb verb_retention_set = {
    .name = "retention",
    .subverb = "set",
    .scope = VERB_ACTS_ONE,
    .words = "AGE|off",
    .least_words = 1,
    .most_words = 1,
    .options = set_options,
    .level = GUARD_L3,
    .has_dry_run = true,
    .title = "Set how long rows are kept",
    .help = "Makes the retention policy of a hypertable or aggregate, or changes it: the job keeps its number, its schedule and its statistics. AGE is '30 days' or "
            "'3 months'; for integer time a whole number in its units; off takes the policy away. Shown before: what the next run would drop, whether chunks would "
            "be gone before they are compressed, and which refresh policies would look back further than raw rows are kept, and so erase their aggregates.",
    .example = "pgtend retention set tracking '30 days' --table location_events",
    .shape = &tracking_runs_shape,
    .preview = set_preview,
    .run = set_run,
};
