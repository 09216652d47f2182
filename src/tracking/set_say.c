/* retention set: what it would mean. */
#include "set.h"

#include "pgtend/core/mem.h"
#include "pgtend/core/units.h"
#include "pgtend/sql_embedded.h"

/* Whether the age `a` is at least `b`, as the server reckons. */
static bool is_at_least(struct setting *setting, const struct hyper *hyper, const char *a, const char *b)
{
	struct result *r = NULL;
	struct err ignored;
	const char *type = hyper->is_integer ? "bigint" : "interval";
	bool is_it = session_queryf_wait(
	                 setting->acts.session, ACTS_DEADLINE_MS, &r, &ignored, "select %L::%s >= %L::%s", a, type, b, type) &&
	             result_bool(r, 0, 0);
	result_free(r);
	return is_it;
}

static void say_compression(struct setting *setting, const struct hyper *hyper)
{
	if (hyper->compress_after != NULL && is_at_least(setting, hyper, hyper->compress_after, setting->set->after))
		report_log(setting->acts.report, "  its chunks are compressed after %s: they would be gone before, and never are", hyper->compress_after);
}

static void say_refreshers(struct setting *setting, const struct hyper *hyper)
{
	const char *params[] = {hyper->set.schema, hyper->set.name, setting->set->after};
	struct result *r = NULL;
	struct err why = {0};
	if (!session_query_wait(setting->acts.session, sql_tracking_refreshers, params, 3, ACTS_DEADLINE_MS, &r, &why))
		report_log(setting->acts.report, "  whether a refresh policy looks back further could not be seen: %s", why.text);
	else
		for (int row = 0; row < result_rows(r); row++) {
			const char *back = result_text(r, row, 2);
			if (result_bool(r, row, 3))
				report_log(setting->acts.report, "  ERASES: job %s refreshes %s %s%s, further back than raw rows would be kept: what it holds of older time would vanish",
				    result_text(r, row, 0), result_text(r, row, 1), back != NULL ? "of the last " : "back to the beginning", back != NULL ? back : "");
		}
	result_free(r);
}

static void say_chunks(struct setting *setting, const struct hyper *hyper)
{
	struct report *report = setting->acts.report;
	char *chunks = chunk_set_words(&hyper->set);
	if (hyper->set.count == 0)
		report_log(report, "  no chunk is older now");
	else
		report_log(report, "  its next run drops %s", chunks);
	mem_free(chunks);
}

static void say_configured(struct setting *setting, const struct hyper *hyper)
{
	const struct section *section = setting->acts.database->section;
	double wanted = section_seconds(section, "retention"), given;
	char age[UNITS_SIZE];
	if (wanted > 0 && !hyper->is_aggregate && !hyper->is_integer && units_parse_duration_s(setting->set->after, &given) && given != wanted)
		report_log(setting->acts.report, "  %s says %s", section_where(section, "retention"), units_age(age, (int64_t)wanted));
}

void set_say(struct setting *setting, const struct hyper *hyper)
{
	struct report *report = setting->acts.report;
	const char *after = setting->set->after, *by = hyper->is_drop_by_creation ? " from when a chunk was made" : "";
	if (setting->is_off && hyper->drop_job_id == 0)
		report_log(report, "%s: has no retention policy", hyper->shown);
	else if (setting->is_off)
		report_log(report, "%s: kept for %s%s now (job %lld), for ever then", hyper->shown, hyper->drop_after, by, (long long)hyper->drop_job_id);
	else if (hyper->drop_job_id == 0)
		report_log(report, "%s: kept for ever now, for %s then; the scheduler runs the new policy at once", hyper->shown, after);
	else
		report_log(report, "%s: kept for %s%s now (job %lld), for %s then", hyper->shown, hyper->drop_after, by, (long long)hyper->drop_job_id, after);
	if (setting->is_off)
		return;
	say_chunks(setting, hyper);
	say_compression(setting, hyper);
	say_refreshers(setting, hyper);
	say_configured(setting, hyper);
}
