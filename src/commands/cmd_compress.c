/* compress, decompress: chunks, one a transaction. */
#include "acts.h"

#include <string.h>

#include "pgtend/tracking/tracking.h"

static const struct verb_option compress_options[] = {
    {"--older-than", OPTION_TEXT, "AGE", false,
        "chunks whose whole range is older ('30 days'; integer time: a whole number); otherwise the age of the compression policy"},
    {"--table", OPTION_TABLE, "[SCHEMA.]NAME", true, "this hypertable or aggregate only"},
    {0},
};

static const struct verb_option decompress_options[] = {
    {"--older-than", OPTION_TEXT, "AGE", false, "only chunks whose whole range is older ('30 days'; integer time: a whole number)"},
    {"--newer-than", OPTION_TEXT, "AGE", false, "only chunks whose range begins later than so long ago"},
    {"--table", OPTION_TABLE, "[SCHEMA.]NAME", true, "this hypertable or aggregate only"},
    {0},
};

static bool work(const struct action *action, bool is_dry_run, struct report *report, struct err *err)
{
	const struct tracking_compress compress = {
	    .is_decompress = strcmp(action->verb->name, "decompress") == 0,
	    .older_than = command_option(action->command, "--older-than"),
	    .newer_than = command_option(action->command, "--newer-than"),
	    .tables = command_option_all(action->command, "--table"),
	    .is_dry_run = is_dry_run,
	};
	return tracking_compress(action->fleet, action->database, &compress, report, err);
}

static bool preview(struct action *action, struct err *err)
{
	return acts_preview(action, work, err);
}

static bool run(struct action *action, struct err *err)
{
	return work(action, false, action->report, err);
}

const struct verb verb_compress = {
    .name = "compress",
    .scope = VERB_ACTS,
    .options = compress_options,
    .level = GUARD_L2,
    .has_dry_run = true,
    .title = "Compress old chunks now",
    .help = "Compresses the chunks of hypertables and aggregates that are older than AGE, or than the age of their compression policy, and those "
            "that are compressed but got rows later. One chunk a transaction, the oldest first: who ends it in between leaves whole chunks, and hears "
            "which. A chunk that stays locked for lock_timeout is named with who holds it, and the next one is taken. In the words of the server's "
            "version: compress_chunk(), from 2.18 on convert_to_columnstore().",
    .example = "pgtend compress tracking --older-than '7 days'",
    .shape = &tracking_chunks_shape,
    .preview = preview,
    .run = run,
};

const struct verb verb_decompress = {
    .name = "decompress",
    .scope = VERB_ACTS,
    .options = decompress_options,
    .level = GUARD_L3,
    .has_dry_run = true,
    .title = "Make compressed chunks plain again",
    .help = "For work that compressed chunks do not bear, or bear badly: a backfill, a change of many old rows. One chunk a transaction, the oldest "
            "first. The disk must hold what they took before they were compressed, which is shown first. The compression policy compresses "
            "them again when it runs next, unless it is paused.",
    .example = "pgtend decompress tracking --table location_events --newer-than '14 days'",
    .shape = &tracking_chunks_shape,
    .preview = preview,
    .run = run,
};
