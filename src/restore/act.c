/* restore/act.c - the verb restore from the dump's name to the last row of its report. See restore/act.h. */
#include <string.h>

#include "act_internal.h"
#include "pgtend/core/mem.h"
#include "pgtend/core/units.h"
#include "pgtend/core/who.h"

enum { READY_MS = 15000, MOST_JOBS = 64 };

static const struct table_column columns[] = {
    {"database", CELL_TEXT, "database", 0, "Name of the [database] section."},
    {"backup", CELL_TEXT, "backup", 0, "ID of the backup; of dumps that others made the file's name."},
    {"path", CELL_TEXT, "file", 2, "The dump."},
    {"form", CELL_TEXT, "form", 2, "custom, custom+zstd, directory, tar, plain, plain+gzip or plain+zstd."},
    {"taken_at", CELL_TIME, "taken", 1, "When its snapshot began; null: the dump does not say."},
    {"dbname", CELL_TEXT, "restored as", 0, "The new database (pg_database.datname)."},
    {"replaced", CELL_TEXT, "old one", 1, "--replace: what the database that had this name is called now; else null."},
    {"rows", CELL_COUNT, "rows", 0, "Rows counted in the new database; null: not counted."},
    {"tables", CELL_COUNT, "tables", 1, "Tables whose rows were counted."},
    {"different", CELL_COUNT, "differ", 1,
        "Tables whose rows are not those of the dump; null: nobody knows how many there should be."},
    {"hypertables", CELL_COUNT, "hypertables", 2, "Of TimescaleDB; null: the database has none of it."},
    {"chunks", CELL_COUNT, "chunks", 2, "Chunks of these."},
    {"jobs_paused", CELL_COUNT, "jobs paused", 1, "TimescaleDB's jobs that stand still until jobs resume."},
    {"duration_ms", CELL_MS, "took", 0, "From reading the dump to the last name."},
};
const struct table_shape restore_shape = {"restore", columns, sizeof columns / sizeof columns[0]};

struct act {
	struct fleet *fleet;
	struct database *database;
	const struct restore_request *request;
	struct report *report;
	struct session *session; /* to a database of the server, if it can be not the live one */
	struct archive archive;
	struct live live;
	struct intent intent;
	char *old;
	bool is_old_closed;
};

/* --- before anything is made ---------------------------------------------------------------------------------------- */

static bool check_request(const struct act *act, struct err *err)
{
	const struct restore_request *request = act->request;
	if (request->as && request->is_replace)
		return err_set(err, ERR_USAGE, "--as and --replace exclude each other");
	if (request->jobs < 1 || request->jobs > MOST_JOBS)
		return err_set(err, ERR_USAGE, "--jobs is a whole number from 1 to %d", MOST_JOBS);
	if (request->as && (!*request->as || strlen(request->as) > 63))
		return err_set(err, ERR_USAGE, "--as: a name has from 1 to 63 bytes");
	if (request->as && strcmp(request->as, act->database->dbname) == 0) {
		err_set(err, ERR_USAGE, "--as %s: that is the database itself", request->as);
		return err_hint(err, "--replace puts the restored one into its place and keeps the old one");
	}
	return true;
}

/* To where names can be changed from; a host that lets in to nothing else gives the database itself. */
static bool open_session(struct act *act, struct err *err)
{
	static const char *const names[] = {"postgres", "template1", NULL};
	struct err first = {0};
	for (int i = 0; i < 3; i++) {
		struct err trouble = {0};
		act->session = database_action_session(act->fleet, act->database, names[i], "restore", 0, true);
		if (session_ready_wait(act->session, READY_MS, &trouble))
			break;
		session_free(act->session);
		act->session = NULL;
		if (i == 0)
			first = trouble;
		if (!trouble.sqlstate[0] || strcmp(trouble.sqlstate, "28P01") == 0)
			break;
	}
	if (act->session)
		return !session_is_pooled(act->session) ||
		       err_set(err, ERR_REFUSED, "%s is reached through a pooler, which can make no databases: add direct = to its section",
		           act->database->name);
	*err = first;
	return false;
}

/* PGlite and its like. A database that is gone cannot be asked, and need not be. */
static bool can_restore(const struct act *act, struct err *err)
{
	struct err ignored = {0};
	struct session *session = database_session(act->fleet, act->database);
	if (!act->database->server->is_known && session_ready_wait(session, READY_MS, &ignored) &&
	    !database_learn_wait(act->fleet, act->database, session, &ignored))
		return true;
	return !act->database->server->is_known || database_can(act->database, CAP_CREATE_DATABASE, err);
}

static bool find_dump(struct act *act, struct err *err)
{
	char *folder = archive_folder(act->database, NULL);
	bool is_found = archive_find(folder, act->database->name, act->request->which ? act->request->which : "latest",
	    &act->archive, err);
	mem_free(folder);
	if (!is_found)
		return false;
	if (!act->archive.trouble)
		return true;
	err_set(err, ERR_FAILED, "%s is no backup to restore from: %s", act->archive.path, act->archive.trouble);
	return err_hint(err, "pgtend backups %s lists the others", act->database->name);
}

static char *free_name(struct act *act, struct err *err)
{
	char stamp[UNITS_SIZE];
	units_stamp(stamp, act->archive.taken_us > 0 ? act->archive.taken_us : units_now_us());
	for (char *c = stamp; *c; c++)
		if (*c >= 'A' && *c <= 'Z')
			*c = (char)(*c - 'A' + 'a');
	char *tail = mem_format("_restored_%.*s", (int)strcspn(stamp, "z"), stamp);
	char *name = target_free_name(act->session, act->database->dbname, tail, err);
	mem_free(tail);
	return name;
}

static bool choose_name(struct act *act, struct err *err)
{
	const struct restore_request *request = act->request;
	struct intent *intent = &act->intent;
	if (request->is_replace) {
		intent->name = mem_copy(act->database->dbname);
		if (!live_look(act->fleet, act->database, act->session, &act->live, err))
			return false;
		intent->live_oid = act->live.is_there ? act->live.oid : 0;
		return true;
	}
	if (!request->as)
		return (intent->name = free_name(act, err)) != NULL;
	bool is_there = false;
	intent->name = mem_copy(request->as);
	if (!target_exists(act->session, request->as, &is_there, err))
		return false;
	if (!is_there)
		return true;
	err_set(err, ERR_FAILED, "there is a database %s already, and a restore makes a new one", request->as);
	return err_hint(err, "give it another name, or drop that one yourself");
}

/* In a folder that machines share the only good ones may be of another server that has a database of this name. */
static bool is_for_this_server(struct act *act, struct err *err)
{
	const json_t *manifest = act->archive.manifest;
	const char *server = json_string_value(json_object_get(manifest, "system_identifier")), *from = json_string_value(json_object_get(manifest, "host"));
	const bool is_named = act->request->which && strcmp(act->request->which, "latest") != 0;
	struct identity identity;
	if (is_named || !act->live.is_there || !server || !from || strcmp(server, "unknown") == 0)
		return true;
	char *host = who_host();
	const bool is_from_here = strcmp(host, from) == 0;
	mem_free(host);
	if (is_from_here)
		return true;
	if (!database_identity_wait(act->fleet, act->database, act->session, &identity, err))
		return false;
	if (strcmp(identity.system_identifier, "unknown") == 0 || strcmp(identity.system_identifier, server) == 0)
		return true;
	err_set(err, ERR_REFUSED, "the latest, %s, is of another server, taken on %s: it takes no database's place unless it is named", act->archive.id, from);
	return err_hint(err, "pgtend restore %s %s --replace, if that is what you want", act->database->name, act->archive.id);
}

static bool prepare(struct act *act, struct err *err)
{
	if (!check_request(act, err) || !find_dump(act, err) || !can_restore(act, err) || !open_session(act, err) ||
	    !choose_name(act, err) || !is_for_this_server(act, err))
		return false;
	struct intent *intent = &act->intent;
	intent->database = mem_copy(act->database->name);
	intent->dbname = mem_copy(act->database->dbname);
	intent->from = mem_copy(act->archive.path);
	intent->role = mem_copy(act->request->role);
	intent->is_replace = act->request->is_replace;
	intent->no_owner = act->request->no_owner;
	intent->resume_jobs = act->request->resume_jobs;
	intent->jobs = act->request->jobs;
	return true;
}

static void act_done(struct act *act)
{
	if (act->session)
		session_free(act->session);
	archive_done(&act->archive);
	live_done(&act->live);
	intent_done(&act->intent);
	mem_free(act->old);
}

/* --- what would be done ------------------------------------------------------------------------------------------------ */

static void say_dump(const struct act *act, struct words *lines)
{
	const struct archive *archive = &act->archive;
	struct text line = {0};
	char size[UNITS_SIZE], age[UNITS_SIZE], count[UNITS_SIZE], stamp[UNITS_SIZE];
	text_addf(&line, "%s: %s, %s", archive->path, archive_form_word(archive->form), units_bytes(size, archive->size_bytes));
	if (archive->taken_us > 0)
		text_addf(&line, ", taken %s (%s ago)", units_rfc3339(stamp, archive->taken_us / 1000000 * 1000000),
		    units_age(age, (units_now_us() - archive->taken_us) / 1000000));
	if (archive->rows >= 0)
		text_addf(&line, ", %s rows", units_count(count, archive->rows));
	text_addf(&line, ", %s", !archive->manifest                          ? "made by others: never verified here"
	                         : archive->depth == ARCHIVE_UNVERIFIED ? "not verified"
	                                                                     : "verified");
	words_take(lines, text_take(&line));
	if (archive->chosen_over)
		words_take(lines, mem_format("it is the latest that counts: %s", archive->chosen_over));
	if (archive->dbname && strcmp(archive->dbname, act->database->dbname) != 0)
		words_take(lines, mem_format("it is a dump of %s, not of %s", archive->dbname, act->database->dbname));
}

static void say_replaced(const struct act *act, struct words *lines)
{
	const struct live *live = &act->live;
	const char *name = act->intent.name;
	char size[UNITS_SIZE], count[UNITS_SIZE], stamp[UNITS_SIZE];
	if (!live->is_there) {
		words_take(lines, mem_format("%s does not exist: the restored database gets its name", name));
		return;
	}
	struct text line = {0};
	text_addf(&line, "%s would be replaced", name);
	if (live->tables >= 0)
		text_addf(&line, ": %lld table%s, about %s rows", (long long)live->tables, live->tables == 1 ? "" : "s",
		    units_count(count, live->rows));
	if (live->bytes >= 0)
		text_addf(&line, ", %s", units_bytes(size, live->bytes));
	text_add(&line, "; it is kept under another name, with the day in it");
	words_take(lines, text_take(&line));
	if (act->archive.taken_us > 0)
		words_take(lines, mem_format("what was written to it since %s is only in the old one then",
		                      units_rfc3339(stamp, act->archive.taken_us / 1000000 * 1000000)));
	live_clients(act->session, name, lines);
	if (live->slots)
		words_take(lines, mem_format("its logical replication slots stay with the old one: %s", live->slots));
	if (live->tablespace)
		words_take(lines, mem_format("it lies in the tablespace %s, the new one in the server's default", live->tablespace));
	if (live->jobs > 0)
		words_take(lines, mem_format("the old one takes no connections then, so that its %lld TimescaleDB job%s no more",
		                      (long long)live->jobs, live->jobs == 1 ? " runs" : "s run"));
}

bool restore_preview(struct fleet *fleet, struct database *database, const struct restore_request *request,
    struct words *lines, struct err *err)
{
	struct act act = {.fleet = fleet, .database = database, .request = request};
	bool is_good = prepare(&act, err);
	if (is_good) {
		say_dump(&act, lines);
		if (request->is_replace)
			say_replaced(&act, lines);
		else
			words_take(lines, mem_format("a new database %s would be made on %s", act.intent.name, database->server->label));
		if (request->no_owner)
			words_take(lines, mem_format("all in it would belong to %s, without privileges of others",
			                      request->role ? request->role : "the role that restores"));
		else if (request->role)
			words_take(lines, mem_format("it would be made as %s, and given to the owners that the dump names", request->role));
	}
	act_done(&act);
	return is_good;
}

/* --- doing it ---------------------------------------------------------------------------------------------------------- */

static bool claimed(struct scratch *scratch, void *arg, struct err *err)
{
	struct act *act = arg;
	act->intent.scratch = mem_copy(scratch->dbname);
	return intent_write(&act->intent, err);
}

static bool publish(struct scratch *scratch, const struct restored *restored, void *arg, bool *stays, struct err *err)
{
	struct act *act = arg;
	if (restored->different > 0) {
		err_set(err, ERR_FAILED, "%lld table%s not hold the rows of the dump: nothing was replaced",
		    (long long)restored->different, restored->different == 1 ? " does" : "s do");
		return false;
	}
	struct placing placing = {
	    .fleet = act->fleet, .database = act->database, .scratch = scratch, .intent = &act->intent};
	bool is_good = place_target(&placing, err);
	act->old = placing.old;
	act->is_old_closed = placing.is_old_closed;
	*stays = true;
	if (!is_good && !err->hint[0])
		err_hint(err, "the restored database stays as %s: pgtend restore %s --finish or --drop", scratch->dbname,
		    act->database->name);
	return is_good;
}

static void tell_rows(const struct act *act, const struct restored *restored, double took_ms)
{
	struct table *rows = table_new(&restore_shape);
	int row = table_add_row(rows);
	const struct archive *archive = &act->archive;
	const struct {
		const char *column;
		int64_t value;
	} numbers[] = {{"rows", restored->rows}, {"tables", restored->tables}, {"different", restored->different},
	    {"hypertables", restored->hypertables}, {"chunks", restored->chunks}, {"jobs_paused", restored->jobs_paused}};
	table_set_text(rows, row, "database", act->database->name);
	table_set_text(rows, row, "backup", archive->id);
	table_set_text(rows, row, "path", archive->path);
	table_set_text(rows, row, "form", archive_form_word(archive->form));
	if (archive->taken_us > 0)
		table_set_int(rows, row, "taken_at", archive->taken_us);
	table_set_text(rows, row, "dbname", act->intent.name);
	table_set_text(rows, row, "replaced", act->old);
	for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
		if (numbers[i].value >= 0)
			table_set_int(rows, row, numbers[i].column, numbers[i].value);
	table_set_real(rows, row, "duration_ms", took_ms);
	report_rows(act->report, rows);
}

static void tell_done(const struct act *act, const struct restored *restored, double took_ms)
{
	char took[UNITS_SIZE], count[UNITS_SIZE];
	const char *name = act->intent.name;
	struct text line = {0};
	text_addf(&line, "%s restored from %s in %s", name, act->archive.id, units_ms(took, took_ms));
	if (restored->rows >= 0)
		text_addf(&line, ", %s rows in %lld tables%s", units_count(count, restored->rows), (long long)restored->tables,
		    restored->different == 0 ? ", as in the dump" : "");
	report_summary(act->report, "%s", text_str(&line));
	text_done(&line);
	if (act->old)
		report_log(act->report, "the old one is kept as %s%s", act->old,
		    act->is_old_closed ? "; it takes no connections, so that TimescaleDB runs no jobs in it" : "");
	char *old = act->old ? text_sql_name(act->old) : NULL;
	if (old && act->is_old_closed)
		report_hint(act->report, "to look into it: ALTER DATABASE %s ALLOW_CONNECTIONS true", old);
	if (old)
		report_hint(act->report, "when nobody needs it any more: DROP DATABASE %s", old);
	mem_free(old);
	if (restored->jobs_paused > 0)
		report_log(act->report, "%lld TimescaleDB job%s in %s: retention would drop what was just restored",
		    (long long)restored->jobs_paused, restored->jobs_paused == 1 ? " stands still" : "s stand still", name);
	if (restored->jobs_paused > 0 && act->intent.is_replace)
		report_hint(act->report, "when the data are as they should be: pgtend jobs resume %s", act->database->name);
}

static bool restore(struct act *act, struct err *err)
{
	struct restore_hooks hooks = {
	    .claimed = claimed, .publish = act->request->is_replace ? publish : NULL, .arg = act};
	struct restore_options options = {
	    .purpose = "restore",
	    .dbname = act->request->is_replace ? NULL : act->intent.name,
	    .jobs = act->request->jobs,
	    .no_owner = act->request->no_owner,
	    .role = act->request->role,
	    .resume_jobs = act->request->resume_jobs,
	    .hooks = &hooks,
	};
	struct restored restored = {0};
	int64_t began_us = units_now_us();
	bool is_done = restore_into_new(act->fleet, act->database, &act->archive, &options, &restored, act->report, err);
	if (is_done) {
		double took_ms = (double)(units_now_us() - began_us) / 1000.0;
		tell_rows(act, &restored, took_ms);
		tell_done(act, &restored, took_ms);
	}
	/* Named, or dropped: nothing is left to finish. What stays is forgotten by who finishes or drops it. */
	if (act->intent.scratch && (!act->request->is_replace || (!is_done && !restored.dbname)))
		intent_forget(act->intent.scratch);
	restored_done(&restored);
	return is_done;
}

static void tell_leftovers(const struct act *act)
{
	struct restore_leftovers leftovers = {0};
	struct err ignored = {0};
	if (restore_leftovers_wait(act->database, act->session, &leftovers, &ignored))
		for (int i = 0; i < leftovers.count; i++) {
			char *words = restore_leftover_words(&leftovers.v[i]);
			report_log(act->report, "%s", words);
			mem_free(words);
		}
	restore_leftovers_done(&leftovers);
}

bool restore_run(struct fleet *fleet, struct database *database, const struct restore_request *request,
    struct report *report, struct err *err)
{
	struct act act = {.fleet = fleet, .database = database, .request = request, .report = report};
	bool is_done = prepare(&act, err);
	if (is_done) {
		if (act.archive.chosen_over)
			report_log(report, "%s is the latest that counts: %s", act.archive.id, act.archive.chosen_over);
		tell_leftovers(&act);
		session_free(act.session);
		act.session = NULL;
		is_done = archive_check_sums(fleet->loop, &act.archive, report, err) && restore(&act, err);
	}
	act_done(&act);
	return is_done;
}
