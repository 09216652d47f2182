/* lifecycle/create_needs.c - what extensions need of the server before they can work: their library at its start, TimescaleDB also
 * workers.
 *
 * TimescaleDB's documentation wants timescaledb.max_background_workers to be the number of databases plus that of jobs that run at
 * once, and max_worker_processes the sum of that and max_parallel_workers; its tuning tool adds three for PostgreSQL itself. With less,
 * jobs wait; without room for the scheduler of the new database none ever runs there, and only the server's log says so.
 */
#include <string.h>

#include "create_internal.h"
#include "pgtend/core/mem.h"
#include "pgtend/sql_embedded.h"

enum {
	OWN_WORKERS = 1,      /* logical replication's launcher stands among them in every server */
	LAUNCHER = 1,         /* TimescaleDB's */
	TUNED_FOR_SERVER = 3, /* what timescaledb-tune leaves for the server itself */
};

char *create_array(const struct words *words)
{
	struct text array = {0};
	text_add(&array, "{");
	for (size_t i = 0; i < words->count; i++) {
		text_add(&array, i > 0 ? ",\"" : "\"");
		for (const char *c = words->v[i]; *c != '\0'; c++) {
			if (*c == '"' || *c == '\\')
				text_add_char(&array, '\\');
			text_add_char(&array, *c);
		}
		text_add(&array, "\"");
	}
	text_add(&array, "}");
	return text_take(&array);
}

/* --- libraries ------------------------------------------------------------------------------------- */

/* Without its library the server refuses to make it, or whatever is called in it fails. */
static bool is_useless_without(const char *extension)
{
	static const char *const names[] = {"timescaledb", "citus", "pg_cron", "pgaudit"};
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (strcmp(extension, names[i]) == 0)
			return true;
	return false;
}

static char *preload_words(const char *preloaded, const char *name)
{
	if (preloaded == NULL)
		return mem_format("add %s to shared_preload_libraries in postgresql.conf, then restart the server", name);
	return mem_format("shared_preload_libraries = '%s%s%s' in postgresql.conf, then restart the server", preloaded,
	    *preloaded != '\0' ? "," : "", name);
}

static bool check_library(struct creation *creation, const char *name, const char *preloaded, struct err *err)
{
	char *mend = preload_words(preloaded, name);
	bool ok = true;
	if (is_useless_without(name)) {
		ok = err_set(err, ERR_FAILED, "the extension \"%s\" needs its library from the server's start on, and it is not loaded", name);
		err_hint(err, "%s", mend);
	} else {
		report_log(creation->report, "the extension %s does nothing until its library starts with the server: %s", name, mend);
	}
	mem_free(mend);
	return ok;
}

static bool check_libraries(struct creation *creation, struct session *session, const struct words *extensions, struct err *err)
{
	char *names = create_array(extensions);
	const char *params[] = {names};
	struct result *r = NULL;
	bool ok = session_query_wait(session, sql_doctor_extensions, params, 1, CREATE_DEADLINE_MS, &r, err);
	for (int row = 0; ok && row < result_rows(r); row++) {
		const char *name = result_text(r, row, result_column(r, "name"));
		bool needs_library = result_text(r, row, result_column(r, "mark")) != NULL;
		if (result_bool(r, row, result_column(r, "is_wanted")) && needs_library &&
		    !result_bool(r, row, result_column(r, "is_loaded")))
			ok = check_library(creation, name, result_text(r, row, result_column(r, "preloaded")), err);
	}
	result_free(r);
	mem_free(names);
	return ok;
}

/* --- workers --------------------------------------------------------------------------------------- */

static bool has_room(struct creation *creation, const struct result *r, struct err *err)
{
	int64_t processes = result_int(r, 0, result_column(r, "processes"), 0);
	int64_t parallel = result_int(r, 0, result_column(r, "parallel"), 0);
	int64_t timescale = result_int(r, 0, result_column(r, "timescale"), -1);
	int64_t schedulers = result_int(r, 0, result_column(r, "schedulers"), 0);
	if (timescale < 0)
		return true;
	int64_t wanted_timescale = timescale < schedulers + 2 ? schedulers + 1 + 8 : timescale;
	int64_t wanted = TUNED_FOR_SERVER + wanted_timescale + parallel;
	/* Its scheduler, and one job at a time. */
	if (OWN_WORKERS + LAUNCHER + schedulers + 2 > processes || LAUNCHER + schedulers + 2 > timescale) {
		bool is_server = OWN_WORKERS + LAUNCHER + schedulers + 2 > processes;
		err_set(err, ERR_FAILED, "no background worker is left for TimescaleDB in %s: %s is %lld, and %lld database%s of this server take%s one each already",
		    creation->database->dbname, is_server ? "max_worker_processes" : "timescaledb.max_background_workers",
		    (long long)(is_server ? processes : timescale), (long long)schedulers, schedulers == 1 ? "" : "s", schedulers == 1 ? "s" : "");
		return err_hint(err, "timescaledb.max_background_workers = %lld, max_worker_processes = %lld in postgresql.conf, then restart the server",
		    (long long)wanted_timescale, (long long)wanted);
	}
	if (processes < wanted)
		report_log(creation->report,
		    "TimescaleDB's jobs may have to wait: max_worker_processes is %lld, its documentation wants %lld (%d for the server, %lld of "
		    "timescaledb.max_background_workers, %lld of max_parallel_workers)",
		    (long long)processes, (long long)wanted, TUNED_FOR_SERVER, (long long)wanted_timescale, (long long)parallel);
	return true;
}

static bool check_workers(struct creation *creation, struct session *session, struct err *err)
{
	struct result *r = NULL;
	bool ok = session_query_wait(session, sql_lifecycle_create_workers, NULL, 0, CREATE_DEADLINE_MS, &r, err) &&
	          (result_rows(r) != 1 || has_room(creation, r, err));
	result_free(r);
	return ok;
}

bool create_look_at_needs(
    struct creation *creation, struct session *session, const struct words *extensions, struct err *err)
{
	if (extensions->count == 0)
		return true;
	return check_libraries(creation, session, extensions, err) &&
	       (!words_has(extensions, "timescaledb") || check_workers(creation, session, err));
}
