/* See scratch/scratch.h.
 *
 * Whatever is killed at whatever moment, the next run finds what is left: the database by its name, that its maker is
 * gone by the advisory lock (taken before the database is made, held by a session that ends with pgtend), the files by
 * theirs. */
#include "pgtend/scratch/scratch.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include <openssl/rand.h>

#include "pgtend/config/trust.h"
#include "pgtend/core/mem.h"
#include "pgtend/core/places.h"
#include "pgtend/core/units.h"
#include "pgtend/loop/orphan.h"
#include "pgtend/loop/task.h"
#include "pgtend/sql_embedded.h"
#include "scratch_internal.h"

/* --- where ------------------------------------------------------------------------------------------------- */

/* pgtend_PURPOSE_ + at most 30 bytes of the section's name + _ + 8 digits: below 63. */
static char *choose_name(const char *purpose, const char *section)
{
	unsigned char bytes[4];
	char plain[31];
	size_t length = 0;
	if (RAND_bytes(bytes, sizeof bytes) != 1)
		mem_die("libcrypto gives no random bytes");
	for (const char *c = section; *c && length < sizeof plain - 1; c++)
		plain[length++] = (char)((*c >= 'a' && *c <= 'z') || (*c >= '0' && *c <= '9') ? *c
		                         : *c >= 'A' && *c <= 'Z'                             ? *c - 'A' + 'a'
		                                                                              : '_');
	plain[length] = 0;
	return mem_format("pgtend_%s_%s_%02x%02x%02x%02x", purpose, plain, bytes[0], bytes[1], bytes[2], bytes[3]);
}

static struct conninfo *address_of_server(const struct scratch *scratch, const char *on, struct err *err)
{
	const struct config *config = scratch->source->config;
	const struct section *section = config_section(config, SECTION_SERVER, on);
	if (section)
		return trust_allows_connection(config, section, err) ? config_conninfo(config, section, err) : NULL;
	if (strstr(on, "://") || strchr(on, '='))
		return conninfo_parse(on, err);
	const char *names[64];
	int count = config_count(config, SECTION_SERVER);
	if (count > 64)
		count = 64;
	for (int i = 0; i < count; i++)
		names[i] = section_name(config_at(config, SECTION_SERVER, i));
	const char *nearest = text_nearest(on, names, (size_t)count);
	err_set(
	    err, ERR_USAGE, "no [server %s] is configured%s%s", on, nearest ? "; perhaps " : "", nearest ? nearest : "");
	err_hint(err, "--on (key rehearse_on) takes the name of a [server], or a URL");
	return NULL;
}

static char *people_address(const struct conninfo *info)
{
	struct conninfo *copy = conninfo_copy(info);
	const char *host = conninfo_effective(copy, "host");
	char *where = mem_copy(host && *host ? host : "this machine");
	const char *port = conninfo_effective(copy, "port");
	char *whole = mem_format("%s:%s", where, port && *port ? port : "5432");
	mem_free(where);
	conninfo_free(copy);
	return whole;
}

/* The source as a database at another address: sessions to it are made as for any other. */
static bool take_address(struct scratch *scratch, const char *on, struct err *err)
{
	struct database *source = scratch->source;
	scratch->info =
	    on ? address_of_server(scratch, on, err) : conninfo_copy(source->direct ? source->direct : source->info);
	if (!scratch->info || !conninfo_set(scratch->info, "dbname", scratch->dbname, err))
		return false;
	scratch->where = people_address(scratch->info);
	scratch->database = (struct database){
	    .name = source->name,
	    .dbname = scratch->dbname,
	    .config = source->config,
	    .section = source->section,
	    .environment = source->environment,
	    .server = source->server,
	    .info = scratch->info,
	};
	if (on) {
		scratch->server = (struct server){.config = source->config,
		    .section = source->section,
		    .label = scratch->where,
		    .host = scratch->where,
		    .info = scratch->info};
		scratch->database.server = &scratch->server;
	}
	return true;
}

/* --- the keeper ---------------------------------------------------------------------------------------------- */

bool scratch_stay(struct session *session, struct err *err)
{
	bool has_idle_timeout = session_server_version(session) >= 140000;
	return session_query_wait(session,
	    has_idle_timeout ? "SET statement_timeout = 0; SET idle_session_timeout = 0" : "SET statement_timeout = 0",
	    NULL, 0, SCRATCH_DEADLINE_MS, NULL, err);
}

/* A database that is not there, or takes nobody in: another one of the server will do. */
static bool is_of_database(const struct err *err)
{
	static const char *const states[] = {"3D000", "55000", "42501", "53300"};
	for (size_t i = 0; i < sizeof states / sizeof states[0]; i++)
		if (strcmp(err->sqlstate, states[i]) == 0)
			return true;
	return false;
}

/* To the source itself, or, where that is what has been lost, to a database that every server has. A restore may take the
 * source's name away, for which nobody may be in it. */
static bool open_keeper_here(struct scratch *scratch, struct err *err)
{
	enum { NAMES = 3 };
	static const char *const usual[NAMES] = {NULL, "postgres", "template1"};
	static const char *const restoring[NAMES] = {"postgres", "template1", NULL};
	const char *const *names = strcmp(scratch->purpose, "restore") == 0 ? restoring : usual;
	struct err first = {0};
	for (size_t i = 0; i < NAMES; i++) {
		struct err trouble = {0};
		scratch->keeper =
		    database_action_session(scratch->fleet, scratch->source, names[i], scratch->purpose, 0, true);
		if (session_ready_wait(scratch->keeper, SCRATCH_READY_MS, &trouble))
			return true;
		if (i == 0)
			first = trouble;
		if (!is_of_database(&trouble))
			break;
		session_free(scratch->keeper);
		scratch->keeper = NULL;
	}
	*err = first;
	return false;
}

/* On another server to what its URL names, else to postgres. */
static bool open_keeper_elsewhere(struct scratch *scratch, const char *on, struct err *err)
{
	struct conninfo *given = address_of_server(scratch, on, err);
	if (!given)
		return false;
	const char *dbname = conninfo_get(given, "dbname") ? conninfo_get(given, "dbname") : "postgres";
	scratch->keeper =
	    database_action_session(scratch->fleet, &scratch->database, dbname, scratch->purpose, 0, false);
	conninfo_free(given);
	return session_ready_wait(scratch->keeper, SCRATCH_READY_MS, err) || err_prefix(err, "%s", scratch->where);
}

static bool open_keeper(struct scratch *scratch, const char *on, struct err *err)
{
	if (!(on ? open_keeper_elsewhere(scratch, on, err) : open_keeper_here(scratch, err)))
		return false;
	if (session_is_pooled(scratch->keeper)) {
		err_set(err, ERR_REFUSED, "%s is reached through a pooler, which can neither make databases nor carry a dump",
		    on ? scratch->where : scratch->source->name);
		return on ? err_hint(err, "give the address of the server itself")
		          : err_hint(err, "add the address of the server itself to [database %s]: direct = host=HOST port=5432",
		                scratch->source->name);
	}
	return scratch_stay(scratch->keeper, err);
}

static bool take_lock(struct scratch *scratch, struct err *err)
{
	const char *params[] = {scratch->dbname};
	struct result *result = NULL;
	bool is_held =
	    session_query_wait(scratch->keeper, sql_scratch_lock, params, 1, SCRATCH_DEADLINE_MS, &result, err);
	if (is_held && !result_bool(result, 0, 0))
		is_held = err_set(err, ERR_LOCKED, "another run uses the name %s", scratch->dbname);
	result_free(result);
	return is_held;
}

bool scratch_is_kept(const struct scratch *scratch, struct err *err)
{
	if (session_state(scratch->keeper) == SESSION_READY)
		return true;
	return err_set(err, ERR_UNREACHABLE, "the session that kept the scratch database %s was lost: %s ends",
	    scratch->dbname, scratch->purpose);
}

/* --- its files here ---------------------------------------------------------------------------------------- */

static bool open_files(struct scratch *scratch, struct err *err)
{
	scratch->folder = places_cache(scratch->purpose);
	scratch->lock_path = mem_format("%s/%s.lock", scratch->folder, scratch->dbname);
	scratch->dump_path = mem_format("%s/%s.dump", scratch->folder, scratch->dbname);
	if (!places_make_folder(scratch->folder, err))
		return false;
	scratch->lock_fd = open(scratch->lock_path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (scratch->lock_fd < 0 || flock(scratch->lock_fd, LOCK_EX | LOCK_NB) != 0)
		return err_set(err, ERR_FAILED, "%s: cannot be made: %s", scratch->lock_path, strerror(errno));
	orphan_note(scratch->lock_fd, "pgtend", getpid(), true);
	return true;
}

static void close_files(struct scratch *scratch)
{
	if (scratch->dump_path)
		unlink(scratch->dump_path);
	if (scratch->lock_fd >= 0) {
		unlink(scratch->lock_path);
		close(scratch->lock_fd);
		scratch->lock_fd = -1;
	}
	mem_free(scratch->folder);
	mem_free(scratch->lock_path);
	mem_free(scratch->dump_path);
	scratch->folder = scratch->lock_path = scratch->dump_path = NULL;
}

bool scratch_open(struct scratch *scratch, const char *on, struct err *err)
{
	scratch->lock_fd = -1;
	scratch->dbname = choose_name(scratch->purpose, scratch->source->name);
	if (!take_address(scratch, on, err) || !open_keeper(scratch, on, err))
		return false;
	scratch_sweep(scratch);
	return true;
}

/* --- making it ----------------------------------------------------------------------------------------------- */

bool scratch_claim(struct scratch *scratch, struct err *err)
{
	return open_files(scratch, err) && take_lock(scratch, err);
}

static bool create(struct scratch *scratch, const char *form, const char *owner, struct err *err)
{
	/* From here on it may be there, whatever the answer. */
	scratch->is_made = true;
	bool is_done = owner ? session_queryf_wait(scratch->keeper, 0, NULL, err, "CREATE DATABASE %I%s OWNER %I",
	                           scratch->dbname, form, owner)
	                     : session_queryf_wait(scratch->keeper, 0, NULL, err, "CREATE DATABASE %I%s", scratch->dbname,
	                           form);
	return is_done || err_prefix(err, "making the database on %s", scratch->where);
}

/* Nobody else has business in it: it holds what the source holds. */
static bool mark(struct scratch *scratch, struct err *err)
{
	char host[256] = "", now[UNITS_SIZE];
	if (gethostname(host, sizeof host - 1) != 0)
		host[0] = 0;
	char *fate = strcmp(scratch->purpose, "restore") == 0
	                 ? mem_format("unfinished: pgtend restore %s --finish or --drop", scratch->source->name)
	                 : mem_copy("dropped by itself");
	char *comment = mem_format("pgtend %s of %s since %s, by pid %ld on %s; %s", scratch->purpose, scratch->source->name,
	    units_rfc3339(now, units_now_us() / 1000000 * 1000000), (long)getpid(), host, fate);
	bool is_done = session_queryf_wait(scratch->keeper, SCRATCH_DEADLINE_MS, NULL, err, "COMMENT ON DATABASE %I IS %L",
	                   scratch->dbname, comment) &&
	               session_queryf_wait(scratch->keeper, SCRATCH_DEADLINE_MS, NULL, err,
	                   "REVOKE ALL ON DATABASE %I FROM PUBLIC", scratch->dbname);
	mem_free(comment);
	mem_free(fate);
	return is_done;
}

bool scratch_make(struct scratch *scratch, const char *form, const char *owner, struct err *err)
{
	report_step(scratch->report, "new database on %s", scratch->where);
	return create(scratch, form, owner, err) && mark(scratch, err);
}

bool scratch_give_settings(struct scratch *scratch, struct session *source, struct err *err)
{
	const char *params[] = {scratch->dbname};
	struct result *r = NULL;
	bool is_done = session_query_wait(source, sql_scratch_settings, params, 1, SCRATCH_DEADLINE_MS, &r, err);
	for (int i = 0; is_done && i < result_rows(r); i++) {
		struct err trouble = {0};
		if (!session_query_wait(scratch->keeper, result_text(r, i, 0), NULL, 0, SCRATCH_DEADLINE_MS, NULL, &trouble))
			report_log(scratch->report, "a setting of the database could not be given to the scratch database: %s", trouble.text);
	}
	result_free(r);
	return is_done;
}

struct session *scratch_session(struct scratch *scratch, struct err *err)
{
	struct session *session =
	    database_action_session(scratch->fleet, &scratch->database, NULL, scratch->purpose, 0, true);
	if (session_ready_wait(session, SCRATCH_READY_MS, err))
		return session;
	session_free(session);
	return NULL;
}

bool scratch_ask(struct scratch *scratch, const char *sql, struct err *err)
{
	struct session *session = scratch_session(scratch, err);
	if (!session)
		return false;
	bool is_done = scratch_stay(session, err) && session_query_wait(session, sql, NULL, 0, 0, NULL, err);
	session_free(session);
	return is_done;
}

void scratch_note_child(const struct scratch *scratch, const char *who, pid_t pid)
{
	if (scratch->lock_fd >= 0)
		orphan_note(scratch->lock_fd, who, pid, false);
}

/* --- its end --------------------------------------------------------------------------------------------------- */

/* Sessions that have just ended need a moment, which DROP waits for; who is thrown out stands in the server's log. */
static bool drop(struct scratch *scratch, bool is_hasty, struct err *err)
{
	enum { TRIES = 4, MOMENT_MS = 10 };
	task_sleep(MOMENT_MS);
	for (int i = 0; i < TRIES; i++) {
		if (session_state(scratch->keeper) != SESSION_READY &&
		    !session_ready_wait(scratch->keeper, SCRATCH_READY_MS, err)) {
			task_sleep(500);
			continue;
		}
		err_clear(err);
		if (session_queryf_wait(scratch->keeper, 0, NULL, err, "DROP DATABASE IF EXISTS %I%s", scratch->dbname,
		        i > 0 || is_hasty ? " WITH (FORCE)" : ""))
			return true;
	}
	err_prefix(err, "the scratch database %s on %s could not be dropped", scratch->dbname, scratch->where);
	return err_hint(
	    err, "the next %s drops it; by hand: DROP DATABASE \"%s\" WITH (FORCE)", scratch->purpose, scratch->dbname);
}

static void forget(struct scratch *scratch)
{
	close_files(scratch);
	if (scratch->keeper)
		session_free(scratch->keeper);
	for (int i = 0; i < CAP_COUNT; i++)
		mem_free(scratch->server.lacks[i]);
	mem_free(scratch->server.version);
	mem_free(scratch->server.system_identifier);
	mem_free(scratch->database.timescaledb_version);
	mem_free(scratch->database.timescaledb_license);
	conninfo_free(scratch->info);
	mem_free(scratch->dbname);
	mem_free(scratch->where);
	memset(scratch, 0, sizeof *scratch);
	scratch->lock_fd = -1;
}

bool scratch_close(struct scratch *scratch, struct err *err)
{
	bool is_hasty = task_is_cancelled();
	task_shield();
	bool is_gone = !scratch->is_made || drop(scratch, is_hasty, err);
	task_unshield();
	forget(scratch);
	return is_gone;
}

void scratch_release(struct scratch *scratch)
{
	forget(scratch);
}
