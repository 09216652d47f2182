/* See record.h. */
#include "config.h"

#include "record.h"

#include <stdlib.h>
#include <string.h>

#include "pgtend/core/mem.h"
#include "pgtend/core/who.h"
#include "pgtend/sql_embedded.h"

enum { DEADLINE_MS = 15000 };

/* The one place that says what the table looks like. */
static const struct own_column columns[] = {
    {"file", "text", "text primary key"},
    {"checksum", "text", "text not null"},
    {"bytes", "bigint", "bigint"},
    {"way", "text", "text"},
    {"environment", "text", "text"},
    {"rows", "bigint", "bigint"},
    {"took_ms", "double precision", "double precision"},
    {"ran_at", "timestamp with time zone", "timestamp with time zone not null default pg_catalog.clock_timestamp()"},
    {"runs", "bigint", "bigint not null default 1"},
    {"db_user", "text", "text not null default session_user"},
    {"os_user", "text", "text"},
    {"host", "text", "text"},
    {"client", "text", "text default coalesce(pg_catalog.host(pg_catalog.inet_client_addr()), 'local')"},
    {"version", "text", "text"},
    {0},
};
static const struct own_table table = {"seeds", columns, NULL,
    "Kept by pgtend: the seed files that ran since the database was last emptied (pgtend seed status).",
    OWN_SELECT | OWN_INSERT | OWN_UPDATE, {"file", "checksum"}};

static void say_why_not(const struct database *database, const struct own_look *look, struct report *report)
{
	if (!section_bool(database->section, "metadata"))
		return;
	report_log(report, "what runs is not recorded, `seed status` will not know of it: %s", look->why_not);
	if (!look->who)
		return;
	char *role = text_sql_name(look->who), *dbname = text_sql_name(database->dbname);
	if (!look->has_schema)
		report_hint(report, "to record what runs: GRANT CREATE ON DATABASE %s TO %s;", dbname, role);
	else
		report_hint(report, "to record what runs: GRANT USAGE, CREATE ON SCHEMA pgtend TO %s; where pgtend.seeds is there, "
		                    "GRANT SELECT, INSERT, UPDATE ON pgtend.seeds TO %s;", role, role);
	mem_free(role);
	mem_free(dbname);
}

bool seed_records_open(const struct database *database, struct session *session, struct report *report,
    struct seed_records *records, struct err *err)
{
	memset(records, 0, sizeof *records);
	bool is_known = own_tables_look(database, session, &table, 1, &records->look, err);
	if (is_known && report && records->look.may_make)
		is_known = own_tables_make(database, session, &table, 1, &records->look, err);
	if (is_known && report && !records->look.is_there && records->look.why_not)
		say_why_not(database, &records->look, report);
	if (!is_known) {
		own_look_done(&records->look);
		return false;
	}
	records->user = who_user();
	records->host = who_host();
	return true;
}

void seed_records_done(struct seed_records *records)
{
	own_look_done(&records->look);
	mem_free(records->user);
	mem_free(records->host);
	memset(records, 0, sizeof *records);
}

/* ---- writing ---------------------------------------------------------------------------- */

static void add_literal(struct text *sql, struct session *session, const char *value)
{
	char *literal = value ? session_quote_literal(session, value) : NULL;
	text_add(sql, literal ? literal : "NULL");
	mem_free(literal);
}

static void add_insert(
    struct text *sql, const struct seed_records *records, const struct seed_record *record, struct session *session)
{
	const char *values[] = {record->file, record->checksum, record->way, record->environment, records->user, records->host, PACKAGE_VERSION};
	text_add(sql, "INSERT INTO pgtend.seeds AS s (file, checksum, way, environment, os_user, host, version, bytes, rows, took_ms) VALUES (");
	for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
		add_literal(sql, session, values[i]);
		text_add(sql, ", ");
	}
	text_addf(sql, "%lld, ", (long long)record->bytes);
	if (record->rows >= 0)
		text_addf(sql, "%lld, ", (long long)record->rows);
	else
		text_add(sql, "NULL, ");
	if (record->took_ms >= 0)
		text_addf(sql, "%.3f", record->took_ms);
	else
		text_add(sql, "pg_catalog.date_part('epoch', pg_catalog.clock_timestamp() - pg_catalog.now()) * 1000");
	text_add(sql, ") ON CONFLICT (file) DO UPDATE SET checksum = excluded.checksum, way = excluded.way, environment = excluded.environment, "
	              "os_user = excluded.os_user, host = excluded.host, version = excluded.version, bytes = excluded.bytes, "
	              "rows = excluded.rows, took_ms = excluded.took_ms, ran_at = excluded.ran_at, db_user = excluded.db_user, "
	              "client = excluded.client, runs = s.runs + 1;");
}

char *seed_record_sql(const struct seed_records *records, const struct seed_record *record, struct session *session)
{
	if (!records->look.is_there)
		return NULL;
	struct text insert = {0};
	add_insert(&insert, records, record, session);
	/* The file may have left another role, another search path, a read only transaction. A name may hold any text, also our own mark. */
	int number = 0;
	char *tag = mem_copy("$pgtend$");
	while (strstr(text_str(&insert), tag)) {
		mem_free(tag);
		tag = mem_format("$pgtend%d$", ++number);
	}
	char *sql = mem_format("DO %s BEGIN PERFORM pg_catalog.set_config('role', 'none', true); "
	                       "PERFORM pg_catalog.set_config('search_path', 'pg_catalog', true); %s "
	                       "EXCEPTION WHEN OTHERS THEN RAISE WARNING 'pgtend could not record this seed: %%', SQLERRM; END %s",
	    tag, text_str(&insert), tag);
	mem_free(tag);
	text_done(&insert);
	return sql;
}

/* ---- reading ---------------------------------------------------------------------------- */

static char *copy_of(const struct result *result, int row, const char *column)
{
	const char *text = result_text(result, row, result_column(result, column));
	return text ? mem_copy(text) : NULL;
}

static void take_rows(const struct result *result, struct seed_rows *rows)
{
	rows->count = result_rows(result);
	rows->v = mem_new((size_t)rows->count * sizeof rows->v[0]);
	for (int i = 0; i < rows->count; i++) {
		const char *took = result_text(result, i, result_column(result, "took_ms"));
		rows->v[i] = (struct seed_row){
		    .file = copy_of(result, i, "file"),
		    .checksum = copy_of(result, i, "checksum"),
		    .way = copy_of(result, i, "way"),
		    .environment = copy_of(result, i, "environment"),
		    .by = copy_of(result, i, "by"),
		    .ran_us = result_int(result, i, result_column(result, "ran_us"), 0),
		    .rows = result_int(result, i, result_column(result, "rows"), -1),
		    .runs = result_int(result, i, result_column(result, "runs"), 1),
		    .took_ms = took ? strtod(took, NULL) : -1,
		};
	}
}

bool seed_rows_read(struct session *session, struct seed_rows *rows, struct err *err)
{
	struct result *result = NULL;
	memset(rows, 0, sizeof *rows);
	bool is_known = session_query_wait(session, sql_seeds_records_there, NULL, 0, DEADLINE_MS, &result, err);
	bool is_there = is_known && result_rows(result) == 1 && result_bool(result, 0, 0);
	if (is_there && !result_bool(result, 0, 1)) {
		char *role = text_sql_name(result_text(result, 0, 2));
		rows->why_not = mem_format("%s may not read pgtend.seeds", result_text(result, 0, 2));
		rows->mend = mem_format("GRANT USAGE ON SCHEMA pgtend TO %s; GRANT SELECT ON pgtend.seeds TO %s", role, role);
		mem_free(role);
	} else if (is_there && !result_bool(result, 0, 3)) {
		rows->why_not = mem_copy("pgtend.seeds is of a shape that this pgtend does not know");
		rows->mend = mem_copy("a newer pgtend may have made it, or somebody else");
	}
	result_free(result);
	if (!is_known || !is_there || rows->why_not)
		return is_known;
	result = NULL;
	is_known = session_query_wait(session, sql_seeds_records, NULL, 0, DEADLINE_MS, &result, err);
	/* Emptied away between the two questions. */
	if (!is_known && strcmp(err->sqlstate, "42P01") == 0) {
		err_clear(err);
		is_known = true;
	} else if (is_known) {
		rows->is_there = true;
		take_rows(result, rows);
	}
	result_free(result);
	return is_known;
}

void seed_rows_done(struct seed_rows *rows)
{
	for (int i = 0; i < rows->count; i++) {
		mem_free(rows->v[i].file);
		mem_free(rows->v[i].checksum);
		mem_free(rows->v[i].way);
		mem_free(rows->v[i].environment);
		mem_free(rows->v[i].by);
	}
	mem_free(rows->v);
	mem_free(rows->why_not);
	mem_free(rows->mend);
	memset(rows, 0, sizeof *rows);
}
