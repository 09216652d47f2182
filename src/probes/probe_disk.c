/* FACT_DISK: tablespaces, the log, temporary files; and the disk itself, where the server runs on this machine. */
#include <stdlib.h>
#include <string.h>

#include "internal.h"
#include "pgtend/core/mem.h"
#include "pgtend/probes/here.h"
#include "pgtend/probes/shapes.h"
#include "pgtend/sql_embedded.h"

static const struct table_column columns[] = {DISK_COLUMNS};
const struct table_shape disk_shape = {"disk", columns, sizeof columns / sizeof *columns};

enum { DEADLINE_MS = 8000 };

static const char *const free_columns[] = {"disk_free_bytes", "disk_bytes", NULL};
static const char *const size_columns[] = {"size_bytes", NULL};
static const char *const list_columns[] = {"size_bytes", "files", NULL};

/* Where a row lies: the tablespace's own folder, else the server's. NULL: this role may not know. */
static char *folder_of(const struct result *result, int row, const char *beneath)
{
	const char *own = result_text(result, row, result_column(result, "location"));
	const char *data = result_text(result, row, result_column(result, "data_directory"));

	if (own && !beneath)
		return mem_copy(own);
	if (!data)
		return NULL;
	return beneath ? mem_format("%s/%s", data, beneath) : mem_copy(data);
}

static void set_place(struct table *table, int row, const char *folder, bool is_here)
{
	int64_t free_bytes = 0, all_bytes = 0;

	table_set_text(table, row, "location", folder);
	if (!folder)
		table_set_missing(table, row, "location", MISSING_PRIVILEGE);
	if (folder && is_here && probe_disk_of(folder, &free_bytes, &all_bytes)) {
		table_set_int(table, row, "disk_free_bytes", free_bytes);
		table_set_int(table, row, "disk_bytes", all_bytes);
	}
	probe_mark_missing(table, row, free_columns, folder || !is_here ? MISSING_UNSUPPORTED : MISSING_PRIVILEGE);
}

static void add_tablespaces(const struct result *result, bool is_here, struct table *table)
{
	for (int from = 0; from < result_rows(result); from++) {
		char *folder = folder_of(result, from, NULL);
		int row = table_add_row(table);

		table_set_text(table, row, "kind", "tablespace");
		table_set_text(table, row, "name", result_text(result, from, result_column(result, "name")));
		table_set_parsed(table, row, "size_bytes", result_text(result, from, result_column(result, "size_bytes")));
		probe_mark_missing(table, row, size_columns, MISSING_PRIVILEGE);
		set_place(table, row, folder, is_here);
		mem_free(folder);
	}
}

/* Asked only of who may: a refusal would be an ERROR in the server's log. */
static void add_list(struct session *session, const char *sql, const char *kind, const char *folder, bool may_list, bool is_here, struct table *table)
{
	struct table *listed = table_new(&disk_shape);
	struct err err = {0};
	bool is_answered = may_list && probe_fill(session, sql, DEADLINE_MS, listed, NULL, &err);
	int row = table_add_row(table);

	if (is_answered)
		table_copy_row(table, row, listed, 0);
	table_set_text(table, row, "kind", kind);
	probe_mark_missing(table, row, list_columns, !may_list || err.kind != ERR_TIMEOUT ? MISSING_PRIVILEGE : MISSING_TIMEOUT);
	set_place(table, row, folder, is_here);
	table_free(listed);
}

static bool is_server_here(const struct result *result)
{
	const char *started = result_text(result, 0, result_column(result, "started_s"));
	int64_t pid = result_int(result, 0, result_column(result, "pid"), 0);

	return pid > 0 && started && probe_is_here(pid, strtod(started, NULL));
}

static bool ask(const struct probe_target *target, struct session *session, struct table *table, struct err *err)
{
	struct result *result = NULL;
	bool is_answered = probe_needs_statistics(target, err) &&
	                   session_query_wait(session, sql_probes_disk, NULL, 0, DEADLINE_MS, &result, err);

	if (is_answered && result_rows(result) > 0) {
		bool is_here = is_server_here(result);
		char *log = folder_of(result, 0, "pg_wal"), *temporary = folder_of(result, 0, "base");

		add_tablespaces(result, is_here, table);
		add_list(session, sql_probes_disk_log, "log", log, probe_flag(result, 0, "may_list_log"), is_here, table);
		add_list(session, sql_probes_disk_temporary, "temporary", temporary, probe_flag(result, 0, "may_list_temporary"), is_here, table);
		mem_free(log);
		mem_free(temporary);
	}
	result_free(result);
	return is_answered;
}

const struct probe probe_disk = {
	.fact = FACT_DISK,
	.name = "disk",
	.scope = PROBE_SERVER,
	.tier = TIER_HOUR,
	.deadline_ms = DEADLINE_MS,
	.shape = &disk_shape,
	.ask = ask,
};
