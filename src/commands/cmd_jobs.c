/* jobs: what TimescaleDB runs by itself; jobs run, pause, resume: one of them by hand. */
#include "acts.h"
#include "pgtend/timescale/shapes.h"
#include "pgtend/tracking/tracking.h"

static const struct table_column columns[] = {
    {"database", CELL_TEXT, "database", 0, "Name of the database in pgtend.ini."},
    POLICIES_COLUMNS,
};
static const struct table_shape shape = {"jobs", columns, (int)(sizeof columns / sizeof columns[0])};

static bool list(struct action *action, struct err *err)
{
	return acts_facts(action, FACT_POLICIES, table_new(&shape), err);
}

const struct verb verb_jobs = {
    .name = "jobs",
    .scope = VERB_READS,
    .level = GUARD_L0,
    .title = "Show the jobs of TimescaleDB",
    .help = "One row a job that TimescaleDB's scheduler runs (policies of retention, compression, refresh and reorder, jobs of users, its own): "
            "what it works on, how often, its last and next run, how often it failed, its last error where this role may see it, "
            "and why it does not do its work where it does not.",
    .example = "pgtend jobs tracking",
    .shape = &shape,
    .run = list,
};

static bool work(const struct action *action, enum tracking_what what, bool is_dry_run, struct report *report, struct err *err)
{
	struct tracking_jobs jobs = {.what = what, .may_erase = action->level >= GUARD_L3, .is_dry_run = is_dry_run};
	return acts_job_id(action, &jobs.job_id, err) && tracking_jobs(action->fleet, action->database, &jobs, report, err);
}

ACTS_VERB(run, TRACKING_RUN)
ACTS_VERB(pause, TRACKING_PAUSE)
ACTS_VERB(resume, TRACKING_RESUME)

static bool weigh(struct action *action, enum guard_level *level, struct err *err)
{
	struct tracking_jobs jobs = {.what = TRACKING_RUN};
	bool erases = false;
	if (!acts_job_id(action, &jobs.job_id, err) || !tracking_jobs_erase(action->fleet, action->database, &jobs, &erases, err))
		return false;
	*level = erases ? GUARD_L3 : GUARD_L2;
	return true;
}

const struct verb verb_jobs_run = {
    .name = "jobs",
    .subverb = "run",
    .scope = VERB_ACTS_ONE,
    .words = "ID",
    .least_words = 1,
    .most_words = 1,
    .level = GUARD_L2,
    .weigh = weigh,
    .has_dry_run = true,
    .title = "Run a job of TimescaleDB now",
    .help = "Runs one job in a session of pgtend's own, also when it is paused, and waits for its end. TimescaleDB keeps no record of such a run, so what it "
            "came to is shown and kept in the audit log: how long it took, which chunks and bytes went, the error; failures that were counted before "
            "stay on record until the scheduler runs the job again. It honours lock_timeout, and says "
            "whom it waits for. A refresh policy that looks back further than the raw rows of its aggregate are there would erase: the rows that would vanish are counted "
            "first, and the database's name must be given.",
    .example = "pgtend jobs run tracking 1000",
    .shape = &tracking_runs_shape,
    .preview = run_preview,
    .run = run_run,
};

const struct verb verb_jobs_pause = {
    .name = "jobs",
    .subverb = "pause",
    .scope = VERB_ACTS_ONE,
    .words = "ID",
    .least_words = 1,
    .most_words = 1,
    .level = GUARD_L2,
    .has_dry_run = true,
    .title = "Stop a job of TimescaleDB from being started",
    .help = "The scheduler starts the job no more until it is resumed; a run that is under way is cancelled, and counted as a failure.",
    .example = "pgtend jobs pause tracking 1000",
    .shape = &tracking_runs_shape,
    .preview = pause_preview,
    .run = pause_run,
};

const struct verb verb_jobs_resume = {
    .name = "jobs",
    .subverb = "resume",
    .scope = VERB_ACTS_ONE,
    .words = "ID",
    .least_words = 1,
    .most_words = 1,
    .level = GUARD_L2,
    .has_dry_run = true,
    .title = "Let a paused job of TimescaleDB be started again",
    .help = "The scheduler starts the job again by its schedule; one whose time has passed meanwhile starts at once.",
    .example = "pgtend jobs resume tracking 1000",
    .shape = &tracking_runs_shape,
    .preview = resume_preview,
    .run = resume_run,
};
