/* See restore/restore.h. */
#include "pgtend/restore/restore.h"

#include <string.h>

#include "pgtend/core/mem.h"
#include "pgtend/core/units.h"
#include "restore_internal.h"

void restored_done(struct restored *restored)
{
	mem_free(restored->dbname);
	memset(restored, 0, sizeof *restored);
}

/* A name that people use is given at the end, to a database that is whole. */
static bool publish(struct scratch *scratch, const struct restore_options *options, const struct restored *restored,
    bool *stays, struct err *err)
{
	const struct restore_hooks *hooks = options->hooks;
	if (hooks && hooks->publish)
		return hooks->publish(scratch, restored, hooks->arg, stays, err);
	return !options->dbname || session_queryf_wait(scratch->keeper, 0, NULL, err, "ALTER DATABASE %I RENAME TO %I",
	                               scratch->dbname, options->dbname);
}

static bool claim(struct scratch *scratch, const struct restore_hooks *hooks, struct err *err)
{
	return scratch_claim(scratch, err) && (!hooks || !hooks->claimed || hooks->claimed(scratch, hooks->arg, err));
}

static bool restore(struct scratch *scratch, const struct archive *archive, const struct restore_options *options,
    struct restored *restored, bool *stays, struct err *err)
{
	struct dump_tools tools = {0};
	struct restore_needs needs = {.bytes = archive->database_bytes};
	const bool is_for_people = strcmp(options->purpose, "restore") == 0;
	if (!scratch_open(scratch, NULL, err) || !scratch_check(scratch, &needs, err) ||
	    !dump_tools_find(session_server_version(scratch->keeper) / 10000, &tools, err))
		return false;
	struct fill_options fill = {
	    .tools = &tools,
	    .jobs = options->jobs,
	    .no_owner = options->no_owner || (!is_for_people && !scratch->is_super),
	    .role = options->role,
	    .resume_jobs = options->resume_jobs,
	};
	bool is_done = options->is_dry_run || (claim(scratch, options->hooks, err) &&
	                   scratch_fill(scratch, archive->path, &fill, restored, err) &&
	                   publish(scratch, options, restored, stays, err));
	dump_tools_done(&tools);
	return is_done;
}

bool restore_into_new(struct fleet *fleet, struct database *database, const struct archive *archive,
    const struct restore_options *options, struct restored *restored, struct report *report, struct err *err)
{
	struct scratch scratch = {
	    .fleet = fleet, .source = database, .report = report, .purpose = options->purpose, .lock_fd = -1};
	struct err trouble = {0};
	bool stays = false;
	int64_t began_us = units_now_us();
	*restored = (struct restored){.rows = -1, .tables = -1, .different = -1, .hypertables = -1, .chunks = -1, .jobs_paused = -1};
	bool is_done = restore(&scratch, archive, options, restored, &stays, err);
	restored->took_s = (double)(units_now_us() - began_us) / 1e6;
	if (stays || (is_done && strcmp(options->purpose, "restore") == 0)) {
		restored->dbname = mem_copy(options->dbname ? options->dbname : scratch.dbname);
		scratch_release(&scratch);
		return is_done;
	}
	if (!scratch_close(&scratch, &trouble)) {
		report_log(report, "%s", trouble.text);
		if (is_done) {
			*err = trouble;
			err->kind = ERR_PARTIAL;
			is_done = false;
		}
	}
	return is_done;
}
