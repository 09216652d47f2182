/* `migrate adopt` from lock to last word. See runner/adopt.h. */
#include <string.h>

#include "adopt_internal.h"
#include "pgtend/core/mem.h"
#include "run_internal.h"

enum { MISSING_SHOWN = 3, LINES_MAX = 40 };

static const struct table_column columns[] = {
    {"database", CELL_TEXT, "database", 0, "The section's name in pgtend.ini."},
    {"name", CELL_TEXT, "migration", 0, "The pending migration."},
    {"verdict", CELL_TEXT, "there", 0,
        "How much of what the file makes is in the database: all, part, none, or unknown where nothing of it can be looked up."},
    {"wanted", CELL_COUNT, "wanted", 1, "How many things the file makes or takes away that the catalog can show, without those that later files change."},
    {"found", CELL_COUNT, "found", 1, "How many of them are as the file leaves them."},
    {"recorded", CELL_BOOL, "recorded", 0, "Whether it was recorded as applied; with --dry-run whether it would be."},
    {"missing", CELL_WORDS, "missing", 2, "What is not there, or there and should not be."},
    {"unknown", CELL_WORDS, "cannot be seen", 3, "Statements whose effect no catalog shows (INSERT, UPDATE, DO, GRANT ...)."},
    {"advice", CELL_TEXT, "advice", 1, "What to know or to do about it."},
};
const struct table_shape adopt_shape = {"adopt", columns, (int)(sizeof columns / sizeof columns[0])};

static const struct migration_file *file_of(const struct adopt *adopt, int i)
{
	return &adopt->ledger->files[adopt->files[i].file];
}

static int count_chosen(const struct adopt *adopt)
{
	int count = 0;
	for (int i = 0; i < adopt->count; i++)
		count += adopt->files[i].is_chosen;
	return count;
}

/* --- saying it ---------------------------------------------------------------------------------------------- */

/* "3 x INSERT INTO users, DO": each once, with how often. Caller frees. */
static char *grouped(const struct words *words)
{
	struct text out = {0};
	for (size_t i = 0; i < words->count; i++) {
		int times = 0;
		bool is_first = true;
		for (size_t k = 0; k < words->count; k++) {
			bool is_same = strcmp(words->v[i], words->v[k]) == 0;
			times += is_same;
			is_first = is_first && !(is_same && k < i);
		}
		if (is_first && times > 1)
			text_addf(&out, "%s%d x %s", out.length ? ", " : "", times, words->v[i]);
		else if (is_first)
			text_addf(&out, "%s%s", out.length ? ", " : "", words->v[i]);
	}
	return text_take(&out);
}

static char *first_missing(const struct adopt_file *file)
{
	struct text out = {0};
	for (size_t i = 0; i < file->missing.count && i < MISSING_SHOWN; i++)
		text_addf(&out, "%s%s", i ? ", " : "", file->missing.v[i]);
	if (file->missing.count > MISSING_SHOWN)
		text_addf(&out, " and %zu more", file->missing.count - MISSING_SHOWN);
	return text_take(&out);
}

static char *unknown_words(const struct adopt_file *file)
{
	if (file->why_unread)
		return mem_format("it cannot be read: %s", file->why_unread);
	char *list = grouped(&file->unknown), *words;
	words = *list ? mem_format("nothing of it can be looked up (%s)", list) : mem_copy("nothing of it can be looked up");
	mem_free(list);
	return words;
}

/* One line on what was found of a file. Caller frees. */
static char *finding(const struct adopt *adopt, int i)
{
	const struct adopt_file *file = &adopt->files[i];
	char *missing = first_missing(file), *unknown = grouped(&file->unknown), *words = NULL;
	switch (file->verdict) {
	case ADOPT_ALL:
		words = mem_format("all that it makes is there (%d)%s%s%s", file->wanted, *unknown ? "; cannot be seen: " : "", unknown, "");
		break;
	case ADOPT_PART:
		words = mem_format("%d of %d are there; not as it leaves them: %s", file->found, file->wanted, missing);
		break;
	case ADOPT_NONE:
		words = mem_format("nothing of it is there (%s)", missing);
		break;
	case ADOPT_UNKNOWN:
		words = unknown_words(file);
		break;
	}
	mem_free(missing);
	mem_free(unknown);
	return words;
}

static char *marked(const char *when, const char *database, const char *name)
{
	char *word = text_shell_word(name), *line = mem_format("%s pgtend migrate mark applied %s %s", when, database, word);
	mem_free(word);
	return line;
}

/* What to do about it. Caller frees; NULL: nothing. */
static char *advice(const struct adopt *adopt, int i, const char *database, bool is_all)
{
	const struct adopt_file *file = &adopt->files[i];
	const char *name = file_of(adopt, i)->name;
	if (file->is_chosen && is_all && file->verdict != ADOPT_ALL)
		return mem_copy("recorded because --all insists");
	if (file->is_chosen)
		return file->verdict == ADOPT_UNKNOWN ? mem_copy("taken as run: a later file is wholly there") : NULL;
	if (file->verdict == ADOPT_NONE)
		return mem_format("pgtend migrate up %s runs it", database);
	if (file->verdict == ADOPT_PART)
		return marked("bring the database to what it makes, or it to what is there; then", database, name);
	if (file->verdict == ADOPT_ALL)
		return mem_copy("stands behind one that is not wholly there");
	return marked("if it ran:", database, name);
}

static void add_words(struct table *table, int row, const char *column, const struct words *words)
{
	table_add_word(table, row, column, NULL);
	for (size_t i = 0; i < words->count; i++)
		table_add_word(table, row, column, words->v[i]);
}

static void say_file(const struct adopt *adopt, int i, const char *database, bool is_all, struct report *report)
{
	const struct adopt_file *file = &adopt->files[i];
	char *found = finding(adopt, i), *what = advice(adopt, i, database, is_all);
	report_log(report, "%s %s: %s%s%s", file->is_chosen ? "record" : "not", file_of(adopt, i)->name, found, what ? "; " : "",
	    what ? what : "");
	mem_free(found);
	mem_free(what);
}

/* Rows for everybody; in words only where they become a question. */
static void say(const struct adopt *adopt, const char *database, bool is_all, bool is_dry_run, struct report *report)
{
	struct table *table = table_new(&adopt_shape);
	int told = 0;
	for (int i = 0; i < adopt->count; i++) {
		const struct adopt_file *file = &adopt->files[i];
		char *what = advice(adopt, i, database, is_all);
		int row = table_add_row(table);
		table_set_text(table, row, "database", database);
		table_set_text(table, row, "name", file_of(adopt, i)->name);
		table_set_text(table, row, "verdict", adopt_verdict_word(file->verdict));
		table_set_int(table, row, "wanted", file->wanted);
		table_set_int(table, row, "found", file->found);
		table_set_int(table, row, "recorded", file->is_chosen);
		add_words(table, row, "missing", &file->missing);
		add_words(table, row, "unknown", &file->unknown);
		table_set_text(table, row, "advice", file->why_unread ? file->why_unread : what);
		mem_free(what);
		/* Of many the ordinary ones are many too: those that need a look are told, whatever their number. */
		bool is_plain = file->is_chosen && file->verdict == ADOPT_ALL && file->unknown.count == 0;
		if (is_dry_run && (!is_plain || told++ < LINES_MAX))
			say_file(adopt, i, database, is_all, report);
	}
	if (told > LINES_MAX)
		report_log(report, "and %d more that are wholly there", told - LINES_MAX);
	report_rows(report, table);
}

/* --- looking -------------------------------------------------------------------------------------------------- */

/* Through a pool as well: what the tool sets is set for this one transaction. */
static bool read_path(struct run *run, struct adopt *adopt, struct err *err)
{
	char *settings =
	    run->dialect->run->settings_sql ? run->dialect->run->settings_sql(&run->ledger, run->database->section, run->session) : NULL;
	char *sql = mem_format("BEGIN;%s%sSELECT pg_catalog.array_to_string(pg_catalog.current_schemas(false), E'\\n');ROLLBACK",
	    settings ? settings : "", settings ? ";" : "");
	struct result *result = NULL;
	bool is_answered = run_ask(run, sql, &result, err);
	if (is_answered && result_text(result, 0, 0))
		words_split(&adopt->path, result_text(result, 0, 0), "\n");
	else if (!is_answered)
		run_roll_back(run);
	result_free(result);
	mem_free(sql);
	mem_free(settings);
	return is_answered;
}

/* --- recording --------------------------------------------------------------------------------------------------- */

static bool record(struct run *run, const struct adopt *adopt, struct err *err)
{
	struct run_record *records = mem_grow(NULL, (size_t)adopt->count, sizeof *records);
	int count = 0;
	for (int i = 0; i < adopt->count; i++)
		if (adopt->files[i].is_chosen)
			records[count++] = (struct run_record){.file = adopt->files[i].file, .is_applied = true};
	bool is_done = run_record(run, records, count, "adopt", err);
	mem_free(records);
	return is_done;
}

/* --- the whole ------------------------------------------------------------------------------------------------------ */

static bool say_nothing_fits(const struct run *run, const struct adopt *adopt, struct err *err)
{
	const char *name = run->database->name;
	bool has_any = false, lacks_any = false;
	for (int i = 0; i < adopt->count; i++) {
		has_any = has_any || adopt->files[i].verdict == ADOPT_ALL || adopt->files[i].verdict == ADOPT_PART;
		lacks_any = lacks_any || adopt->files[i].verdict == ADOPT_NONE;
	}
	if (!has_any && lacks_any) {
		report_summary(run->report, "nothing of what is pending is there: nothing to adopt");
		report_hint(run->report, "pgtend migrate up %s", name);
		return true;
	}
	char *found = finding(adopt, 0);
	err_set(err, ERR_FAILED, "nothing can be recorded: %s: %s", file_of(adopt, 0)->name, found);
	mem_free(found);
	return err_hint(err, "`pgtend migrate adopt %s --dry-run` shows every file; `pgtend migrate mark applied %s NAME...` records what you know; "
	                     "--all records them all", name, name);
}

static void say_end(const struct run *run, const struct adopt *adopt, bool is_dry_run)
{
	int chosen = count_chosen(adopt), left = adopt->count - chosen;
	report_summary(run->report, "%d migration%s %s as applied in %s, nothing was run%s", chosen, chosen == 1 ? "" : "s",
	    is_dry_run ? "would be recorded" : "recorded", run->ledger.history, left > 0 ? "; the others are still pending" : "");
	if (left > 0 && !is_dry_run)
		report_hint(run->report, "pgtend migrate status %s", run->database->name);
}

static bool adopt_whole(struct run *run, struct adopt *adopt, const struct adopt_options *options, struct err *err)
{
	if (!run_record_open(run, !options->is_dry_run, err))
		return false;
	adopt->ledger = &run->ledger;
	if ((run->dialect->check_order && !run->dialect->check_order(&run->ledger, err)) || !read_path(run, adopt, err) ||
	    !adopt_judge(adopt, run->session, options->is_all, err))
		return false;
	if (adopt->count == 0) {
		report_summary(run->report, "nothing is pending: the history has every migration");
		return true;
	}
	say(adopt, run->database->name, options->is_all, options->is_dry_run, run->report);
	if (count_chosen(adopt) == 0)
		return say_nothing_fits(run, adopt, err);
	if (!options->is_dry_run && !record(run, adopt, err))
		return false;
	say_end(run, adopt, options->is_dry_run);
	return true;
}

bool migrate_adopt(struct fleet *fleet, struct database *database, const struct adopt_options *options, struct report *report,
    struct err *err)
{
	struct run run = {.fleet = fleet, .database = database, .report = report, .verb = "migrate adopt"};
	struct adopt adopt = {0};
	bool is_done = adopt_whole(&run, &adopt, options, err);
	adopt_done(&adopt);
	run_record_close(&run);
	return is_done;
}
