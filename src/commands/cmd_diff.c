/* diff: what stands otherwise in two schemas, or in a database and in what its migrations alone would give. */
#include <string.h>

#include "pgtend/catalog/catalog.h"
#include "pgtend/commands/command.h"
#include "pgtend/core/mem.h"
#include "pgtend/fresh/expected.h"
#include "pgtend/migrate/migrate.h"

enum { READY_MS = 15000 };

static const struct verb_option options[] = {
    {"--expected", OPTION_FLAG, NULL, false, "compare with what its migrations alone would give (this is so without OTHER)"},
    {"--pending", OPTION_FLAG, NULL, false, "migrations that are not applied yet count as expected too"},
    {"--schema", OPTION_TEXT, "NAME", true, "only what stands in this schema"},
    {"--ignore", OPTION_TEXT, "KIND|PATTERN", true, "leave out a kind (comment, index) or names by a pattern ('app.tmp_*')"},
    {"--grants", OPTION_FLAG, NULL, false, "compare owners and grants too"},
    {"--on", OPTION_TEXT, "SERVER|URL", false, "build what the migrations give there ([server] of the configuration, or a URL)"},
    {0},
};

struct comparing {
	struct action *action;
	struct catalog_options options;
	struct words hidden; /* histories of both, as the configuration calls them */
	struct catalog here, there;
	char *there_name;
};

/* Misspelt kinds would leave out nothing, and nobody would notice. */
static bool check_ignored(const struct words *ignored, struct err *err)
{
	const char *kinds[64];
	size_t count = 0;
	while (count < sizeof kinds / sizeof kinds[0] && catalog_kind_word((int)count) != NULL) {
		kinds[count] = catalog_kind_word((int)count);
		count++;
	}
	for (size_t i = 0; i < ignored->count; i++) {
		bool is_known = strpbrk(ignored->v[i], ".*?[") != NULL;
		for (size_t k = 0; k < count && !is_known; k++)
			is_known = strcmp(kinds[k], ignored->v[i]) == 0;
		if (is_known)
			continue;
		const char *nearest = text_nearest(ignored->v[i], kinds, count);
		err_set(err, ERR_USAGE, "--ignore %s: neither a kind of object nor a pattern%s%s", ignored->v[i], nearest ? "; perhaps " : "",
		    nearest ? nearest : "");
		return err_hint(err, "a kind (comment, index, function, ...), or names as in the list: app.users.*, '*.tmp_*'");
	}
	return true;
}

/* Its history, which may be called anything; known ones are left out by their names in any case. What cannot be read of it is no matter here. */
static bool hide_history(struct comparing *comparing, struct database *database, struct err *err)
{
	struct fleet *fleet = comparing->action->fleet;
	struct session *session = database_look_session(fleet, database, NULL, false);
	struct ledger ledger = {0};
	struct err trouble = {0};
	const char *table = section_text(database->section, "migrations_table"), *schema = section_text(database->section, "migrations_schema");
	bool is_done = session_ready_wait(session, READY_MS, err) && database_learn_wait(fleet, database, session, err);
	bool is_known = is_done && ledger_look(database, session, &ledger, &trouble);
	if (is_known && ledger.history_schema && ledger.history_table)
		words_take(&comparing->hidden, mem_format("%s.%s", ledger.history_schema, ledger.history_table));
	else if (table && *table)
		words_take(&comparing->hidden, mem_format("%s.%s", schema && *schema ? schema : "public", table));
	if (is_done && !is_known && trouble.kind == ERR_CANCELLED) {
		*err = trouble;
		is_done = false;
	}
	ledger_done(&ledger);
	session_free(session);
	return is_done || err_prefix(err, "%s", database->name);
}

static bool load(struct comparing *comparing, struct database *database, struct catalog *catalog, struct err *err)
{
	struct fleet *fleet = comparing->action->fleet;
	struct session *session = database_look_session(fleet, database, NULL, false);
	report_step(comparing->action->report, "reading the schema of %s", database->name);
	bool is_done = session_ready_wait(session, READY_MS, err) && catalog_load_wait(session, &comparing->options, catalog, err);
	session_free(session);
	return is_done || err_prefix(err, "%s", database->name);
}

static bool load_expected(struct comparing *comparing, struct err *err)
{
	struct action *action = comparing->action;
	const struct expected_options expected = {
	    .catalog = &comparing->options,
	    .on = command_option(action->command, "--on"),
	    .with_pending = command_flag(action->command, "--pending"),
	};
	comparing->there_name = mem_copy("expected");
	return expected_load_wait(action->fleet, action->database, &expected, &comparing->there, action->report, err);
}

static bool load_both(struct comparing *comparing, struct err *err)
{
	struct action *action = comparing->action;
	const struct words *words = command_words(action->command);
	comparing->options.hidden = &comparing->hidden;
	if (words->count == 0 && command_is_all(action->command) && !section_text(action->database->section, "migrations"))
		return err_set(err, ERR_UNSUPPORTED, "it has no migrations, so nothing is expected of it");
	if (words->count == 0)
		return hide_history(comparing, action->database, err) && load_expected(comparing, err) && load(comparing, action->database, &comparing->here, err);
	if (command_flag(action->command, "--expected") || command_flag(action->command, "--pending") || command_option(action->command, "--on"))
		return err_set(err, ERR_USAGE, "diff %s %s compares two databases: --expected, --pending and --on belong to diff %s alone",
		    action->database->name, words->v[0], action->database->name);
	struct err unknown = {0};
	struct database *other = fleet_find(action->fleet, words->v[0], &unknown);
	if (other == action->database)
		return err_set(err, ERR_USAGE, "%s is compared with another database, not with itself", other->name);
	if (other) {
		comparing->there_name = mem_copy(other->name);
		return hide_history(comparing, action->database, err) && hide_history(comparing, other, err) &&
		       load(comparing, action->database, &comparing->here, err) && load(comparing, other, &comparing->there, err);
	}
	comparing->there_name = mem_format("snapshot %s", words->v[0]);
	bool is_found = false;
	if (!hide_history(comparing, action->database, err) ||
	    !expected_snapshot_wait(action->fleet, action->database, words->v[0], &comparing->options, &is_found, &comparing->there, action->report, err))
		return false;
	if (!is_found) {
		*err = unknown;
		return err_hint(err, "OTHER is a [database] of the configuration, or a snapshot of %s (pgtend snapshots %s)", action->database->name,
		    action->database->name);
	}
	return load(comparing, action->database, &comparing->here, err);
}

static bool has_schema(const struct catalog *catalog, const char *name)
{
	for (size_t i = 0; i < catalog->count; i++)
		if (strcmp(catalog->v[i].kind, "schema") == 0 && strcmp(catalog->v[i].name, name) == 0)
			return true;
	return false;
}

/* A misspelt one has no objects on either side: "no difference" would be said of nothing. */
static bool check_schemas(const struct comparing *comparing, struct err *err)
{
	const struct words *schemas = comparing->options.schemas;
	for (size_t i = 0; i < schemas->count; i++)
		if (!has_schema(&comparing->here, schemas->v[i]) && !has_schema(&comparing->there, schemas->v[i]))
			return err_set(err, ERR_USAGE, "--schema %s: neither %s nor %s has such a schema", schemas->v[i], comparing->action->database->name,
			    comparing->there_name);
	return true;
}

static bool tell(struct comparing *comparing, struct err *err)
{
	struct action *action = comparing->action;
	struct catalog_differences differences;
	struct words lines = {0};
	const struct catalog_sides sides = {&comparing->here, &comparing->there, action->database->name, comparing->there_name};
	struct table *rows = table_new(&catalog_diff_shape);
	catalog_compare(&comparing->here, &comparing->there, &differences);
	catalog_differences_ignore(&differences, command_option_all(action->command, "--ignore"));
	catalog_differences_table(&differences, &sides, rows);
	/* A program has both definitions in the rows. */
	if (strcmp(command_format(action->command), "table") == 0)
		catalog_differences_lines(&differences, &sides, &lines);
	for (size_t i = 0; i < lines.count; i++)
		report_log(action->report, "%s", lines.v[i]);
	report_rows(action->report, rows);
	bool is_same = differences.count == 0;
	if (is_same)
		report_summary(action->report, "%s is as %s: %zu objects compared", action->database->name,
		    command_words(action->command)->count == 0 ? "its migrations give it" : comparing->there_name, comparing->here.count);
	else
		err_set(err, ERR_DRIFT, "%s is not as %s: %zu object%s differ%s", action->database->name,
		    command_words(action->command)->count == 0 ? "its migrations give it" : comparing->there_name, differences.count,
		    differences.count == 1 ? "" : "s", differences.count == 1 ? "s" : "");
	words_done(&lines);
	catalog_differences_done(&differences);
	return is_same;
}

static bool run(struct action *action, struct err *err)
{
	struct comparing comparing = {.action = action,
	    .options = {.schemas = command_option_all(action->command, "--schema"), .with_grants = command_flag(action->command, "--grants")}};
	bool is_done = check_ignored(command_option_all(action->command, "--ignore"), err) && load_both(&comparing, err) &&
	               check_schemas(&comparing, err) && tell(&comparing, err);
	catalog_done(&comparing.here);
	catalog_done(&comparing.there);
	words_done(&comparing.hidden);
	mem_free(comparing.there_name);
	return is_done;
}

const struct verb verb_diff = {
    .name = "diff",
    .scope = VERB_ACTS_ONE,
    .words = "OTHER",
    .least_words = 0,
    .most_words = 1,
    .options = options,
    .level = GUARD_L0,
    .only_looks = true,
    .may_be_all = true,
    .is_unordered = true,
    .gives_log = true,
    .title = "Compare schemas: two databases, or a database and its migrations",
    .help = "Tells every object that is missing, extra or different, each with both definitions: schemas, extensions, types, functions, tables, "
            "columns, constraints, indexes, sequences, views, triggers, rules, policies, publications, comments, and TimescaleDB's hypertables, "
            "aggregates and jobs. With OTHER, another database of the configuration (also on another server) or a snapshot. Without it, or with --expected, "
            "what its migrations alone would give: the applied ones are run, in their order, in a scratch database, which is dropped "
            "at the end, also after an error; pending ones are said and are no difference. Where nothing was ever applied by migrations (a schema that was "
            "pushed), all of them are expected. `diff all` does it for each database that has migrations, a section each. Members of extensions, histories of migration tools, the schema pgtend, chunks, rows, the "
            "positions of sequences and of columns, names of owners, and the database's own tablespace are not compared. Exit status 5 where something differs, 3 where one of several could not be compared. Statements that would "
            "mend it are not written: that is a migration's, and a person's to judge.",
    .example = "pgtend diff core --expected --ignore comment",
    .shape = &catalog_diff_shape,
    .run = run,
};
