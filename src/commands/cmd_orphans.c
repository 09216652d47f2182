/* orphans: rows whose target is gone, where the target stands in another database. */
#include "pgtend/commands/command.h"
#include "pgtend/core/mem.h"
#include "pgtend/orphans/orphans.h"

enum { LIMIT = 20, MOST_LIMIT = 1000000 };

static const struct verb_option options[] = {
	{"--reference", OPTION_TEXT, "'TABLE.COLUMN -> DATABASE.TABLE.COLUMN'", true, "this reference instead of those of pgtend.ini; one database must be named"},
	{"--limit", OPTION_INT, "N", false, "show at most N rows of each reference (20)"},
	{"--list", OPTION_FLAG, NULL, false, "one row a row that was found"},
	{0},
};

struct tally {
	struct table *rows, *list;
	int asked, failed, with_orphans;
	int64_t orphans;
	struct err first; /* failure */
};

static bool look(struct action *action, struct database *from, const char *text, const char *where, struct tally *tally, struct err *err)
{
	struct reference reference;
	struct err own = {0};
	int64_t orphans = 0;

	if (!reference_parse(text, &reference, err))
		return where ? err_prefix(err, "%s", where) : false;
	struct database *to = fleet_find(action->fleet, reference.to_database, err);
	struct orphans_search search = {from, to, &reference, command_int(action->command, "--limit", LIMIT)};
	bool is_good = to != NULL;

	tally->asked += is_good;
	if (is_good && !orphans_find(action->fleet, &search, tally->rows, tally->list, action->report, &orphans, &own)) {
		is_good = own.kind != ERR_CANCELLED;
		if (tally->failed++ == 0)
			tally->first = own;
		else
			report_log(action->report, "%s", own.text);
		if (!is_good)
			*err = own;
	}
	tally->with_orphans += orphans > 0;
	tally->orphans += orphans;
	reference_done(&reference);
	return is_good;
}

static bool look_at(struct action *action, struct database *database, struct tally *tally, struct err *err)
{
	const struct words *given = command_option_all(action->command, "--reference");
	const char *text, *where = NULL;
	bool is_good = true;

	for (size_t i = 0; is_good && i < given->count; i++)
		is_good = look(action, database, given->v[i], NULL, tally, err);
	for (int i = 0; given->count == 0 && is_good && (text = section_reference(database->section, i, &where)) != NULL; i++)
		is_good = look(action, database, text, where, tally, err);
	return is_good;
}

static bool verdict(const struct action *action, const struct tally *tally, struct err *err)
{
	if (tally->asked == 0) {
		err_set(err, ERR_USAGE, "%s has no reference to another database", action->database_count == 1 ? action->databases[0]->name : "no database");
		if (action->database_count != 1)
			err_set(err, ERR_USAGE, "none of the databases has a reference to another one");
		return err_hint(err, "name them in its section of pgtend.ini: reference = vehicles.user_id -> core.users.id");
	}
	if (tally->failed > 0) {
		*err = tally->first;
		if (tally->failed < tally->asked)
			err->kind = ERR_PARTIAL;
		return tally->asked == 1 ? false : err_prefix(err, "%d of %d references could not be looked at", tally->failed, tally->asked);
	}
	if (tally->orphans > 0)
		return err_set(err, ERR_FAILED, "%lld row%s to nothing, by %d of %d references", (long long)tally->orphans,
			tally->orphans == 1 ? " points" : "s point", tally->with_orphans, tally->asked);
	report_summary(action->report, "%d reference%s: no row points to nothing", tally->asked, tally->asked == 1 ? "" : "s");
	return true;
}

static bool run(struct action *action, struct err *err)
{
	int64_t limit = command_int(action->command, "--limit", LIMIT);

	if (limit < 0 || limit > MOST_LIMIT)
		return err_set(err, ERR_USAGE, "--limit is a number from 0 to %d", MOST_LIMIT);
	if (command_option_all(action->command, "--reference")->count > 0 && action->database_count != 1)
		return err_set(err, ERR_USAGE, "--reference belongs to one database: name it");
	struct tally tally = {.rows = table_new(&orphans_shape), .list = table_new(&orphans_list_shape)};
	bool is_list = command_flag(action->command, "--list"), is_good = true;

	for (int i = 0; is_good && i < action->database_count; i++)
		is_good = look_at(action, action->databases[i], &tally, err);
	report_rows(action->report, is_list ? tally.list : tally.rows);
	table_free(is_list ? tally.rows : tally.list);
	return is_good && verdict(action, &tally, err);
}

const struct verb verb_orphans = {
	.name = "orphans",
	.scope = VERB_READS,
	.options = options,
	.level = GUARD_L0,
	.gives_log = true,
	.title = "Find rows whose target in another database is gone",
	.help = "Looks at the references of pgtend.ini (reference = vehicles.user_id -> core.users.id) that no foreign key can hold because they cross databases. "
			"Both columns are read in key order, in one transaction each that only reads and sees one moment, and compared as they come: memory does "
			"not grow with the tables. What came or went between the two moments is looked at again and left out (as far as there are no more than 10,000 "
			"values). NULL refers to nothing. Values of different types are compared as text where that makes sense, and the row says so; otherwise the "
			"reference is refused. Where a row-level policy would hide rows, it fails rather than counting wrongly. Exit status 1 where rows point to nothing.",
	.example = "pgtend orphans mextrack --limit 5",
	.shape = &orphans_shape,
	.other_option = "--list",
	.other_shape = &orphans_list_shape,
	.run = run,
};
