/* backup/dump.c - pg_dump into the partial file. Our own descriptor is its standard output: mode 0600 from the
 * beginning, and we can bring it to the disk ourselves. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "backup_internal.h"
#include "pgtend/core/mem.h"

struct dumping {
	const struct archive_place *place;
	int fd;
	int64_t expected_bytes;
	struct report *report;
};

static void started(pid_t pid, void *arg)
{
	const struct dumping *dumping = arg;
	archive_place_note_child(dumping->place, pid);
}

static void tick(void *arg)
{
	struct dumping *dumping = arg;
	struct stat info;
	if (fstat(dumping->fd, &info) != 0)
		return;
	int64_t done = info.st_size, all = dumping->expected_bytes;
	report_progress(dumping->report, done, done > all && all > 0 ? done : all, "bytes");
}

static void add_arguments(struct words *argv, const struct database *database, const struct dump_tools *tools)
{
	words_add(argv, tools->pg_dump);
	words_add(argv, "--format=custom");
	/* Level 1 is 2.4 times quicker than the default 6 and 6 % larger (measured). */
	words_add(argv, "--compress=1");
	double seconds = section_seconds(database->section, "lock_timeout");
	if (seconds > 0 && seconds < INT_MAX / 1000.0)
		words_take(argv, mem_format("--lock-wait-timeout=%d", (int)(seconds * 1000.0)));
}

static bool run(struct fleet *fleet, struct database *database, const struct dump_tools *tools, struct dumping *dumping,
    struct err *err)
{
	struct words argv = {0};
	add_arguments(&argv, database, tools);
	char *hint = mem_format("pgtend activity %s", database->name);
	struct dump_run run = {
	    .loop = fleet->loop,
	    .info = database->direct != NULL ? database->direct : database->info,
	    .application = "pgtend backup",
	    .argv = &argv,
	    .stdout_fd = dumping->fd,
	    .disk = "the disk of the backup folder",
	    .locked_hint = hint,
	    .started = started,
	    .tick = tick,
	    .arg = dumping,
	    .report = dumping->report,
	};
	bool ok = dump_run(&run, NULL, err);
	mem_free(hint);
	words_done(&argv);
	return ok;
}

bool dump_take(struct fleet *fleet, struct database *database, const struct dump_tools *tools,
    const struct archive_place *place, int64_t expected_bytes, struct report *report, struct err *err)
{
	struct dumping dumping = {.place = place, .expected_bytes = expected_bytes, .report = report};
	dumping.fd = open(place->part, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (dumping.fd < 0)
		return err_set(err, ERR_FAILED, "%s: cannot be made: %s", place->part, strerror(errno));
	report_step(report, "pg_dump %d", tools->major);
	report_progress(report, 0, expected_bytes, "bytes");
	bool ok = run(fleet, database, tools, &dumping, err);
	if (ok && fsync(dumping.fd) != 0)
		ok = err_set(err, ERR_FAILED, "%s: could not be brought to the disk: %s", place->part, strerror(errno));
	if (close(dumping.fd) != 0 && ok)
		ok = err_set(err, ERR_FAILED, "%s: could not be closed: %s", place->part, strerror(errno));
	return ok;
}
