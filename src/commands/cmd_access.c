/* access show, access check, access grant. */
#include <string.h>

#include "acts.h"
#include "pgtend/access/access.h"
#include "pgtend/core/mem.h"

/* --- show and check ------------------------------------------------------------------------------- */

typedef bool look_fn(struct action *action, struct database *database, struct table *rows, int *bad, struct err *err);

/* Each database in turn; who does not answer is a line of the log, as elsewhere. */
static bool look_at_all(struct action *action, struct table *rows, look_fn *look, int *bad, struct err *err)
{
	struct err first = {0};
	int failed = 0;

	for (int i = 0; i < action->database_count; i++) {
		struct database *database = action->databases[i];
		struct err own = {0};

		if (look(action, database, rows, bad, &own))
			continue;
		err_prefix(&own, "%s", database->name);
		if (action->database_count > 1)
			report_log(action->report, "%s", own.text);
		if (failed++ == 0)
			first = own;
		if (own.kind == ERR_CANCELLED || own.kind == ERR_USAGE)
			break;
	}
	report_rows(action->report, rows);
	if (!failed)
		return true;
	*err = first;
	if (action->database_count == 1 || first.kind == ERR_CANCELLED || first.kind == ERR_USAGE)
		return false;
	if (failed < action->database_count)
		err->kind = ERR_PARTIAL;
	return err_prefix(err, "%d of %d databases gave no answer", failed, action->database_count);
}

static bool show_one(struct action *action, struct database *database, struct table *rows, int *bad, struct err *err)
{
	(void)bad;
	return access_show(action->fleet, database, command_option(action->command, "--role"), rows, err);
}

static bool show(struct action *action, struct err *err)
{
	return look_at_all(action, table_new(&access_show_shape), show_one, NULL, err);
}

static const struct verb_option show_options[] = {
	{"--role", OPTION_TEXT, "ROLE", false, "this role only; public: what everybody may do"},
	{0},
};

const struct verb verb_access_show = {
	.name = "access",
	.subverb = "show",
	.scope = VERB_READS,
	.options = show_options,
	.level = GUARD_L0,
	.title = "Show who may do what",
	.help = "One row a role and one for PUBLIC: what it comes to (superuser, owner, read and write, read only, ...), what it may do with the server, whose member it is, "
			"which schemas it reaches, how many tables it may read and write, by whatever way, and what it will be given on tables that are made later.",
	.example = "pgtend access show core --role core_app",
	.shape = &access_show_shape,
	.run = show,
};

static bool check_one(struct action *action, struct database *database, struct table *rows, int *bad, struct err *err)
{
	return access_check(action->fleet, database, rows, bad, err);
}

static bool check(struct action *action, struct err *err)
{
	int bad = 0;

	if (!look_at_all(action, table_new(&access_check_shape), check_one, &bad, err))
		return false;
	if (bad > 0)
		return err_set(err, ERR_FAILED, "%d thing%s wrong with who may do what", bad, bad == 1 ? " is" : "s are");
	report_summary(action->report, "nothing is wrong with who may do what");
	return true;
}

const struct verb verb_access_check = {
	.name = "access",
	.subverb = "check",
	.scope = VERB_READS,
	.level = GUARD_L0,
	.title = "Find what is dangerous in who may do what",
	.help = "Superusers, roles without row-level policies and owners of tables by whom applications are connected; what PUBLIC may do; a role of pgtend that sees too "
			"little; rules of pg_hba.conf that let in without TLS or proof; md5; passwords that end or never do; functions by which everybody may become superuser. Each "
			"with what mends it. What the role may not see is unknown, with the GRANT. Exit status 1 where something is wrong; notes and what is unknown do not count.",
	.example = "pgtend access check all",
	.shape = &access_check_shape,
	.run = check,
};

/* --- grant ---------------------------------------------------------------------------------------- */

static const struct verb_option grant_options[] = {
	{"--schema", OPTION_TEXT, "NAME", true, "this schema only; without it all that hold tables which no extension made"},
	{"--create", OPTION_FLAG, NULL, false, "make the role where it is not there: it may log in and has no password yet"},
	{"--exact", OPTION_FLAG, NULL, false, "also take away what was granted to it beyond the profile"},
	{0},
};

static bool grant_work(const struct action *action, bool is_dry_run, const char *shown, struct report *report, char **statements, struct err *err)
{
	const struct words *words = command_words(action->command);
	bool is_application = strcmp(words->v[1], "application") == 0;
	const struct access_grant grant = {
		.role = words->v[0],
		.profile = is_application ? ACCESS_APPLICATION : ACCESS_READONLY,
		.schemas = command_option_all(action->command, "--schema"),
		.is_created = command_flag(action->command, "--create"),
		.is_exact = command_flag(action->command, "--exact"),
		.is_dry_run = is_dry_run,
		.shown = shown,
	};

	if (!is_application && strcmp(words->v[1], "readonly") != 0) {
		err_set(err, ERR_USAGE, "'%s' is no profile", words->v[1]);
		return err_hint(err, "application reads and writes, readonly reads");
	}
	return access_grant(action->fleet, action->database, &grant, report, statements, err);
}

static bool grant_preview(struct action *action, struct err *err)
{
	struct report report = {0};

	mem_free(action->shown);
	action->shown = NULL;
	bool is_good = grant_work(action, true, NULL, &report, &action->shown, err);

	acts_show(action, &report, is_good);
	return is_good;
}

static bool grant_run(struct action *action, struct err *err)
{
	return grant_work(action, false, action->shown, action->report, NULL, err);
}

const struct verb verb_access_grant = {
	.name = "access",
	.subverb = "grant",
	.scope = VERB_ACTS_ONE,
	.words = "ROLE application|readonly",
	.least_words = 2,
	.most_words = 2,
	.options = grant_options,
	.level = GUARD_L2,
	.has_dry_run = true,
	.title = "Give a role what an application or a reader needs, and no more",
	.help = "application: CONNECT, USAGE of the schemas, SELECT, INSERT, UPDATE, DELETE on tables, USAGE and SELECT on sequences; readonly: CONNECT, USAGE, SELECT on tables. "
			"Also on tables that are made later, by default privileges for each owner of the present ones. What the role lacks is shown as SQL first and run in one "
			"transaction; where nothing is lacking nothing is done. The history of migrations is only read, what extensions made is left alone, and what PUBLIC may do does "
			"not count. What the role has beyond the profile is said; --exact takes away what was granted to it.",
	.example = "pgtend access grant core core_app application --create",
	.shape = &access_grant_shape,
	.preview = grant_preview,
	.run = grant_run,
};
