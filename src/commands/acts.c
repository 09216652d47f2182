/* What the verbs share that act on hypertables. */
#include "acts.h"

#include "gather.h"
#include "pgtend/core/mem.h"
#include "pgtend/core/units.h"
#include "pgtend/probes/collector.h"

enum { DEADLINE_MS = 30000 };

void acts_show(struct action *action, struct report *report, bool is_good)
{
	for (size_t i = 0; is_good && i < report->log.count; i++)
		words_add(&action->preview, report->log.v[i]);
	if (is_good && report->summary != NULL)
		words_add(&action->preview, report->summary);
	if (action->is_dry_run) {
		report_rows(action->report, report->rows);
		report->rows = NULL;
	}
	report_done(report);
}

bool acts_preview(struct action *action,
    bool (*work)(const struct action *action, bool is_dry_run, struct report *report, struct err *err), struct err *err)
{
	struct report report = {0};
	bool is_good = work(action, true, &report, err);
	acts_show(action, &report, is_good);
	return is_good;
}

bool acts_job_id(const struct action *action, int64_t *job_id, struct err *err)
{
	const char *word = command_words(action->command)->v[0];
	if (units_parse_int(word, job_id) && *job_id > 0 && *job_id <= INT32_MAX)
		return true;
	err_set(err, ERR_USAGE, "'%s' is no number of a job", word);
	return err_hint(err, "pgtend jobs %s lists them", action->database->name);
}

bool acts_facts(struct action *action, enum fact fact, struct table *rows, struct err *err)
{
	const enum fact facts[] = {fact, FACT_COUNT};
	int with_extension = 0;
	collect_wait(action->fleet, action->databases, action->database_count, facts, DEADLINE_MS);
	for (int i = 0; i < action->database_count; i++) {
		gather_rows(action->databases[i], &action->databases[i]->facts[fact], rows);
		with_extension += action->databases[i]->has_timescaledb;
	}
	report_rows(action->report, rows);
	if (!gather_verdict(action, fact, err))
		return false;
	if (with_extension > 0)
		return true;
	if (action->database_count == 1)
		return err_set(err, ERR_UNSUPPORTED, "%s has no TimescaleDB: the extension timescaledb is not installed in it",
		    action->databases[0]->name);
	report_hint(action->report, "no database has TimescaleDB: the extension timescaledb is installed in none of them");
	return true;
}
