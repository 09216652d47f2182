/* doctor/walk.c - the steps in their order, each of them a row; who stands before which. */
#include "internal.h"

#include <string.h>

#include "pgtend/core/mem.h"
#include "pgtend/core/units.h"
#include "pgtend/loop/task.h"

static const struct table_column columns[] = {DOCTOR_COLUMNS};
const struct table_shape doctor_shape = {"doctor", columns, sizeof columns / sizeof *columns};

static const char *const step_words[STEP_COUNT] = {"name", "port", "tls", "authentication", "database", "rights", "extension", "pooler", "clock"};
static const char *const kind_words[] = {[FOUND_NOTHING] = "not reached", [FOUND_OK] = "ok", [FOUND_NOTE] = "note", [FOUND_FAILED] = "failed"};

/* --- rows -------------------------------------------------------------------------------------- */

static void begin_rows(struct walk *walk)
{
	for (int step = 0; step < STEP_COUNT; step++) {
		int row = table_add_row(walk->table);

		if (step == 0)
			walk->first_row = row;
		table_set_text(walk->table, row, "step", step_words[step]);
		table_set_text(walk->table, row, "verdict", kind_words[FOUND_NOTHING]);
	}
}

/* What is worse stands first. */
static void join(struct walk *walk, int row, const char *column, char *text, bool is_first)
{
	const char *old = table_get_text(walk->table, row, column);

	if (text && old && strstr(old, text)) {
		mem_free(text);
		return;
	}
	if (text && old) {
		char *both = is_first ? mem_format("%s; %s", text, old) : mem_format("%s; %s", old, text);

		table_set_text(walk->table, row, column, both);
		mem_free(both);
	} else if (text) {
		table_set_text(walk->table, row, column, text);
	}
	mem_free(text);
}

void step_say(struct walk *walk, enum step step, enum finding_kind kind, char *what, char *mend)
{
	int row = walk->first_row + (int)step;
	bool is_worse = kind > walk->kinds[step];

	join(walk, row, "what", what, is_worse);
	join(walk, row, "mend", mend, is_worse);
	if (!is_worse)
		return;
	walk->kinds[step] = kind;
	table_set_text(walk->table, row, "verdict", kind_words[kind]);
}

void step_took(struct walk *walk, enum step step, double ms)
{
	table_set_real(walk->table, walk->first_row + (int)step, "took_ms", ms);
}

char *walk_where(const struct walk *walk, const char *const *keys)
{
	const struct section *section = walk->database->section;

	for (; *keys; keys++)
		if (section_is_set(section, *keys))
			return mem_format("`%s` at %s", *keys, section_where(section, *keys));
	return mem_format("[database %s] at %s", walk->database->name, section_where(section, NULL));
}

char *walk_quoted(const struct walk *walk, const char *name)
{
	/* as people write it where that is enough */
	if (name && strchr("abcdefghijklmnopqrstuvwxyz_", *name) && name[strspn(name, "abcdefghijklmnopqrstuvwxyz_0123456789")] == '\0')
		return mem_copy(name);
	char *quoted = session_quote_identifier(walk->session, name ? name : "");

	return quoted ? quoted : mem_copy(name);
}

/* --- the way ----------------------------------------------------------------------------------- */

/* Every host has its own time; the session ends by itself after the last of them. */
static void connect(struct walk *walk)
{
	int64_t started_us = units_now_us();

	walk->is_in = session_ready_wait(walk->session, 0, &walk->err);
	walk->stage = walk->is_in ? SESSION_STAGE_NONE : session_failed_stage(walk->session);
	step_took(walk, STEP_PORT, (double)(units_now_us() - started_us) / 1000.0);
}

/* The server is learned by its name and version for the others who ask; that it fails is told by the steps behind. */
static void learn(struct walk *walk)
{
	struct err ignored;

	if (!database_learn_again_wait(walk->fleet, walk->database, walk->session, &ignored))
		return;
}

static void walk_inside(struct walk *walk)
{
	learn(walk);
	step_database(walk);
	if (!task_is_cancelled())
		step_rights(walk);
	if (!task_is_cancelled())
		step_extension(walk);
	if (!task_is_cancelled())
		step_pooler(walk);
	if (!task_is_cancelled())
		step_clock(walk);
}

static void walk_all(struct walk *walk)
{
	if (!step_name(walk))
		return;
	connect(walk);
	/* before anything was sent: not trusted, or no such service */
	if (!walk->is_in && (walk->stage == SESSION_STAGE_NONE || walk->stage == SESSION_STAGE_NAME)) {
		step_say(walk, STEP_NAME, FOUND_FAILED, mem_copy(walk->err.text), walk->err.hint[0] ? mem_copy(walk->err.hint) : NULL);
		return;
	}
	if (task_is_cancelled())
		return;
	step_port(walk);
	if (walk->is_in || walk->stage > SESSION_STAGE_PORT)
		step_tls(walk);
	if (walk->is_in || walk->stage > SESSION_STAGE_TLS)
		step_authentication(walk);
	if (walk->is_in)
		walk_inside(walk);
	else if (walk->stage == SESSION_STAGE_DATABASE)
		step_database(walk);
}

static bool verdict(const struct walk *walk, struct err *err)
{
	if (task_is_cancelled())
		return err_set(err, ERR_CANCELLED, "cancelled");
	for (int step = 0; step < STEP_COUNT; step++) {
		if (walk->kinds[step] != FOUND_FAILED)
			continue;
		const char *mend = table_get_text(walk->table, walk->first_row + step, "mend");

		err_set(err, ERR_FAILED, "%s: %s", step_words[step], table_get_text(walk->table, walk->first_row + step, "what"));
		memcpy(err->sqlstate, walk->err.sqlstate, sizeof err->sqlstate);
		return mend ? err_hint(err, "%s", mend) : false;
	}
	return true;
}

bool doctor_walk_wait(struct fleet *fleet, struct database *database, struct table *table, struct err *err)
{
	struct walk walk = {.fleet = fleet, .database = database, .table = table};

	begin_rows(&walk);
	walk.session = database_look_session(fleet, database, NULL, false);
	walk_all(&walk);
	session_free(walk.session);
	words_done(&walk.addresses);
	words_done(&walk.ports);
	return verdict(&walk, err);
}
