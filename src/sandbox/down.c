/* sandbox down and destroy: exactly what was started, exactly what was made. */
#include <errno.h>
#include <ftw.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "internal.h"
#include "pgtend/core/mem.h"
#include "pgtend/core/places.h"

enum { INCIDENT_PATIENCE_MS = 3000, OPEN_FOLDERS = 16 };

static bool end_incidents(const struct place *place, struct err *err)
{
	struct processes processes;
	if (!processes_read(place, &processes, err))
		return false;
	bool is_ok = true;
	for (int i = 0; is_ok && i < processes.count; i++)
		if (processes.v[i].is_incident)
			is_ok = process_end(place, processes.v[i].name, SIGTERM, INCIDENT_PATIENCE_MS, err);
	processes_done(&processes);
	return is_ok;
}

/* Clients first, then what stands in front, then the servers. */
static bool take_down(const struct place *place, struct err *err)
{
	report_step(place->report, "ending the servers");
	return end_incidents(place, err) && pooler_down(place, err) && pglite_down(place, err) && cluster_down(place, err);
}

bool sandbox_down(struct loop *loop, const char *folder, struct report *report, struct err *err)
{
	struct place place;
	bool is_ok = place_open(&place, loop, folder, PLACE_CHANGING, report, err) && take_down(&place, err);
	if (is_ok)
		report_summary(report, "nothing runs any more in %s", place.folder);
	place_close(&place);
	return is_ok;
}

static int remove_entry(const char *path, const struct stat *st, int type, struct FTW *where)
{
	(void)st;
	(void)type;
	(void)where;
	return remove(path);
}

bool remove_tree(const char *path, struct err *err)
{
	/* links are removed, never followed; other file systems are left alone */
	if (nftw(path, remove_entry, OPEN_FOLDERS, FTW_DEPTH | FTW_PHYS | FTW_MOUNT) == 0 || errno == ENOENT)
		return true;
	return err_set(err, ERR_FAILED, "cannot remove all of %s: %s", path, strerror(errno));
}

/* The marker goes last, so that a destroy that was cut off can be repeated. */
static bool remove_contents(const struct place *place, struct err *err)
{
	static const char *const made[] = {
	    "data", "data.part", "run", "pooler", "log", "migrations", "seeds", "backups", "incident"};
	static const char *const files[] = {"pgtend.ini", "processes.json", "lock"};
	bool is_ok = true;
	for (size_t i = 0; is_ok && i < sizeof made / sizeof *made; i++) {
		char *path = place_path(place, made[i]);
		is_ok = remove_tree(path, err);
		mem_free(path);
	}
	for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
		char *path = place_path(place, files[i]);
		unlink(path);
		mem_free(path);
	}
	return is_ok &&
	       (place->run == NULL || !text_starts_with(place->run, "/tmp/pgtend-") || remove_tree(place->run, err));
}

static bool remove_place(const struct place *place, struct err *err)
{
	if (!remove_contents(place, err))
		return false;
	char *marker = place_path(place, sandbox_marker);
	unlink(marker);
	mem_free(marker);
	if (rmdir(place->folder) == 0)
		return true;
	if (errno == ENOTEMPTY || errno == EEXIST) {
		report_log(place->report, "%s holds files that the sandbox did not make; they stay", place->folder);
		return true;
	}
	return err_set(err, ERR_FAILED, "cannot remove %s: %s", place->folder, strerror(errno));
}

bool sandbox_destroy(struct loop *loop, const char *folder, struct report *report, struct err *err)
{
	struct place place;
	bool is_ok = place_open(&place, loop, folder, PLACE_CHANGING, report, err) && take_down(&place, err) &&
	             remove_place(&place, err);
	if (is_ok)
		report_summary(report, "%s is gone", place.folder);
	place_close(&place);
	return is_ok;
}
