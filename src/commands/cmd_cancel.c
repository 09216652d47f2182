/* cancel, terminate: the query of a session, or the session, is ended. */
#include <string.h>

#include "pgtend/commands/command.h"
#include "pgtend/core/mem.h"
#include "pgtend/core/units.h"
#include "pgtend/sessions/sessions.h"

static const struct verb_option options[] = {
	{"--started", OPTION_TEXT, "TIME", false, "only the session that began then, as activity shows it (key started): another one that got the same pid is refused"},
	{0},
};

/* The shown text is backend_start as the server wrote it; --started is the same moment in any form. */
static bool target_of(const struct action *action, struct sessions_target *target, struct err *err)
{
	const char *word = command_words(action->command)->v[0], *started = command_option(action->command, "--started");
	memset(target, 0, sizeof *target);
	if (!units_parse_int(word, &target->pid) || target->pid <= 0 || target->pid > INT32_MAX)
		return err_set(err, ERR_USAGE, "'%s' is no pid", word);
	if (started != NULL && !units_parse_time_us(started, &target->started_us))
		return err_set(err, ERR_USAGE, "'%s' is no time like 2026-11-21T14:02:11.123456Z", started);
	if (action->shown != NULL)
		strncpy(target->started, action->shown, sizeof target->started - 1);
	return true;
}

static bool preview(struct action *action, enum sessions_how how, struct err *err)
{
	struct sessions_target target;
	if (!target_of(action, &target, err) || !sessions_look(action->fleet, action->database, how, &target, &action->preview, err))
		return false;
	mem_free(action->shown);
	action->shown = mem_copy(target.started);
	return true;
}

static bool run(struct action *action, enum sessions_how how, struct err *err)
{
	struct sessions_target target;
	return target_of(action, &target, err) && sessions_end(action->fleet, action->database, how, &target, action->report, err);
}

static bool cancel_preview(struct action *action, struct err *err)
{
	return preview(action, SESSIONS_CANCEL, err);
}

static bool cancel_run(struct action *action, struct err *err)
{
	return run(action, SESSIONS_CANCEL, err);
}

static bool terminate_preview(struct action *action, struct err *err)
{
	return preview(action, SESSIONS_TERMINATE, err);
}

static bool terminate_run(struct action *action, struct err *err)
{
	return run(action, SESSIONS_TERMINATE, err);
}

const struct verb verb_cancel = {
	.name = "cancel",
	.scope = VERB_ACTS_ONE,
	.words = "PID",
	.least_words = 1,
	.most_words = 1,
	.options = options,
	.level = GUARD_L1,
	.has_dry_run = true,
	.title = "Cancel the query of a session",
	.help = "Ends the running query of one session of this database with an error; the connection stays. Shown before: who it is, what it does since when, how many waiting "
			"sessions its end lets go. pid and the time of its login are compared once more in the statement that sends the signal, so that another session that got the "
			"same pid is never met, and it is waited for until it obeys (at most 5 s). A session that is idle in a transaction runs nothing that could be cancelled: "
			"terminate ends that. Sessions of other roles need pg_signal_backend, those of superusers a superuser.",
	.example = "pgtend cancel core 4711",
	.shape = &sessions_end_shape,
	.preview = cancel_preview,
	.run = cancel_run,
};

const struct verb verb_terminate = {
	.name = "terminate",
	.scope = VERB_ACTS_ONE,
	.words = "PID",
	.least_words = 1,
	.most_words = 1,
	.options = options,
	.level = GUARD_L2,
	.has_dry_run = true,
	.title = "End a session",
	.help = "Ends one session of this database: its connection is gone, its open transaction rolled back, its locks are released. Shown and checked as by cancel.",
	.example = "pgtend terminate core 4711",
	.shape = &sessions_end_shape,
	.preview = terminate_preview,
	.run = terminate_run,
};
