/* TimescaleDB's databases come back in an order of their own (measured): the extension first, in the same version and as
 * the first thing of a session; timescaledb_pre_restore(); the tables; its catalog alone, because its foreign keys
 * hold only in the dump's order; all other rows, then indexes and constraints, by several connections; the jobs
 * switched off, because the scheduler would run retention at once; timescaledb_post_restore(). See restore_internal.h. */
#include <string.h>

#include "pgtend/core/mem.h"
#include "pgtend/sql_embedded.h"
#include "restore_internal.h"

static bool is_catalog(const char *line)
{
	return contents_is(line, "TABLE DATA _timescaledb_c") || contents_is(line, "SEQUENCE SET _timescaledb_c");
}

static bool takes_catalog(const char *line, const void *arg)
{
	return is_catalog(line) && filling_takes(line, arg);
}

static bool takes_others(const char *line, const void *arg)
{
	return !is_catalog(line) && filling_takes(line, arg);
}

static bool before(const struct filling *filling, struct err *err)
{
	struct scratch *scratch = filling->scratch;
	const char *version = filling->contents->timescale_version;
	struct text sql = {0};
	text_add(&sql, "CREATE EXTENSION timescaledb");
	if (version) {
		char *quoted = session_quote_identifier(scratch->keeper, version);
		text_addf(&sql, " VERSION %s", quoted);
		mem_free(quoted);
	}
	bool is_done = scratch_ask(scratch, text_str(&sql), err);
	text_done(&sql);
	if (!is_done) {
		err_prefix(err, "TimescaleDB %s in %s", version ? version : "", scratch->dbname);
		return err_hint(err, "the new database needs the very version of the dump");
	}
	return scratch_ask(scratch, "SELECT timescaledb_pre_restore()", err);
}

static bool step(struct filling *filling, const char *section, bool (*takes)(const char *, const void *),
    int jobs, struct err *err)
{
	char *list = contents_list(filling->contents, takes, filling);
	bool is_done = filling_run(filling, section, list, jobs, err);
	mem_free(list);
	return is_done;
}

bool timescale_fill(struct filling *filling, struct err *err)
{
	int jobs = filling->options->jobs;
	if (!before(filling, err))
		return false;
	if (filling->contents->plain)
		return filling_psql(filling, err);
	/* By one connection all of it is in the dump's order. */
	if (filling->is_fed)
		return filling_run(filling, NULL, NULL, 1, err);
	return step(filling, "pre-data", filling_takes, 1, err) &&
	       step(filling, "data", takes_catalog, 1, err) && step(filling, "data", takes_others, jobs, err) &&
	       step(filling, "post-data", filling_takes, jobs, err);
}

/* --- its last step --------------------------------------------------------------------------------------------- */

/* Those that were on are noted, so that they can be told. */
static bool pause_jobs(struct session *session, struct restored *restored, struct err *err)
{
	struct result *r = NULL, *paused = NULL;
	struct text ids = {0};
	bool is_done = session_query_wait(session, sql_restore_job_table, NULL, 0, SCRATCH_DEADLINE_MS, &r, err) &&
	               session_queryf_wait(session, SCRATCH_DEADLINE_MS, &paused, err,
	                   "UPDATE %s SET scheduled = false WHERE id >= 1000 AND scheduled RETURNING id", result_text(r, 0, 0));
	restored->jobs_paused = is_done ? result_rows(paused) : 0;
	for (int i = 0; is_done && i < result_rows(paused); i++)
		text_addf(&ids, "%s%s", i > 0 ? ", " : "", result_text(paused, i, 0));
	if (ids.length > 0)
		restored->jobs = text_take(&ids);
	text_done(&ids);
	result_free(r);
	result_free(paused);
	return is_done;
}

static bool count(struct session *session, struct restored *restored, struct err *err)
{
	struct result *r = NULL;
	bool is_done = session_query_wait(session, sql_restore_hypertables, NULL, 0, 0, &r, err);
	if (is_done) {
		restored->hypertables = result_int(r, 0, 0, 0);
		restored->chunks = result_int(r, 0, 1, 0);
	}
	result_free(r);
	return is_done;
}

static bool end(struct filling *filling, struct session *session, struct err *err)
{
	filling->restored->jobs_paused = 0;
	return scratch_stay(session, err) &&
	       (filling->options->resume_jobs || pause_jobs(session, filling->restored, err)) &&
	       session_query_wait(session, "SELECT timescaledb_post_restore()", NULL, 0, 0, NULL, err) &&
	       count(session, filling->restored, err);
}

bool timescale_end(struct filling *filling, struct err *err)
{
	struct session *session = scratch_session(filling->scratch, err);
	if (!session)
		return false;
	bool is_done = end(filling, session, err);
	session_free(session);
	return is_done;
}
