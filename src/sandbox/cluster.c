/* The private PostgreSQL cluster. Its sockets are open to its user alone (and root), its port to who knows the password. */
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "internal.h"
#include "pgtend/core/mem.h"
#include "pgtend/core/places.h"
#include "pgtend/loop/task.h"
#include "pgtend/pg/client_tool.h"
#include "pgtend/sql_embedded.h"

enum { LEAST_MAJOR = 13, READY_PATIENCE_MS = 30000, POLL_MS = 50, STOP_PATIENCE_MS = 15000, START_TRIES = 20 };
static const char name[] = "postgres";

/* The tool of the data folder's own version. */
bool cluster_tool(const struct place *place, const char *tool, char **path, struct err *err)
{
	char *version_file = place_path(place, "data/PG_VERSION");
	char *bytes;
	size_t length;
	int major = LEAST_MAJOR;
	if (access(version_file, F_OK) == 0 && places_read_file(version_file, &bytes, &length, err)) {
		major = (int)strtol(bytes, NULL, 10);
		mem_free(bytes);
	}
	mem_free(version_file);
	int found;
	if (!client_tool_find(tool, major, path, &found, err))
		return err_hint(err, "on Debian: apt-get install postgresql");
	if (major > LEAST_MAJOR && found != major) {
		mem_free(*path);
		return err_set(err, ERR_FAILED, "the sandbox was made by PostgreSQL %d, whose %s is gone", major, tool) ||
		       err_hint(err, "install postgresql-%d, or pgtend sandbox destroy", major);
	}
	return true;
}

static bool write_settings(const struct place *place, const char *data, struct err *err)
{
	struct text conf = {0};
	/* a sandbox is quick to make again: nothing in it is worth waiting for the disk */
	text_addf(&conf,
	    "# Written by pgtend sandbox up at every start.\n"
	    "listen_addresses = '127.0.0.1'\nport = %d\nunix_socket_directories = '%s'\nunix_socket_permissions = 0700\n"
	    "max_connections = 60\nshared_buffers = 64MB\nfsync = off\nfull_page_writes = off\nwal_level = replica\n"
	    "timezone = 'UTC'\nlog_timezone = 'UTC'\nlog_line_prefix = '%%m [%%p] %%q%%u@%%d %%a '\nlog_lock_waits = on\n"
	    "track_io_timing = on\npassword_encryption = 'scram-sha-256'\n",
	    place->cluster_port, place->run);
	if (place->is_native)
		text_add(&conf, "shared_preload_libraries = 'timescaledb'\n");
	char *path = places_join(data, "pgtend.conf");
	bool is_ok = place_own_file(place, path, text_str(&conf), err);
	mem_free(path);
	text_done(&conf);
	return is_ok;
}

static bool append_include(const struct place *place, const char *data, struct err *err)
{
	(void)place;
	char *path = places_join(data, "postgresql.conf");
	bool is_ok = places_append_line(path, "include 'pgtend.conf'", err);
	mem_free(path);
	return is_ok;
}

/* Into a name of its own first, so that a cluster is there whole or not at all. */
static bool run_initdb(struct place *place, const char *data, struct err *err)
{
	char *part = mem_format("%s.part", data);
	char *password_file = mem_format("%s/password", place->run);
	char *initdb = NULL;
	static const char *const remove[] = {"rm", "-rf", "--", NULL, NULL};
	const char *remove_part[] = {remove[0], remove[1], remove[2], part, NULL};
	bool is_ok = place_run(place, remove_part, NULL, NULL, NULL, err) && cluster_tool(place, "initdb", &initdb, err) &&
	             place_own_folder(place, part, err) && place_own_file(place, password_file, place->password, err);
	if (is_ok) {
		char *option = mem_format("--pwfile=%s", password_file);
		const char *argv[] = {initdb, "-D", part, "-U", "postgres", "--auth-local=trust", "--auth-host=scram-sha-256",
		    option, "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync", NULL};
		report_step(place->report, "initdb");
		is_ok = place_run(place, argv, NULL, NULL, NULL, err) && append_include(place, part, err);
		mem_free(option);
	}
	unlink(password_file);
	if (is_ok && rename(part, data) != 0)
		is_ok = err_set(err, ERR_FAILED, "cannot rename %s", part);
	mem_free(initdb);
	mem_free(password_file);
	mem_free(part);
	return is_ok;
}

/* PostgreSQL takes the number in a lock file for a living postmaster also when that one is dead and nobody has taken it in
 * yet: a container's first process often never does. Then the file names a number that no process can have; what
 * else it says stays, for by it the new postmaster sees whether backends of the old one are still there. */
static bool forget_dead_holder(const struct place *place, const char *lock, struct err *err)
{
	char *bytes;
	size_t length;
	struct err why;
	bool is_ok = true;
	if (!places_read_file(lock, &bytes, &length, &why))
		return true;
	long pid = strtol(bytes, NULL, 10);
	if (pid > 1 && pid < INT32_MAX && process_is_zombie((pid_t)pid)) {
		char *text = mem_format("%d%s", INT32_MAX, bytes + strcspn(bytes, "\n"));
		is_ok = place_own_file(place, lock, text, err);
		mem_free(text);
	}
	mem_free(bytes);
	return is_ok;
}

static bool forget_dead_postmaster(const struct place *place, const char *data, struct err *err)
{
	char *of_data = places_join(data, "postmaster.pid");
	char *of_socket = mem_format("%s/.s.PGSQL.%d.lock", place->run, place->cluster_port);
	bool is_ok = forget_dead_holder(place, of_data, err) && forget_dead_holder(place, of_socket, err);
	mem_free(of_socket);
	mem_free(of_data);
	return is_ok;
}

static bool start(const struct place *place, const char *data, struct err *err)
{
	char *postgres;
	if (!forget_dead_postmaster(place, data, err) || !cluster_tool(place, "postgres", &postgres, err))
		return false;
	const char *argv[] = {postgres, "-D", data, NULL};
	static const char *const env[] = {"LC_ALL=C.UTF-8", "TZ=UTC", NULL};
	bool is_ok = process_start(place, name, argv, env, false, err);
	mem_free(postgres);
	return is_ok;
}

/* After a kill -9 the old backends live on for a moment, and a new postmaster refuses their shared memory: then once more. */
static bool wait_ready(const struct place *place, const char *data, struct err *err)
{
	int tries = 0;
	for (int waited = 0; waited < READY_PATIENCE_MS; waited += POLL_MS) {
		struct err why = {0};
		if (ask(place, ASK_CLUSTER, "postgres", "SELECT 1", NULL, &why))
			return true;
		if (why.kind == ERR_CANCELLED) {
			*err = why;
			return false;
		}
		if (!process_still_runs(place, name, err) && (++tries >= START_TRIES || !start(place, data, err)))
			return false;
		task_sleep(POLL_MS);
	}
	return err_set(err, ERR_TIMEOUT, "%s is not ready after %d s", name, READY_PATIENCE_MS / 1000);
}

bool cluster_up(struct place *place, struct err *err)
{
	if (process_is_running(place, name))
		return true;
	char *data = place_path(place, "data");
	char *version = place_path(place, "data/PG_VERSION");
	bool is_ok = access(version, F_OK) == 0 || run_initdb(place, data, err);
	if (is_ok) {
		report_step(place->report, "starting PostgreSQL");
		is_ok = write_settings(place, data, err) && start(place, data, err) && wait_ready(place, data, err);
	}
	mem_free(version);
	mem_free(data);
	return is_ok;
}

bool cluster_down(const struct place *place, struct err *err)
{
	return process_end(place, name, SIGINT, STOP_PATIENCE_MS, err);
}

bool cluster_may_have_timescaledb(const struct place *place)
{
	char *tool = NULL;
	struct text share = {0};
	struct err err;
	bool may_have = true;
	if (cluster_tool(place, "pg_config", &tool, &err)) {
		const char *argv[] = {tool, "--sharedir", NULL};
		if (place_run(place, argv, NULL, NULL, &share, &err)) {
			char *control = mem_format(
			    "%.*s/extension/timescaledb.control", (int)strcspn(text_str(&share), "\n"), text_str(&share));
			may_have = access(control, F_OK) == 0;
			mem_free(control);
		}
	}
	text_done(&share);
	mem_free(tool);
	return may_have;
}

/* The community edition alone has policies, compression and aggregates; what is installed says which it is only when it is loaded. */
bool cluster_learn_timescaledb(struct place *place, struct err *err)
{
	struct result *result;
	if (!ask(place, ASK_CLUSTER, "postgres", sql_sandbox_available, &result, err))
		return false;
	bool is_there = result_int(result, 0, 0, 0) > 0;
	result_free(result);
	if (!is_there)
		return true;
	place->is_native = true; /* preloaded, to see */
	if (!cluster_down(place, err) || !cluster_up(place, err) ||
	    !ask(place, ASK_CLUSTER, "postgres", "CREATE DATABASE pgtend_edition", NULL, err))
		return false;
	struct err why = {0};
	place->is_native = false;
	if (ask(place, ASK_CLUSTER, "pgtend_edition", sql_sandbox_edition, &result, &why)) {
		place->is_native = result_bool(result, 0, 0);
		result_free(result);
	}
	return ask(place, ASK_CLUSTER, "postgres", "DROP DATABASE pgtend_edition WITH (FORCE)", NULL, err);
}
