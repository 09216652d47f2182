/* clean: empties databases, keeps their structure and their history. */
#include "pgtend/commands/command.h"
#include "pgtend/clean/clean.h"

static bool preview(struct action *action, struct err *err)
{
	return clean_preview(action->fleet, action->database, &action->preview, err);
}

static bool run(struct action *action, struct err *err)
{
	return clean_run(action->fleet, action->database, action->report, err);
}

const struct verb verb_clean = {
    .name = "clean",
    .scope = VERB_ACTS,
    .level = GUARD_L3,
    .is_never_in_production = true,
    .has_dry_run = true,
    .is_dependents_first = true,
    .previews_target = true,
    .title = "Empty databases, keep structure and history",
    .help = "Empties every table of every schema in one transaction and restarts the sequences that have moved; materialized views are "
            "refreshed, continuous aggregates emptied, the records of what was seeded forgotten. "
            "What stays: the history of migrations (whatever tool keeps it), tables of extensions, foreign tables, and "
            "those in `keep_tables`, large objects, which no table owns. Policies and "
            "structure are not touched, which a hash proves before the COMMIT, as it is proved that every table is empty. Refused when a table "
            "that stays references one that would go. All tables are locked first. Each goes the quickest way that is right for it: not at all "
            "when it holds no row, by DELETE when it is small, with foreign keys' triggers off where the role may set session_replication_role, "
            "by TRUNCATE when it is large or has row-level security, triggers, rules or a publication. Waits for locks "
            "as long as lock_timeout says, without anybody else becoming the victim of a deadlock, then "
            "names who holds them. Killed at any moment, the database is as before or empty, never between.",
    .example = "pgtend clean mextrack --confirm mextrack_db",
    .shape = &clean_shape,
    .preview = preview,
    .run = run,
};
