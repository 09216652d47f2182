/* What belongs to the database itself: its settings, grants and comment, as the dump has them. See restore_internal.h. */
#include <string.h>

#include "pgtend/core/mem.h"
#include "restore_internal.h"

static bool is_setting(const char *before, const char *behind)
{
	bool is_role = text_starts_with(before, "ALTER ROLE ");
	return (is_role || text_starts_with(before, "ALTER DATABASE ")) && text_starts_with(behind, " SET ");
}

/* A statement that cannot be given is told of, and the rest goes on. */
static bool give(struct scratch *scratch, const char *before, const char *behind, struct err *err)
{
	struct err trouble = {0};
	struct session *keeper = scratch->keeper;
	if (!session_query_wait(keeper, "SAVEPOINT given", NULL, 0, SCRATCH_DEADLINE_MS, NULL, err))
		return false;
	if (session_queryf_wait(keeper, SCRATCH_DEADLINE_MS, NULL, &trouble, "%s%I%s", before, scratch->dbname, behind))
		return true;
	report_log(scratch->report, "could not be given to the new database: %s...%.80s: %s", before, behind, trouble.text);
	return session_query_wait(keeper, "ROLLBACK TO SAVEPOINT given", NULL, 0, SCRATCH_DEADLINE_MS, NULL, err);
}

static bool is_wanted(const struct scratch *scratch, const char *before, const char *behind, bool with_grants, bool is_named)
{
	if (strstr(behind, "timescaledb.restoring"))
		return false;
	if (is_setting(before, behind))
		return !scratch->is_elsewhere || !text_starts_with(before, "ALTER ROLE ");
	return with_grants && (is_named || !text_starts_with(before, "COMMENT "));
}

static bool give_all(struct scratch *scratch, const struct contents *contents, bool with_grants, bool is_named, struct err *err)
{
	bool is_good = true;
	for (size_t i = 0; is_good && i < contents->before.count; i++) {
		const char *before = contents->before.v[i], *behind = contents->behind.v[i];
		if (is_wanted(scratch, before, behind, with_grants, is_named))
			is_good = give(scratch, before, behind, err);
	}
	return is_good;
}

bool settings_give(struct scratch *scratch, const struct contents *contents, bool with_grants,
    const char *new_name, struct err *err)
{
	struct session *keeper = scratch->keeper;
	struct err trouble = {0};
	bool is_good = session_query_wait(keeper, "BEGIN", NULL, 0, SCRATCH_DEADLINE_MS, NULL, err);
	/* What was kept from everybody while it was filled. */
	if (is_good && new_name)
		is_good = session_queryf_wait(keeper, SCRATCH_DEADLINE_MS, NULL, err,
		    "GRANT CONNECT, TEMPORARY ON DATABASE %I TO PUBLIC; COMMENT ON DATABASE %I IS NULL", scratch->dbname,
		    scratch->dbname);
	is_good = is_good && give_all(scratch, contents, with_grants, new_name != NULL, err);
	if (is_good && new_name)
		is_good = session_queryf_wait(keeper, 0, NULL, err, "ALTER DATABASE %I RENAME TO %I", scratch->dbname, new_name);
	if (is_good)
		return session_query_wait(keeper, "COMMIT", NULL, 0, SCRATCH_DEADLINE_MS, NULL, err);
	if (session_in_transaction(keeper) &&
	    !session_query_wait(keeper, "ROLLBACK", NULL, 0, SCRATCH_DEADLINE_MS, NULL, &trouble))
		report_log(scratch->report, "%s", trouble.text);
	return false;
}
