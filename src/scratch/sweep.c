/* What runs that were killed left: scratch databases on the server, dumps and children here. See scratch_internal.h.
 *
 * Two things tell that a run is dead: nobody holds its lock on the server, and on the machine that it ran on nobody
 * holds its file. On another machine only the first is seen, so that there a database in which somebody is connected is
 * left alone. */
#include <dirent.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "pgtend/core/mem.h"
#include "pgtend/core/places.h"
#include "pgtend/loop/orphan.h"
#include "pgtend/loop/task.h"
#include "pgtend/sql_embedded.h"
#include "scratch_internal.h"

const char *scratch_noun(const struct scratch *scratch)
{
	return strcmp(scratch->purpose, "rehearse") == 0 ? "rehearsal"
	       : strcmp(scratch->purpose, "verify") == 0 ? "verification"
	                                                 : scratch->purpose;
}

enum { SETTLE_MS = 2000, LOOK_MS = 100 };

enum life { LIFE_UNKNOWN, LIFE_DEAD, LIFE_ALIVE };

/* What the run's file says; of a dead one children and dump go, and at last the file. */
static enum life look_here(const char *folder, const char *dbname, const struct scratch *scratch)
{
	char *lock_path = mem_format("%s/%s.lock", folder, dbname), *dump_path = mem_format("%s/%s.dump", folder, dbname);
	int fd = open(lock_path, O_RDWR | O_CLOEXEC);
	enum life life = fd < 0 ? LIFE_UNKNOWN : flock(fd, LOCK_EX | LOCK_NB) == 0 ? LIFE_DEAD : LIFE_ALIVE;
	if (life == LIFE_DEAD) {
		static const char *const children[] = {"pg_dump", "pg_restore", "psql"};
		for (size_t i = 0; i < sizeof children / sizeof children[0]; i++) {
			pid_t pid = orphan_end(fd, children[i]);
			if (pid)
				report_log(scratch->report, "ended the %s (pid %ld) that an interrupted %s left behind", children[i],
				    (long)pid, scratch_noun(scratch));
		}
		unlink(dump_path);
		unlink(lock_path);
	}
	if (fd >= 0)
		close(fd);
	mem_free(lock_path);
	mem_free(dump_path);
	return life;
}

/* Those of dead runs whose server may be another one. */
static void sweep_files(const struct scratch *scratch, struct words *dead)
{
	char *folder = places_cache(scratch->purpose);
	DIR *dir = opendir(folder);
	struct dirent *entry;
	while (dir && (entry = readdir(dir)) != NULL) {
		if (!text_ends_with(entry->d_name, ".lock"))
			continue;
		char *name = mem_copy_n(entry->d_name, strlen(entry->d_name) - strlen(".lock"));
		if (look_here(folder, name, scratch) == LIFE_DEAD)
			words_add(dead, name);
		mem_free(name);
	}
	if (dir)
		closedir(dir);
	mem_free(folder);
}

static bool is_alive_here(const struct scratch *scratch, const char *dbname)
{
	char *folder = places_cache(scratch->purpose), *path = mem_format("%s/%s.lock", folder, dbname);
	int fd = open(path, O_RDWR | O_CLOEXEC);
	bool is_alive = fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) != 0;
	if (fd >= 0)
		close(fd);
	mem_free(folder);
	mem_free(path);
	return is_alive;
}

static bool ask(struct scratch *scratch, struct result **result)
{
	struct err trouble = {0};
	const char *params[] = {scratch->purpose};
	if (session_query_wait(
	        scratch->keeper, sql_scratch_orphans, params, 1, SCRATCH_DEADLINE_MS, result, &trouble))
		return true;
	report_log(scratch->report, "looking for what an interrupted %s left: %s", scratch_noun(scratch), trouble.text);
	result_free(*result);
	*result = NULL;
	return false;
}

static bool is_ours(const struct scratch *scratch, const struct result *r, int row)
{
	char *words = mem_format("pgtend %s of ", scratch->purpose);
	const char *comment = result_text(r, row, result_column(r, "comment"));
	bool is_ours = result_bool(r, row, result_column(r, "is_ours")) &&
	               !result_bool(r, row, result_column(r, "is_held")) && (!comment || text_starts_with(comment, words));
	mem_free(words);
	return is_ours;
}

/* WITH (FORCE) only when the maker is dead for certain. */
static void drop(struct scratch *scratch, const char *dbname, bool is_certain)
{
	struct err trouble = {0};
	if (session_queryf_wait(scratch->keeper, 0, NULL, &trouble, "DROP DATABASE IF EXISTS %I%s", dbname,
	        is_certain ? " WITH (FORCE)" : ""))
		report_log(scratch->report, "dropped %s, left by an interrupted %s", dbname, scratch_noun(scratch));
	else
		report_log(scratch->report, "%s, left by an interrupted %s, stays: %s", dbname, scratch_noun(scratch),
		    trouble.text);
}

/* Of those that may be alive. */
static bool has_unsettled(const struct scratch *scratch, const struct result *r, const struct words *dead)
{
	for (int i = 0; i < result_rows(r); i++)
		if (is_ours(scratch, r, i) && !words_has(dead, result_text(r, i, 0)) &&
		    result_int(r, i, result_column(r, "clients"), 0) > 0)
			return true;
	return false;
}

void scratch_sweep(struct scratch *scratch)
{
	struct words dead = {0};
	struct result *r = NULL;
	sweep_files(scratch, &dead);
	/* What a restore made is people's: they are told of it, and say whether it is finished or dropped. */
	if (strcmp(scratch->purpose, "restore") == 0) {
		words_done(&dead);
		return;
	}
	bool is_asked = ask(scratch, &r);
	/* The sessions of a killed run end by themselves in a moment. */
	for (int waited = 0; is_asked && waited < SETTLE_MS && has_unsettled(scratch, r, &dead); waited += LOOK_MS) {
		task_sleep(LOOK_MS);
		result_free(r);
		r = NULL;
		is_asked = ask(scratch, &r);
	}
	for (int i = 0; is_asked && i < result_rows(r); i++) {
		const char *dbname = result_text(r, i, 0);
		bool is_certain = words_has(&dead, dbname);
		if (!is_ours(scratch, r, i) || is_alive_here(scratch, dbname))
			continue;
		if (is_certain || result_int(r, i, result_column(r, "clients"), 0) == 0)
			drop(scratch, dbname, is_certain);
		else
			report_log(scratch->report,
			    "%s seems to be left by an interrupted %s, but somebody is connected to it: it stays", dbname,
			    scratch_noun(scratch));
	}
	result_free(r);
	words_done(&dead);
}
