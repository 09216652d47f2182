/* Planting one incident by name, mending them all, and the clients that some of them need. */
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "internal.h"
#include "pgtend/core/mem.h"
#include "pgtend/core/places.h"

enum { END_PATIENCE_MS = 5000 };

bool incident_clients(const struct place *place, const char *name, enum ask_where where, const char *dbname,
    const char *application, int clients, const char *script, struct err *err)
{
	if (process_is_running(place, name))
		return true;
	char *pgbench = NULL, *file = mem_format("%s/pooler/%s.sql", place->folder, name);
	bool is_ok = cluster_tool(place, "pgbench", &pgbench, err) && place_own_file(place, file, script, err);
	if (is_ok) {
		char *count = mem_format("%d", clients),
		     *port = mem_format("%d", where == ASK_CLUSTER ? place->cluster_port : place->pooler_port);
		char *app = mem_format("PGAPPNAME=%s", application);
		const char *argv[] = {pgbench, "-n", "-c", count, "-T", "2000000", "-f", file, "-h", place->run, "-p", port,
		    "-U", "postgres", dbname, NULL};
		const char *env[] = {app, "PGSSLMODE=disable", "PGOPTIONS=", NULL};
		is_ok = process_start(place, name, argv, env, true, err);
		mem_free(app);
		mem_free(port);
		mem_free(count);
	}
	mem_free(file);
	mem_free(pgbench);
	return is_ok;
}

bool incident_end_clients(const struct place *place, const char *name, struct err *err)
{
	return process_end(place, name, SIGTERM, END_PATIENCE_MS, err);
}

const char *sandbox_incident_name(int i)
{
	return i >= 0 && i < incident_count ? incidents[i].name : NULL;
}

static const struct incident *find(const char *name, struct err *err)
{
	const char *names[16];
	for (int i = 0; i < incident_count; i++) {
		if (strcmp(incidents[i].name, name) == 0)
			return &incidents[i];
		names[i] = incidents[i].name;
	}
	const char *nearest = text_nearest(name, names, (size_t)incident_count);
	if (nearest != NULL)
		err_set(err, ERR_USAGE, "'%s' is no incident; did you mean '%s'?", name, nearest);
	else
		err_set(err, ERR_USAGE, "'%s' is no incident: retention, locks, pool, bloat, backup or migration", name);
	return NULL;
}

static bool is_up(const struct place *place, struct err *err)
{
	if (process_is_running(place, "postgres") && process_is_running(place, "pgbouncer") &&
	    (place->is_native || process_is_running(place, "pglite")))
		return true;
	return err_set(err, ERR_FAILED, "the sandbox in %s is not up", place->folder) ||
	       err_hint(err, "pgtend sandbox up --dir %s", place->folder);
}

bool sandbox_incident(struct loop *loop, const char *folder, const char *program, const char *what,
    struct report *report, struct err *err)
{
	(void)program;
	struct place place;
	const struct incident *incident = find(what, err);
	if (incident == NULL)
		return false;
	bool is_ok = place_open(&place, loop, folder, PLACE_CHANGING, report, err) && is_up(&place, err);
	if (is_ok) {
		report_step(report, "incident %s", incident->name);
		is_ok = incident->plant(&place, err);
	}
	if (is_ok) {
		report_summary(report, "%s", incident->title);
		report_hint(report, "pgtend sandbox mend --dir %s takes it away again", place.folder);
	}
	place_close(&place);
	return is_ok;
}

bool sandbox_mend(struct loop *loop, const char *folder, const char *program, struct report *report, struct err *err)
{
	struct place place;
	bool is_ok = place_open(&place, loop, folder, PLACE_CHANGING, report, err) && is_up(&place, err);
	for (int i = 0; is_ok && i < incident_count; i++) {
		report_step(report, "mending %s", incidents[i].name);
		is_ok = incidents[i].mend(&place, program, err);
	}
	if (is_ok)
		report_summary(report, "no incident is left");
	place_close(&place);
	return is_ok;
}
