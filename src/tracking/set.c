/* retention set: how long rows are kept. */
#include "set.h"

#include <string.h>

#include "pgtend/core/mem.h"
#include "pgtend/core/units.h"

static bool is_hypertable(const struct hyper *hyper)
{
	return hyper->is_named || !hyper->is_aggregate;
}

/* The chunks that would be due. */
static bool load_due(struct setting *setting, struct hyper *hyper, struct err *err)
{
	struct acts *acts = &setting->acts;
	if (!hyper_cutoff(acts, hyper, setting->set->after, &hyper->cutoff, err))
		return false;
	char *after = session_quote_literal(acts->session, setting->set->after);
	char *bound = hyper->is_drop_by_creation ? mem_format("created_before => %s::interval", after)
	                                         : hyper_bound(acts, hyper, "older_than", hyper->cutoff);
	char *regclass = hyper_regclass(acts, hyper);
	char *select = mem_format("select %s.show_chunks(%s, %s)", acts->schema, regclass, bound);
	bool is_good = chunk_set_load(acts, select, &hyper->set, err);
	mem_free(select);
	mem_free(regclass);
	mem_free(bound);
	mem_free(after);
	return is_good;
}

static bool check_every(struct setting *setting, struct err *err)
{
	const char *every = setting->set->every;
	struct result *r = NULL;
	if (every == NULL)
		return true;
	bool is_good = session_queryf_wait(setting->acts.session, ACTS_DEADLINE_MS, &r, err, "select %L::interval >= interval '1 second'", every);
	if (is_good && !result_bool(r, 0, 0))
		is_good = err_set(err, ERR_USAGE, "--every '%s': a second at least", every);
	else if (!is_good && strncmp(err->sqlstate, "22", 2) == 0)
		err_set(err, ERR_USAGE, "--every takes an interval such as '1 day', not '%s'", every);
	result_free(r);
	return is_good;
}

static bool choose(struct setting *setting, struct err *err)
{
	const struct tracking_set *set = setting->set;
	struct acts *acts = &setting->acts;
	if (!hyper_list_load(acts, set->tables, &setting->list, err) || !check_every(setting, err))
		return false;
	hyper_list_keep(&setting->list, is_hypertable);
	if (setting->list.count == 0)
		return err_set(err, ERR_UNSUPPORTED, "%s has no hypertable", acts->database->name);
	/* each its own age: what is right for one erases another */
	if (setting->list.count > 1 && (set->tables == NULL || set->tables->count == 0)) {
		err_set(err, ERR_USAGE, "%s has %d hypertables: say which by --table", acts->database->name, setting->list.count);
		return err_hint(err, "pgtend retention status %s lists them", acts->database_word);
	}
	for (int i = 0; i < setting->list.count; i++) {
		struct hyper *hyper = &setting->list.rows[i];
		const char *why = setting->is_off ? NULL : hyper_no_age(hyper, set->after);
		if (why != NULL)
			return err_set(err, ERR_USAGE, "%s: %s", hyper->shown, why);
		if (!setting->is_off && !load_due(setting, hyper, err))
			return false;
	}
	return true;
}

/* --- doing it --------------------------------------------------------------------------------- */

/* "schedule_interval => ...", behind a comma; caller frees. */
static char *every_of(struct setting *setting)
{
	if (setting->set->every == NULL)
		return mem_copy("");
	char *every = session_quote_literal(setting->acts.session, setting->set->every);
	char *argument = mem_format(", schedule_interval => %s::interval", every);
	mem_free(every);
	return argument;
}

/* A policy that is there keeps its number, its schedule and its statistics. NULL: nothing is to be done. Caller frees. */
static char *statement_of(struct setting *setting, const struct hyper *hyper)
{
	struct acts *acts = &setting->acts;
	char *regclass = hyper_regclass(acts, hyper), *after = session_quote_literal(acts->session, setting->set->after), *every = every_of(setting);
	char *sql = NULL;
	if (setting->is_off && hyper->drop_job_id != 0)
		sql = mem_format("select %s.remove_retention_policy(relation => %s)", acts->schema, regclass);
	else if (!setting->is_off && hyper->drop_job_id != 0)
		sql = mem_format("select %s.alter_job(j.job_id, config => jsonb_set(j.config, array[%s], to_jsonb(%s%s))%s) from timescaledb_information.jobs j where j.job_id = %lld",
		    acts->schema, hyper->is_drop_by_creation ? "'drop_created_before'" : "'drop_after'", after,
		    hyper->is_integer ? "::bigint" : "::text", every, (long long)hyper->drop_job_id);
	else if (!setting->is_off)
		sql = mem_format("select %s.add_retention_policy(relation => %s, drop_after => %s::%s%s)", acts->schema, regclass, after,
		    hyper->is_integer ? hyper->column_type : "interval", every);
	mem_free(regclass);
	mem_free(after);
	mem_free(every);
	return sql;
}

static char *message_of(struct setting *setting)
{
	struct text sql = {0};
	for (int i = 0; i < setting->list.count; i++) {
		char *one = statement_of(setting, &setting->list.rows[i]);
		if (one != NULL)
			text_addf(&sql, "%s%s", sql.length > 0 ? "; " : "", one);
		mem_free(one);
	}
	return text_take(&sql);
}

static void find_new_jobs(struct setting *setting)
{
	struct hyper_list now = {0};
	struct err ignored;
	if (hyper_list_load(&setting->acts, NULL, &now, &ignored))
		for (int i = 0; i < setting->list.count; i++)
			for (int n = 0; n < now.count; n++)
				if (strcmp(now.rows[n].relation, setting->list.rows[i].relation) == 0 && now.rows[n].drop_job_id != 0)
					setting->list.rows[i].drop_job_id = now.rows[n].drop_job_id;
	hyper_list_done(&now);
}

static bool carry_out(struct setting *setting, struct err *err)
{
	struct acts *acts = &setting->acts;
	struct words names = {0};
	char *sql = message_of(setting);
	bool is_done = *sql == '\0' || acts_query(acts, sql, NULL, err);
	mem_free(sql);
	if (!is_done)
		return err_prefix(err, "nothing was changed");
	find_new_jobs(setting);
	for (int i = 0; i < setting->list.count; i++)
		words_add(&names, setting->list.rows[i].shown);
	char *all = words_join(&names, ", ");
	if (setting->is_off)
		report_summary(acts->report, "%s: kept for ever", all);
	else {
		report_summary(acts->report, "%s: kept for %s", all, setting->set->after);
		report_hint(acts->report, "drop what is older now: pgtend retention run %s", acts->database_word);
	}
	mem_free(all);
	words_done(&names);
	return true;
}

static struct table *rows_of(const struct setting *setting, const char *state)
{
	struct table *rows = table_new(&tracking_runs_shape);
	for (int i = 0; i < setting->list.count; i++) {
		const struct hyper *hyper = &setting->list.rows[i];
		int row = table_add_row(rows);
		table_set_text(rows, row, "database", setting->acts.database->name);
		if (hyper->drop_job_id != 0)
			table_set_int(rows, row, "job_id", hyper->drop_job_id);
		table_set_text(rows, row, "kind", "retention");
		table_set_text(rows, row, "schema", hyper->set.schema);
		table_set_text(rows, row, "name", hyper->set.name);
		table_set_text(rows, row, "state", state);
		if (!setting->is_off)
			table_set_text(rows, row, "after", setting->set->after);
		if (!setting->is_off && strcmp(state, "due") == 0) {
			table_set_int(rows, row, "chunks", hyper->set.count);
			table_set_int(rows, row, "bytes", chunk_set_bytes(&hyper->set));
		}
	}
	return rows;
}

bool tracking_set(
    struct fleet *fleet, struct database *database, const struct tracking_set *set, struct report *report, struct err *err)
{
	struct setting setting = {
	    .acts = {.fleet = fleet, .database = database, .report = report, .verb = "retention"},
	    .set = set,
	    .is_off = strcmp(set->after, "off") == 0,
	};
	bool is_good = acts_open(&setting.acts, err) && acts_need_community(&setting.acts, err) && choose(&setting, err);
	const char *state = is_good ? "due" : NULL;
	for (int i = 0; is_good && set->is_dry_run && i < setting.list.count; i++)
		set_say(&setting, &setting.list.rows[i]);
	if (is_good && !set->is_dry_run) {
		is_good = carry_out(&setting, err);
		state = !is_good ? "failed" : setting.is_off ? "removed" : "set";
	}
	if (state != NULL)
		report_rows(report, rows_of(&setting, state));
	hyper_list_done(&setting.list);
	acts_close(&setting.acts);
	return is_good;
}
