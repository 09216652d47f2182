/* The copy: pg_dump of the source into a file of ours, which goes into the scratch database. See rehearse_internal.h.
 *
 * What the copy is made of and filled with is restore/fill.h's. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "pgtend/core/mem.h"
#include "pgtend/core/places.h"
#include "pgtend/core/units.h"
#include "pgtend/loop/task.h"
#include "pgtend/sql_embedded.h"
#include "rehearse_internal.h"

/* --- the source ---------------------------------------------------------------------------------------------- */

bool source_ask(struct session *session, struct source_facts *facts, struct err *err)
{
	struct result *r = NULL;
	memset(facts, 0, sizeof *facts);
	bool is_done = session_query_wait(session, sql_rehearse_source, NULL, 0, SCRATCH_DEADLINE_MS, &r, err);
	if (is_done) {
		struct words pairs = {0};
		facts->bytes = result_int(r, 0, result_column(r, "bytes"), 0);
		facts->data_directory = mem_copy(result_text(r, 0, result_column(r, "data_directory")));
		facts->started = mem_copy(result_text(r, 0, result_column(r, "started")));
		facts->is_super = result_bool(r, 0, result_column(r, "is_super"));
		facts->is_restoring = result_bool(r, 0, result_column(r, "is_restoring"));
		const char *extensions = result_text(r, 0, result_column(r, "extensions"));
		words_split(&pairs, extensions ? extensions : "", "\n");
		for (size_t i = 0; i < pairs.count; i++) {
			size_t length = strcspn(pairs.v[i], " ");
			words_take(&facts->extensions, mem_copy_n(pairs.v[i], length));
			/* Its catalog is of one version; all others may be newer there. */
			bool is_exact = strcmp(facts->extensions.v[i], "timescaledb") == 0;
			words_add(&facts->needed_versions, is_exact ? pairs.v[i] + length + (pairs.v[i][length] == ' ') : "");
		}
		words_done(&pairs);
	}
	result_free(r);
	return is_done;
}

void source_done(struct source_facts *facts)
{
	mem_free(facts->data_directory);
	mem_free(facts->started);
	words_done(&facts->extensions);
	words_done(&facts->needed_versions);
	memset(facts, 0, sizeof *facts);
}

/* --- before anything is made ------------------------------------------------------------------------------------ */

static const char no_room[] = "--schema-only copies no rows; --on SERVER makes the scratch database elsewhere";

static bool has_room(const char *folder, int64_t needs_bytes, const char *what, struct err *err)
{
	struct statvfs info;
	if (!folder || statvfs(folder, &info) != 0)
		return true;
	int64_t left = (int64_t)info.f_bavail * (int64_t)info.f_frsize;
	char has[UNITS_SIZE], needs[UNITS_SIZE];
	if (left >= needs_bytes)
		return true;
	err_set(err, ERR_FAILED, "%s has %s left, and %s needs about %s", folder, units_bytes(has, left), what,
	    units_bytes(needs, needs_bytes));
	return err_hint(err, "%s", no_room);
}

bool rehearse_check(
    struct scratch *scratch, const struct source_facts *facts, bool is_schema_only, struct err *err)
{
	if (facts->is_restoring) {
		err_set(err, ERR_FAILED,
		    "%s stands in the middle of a restore (timescaledb.restoring is on): a copy would lack rows",
		    scratch->source->name);
		return err_hint(err, "end it first: SELECT timescaledb_post_restore()");
	}
	struct restore_needs needs = {
	    .extensions = &facts->extensions,
	    .versions = &facts->needed_versions,
	    .server_major = scratch->source->server->version_num / 10000,
	    .bytes = is_schema_only ? -1 : facts->bytes,
	    .started = facts->started ? facts->started : "",
	    .hint = no_room,
	};
	if (!scratch_check(scratch, &needs, err))
		return false;
	char *folder = places_cache("rehearse");
	bool is_good =
	    places_make_folder(folder, err) && (is_schema_only || has_room(folder, facts->bytes / 2, "the dump", err));
	mem_free(folder);
	return is_good;
}

/* --- the children --------------------------------------------------------------------------------------------------
 */

struct copying {
	struct scratch *scratch;
	int dump_fd;
	int64_t expected_bytes;
};

static void started(pid_t pid, void *arg)
{
	const struct copying *copying = arg;
	scratch_note_child(copying->scratch, "pg_dump", pid);
}

static void tick(void *arg)
{
	const struct copying *copying = arg;
	struct stat info;
	if (fstat(copying->dump_fd, &info) != 0)
		return;
	int64_t done = info.st_size, all = copying->expected_bytes;
	report_progress(copying->scratch->report, done, done > all && all > 0 ? done : all, "bytes");
}

/* Rows stay out, but for the history's and pgtend's own, without which the plan would be another one. Of whole schemas
 * where nothing is kept, so that thousands of chunks make no thousands of words. What extensions keep in their own
 * tables (TimescaleDB's catalog) is no table's data to pg_dump's
 * --exclude-table-data as long as it is not named. */
static bool exclude_rows(const struct ledger *ledger, struct session *source, struct words *argv, struct err *err)
{
	const char *params[] = {ledger->history_schema, ledger->history_table};
	struct result *r = NULL;
	bool is_done = session_query_wait(source, sql_rehearse_exclude, params, 2, SCRATCH_DEADLINE_MS, &r, err);
	for (int i = 0; is_done && i < result_rows(r); i++)
		words_take(argv, mem_format("--exclude-table-data=%s", result_text(r, i, 0)));
	result_free(r);
	return is_done;
}

static bool dump_arguments(const struct scratch *scratch, const struct ledger *ledger, const struct dump_tools *tools,
    bool is_schema_only, struct session *source, struct words *argv, struct err *err)
{
	words_add(argv, tools->pg_dump);
	words_add(argv, "--format=custom");
	words_add(argv, "--compress=1");
	words_add(argv, "--no-subscriptions");
	double seconds = section_seconds(scratch->source->section, "lock_timeout");
	if (seconds > 0 && seconds < INT_MAX / 1000.0)
		words_take(argv, mem_format("--lock-wait-timeout=%d", (int)(seconds * 1000.0)));
	if (!is_schema_only)
		return true;
	words_add(argv, "--no-blobs");
	return exclude_rows(ledger, source, argv, err);
}

static bool run_dump(struct copying *copying, const struct dump_tools *tools, const struct words *argv, struct err *err)
{
	struct scratch *scratch = copying->scratch;
	const struct database *database = scratch->source;
	char *hint = mem_format("pgtend activity %s", database->name);
	struct dump_run run = {
	    .loop = scratch->fleet->loop,
	    .info = database->direct ? database->direct : database->info,
	    .application = "pgtend rehearse",
	    .argv = argv,
	    .stdout_fd = copying->dump_fd,
	    .disk = "the disk of the cache folder",
	    .locked_hint = hint,
	    .started = started,
	    .tick = tick,
	    .arg = copying,
	    .report = scratch->report,
	};
	report_step(scratch->report, "pg_dump %d of %s", tools->major, database->name);
	bool is_done = dump_run(&run, NULL, err);
	mem_free(hint);
	return is_done;
}

static bool dump(struct scratch *scratch, const struct ledger *ledger, const struct source_facts *facts,
    const struct dump_tools *tools, bool is_schema_only, struct session *source, struct err *err)
{
	struct words argv = {0};
	struct copying copying = {.scratch = scratch, .expected_bytes = is_schema_only ? 0 : facts->bytes};
	bool is_done = dump_arguments(scratch, ledger, tools, is_schema_only, source, &argv, err);
	copying.dump_fd = is_done ? open(scratch->dump_path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600) : -1;
	if (is_done && copying.dump_fd < 0)
		is_done = err_set(err, ERR_FAILED, "%s: cannot be made: %s", scratch->dump_path, strerror(errno));
	is_done = is_done && run_dump(&copying, tools, &argv, err);
	if (copying.dump_fd >= 0)
		close(copying.dump_fd);
	words_done(&argv);
	return is_done;
}

bool rehearse_fill(struct scratch *scratch, const struct ledger *ledger, const struct source_facts *facts,
    const struct dump_tools *tools, bool is_schema_only, struct session *source, struct err *err)
{
	struct restored restored = {0};
	bool keeps_owners = scratch->is_super && !scratch->is_elsewhere;
	struct fill_options fill = {
	    .tools = tools, .jobs = RESTORE_JOBS, .no_owner = !keeps_owners, .is_schema_only = is_schema_only};
	if (!keeps_owners)
		report_log(scratch->report,
		    "the copy belongs to the role that makes it: %s; what owners and grants would forbid is not rehearsed",
		    scratch->is_elsewhere ? "another server may not have the roles"
		                          : "only a superuser may give the objects to their owners");
	bool is_done = dump(scratch, ledger, facts, tools, is_schema_only, source, err) &&
	               scratch_is_kept(scratch, err) &&
	               scratch_fill(scratch, scratch->dump_path, &fill, &restored, err);
	restored_done(&restored);
	unlink(scratch->dump_path);
	return is_done;
}
