#include "round.h"

#include <string.h>

#include "pgtend/config/trust.h"
#include "pgtend/core/units.h"
#include "pgtend/fleet/history.h"
#include "pgtend/pg/move.h"

struct facts *round_facts(const struct probe_target *target, const struct probe *probe)
{
	switch (probe->scope) {
	case PROBE_SERVER:
		return &target->server->facts[probe->fact];
	case PROBE_DATABASE:
		return &target->database->facts[probe->fact];
	case PROBE_POOLER:
		return &target->pooler->facts[probe->fact];
	}
	return NULL;
}

static const void *subject(const struct round *round, const struct probe *probe)
{
	if (probe->scope == PROBE_SERVER)
		return round->target.server;
	if (probe->scope == PROBE_DATABASE)
		return round->target.database;
	return round->target.pooler;
}

void round_add(struct round *round, const struct probe *probe)
{
	if (probe == NULL || round->due_count == FACT_COUNT)
		return;
	round->due[round->due_count++] = probe;
	struct facts *facts = round_facts(&round->target, probe);
	facts->is_asked = true;
	facts->asked_ms = loop_now_ms(round->target.fleet->loop);
}

static void keep_sample(const struct round *round, const struct table *table)
{
	struct err ignored; /* growth is a comfort: a full disk must not hide the sizes */
	if (!history_sample(round->target.database, table, &ignored))
		return;
}

static void ask(struct round *round, const struct probe *probe)
{
	struct facts *facts = round_facts(&round->target, probe);
	struct table *table = table_new(probe->shape);
	struct err err = {0};
	int64_t started = units_now_us();
	bool ok = probe->ask(&round->target, round->session, table, &err);
	double took_ms = (double)(units_now_us() - started) / 1000.0;
	facts->is_asked = false;
	if (ok && probe->fact == FACT_TABLES)
		keep_sample(round, table);
	if (ok) {
		facts_put(facts, table, took_ms);
	} else {
		table_free(table);
		facts_fail(facts, &err);
	}
	event_emit(round->target.fleet->bus, EVENT_FACTS, subject(round, probe), NULL);
}

static void fail(struct round *round, const struct probe *probe, const struct err *err)
{
	struct facts *facts = round_facts(&round->target, probe);
	facts->is_asked = false;
	facts_fail(facts, err);
	event_emit(round->target.fleet->bus, EVENT_FACTS, subject(round, probe), NULL);
}

/* The section whose address the session leads to. */
static const struct section *section_of(const struct probe_target *target)
{
	if (target->pooler != NULL)
		return target->pooler->section;
	if (target->database != NULL)
		return target->database->section;
	for (int i = 0; i < target->fleet->database_count; i++)
		if (target->fleet->databases[i]->server == target->server)
			return target->fleet->databases[i]->section;
	return NULL;
}

/* Sizes, files, rows of a database that went away say nothing of the one that has its name now. Its backups are still its name's, and so is its growth. */
static void forget(struct round *round, struct database *database)
{
	for (int fact = 0; fact < FACT_COUNT; fact++) {
		const struct probe *probe = probe_of((enum fact)fact);
		if (probe != NULL && probe->scope == PROBE_DATABASE && !probe->is_offline)
			facts_forget(&database->facts[fact]);
	}
	memset(&database->tables_seen, 0, sizeof database->tables_seen);
	event_emit(round->target.fleet->bus, EVENT_FACTS, database, NULL);
}

/* Behind a connection that is new, another database may have the name: reset, rewind and restore swap names, here or in any other pgtend. */
static bool learn(struct round *round, struct err *err)
{
	struct database *database = round->learn;
	int64_t connected_us = session_connected_us(round->session), oid = database->oid;
	bool is_new = round->learned_us != 0 && round->learned_us != connected_us;
	if (!(is_new ? database_learn_again_wait(round->target.fleet, database, round->session, err)
	             : database_learn_wait(round->target.fleet, database, round->session, err)))
		return false;
	round->learned_us = connected_us;
	if (oid != 0 && database->oid != oid)
		forget(round, database);
	return true;
}

static bool is_for_others(const struct probe_target *target)
{
	int count = 0;
	for (int i = 0; target->database == NULL && target->server != NULL && i < target->fleet->database_count; i++)
		count += target->fleet->databases[i]->server == target->server;
	return count > 1;
}

/* A server's questions go to the first of its databases. When that is not there (yet, or any more), the others want them answered
 * all the same: by postgres, and by the first again should that be missing. */
static bool connect(struct round *round, struct err *err)
{
	if (session_ready_wait(round->session, round->connect_deadline_ms, err))
		return true;
	if (strcmp(err->sqlstate, "3D000") != 0 || !is_for_others(&round->target))
		return false;
	session_move(round->session, session_is_moved(round->session) ? NULL : "postgres");
	struct err other = {0};
	if (session_ready_wait(round->session, round->connect_deadline_ms, &other))
		return true;
	/* Neither: the next round begins with its own again. */
	if (session_is_moved(round->session))
		session_move(round->session, NULL);
	return false;
}

/* Of the server everything, of the database nothing: it is another one that answers. */
static bool learn_beside(struct round *round, struct err *err)
{
	struct database *database = round->learn;
	if (database->server->is_known)
		return true;
	int64_t oid = database->oid;
	bool is_learnt = database_learn_again_wait(round->target.fleet, database, round->session, err);
	database->oid = oid;
	database->has_timescaledb = false;
	return is_learnt;
}

static bool make_ready(struct round *round, struct err *err)
{
	const struct section *section = section_of(&round->target);
	/* Before `pgtend trust`, a configuration that was found sends no password to another machine, whoever asks. */
	if (section != NULL && !trust_allows_connection(round->target.fleet->config, section, err))
		return false;
	if (!connect(round, err))
		return false;
	if (round->learn != NULL && session_is_moved(round->session))
		return learn_beside(round, err);
	return round->learn == NULL || learn(round, err);
}

static void run(void *arg)
{
	struct round *round = arg;
	struct err err = {0};
	for (int i = 0; i < round->due_count; i++)
		if (round->due[i]->is_offline)
			ask(round, round->due[i]);
	bool is_ready = round->session != NULL && make_ready(round, &err);
	for (int i = 0; i < round->due_count; i++) {
		if (round->due[i]->is_offline)
			continue;
		if (is_ready && !task_is_cancelled())
			ask(round, round->due[i]);
		else
			fail(round, round->due[i], &err);
		/* One lost connection ends the round: what is left would only wait for the same news. */
		if (is_ready && session_state(round->session) != SESSION_READY) {
			err = *session_error(round->session);
			is_ready = err.kind == ERR_NONE;
		}
	}
}

void round_close(struct round *round)
{
	const struct database *database = round->target.database;
	/* not under the hands of a verb that asks through it, also between two of its questions: the next pass closes it then */
	if (round->session != NULL && session_queued(round->session) == 0 && (database == NULL || database->verbs == 0))
		session_close(round->session);
}

static void ended(void *arg)
{
	struct round *round = arg;
	round->task = NULL;
	round->is_running = false;
	round->due_count = 0;
	if (round->is_closing)
		round_close(round);
	if (round->ended != NULL)
		round->ended(round, round->arg);
}

void round_start(struct round *round)
{
	round->is_running = true;
	round->task = task_start(round->target.fleet->loop, run, ended, round);
}

void round_cancel(struct round *round)
{
	if (round->is_running && round->task != NULL)
		task_cancel(round->task);
}
