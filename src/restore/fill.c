/* The filling, from the dump's list to the statistics. See restore/fill.h. */
#include <string.h>
#include <unistd.h>

#include "pgtend/core/mem.h"
#include "restore_internal.h"

/* --- one run of pg_restore ----------------------------------------------------------------------------------------- */

static void started(pid_t pid, void *arg)
{
	scratch_note_child(arg, "pg_restore", pid);
}

static void add_options(const struct scratch *scratch, const struct fill_options *options, struct words *argv)
{
	words_take(argv, mem_format("--dbname=%s", scratch->dbname));
	words_add(argv, "--exit-on-error");
	words_add(argv, "--no-tablespaces");
	if (options->no_owner) {
		words_add(argv, "--no-owner");
		words_add(argv, "--no-privileges");
		words_add(argv, "--no-publications");
		words_add(argv, "--no-security-labels");
	}
	if (options->role)
		words_take(argv, mem_format("--role=%s", options->role));
}

/* A dump of a server that is newer than the new one, a role that is not there, an extension that only a superuser may
 * make: any of it ends the run, because what comes of it is not what was dumped. */
bool filling_run(const struct filling *filling, const char *section, const char *list, int jobs, struct err *err)
{
	struct scratch *scratch = filling->scratch;
	struct words argv = {0};
	int list_fd = contents_memory(list, err);
	if (list_fd < 0)
		return false;
	words_add(&argv, filling->options->tools->pg_restore);
	add_options(scratch, filling->options, &argv);
	if (section)
		words_take(&argv, mem_format("--section=%s", section));
	if (jobs > 1)
		words_take(&argv, mem_format("--jobs=%d", jobs));
	words_add(&argv, "--use-list=/dev/stdin");
	words_add(&argv, filling->contents.path);
	char *application = mem_format("pgtend %s", scratch->purpose);
	struct dump_run run = {
	    .loop = scratch->fleet->loop,
	    .info = scratch->info,
	    .application = application,
	    .argv = &argv,
	    .stdin_fd = list_fd,
	    .has_stdin = true,
	    .stdout_fd = -1,
	    .disk = "the disk of the server",
	    .started = started,
	    .arg = scratch,
	    .report = scratch->report,
	};
	bool is_done = scratch_is_kept(scratch, err) &&
	               (dump_run(&run, NULL, err) || err_prefix(err, "filling %s on %s", scratch->dbname, scratch->where));
	mem_free(application);
	words_done(&argv);
	(void)close(list_fd);
	return is_done;
}

/* --- which entries --------------------------------------------------------------------------------------------------- */

bool filling_takes(const char *line, const void *arg)
{
	const struct filling *filling = arg;
	const struct scratch *scratch = filling->scratch;
	/* Its comment is its owner's, a superuser. */
	if (!scratch->is_super && contents_is(line, "COMMENT - EXTENSION "))
		return false;
	/* What belongs to the database has been given, or is given at the end. */
	if (contents_is(line, "DATABASE ") || contents_is(line, "DATABASE PROPERTIES ") ||
	    contents_is(line, "ACL - DATABASE ") || contents_is(line, "COMMENT - DATABASE "))
		return false;
	/* It would keep the scratch database from being dropped. */
	return strcmp(scratch->purpose, "restore") == 0 || !contents_is(line, "SUBSCRIPTION ");
}

static bool fill(const struct filling *filling, struct err *err)
{
	struct scratch *scratch = filling->scratch;
	report_step(scratch->report, "pg_restore %d into %s", filling->options->tools->major, scratch->dbname);
	if (filling->contents.has_timescale)
		return timescale_fill(filling, err);
	char *list = contents_list(&filling->contents, filling_takes, filling);
	bool is_done = filling_run(filling, NULL, list, filling->options->jobs, err);
	mem_free(list);
	return is_done;
}

bool scratch_fill(struct scratch *scratch, const char *path, const struct fill_options *options,
    struct restored *restored, struct err *err)
{
	struct filling filling = {.scratch = scratch, .options = options, .restored = restored};
	const bool is_for_people = strcmp(scratch->purpose, "restore") == 0;
	if (!contents_read(scratch->fleet->loop, path, options->tools, scratch->report, &filling.contents, err))
		return false;
	const char *owner = options->role ? options->role : options->no_owner ? NULL : filling.contents.owner;
	bool is_done = scratch_make(scratch, filling.contents.form ? filling.contents.form : " TEMPLATE template0", owner, err) &&
	               fill(&filling, err);
	if (is_done && !options->is_schema_only) {
		report_step(scratch->report, "statistics of %s", scratch->dbname);
		is_done = scratch_ask(scratch, "ANALYZE", err);
	}
	is_done = is_done && settings_give(scratch, &filling.contents, is_for_people, err);
	contents_done(&filling.contents);
	return is_done;
}
