/* pitr restore: a whole cluster as it was at a time, in a new folder. */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "pgtend/core/mem.h"
#include "pgtend/core/places.h"
#include "pgtend/core/units.h"
#include "pgtend/loop/task.h"
#include "pgtend/pg/client_tool.h"
#include "pgtend/sql_embedded.h"
#include "pitr_internal.h"

enum { DEADLINE_MS = 15000, ARCHIVED_MS = 90000, EVERY_MS = 250 };

static const struct table_column columns[] = {
    {"database", CELL_TEXT, "database", 0, "Name of the [database] section that named the server."},
    {"path", CELL_TEXT, "folder", 0, "The data folder of the restored cluster."},
    {"to", CELL_TIME, "to", 0, "The time that was asked for; null: the latest."},
    {"reached_at", CELL_TIME, "reached", 0, "When the last transaction ended that it has; null: not started, or none was replayed."},
    {"state", CELL_TEXT, "state", 0, "laid (not started), started (how far it came is not known), open, or paused (read only at the time)."},
    {"label", CELL_TEXT, "backup", 1, "The backup it began with."},
    {"timeline", CELL_TEXT, "timeline", 2, "The history that it follows."},
    {"port", CELL_ID, "port", 0, "The port that it listens on."},
    {"start", CELL_TEXT, "start", 1, "The line that starts it."},
    {"duration_s", CELL_SECONDS, "took", 2, "How long it took."},
};
const struct table_shape pitr_restore_shape = {"pitr_restore", columns, sizeof columns / sizeof columns[0]};

struct restoring {
	struct pitr_place place;
	const struct pitr_restore *restore;
	struct pitr_info info;
	const struct pitr_set *base; /* where pgBackRest will begin */
	struct pitr_copy copy;
	char *timeline;
	int64_t to_us;               /* 0: the latest */
	bool has_made;               /* the folder is new: it goes when the restore fails */
};

/* --- what is asked for ---------------------------------------------------------------------------------- */

static bool find_base(struct restoring *restoring, struct err *err)
{
	const struct pitr_info *info = &restoring->info;
	const char *wanted = restoring->restore->set;
	char from[UNITS_SIZE];
	if (info->code == 1 || info->count == 0) {
		err_set(err, ERR_FAILED, "there is no backup of stanza %s in the repository: %s", restoring->place.stanza, info->message);
		return err_hint(err, "pgtend pitr status %s", restoring->place.database->name);
	}
	/* Times of backups are whole seconds, cut: one that was complete in the second of the time may be too late. */
	int64_t second_us = restoring->to_us - restoring->to_us % 1000000;
	for (int i = 0; i < info->count; i++) {
		const struct pitr_set *set = &info->sets[i];
		if (wanted != NULL ? strcmp(set->label, wanted) == 0 : restoring->to_us == 0 || set->stop_us < second_us)
			restoring->base = set;
	}
	if (restoring->base == NULL && wanted != NULL)
		return err_set(err, ERR_USAGE, "there is no backup %s of stanza %s", wanted, restoring->place.stanza);
	if (restoring->base == NULL)
		return err_set(err, ERR_FAILED, "nothing is kept from before %s: the oldest backup was complete at that time", units_rfc3339(from, info->sets[0].stop_us));
	return true;
}

static bool is_empty(const char *path)
{
	DIR *dir = opendir(path);
	int count = 0;
	for (struct dirent *entry; dir != NULL && (entry = readdir(dir)) != NULL;)
		count += strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
	bool is_it = dir != NULL && count == 0;
	if (dir != NULL)
		closedir(dir);
	return is_it;
}

/* Also by way of a link: a folder that is not there yet lies where its parent does. */
static bool is_inside(const char *path, const char *data)
{
	char *real_data = realpath(data, NULL), *real = realpath(path, NULL), *parent = mem_copy(path), *slash;
	while (real == NULL && (slash = strrchr(parent, '/')) != NULL && slash != parent) {
		*slash = '\0';
		real = realpath(parent, NULL);
	}
	const char *own = real_data != NULL ? real_data : data, *there = real != NULL ? real : path;
	bool is_it = text_starts_with(there, own) && (there[strlen(own)] == '\0' || there[strlen(own)] == '/');
	free(real_data);
	free(real);
	mem_free(parent);
	return is_it;
}

static bool check_room(const struct restoring *restoring, struct err *err)
{
	struct statvfs info;
	char *folder = mem_copy(restoring->copy.into), *slash = strrchr(folder, '/');
	char has[UNITS_SIZE], needs[UNITS_SIZE];
	if (slash != NULL)
		slash[slash == folder ? 1 : 0] = '\0';
	bool is_known = statvfs(folder, &info) == 0;
	int64_t left = is_known ? (int64_t)info.f_bavail * (int64_t)info.f_frsize : 0;
	bool ok = !is_known || left >= restoring->base->size_bytes ||
	          err_set(err, ERR_FAILED, "%s: has %s left, the backup restores to %s", folder, units_bytes(has, left), units_bytes(needs, restoring->base->size_bytes));
	if (!is_known && errno == ENOENT)
		ok = err_set(err, ERR_FAILED, "there is no folder %s to make the new one in", folder);
	mem_free(folder);
	return ok;
}

static bool find_folder(struct restoring *restoring, struct err *err)
{
	const char *into = restoring->restore->into, *data = restoring->place.data;
	char stamp[UNITS_SIZE];
	struct stat st;
	if (into == NULL && data == NULL) {
		err_set(err, ERR_USAGE, "where the server keeps its data is not known, so --into DIR says where the new folder is");
		return false;
	}
	restoring->copy.into = into != NULL ? (restoring->place.is_elsewhere ? mem_copy(into) : places_absolute(into))
	                                    : mem_format("%s-%s", data, units_stamp(stamp, restoring->to_us > 0 ? restoring->to_us : units_now_us()));
	into = restoring->copy.into;
	if (into[0] != '/')
		return err_set(err, ERR_USAGE, "--into %s: pgBackRest runs elsewhere, so a whole path is needed", into);
	if (strpbrk(into, "\n\r") != NULL)
		return err_set(err, ERR_USAGE, "--into takes no folder with a line's end in its name: it goes into the configuration of the new cluster");
	bool is_named = data != NULL && text_starts_with(into, data) && (into[strlen(data)] == '\0' || into[strlen(data)] == '/');
	if (is_named || (data != NULL && !restoring->place.is_elsewhere && is_inside(into, data)))
		return err_set(err, ERR_REFUSED, "%s is the server's own data: a restore goes into a new folder", into);
	if (restoring->place.is_elsewhere)
		return true;
	restoring->has_made = lstat(into, &st) != 0;
	if (!restoring->has_made && !(S_ISDIR(st.st_mode) && is_empty(into))) {
		err_set(err, ERR_FAILED, "%s is there and not empty: a restore goes into a new folder", into);
		/* Which pgBackRest lays first, and takes away when it is done. */
		char *manifest = places_join(into, "backup.manifest");
		if (access(manifest, F_OK) == 0)
			err_hint(err, "a restore into it was broken off: remove it");
		mem_free(manifest);
		return false;
	}
	return check_room(restoring, err);
}

/* What the server knows of its configuration, while it answers. */
static void ask_server(struct restoring *restoring, struct session *session)
{
	struct result *result = NULL;
	struct err ignored;
	const char *data = restoring->place.data;
	struct pitr_copy *copy = &restoring->copy;
	int64_t port = 0;
	if (session_query_wait(session, sql_pitr_setup, NULL, 0, DEADLINE_MS, &result, &ignored)) {
		const char *config = result_text(result, 0, result_column(result, "config_file"));
		const char *port_text = result_text(result, 0, result_column(result, "port"));
		if (config != NULL && data != NULL && !text_starts_with(config, data)) {
			copy->config_file = mem_copy(config);
			copy->hba_file = mem_copy(result_text(result, 0, result_column(result, "hba_file")));
			copy->ident_file = mem_copy(result_text(result, 0, result_column(result, "ident_file")));
		}
		/* They may have been given to the server on its command line. */
		copy->sockets = mem_copy(result_text(result, 0, result_column(result, "sockets")));
		if (copy->port == 0 && !restoring->place.is_elsewhere && port_text != NULL && units_parse_int(port_text, &port))
			copy->port = pitr_free_port(port);
	}
	result_free(result);
}

static bool check_words(const struct pitr_restore *restore, struct err *err)
{
	if (restore->set != NULL && !pitr_is_name(restore->set))
		return err_set(err, ERR_USAGE, "'%s' is no label of a backup; pgtend pitr status shows them", restore->set);
	int64_t timeline = 0;
	bool is_timeline = restore->timeline == NULL || strcmp(restore->timeline, "latest") == 0 || strcmp(restore->timeline, "current") == 0 ||
	                   (units_parse_int(restore->timeline, &timeline) && timeline > 0 && timeline <= UINT32_MAX);
	if (!is_timeline)
		return err_set(err, ERR_USAGE, "--timeline takes a number, latest or current, not '%s'", restore->timeline);
	if (restore->port < 0 || restore->port > 65535)
		return err_set(err, ERR_USAGE, "--port takes a number from 1 to 65535");
	return true;
}

/* The server's own history, from the name of the segment that it writes: eight digits of it. */
static void find_timeline(struct restoring *restoring, struct session *session)
{
	struct result *result = NULL;
	struct err ignored;
	if (restoring->restore->timeline != NULL)
		restoring->timeline = mem_copy(restoring->restore->timeline);
	else if (session != NULL && session_query_wait(session, sql_pitr_timeline, NULL, 0, DEADLINE_MS, &result, &ignored))
		restoring->timeline = mem_copy(result_text(result, 0, 0));
	result_free(result);
	if (restoring->timeline == NULL)
		restoring->timeline = mem_copy("latest");
}

static struct session *open_session(const struct restoring *restoring)
{
	struct err ignored;
	if (restoring->place.archiver == NULL)
		return NULL;
	struct session *session = database_action_session(restoring->place.fleet, restoring->place.database, NULL, "pitr restore", 0, true);
	if (session_ready_wait(session, DEADLINE_MS, &ignored))
		return session;
	session_free(session);
	return NULL;
}

static void restoring_done(struct restoring *restoring)
{
	pitr_info_done(&restoring->info);
	pitr_place_done(&restoring->place);
	mem_free(restoring->copy.into);
	mem_free(restoring->copy.pg_ctl);
	mem_free(restoring->copy.sockets);
	mem_free(restoring->copy.config_file);
	mem_free(restoring->copy.hba_file);
	mem_free(restoring->copy.ident_file);
	mem_free(restoring->timeline);
}

static bool prepare(struct fleet *fleet, struct database *database, const struct pitr_restore *restore, struct restoring *restoring, struct err *err)
{
	*restoring = (struct restoring){.restore = restore, .copy.port = restore->port, .copy.state = "laid"};
	if (strcmp(restore->to, "latest") != 0 && !pitr_parse_time(restore->to, units_now_us(), &restoring->to_us, err))
		return false;
	if (!check_words(restore, err) || !pitr_place_open(fleet, database, NULL, &restoring->place, err))
		return false;
	if (!pitr_place_can(&restoring->place, true, err) || !pitr_info_read(&restoring->place, PITR_INFO_MS, &restoring->info, err) || !find_base(restoring, err) ||
	    !find_folder(restoring, err))
		return false;
	struct session *session = open_session(restoring);
	if (session != NULL)
		ask_server(restoring, session);
	else if (!restoring->place.is_elsewhere)
		restoring->copy.sockets = pitr_conf_get(restoring->place.config, restoring->place.stanza, "pg1-socket-path");
	find_timeline(restoring, session);
	bool is_safe = pitr_tablespaces_check(&restoring->place, session, restoring->base->label, restoring->to_us, err);
	session_free(session);
	if (!is_safe)
		return false;
	int major = 0;
	struct err ignored;
	if (!restoring->place.is_elsewhere && client_tool_find("pg_ctl", restoring->info.major, &restoring->copy.pg_ctl, &major, &ignored) && major != restoring->info.major) {
		mem_free(restoring->copy.pg_ctl);
		restoring->copy.pg_ctl = NULL;
	}
	return true;
}

bool pitr_restore_preview(struct fleet *fleet, struct database *database, const struct pitr_restore *restore, struct words *lines, struct err *err)
{
	struct restoring restoring;
	char at[UNITS_SIZE], base[UNITS_SIZE], size[UNITS_SIZE];
	bool ok = prepare(fleet, database, restore, &restoring, err);
	if (ok) {
		words_take(lines, mem_format("restore stanza %s, all databases of %s, as of %s, into %s", restoring.place.stanza, database->server->label,
			restoring.to_us > 0 ? units_rfc3339(at, restoring.to_us) : "the latest archived log", restoring.copy.into));
		words_take(lines, mem_format("begins with %s backup %s, complete at %s, %s", restoring.base->type, restoring.base->label,
			units_rfc3339(base, restoring.base->stop_us), units_bytes(size, restoring.base->size_bytes)));
		words_take(lines, mem_format("follows timeline %s; the new cluster archives nothing itself", restoring.timeline));
		if (restoring.place.archiver == NULL)
			words_take(lines, mem_format("the server does not answer (%s): what it did not archive is not in it", restoring.place.silence.text));
		else
			words_add(lines, "the server is not touched; one segment of its log is closed early, so that it is archived");
		if (pitr_info_is_of_other(&restoring.info, &restoring.place))
			words_take(lines, mem_format("the stanza is that of another cluster: %s, the server is %s", restoring.info.system_identifier,
				pitr_place_identifier(&restoring.place)));
	}
	restoring_done(&restoring);
	return ok;
}

/* --- the log up to now ------------------------------------------------------------------------------------ */

static bool wait_archived(struct session *session, const char *wal, struct err *err)
{
	const char *const params[] = {wal};
	int64_t until_us = units_now_us() + (int64_t)ARCHIVED_MS * 1000;
	for (;;) {
		struct result *result = NULL;
		bool ok = session_query_wait(session, sql_pitr_covered, params, 1, DEADLINE_MS, &result, err);
		bool is_there = ok && result_bool(result, 0, 0), is_failing = ok && result_bool(result, 0, 1);
		result_free(result);
		if (!ok || is_there)
			return ok;
		if (is_failing)
			return err_set(err, ERR_FAILED, "the archiver fails");
		if (units_now_us() > until_us)
			return err_set(err, ERR_TIMEOUT, "segment %s was not archived in %d s", wal, ARCHIVED_MS / 1000);
		if (task_is_cancelled())
			return err_set(err, ERR_CANCELLED, "cancelled");
		task_sleep(EVERY_MS);
	}
}

/* A server that does not answer, or may not be asked, is no reason to have no restore: what is archived is archived. */
static void cover(const struct restoring *restoring, struct report *report)
{
	struct err err = {0};
	struct result *result = NULL;
	struct session *session = open_session(restoring);
	if (session == NULL || table_get_int(restoring->place.archiver, 0, "is_in_recovery", 0) != 0) {
		report_log(report, "the server does not answer, or is a standby: what was not archived yet is not restored");
	} else {
		report_step(report, "archiving the log up to now");
		bool ok = session_query_wait(session, sql_pitr_cover, NULL, 0, DEADLINE_MS, &result, &err) &&
		          session_query_wait(session, sql_pitr_switch, NULL, 0, DEADLINE_MS, NULL, &err) &&
		          wait_archived(session, result_text(result, 0, result_column(result, "wal")), &err);
		if (!ok)
			report_log(report, "the newest log could not be archived first (%s): if the time lies in it, it is not reached", err.text);
	}
	result_free(result);
	session_free(session);
}

/* --- the restore -------------------------------------------------------------------------------------------- */

/* "2026-11-21 17:26:46.747679+00": as pgBackRest and the server both read it. Caller frees. */
static char *target_of(int64_t time_us)
{
	char stamp[UNITS_SIZE];
	char *target = mem_format("%s", units_rfc3339(stamp, time_us));
	target[strcspn(target, "T")] = ' ';
	target[strcspn(target, "Z")] = '\0';
	char *whole = mem_format("%s+00", target);
	mem_free(target);
	return whole;
}

static void build_options(const struct restoring *restoring, struct words *options)
{
	const struct pitr_copy *copy = &restoring->copy;
	words_take(options, mem_format("--pg1-path=%s", copy->into));
	if (restoring->to_us > 0) {
		char *target = target_of(restoring->to_us);
		words_add(options, "--type=time");
		words_take(options, mem_format("--target=%s", target));
		words_take(options, mem_format("--target-action=%s", restoring->restore->is_paused ? "pause" : "promote"));
		mem_free(target);
	}
	words_take(options, mem_format("--target-timeline=%s", restoring->timeline));
	words_take(options, mem_format("--set=%s", restoring->base->label));
	/* A copy that pushed its own history into the stanza would spoil the original's. */
	words_add(options, "--archive-mode=off");
	/* Tablespaces lie where the original has them, unless they are sent elsewhere. */
	words_take(options, mem_format("--tablespace-map-all=%s.tablespaces", copy->into));
	if (copy->port > 0)
		words_take(options, mem_format("--recovery-option=port=%lld", (long long)copy->port));
	/* Its retention would eat what was just restored, as soon as the copy opens. Nothing to a server without TimescaleDB. */
	words_add(options, "--recovery-option=timescaledb.max_background_workers=0");
	if (copy->sockets != NULL)
		words_take(options, mem_format("--recovery-option=unix_socket_directories=%s", copy->sockets));
}

static bool make_folder(struct restoring *restoring, struct err *err)
{
	const struct pitr_place *place = &restoring->place;
	const char *into = restoring->copy.into;
	if (place->is_elsewhere)
		return true; /* pgBackRest makes it */
	if (restoring->has_made && mkdir(into, 0700) != 0) {
		restoring->has_made = false;
		return err_set(err, ERR_FAILED, "%s cannot be made: %s", into, strerror(errno));
	}
	if (place->has_user && chown(into, place->uid, place->gid) != 0)
		return err_set(err, ERR_FAILED, "%s cannot be given to the owner of the data: %s", into, strerror(errno));
	return true;
}

/* Of a restore that failed nothing stays; without global/pg_control, which pgBackRest lays last, nobody could start it anyway. */
static void take_away(const struct restoring *restoring, struct report *report)
{
	const char *into = restoring->copy.into;
	if (!restoring->has_made) {
		report_log(report, "%s holds a part of a cluster, which cannot be started: empty it", into);
		return;
	}
	char *tablespaces = mem_format("%s.tablespaces", into);
	const char *const argv[] = {"rm", "-rf", "--one-file-system", "--", into, tablespaces, NULL};
	struct text out = {0};
	struct err err = {0};
	int status = 0;
	task_shield();
	bool ok = pitr_run_other(&restoring->place, argv, &status, &out, &err);
	/* Its parent may be root's alone. */
	if (rmdir(into) != 0 && errno != ENOENT)
		ok = false;
	task_unshield();
	if (!ok)
		report_log(report, "%s could not be taken away whole", into);
	text_done(&out);
	mem_free(tablespaces);
}

static bool lay(struct restoring *restoring, struct report *report, struct err *err)
{
	struct words options = {0};
	build_options(restoring, &options);
	report_step(report, "restoring %s into %s", restoring->base->label, restoring->copy.into);
	const struct pitr_run run = {.place = &restoring->place, .command = "restore", .options = &options, .is_logged = true,
	    .all_bytes = restoring->base->size_bytes, .report = report};
	bool ok = make_folder(restoring, err);
	if (ok && !pitr_run(&run, NULL, err)) {
		ok = false;
		take_away(restoring, report);
	}
	words_done(&options);
	return ok;
}

/* Debian's clusters have their configuration in /etc: what a server that is gone cannot say. */
static void find_config(struct restoring *restoring)
{
	struct pitr_copy *copy = &restoring->copy;
	char *own = places_join(copy->into, "postgresql.conf");
	const char *data = restoring->place.data, *name = data != NULL ? strrchr(data, '/') : NULL;
	if (restoring->place.is_elsewhere || copy->config_file != NULL || access(own, F_OK) == 0 || name == NULL) {
		mem_free(own);
		return;
	}
	char *folder = mem_format("/etc/postgresql/%d%s", restoring->info.major, name), *config = places_join(folder, "postgresql.conf");
	if (access(config, F_OK) == 0) {
		copy->config_file = mem_copy(config);
		copy->hba_file = places_join(folder, "pg_hba.conf");
		copy->ident_file = places_join(folder, "pg_ident.conf");
	}
	mem_free(own);
	mem_free(folder);
	mem_free(config);
}

static void give_row(const struct restoring *restoring, int64_t began_us, struct report *report)
{
	const struct pitr_copy *copy = &restoring->copy;
	struct table *rows = table_new(&pitr_restore_shape);
	int row = table_add_row(rows);
	char reached[UNITS_SIZE], *line = pitr_copy_line(copy);
	table_set_text(rows, row, "database", restoring->place.database->name);
	table_set_text(rows, row, "path", copy->into);
	if (restoring->to_us > 0)
		table_set_int(rows, row, "to", restoring->to_us);
	if (copy->reached_us > 0)
		table_set_int(rows, row, "reached_at", copy->reached_us);
	table_set_text(rows, row, "state", copy->state);
	table_set_text(rows, row, "label", restoring->base->label);
	table_set_text(rows, row, "timeline", restoring->timeline);
	if (copy->port > 0)
		table_set_int(rows, row, "port", copy->port);
	table_set_text(rows, row, "start", line);
	table_set_real(rows, row, "duration_s", (double)(units_now_us() - began_us) / 1e6);
	report_rows(report, rows);
	if (strcmp(copy->state, "laid") == 0) {
		report_summary(report, "restored into %s, not started", copy->into);
		report_hint(report, "as the owner of the folder: %s", line);
	} else {
		report_summary(report, "%s is %s on port %lld; its last transaction ended %s", copy->into, copy->state, (long long)copy->port,
			copy->reached_us > 0 ? units_rfc3339(reached, copy->reached_us) : "before the backup was complete");
	}
	mem_free(line);
}

bool pitr_restore(struct fleet *fleet, struct database *database, const struct pitr_restore *restore, struct report *report, struct err *err)
{
	struct restoring restoring;
	int64_t began_us = units_now_us();
	bool ok = prepare(fleet, database, restore, &restoring, err);
	if (ok && restore->is_started && restoring.place.is_elsewhere) {
		err_set(err, ERR_UNSUPPORTED, "pgBackRest runs elsewhere, where pgtend starts no server");
		ok = err_hint(err, "without --start the cluster is laid there");
	}
	if (ok) {
		cover(&restoring, report);
		ok = lay(&restoring, report, err);
	}
	if (ok) {
		find_config(&restoring);
		if (restore->is_started)
			ok = pitr_copy_start(&restoring.place, &restoring.copy, report, err);
		give_row(&restoring, began_us, report);
	}
	restoring_done(&restoring);
	return ok;
}
