/* The filling, from the dump's list to the statistics. See restore/fill.h. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "pgtend/core/mem.h"
#include "pgtend/loop/task.h"
#include "plain_fill.h"
#include "restore_internal.h"

/* --- one run of pg_restore ----------------------------------------------------------------------------------------- */

enum { MEMORY_MB = 256, ASK_EVERY = 4 /* ticks, of half a second */, ASK_DEADLINE_MS = 5000, MOMENT_MS = 20 };

static void started(pid_t pid, void *arg)
{
	const struct filling *filling = arg;
	scratch_note_child(filling->scratch, "pg_restore", pid);
}

static void sized(struct result **result, const struct err *err, void *arg)
{
	struct filling *filling = arg;
	int64_t bytes = err->kind == ERR_NONE && *result ? result_int(*result, 0, 0, 0) : 0;
	int64_t all = filling->options->bytes > 0 ? filling->options->bytes : 0;
	filling->is_asked = false;
	if (bytes > 0)
		report_progress(filling->scratch->report, bytes, bytes > all && all > 0 ? bytes : all, "bytes");
}

/* pg_restore says nothing while it works; the size of what it fills does. */
static void tick(void *arg)
{
	struct filling *filling = arg;
	if (filling->is_asked || filling->ticks++ % ASK_EVERY != 0)
		return;
	const char *params[] = {filling->scratch->dbname};
	struct request request = {
	    .sql = "SELECT pg_catalog.pg_database_size($1::name)",
	    .params = params,
	    .param_count = 1,
	    .deadline_ms = ASK_DEADLINE_MS,
	    .fn = sized,
	    .arg = filling,
	};
	filling->is_asked = true;
	session_submit(filling->scratch->keeper, &request);
}

static void add_options(const struct scratch *scratch, const struct fill_options *options, struct words *argv)
{
	words_add(argv, "--exit-on-error");
	if (!options->keeps_tablespaces)
		words_add(argv, "--no-tablespaces");
	if (options->no_owner) {
		words_add(argv, "--no-owner");
		words_add(argv, "--no-privileges");
	}
	if (options->no_owner && !(scratch->is_super && strcmp(scratch->purpose, "restore") == 0)) {
		words_add(argv, "--no-publications");
		words_add(argv, "--no-security-labels");
	}
	if (options->role)
		words_take(argv, mem_format("--role=%s", options->role));
}

/* Sorts in memory what fits into it: of all settings this one makes the most of a restore's time. No entry waits for its
 * commit to reach the disk: the last transaction of ours, which gives the name, does, and with it all before. */
static struct conninfo *address(const struct filling *filling)
{
	struct err ignored = {0};
	struct conninfo *info = conninfo_copy(filling->scratch->info);
	const char *given = conninfo_effective(info, "options");
	struct text options = {0};
	text_addf(&options, "%s%s-c synchronous_commit=off", given ? given : "", given ? " " : "");
	if (filling->raises_memory)
		text_addf(&options, " -c maintenance_work_mem=%dMB", MEMORY_MB);
	if (!conninfo_set(info, "options", text_str(&options), &ignored))
		report_log(filling->scratch->report, "%s", ignored.text);
	text_done(&options);
	return info;
}

/* A pg_restore in a container reads the dump from its standard input: one connection, and no choice of entries. */
static void add_what(const struct filling *filling, const char *section, int jobs, struct words *argv)
{
	const struct scratch *scratch = filling->scratch;
	if (section)
		words_take(argv, mem_format("--section=%s", section));
	if (filling->is_fed) {
		if (!scratch->is_super && !filling->options->no_owner)
			words_add(argv, "--no-comments");
		if (strcmp(scratch->purpose, "restore") != 0)
			words_add(argv, "--no-subscriptions");
		return;
	}
	words_take(argv, mem_format("--dbname=%s", scratch->dbname));
	if (filling->has_rows)
		return;
	if (jobs > 1)
		words_take(argv, mem_format("--jobs=%d", jobs));
	words_add(argv, "--use-list=/dev/stdin");
	words_add(argv, filling->contents->path);
}

static int open_input(const struct filling *filling, const char *list, struct err *err)
{
	if (filling->has_rows)
		return fcntl(filling->rows_fd, F_DUPFD_CLOEXEC, 0);
	if (!filling->is_fed)
		return contents_memory(list, err);
	int fd = open(filling->contents->path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		err_set(err, ERR_FAILED, "%s: cannot be read: %s", filling->contents->path, strerror(errno));
	return fd;
}

static bool run(struct filling *filling, const struct words *argv, int in_fd, struct err *err)
{
	struct scratch *scratch = filling->scratch;
	const struct dump_tools *tools = filling->options->tools;
	struct conninfo *info = address(filling);
	char *application = mem_format("pgtend %s", scratch->purpose);
	struct dump_run run = {
	    .loop = scratch->fleet->loop,
	    .info = info,
	    .application = application,
	    .argv = argv,
	    .client = filling->is_fed ? &tools->client : NULL,
	    .stdin_fd = in_fd,
	    .has_stdin = true,
	    .stdout_fd = -1,
	    .disk = "the disk of the server",
	    .started = started,
	    .tick = tick,
	    .arg = filling,
	    .report = scratch->report,
	};
	bool is_done = dump_run(&run, NULL, err) || err_prefix(err, "filling %s on %s", scratch->dbname, scratch->where);
	while (filling->is_asked)
		task_sleep(MOMENT_MS);
	mem_free(application);
	conninfo_free(info);
	return is_done;
}

/* A dump of a server that is newer than the new one, a role that is not there, an extension that only a superuser may
 * make: any of it ends the run, because what comes of it is not what was dumped. */
bool filling_run(struct filling *filling, const char *section, const char *list, int jobs, struct err *err)
{
	struct words argv = {0};
	int in_fd = scratch_is_kept(filling->scratch, err) ? open_input(filling, list, err) : -1;
	if (in_fd < 0)
		return false;
	words_add(&argv, filling->options->tools->pg_restore);
	add_options(filling->scratch, filling->options, &argv);
	add_what(filling, section, jobs, &argv);
	bool is_done = run(filling, &argv, in_fd, err);
	words_done(&argv);
	close(in_fd);
	return is_done;
}

/* --- which entries --------------------------------------------------------------------------------------------------- */

/* An extension's comment is its owner's, a superuser. */
static bool is_for_superusers(const char *line)
{
	return contents_is(line, "COMMENT - EXTENSION ") || contents_is(line, "EVENT TRIGGER ") ||
	       contents_is(line, "COMMENT - EVENT TRIGGER ") || contents_is(line, "PUBLICATION ") ||
	       contents_is(line, "SUBSCRIPTION ");
}

/* What of it people will miss. */
static void say_left_out(const struct filling *filling)
{
	const struct scratch *scratch = filling->scratch;
	const struct words *entries = &filling->contents->entries;
	for (size_t i = 0; !scratch->is_super && strcmp(scratch->purpose, "restore") == 0 && i < entries->count; i++)
		if (is_for_superusers(entries->v[i]) && !contents_is(entries->v[i], "COMMENT - EXTENSION "))
			report_log(scratch->report, "left out, because only a superuser may make it: %s", contents_words(entries->v[i]));
}

bool filling_takes(const char *line, const void *arg)
{
	const struct filling *filling = arg;
	const struct scratch *scratch = filling->scratch;
	if (!scratch->is_super && is_for_superusers(line))
		return false;
	/* What belongs to the database has been given, or is given at the end. */
	if (contents_is(line, "DATABASE ") || contents_is(line, "DATABASE PROPERTIES ") ||
	    contents_is(line, "ACL - DATABASE ") || contents_is(line, "COMMENT - DATABASE "))
		return false;
	/* It would keep the scratch database from being dropped. */
	return strcmp(scratch->purpose, "restore") == 0 || !contents_is(line, "SUBSCRIPTION ");
}

bool filling_psql(struct filling *filling, struct err *err)
{
	struct scratch *scratch = filling->scratch;
	const struct plain_fill_options options = {
	    .server_version = session_server_version(scratch->keeper),
	    .no_owner = filling->options->no_owner,
	    .no_comments = !scratch->is_super,
	    .role = filling->options->role,
	};
	return plain_fill(scratch, filling->contents->plain, &options, err);
}

bool filling_step(struct filling *filling, const char *section, int jobs, struct err *err)
{
	char *list = contents_list(filling->contents, filling_takes, filling);
	bool is_done = filling_run(filling, section, list, jobs, err);
	mem_free(list);
	return is_done;
}

static bool fill(struct filling *filling, struct err *err)
{
	struct scratch *scratch = filling->scratch;
	if (filling->contents->plain)
		return filling->contents->has_timescale ? timescale_fill(filling, err) : filling_psql(filling, err);
	report_step(scratch->report, "pg_restore %d into %s", filling->options->tools->major, scratch->dbname);
	if (filling->contents->has_timescale)
		return timescale_fill(filling, err);
	say_left_out(filling);
	return filling->contents->packed ? packed_fill(filling, err) : filling_step(filling, NULL, filling->options->jobs, err);
}

static bool make(const struct filling *filling, struct err *err)
{
	const struct fill_options *options = filling->options;
	const struct contents *contents = filling->contents;
	const char *owner = options->role ? options->role : options->no_owner ? NULL : contents->owner;
	const char *form = contents->form ? contents->form : " TEMPLATE template0";
	char *whole = options->keeps_tablespaces && contents->form_tablespace
	                  ? mem_format("%s TABLESPACE = %s", form, contents->form_tablespace)
	                  : mem_copy(form);
	bool is_made = scratch_make(filling->scratch, whole, owner, err);
	mem_free(whole);
	return is_made;
}

/* Never less than the server gives by itself. */
static bool weigh_memory(struct filling *filling, struct err *err)
{
	struct result *r = NULL;
	bool is_done = session_query_wait(filling->scratch->keeper,
	    "SELECT pg_catalog.pg_size_bytes(pg_catalog.current_setting('maintenance_work_mem'))", NULL, 0,
	    SCRATCH_DEADLINE_MS, &r, err);
	filling->raises_memory = is_done && result_int(r, 0, 0, 0) < (int64_t)MEMORY_MB << 20;
	result_free(r);
	return is_done;
}

static bool make_statistics(struct scratch *scratch, struct err *err)
{
	report_step(scratch->report, "statistics of %s", scratch->dbname);
	return scratch_ask(scratch, "ANALYZE", err);
}

/* --- rows counted and statistics made, side by side where there are two connections ------------------------------- */

struct making {
	struct scratch *scratch;
	struct task *task, *waiter;
	bool is_made, is_ended;
	struct err err;
};

static void make_beside(void *arg)
{
	struct making *making = arg;
	making->is_made = scratch_ask(making->scratch, "ANALYZE", &making->err);
}

static void made(void *arg)
{
	struct making *making = arg;
	making->is_ended = true;
	if (making->waiter)
		task_wake(making->waiter);
}

static bool wait_for_statistics(struct making *making, bool is_wanted, struct err *err)
{
	bool is_told = false;
	making->waiter = task_self();
	while (!making->is_ended) {
		if (!is_told && (!is_wanted || task_is_cancelled())) {
			task_cancel(making->task);
			is_told = true;
		}
		task_wait();
	}
	if (is_wanted && !making->is_made)
		*err = making->err;
	return is_wanted && making->is_made;
}

static bool count_and_analyze(struct filling *filling, struct err *err)
{
	struct scratch *scratch = filling->scratch;
	struct making making = {.scratch = scratch};
	making.task = task_start(scratch->fleet->loop, make_beside, made, &making);
	bool is_counted = restore_count(scratch, filling->options->counts, filling->restored, err);
	return wait_for_statistics(&making, is_counted, err);
}

/* TimescaleDB's rows are counted before its last step, and its statistics made after it. */
static bool finish(struct filling *filling, struct err *err)
{
	const struct fill_options *options = filling->options;
	struct scratch *scratch = filling->scratch;
	if (options->counts_rows && !options->is_schema_only && options->jobs > 1 && !filling->contents->has_timescale)
		return count_and_analyze(filling, err);
	return (!options->counts_rows || restore_count(scratch, options->counts, filling->restored, err)) &&
	       (!filling->contents->has_timescale || timescale_end(filling, err)) &&
	       (options->is_schema_only || make_statistics(scratch, err));
}

bool filling_do(struct filling *filling, struct err *err)
{
	const struct fill_options *options = filling->options;
	struct scratch *scratch = filling->scratch;
	filling->is_fed = options->tools->is_restore_in_client;
	return weigh_memory(filling, err) && make(filling, err) && fill(filling, err) &&
	       finish(filling, err) && scratch_is_kept(scratch, err);
}

bool scratch_fill(struct scratch *scratch, const char *path, const struct fill_options *options,
    struct restored *restored, struct err *err)
{
	struct contents contents = {0};
	struct filling filling = {.scratch = scratch, .options = options, .restored = restored, .contents = &contents};
	bool is_done = contents_read(scratch->fleet->loop, path, options->tools, scratch->report, &contents, err) &&
	               filling_do(&filling, err) && settings_give(scratch, &contents, false, NULL, err);
	contents_done(&contents);
	return is_done;
}
