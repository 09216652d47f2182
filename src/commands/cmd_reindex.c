/* reindex, reindex concurrently. */
#include "maintaining.h"

static const struct verb_option options[] = {
    MAINTAIN_TABLE_OPTION,
    {"--index", OPTION_TEXT, "[SCHEMA.]NAME", true, "this index only"},
    {"--whole", OPTION_FLAG, NULL, false, "all indexes, not only those that need it"},
    MAINTAIN_BUDGET_OPTION,
    {0},
};

static bool work(const struct action *action, bool is_concurrent, bool is_dry_run, struct report *report, struct err *err)
{
	struct maintain_options how = maintaining_options(action, is_dry_run);
	how.indexes = command_option_all(action->command, "--index");
	how.is_whole = command_flag(action->command, "--whole");
	return maintain_reindex(action->fleet, action->database, is_concurrent, &how, report, err);
}

ACTS_VERB(plain, false)
ACTS_VERB(concurrent, true)

#define WHICH_WORDS \
	"Without --table, --index or --whole those that need it: invalid ones, and those of which by estimate more than reindex_bloat per cent and more " \
	"than reindex_least are air. Of hypertables and partitioned tables each chunk's or partition's index is a step; those of compressed chunks are passed " \
	"over. What an interrupted REINDEX CONCURRENTLY left behind (_ccnew, _ccold) is named and dropped first. With --budget (or key maintain_budget) no " \
	"further index is begun after that time; what is left is named (exit status 3)."

const struct verb verb_reindex = {
    .name = "reindex",
    .scope = VERB_ACTS,
    .options = options,
    .level = GUARD_L2,
    .has_dry_run = true,
    .title = "Build indexes anew, locking writers out",
    .help = "While an index is built nobody may write to its table or read by that index; `reindex concurrently` locks nobody out. " WHICH_WORDS,
    .example = "pgtend reindex core --index users_email_key",
    .shape = &reindex_shape,
    .preview = plain_preview,
    .run = plain_run,
};

const struct verb verb_reindex_concurrently = {
    .name = "reindex",
    .subverb = "concurrently",
    .scope = VERB_ACTS,
    .options = options,
    .level = GUARD_L2,
    .has_dry_run = true,
    .title = "Build indexes anew while reading and writing go on",
    .help = "Each is built beside the old one, which takes up to its own size of free disk, and takes its place. It waits for transactions that are older: "
            "a minute each, or as long as lock_timeout says where that is set. What fails takes its half-built index away again. " WHICH_WORDS,
    .example = "pgtend reindex concurrently macro_ai --table chat_vectors",
    .shape = &reindex_shape,
    .preview = concurrent_preview,
    .run = concurrent_run,
};
