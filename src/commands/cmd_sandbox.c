/* sandbox: the embedded fleet. */
#include <limits.h>
#include <unistd.h>

#include "pgtend/commands/command.h"
#include "pgtend/core/mem.h"
#include "pgtend/sandbox/sandbox.h"

#define DIR_OPTION                                                                                                     \
	{                                                                                                                  \
		"--dir", OPTION_FILE, "DIR", false,                                                                            \
		    "the sandbox's own folder; otherwise its place among your data, as root /var/lib/pgtend/sandbox"           \
	}
static const struct verb_option dir_option[] = {DIR_OPTION, {0}};
static const struct verb_option load_options[] = {DIR_OPTION,
    {"--seconds", OPTION_INT, "N", false, "end after so many seconds; otherwise when it is interrupted"}, {0}};

/* The verbs that fill the fleet are run by this very program. */
static bool find_program(char path[PATH_MAX], struct err *err)
{
	ssize_t length = readlink("/proc/self/exe", path, PATH_MAX - 1);
	if (length <= 0)
		return err_set(err, ERR_FAILED, "cannot find out where this program is (/proc is needed)");
	path[length] = '\0';
	return true;
}

static const char *folder_of(const struct action *action)
{
	return command_option(action->command, "--dir");
}

static bool run_up(struct action *action, struct err *err)
{
	char program[PATH_MAX];
	return find_program(program, err) &&
	       sandbox_up(action->fleet->loop, folder_of(action), program, action->report, err);
}

static bool run_down(struct action *action, struct err *err)
{
	return sandbox_down(action->fleet->loop, folder_of(action), action->report, err);
}

static bool run_status(struct action *action, struct err *err)
{
	return sandbox_status(action->fleet->loop, folder_of(action), action->report, err);
}

static bool run_destroy(struct action *action, struct err *err)
{
	return sandbox_destroy(action->fleet->loop, folder_of(action), action->report, err);
}

static bool run_load(struct action *action, struct err *err)
{
	int64_t seconds = command_int(action->command, "--seconds", 0);
	if (seconds < 0 || seconds > INT_MAX / 1000)
		return err_set(err, ERR_USAGE, "--seconds takes a number from 0 to %d", INT_MAX / 1000);
	return sandbox_load(action->fleet->loop, folder_of(action), (int)seconds, action->report, err);
}

static bool run_incident(struct action *action, struct err *err)
{
	char program[PATH_MAX];
	return find_program(program, err) && sandbox_incident(action->fleet->loop, folder_of(action), program,
	                                         command_words(action->command)->v[0], action->report, err);
}

static bool run_mend(struct action *action, struct err *err)
{
	char program[PATH_MAX];
	return find_program(program, err) &&
	       sandbox_mend(action->fleet->loop, folder_of(action), program, action->report, err);
}

const struct verb verb_sandbox_up = {
    .name = "sandbox",
    .subverb = "up",
    .scope = VERB_NO_DATABASE,
    .options = dir_option,
    .level = GUARD_L0,
    .is_config_free = true,
    .title = "Bring up the sandbox fleet",
    .help = "A private PostgreSQL and PgBouncer in a folder of their own, and in them five databases, created, "
            "migrated, seeded and backed up by pgtend's own "
            "verbs. TimescaleDB is PostgreSQL's own where it is installed, else PGlite in node, made anew each time. "
            "Run again it "
            "restarts what has died and leaves the rest alone. The servers run on until `sandbox down`.",
    .example = "pgtend sandbox up --dir /tmp/fleet",
    .shape = &sandbox_shape,
    .run = run_up,
};

const struct verb verb_sandbox_down = {
    .name = "sandbox",
    .subverb = "down",
    .scope = VERB_NO_DATABASE,
    .options = dir_option,
    .level = GUARD_L0,
    .is_config_free = true,
    .title = "End the sandbox's servers",
    .help = "Ends exactly the processes that `sandbox up` and `sandbox incident` started, found by process id and "
            "start time. The data stay, but for "
            "PGlite's, which is in memory.",
    .example = "pgtend sandbox down",
    .run = run_down,
};

const struct verb verb_sandbox_status = {
    .name = "sandbox",
    .subverb = "status",
    .scope = VERB_NO_DATABASE,
    .options = dir_option,
    .level = GUARD_L0,
    .is_config_free = true,
    .is_quiet = true,
    .title = "Show what runs in the sandbox",
    .help = "One row for each server and each planted incident: whether it runs, its process, port, socket and log.",
    .example = "pgtend sandbox status --format json",
    .shape = &sandbox_shape,
    .run = run_status,
};

const struct verb verb_sandbox_destroy = {
    .name = "sandbox",
    .subverb = "destroy",
    .scope = VERB_NO_DATABASE,
    .options = dir_option,
    .level = GUARD_L0,
    .is_config_free = true,
    .title = "End the sandbox and remove its folder",
    .help = "Like `sandbox down`, then the folder goes. Only a folder that `sandbox up` made is touched; files in it "
            "that are not the sandbox's stay.",
    .example = "pgtend sandbox destroy --dir /tmp/fleet",
    .run = run_destroy,
};

const struct verb verb_sandbox_load = {
    .name = "sandbox",
    .subverb = "load",
    .scope = VERB_NO_DATABASE,
    .options = load_options,
    .level = GUARD_L0,
    .is_config_free = true,
    .title = "Give the sandbox something to do",
    .help = "Points arrive in tracking, orders in pshop, the web site reads, somebody thinks in an open transaction "
            "and somebody waits for the row: until it is "
            "interrupted or --seconds have passed.",
    .example = "pgtend sandbox load --seconds 60",
    .run = run_load,
};

const struct verb verb_sandbox_incident = {
    .name = "sandbox",
    .subverb = "incident",
    .scope = VERB_NO_DATABASE,
    .words = "retention|locks|pool|bloat|backup|migration",
    .least_words = 1,
    .most_words = 1,
    .options = dir_option,
    .level = GUARD_L0,
    .is_config_free = true,
    .title = "Plant a trouble in the sandbox",
    .help = "retention: old points that were not dropped and a failing job. locks: a row that somebody keeps. pool: "
            "more clients than connections. bloat: dead "
            "rows. backup: none left. migration: one renamed after it was applied. `sandbox mend` takes them all away.",
    .example = "pgtend sandbox incident locks",
    .run = run_incident,
};

const struct verb verb_sandbox_mend = {
    .name = "sandbox",
    .subverb = "mend",
    .scope = VERB_NO_DATABASE,
    .options = dir_option,
    .level = GUARD_L0,
    .is_config_free = true,
    .title = "Take away every planted trouble",
    .help = "Undoes what `sandbox incident` did, all of them, and leaves alone what was not planted.",
    .example = "pgtend sandbox mend",
    .run = run_mend,
};
