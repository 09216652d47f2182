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
