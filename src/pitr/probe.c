/* FACT_ARCHIVER: one row about what archives the server's log, and how far it has come. */
#include <string.h>

#include "pgtend/core/mem.h"
#include "pgtend/sql_embedded.h"
#include "pitr_internal.h"

enum { DEADLINE_MS = 5000 };

static const struct table_column columns[] = {
    {"archive_mode", CELL_TEXT, "mode", 1, "Whether finished segments of the log are archived: off, on or always (archive_mode)."},
    {"wal_level", CELL_TEXT, "wal", 2, "How much the log holds (wal_level); archiving needs replica or logical."},
    {"archiver", CELL_TEXT, "by", 0, "What archives them: pgbackrest, command (another one), library (archive_library), nothing, or off."},
    {"stanza", CELL_TEXT, "stanza", 1, "The stanza that archive_command gives to pgBackRest."},
    {"config_path", CELL_TEXT, NULL, 0, "The configuration file that archive_command gives to pgBackRest; null: its own place."},
    {"data_directory", CELL_TEXT, NULL, 0, "Where the cluster lies (data_directory); null: this role may not know."},
    {"system_identifier", CELL_TEXT, NULL, 0, "The cluster's own number, which tells whether a stanza is its (pg_control_system()); null: this role may not know."},
    {"archive_timeout", CELL_TEXT, NULL, 0, "After how long a segment is archived though it is not full (archive_timeout); 0: never."},
    {"is_in_recovery", CELL_BOOL, "standby", 3, "True on a standby, which archives only with archive_mode = always (pg_is_in_recovery())."},
    {"waits_for_restart", CELL_WORDS, "wait for restart", 1,
        "archive_mode, wal_level and max_wal_senders that were changed and take effect at the next restart (pg_settings.pending_restart)."},
    {"is_failing", CELL_BOOL, "failing", 0, "Whether the last try to archive a segment failed (pg_stat_archiver)."},
    {"archived", CELL_COUNT, "archived", 2, "Segments archived since stats_reset (pg_stat_archiver.archived_count)."},
    {"last_archived_wal", CELL_TEXT, "last", 2, "The newest of them (pg_stat_archiver.last_archived_wal)."},
    {"last_archived_at", CELL_TIME, "at", 1, "When it was archived (pg_stat_archiver.last_archived_time)."},
    {"failed", CELL_COUNT, "failed", 1, "Failures since stats_reset (pg_stat_archiver.failed_count)."},
    {"last_failed_wal", CELL_TEXT, "last failed", 2, "The segment of the last failure (pg_stat_archiver.last_failed_wal)."},
    {"last_failed_at", CELL_TIME, "failed at", 1, "When that was (pg_stat_archiver.last_failed_time)."},
    {"stats_reset", CELL_TIME, NULL, 0, "Since when the two are counted (pg_stat_archiver.stats_reset)."},
    {"waiting_segments", CELL_COUNT, "waiting", 0, "Finished segments that are not archived yet (pg_ls_archive_statusdir(): superusers and pg_monitor)."},
    {"waiting_s", CELL_SECONDS, "since", 0, "Since when the first of them waits; null: none does."},
    {"behind_bytes", CELL_BYTES, "behind", 1, "Log that exists on the server only: its position less the end of last_archived_wal (pg_current_wal_lsn())."},
};
const struct table_shape archiver_shape = {"archiver", columns, sizeof columns / sizeof columns[0]};

static const char *text_of(const struct result *result, const char *column)
{
	const char *text = result_text(result, 0, result_column(result, column));
	return text != NULL ? text : "";
}

static const char *who_archives(const struct result *result)
{
	const char *command = text_of(result, "archive_command");
	if (strcmp(text_of(result, "archive_mode"), "off") == 0)
		return "off";
	if (*text_of(result, "archive_library") != '\0')
		return "library";
	return *command == '\0' ? "nothing" : strstr(command, "pgbackrest") != NULL ? "pgbackrest" : "command";
}

char *pitr_option_of(const char *command, const char *option)
{
	struct words words = {0};
	size_t length = strlen(option);
	char *found = NULL;
	words_split(&words, command, " \t\"'");
	for (size_t i = 0; i < words.count && found == NULL; i++) {
		if (strncmp(words.v[i], option, length) != 0)
			continue;
		if (words.v[i][length] == '=')
			found = mem_copy(words.v[i] + length + 1);
		else if (words.v[i][length] == '\0' && i + 1 < words.count)
			found = mem_copy(words.v[i + 1]);
	}
	words_done(&words);
	return found;
}

static void set_names(const struct result *result, struct table *table)
{
	const char *command = text_of(result, "archive_command");
	table_set_text(table, 0, "archiver", who_archives(result));
	if (strstr(command, "pgbackrest") == NULL)
		return;
	char *stanza = pitr_option_of(command, "--stanza"), *config = pitr_option_of(command, "--config");
	if (stanza != NULL && pitr_is_name(stanza))
		table_set_text(table, 0, "stanza", stanza);
	if (config != NULL && config[0] == '/')
		table_set_text(table, 0, "config_path", config);
	mem_free(stanza);
	mem_free(config);
}

static bool ask_waiting(struct session *session, bool may_list, struct table *table, struct err *err)
{
	if (!may_list) {
		table_set_missing(table, 0, "waiting_segments", MISSING_PRIVILEGE);
		table_set_missing(table, 0, "waiting_s", MISSING_PRIVILEGE);
		return true;
	}
	struct result *result = NULL;
	bool ok = session_query_wait(session, sql_pitr_archiver_waiting, NULL, 0, DEADLINE_MS, &result, err);
	if (ok) {
		table_set_parsed(table, 0, "waiting_segments", result_text(result, 0, 0));
		table_set_parsed(table, 0, "waiting_s", result_text(result, 0, 1));
	} else if (err->sqlstate[0] != '\0') {
		/* No such folder (PGlite), no such function: what else is known stays. */
		table_set_missing(table, 0, "waiting_segments", MISSING_UNSUPPORTED);
		table_set_missing(table, 0, "waiting_s", MISSING_UNSUPPORTED);
		err_clear(err);
		ok = true;
	}
	result_free(result);
	return ok;
}

/* A role that may not ask it does without. */
static void ask_identifier(struct session *session, struct table *table)
{
	struct result *result = NULL;
	struct err ignored;
	if (session_query_wait(session, sql_fleet_identity, NULL, 0, DEADLINE_MS, &result, &ignored))
		table_set_text(table, 0, "system_identifier", result_text(result, 0, 0));
	result_free(result);
}

static bool ask(const struct probe_target *target, struct session *session, struct table *table, struct err *err)
{
	(void)target;
	struct result *result = NULL;
	bool ok = session_query_wait(session, sql_pitr_archiver, NULL, 0, DEADLINE_MS, &result, err);
	if (ok) {
		result_fill(result, table);
		set_names(result, table);
		ask_identifier(session, table);
		ok = ask_waiting(session, result_bool(result, 0, result_column(result, "may_list")), table, err);
	}
	result_free(result);
	return ok;
}

const struct probe archiver_probe = {
    .fact = FACT_ARCHIVER,
    .name = "archiver",
    .scope = PROBE_SERVER,
    .tier = TIER_MINUTE,
    .deadline_ms = DEADLINE_MS,
    .shape = &archiver_shape,
    .ask = ask,
};
