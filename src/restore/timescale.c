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
	const char *version = filling->contents.timescale_version;
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

static bool step(const struct filling *filling, const char *section, bool (*takes)(const char *, const void *),
    int jobs, struct err *err)
{
	char *list = contents_list(&filling->contents, takes, filling);
	bool is_done = filling_run(filling, section, list, jobs, err);
	mem_free(list);
	return is_done;
}

bool timescale_fill(const struct filling *filling, struct err *err)
{
	struct scratch *scratch = filling->scratch;
	int jobs = filling->options->jobs;
	return before(filling, err) && step(filling, "pre-data", filling_takes, 1, err) &&
	       step(filling, "data", takes_catalog, 1, err) && step(filling, "data", takes_others, jobs, err) &&
	       step(filling, "post-data", filling_takes, jobs, err) &&
	       (filling->options->resume_jobs || scratch_ask(scratch, sql_restore_jobs_off, err)) &&
	       scratch_ask(scratch, "SELECT timescaledb_post_restore()", err);
}
