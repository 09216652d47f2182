/* archive: old rows taken out, by the rules of pgtend.ini. */
#include "maintaining.h"

static const struct verb_option options[] = {
    {"--table", OPTION_TABLE, "[SCHEMA.]NAME", true, "the rules of this table only"},
    MAINTAIN_BUDGET_OPTION,
    {0},
};

static bool work(const struct action *action, bool is_dry_run, struct report *report, struct err *err)
{
	struct maintain_options how = maintaining_options(action, is_dry_run);
	return maintain_archive(action->fleet, action->database, &how, report, err);
}

static bool preview(struct action *action, struct err *err)
{
	return acts_preview(action, work, err);
}

static bool run(struct action *action, struct err *err)
{
	return work(action, false, action->report, err);
}

const struct verb verb_archive = {
    .name = "archive",
    .scope = VERB_ACTS,
    .options = options,
    .level = GUARD_L3,
    .has_dry_run = true,
    .title = "Take old rows out, into files where the rules say so",
    .help = "By the lines `archive = TABLE.COLUMN AGE [to FILE]` of [database]: rows whose COLUMN is older than AGE are deleted in batches (archive_batch rows, "
            "fewer where they are wide) with a rest between them (archive_pause). With `to FILE` each batch is exported by COPY in the very statement that "
            "deletes it, counted, and brought to the disk before it is committed: whoever ends the run at any moment leaves every row in the database or in the "
            "file, some in both, and the next run goes on. Every run writes a file of its own, with its time in the name; FILE.json beside it says what it holds "
            "and how it is brought back. Rows that other tables still refer to stay, whatever their foreign keys would do; so do rows that somebody holds locked.",
    .example = "pgtend archive macro_ai --dry-run",
    .shape = &archive_shape,
    .preview = preview,
    .run = run,
};
