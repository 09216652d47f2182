/* metrics: what all checks measure, as OpenMetrics text. */
#include <string.h>

#include "config.h"
#include "gather.h"
#include "openmetrics.h"
#include "pgtend/commands/command.h"
#include "pgtend/core/mem.h"
#include "pgtend/health/health.h"
#include "pgtend/probes/collector.h"

/* What one check says of one database. */
struct look {
	const struct database *database;
	struct health health;
};
struct writing {
	struct text out;
	const struct action *action;
	struct look *looks; /* of each check all databases, in the order of health_checks */
};

static struct look *look_of(const struct writing *writing, int check, int database)
{
	return &writing->looks[check * writing->action->database_count + database];
}

/* --- the checks' numbers ------------------------------------------------------------------------ */

static const char *unit_of(enum measure_unit unit)
{
	static const char *const units[] = {[MEASURE_COUNT] = NULL, [MEASURE_TOTAL] = NULL, [MEASURE_SECONDS] = "seconds", [MEASURE_BYTES] = "bytes",
		[MEASURE_RATIO] = "ratio"};
	return units[unit];
}

/* "pgtend_retention_late_seconds"; of a source of rows "pgtend_ingest_source_lag_seconds", so that nobody adds parts to their whole. */
static char *family_name(const struct health_check *check, const struct measure_kind *kind, bool is_of_source)
{
	/* "ratio" is both a number's name and its unit */
	const char *unit = unit_of(kind->unit) != NULL && strcmp(unit_of(kind->unit), kind->name) != 0 ? unit_of(kind->unit) : NULL;
	char *name = mem_format("pgtend_%s_%s%s%s%s", check->name, is_of_source ? "source_" : "", kind->name, unit != NULL ? "_" : "", unit != NULL ? unit : "");
	for (char *c = name; *c != '\0'; c++)
		if (*c == '-')
			*c = '_';
	return name;
}

static const struct measure *measure_of(const struct finding *finding, const struct measure_kind *kind)
{
	for (int i = 0; i < finding->measure_count; i++)
		if (finding->measures[i].kind == kind)
			return &finding->measures[i];
	return NULL;
}

static void add_samples(struct writing *writing, int check, const struct measure_kind *kind, bool is_of_source)
{
	char *name = family_name(health_checks[check], kind, is_of_source);
	char *sample = mem_format("%s%s", name, kind->unit == MEASURE_TOTAL ? "_total" : "");
	bool is_begun = false;
	for (int i = 0; i < writing->action->database_count; i++) {
		const struct look *look = look_of(writing, check, i);
		for (int f = 0; f < look->health.finding_count; f++) {
			const struct finding *finding = &look->health.findings[f];
			const struct measure *measure = measure_of(finding, kind);
			if (measure == NULL || (finding->source != NULL) != is_of_source)
				continue;
			if (!is_begun)
				metrics_family(&writing->out, name, kind->unit == MEASURE_TOTAL ? "counter" : "gauge", unit_of(kind->unit), kind->doc);
			is_begun = true;
			const struct metric_label labels[] = {{"database", look->database->name},
				{health_checks[check]->subject != NULL ? health_checks[check]->subject : "subject", finding->subject}, {"source", finding->source},
				{"policy", finding->policy}, {0}};
			metrics_sample(&writing->out, sample, labels, measure->value);
		}
	}
	mem_free(sample);
	mem_free(name);
}

static void add_checks(struct writing *writing)
{
	for (int check = 0; check < health_check_count; check++)
		for (const struct measure_kind *kind = health_checks[check]->measures; kind->name != NULL; kind++) {
			add_samples(writing, check, kind, false);
			add_samples(writing, check, kind, true);
		}
}

/* --- pgtend's own ------------------------------------------------------------------------------- */

static bool has_answered(const struct database *database)
{
	for (int fact = 0; fact < FACT_COUNT; fact++) {
		const struct err *err = &database_facts(database, (enum fact)fact)->err;
		if (err->kind == ERR_UNREACHABLE)
			return false;
	}
	return database->server->is_known;
}

static void add_own(struct writing *writing)
{
	const struct metric_label version[] = {{"version", PACKAGE_VERSION}, {0}};
	metrics_family(&writing->out, "pgtend_build", "info", NULL, "The pgtend that says all this.");
	metrics_sample(&writing->out, "pgtend_build_info", version, 1);
	metrics_family(&writing->out, "pgtend_up", "gauge", NULL, "Whether the database answered: 1, else 0.");
	for (int i = 0; i < writing->action->database_count; i++) {
		const struct metric_label labels[] = {{"database", writing->action->databases[i]->name}, {0}};
		metrics_sample(&writing->out, "pgtend_up", labels, has_answered(writing->action->databases[i]));
	}
	metrics_family(&writing->out, "pgtend_check_status", "gauge", NULL,
		"What pgtend check says: 0 ok, 1 warning, 2 critical, 3 unknown; no sample where a check has nothing to look at.");
	for (int check = 0; check < health_check_count; check++)
		for (int i = 0; i < writing->action->database_count; i++) {
			const struct look *look = look_of(writing, check, i);
			const struct metric_label labels[] = {{"database", look->database->name}, {"check", health_checks[check]->name}, {0}};
			if (look->health.lacks == NULL)
				metrics_sample(&writing->out, "pgtend_check_status", labels, look->health.verdict);
		}
}

/* --- the verb ----------------------------------------------------------------------------------- */

static void look_at_all(struct writing *writing)
{
	const struct action *action = writing->action;
	writing->looks = mem_new((size_t)(health_check_count * action->database_count + 1) * sizeof *writing->looks);
	for (int check = 0; check < health_check_count; check++)
		for (int i = 0; i < action->database_count; i++) {
			struct look *look = look_of(writing, check, i);
			look->database = action->databases[i];
			/* Only `check` writes down what passed a limit; here the same is said as there. */
			limits_memory_load(action->fleet, look->database, health_checks[check]->name);
			health_check_run(action->fleet, look->database, health_checks[check], &look->health);
		}
}

static bool run(struct action *action, struct err *err)
{
	(void)err;
	enum fact facts[FACT_COUNT + 1];
	struct writing writing = {.action = action};
	health_facts(health_checks, health_check_count, facts);
	collect_wait(action->fleet, action->databases, action->database_count, facts, gather_deadline_ms(action));
	look_at_all(&writing);
	add_own(&writing);
	add_checks(&writing);
	metrics_end(&writing.out);
	char *rest = text_take(&writing.out), *whole = rest, *line;
	while ((line = strsep(&rest, "\n")) != NULL)
		if (*line != '\0')
			report_log(action->report, "%s", line);
	for (int i = 0; i < health_check_count * action->database_count; i++)
		health_done(&writing.looks[i].health);
	mem_free(writing.looks);
	mem_free(whole);
	return true;
}

static const struct verb_option options[] = {
	GATHER_TIMEOUT_OPTION,
	{0},
};

const struct verb verb_metrics = {
	.name = "metrics",
	.scope = VERB_READS,
	.options = options,
	.level = GUARD_L0,
	.gives_log = true,
	.is_quiet = true,
	.title = "Print what all checks measure as OpenMetrics text",
	.help = "For Prometheus and what reads its format, as a file of the node exporter's textfile collector for instance: every number that `pgtend check` "
			"weighs, with the database and what it speaks of as labels, pgtend_check_status for the verdicts, pgtend_up for who answers. A database that does not "
			"answer is a sample of its own, no failure: the exit status is 0.",
	.example = "pgtend metrics > /var/lib/node_exporter/pgtend.prom.new",
	.run = run,
};
