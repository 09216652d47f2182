/* See fresh/snapshot.h; the way back is rewind.c. */
#include "pgtend/fresh/snapshot.h"

#include <string.h>

#include "pgtend/core/mem.h"
#include "pgtend/core/units.h"
#include "pgtend/fresh/clone.h"
#include "pgtend/fresh/copies.h"
#include "pgtend/scratch/swap.h"
#include "snapshot_internal.h"

/* --- names ------------------------------------------------------------------------------------------------------- */

/* It stands in comments, on command lines and in completions: no blanks, no quotes, no option. */
bool snapshot_name_check(const char *name, struct err *err)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
	size_t length = strlen(name);
	bool is_good = length > 0 && length <= SNAPSHOT_NAME_MOST && strchr(letters, *name) != NULL;
	for (const char *c = name; is_good && *c; c++)
		is_good = strchr(letters, *c) || strchr("._-", *c);
	if (is_good)
		return true;
	char *seen = text_visible(name);
	err_set(err, ERR_USAGE, "\"%.80s\" is no name for a snapshot", seen);
	mem_free(seen);
	return err_hint(err, "letters, digits, '.', '_' and '-', a letter or digit first, %d at most", SNAPSHOT_NAME_MOST);
}

static const char *nearest_of(const struct copies *copies, const char *name)
{
	const char *names[64];
	size_t count = 0;
	for (int i = 0; i < copies->count && count < 64; i++)
		if (snapshot_is(&copies->v[i], NULL))
			names[count++] = copies->v[i].name;
	return text_nearest(name, names, count);
}

bool snapshot_is(const struct copy *copy, const char *name)
{
	return copy->kind == COPY_SNAPSHOT && copy->name && copy->is_whole && (!name || strcmp(copy->name, name) == 0);
}

const struct copy *snapshot_find(const struct copies *copies, const char *name)
{
	for (int i = 0; i < copies->count; i++)
		if (snapshot_is(&copies->v[i], name))
			return &copies->v[i];
	return NULL;
}

const struct copy *snapshot_need(
    const struct database *database, const struct copies *copies, const char *name, struct err *err)
{
	const struct copy *copy = snapshot_find(copies, name);
	if (copy)
		return copy;
	const char *nearest = nearest_of(copies, name);
	err_set(err, ERR_USAGE, "%s has no snapshot %s%s%s", database->name, name, nearest ? "; perhaps " : "",
	    nearest ? nearest : "");
	err_hint(err, "pgtend snapshots %s shows what there is", database->name);
	return NULL;
}

char *snapshot_when(const struct copy *copy)
{
	char age[UNITS_SIZE], size[UNITS_SIZE];
	struct text words = {0};
	if (copy->made_us > 0)
		text_addf(&words, "taken %s ago", units_age(age, (units_now_us() - copy->made_us) / 1000000));
	if (copy->bytes >= 0)
		text_addf(&words, "%s%s", words.length > 0 ? ", " : "", units_bytes(size, copy->bytes));
	return text_take(&words);
}

/* --- taking one -------------------------------------------------------------------------------------------------- */

/* Two at the same moment must not both find the name free. */
bool snapshot_hold_name(const struct beside *beside, const char *name, struct err *err)
{
	char *key = mem_format("snapshot %s of %s", name, beside->database->dbname);
	bool is_held = copy_hold_wait(beside->keeper, key, err);
	if (!is_held && err->kind == ERR_LOCKED)
		err_set(err, ERR_LOCKED, "the snapshot %s of %s is being taken or used by another pgtend", name,
		    beside->database->name);
	mem_free(key);
	return is_held;
}

static bool is_name_free(
    const struct database *database, const struct copies *copies, const char *name, bool is_replace, struct err *err)
{
	const struct copy *copy = snapshot_find(copies, name);
	if (!copy || is_replace)
		return true;
	char *when = snapshot_when(copy);
	err_set(err, ERR_FAILED, "%s has a snapshot %s already (%s)", database->name, name, when);
	mem_free(when);
	return err_hint(err, "another name, or --replace: pgtend snapshot %s %s --replace", database->name, name);
}

static bool look(struct beside *beside, const char *name, bool is_replace, struct copies *copies, struct err *err)
{
	return snapshot_name_check(name, err) && beside_open_wait(beside, err) && beside_may_copy(beside, err) &&
	       copies_load_wait(beside->keeper, beside->database, true, copies, err) &&
	       is_name_free(beside->database, copies, name, is_replace, err);
}

bool snapshot_preview(struct fleet *fleet, struct database *database, const char *name, bool is_replace,
    struct words *lines, char **shown, bool *ends_clients, struct err *err)
{
	char size[UNITS_SIZE];
	struct report report = {0};
	struct beside beside = {.fleet = fleet, .database = database, .report = &report, .verb = "snapshot"};
	struct copies copies = {0};
	bool is_good = look(&beside, name, is_replace, &copies, err);
	if (is_good) {
		const struct copy *old = snapshot_find(&copies, name);
		words_take(lines, mem_format("%s as it is now is copied as the snapshot %s: %s", database->dbname, name,
		                      beside.bytes >= 0 ? units_bytes(size, beside.bytes) : "of unknown size"));
		if (old) {
			char *when = snapshot_when(old);
			words_take(lines, mem_format("the snapshot %s that is there (%s) is dropped afterwards", name, when));
			mem_free(when);
		}
		clients_say(&beside.clients, "disconnected while it is copied", lines);
		*shown = clients_shown(&beside.clients);
		*ends_clients = clients_of_others(&beside.clients) > 0;
		is_good = clients_allow(&beside.clients, database->dbname, *shown, err);
	}
	copies_done(&copies);
	beside_close(&beside);
	report_done(&report);
	return is_good;
}

/* Our own panes' session to it is closed before: it would be ended else, and come back with a complaint. */
void snapshot_leave(struct beside *beside)
{
	if (beside->database->session)
		session_close(beside->database->session);
	for (int i = 0; i < beside->clients.count; i++)
		if (beside->clients.v[i].kind == CLIENT_OTHER) {
			char *who = client_words(&beside->clients.v[i]);
			report_log(beside->report, "disconnected: %s", who);
			mem_free(who);
		}
}

static bool copy_now(struct beside *beside, const char *name, const char *shown, char **dbname, struct err *err)
{
	struct clone clone = {
	    .fleet = beside->fleet,
	    .database = beside->database,
	    .keeper = beside->keeper,
	    .report = beside->report,
	    .verb = beside->verb,
	    .kind = COPY_SNAPSHOT,
	    .source = beside->database->dbname,
	    .source_oid = beside->oid,
	    .source_bytes = beside->bytes,
	    .is_source_open = true,
	    .shown = shown,
	    .owner = beside->may_give ? beside->owner : NULL,
	    .name = name,
	    .state = "whole",
	};
	report_step(beside->report, "copying %s", beside->database->dbname);
	snapshot_leave(beside);
	bool is_done = clone_make_wait(&clone, err);
	struct err trouble = {0};
	/* So that a rewind brings it back whole even when it is not there any more. */
	if (is_done && !swap_carry_over_wait(beside->keeper, beside->database->dbname, clone.dbname, clone.dbname, beside->report, &trouble))
		report_log(beside->report, "settings and privileges of %s are not in the snapshot: %s", beside->database->dbname, trouble.text);
	if (beside->database->has_timescaledb)
		beside_start_workers(beside, beside->database->dbname);
	*dbname = clone.dbname;
	return is_done;
}

static void drop_replaced(const struct beside *beside, const struct copy *old)
{
	struct err trouble = {0};
	if (!old)
		return;
	if (beside_drop_wait(beside, old->dbname, false, &trouble))
		report_log(beside->report, "the former snapshot %s is dropped", old->name);
	else
		report_log(beside->report, "the former snapshot %s stays as %s: %s", old->name, old->dbname, trouble.text);
}

static void tell(struct beside *beside, const char *name, const char *dbname, int64_t started_us)
{
	char took[UNITS_SIZE], size[UNITS_SIZE];
	struct copies copies;
	struct err ignored = {0};
	struct database *database = beside->database;
	if (copies_load_wait(beside->keeper, database, true, &copies, &ignored)) {
		struct table *rows = table_new(&copies_shape);
		for (int i = 0; i < copies.count; i++)
			if (strcmp(copies.v[i].dbname, dbname) == 0) {
				/* The hold is ours. */
				copies.v[i].is_held = false;
				copies_row(rows, database->name, &copies.v[i]);
			}
		report_rows(beside->report, rows);
	}
	copies_done(&copies);
	report_summary(beside->report, "%s as it is now is kept as %s (%s, in %s)", database->name, name,
	    beside->bytes >= 0 ? units_bytes(size, beside->bytes) : "size unknown",
	    units_ms(took, (double)(units_now_us() - started_us) / 1000));
	report_hint(beside->report, "pgtend rewind %s %s", database->name, name);
}

bool snapshot_take(struct fleet *fleet, struct database *database, const char *name, bool is_replace,
    const char *shown, struct report *report, struct err *err)
{
	int64_t started_us = units_now_us();
	struct beside beside = {.fleet = fleet, .database = database, .report = report, .verb = "snapshot"};
	struct copies copies = {0};
	char *dbname = NULL;
	bool is_good = look(&beside, name, is_replace, &copies, err) && snapshot_hold_name(&beside, name, err);
	/* Once more, now that nobody else can take it. */
	copies_done(&copies);
	is_good = is_good && copies_load_wait(beside.keeper, database, false, &copies, err) &&
	          is_name_free(database, &copies, name, is_replace, err) &&
	          clients_allow(&beside.clients, database->dbname, shown, err);
	if (is_good)
		copies_mend(&beside, &copies);
	is_good = is_good && copy_now(&beside, name, shown, &dbname, err);
	if (is_good) {
		drop_replaced(&beside, snapshot_find(&copies, name));
		tell(&beside, name, dbname, started_us);
	}
	copies_done(&copies);
	mem_free(dbname);
	beside_close(&beside);
	return is_good;
}

/* --- dropping one -------------------------------------------------------------------------------------------------- */

static const struct copy *find_to_drop(struct beside *beside, const char *name, struct copies *copies, struct err *err)
{
	if (!snapshot_name_check(name, err) || !beside_reach_wait(beside, err) ||
	    !copies_load_wait(beside->keeper, beside->database, true, copies, err))
		return NULL;
	const struct copy *copy = snapshot_need(beside->database, copies, name, err);
	if (copy && copy->is_held) {
		err_set(err, ERR_LOCKED, "another pgtend works on the snapshot %s of %s", name, beside->database->name);
		return NULL;
	}
	return copy;
}

bool snapshot_drop_preview(
    struct fleet *fleet, struct database *database, const char *name, struct words *lines, struct err *err)
{
	struct report report = {0};
	struct beside beside = {.fleet = fleet, .database = database, .report = &report, .verb = "snapshot drop"};
	struct copies copies = {0};
	const struct copy *copy = find_to_drop(&beside, name, &copies, err);
	if (copy) {
		char *when = snapshot_when(copy);
		words_take(lines, mem_format("the snapshot %s of %s (%s; %s) would be dropped; nothing else has it", name,
		                      database->name, when, copy->dbname));
		mem_free(when);
	}
	copies_done(&copies);
	beside_close(&beside);
	report_done(&report);
	return copy != NULL;
}

bool snapshot_drop(
    struct fleet *fleet, struct database *database, const char *name, struct report *report, struct err *err)
{
	struct beside beside = {.fleet = fleet, .database = database, .report = report, .verb = "snapshot drop"};
	struct copies copies = {0};
	const struct copy *copy = find_to_drop(&beside, name, &copies, err);
	bool is_done = copy && snapshot_hold_name(&beside, name, err) && beside_drop_wait(&beside, copy->dbname, false, err);
	if (is_done)
		report_summary(report, "the snapshot %s of %s is dropped", name, database->name);
	copies_done(&copies);
	beside_close(&beside);
	return is_done;
}
