/* pitr status: what there is to go back to, one row a server. */
#include <string.h>

#include "pgtend/core/mem.h"
#include "pgtend/core/units.h"
#include "pitr_internal.h"

static const struct table_column columns[] = {
    {"database", CELL_TEXT, "database", 0, "The first of the asked databases that lie on the server."},
    {"server", CELL_TEXT, "server", 1, "The server, whose whole cluster is one stanza."},
    {"databases", CELL_WORDS, NULL, 0, "Those of the asked databases that lie on it."},
    {"stanza", CELL_TEXT, "stanza", 0, "pgBackRest's name for the server; null: it is not set up."},
    {"state", CELL_TEXT, "state", 0,
        "ok, running (a backup), failing (the archiver), restart (settings wait for it), no backup, damaged, mismatch (the stanza is another cluster's), error (of pgBackRest), "
        "not set up, unreachable, or elsewhere (pgBackRest cannot be asked from here)."},
    {"reason", CELL_TEXT, "reason", 0, "Why it is not ok; null: nothing is wrong."},
    {"mend", CELL_TEXT, "mend", 1, "The command that mends it; null: none does."},
    {"last_full_at", CELL_TIME, "last full", 1, "When the newest full backup was complete (info backup.timestamp.stop)."},
    {"last_full_age_s", CELL_SECONDS, "age", 1, "Its age."},
    {"last_at", CELL_TIME, "last", 2, "When the newest backup of any type was complete."},
    {"last_age_s", CELL_SECONDS, "age", 0, "Its age."},
    {"last_type", CELL_TEXT, "type", 0, "full, diff or incr (info backup.type)."},
    {"last_label", CELL_TEXT, "label", 2, "pgBackRest's name for it (info backup.label)."},
    {"last_diff_at", CELL_TIME, "last diff", 2, "When the newest differential backup was complete."},
    {"size_bytes", CELL_BYTES, "size", 1, "What the newest backup restores to (info backup.info.size)."},
    {"repo_bytes", CELL_BYTES, "in repo", 1, "What it alone takes in the repository (info backup.info.repository.delta)."},
    {"backups", CELL_COUNT, "backups", 1, "Backups of this cluster in the repository."},
    {"restorable_from", CELL_TIME, "from", 0, "The earliest time that can be restored: when the oldest backup was complete."},
    {"restorable_to", CELL_TIME, "to", 0, "The latest time that surely can: when the newest segment was archived (pg_stat_archiver.last_archived_time)."},
    {"wal_min", CELL_TEXT, NULL, 0, "Oldest segment in the repository (info archive.min)."},
    {"wal_max", CELL_TEXT, "newest wal", 3, "Newest segment in the repository (info archive.max)."},
    {"cipher", CELL_TEXT, "cipher", 3, "How the repository is encrypted; none: it is not (info cipher)."},
    {"archive_mode", CELL_TEXT, "archive", 2, "archive_mode as it is in effect."},
    {"wal_level", CELL_TEXT, "wal", 3, "wal_level as it is in effect."},
    {"archiver", CELL_TEXT, "by", 2, "What archives: pgbackrest, command (another one), library, nothing, or off."},
    {"waits_for_restart", CELL_WORDS, "wait for restart", 1, "Settings of archiving that take effect at the next restart."},
    {"is_failing", CELL_BOOL, "failing", 1, "Whether the last try to archive a segment failed."},
    {"failed", CELL_COUNT, "failures", 1, "Failures since the statistics were reset (pg_stat_archiver.failed_count)."},
    {"last_failed_wal", CELL_TEXT, NULL, 0, "The segment of the last one."},
    {"last_failed_at", CELL_TIME, NULL, 0, "When that was."},
    {"last_archived_wal", CELL_TEXT, NULL, 0, "The newest archived segment (pg_stat_archiver.last_archived_wal)."},
    {"last_archived_at", CELL_TIME, "archived", 1, "When it was archived (pg_stat_archiver.last_archived_time)."},
    {"waiting_segments", CELL_COUNT, "waiting", 1, "Finished segments that are not archived yet."},
    {"waiting_s", CELL_SECONDS, "lag", 1, "Since when the first of them waits."},
    {"behind_bytes", CELL_BYTES, "behind", 1, "Log that exists on the server only."},
};
const struct table_shape pitr_status_shape = {"pitr_status", columns, sizeof columns / sizeof columns[0]};

struct looking {
	struct table *table;
	int row;
	const struct pitr_place *place;
	bool has_info; /* false: it was not asked, or did not answer */
};

static void set_state(const struct looking *looking, const char *state, char *reason, const char *mend_verb)
{
	pitr_state_set(looking->place, looking->table, looking->row, state, reason, mend_verb);
}

/* --- the verdict ------------------------------------------------------------------------------------ */

static bool judge_archiver(const struct looking *looking)
{
	const struct table *archiver = looking->place->archiver;
	if (archiver == NULL) {
		set_state(looking, "unreachable", mem_copy(looking->place->silence.text), NULL);
		return true;
	}
	const char *by = table_get_text(archiver, 0, "archiver");
	const char *waiting = table_get_text(archiver, 0, "waits_for_restart");
	if (waiting != NULL && *waiting != '\0') {
		char *names = mem_copy(waiting);
		for (char *c = names; *c != '\0'; c++)
			*c = *c == '\n' ? ',' : *c;
		set_state(looking, "restart", mem_format("%s waits for a restart of the server", names), NULL);
		mem_free(names);
	} else if (table_get_int(archiver, 0, "is_failing", 0) != 0) {
		set_state(looking, "failing", mem_format("the archiver fails: segment %s, %lld failures; the server's log says why",
			table_get_text(archiver, 0, "last_failed_wal"), (long long)table_get_int(archiver, 0, "failed", 0)), NULL);
	} else if (strcmp(by, "pgbackrest") != 0 && looking->has_info) {
		set_state(looking, "failing", mem_format(strcmp(by, "off") == 0 ? "archive_mode is off: nothing newer than the last backup can be restored"
			: "archive_command is not pgBackRest's"), "pitr setup");
	} else {
		return false;
	}
	return true;
}

/* --- one server --------------------------------------------------------------------------------------- */

static void look_at(const struct looking *looking, struct report *report, struct err *err)
{
	const struct pitr_place *place = looking->place;
	struct looking with = *looking;
	struct pitr_info info = {0};
	struct err own = {0};
	if (place->archiver != NULL)
		table_copy_row(with.table, with.row, place->archiver, 0);
	/* What archive_command names is the server's; what is configured may be another. */
	table_set_text(with.table, with.row, "stanza", place->stanza);
	bool can = pitr_place_can(place, false, &own);
	if (place->stanza == NULL) {
		if (!judge_archiver(&with))
			set_state(&with, "not set up", mem_copy(own.kind != ERR_NONE ? own.text : "no stanza is known: neither archive_command nor pgbackrest_stanza names one"), can ? "pitr setup" : NULL);
		if (!can && *own.hint != '\0' && !table_get(with.table, with.row, "mend")->has_value)
			table_set_text(with.table, with.row, "mend", own.hint);
	} else if (!can) {
		if (!judge_archiver(&with))
			set_state(&with, "elsewhere", mem_copy(own.text), NULL);
		report_log(report, "%s: %s%s%s", place->database->name, own.text, *own.hint != '\0' ? "; " : "", own.hint);
	} else if (!pitr_info_read(place, PITR_INFO_MS, &info, &own)) {
		set_state(&with, "error", mem_copy(own.text), NULL);
		*err = own;
	} else {
		with.has_info = true;
		pitr_points_fill(place, &info, with.table, with.row);
		const char *state = table_get_text(with.table, with.row, "state");
		if (strcmp(state, "ok") == 0 || strcmp(state, "running") == 0 || strcmp(state, "no backup") == 0)
			(void)judge_archiver(&with);
	}
	pitr_info_done(&info);
}

static bool is_first_of_server(struct database *const *databases, int at)
{
	for (int i = 0; i < at; i++)
		if (databases[i]->server == databases[at]->server)
			return false;
	return true;
}

bool pitr_status(struct fleet *fleet, struct database *const *databases, int count, struct report *report, struct err *err)
{
	struct table *table = table_new(&pitr_status_shape);
	int asked = 0, failed = 0;
	for (int i = 0; i < count; i++) {
		if (!is_first_of_server(databases, i))
			continue;
		struct pitr_place place;
		struct err own = {0};
		struct looking looking = {.table = table, .row = table_add_row(table), .place = &place};
		table_set_text(table, looking.row, "database", databases[i]->name);
		table_set_text(table, looking.row, "server", databases[i]->server->label);
		for (int k = i; k < count; k++)
			if (databases[k]->server == databases[i]->server)
				table_add_word(table, looking.row, "databases", databases[k]->name);
		asked++;
		if (pitr_place_open(fleet, databases[i], NULL, &place, &own)) {
			look_at(&looking, report, &own);
			pitr_place_done(&place);
		} else {
			table_set_text(table, looking.row, "state", "error");
			table_set_text(table, looking.row, "reason", own.text);
		}
		if (own.kind == ERR_NONE)
			continue;
		failed++;
		*err = own;
		err_prefix(err, "%s", databases[i]->name);
	}
	report_rows(report, table);
	if (failed > 0 && failed < asked)
		err->kind = ERR_PARTIAL;
	return failed == 0;
}
