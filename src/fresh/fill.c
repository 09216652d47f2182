/* What a reset leaves for the next one: the old database dropped, a template kept, a spare clone ready. See
 * reset_internal.h and fresh/reset.h. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "pgtend/core/mem.h"
#include "pgtend/core/places.h"
#include "pgtend/loop/child.h"
#include "pgtend/loop/task.h"
#include "pgtend/fresh/copies.h"
#include "reset_internal.h"
#include "snapshot_internal.h"

/* --- dropping ------------------------------------------------------------------------------------------------------ */

void fresh_drop(struct fresh *fresh, const char *dbname, const char *why)
{
	struct err trouble = {0};
	if (beside_drop_wait(&fresh->beside, dbname, true, &trouble))
		report_log(fresh->report, "dropped %s, %s", dbname, why);
	else
		report_log(fresh->report, "%s stays, and the next reset drops it: %s", dbname, trouble.text);
	if (session_state(fresh->keeper) == SESSION_READY)
		copy_let_go_wait(fresh->keeper, dbname);
}

void fresh_drop_old(struct fresh *fresh)
{
	struct err trouble = {0};
	report_step(fresh->report, "dropping what was put aside");
	if (fresh_look(fresh, &trouble))
		(void)copies_mend(&fresh->beside, &fresh->copies);
	else
		report_log(fresh->report, "what was put aside is not looked for: %s", trouble.text);
}

/* --- templates and spares of other states --------------------------------------------------------------------------- */

/* One that was cloned from a template of before is as old as that. */
static bool is_of_use(const struct fresh *fresh, const struct copy *spare)
{
	const struct copy *template = fresh_template(fresh);
	return spare->is_whole && spare->digest && strcmp(spare->digest, fresh->digest) == 0 && template &&
	       spare->made_us >= template->made_us;
}

/* Of one state only the newest template is of use. */
static const char *why_stale(const struct fresh *fresh, const struct copy *copy)
{
	const struct copy *template = fresh_template(fresh);
	if (!copy->is_ours || copy->is_held || !copy->is_whole)
		return NULL;
	if (copy->kind == COPY_SPARE && !is_of_use(fresh, copy))
		return "a clone of another state";
	return copy->kind == COPY_TEMPLATE && template && template != copy && copy->digest &&
	               strcmp(copy->digest, fresh->digest) == 0
	           ? "another template of its state is newer"
	           : NULL;
}

static void drop_stale(struct fresh *fresh)
{
	struct err ignored = {0};
	for (int i = 0; i < fresh->copies.count; i++) {
		const struct copy *copy = &fresh->copies.v[i];
		const char *why = why_stale(fresh, copy);
		if (why && copy_hold_wait(fresh->keeper, copy->dbname, &ignored))
			fresh_drop(fresh, copy->dbname, why);
	}
}

/* templates_keep, templates_disk. */
static void prune(struct fresh *fresh)
{
	static const struct prune_request request = {.leaves_lost = true};
	struct report report = {0};
	struct err trouble = {0};
	if (!copies_prune(fresh->fleet, fresh->database, &request, &report, &trouble))
		report_log(fresh->report, "templates are not pruned: %s", trouble.text);
	for (size_t i = 0; i < report.log.count; i++)
		report_log(fresh->report, "%s", report.log.v[i]);
	report_done(&report);
}

/* --- filling -------------------------------------------------------------------------------------------------------- */

static const struct copy *spare_of_tree(const struct fresh *fresh)
{
	for (int i = 0; i < fresh->copies.count; i++) {
		const struct copy *copy = &fresh->copies.v[i];
		if (copy->kind == COPY_SPARE && is_of_use(fresh, copy))
			return copy;
	}
	return NULL;
}

static bool make_template(struct fresh *fresh, struct made *made, bool *is_good, struct err *err)
{
	const struct copy *kept = fresh_template(fresh);
	*is_good = true;
	if (kept) {
		*made = (struct made){.dbname = mem_copy(kept->dbname), .oid = kept->oid, .bytes = kept->bytes, .is_closed = true};
		return true;
	}
	if (!fresh_build(fresh, made, err))
		return false;
	*is_good = fresh_may_keep(fresh, made->bytes);
	if (*is_good && !fresh_keep(fresh, made, is_good, err))
		return false;
	if (!*is_good)
		fresh_drop(fresh, made->dbname, "it cannot be kept as a template");
	return true;
}

static bool make_spare(struct fresh *fresh, const struct made *template, struct err *err)
{
	struct made spare = {0};
	if (template->bytes > 0 && !fresh_may_keep(fresh, 2 * template->bytes))
		return true;
	if (!fresh_clone(fresh, template, &spare, err))
		return false;
	copy_let_go_wait(fresh->keeper, spare.dbname);
	report_log(fresh->report, "%s stands ready", spare.dbname);
	made_done(&spare);
	return true;
}

static bool fill(struct fresh *fresh, struct err *err)
{
	struct made template = {0};
	bool is_good = true, is_done;
	fresh_drop_old(fresh);
	if (!section_bool(fresh->database->section, "templates")) {
		report_log(fresh->report, "templates = no: none is made");
		return true;
	}
	if (!fresh_wait_for_others(fresh, err))
		return false;
	drop_stale(fresh);
	is_done = make_template(fresh, &template, &is_good, err) &&
	          (!is_good || spare_of_tree(fresh) || make_spare(fresh, &template, err));
	made_done(&template);
	if (is_done)
		prune(fresh);
	return is_done;
}

/* Who began it behind a verb has ended meanwhile, and took it along: nobody gave it up. The next one must find the lock free. */
static void go_on_alone(struct fresh *fresh, const char *lock)
{
	task_shield();
	if (fresh->keeper && session_state(fresh->keeper) == SESSION_READY)
		copy_let_go_wait(fresh->keeper, lock);
	(void)!fresh_start_filling(fresh);
	task_unshield();
}

bool fresh_fill(struct fleet *fleet, struct database *database, struct report *report, struct err *err)
{
	bool was_staying = fleet->is_staying;
	static const struct reset_options options = {0};
	struct fresh fresh = {.fleet = fleet, .database = database, .report = report, .options = &options, .verb = "templates", .with_bytes = true};
	char *name = mem_format("pgtend fill of %s", database->dbname), before[DIGEST_SIZE] = "";
	bool is_good = fresh_begin(&fresh, err);
	if (is_good && !copy_hold_wait(fresh.keeper, name, err)) {
		is_good = err->kind == ERR_LOCKED;
		if (is_good)
			report_summary(report, "another pgtend is filling the templates of %s", database->name);
	} else {
		/* The working tree may have moved on meanwhile; who came then has left it to us. */
		while (is_good && strcmp(before, fresh.digest) != 0) {
			memcpy(before, fresh.digest, sizeof before);
			is_good = fill(&fresh, err) && fresh_digest(database, fresh.beside.settings, NULL, false, fresh.digest, err);
		}
		if (is_good && section_bool(database->section, "templates"))
			report_summary(report, "the next reset of %s finds what it needs", database->name);
	}
	if (!is_good && err->kind == ERR_CANCELLED && was_staying && !fleet->is_staying)
		go_on_alone(&fresh, name);
	fresh_done(&fresh);
	mem_free(name);
	return is_good;
}

/* --- as a process of its own ----------------------------------------------------------------------------------------- */

static int open_log(const struct database *database, char **path, struct err *err)
{
	char *folder = places_state("fresh"), *json = database_state_path(database, "fresh", NULL);
	int fd = -1;
	*path = mem_format("%.*s.log", (int)(strlen(json) - strlen(".json")), json);
	mem_free(json);
	if (places_make_folder(folder, err)) {
		fd = open(*path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
		if (fd < 0)
			err_set(err, ERR_FAILED, "%s: %s", *path, strerror(errno));
	}
	mem_free(folder);
	return fd;
}

/* A configuration that was found is found again, and believed as far as it was; a pipe cannot be read twice, and a URL
 * has no place in arguments. */
static bool config_words(const struct config *config, const char *argv[2])
{
	struct stat info;
	const char *path = config_path(config);
	if (!path || stat(path, &info) != 0 || !S_ISREG(info.st_mode))
		return false;
	if (config_is_given(config)) {
		argv[0] = "-c";
		argv[1] = path;
	}
	return true;
}

bool fresh_start_filling(const struct fresh *fresh)
{
	char program[PATH_MAX], *log = NULL;
	const char *given[2] = {0};
	struct err trouble = {0};
	ssize_t length = readlink("/proc/self/exe", program, PATH_MAX - 1);
	if (length <= 0 || !config_words(fresh->database->config, given))
		return false;
	program[length] = 0;
	const char *argv[8] = {program};
	int count = 1;
	for (int i = 0; i < 2 && given[i]; i++)
		argv[count++] = given[i];
	argv[count++] = "templates";
	argv[count++] = "fill";
	argv[count++] = fresh->database->name;
	int fd = open_log(fresh->database, &log, &trouble);
	const struct child_spec spec = {.argv = argv, .stdout_fd = fd, .stderr_fd = fd, .is_detached = true};
	struct child *child = fd >= 0 ? child_start(fresh->fleet->loop, &spec, &trouble) : NULL;
	if (child)
		child_forget(child);
	else
		report_log(fresh->report, "no spare is made in the background: %s", trouble.text);
	if (fd >= 0)
		close(fd);
	mem_free(log);
	return child != NULL;
}
