/* The checks, one by one or all together: facts that are there become findings; what was not asked is none. */
#include "internal.h"

#include <math.h>
#include <string.h>

#include "pgtend/core/mem.h"

/* The order in which FLEET tells what is equally bad. */
const struct health_check *const health_checks[] = {
	&check_retention, &check_compression, &check_aggregates, &check_ingest, &check_jobs, &check_locks, &check_transactions,
	&check_connections, &check_pools, &check_disk, &check_wraparound, &check_replication, &check_sequences, &check_archiver, &check_pitr, &check_backups, &check_restores, &check_copies, &check_migrations, &check_dead_rows, &check_tls,
	&check_bloat, &check_indexes, &check_settings,
};
const int health_check_count = sizeof health_checks / sizeof health_checks[0];

/* What people call some of them. */
static const struct {
	const char *word, *name;
} other_words[] = {{"idle", "transactions"}, {"idle-in-transaction", "transactions"}, {"pending", "migrations"}, {"certificate", "tls"}};

const struct health_check *health_check_find(const char *name)
{
	for (size_t i = 0; i < sizeof other_words / sizeof other_words[0]; i++)
		if (strcmp(other_words[i].word, name) == 0)
			name = other_words[i].name;
	for (int i = 0; i < health_check_count; i++)
		if (strcmp(health_checks[i]->name, name) == 0)
			return health_checks[i];
	return NULL;
}

void health_facts(const struct health_check *const *checks, int count, enum fact facts[FACT_COUNT + 1])
{
	bool is_taken[FACT_COUNT] = {false};
	int taken = 0;
	for (int i = 0; i < count; i++)
		for (const enum fact *fact = checks[i]->facts; *fact != FACT_COUNT; fact++)
			if (!is_taken[*fact]) {
				is_taken[*fact] = true;
				facts[taken++] = *fact;
			}
	facts[taken] = FACT_COUNT;
}

/* --- findings ---------------------------------------------------------------------------------- */

const struct table *judging_table(const struct judging *judging, enum fact fact)
{
	return database_facts(judging->database, fact)->table;
}

void judging_lacks(struct judging *judging, char *why)
{
	mem_free(judging->health->lacks);
	judging->health->lacks = why;
}

char *judging_grant(const struct judging *judging, const char *granted)
{
	const char *user = conninfo_effective(judging->database->info, "user");
	char *role = text_sql_name(user != NULL ? user : ""), *grant = mem_format("GRANT %s TO %s", granted, role);

	mem_free(role);
	return grant;
}

void judging_forbids(struct judging *judging, const char *what, const char *granted)
{
	char *grant = judging_grant(judging, granted);

	judging_lacks(judging, mem_format("cannot be checked: this role may not see %s (%s)", what, grant));
	judging->health->is_forbidden = true;
	mem_free(grant);
}

struct finding *finding_new(struct judging *judging, const char *subject)
{
	struct health *health = judging->health;
	health->findings = mem_grow(health->findings, (size_t)health->finding_count + 1, sizeof *health->findings);
	struct finding *finding = &health->findings[health->finding_count++];
	*finding = (struct finding){.check = judging->check, .subject = mem_copy(subject)};
	return finding;
}

void finding_raise(struct finding *finding, enum verdict verdict, char *reason)
{
	/* Within its limits: said, but nothing is wrong. */
	if (verdict == VERDICT_OK) {
		mem_free(finding->note);
		finding->note = reason;
		return;
	}
	bool is_worse = verdict_worse(finding->verdict, verdict) != finding->verdict;
	if (is_worse)
		finding->verdict = verdict;
	if (!is_worse && finding->reason != NULL) {
		mem_free(reason);
		return;
	}
	mem_free(finding->reason);
	finding->reason = reason;
}

static const struct measure_kind *measure_find(const struct health_check *check, const char *name)
{
	for (const struct measure_kind *kind = check->measures; kind->name != NULL; kind++)
		if (strcmp(kind->name, name) == 0)
			return kind;
	mem_die("a check told a number that it does not have");
}

/* Longer than any clock: no number for monitoring, and none for an int64. */
static double countable(double value)
{
	static const double most = 1e15;
	if (isnan(value))
		return 0;
	return value > most ? most : value < -most ? -most : value;
}

char *finding_age(char out[UNITS_SIZE], double seconds)
{
	return units_age(out, (int64_t)countable(seconds));
}

static struct measure *add_measure(struct finding *finding, const char *name, double value)
{
	if (finding->measure_count >= (int)(sizeof finding->measures / sizeof finding->measures[0]))
		mem_die("a check tells too many numbers");
	struct measure *measure = &finding->measures[finding->measure_count++];
	*measure = (struct measure){.kind = measure_find(finding->check, name), .value = countable(value), .warn = -1, .crit = -1};
	return measure;
}

void finding_measure(struct finding *finding, const char *name, double value)
{
	add_measure(finding, name, value);
}

static double limit_of(const struct fleet *fleet, const char *threshold, const char *end)
{
	char *name = mem_format("%s_%s", threshold, end);
	double limit = -1;
	for (int i = 0; i < limits_threshold_count; i++)
		if (strcmp(limits_thresholds[i].name, name) == 0)
			limit = limits_value(fleet, name);
	mem_free(name);
	return limit;
}

static enum verdict weigh(struct judging *judging, const struct finding *finding, struct measure *measure, double value, bool is_floor)
{
	double warn = limit_of(judging->fleet, measure->kind->threshold, "warn");
	double crit = limit_of(judging->fleet, measure->kind->threshold, "crit");
	double from = measure->value - value;
	measure->is_floor = is_floor;
	measure->warn = warn >= 0 ? warn + from : -1;
	measure->crit = crit >= 0 ? crit + from : -1;
	char *key = mem_format("%s/%s/%s/%s", judging->check->name, finding->subject != NULL ? finding->subject : "",
		finding->source != NULL ? finding->source : "", measure->kind->name);
	char *visible = text_visible(key);
	const struct limits limits = {.warn = warn, .crit = crit, .is_floor = is_floor};
	enum verdict verdict = limits_weigh(judging->fleet, judging->database, visible, value, &limits);
	mem_free(visible);
	mem_free(key);
	return verdict;
}

enum verdict finding_weigh(struct judging *judging, struct finding *finding, const char *name, double value, double from)
{
	struct measure *measure = add_measure(finding, name, value);
	return weigh(judging, finding, measure, measure->value - from, false);
}

enum verdict finding_weigh_floor(struct judging *judging, struct finding *finding, const char *name, double value)
{
	struct measure *measure = add_measure(finding, name, value);
	return weigh(judging, finding, measure, measure->value, true);
}

char *finding_relation(const struct table *table, int row)
{
	const char *schema = table_get_text(table, row, "schema"), *name = table_get_text(table, row, "name");
	return schema == NULL || strcmp(schema, "public") == 0 ? mem_copy(name) : mem_format("%s.%s", schema, name);
}

bool fact_is(const struct table *table, int row, const char *column, const char *wanted)
{
	const char *text = table_get_text(table, row, column);
	return text != NULL && strcmp(text, wanted) == 0;
}

bool fact_has(const struct table *table, int row, const char *column)
{
	return table_get(table, row, column)->has_value;
}

static bool is_real(enum cell_type type)
{
	return type == CELL_REAL || type == CELL_RATIO || type == CELL_SECONDS || type == CELL_MS;
}

void finding_measure_fact(struct finding *finding, const char *name, const struct table *table, int row, const char *column)
{
	const struct table_shape *shape = table_shape(table);
	const struct cell *cell = table_get(table, row, column);
	if (cell->has_value)
		add_measure(finding, name, is_real(shape->columns[table_column(shape, column)].type) ? cell->u.real : (double)cell->u.integer);
}

char *finding_because(char *sentence, const char *cause)
{
	if (cause == NULL || *cause == '\0')
		return sentence;
	char *whole = mem_format("%s: %s", sentence, cause);
	mem_free(sentence);
	return whole;
}

void health_done(struct health *health)
{
	for (int i = 0; i < health->finding_count; i++) {
		mem_free(health->findings[i].subject);
		mem_free(health->findings[i].source);
		mem_free(health->findings[i].policy);
		mem_free(health->findings[i].reason);
		mem_free(health->findings[i].note);
		mem_free(health->findings[i].mend);
	}
	mem_free(health->findings);
	mem_free(health->lacks);
	words_done(&health->unseen);
	words_done(&health->reasons);
}

/* --- all together ------------------------------------------------------------------------------ */

/* What the ranges of chunks say of the work of a job; NULL: nothing. */
static const struct finding *work_of(const struct health *health, const struct finding *job)
{
	for (int i = 0; job->check == &check_jobs && job->job_id != 0 && i < health->finding_count; i++) {
		const struct finding *other = &health->findings[i];
		if (other->check != &check_jobs && other->job_id == job->job_id)
			return other;
	}
	return NULL;
}

/* A job that is why something is late was named there already. */
static bool is_told(const struct health *health, const struct finding *finding)
{
	const struct finding *work = work_of(health, finding);
	return work != NULL && work->verdict != VERDICT_OK;
}

/* Whether a policy does its work is seen from the chunks, never from what its job says of itself: one that fails or rests while the work is
 * done, by hand perhaps, is no trouble yet. That, and what this role may not look at, is told to whom asks for it alone. */
static void soften(struct health *health)
{
	for (int i = 0; i < health->finding_count; i++) {
		struct finding *finding = &health->findings[i];
		if (finding->is_for_asking || work_of(health, finding) != NULL || (finding->verdict == VERDICT_UNKNOWN && finding->check == &check_ingest))
			finding->verdict = VERDICT_OK;
	}
}

static void sum_up(struct health *health)
{
	static const enum verdict order[] = {VERDICT_CRIT, VERDICT_WARN, VERDICT_UNKNOWN};
	for (size_t o = 0; o < sizeof order / sizeof order[0]; o++)
		for (int i = 0; i < health->finding_count; i++) {
			const struct finding *finding = &health->findings[i];
			if (finding->verdict != order[o] || finding->reason == NULL || is_told(health, finding))
				continue;
			health->verdict = verdict_worse(health->verdict, finding->verdict);
			words_add(&health->reasons, finding->reason);
		}
}

/* That the server does not answer is told once, not by each check. */
static const struct err *refused_fact(const struct judging *judging)
{
	for (const enum fact *fact = judging->check->facts; *fact != FACT_COUNT; fact++) {
		const struct err *err = &database_facts(judging->database, *fact)->err;
		if (*fact != FACT_POOLS && *fact != FACT_POOL_CLIENTS && err->kind != ERR_NONE && err->kind != ERR_UNSUPPORTED && err->kind != ERR_CANCELLED && err->kind != ERR_UNREACHABLE)
			return err;
	}
	return NULL;
}

/* One check of all. Where it could not look, well is only what it did not see. */
static void judge_one(struct judging *judging)
{
	struct health *health = judging->health;
	int found = health->finding_count;
	judging->check->judge(judging);
	const struct err *err = health->finding_count == found && !health->is_forbidden ? refused_fact(judging) : NULL;
	if (health->is_forbidden)
		words_take(&health->unseen, mem_format("%s %s", judging->check->name, health->lacks));
	else if (err != NULL)
		words_take(&health->unseen, mem_format("%s cannot be checked: %s", judging->check->name, err->text));
	judging_lacks(judging, NULL);
	health->is_forbidden = false;
}

void health_judge(const struct fleet *fleet, const struct database *database, struct health *health)
{
	struct judging judging = {.fleet = fleet, .database = database, .health = health};
	*health = (struct health){.verdict = VERDICT_OK};
	judge_reach(&judging);
	for (int i = 0; i < health_check_count; i++) {
		judging.check = health_checks[i];
		judge_one(&judging);
	}
	soften(health);
	sum_up(health);
	if (health->verdict == VERDICT_OK && database->response_ms < 0 && !database->server->is_known)
		health->verdict = VERDICT_UNKNOWN;
}

/* --- one alone --------------------------------------------------------------------------------- */

static const struct err *error_of(const struct facts *facts, struct err *none)
{
	if (facts->err.kind != ERR_NONE)
		return &facts->err;
	if (facts->table != NULL)
		return NULL;
	err_set(none, ERR_TIMEOUT, "no answer in time");
	return none;
}

/* The first of its facts that could not be had, and why. */
static const struct err *failed_fact(const struct judging *judging, struct err *none)
{
	const struct err *err = NULL;
	for (const enum fact *fact = judging->check->facts; err == NULL && *fact != FACT_COUNT; fact++) {
		bool is_of_pooler = *fact == FACT_POOLS || *fact == FACT_POOL_CLIENTS;
		if (!is_of_pooler)
			err = error_of(database_facts(judging->database, *fact), none);
		for (int i = 0; is_of_pooler && err == NULL && i < judging->fleet->pooler_count; i++) {
			const struct pooler *pooler = judging->fleet->poolers[i];
			err = error_of(&pooler->facts[*fact], none);
			if (err != NULL && err->kind != ERR_UNSUPPORTED) {
				*none = *err;
				err_prefix(none, "pooler %s", pooler->name);
				err = none;
			}
		}
	}
	return err;
}

/* That nobody gets in for its certificate (one that has ended, too) is no answer that is missing: it is what was asked. */
static bool is_refused_by_tls(const struct judging *judging)
{
	const struct session *session = judging->database->session;
	return judging->check == &check_tls && session != NULL && session_state(session) != SESSION_READY && session_failed_stage(session) == SESSION_STAGE_TLS;
}

void health_check_run(const struct fleet *fleet, const struct database *database, const struct health_check *check, struct health *health)
{
	struct judging judging = {.fleet = fleet, .database = database, .check = check, .health = health};
	struct err none = {0};
	*health = (struct health){.verdict = VERDICT_OK};
	const struct err *err = failed_fact(&judging, &none);
	/* Facts that an earlier question had would be old ones. */
	if (err != NULL && err->kind != ERR_UNSUPPORTED) {
		struct finding *finding = finding_new(&judging, NULL);
		bool is_refused = is_refused_by_tls(&judging);
		finding_raise(finding, is_refused ? VERDICT_CRIT : VERDICT_UNKNOWN, mem_copy(err->text));
		finding->mend = is_refused ? mem_format("`pgtend doctor %s` tells why", database->name) : NULL;
	}
	else if (err == NULL)
		check->judge(&judging);
	if (err != NULL && err->kind == ERR_UNSUPPORTED)
		judging_lacks(&judging, mem_format("cannot be checked: %s", err->text));
	else if (health->finding_count == 0 && check->is_of_timescaledb && !database->has_timescaledb)
		judging_lacks(&judging, mem_copy("has no TimescaleDB"));
	sum_up(health);
}
