/* pitr backup: pgBackRest takes the whole cluster. */
#include <string.h>

#include "pgtend/core/mem.h"
#include "pgtend/core/units.h"
#include "pgtend/sql_embedded.h"
#include "pitr_internal.h"

static const struct table_column columns[] = {
    {"database", CELL_TEXT, "database", 0, "Name of the [database] section that named the server."},
    {"server", CELL_TEXT, "server", 2, "The server; the backup holds all its databases."},
    {"stanza", CELL_TEXT, "stanza", 1, "pgBackRest's name for it."},
    {"label", CELL_TEXT, "backup", 0, "pgBackRest's name for the backup."},
    {"type", CELL_TEXT, "type", 0, "full, diff or incr; the first one is full whatever was asked."},
    {"size_bytes", CELL_BYTES, "size", 0, "What it restores to."},
    {"repo_bytes", CELL_BYTES, "in repo", 0, "What it takes in the repository."},
    {"taken_at", CELL_TIME, "taken", 0, "When it was complete: the earliest time that it can be restored to."},
    {"duration_s", CELL_SECONDS, "took", 1, "How long it took."},
};
const struct table_shape pitr_backup_shape = {"pitr_backup", columns, sizeof columns / sizeof columns[0]};

/* What it will copy, for progress; nobody asks whether it is right. */
static int64_t cluster_bytes(const struct pitr_place *place)
{
	struct result *result = NULL;
	struct err ignored;
	struct session *session = server_session(place->fleet, place->database->server);
	int64_t bytes = 0;
	if (place->archiver != NULL && session_ready_wait(session, 5000, &ignored) &&
	    session_query_wait(session, sql_pitr_size, NULL, 0, 30000, &result, &ignored))
		bytes = result_int(result, 0, 0, 0);
	result_free(result);
	return bytes;
}

/* A new one there is, whole, and with good pages. */
static bool look_after(const struct pitr_place *place, const char *last_label, int64_t began_us, struct report *report, struct err *err)
{
	struct pitr_info info;
	if (!pitr_info_read(place, PITR_INFO_MS, &info, err))
		return err_prefix(err, "the backup ended well, but its list could not be read");
	const struct pitr_set *last = pitr_info_newest(&info, NULL);
	bool is_new = last != NULL && (last_label == NULL || strcmp(last->label, last_label) != 0);
	bool ok = is_new || err_set(err, ERR_FAILED, "pgBackRest ended well, and there is no new backup in the repository");
	if (is_new) {
		struct table *rows = table_new(&pitr_backup_shape);
		int row = table_add_row(rows);
		char size[UNITS_SIZE], repo[UNITS_SIZE];
		table_set_text(rows, row, "database", place->database->name);
		table_set_text(rows, row, "server", place->database->server->label);
		table_set_text(rows, row, "stanza", place->stanza);
		table_set_text(rows, row, "label", last->label);
		table_set_text(rows, row, "type", last->type);
		table_set_int(rows, row, "size_bytes", last->size_bytes);
		table_set_int(rows, row, "repo_bytes", last->repo_bytes);
		table_set_int(rows, row, "taken_at", last->stop_us);
		table_set_real(rows, row, "duration_s", (double)(units_now_us() - began_us) / 1e6);
		report_rows(report, rows);
		report_summary(report, "%s backup %s of stanza %s: %s, %s in the repository", last->type, last->label, place->stanza,
			units_bytes(size, last->size_bytes), units_bytes(repo, last->repo_bytes));
	}
	if (is_new && last->is_damaged) {
		ok = err_set(err, ERR_FAILED, "%s holds pages whose checksums are wrong: the cluster itself is damaged", last->label);
		err_hint(err, "pgBackRest's log names the pages; keep the backups before this one");
	}
	pitr_info_done(&info);
	return ok;
}

static bool take(const struct pitr_place *place, const char *type, struct report *report, struct err *err)
{
	struct pitr_info before;
	struct words options = {0};
	if (!pitr_info_read(place, PITR_INFO_MS, &before, err))
		return false;
	if (pitr_info_is_of_other(&before, place)) {
		err_set(err, ERR_FAILED, "stanza %s belongs to another cluster: it is of %s, the server is %s", place->stanza, before.system_identifier, pitr_place_identifier(place));
		pitr_info_done(&before);
		return err_hint(err, "give this server a stanza of its own: pgtend pitr setup %s --stanza NAME", place->database->name);
	}
	const struct pitr_set *last = pitr_info_newest(&before, NULL);
	int64_t began_us = units_now_us();
	words_take(&options, mem_format("--type=%s", type));
	report_step(report, "%s backup of stanza %s", last == NULL ? "full" : type, place->stanza);
	const struct pitr_run run = {.place = place, .command = "backup", .options = &options, .is_logged = true,
	    .all_bytes = cluster_bytes(place), .report = report};
	bool ok = pitr_run(&run, NULL, err) && look_after(place, last != NULL ? last->label : NULL, began_us, report, err);
	words_done(&options);
	pitr_info_done(&before);
	return ok;
}

/* Before minutes are spent on it: what surely makes it fail at its end. */
static bool check_archiver(const struct pitr_place *place, struct report *report, struct err *err)
{
	const struct table *archiver = place->archiver;
	if (archiver == NULL) {
		*err = place->silence;
		return false;
	}
	if (strcmp(table_get_text(archiver, 0, "archive_mode"), "off") == 0) {
		err_set(err, ERR_FAILED, "archive_mode is off: without the log a backup of the cluster cannot be restored");
		return err_hint(err, "pgtend pitr setup %s", place->database->name);
	}
	if (table_get_int(archiver, 0, "is_failing", 0) != 0)
		report_log(report, "the archiver fails now (segment %s): the backup waits for the log at its end", table_get_text(archiver, 0, "last_failed_wal"));
	return true;
}

bool pitr_backup(struct fleet *fleet, struct database *database, const char *type, bool is_dry_run, struct report *report, struct err *err)
{
	struct pitr_place place;
	if (!pitr_place_open(fleet, database, NULL, &place, err))
		return false;
	bool ok = pitr_place_can(&place, true, err) && (place.is_elsewhere || check_archiver(&place, report, err));
	if (ok && is_dry_run)
		report_summary(report, "dry run: pgBackRest would take a %s backup of stanza %s, all databases of %s", type, place.stanza, database->server->label);
	else if (ok)
		ok = take(&place, type, report, err);
	pitr_place_done(&place);
	return ok;
}
