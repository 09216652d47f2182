/* restore_into_new() through its own face: restore_live FILE.ini DATABASE DUMP [purpose=P] [as=NAME] [jobs=N] [role=R] [no-owner] [resume-jobs]
 * [dry-run]. Says what came of it, key by key, then what it logged. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../lib/fleet_live.h"
#include "pgtend/core/mem.h"
#include "pgtend/core/units.h"
#include "pgtend/restore/restore.h"

static struct restore_options options = {.purpose = "restore", .jobs = 2};

/* Each step once, as it begins. */
static void changed(void *arg)
{
	static char *step;
	const struct report *report = arg;
	if (!report->step || (step && strcmp(step, report->step) == 0))
		return;
	mem_free(step);
	step = mem_copy(report->step);
	fprintf(stderr, "%lld %s\n", (long long)(units_now_us() / 1000), step);
}

static void take(const char *word)
{
	if (text_starts_with(word, "purpose="))
		options.purpose = word + strlen("purpose=");
	else if (text_starts_with(word, "as="))
		options.dbname = word + strlen("as=");
	else if (text_starts_with(word, "role="))
		options.role = word + strlen("role=");
	else if (text_starts_with(word, "jobs="))
		options.jobs = atoi(word + strlen("jobs="));
	else if (strcmp(word, "no-owner") == 0)
		options.no_owner = true;
	else if (strcmp(word, "resume-jobs") == 0)
		options.resume_jobs = true;
	else if (strcmp(word, "dry-run") == 0)
		options.is_dry_run = true;
	else
		mem_die(word);
}

static void run(struct fleet_live *live)
{
	struct err err = {0};
	struct archive archive = {0};
	struct restored restored = {0};
	struct report report = {.changed = changed, .arg = &report};
	for (int i = 1; i < live->count; i++)
		take(live->words[i]);
	char *folder = archive_folder(live->database, NULL);
	bool is_done = archive_find(folder, live->database->name, live->words[0], &archive, &err) &&
	               restore_into_new(live->fleet, live->database, &archive, &options, &restored, &report, &err);
	if (is_done)
		printf("dbname %s\nrows %lld\ntables %lld\ndifferent %lld\nhypertables %lld\nchunks %lld\njobs_paused %lld\njobs %s\ntook_s %.2f\n",
		    restored.dbname ? restored.dbname : "-", (long long)restored.rows, (long long)restored.tables,
		    (long long)restored.different, (long long)restored.hypertables, (long long)restored.chunks,
		    (long long)restored.jobs_paused, restored.jobs ? restored.jobs : "-", restored.took_s);
	else
		fleet_live_say(&err);
	for (size_t i = 0; i < report.log.count; i++)
		printf("log: %s\n", report.log.v[i]);
	live->status = is_done ? 0 : err_exit_status(err.kind);
	restored_done(&restored);
	archive_done(&archive);
	report_done(&report);
	mem_free(folder);
}

int main(int argc, char **argv)
{
	return fleet_live_main(argc, argv, 1, run);
}
