/* snapshot, snapshots, rewind: a developer's own points in time. */
#include "pgtend/commands/command.h"
#include "pgtend/core/mem.h"
#include "pgtend/fresh/copies.h"
#include "pgtend/fresh/snapshot.h"

static const char *name_of(const struct action *action)
{
	return command_words(action->command)->v[0];
}

/* Who was asked nothing has consented to nothing. */
static const char *consent_of(const struct action *action)
{
	return action->level == GUARD_L3 ? action->shown : "\n";
}

/* --- snapshot -------------------------------------------------------------------------------------- */

static const struct verb_option snapshot_options[] = {
    {"--replace", OPTION_FLAG, NULL, false, "a snapshot of this name is dropped when the new one stands"},
    {0},
};

static bool look(struct action *action, struct words *lines, bool *ends_clients, struct err *err)
{
	mem_free(action->shown);
	action->shown = NULL;
	return snapshot_preview(action->fleet, action->database, name_of(action), command_flag(action->command, "--replace"),
	    lines, &action->shown, ends_clients, err);
}

/* People's sessions are ended with their database's name only. */
static bool snapshot_weigh(struct action *action, enum guard_level *level, struct err *err)
{
	bool ends_clients = false;
	struct words ignored = {0};
	bool is_good = look(action, &ignored, &ends_clients, err);
	/* A script that is refused then must know for whose sake. */
	for (size_t i = 0; is_good && ends_clients && i < ignored.count; i++)
		if (text_starts_with(ignored.v[i], "connected: "))
			report_log(action->report, "%s", ignored.v[i]);
	words_done(&ignored);
	*level = ends_clients ? GUARD_L3 : command_flag(action->command, "--replace") ? GUARD_L2 : GUARD_L1;
	return is_good;
}

static bool preview(struct action *action, struct err *err)
{
	bool ignored = false;
	return look(action, &action->preview, &ignored, err);
}

static bool take(struct action *action, struct err *err)
{
	return snapshot_take(action->fleet, action->database, name_of(action), command_flag(action->command, "--replace"),
	    consent_of(action), action->report, err);
}

const struct verb verb_snapshot = {
    .name = "snapshot",
    .scope = VERB_ACTS_ONE,
    .words = "NAME",
    .least_words = 1,
    .most_words = 1,
    .options = snapshot_options,
    .level = GUARD_L1,
    .weigh = snapshot_weigh,
    .is_never_in_production = true,
    .has_dry_run = true,
    .title = "Keep a database as it is now, to come back to",
    .help = "The server copies the database (CREATE DATABASE ... TEMPLATE) into one that takes no connections. Nobody may be connected meanwhile: pgtend's own panes are closed and come "
            "back, TimescaleDB's workers stop and begin again, and where others are connected they are shown, and ended only when the database's name was typed "
            "(--confirm NAME in a script). Snapshots stay until `snapshot drop`; no bound and no prune takes them.",
    .example = "pgtend snapshot core before-import",
    .shape = &copies_shape,
    .preview = preview,
    .run = take,
};

static bool drop_preview(struct action *action, struct err *err)
{
	return snapshot_drop_preview(action->fleet, action->database, name_of(action), &action->preview, err);
}

static bool drop(struct action *action, struct err *err)
{
	return snapshot_drop(action->fleet, action->database, name_of(action), action->report, err);
}

const struct verb verb_snapshot_drop = {
    .name = "snapshot",
    .subverb = "drop",
    .scope = VERB_ACTS_ONE,
    .words = "NAME",
    .least_words = 1,
    .most_words = 1,
    .level = GUARD_L2,
    .is_never_in_production = true,
    .has_dry_run = true,
    .title = "Drop a snapshot",
    .help = "The snapshot's database is dropped; the database that it was taken of is not touched.",
    .example = "pgtend snapshot drop core before-import",
    .preview = drop_preview,
    .run = drop,
};

static bool list(struct action *action, struct err *err)
{
	return copies_list(action->fleet, action->databases, action->database_count, true, action->report, err);
}

const struct verb verb_snapshots = {
    .name = "snapshots",
    .scope = VERB_READS,
    .level = GUARD_L0,
    .title = "Show snapshots, their age and size",
    .help = "One row a snapshot, newest first. A database that is not there (any more) has its snapshots all the same: `rewind` brings it back.",
    .example = "pgtend snapshots core",
    .shape = &copies_shape,
    .run = list,
};

/* --- rewind ------------------------------------------------------------------------------------------ */

static const struct verb_option rewind_options[] = {
    {"--keep", OPTION_TEXT, "NAME", false, "the state of now becomes a snapshot of this name instead of being dropped"},
    {0},
};

static bool back_preview(struct action *action, struct err *err)
{
	mem_free(action->shown);
	action->shown = NULL;
	return rewind_preview(action->fleet, action->database, name_of(action), command_option(action->command, "--keep"),
	    &action->preview, &action->shown, err);
}

static bool back(struct action *action, struct err *err)
{
	return rewind_run(action->fleet, action->database, name_of(action), command_option(action->command, "--keep"),
	    action->shown, action->report, err);
}

const struct verb verb_rewind = {
    .name = "rewind",
    .scope = VERB_ACTS_ONE,
    .words = "NAME",
    .least_words = 1,
    .most_words = 1,
    .options = rewind_options,
    .level = GUARD_L3,
    .is_never_in_production = true,
    .previews_target = true,
    .has_dry_run = true,
    .title = "Bring a database back to a snapshot",
    .help = "A copy of the snapshot is made beside the database, gets its owner, privileges, settings and limits as they are now, and takes its name in one transaction; then what had the "
            "name is dropped, or with --keep becomes a snapshot itself. The snapshot stays. Connected applications are shown, and disconnected at that moment. Killed at any moment, the "
            "database is as it was or as the snapshot is; what is left is taken away by the next rewind, or by `templates prune`. A database that is not there comes back.",
    .example = "pgtend rewind core before-import --keep after-import",
    .preview = back_preview,
    .run = back,
};
