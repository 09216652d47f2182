/* migrate lock: who holds the lock under which migrations run; --release ends that session. */
#include <string.h>

#include "pgtend/commands/command.h"

#include "pgtend/core/mem.h"
#include "pgtend/core/units.h"
#include "pgtend/runner/lock.h"

static const struct verb_option options[] = {
    {"--release", OPTION_FLAG, NULL, false,
        "end the session that holds it: what it had not committed is rolled back, and the lock is free"},
    {0},
};

static const char *word(const struct table *rows, int row, const char *column, const char *otherwise)
{
	const char *text = table_get_text(rows, row, column);
	return text != NULL && *text != '\0' ? text : otherwise;
}

static void show(struct action *action, const struct table *rows, int row)
{
	char since[UNITS_SIZE];
	const char *query = word(rows, row, "query", NULL), *by = word(rows, row, "run_by", NULL);
	words_take(&action->preview,
	    mem_format("ends pid %lld: %s, user %s from %s, connected since %s, %s", (long long)table_get_int(rows, row, "pid", 0),
	        word(rows, row, "application", "without a name"), word(rows, row, "user", "?"), word(rows, row, "client", "?"),
	        units_rfc3339(since, table_get_int(rows, row, "since", 0)), word(rows, row, "doing", "?")));
	if (by != NULL)
		words_take(&action->preview, mem_format("  %s, run by %s", word(rows, row, "verb", "?"), by));
	if (query != NULL)
		words_take(&action->preview, mem_format("  query: %.200s", query));
	words_take(&action->preview, mem_format("  %s", word(rows, row, "advice", "")));
}

static bool preview(struct action *action, struct err *err)
{
	if (!command_flag(action->command, "--release"))
		return true;
	struct table *rows = table_new(&migrate_lock_shape);
	bool is_good = migrate_lock_look(action->fleet, action->database, rows, err);
	for (int row = 0; is_good && row < table_rows(rows); row++) {
		if (strcmp(word(rows, row, "state", ""), "held") == 0)
			show(action, rows, row);
		else if (strcmp(word(rows, row, "state", ""), "free") == 0)
			words_add(&action->preview, "nobody holds the lock");
	}
	mem_free(action->shown);
	action->shown = is_good ? migrate_lock_holders(rows) : NULL;
	table_free(rows);
	return is_good;
}

static bool run(struct action *action, struct err *err)
{
	if (command_flag(action->command, "--release") && !action->is_dry_run)
		return migrate_lock_release(action->fleet, action->database, action->shown, action->report, err);
	struct table *rows = table_new(&migrate_lock_shape);
	bool is_good = migrate_lock_look(action->fleet, action->database, rows, err);
	report_rows(action->report, rows);
	return is_good;
}

const struct verb verb_migrate_lock = {
    .name = "migrate",
    .subverb = "lock",
    .scope = VERB_ACTS,
    .options = options,
    .level = GUARD_L2,
    .guarded_by = "--release",
    .has_dry_run = true,
    .title = "Show who holds the lock of migrations",
    .help = "Who holds the lock under which the team's tool and pgtend run migrations, since when, from where, and what that session does "
            "now; who waits for it; when it is free, who ran last. --release ends the session that holds it, after looking again "
            "that its process is still the one that was shown: for a runner that died and whose session the server keeps.",
    .example = "pgtend migrate lock core --release",
    .shape = &migrate_lock_shape,
    .preview = preview,
    .run = run,
};
