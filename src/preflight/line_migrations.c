/* Pending migrations: was each rehearsed since its last change, or is it free of lint's findings; has each a way back. */
#include <string.h>

#include "internal.h"
#include "pgtend/core/mem.h"
#include "pgtend/core/units.h"
#include "pgtend/migrate/folder.h"
#include "pgtend/rehearse/record.h"
#include "pgtend/review/lint.h"

static const char rehearsed[] = "rehearsed", way_back[] = "way-back";

struct pending {
	struct preflight *preflight;
	struct database *database;
	struct ledger ledger;
	struct plan plan;
	struct table *findings; /* of lint */
	bool is_linted;         /* it could look */
	struct rehearse_records records;
};

static const struct migration_file *file_of(const struct pending *pending, int step)
{
	return &pending->ledger.files[pending->plan.steps[step].file];
}

/* --- rehearsed, or nothing to say against it ------------------------------------------------------------ */

/* The worst that lint has to say of one migration, where it is at least a warning and no comment allows it; caller frees. NULL: nothing. */
static char *lint_of(const struct pending *pending, const char *name, int *count)
{
	char *worst = NULL;
	bool is_danger = false;
	*count = 0;
	for (int row = 0; row < table_rows(pending->findings); row++) {
		const char *migration = table_get_text(pending->findings, row, "migration"), *severity = table_get_text(pending->findings, row, "severity");
		const struct cell *allowed = table_get(pending->findings, row, "allowed");
		if (migration == NULL || strcmp(migration, name) != 0 || allowed->has_value || strcmp(severity, lint_severity_word(LINT_NOTE)) == 0)
			continue;
		++*count;
		bool is_worse = worst == NULL || (!is_danger && strcmp(severity, lint_severity_word(LINT_DANGER)) == 0);
		if (!is_worse)
			continue;
		mem_free(worst);
		is_danger = strcmp(severity, lint_severity_word(LINT_DANGER)) == 0;
		worst = mem_format("%s: %s", table_get_text(pending->findings, row, "rule"), table_get_text(pending->findings, row, "place"));
	}
	return worst;
}

static char *mend_of(const struct pending *pending)
{
	return mem_format("pgtend migrate rehearse %s", pending->database->name);
}

static void say_rehearsed(struct pending *pending, const char *name, const struct rehearse_record *record)
{
	char age[UNITS_SIZE];
	units_age(age, (units_now_us() - record->ended_us) / 1000000);
	if (record->is_ok)
		line_add(pending->preflight, pending->database, rehearsed, name, LINE_OK,
		    mem_format("rehearsed %s ago%s", age, record->is_schema_only ? ", on a copy without rows" : ""), NULL);
	else
		line_add(pending->preflight, pending->database, rehearsed, name, LINE_FINDING,
		    mem_format("its rehearsal failed %s ago: %s", age, record->error != NULL ? record->error : "it did not say why"), mend_of(pending));
}

static void judge_step(struct pending *pending, int step)
{
	const char *name = file_of(pending, step)->name;
	const struct rehearse_record *record = rehearse_records_find(&pending->records, name);
	bool is_same = record != NULL && strcmp(record->checksum, pending->plan.steps[step].checksum) == 0;
	int count;
	if (is_same) {
		say_rehearsed(pending, name, record);
		return;
	}
	const char *state = record != NULL ? "it was changed since it was rehearsed" : "it was not rehearsed on this machine";
	char *worst = lint_of(pending, name, &count);
	if (!pending->is_linted)
		line_add(pending->preflight, pending->database, rehearsed, name, LINE_UNKNOWN, mem_format("%s, and lint could not look at it", state), mend_of(pending));
	else if (worst == NULL)
		line_add(pending->preflight, pending->database, rehearsed, name, LINE_OK, mem_format("%s, and lint finds nothing in it", state), NULL);
	else
		line_add(pending->preflight, pending->database, rehearsed, name, LINE_FINDING,
		    mem_format("%s, and lint finds %d thing%s in it: %s", state, count, count == 1 ? "" : "s, the worst", worst), mend_of(pending));
	mem_free(worst);
}

/* --- the way back ----------------------------------------------------------------------------------------- */

/* A down part that holds nothing takes nothing back. */
static bool is_blank(const char *sql)
{
	struct parse parsed = {0};
	if (sql == NULL || sql[strspn(sql, " \t\r\n;")] == '\0')
		return true;
	parse_text(sql, false, &parsed);
	bool is_empty = (parsed.how == PARSE_TREE || parsed.how == PARSE_SCANNED) && parsed.count == 0;
	parse_done(&parsed);
	return is_empty;
}

/* false: why. */
static bool has_down(const struct ledger *ledger, const struct migration_file *file, struct err *why)
{
	const struct dialect_run *how = ledger->dialect->run;
	struct migration_text text = {0};
	char *whole = NULL, *path = how->down_path != NULL ? how->down_path(ledger, file) : mem_copy(file->path);
	bool has = path != NULL && folder_text(path, &whole, why) && how->down_text(ledger, file, whole, &text, why);
	if (has && is_blank(text.sql))
		has = err_set(why, ERR_FAILED, "%s: its down part is empty", text.path != NULL ? text.path : path);
	if (!has && why->kind == ERR_NONE)
		err_set(why, ERR_FAILED, "%s has no down part", file->path);
	migration_text_done(&text);
	mem_free(whole);
	mem_free(path);
	return has;
}

/* Without a down part only a backup leads back, and all that was written since is lost on it: enough where the team's tool knows nothing else. */
static void say_without_down(struct pending *pending, const struct migration_file *file, const struct err *why, bool is_never)
{
	const char *dialect = pending->ledger.dialect->name;
	char *backup = NULL, *words, *mend;
	bool is_good = is_never && line_has_fresh_backup(pending->preflight->fleet, pending->database, &backup);
	if (is_good) {
		words = mem_format("%s has no down parts; %s leads back", dialect, backup);
		mend = NULL;
	} else if (is_never) {
		words = mem_format("%s has no down parts, and there is no fresh verified backup to go back to", dialect);
		mend = mem_format("pgtend backup %s", pending->database->name);
	} else {
		words = mem_copy(why->text);
		mend = mem_copy(why->hint[0] != '\0' ? why->hint : "write its down part");
	}
	line_add(pending->preflight, pending->database, way_back, file->name, is_good ? LINE_OK : LINE_FINDING, words, mend);
	mem_free(backup);
}

static void judge_way_back(struct pending *pending)
{
	const struct dialect *dialect = pending->ledger.dialect;
	int good = 0;
	for (int i = 0; i < pending->plan.count; i++) {
		const struct migration_file *file = file_of(pending, i);
		struct err why = {0};
		bool is_known = dialect->run != NULL && dialect->run->down_text != NULL;
		if (is_known && has_down(&pending->ledger, file, &why))
			good++;
		else
			say_without_down(pending, file, &why, !is_known || text_starts_with(dialect->name, "drizzle"));
	}
	if (good > 0)
		line_add(pending->preflight, pending->database, way_back, NULL, LINE_OK,
		    mem_format("%d pending migration%s can be taken back", good, good == 1 ? "" : "s"), NULL);
}

/* --- all that is pending ------------------------------------------------------------------------------------ */

static void say_nothing(struct pending *pending, enum line_state state, const char *words)
{
	line_add(pending->preflight, pending->database, rehearsed, NULL, state, mem_copy(words), NULL);
	line_add(pending->preflight, pending->database, way_back, NULL, state, mem_copy(words), NULL);
}

static void judge(struct pending *pending, struct session *session)
{
	struct err why = {0};
	pending->findings = table_new(&lint_shape);
	pending->is_linted = lint_plan(&pending->ledger, pending->database->name, &pending->plan, session, pending->findings, &why);
	if (!pending->is_linted)
		line_add_error(pending->preflight, pending->database, rehearsed, "lint", &why);
	rehearse_records_read(pending->database, &pending->records);
	for (int i = 0; i < pending->plan.count; i++)
		judge_step(pending, i);
	judge_way_back(pending);
	rehearse_records_done(&pending->records);
	table_free(pending->findings);
}

static void look(struct pending *pending, struct session *session)
{
	const struct migrate_options options = {.direction = MIGRATE_UP};
	struct err why = {0};
	if (!ledger_read(pending->database, session, &pending->ledger, &why)) {
		line_add_error(pending->preflight, pending->database, rehearsed, NULL, &why);
		return;
	}
	if (pending->ledger.dialect == NULL || pending->ledger.folder == NULL) {
		say_nothing(pending, LINE_SKIPPED, "it has no folder of migrations");
		return;
	}
	if (!plan_make(&pending->ledger, pending->database, &options, &pending->plan, &why)) {
		line_add(pending->preflight, pending->database, rehearsed, NULL, LINE_FINDING, mem_copy(why.text),
		    mem_copy(why.hint[0] != '\0' ? why.hint : "pgtend migrate status tells more"));
		return;
	}
	if (pending->plan.count == 0)
		say_nothing(pending, LINE_OK, "nothing is pending");
	else
		judge(pending, session);
}

void line_migrations(struct preflight *preflight, struct database *database, struct session *session, char **history)
{
	struct pending pending = {.preflight = preflight, .database = database};
	look(&pending, session);
	*history = pending.ledger.history_table != NULL
	               ? mem_format("%s.%s", pending.ledger.history_schema, pending.ledger.history_table)
	               : NULL;
	plan_done(&pending.plan);
	ledger_done(&pending.ledger);
}
