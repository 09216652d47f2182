/* audit: reads the log of actions and verifies its chain. */
#include "pgtend/commands/command.h"

#include <string.h>

#include "pgtend/core/mem.h"
#include "pgtend/core/units.h"
#include "pgtend/jobs/audit.h"

/* "2 h" counts back from now; else a time, a day alone being its midnight (UTC). */
static bool parse_since(const char *text, int64_t *since_us, struct err *err)
{
	double seconds;
	if (!text)
		*since_us = 0;
	else if (units_parse_duration_s(text, &seconds))
		*since_us = units_now_us() - (int64_t)(seconds * 1e6);
	else if (!units_parse_time_us(text, since_us)) {
		char *midnight = mem_format("%sT00:00:00Z", text);
		bool is_day = units_parse_time_us(midnight, since_us);
		mem_free(midnight);
		if (!is_day)
			return err_set(err, ERR_USAGE,
			    "--since: a duration (2 h, 3 days) or a time (2026-11-21, 2026-11-21T14:00:00Z) is needed, not '%s'",
			    text);
	}
	return true;
}

/* A database that is not configured any more may still stand in the log. */
static bool is_known(struct action *action, const char *name, const struct table *all, struct err *err)
{
	struct err unknown = {0};
	if (!name || fleet_find(action->fleet, name, &unknown))
		return true;
	for (int row = 0; row < table_rows(all); row++) {
		const char *section = table_get_text(all, row, "database"), *dbname = table_get_text(all, row, "dbname");
		if ((section && strcmp(section, name) == 0) || (dbname && strcmp(dbname, name) == 0))
			return true;
	}
	*err = unknown;
	return false;
}

/* The whole chain is verified, whatever is shown of it. */
static bool verify(const struct table *all, struct err *err)
{
	for (int row = 0; row < table_rows(all); row++)
		if (strcmp(table_get_text(all, row, "chain"), "ok") != 0)
			return err_set(err, ERR_FAILED,
			    "line %d of the audit log does not follow the line before it: edited, cut out or put in", row + 1);
	return true;
}

static bool run(struct action *action, struct err *err)
{
	const struct words *words = command_words(action->command);
	const char *name = words->count > 0 ? words->v[0] : NULL;
	int64_t since_us;
	if (!parse_since(command_option(action->command, "--since"), &since_us, err))
		return false;
	struct table *all = table_new(&audit_shape), *rows = table_new(&audit_shape);
	bool is_read =
	    audit_read(NULL, 0, all, err) && is_known(action, name, all, err) && audit_read(name, since_us, rows, err);
	if (!is_read)
		table_free(rows);
	else
		report_rows(action->report, rows);
	bool is_whole = is_read && verify(all, err);
	table_free(all);
	return is_whole;
}

static const struct verb_option options[] = {
    {"--since", OPTION_TEXT, "TIME", false, "only what is younger: a duration (2 h) or a time (2026-11-21T14:00:00Z)"},
    {0},
};

const struct verb verb_audit = {
    .name = "audit",
    .scope = VERB_NO_DATABASE,
    .words = "[DATABASE]",
    .most_words = 1,
    .options = options,
    .level = GUARD_L0,
    .is_quiet = true,
    .title = "Show who did what, and verify the log",
    .help = "Every action that pgtend took or refused on this account, oldest first. Each line of the log carries the "
            "hash of the line before; a "
            "line that was edited, cut out or put in is shown as broken and the exit status is 1.",
    .example = "pgtend audit core --since '2 h'",
    .shape = &audit_shape,
    .run = run,
};
