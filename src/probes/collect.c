/* Once, for one-shot verbs: every server at the same time, one session a database. */
#include "pgtend/config/conninfo.h"
#include "pgtend/core/mem.h"
#include "pgtend/probes/collector.h"
#include "round.h"

struct gathering {
	struct task *waiting;
	int left;
	struct round *rounds;
	int count;
	int deadline_ms;
	bool is_late;
};

static void one_ended(struct round *round, void *arg)
{
	struct gathering *all = arg;
	(void)round;
	if (--all->left == 0)
		task_wake(all->waiting);
}

static struct round *add_round(struct gathering *all, struct fleet *fleet, int deadline_ms)
{
	struct round *round = &all->rounds[all->count++];
	round->target.fleet = fleet;
	round->target.is_once = true;
	round->connect_deadline_ms = deadline_ms;
	round->ended = one_ended;
	round->arg = all;
	return round;
}

static bool is_first_of_server(struct database *const *databases, int i)
{
	for (int k = 0; k < i; k++)
		if (databases[k]->server == databases[i]->server)
			return false;
	return true;
}

static void add_database(struct gathering *all, struct fleet *fleet, struct database *database, bool is_first,
	const enum fact *facts, int deadline_ms)
{
	struct round *round = add_round(all, fleet, deadline_ms);
	round->target.database = database;
	round->target.server = database->server;
	round->session = database_session(fleet, database);
	round->learn = database;
	for (const enum fact *fact = facts; *fact != FACT_COUNT; fact++) {
		const struct probe *probe = probe_of(*fact);
		if (probe != NULL && (probe->scope == PROBE_DATABASE || (probe->scope == PROBE_SERVER && is_first)))
			round_add(round, probe);
	}
}

static void add_pooler(struct gathering *all, struct fleet *fleet, struct pooler *pooler, const enum fact *facts, int deadline_ms)
{
	struct round *round = NULL;
	for (const enum fact *fact = facts; *fact != FACT_COUNT; fact++) {
		const struct probe *probe = probe_of(*fact);
		if (probe == NULL || probe->scope != PROBE_POOLER)
			continue;
		if (round == NULL) {
			round = add_round(all, fleet, deadline_ms);
			round->target.pooler = pooler;
			round->session = pooler_session(fleet, pooler);
		}
		round_add(round, probe);
	}
}

static void give_up(struct gathering *all)
{
	for (int i = 0; i < all->count; i++)
		round_cancel(&all->rounds[i]);
}

static void cut_off(void *arg)
{
	struct gathering *all = arg;
	all->is_late = true;
	give_up(all);
}

/* "127.0.0.1:5432 did not answer within 9 s": that the deadline cancelled it is how it was done, not what happened. */
static void say_late(const struct gathering *all, const struct round *round, struct facts *facts)
{
	const struct probe_target *target = &round->target;
	struct conninfo *info = target->pooler != NULL ? target->pooler->info : target->database->info;
	const char *host = conninfo_effective(info, "host"), *port = conninfo_effective(info, "port");
	if (facts->err.kind != ERR_CANCELLED)
		return;
	struct err err = {0};
	err_set(&err, ERR_UNREACHABLE, "%s%s%s did not answer within %.3g s", host != NULL ? host : "the server", port != NULL ? ":" : "", port != NULL ? port : "",
		(double)all->deadline_ms / 1000.0);
	facts_fail(facts, &err);
}

static void say_all_late(const struct gathering *all, const enum fact *asked)
{
	for (int i = 0; i < all->count; i++)
		for (const enum fact *fact = asked; *fact != FACT_COUNT; fact++) {
			const struct probe *probe = probe_of(*fact);
			if (probe != NULL && (probe->scope == PROBE_POOLER) == (all->rounds[i].target.pooler != NULL))
				say_late(all, &all->rounds[i], round_facts(&all->rounds[i].target, probe));
		}
}

void collect_wait(struct fleet *fleet, struct database *const *databases, int count, const enum fact *facts, int deadline_ms)
{
	struct gathering all = {.waiting = task_self(), .deadline_ms = deadline_ms};
	all.rounds = mem_grow(NULL, (size_t)(count + fleet->pooler_count) + 1, sizeof *all.rounds);
	for (int i = 0; i < count + fleet->pooler_count + 1; i++)
		all.rounds[i] = (struct round){0};
	for (int i = 0; i < count; i++)
		add_database(&all, fleet, databases[i], is_first_of_server(databases, i), facts, deadline_ms);
	for (int i = 0; i < fleet->pooler_count; i++)
		add_pooler(&all, fleet, fleet->poolers[i], facts, deadline_ms);
	all.left = all.count;
	for (int i = 0; i < all.count; i++)
		round_start(&all.rounds[i]);
	struct timer *deadline = deadline_ms > 0 ? timer_start(fleet->loop, deadline_ms, 0, cut_off, &all) : NULL;
	bool is_told = false;
	while (all.left > 0) {
		task_wait();
		if (task_is_cancelled() && !is_told) {
			is_told = true;
			give_up(&all);
		}
	}
	timer_stop(deadline);
	if (all.is_late && !is_told)
		say_all_late(&all, facts);
	mem_free(all.rounds);
}
