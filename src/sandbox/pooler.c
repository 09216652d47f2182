/* PgBouncer in front of everything: trust on its socket (a folder of one user), a password on its port. */
#include <signal.h>
#include <string.h>

#include "internal.h"
#include "pgtend/core/mem.h"
#include "pgtend/core/places.h"
#include "pgtend/loop/task.h"

enum { READY_PATIENCE_MS = 30000, POLL_MS = 50, STOP_PATIENCE_MS = 5000 };
static const char name[] = "pgbouncer";
static const char *const behind[] = {"atriz_core", "atriz_db", "mextrack_db", "pshop_db", "atriz_tracking"};

static bool write_ini(const struct place *place, const char *folder, struct err *err)
{
	struct text ini = {0};
	text_add(&ini, "; Written by pgtend sandbox up at every start.\n[databases]\n");
	if (!place->is_native)
		/* PGlite is one session: one connection, kept, of which nothing but SQL is asked */
		text_addf(&ini, "atriz_tracking = host=%s port=%d user=postgres dbname=template1 pool_size=1\n", place->run,
		    place->tracking_port);
	/* by name: the way to PGlite must not lead to the cluster's database postgres */
	for (size_t i = 0; i < sizeof behind / sizeof *behind; i++)
		if (place->is_native || strcmp(behind[i], "atriz_tracking") != 0)
			text_addf(&ini, "%s = host=%s port=%d user=postgres\n", behind[i], place->run, place->cluster_port);
	text_addf(&ini,
	    "[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = %d\nunix_socket_dir = %s\nunix_socket_mode = 0700\n"
	    "auth_type = hba\nauth_hba_file = %s/hba.conf\nauth_file = %s/users.txt\nadmin_users = postgres\nstats_users = "
	    "pgtend_stats\n"
	    "pool_mode = transaction\ndefault_pool_size = 5\nmax_client_conn = 100\nquery_wait_timeout = 60\n"
	    "server_tls_sslmode = disable\nserver_login_retry = 1\nserver_lifetime = 31536000\nserver_idle_timeout = 0\n"
	    "ignore_startup_parameters = extra_float_digits\nlog_stats = 0\nlog_connections = 0\nlog_disconnections = 0\n",
	    place->pooler_port, place->run, folder, folder);
	char *path = places_join(folder, "pgbouncer.ini");
	bool is_ok = place_own_file(place, path, text_str(&ini), err);
	mem_free(path);
	text_done(&ini);
	return is_ok;
}

static bool write_users(const struct place *place, const char *folder, struct err *err)
{
	char *users = mem_format("\"postgres\" \"%s\"\n\"pgtend_stats\" \"%s\"\n", place->password, place->password);
	char *users_path = places_join(folder, "users.txt");
	char *hba_path = places_join(folder, "hba.conf");
	bool is_ok = place_own_file(place, users_path, users, err) &&
	             place_own_file(place, hba_path, "local all all trust\nhost all all 127.0.0.1/32 scram-sha-256\n", err);
	mem_free(hba_path);
	mem_free(users_path);
	mem_free_secret(users);
	return is_ok;
}

static bool wait_ready(const struct place *place, struct err *err)
{
	for (int waited = 0; waited < READY_PATIENCE_MS; waited += POLL_MS) {
		struct err why = {0};
		if (ask(place, ASK_POOLER, "pgbouncer", "SHOW VERSION", NULL, &why))
			return true;
		if (why.kind == ERR_CANCELLED) {
			*err = why;
			return false;
		}
		if (!process_still_runs(place, name, err))
			return false;
		task_sleep(POLL_MS);
	}
	return err_set(err, ERR_TIMEOUT, "%s is not ready after %d s", name, READY_PATIENCE_MS / 1000);
}

bool pooler_up(struct place *place, struct err *err)
{
	if (process_is_running(place, name))
		return true;
	char *folder = place_path(place, "pooler");
	char *ini = places_join(folder, "pgbouncer.ini");
	const char *argv[] = {name, ini, NULL};
	/* Debian's is in a folder that is only in root's PATH */
	static const char *const env[] = {"TZ=UTC", NULL};
	report_step(place->report, "starting PgBouncer");
	bool is_ok =
	    place_own_folder(place, folder, err) && write_ini(place, folder, err) && write_users(place, folder, err);
	if (is_ok && !process_start(place, name, argv, env, false, err)) {
		argv[0] = "/usr/sbin/pgbouncer";
		is_ok =
		    process_start(place, name, argv, env, false, err) || err_hint(err, "on Debian: apt-get install pgbouncer");
	}
	is_ok = is_ok && wait_ready(place, err);
	mem_free(ini);
	mem_free(folder);
	return is_ok;
}

bool pooler_down(const struct place *place, struct err *err)
{
	return process_end(place, name, SIGTERM, STOP_PATIENCE_MS, err);
}
