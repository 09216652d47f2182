/* templates: what pgtend keeps beside the databases - templates, spares, snapshots, leftovers - and room for it. */
#include "pgtend/commands/command.h"
#include "pgtend/fresh/copies.h"

static bool list(struct action *action, struct err *err)
{
	return copies_list(action->fleet, action->databases, action->database_count, false, action->report, err);
}

const struct verb verb_templates = {
    .name = "templates",
    .scope = VERB_READS,
    .level = GUARD_L0,
    .title = "Show what is kept beside the databases: templates, spares, snapshots, leftovers",
    .help = "One row a copy, newest first: templates that `reset` has built from the working tree, the spare clone that it swaps in, snapshots, and what runs that "
            "died left behind. The server is the only record: each is a database of its own, called pgtend_KIND_DB_XXXXXXXX, which takes no connections and says in its comment "
            "what it is.",
    .example = "pgtend templates all --format json",
    .shape = &copies_shape,
    .run = list,
};

/* --- prune --------------------------------------------------------------------------------------- */

static const struct verb_option prune_options[] = {
    {"--templates", OPTION_FLAG, NULL, false, "every template and spare, not only those beyond templates_keep, templates_disk and template_max_age"},
    {0},
};

static bool prune_with(struct action *action, bool is_dry_run, struct report *report, struct err *err)
{
	const struct prune_request request = {
	    .is_dry_run = is_dry_run, .all_templates = command_flag(action->command, "--templates")};
	return copies_prune(action->fleet, action->database, &request, report, err);
}

static bool prune_preview(struct action *action, struct err *err)
{
	struct report report = {0};
	bool is_good = prune_with(action, true, &report, err);
	for (size_t i = 0; i < report.log.count; i++)
		words_add(&action->preview, report.log.v[i]);
	if (is_good && report.log.count == 0)
		words_add(&action->preview, "nothing would be dropped");
	report_done(&report);
	return is_good;
}

static bool prune(struct action *action, struct err *err)
{
	return prune_with(action, action->is_dry_run, action->report, err);
}

const struct verb verb_templates_prune = {
    .name = "templates",
    .subverb = "prune",
    .scope = VERB_ACTS,
    .options = prune_options,
    .level = GUARD_L2,
    .is_never_in_production = true,
    .is_unordered = true,
    .has_dry_run = true,
    .title = "Drop what interrupted runs left, and templates beyond their bounds",
    .help = "Goes: what a `reset`, `rewind` or `snapshot` that was killed left half made or put aside; templates beyond templates_keep or templates_disk, or older than "
            "template_max_age, the oldest first; spares whose template goes. Stays: every whole snapshot, what somebody works on or is connected to, what belongs to another role. "
            "A database that lost its name while the one that had been put aside is still there gets that one back. `reset` and `rewind` do the same by themselves.",
    .example = "pgtend templates prune all --dry-run",
    .preview = prune_preview,
    .run = prune,
};
