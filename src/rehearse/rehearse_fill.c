/* The copy: pg_dump of the source into a file of ours, pg_restore of it into the scratch database. See
 * rehearse_internal.h.
 *
 * TimescaleDB's databases have an order of their own (measured): the extension first, in the same version and as the
 * first thing of a session; timescaledb_pre_restore(); one pg_restore, never with -j; the jobs of the copy switched
 * off, because the scheduler would run retention in it at once; timescaledb_post_restore(). */
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
#include "pgtend/loop/orphan.h"
#include "pgtend/loop/task.h"
#include "pgtend/sql_embedded.h"
#include "rehearse_internal.h"

/* --- the source ---------------------------------------------------------------------------------------------- */

bool source_ask(struct session *session, struct source_facts *facts, struct err *err)
{
	struct result *r = NULL;
	memset(facts, 0, sizeof *facts);
	bool is_done = session_query_wait(session, sql_rehearse_source, NULL, 0, REHEARSE_DEADLINE_MS, &r, err);
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
			words_add(&facts->versions, pairs.v[i] + length + (pairs.v[i][length] == ' '));
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
	words_done(&facts->versions);
	memset(facts, 0, sizeof *facts);
}

static const char *timescale_version(const struct source_facts *facts)
{
	for (size_t i = 0; i < facts->extensions.count; i++)
		if (strcmp(facts->extensions.v[i], "timescaledb") == 0)
			return facts->versions.v[i];
	return NULL;
}

/* --- before anything is made ------------------------------------------------------------------------------------ */

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
	return err_hint(err, "--schema-only copies no rows; --on SERVER makes the scratch database elsewhere");
}

/* A folder of the server's is ours to look at only when it is this machine's. */
static bool is_on_this_machine(const struct conninfo *info)
{
	struct conninfo *copy = conninfo_copy(info);
	const char *host = conninfo_effective(copy, "hostaddr");
	if (!host || !*host)
		host = conninfo_effective(copy, "host");
	bool is_here = !host || !*host || host[0] == '/' || strcmp(host, "localhost") == 0 ||
	               strncmp(host, "127.", 4) == 0 || strcmp(host, "::1") == 0;
	conninfo_free(copy);
	return is_here;
}

static bool check_target(struct scratch *scratch, const struct source_facts *facts, const struct result *r,
    bool is_schema_only, struct err *err)
{
	const char *lacks = result_text(r, 0, result_column(r, "lacks")),
	           *role = result_text(r, 0, result_column(r, "role"));
	const char *started = result_text(r, 0, result_column(r, "started"));
	int major = (int)(result_int(r, 0, result_column(r, "version_num"), 0) / 10000);
	scratch->is_super = result_bool(r, 0, result_column(r, "is_super"));
	scratch->is_elsewhere = !started || !facts->started || strcmp(started, facts->started) != 0;
	if (result_bool(r, 0, result_column(r, "is_in_recovery"))) {
		err_set(err, ERR_UNSUPPORTED, "%s is a standby: no database can be made there", scratch->where);
		return err_hint(err, "name another server with --on");
	}
	if (!result_bool(r, 0, result_column(r, "may_create"))) {
		err_set(err, ERR_FAILED, "the role %s may not create databases on %s, and a rehearsal needs one", role,
		    scratch->where);
		return err_hint(err, "as a superuser: ALTER ROLE \"%s\" CREATEDB; or rehearse elsewhere with --on", role);
	}
	if (lacks) {
		err_set(err, ERR_FAILED, "%s does not have the extension %s, which %s uses", scratch->where, lacks,
		    scratch->source->name);
		return err_hint(err, "install it there, or name another server with --on");
	}
	if (major < scratch->source->server->version_num / 10000)
		return err_set(err, ERR_FAILED,
		    "%s is PostgreSQL %d, older than the %d of %s: its dump cannot be restored there", scratch->where, major,
		    scratch->source->server->version_num / 10000, scratch->source->name);
	if (is_schema_only || !is_on_this_machine(scratch->info))
		return true;
	return has_room(result_text(r, 0, result_column(r, "data_directory")), facts->bytes, "a copy of the database", err);
}

static char *array_of(const struct words *words)
{
	struct text array = {0};
	text_add(&array, "{");
	for (size_t i = 0; i < words->count; i++) {
		text_add(&array, i > 0 ? ",\"" : "\"");
		for (const char *c = words->v[i]; *c; c++) {
			if (*c == '"' || *c == '\\')
				text_add_char(&array, '\\');
			text_add_char(&array, *c);
		}
		text_add(&array, "\"");
	}
	text_add(&array, "}");
	return text_take(&array);
}

bool scratch_check(struct scratch *scratch, const struct source_facts *facts, bool is_schema_only, struct err *err)
{
	if (facts->is_restoring) {
		err_set(err, ERR_FAILED,
		    "%s stands in the middle of a restore (timescaledb.restoring is on): a copy would lack rows",
		    scratch->source->name);
		return err_hint(err, "end it first: SELECT timescaledb_post_restore()");
	}
	char *names = array_of(&facts->extensions);
	const char *params[] = {names};
	struct result *r = NULL;
	bool is_good =
	    session_query_wait(scratch->keeper, sql_rehearse_target, params, 1, REHEARSE_DEADLINE_MS, &r, err) &&
	    check_target(scratch, facts, r, is_schema_only, err);
	result_free(r);
	mem_free(names);
	if (!is_good)
		return false;
	char *folder = places_cache("rehearse");
	is_good =
	    places_make_folder(folder, err) && (is_schema_only || has_room(folder, facts->bytes / 2, "the dump", err));
	mem_free(folder);
	return is_good;
}

/* --- the children --------------------------------------------------------------------------------------------------
 */

struct copying {
	struct scratch *scratch;
	int dump_fd; /* -1: restoring */
	int64_t expected_bytes;
	const char *who;
};

static void started(pid_t pid, void *arg)
{
	const struct copying *copying = arg;
	orphan_note(copying->scratch->lock_fd, copying->who, pid, false);
}

static void tick(void *arg)
{
	const struct copying *copying = arg;
	struct stat info;
	if (copying->dump_fd < 0 || fstat(copying->dump_fd, &info) != 0)
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
	bool is_done = session_query_wait(source, sql_rehearse_exclude, params, 2, REHEARSE_DEADLINE_MS, &r, err);
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
	struct copying copying = {
	    .scratch = scratch, .expected_bytes = is_schema_only ? 0 : facts->bytes, .who = "pg_dump"};
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

/* A dump of a server that is newer than the copy's, a role that is not there, an extension that only a superuser may
 * make: any of it, and the copy is not what the plan will meet. */
static bool restore(struct scratch *scratch, const struct dump_tools *tools, bool keeps_owners, struct err *err)
{
	struct words argv = {0};
	struct copying copying = {.scratch = scratch, .dump_fd = -1, .who = "pg_restore"};
	words_add(&argv, tools->pg_restore);
	words_take(&argv, mem_format("--dbname=%s", scratch->dbname));
	words_add(&argv, "--exit-on-error");
	words_add(&argv, "--no-tablespaces");
	if (!keeps_owners) {
		words_add(&argv, "--no-owner");
		words_add(&argv, "--no-privileges");
		words_add(&argv, "--no-publications");
		words_add(&argv, "--no-security-labels");
	}
	if (!scratch->is_super)
		words_add(&argv, "--no-comments"); /* COMMENT ON EXTENSION is its owner's, a superuser */
	words_add(&argv, scratch->dump_path);
	struct dump_run run = {
	    .loop = scratch->fleet->loop,
	    .info = scratch->info,
	    .application = "pgtend rehearse",
	    .argv = &argv,
	    .stdout_fd = -1,
	    .disk = "the disk of the server",
	    .started = started,
	    .arg = &copying,
	    .report = scratch->report,
	};
	report_step(scratch->report, "pg_restore %d into the copy", tools->major);
	bool is_done = dump_run(&run, NULL, err);
	words_done(&argv);
	return is_done || err_prefix(err, "filling the scratch database on %s", scratch->where);
}

/* --- TimescaleDB
 * ------------------------------------------------------------------------------------------------------ */

static bool ask_alone(struct scratch *scratch, const char *sql, struct err *err)
{
	struct session *session = scratch_session(scratch, "rehearse", err);
	if (!session)
		return false;
	bool is_done = session_query_wait(session, sql, NULL, 0, 0, NULL, err);
	session_free(session);
	return is_done;
}

static bool before_timescale(struct scratch *scratch, const char *version, struct err *err)
{
	char *literal = session_quote_identifier(scratch->keeper, version);
	char *sql = mem_format("CREATE EXTENSION timescaledb VERSION %s", literal);
	bool is_done = ask_alone(scratch, sql, err);
	mem_free(sql);
	mem_free(literal);
	if (!is_done) {
		err_prefix(err, "TimescaleDB %s in the copy", version);
		return err_hint(err, "the copy needs the very version of %s", scratch->source->name);
	}
	return ask_alone(scratch, "SELECT timescaledb_pre_restore()", err);
}

static bool after_timescale(struct scratch *scratch, struct err *err)
{
	return ask_alone(scratch, sql_rehearse_jobs_off, err) &&
	       ask_alone(scratch, "SELECT timescaledb_post_restore()", err);
}

bool scratch_fill(struct scratch *scratch, const struct ledger *ledger, const struct source_facts *facts,
    const struct dump_tools *tools, bool is_schema_only, struct session *source, struct err *err)
{
	const char *timescale = timescale_version(facts);
	bool keeps_owners = scratch->is_super && !scratch->is_elsewhere;
	if (!keeps_owners)
		report_log(scratch->report,
		    "the copy belongs to the role that makes it: %s; what owners and grants would forbid is not rehearsed",
		    scratch->is_elsewhere ? "another server may not have the roles"
		                          : "only a superuser may give the objects to their owners");
	if (!dump(scratch, ledger, facts, tools, is_schema_only, source, err) || !scratch_is_kept(scratch, err))
		return false;
	if (timescale && !before_timescale(scratch, timescale, err))
		return false;
	if (!restore(scratch, tools, keeps_owners, err) || (timescale && !after_timescale(scratch, err)))
		return false;
	unlink(scratch->dump_path);
	report_step(scratch->report, "statistics of the copy");
	return is_schema_only || ask_alone(scratch, "ANALYZE", err);
}
