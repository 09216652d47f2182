/* The scratch database: its name and address, the keeper that says that it is in use, its making and its end. See
 * rehearse_internal.h.
 *
 * Whatever is killed at whatever moment, the next rehearsal finds what is left: the database by its name, that its
 * maker is gone by the advisory lock (taken before the database is made, held by a session that ends with pgtend), the
 * files by theirs. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
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
#include "rehearse_internal.h"

/* --- where ------------------------------------------------------------------------------------------------- */

/* pgtend_rehearse_ + at most 30 bytes of the section's name + _ + 8 digits: below 63. */
static char *choose_name(const char *section)
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
	return mem_format("pgtend_rehearse_%s_%02x%02x%02x%02x", plain, bytes[0], bytes[1], bytes[2], bytes[3]);
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

bool rehearse_stay(struct session *session, struct err *err)
{
	bool has_idle_timeout = session_server_version(session) >= 140000;
	return session_query_wait(session,
	    has_idle_timeout ? "SET statement_timeout = 0; SET idle_session_timeout = 0" : "SET statement_timeout = 0",
	    NULL, 0, REHEARSE_DEADLINE_MS, NULL, err);
}

/* To the source itself, which is there; on another server to what its URL names, else to postgres. */
static bool open_keeper(struct scratch *scratch, const char *on, struct err *err)
{
	struct fleet *fleet = scratch->fleet;
	const char *dbname = NULL;
	struct conninfo *given = on ? address_of_server(scratch, on, err) : NULL;
	if (on && !given)
		return false;
	if (given)
		dbname = conninfo_get(given, "dbname") ? conninfo_get(given, "dbname") : "postgres";
	scratch->keeper = on ? database_action_session(fleet, &scratch->database, dbname, "rehearse", 0, false)
	                     : database_action_session(fleet, scratch->source, NULL, "rehearse", 0, true);
	conninfo_free(given);
	if (!session_ready_wait(scratch->keeper, REHEARSE_READY_MS, err))
		return on ? err_prefix(err, "%s", scratch->where) : false;
	if (session_is_pooled(scratch->keeper)) {
		err_set(err, ERR_REFUSED, "%s is reached through a pooler, which can neither make databases nor carry a dump",
		    on ? scratch->where : scratch->source->name);
		return on ? err_hint(err, "give the address of the server itself")
		          : err_hint(err, "add the address of the server itself to [database %s]: direct = host=HOST port=5432",
		                scratch->source->name);
	}
	return rehearse_stay(scratch->keeper, err);
}

static bool take_lock(struct scratch *scratch, struct err *err)
{
	const char *params[] = {scratch->dbname};
	struct result *result = NULL;
	bool is_held =
	    session_query_wait(scratch->keeper, sql_rehearse_lock, params, 1, REHEARSE_DEADLINE_MS, &result, err);
	if (is_held && !result_bool(result, 0, 0))
		is_held = err_set(err, ERR_LOCKED, "another rehearsal uses the name %s", scratch->dbname);
	result_free(result);
	return is_held;
}

bool scratch_is_kept(const struct scratch *scratch, struct err *err)
{
	if (session_state(scratch->keeper) == SESSION_READY)
		return true;
	return err_set(err, ERR_UNREACHABLE, "the session that kept the scratch database %s was lost: the rehearsal ends",
	    scratch->dbname);
}

/* --- its files here ---------------------------------------------------------------------------------------- */

static bool open_files(struct scratch *scratch, struct err *err)
{
	scratch->folder = places_cache("rehearse");
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
	scratch->dbname = choose_name(scratch->source->name);
	if (!take_address(scratch, on, err) || !open_keeper(scratch, on, err))
		return false;
	scratch_sweep(scratch);
	return true;
}

/* --- making it ----------------------------------------------------------------------------------------------- */

static void add_literal(struct scratch *scratch, struct text *sql, const char *word, const char *value)
{
	if (!value)
		return;
	char *quoted = session_quote_literal(scratch->keeper, value);
	text_addf(sql, " %s %s", word, quoted);
	mem_free(quoted);
}

/* As the source was made, but owned by us where we are not allowed to give it away. */
static char *create_sql(struct scratch *scratch, const struct result *r)
{
	struct text sql = {0};
	char *name = session_quote_identifier(scratch->keeper, scratch->dbname);
	const char *provider = result_text(r, 0, result_column(r, "provider"));
	text_addf(&sql, "CREATE DATABASE %s TEMPLATE template0", name);
	add_literal(scratch, &sql, "ENCODING", result_text(r, 0, result_column(r, "encoding")));
	add_literal(scratch, &sql, "LC_COLLATE", result_text(r, 0, result_column(r, "collate")));
	add_literal(scratch, &sql, "LC_CTYPE", result_text(r, 0, result_column(r, "ctype")));
	if (strcmp(provider, "i") == 0) {
		text_add(&sql, " LOCALE_PROVIDER icu");
		add_literal(scratch, &sql, "ICU_LOCALE", result_text(r, 0, result_column(r, "locale")));
		add_literal(scratch, &sql, "ICU_RULES", result_text(r, 0, result_column(r, "icu_rules")));
	} else if (strcmp(provider, "b") == 0) {
		text_add(&sql, " LOCALE_PROVIDER builtin");
		add_literal(scratch, &sql, "BUILTIN_LOCALE", result_text(r, 0, result_column(r, "locale")));
	}
	if (scratch->is_super && !scratch->is_elsewhere) {
		char *owner = session_quote_identifier(scratch->keeper, result_text(r, 0, result_column(r, "owner")));
		text_addf(&sql, " OWNER %s", owner);
		mem_free(owner);
	}
	mem_free(name);
	return text_take(&sql);
}

static bool create(struct scratch *scratch, struct session *source, struct err *err)
{
	struct result *r = NULL;
	bool is_done = session_query_wait(source, sql_rehearse_source, NULL, 0, REHEARSE_DEADLINE_MS, &r, err);
	if (is_done) {
		char *sql = create_sql(scratch, r);
		/* From here on it may be there, whatever the answer. */
		scratch->is_made = true;
		is_done = session_query_wait(scratch->keeper, sql, NULL, 0, 0, NULL, err);
		mem_free(sql);
		if (!is_done)
			err_prefix(err, "making the scratch database on %s", scratch->where);
	}
	result_free(r);
	return is_done;
}

/* Nobody else has business in it: it holds what the source holds. */
static bool mark(struct scratch *scratch, struct err *err)
{
	char host[256] = "", now[UNITS_SIZE];
	if (gethostname(host, sizeof host - 1) != 0)
		host[0] = 0;
	char *comment = mem_format("pgtend rehearse of %s since %s, by pid %ld on %s; dropped by itself",
	    scratch->source->name, units_rfc3339(now, units_now_us() / 1000000 * 1000000), (long)getpid(), host);
	bool is_done = session_queryf_wait(scratch->keeper, REHEARSE_DEADLINE_MS, NULL, err, "COMMENT ON DATABASE %I IS %L",
	                   scratch->dbname, comment) &&
	               session_queryf_wait(scratch->keeper, REHEARSE_DEADLINE_MS, NULL, err,
	                   "REVOKE ALL ON DATABASE %I FROM PUBLIC", scratch->dbname);
	mem_free(comment);
	return is_done;
}

/* By way of the session, so that lists (search_path) need no quoting of ours. What may not be set is said. */
static void copy_setting(struct scratch *scratch, const char *role, const char *name, const char *value)
{
	struct err trouble = {0};
	char *whose = NULL, *what = session_quote_identifier(scratch->keeper, name);
	if (role) {
		char *quoted = session_quote_identifier(scratch->keeper, role);
		whose = mem_format("ROLE %s IN DATABASE", quoted);
		mem_free(quoted);
	}
	if (!session_queryf_wait(scratch->keeper, REHEARSE_DEADLINE_MS, NULL, &trouble,
	        "BEGIN; SELECT pg_catalog.set_config(%L, %L, true); ALTER %s %I SET %s FROM CURRENT; COMMIT", name, value,
	        whose ? whose : "DATABASE", scratch->dbname, what)) {
		report_log(scratch->report, "the setting %s of %s could not be given to the copy: %s", name,
		    scratch->source->name, trouble.text);
		err_clear(&trouble);
		if (session_in_transaction(scratch->keeper) &&
		    !session_query_wait(scratch->keeper, "ROLLBACK", NULL, 0, REHEARSE_DEADLINE_MS, NULL, &trouble))
			report_log(scratch->report, "%s", trouble.text);
	}
	mem_free(whose);
	mem_free(what);
}

bool scratch_settings(struct scratch *scratch, struct session *source, struct err *err)
{
	struct result *r = NULL;
	bool is_done = session_query_wait(source, sql_rehearse_settings, NULL, 0, REHEARSE_DEADLINE_MS, &r, err);
	for (int i = 0; is_done && i < result_rows(r); i++) {
		const char *role = result_text(r, i, 0);
		if (!role || !scratch->is_elsewhere)
			copy_setting(scratch, role, result_text(r, i, 1), result_text(r, i, 2));
	}
	result_free(r);
	return is_done;
}

bool scratch_make(struct scratch *scratch, struct session *source, struct err *err)
{
	report_step(scratch->report, "scratch database on %s", scratch->where);
	return open_files(scratch, err) && take_lock(scratch, err) && create(scratch, source, err) && mark(scratch, err);
}

struct session *scratch_session(struct scratch *scratch, const char *verb, struct err *err)
{
	struct session *session = database_action_session(scratch->fleet, &scratch->database, NULL, verb, 0, true);
	if (session_ready_wait(session, REHEARSE_READY_MS, err))
		return session;
	session_free(session);
	return NULL;
}

/* --- its end --------------------------------------------------------------------------------------------------- */

/* Sessions that have just ended need a moment, which DROP waits for; who is thrown out stands in the server's log. */
static bool drop(struct scratch *scratch, bool is_hasty, struct err *err)
{
	enum { TRIES = 4, MOMENT_MS = 10 };
	task_sleep(MOMENT_MS);
	for (int i = 0; i < TRIES; i++) {
		if (session_state(scratch->keeper) != SESSION_READY &&
		    !session_ready_wait(scratch->keeper, REHEARSE_READY_MS, err)) {
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
	    err, "the next rehearsal drops it; by hand: DROP DATABASE \"%s\" WITH (FORCE)", scratch->dbname);
}

bool scratch_close(struct scratch *scratch, struct err *err)
{
	bool is_hasty = task_is_cancelled();
	task_shield();
	bool is_gone = !scratch->is_made || drop(scratch, is_hasty, err);
	task_unshield();
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
	return is_gone;
}
