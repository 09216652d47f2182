/* The rows that came, counted table by table and held against the manifest. See restore_internal.h.
 *
 * TimescaleDB's chunks are counted as the tables that they are, before timescaledb_post_restore(): what is compressed is
 * then still rows of the compressed chunk, as in the dump. Tables of extensions are left out: they had rows of their
 * own before the dump came. */
#include <string.h>

#include "pgtend/core/mem.h"
#include "pgtend/sql_embedded.h"
#include "restore_internal.h"

enum { AT_ONCE = 40, NAMED = 5 };

struct counting {
	struct session *session;
	const json_t *wanted; /* {"public.t": 12}; NULL: none */
	struct report *report;
	struct restored *restored;
	int named;
};

static void judge(struct counting *counting, const char *key, int64_t rows)
{
	struct restored *restored = counting->restored;
	restored->tables++;
	restored->rows += rows;
	if (!counting->wanted)
		return;
	const json_t *wanted = json_object_get(counting->wanted, key);
	/* A table that the manifest does not speak of had no rows in the dump, as --exclude-table-data makes it. */
	int64_t should = json_is_integer(wanted) ? (int64_t)json_integer_value(wanted) : 0;
	if (should == rows)
		return;
	restored->different++;
	if (counting->named++ < NAMED)
		report_log(counting->report, "%s has %lld rows, and its dump had %lld", key, (long long)rows, (long long)should);
}

/* As a manifest, which is UTF-8, writes a name: a database in SQL_ASCII may hold other bytes. Caller frees. */
static char *key_of(const char *name)
{
	return text_is_valid_utf8(name, strlen(name)) ? mem_copy(name) : text_visible(name);
}

static void note_seen(json_t *seen, const struct result *tables)
{
	for (int i = 0; i < result_rows(tables); i++) {
		char *key = key_of(result_text(tables, i, 0));
		json_object_set_new(seen, key, json_true());
		mem_free(key);
	}
}

/* Some tables in one question; names come quoted from the server. */
static bool count_some(struct counting *counting, const struct result *tables, int first, int end, struct err *err)
{
	struct text sql = {0};
	struct result *r = NULL;
	for (int i = first; i < end; i++)
		text_addf(&sql, "%sSELECT %d, count(*) FROM ONLY %s", i > first ? " UNION ALL " : "", i,
		    result_text(tables, i, 1));
	bool is_done = session_query_wait(counting->session, text_str(&sql), NULL, 0, 0, &r, err);
	for (int i = 0; is_done && i < result_rows(r); i++) {
		int table = (int)result_int(r, i, 0, 0);
		char *key = key_of(result_text(tables, table, 0));
		judge(counting, key, result_int(r, i, 1, 0));
		mem_free(key);
	}
	result_free(r);
	text_done(&sql);
	return is_done;
}

/* What the manifest counts and the new database does not have. */
static void judge_lacking(struct counting *counting, const struct result *tables, const struct result *own)
{
	json_t *seen = json_object();
	const char *key;
	json_t *value;
	note_seen(seen, tables);
	note_seen(seen, own);
	json_object_foreach ((json_t *)(uintptr_t)counting->wanted, key, value)
		if (!json_object_get(seen, key)) {
			counting->restored->different++;
			if (counting->named++ < NAMED)
				report_log(counting->report, "%s is not there, and its dump had %lld rows", key,
				    (long long)json_integer_value(value));
		}
	json_decref(seen);
}

/* pg_dump --load-via-partition-root: rows stand under the table that has parts, and where each went nobody says. */
static bool look_for_roots(struct counting *counting, bool *has_roots, struct err *err)
{
	struct result *r = NULL;
	bool is_done = session_query_wait(counting->session, sql_restore_parted, NULL, 0, SCRATCH_DEADLINE_MS, &r, err);
	*has_roots = false;
	for (int i = 0; is_done && i < result_rows(r); i++) {
		char *key = key_of(result_text(r, i, 0));
		*has_roots = *has_roots || json_integer_value(json_object_get(counting->wanted, key)) > 0;
		mem_free(key);
	}
	result_free(r);
	return is_done;
}

/* All rows at once, those of extensions apart. */
static void judge_whole(struct counting *counting, const json_t *wanted, const struct result *own)
{
	json_t *apart = json_object();
	const char *key;
	json_t *value;
	int64_t should = 0;
	note_seen(apart, own);
	json_object_foreach ((json_t *)(uintptr_t)wanted, key, value)
		should += json_object_get(apart, key) ? 0 : (int64_t)json_integer_value(value);
	json_decref(apart);
	if (should == counting->restored->rows)
		return;
	counting->restored->different = 1;
	report_log(counting->report, "%lld rows came, and the dump had %lld", (long long)counting->restored->rows,
	    (long long)should);
}

static bool count(struct counting *counting, struct err *err)
{
	struct result *tables = NULL, *own = NULL;
	const json_t *wanted = counting->wanted;
	bool has_roots = false;
	const char *theirs[] = {"f"}, *extensions[] = {"t"};
	bool is_done =
	    session_query_wait(counting->session, sql_restore_tables, theirs, 1, SCRATCH_DEADLINE_MS, &tables, err) &&
	    session_query_wait(counting->session, sql_restore_tables, extensions, 1, SCRATCH_DEADLINE_MS, &own, err);
	is_done = is_done && (!wanted || look_for_roots(counting, &has_roots, err));
	if (has_roots)
		counting->wanted = NULL;
	int all = is_done ? result_rows(tables) : 0;
	for (int at = 0; is_done && at < all; at += AT_ONCE) {
		report_progress(counting->report, at, all, "tables");
		is_done = count_some(counting, tables, at, at + AT_ONCE < all ? at + AT_ONCE : all, err);
	}
	if (is_done && has_roots)
		judge_whole(counting, wanted, own);
	else if (is_done && wanted)
		judge_lacking(counting, tables, own);
	result_free(tables);
	result_free(own);
	return is_done;
}

/* Names come and go as they are where the database does not know its encoding. */
static bool take_names(struct session *session, struct err *err)
{
	return session_query_wait(session,
	    "SELECT pg_catalog.set_config('client_encoding', 'SQL_ASCII', false) WHERE pg_catalog.getdatabaseencoding() = 'SQL_ASCII'",
	    NULL, 0, SCRATCH_DEADLINE_MS, NULL, err);
}

bool restore_count(struct scratch *scratch, const json_t *wanted, struct restored *restored, struct err *err)
{
	struct counting counting = {.wanted = wanted, .report = scratch->report, .restored = restored};
	report_step(scratch->report, "rows of %s", scratch->dbname);
	restored->rows = restored->tables = 0;
	restored->different = wanted ? 0 : -1;
	counting.session = scratch_session(scratch, err);
	if (!counting.session)
		return false;
	bool is_done = scratch_stay(counting.session, err) && take_names(counting.session, err) && count(&counting, err);
	session_free(counting.session);
	if (is_done && restored->different > 0)
		is_done = err_set(err, ERR_FAILED, "%lld table%s of %s ha%s not the rows of the dump", (long long)restored->different,
		    restored->different == 1 ? "" : "s", scratch->dbname, restored->different == 1 ? "s" : "ve");
	return is_done;
}
