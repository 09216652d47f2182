/* fresh/list.c - copies as rows. See fresh/copies.h. */
#include <string.h>

#include "pgtend/core/mem.h"
#include "pgtend/core/units.h"
#include "pgtend/fresh/copies.h"

static const struct table_column columns[] = {
    {"database", CELL_TEXT, "database", 0, "Section of the database that it is a copy of."},
    {"kind", CELL_TEXT, "kind", 0,
        "template (built from the working tree), spare (a clone of it, ready to get the database's name), snapshot, old (had the name before)."},
    {"name", CELL_TEXT, "name", 0, "The snapshot's name."},
    {"state", CELL_TEXT, "state", 0, "ready, at work (somebody works on it), left (half made or put aside by a run that died)."},
    {"bytes", CELL_BYTES, "size", 1, "Size (pg_database_size)."},
    {"age_s", CELL_SECONDS, "age", 1, "Since when it is there, by its comment."},
    {"made", CELL_TIME, NULL, 0, "When it was made, by its comment."},
    {"clients", CELL_COUNT, "clients", 3, "Sessions that are connected to it (pg_stat_activity)."},
    {"digest", CELL_TEXT, "built from", 4, "Hash of what it was built from: migrations, seeds, extensions, server."},
    {"dbname", CELL_TEXT, "called", 2, "What it is called in the server (pg_database.datname)."},
    {"what", CELL_TEXT, NULL, 0, "Of one that is left: what it is, in words."},
    {"mend", CELL_TEXT, NULL, 0, "Of one that is left: the command that takes it away."},
};
const struct table_shape copies_shape = {"copies", columns, sizeof columns / sizeof columns[0]};

enum copy_state copy_state_of(const struct copy *copy)
{
	if (copy->is_held)
		return COPY_BUSY;
	return copy->kind == COPY_OLD || !copy->is_whole ? COPY_LEFT : COPY_READY;
}

static const char *state_word(enum copy_state state)
{
	return state == COPY_READY ? "ready" : state == COPY_BUSY ? "at work" : "left";
}

/* "since 2026-..., by pid 12 on host" out of the comment. Caller frees. */
static char *since_of(const struct copy *copy)
{
	const char *at = NULL;
	for (const char *next = copy->comment; next && (next = strstr(next, ", since ")) != NULL; next++)
		at = next;
	return at ? mem_format(" (%.*s)", (int)strcspn(at + 2, ";"), at + 2) : mem_copy("");
}

char *copy_left_words(const struct copy *copy)
{
	char *since = since_of(copy), *words;
	if (copy->kind == COPY_OLD)
		words = mem_format("%s was put aside by a reset or a rewind, its successor is in its place%s", copy->dbname, since);
	else if (copy->kind == COPY_SNAPSHOT)
		words = mem_format("%s was left by an interrupted snapshot%s", copy->dbname, since);
	else
		words = mem_format("%s was left half made by an interrupted run%s", copy->dbname, since);
	mem_free(since);
	return words;
}

void copies_row(struct table *table, const char *section, const struct copy *copy)
{
	int row = table_add_row(table);
	enum copy_state state = copy_state_of(copy);
	if (!section)
		section = copy->database;
	table_set_text(table, row, "database", section);
	table_set_text(table, row, "kind", copy_kind_word(copy->kind));
	table_set_text(table, row, "name", copy->name);
	table_set_text(table, row, "state", state_word(state));
	if (copy->bytes >= 0)
		table_set_int(table, row, "bytes", copy->bytes);
	else
		table_set_missing(table, row, "bytes", MISSING_PRIVILEGE);
	if (copy->made_us > 0) {
		int64_t age_us = units_now_us() - copy->made_us;
		table_set_real(table, row, "age_s", age_us > 0 ? (double)age_us / 1e6 : 0);
		table_set_int(table, row, "made", copy->made_us);
	}
	table_set_int(table, row, "clients", copy->clients);
	table_set_text(table, row, "digest", copy->digest);
	table_set_text(table, row, "dbname", copy->dbname);
	if (state == COPY_LEFT) {
		char *words = copy_left_words(copy), *word = text_shell_word(section);
		char *mend = mem_format("pgtend templates prune %s", word);
		table_set_text(table, row, "what", words);
		table_set_text(table, row, "mend", mend);
		mem_free(mend);
		mem_free(word);
		mem_free(words);
	}
}

/* --- by the verbs -------------------------------------------------------------------------------------------------- */

enum { READY_MS = 10000 };

static bool load_by(struct session *session, const struct database *database, struct copies *copies, struct err *err)
{
	return database_can(database, CAP_CREATE_DATABASE, err) && copies_load_wait(session, database, true, copies, err);
}

/* A database that is gone has its snapshots all the same: another one of its server knows them. */
static bool load(struct fleet *fleet, struct database *database, struct copies *copies, struct err *err)
{
	struct session *session = database_session(fleet, database);
	if (session_ready_wait(session, READY_MS, err))
		return database_learn_wait(fleet, database, session, err) && load_by(session, database, copies, err);
	if (strcmp(err->sqlstate, "3D000") != 0)
		return false;
	err_clear(err);
	session = database_look_session(fleet, database, "postgres", true);
	bool is_good = session_ready_wait(session, READY_MS, err) && copies_load_wait(session, database, true, copies, err);
	session_free(session);
	return is_good;
}

bool copies_list(struct fleet *fleet, struct database *const *databases, int count, bool is_snapshots,
    struct report *report, struct err *err)
{
	struct table *rows = table_new(&copies_shape);
	int failed = 0;
	for (int i = 0; i < count; i++) {
		struct copies copies = {0};
		struct err trouble = {0};
		bool is_good = load(fleet, databases[i], &copies, &trouble);
		for (int k = 0; is_good && k < copies.count; k++)
			if (!is_snapshots || copies.v[k].kind == COPY_SNAPSHOT)
				copies_row(rows, databases[i]->name, &copies.v[k]);
		copies_done(&copies);
		if (is_good)
			continue;
		if (count > 1)
			report_log(report, "%s%s: %s", trouble.kind == ERR_UNSUPPORTED ? "skipped " : "", databases[i]->name, trouble.text);
		if (count > 1 && trouble.kind == ERR_UNSUPPORTED)
			continue;
		*err = trouble;
		failed++;
	}
	for (int row = 0; row < table_rows(rows); row++)
		if (table_get_text(rows, row, "mend"))
			report_hint(report, "%s: %s", table_get_text(rows, row, "what"), table_get_text(rows, row, "mend"));
	report_rows(report, rows);
	if (failed > 0 && count > 1)
		return err_set(err, failed < count ? ERR_PARTIAL : err->kind, "%d of %d databases did not answer", failed, count);
	return failed == 0;
}

/* --- as facts ------------------------------------------------------------------------------------------------------- */

static bool ask(const struct probe_target *target, struct session *session, struct table *table, struct err *err)
{
	struct copies copies;
	if (!target->server->has[CAP_CREATE_DATABASE])
		return true; /* one database, and so none beside it */
	bool is_good = copies_load_wait(session, target->database, true, &copies, err);
	for (int i = 0; is_good && i < copies.count; i++)
		copies_row(table, target->database->name, &copies.v[i]);
	copies_done(&copies);
	return is_good;
}

const struct probe copies_probe = {
    .fact = FACT_COPIES,
    .name = "copies",
    .scope = PROBE_DATABASE,
    .tier = TIER_MINUTE,
    .deadline_ms = 15000,
    .shape = &copies_shape,
    .ask = ask,
};
