/* restore_into_new() through its own face: restore_live FILE.ini DATABASE DUMP [purpose=P] [as=NAME] [jobs=N] [role=R] [no-owner] [resume-jobs]
 * [dry-run]. Says what came of it, key by key, then what it logged. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pgtend/core/mem.h"
#include "pgtend/core/units.h"
#include "pgtend/loop/task.h"
#include "pgtend/restore/restore.h"

static struct fleet *fleet;
static struct database *database;
static const char *dump;
static struct restore_options options = {.purpose = "restore", .jobs = 2};
static int status = 1;

static void say(const struct err *err)
{
	printf("error %d: %s\n", (int)err->kind, err->text);
	if (err->hint[0])
		printf("hint: %s\n", err->hint);
}

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

static void run(void *arg)
{
	struct err err = {0};
	struct archive archive = {0};
	struct restored restored = {0};
	struct report report = {.changed = changed, .arg = &report};
	(void)arg;
	char *folder = archive_folder(database, NULL);
	bool is_done = archive_find(folder, database->name, dump, &archive, &err) &&
	               restore_into_new(fleet, database, &archive, &options, &restored, &report, &err);
	if (is_done)
		printf("dbname %s\nrows %lld\ntables %lld\ndifferent %lld\nhypertables %lld\nchunks %lld\njobs_paused %lld\njobs %s\ntook_s %.2f\n",
		    restored.dbname ? restored.dbname : "-", (long long)restored.rows, (long long)restored.tables,
		    (long long)restored.different, (long long)restored.hypertables, (long long)restored.chunks,
		    (long long)restored.jobs_paused, restored.jobs ? restored.jobs : "-", restored.took_s);
	else
		say(&err);
	for (size_t i = 0; i < report.log.count; i++)
		printf("log: %s\n", report.log.v[i]);
	status = is_done ? 0 : err_exit_status(err.kind);
	restored_done(&restored);
	archive_done(&archive);
	report_done(&report);
	mem_free(folder);
}

static void ended(void *arg)
{
	loop_stop(arg);
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

int main(int argc, char **argv)
{
	struct err err = {0};
	if (argc < 4)
		return 2;
	dump = argv[3];
	for (int i = 4; i < argc; i++)
		take(argv[i]);
	struct config_options config_options = {.file = argv[1]};
	struct loop *loop = loop_new();
	struct event_bus *bus = event_bus_new();
	struct config *config = config_load(&config_options, &err);
	fleet = config ? fleet_new(loop, config, bus, &err) : NULL;
	database = fleet ? fleet_find(fleet, argv[2], &err) : NULL;
	if (!database) {
		say(&err);
		return 2;
	}
	task_start(loop, run, ended, loop);
	loop_run(loop);
	fleet_free(fleet);
	config_free(config);
	event_bus_free(bus);
	loop_free(loop);
	return status;
}
