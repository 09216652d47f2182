/* templates fill: what the next reset needs, made ready now. */
#include "pgtend/commands/command.h"
#include "pgtend/fresh/reset.h"

static bool preview(struct action *action, struct err *err)
{
	static const struct reset_options options = {0};
	struct words lines = {0};
	bool is_good = reset_preview(action->fleet, action->database, &options, &lines, NULL, err);
	words_done(&lines);
	if (is_good)
		words_add(&action->preview, "a template of the working tree and a spare clone of it would stand ready; what resets have put aside would be dropped");
	return is_good;
}

static bool run(struct action *action, struct err *err)
{
	return fresh_fill(action->fleet, action->database, action->report, err);
}

const struct verb verb_templates_fill = {
    .name = "templates",
    .subverb = "fill",
    .scope = VERB_ACTS,
    .level = GUARD_L1,
    .is_never_in_production = true,
    .has_dry_run = true,
    .title = "Make template and spare ready for the next reset",
    .help = "Builds a template of the working tree (create, migrate up, seed) where none of this state is kept, and a spare clone of it, so that the next "
            "`reset` is over at once. Old databases that resets have put aside are dropped, and templates beyond templates_keep and templates_disk. "
            "Every reset starts it behind itself; the database itself is not touched.",
    .example = "pgtend templates fill core",
    .preview = preview,
    .run = run,
};
