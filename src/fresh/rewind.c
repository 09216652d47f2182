/* fresh/rewind.c - back to a snapshot: a copy of it is made beside, gets what belongs to the database itself, then both
 * names change in one transaction, then the one that had the name goes. See fresh/snapshot.h. */
#include <string.h>

#include "pgtend/core/mem.h"
#include "pgtend/core/units.h"
#include "pgtend/fresh/clone.h"
#include "pgtend/fresh/copies.h"
#include "pgtend/fresh/snapshot.h"
#include "pgtend/lifecycle/lifecycle.h"
#include "pgtend/loop/task.h"
#include "pgtend/probes/last_backup.h"
#include "pgtend/scratch/swap.h"
#include "pgtend/sql_embedded.h"
#include "snapshot_internal.h"

enum { DEADLINE_MS = 15000, READY_MS = 15000 };

struct rewinding {
	struct beside beside;
	struct copies copies;
	const struct copy *snapshot;
	const char *name, *keep; /* keep: NULL: what is there now is dropped */
	const char *shown;       /* whom we may end */
	bool is_acting;
};

static void rewinding_done(struct rewinding *rewinding)
{
	copies_done(&rewinding->copies);
	beside_close(&rewinding->beside);
}

static bool is_keep_free(const struct rewinding *rewinding, struct err *err)
{
	const struct database *database = rewinding->beside.database;
	const char *keep = rewinding->keep;
	if (!keep)
		return true;
	if (!snapshot_name_check(keep, err))
		return false;
	if (rewinding->beside.oid == 0)
		return err_set(err, ERR_FAILED, "the database %s does not exist: there is nothing to keep", database->dbname);
	if (!snapshot_find(&rewinding->copies, keep))
		return true;
	err_set(err, ERR_FAILED, "%s has a snapshot %s already", database->name, keep);
	return err_hint(err, "another name for --keep, or pgtend snapshot drop %s %s", database->name, keep);
}

static bool look(struct rewinding *rewinding, struct err *err)
{
	struct beside *beside = &rewinding->beside;
	if (!snapshot_name_check(rewinding->name, err) || !beside_open_wait(beside, err) ||
	    (rewinding->is_acting && rewinding->keep && !snapshot_hold_name(beside, rewinding->keep, err)) ||
	    !copies_load_wait(beside->keeper, beside->database, true, &rewinding->copies, err))
		return false;
	rewinding->snapshot = snapshot_need(beside->database, &rewinding->copies, rewinding->name, err);
	return rewinding->snapshot && is_keep_free(rewinding, err) && beside_may_rename(beside, err);
}

/* --- before it is asked -------------------------------------------------------------------------------------------- */

static int64_t ask_number(struct session *session, const char *sql)
{
	struct err ignored = {0};
	struct result *r = NULL;
	bool is_known = session_query_wait(session, sql, NULL, 0, DEADLINE_MS, &r, &ignored) && result_rows(r) > 0;
	int64_t number = is_known ? result_int(r, 0, 0, -1) : -1;
	result_free(r);
	return number;
}

/* What goes. A database that lets nobody in goes all the same. */
static void say_loss(const struct rewinding *rewinding, struct words *lines)
{
	const struct beside *beside = &rewinding->beside;
	const char *dbname = beside->database->dbname;
	char size[UNITS_SIZE], count[UNITS_SIZE];
	struct err ignored = {0};
	if (beside->oid == 0) {
		words_take(lines, mem_format("%s is not there now", dbname));
		return;
	}
	struct session *session = database_session(beside->fleet, beside->database);
	bool is_in = session_ready_wait(session, READY_MS, &ignored);
	int64_t rows = is_in ? ask_number(session, sql_restore_live_rows) : -1;
	int64_t tables = is_in ? ask_number(session, sql_restore_live_tables) : -1;
	struct text line = {0};
	text_addf(&line, "what is in %s now ", dbname);
	if (tables >= 0)
		text_addf(&line, "(%lld table%s, about %s rows, %s) ", (long long)tables, tables == 1 ? "" : "s",
		    rows >= 0 ? units_count(count, rows) : "?", beside->bytes >= 0 ? units_bytes(size, beside->bytes) : "?");
	if (rewinding->keep)
		text_addf(&line, "is kept as the snapshot %s", rewinding->keep);
	else
		text_add(&line, "is dropped");
	words_take(lines, text_take(&line));
}

bool rewind_preview(struct fleet *fleet, struct database *database, const char *name, const char *keep,
    struct words *lines, char **shown, struct err *err)
{
	struct report report = {0};
	struct rewinding rewinding = {
	    .beside = {.fleet = fleet, .database = database, .report = &report, .verb = "rewind"}, .name = name, .keep = keep};
	bool is_good = look(&rewinding, err);
	if (is_good) {
		char *when = snapshot_when(rewinding.snapshot);
		words_take(lines, mem_format("%s on %s (%s) goes back to the snapshot %s (%s)", database->dbname, database->server->label,
		                      environment_word(database->environment), name, when));
		mem_free(when);
		say_loss(&rewinding, lines);
		/* The session for it is ours. */
		if (database->session)
			session_close(database->session);
		is_good = beside_look_wait(&rewinding.beside, err);
	}
	if (is_good) {
		const struct clients *clients = &rewinding.beside.clients;
		clients_say(clients, "disconnected at the change of names", lines);
		words_take(lines, last_backup_words(fleet, database));
		*shown = clients_shown(clients);
		is_good = clients_allow(clients, database->dbname, *shown, err);
	}
	rewinding_done(&rewinding);
	report_done(&report);
	return is_good;
}

/* --- doing it -------------------------------------------------------------------------------------------------------- */

static bool copy_snapshot(struct rewinding *rewinding, struct clone *clone, struct err *err)
{
	struct beside *beside = &rewinding->beside;
	*clone = (struct clone){
	    .fleet = beside->fleet,
	    .database = beside->database,
	    .keeper = beside->keeper,
	    .report = beside->report,
	    .verb = beside->verb,
	    .kind = COPY_SPARE,
	    .source = rewinding->snapshot->dbname,
	    .source_oid = rewinding->snapshot->oid,
	    .source_bytes = rewinding->snapshot->bytes,
	    .owner = beside->may_give ? beside->owner : NULL,
	    .state = "being made", /* nobody may take it for a spare of the working tree */
	};
	report_step(beside->report, "copying the snapshot %s", rewinding->name);
	return clone_make_wait(clone, err);
}

static bool end_clients(void *arg)
{
	const struct rewinding *rewinding = arg;
	return clients_end_wait(rewinding->beside.keeper, rewinding->beside.oid, rewinding->shown);
}

static bool change_names(struct rewinding *rewinding, const struct clone *clone, const char *old, struct err *err)
{
	struct beside *beside = &rewinding->beside;
	bool is_there = beside->oid != 0;
	char *comment = is_there ? mem_copy(beside->comment) : lifecycle_comment(beside->database);
	char *old_comment = rewinding->keep ? copy_comment(COPY_SNAPSHOT, beside->database, rewinding->keep, NULL, "whole")
	                                    : copy_comment(COPY_OLD, beside->database, NULL, NULL, "to be dropped");
	struct swap swap = {
	    .fleet = beside->fleet,
	    .database = beside->database,
	    .keeper = beside->keeper,
	    .report = beside->report,
	    .verb = beside->verb,
	    .name = beside->database->dbname,
	    .fresh = clone->dbname,
	    .fresh_oid = clone->oid,
	    .comment = comment,
	    .old = is_there ? old : NULL,
	    .old_oid = beside->oid,
	    .old_comment = old_comment,
	    .closes_old = true,
	    .opens_fresh = true,
	    .end_fn = end_clients,
	    .end_arg = rewinding,
	};
	report_step(beside->report, "names");
	snapshot_leave(beside);
	bool is_done = swap_names_wait(&swap, err);
	mem_free(comment);
	mem_free(old_comment);
	return is_done;
}

static bool place(struct rewinding *rewinding, const struct clone *clone, const char *old, struct err *err)
{
	struct beside *beside = &rewinding->beside;
	const char *dbname = beside->database->dbname;
	int64_t oid = beside->oid;
	/* Copying takes time, in which somebody may have come, or another may have taken the name. */
	if (!beside_look_wait(beside, err) || !beside_may_rename(beside, err) ||
	    !clients_allow(&beside->clients, dbname, rewinding->shown, err))
		return false;
	if (beside->oid != oid)
		return err_set(err, ERR_REFUSED, "%s is another database than the one that was shown", dbname);
	/* As they are now; of one that is not there, as they were when the snapshot was taken. */
	if (!swap_carry_over_wait(beside->keeper, oid != 0 ? dbname : rewinding->snapshot->dbname, clone->dbname, dbname, beside->report, err))
		return false;
	/* Neither half of it helps anybody. */
	task_shield();
	bool is_done = (oid == 0 || copy_hold_wait(beside->keeper, old, err)) && change_names(rewinding, clone, old, err);
	if (beside->database->has_timescaledb)
		beside_start_workers(beside, dbname);
	task_unshield();
	return is_done;
}

/* The database is back: what cannot be dropped now is told, and goes with the next prune. */
static void drop_old(const struct rewinding *rewinding, const char *old)
{
	const struct beside *beside = &rewinding->beside;
	struct err trouble = {0};
	report_step(beside->report, "dropping what was there");
	if (beside_drop_wait(beside, old, false, &trouble) || beside_drop_wait(beside, old, true, &trouble))
		return;
	report_log(beside->report, "what was there stays as %s: %s", old, trouble.text);
	report_hint(beside->report, "pgtend templates prune %s", beside->database->name);
}

static void drop_clone(const struct rewinding *rewinding, const char *dbname)
{
	struct err trouble = {0};
	task_shield();
	if (!beside_drop_wait(&rewinding->beside, dbname, true, &trouble))
		report_log(rewinding->beside.report, "%s is left: %s", dbname, trouble.text);
	task_unshield();
}

/* What is known of it is of the one that went. */
static void learn_again(const struct rewinding *rewinding)
{
	const struct beside *beside = &rewinding->beside;
	struct err ignored = {0};
	struct session *session = database_action_session(beside->fleet, beside->database, NULL, beside->verb, 0, true);
	if (!session_ready_wait(session, READY_MS, &ignored) ||
	    !database_learn_again_wait(beside->fleet, beside->database, session, &ignored))
		report_log(beside->report, "%s: %s", beside->database->dbname, ignored.text);
	session_free(session);
}

static bool hold(const struct rewinding *rewinding, struct err *err)
{
	struct err ignored = {0};
	if (copy_hold_wait(rewinding->beside.keeper, rewinding->snapshot->dbname, err))
		return true;
	if (err->kind != ERR_LOCKED)
		return false;
	err_set(&ignored, ERR_LOCKED, "another pgtend works on the snapshot %s of %s", rewinding->name,
	    rewinding->beside.database->name);
	*err = ignored;
	return false;
}

bool rewind_run(struct fleet *fleet, struct database *database, const char *name, const char *keep, const char *shown,
    struct report *report, struct err *err)
{
	int64_t started_us = units_now_us();
	char took[UNITS_SIZE];
	struct rewinding rewinding = {
	    .beside = {.fleet = fleet, .database = database, .report = report, .verb = "rewind"},
	    .name = name,
	    .keep = keep,
	    .shown = shown,
	    .is_acting = true};
	struct clone clone = {0};
	char *old = copy_new_dbname(keep ? COPY_SNAPSHOT : COPY_OLD, database);
	bool is_good = look(&rewinding, err) && clients_allow(&rewinding.beside.clients, database->dbname, shown, err) &&
	               hold(&rewinding, err);
	bool was_there = rewinding.beside.oid != 0;
	if (is_good)
		(void)copies_mend(&rewinding.beside, &rewinding.copies);
	is_good = is_good && copy_snapshot(&rewinding, &clone, err);
	if (is_good && !place(&rewinding, &clone, old, err)) {
		drop_clone(&rewinding, clone.dbname);
		is_good = false;
	}
	if (is_good) {
		report_summary(report, "%s is as it was in the snapshot %s%s%s (%s)", database->name, name,
		    keep ? "; what was there is the snapshot " : "", keep ? keep : "",
		    units_ms(took, (double)(units_now_us() - started_us) / 1000));
		learn_again(&rewinding);
		if (was_there && !keep)
			drop_old(&rewinding, old);
	}
	mem_free(clone.dbname);
	mem_free(old);
	rewinding_done(&rewinding);
	return is_good;
}
