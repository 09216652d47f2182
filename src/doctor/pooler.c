/* doctor/pooler.c - what stands between us and the server: whether a pooler does, what its console says of the pool, the address without it. */
#include "internal.h"

#include <string.h>

#include "pgtend/core/mem.h"
#include "pgtend/core/units.h"
#include "pgtend/fleet/pools.h"
#include "pgtend/probes/collector.h"
#include "pgtend/probes/shapes.h"

enum { CONSOLE_MS = 5000, DIRECT_MS = 10000 };

static bool serves(const struct pooler *pooler, const struct database *database)
{
	const char *named = section_text(database->section, "pooler");
	struct words databases = {0};

	section_words(pooler->section, "for", &databases);
	bool is_it = words_has(&databases, database->name) || (named && strcmp(named, pooler->name) == 0);

	words_done(&databases);
	return is_it;
}

/* The pool of our user where there is one, else any of the database; -1: none yet. */
static int pool_row(const struct walk *walk, const struct pooler *pooler, const struct table *pools)
{
	const char *user = conninfo_effective(walk->database->info, "user");
	int found = -1;

	for (int row = 0; pools && row < table_rows(pools); row++) {
		const char *of = table_get_text(pools, row, "user");

		if (!pool_is_of(pooler, pools, row, walk->database))
			continue;
		if (found < 0 || (of && user && strcmp(of, user) == 0))
			found = row;
	}
	return found;
}

static bool ask_console(struct walk *walk, const struct pooler *pooler, struct err *err)
{
	static const enum fact facts[] = {FACT_POOLS, FACT_COUNT};

	collect_wait(walk->fleet, NULL, 0, facts, CONSOLE_MS);
	const struct facts *pools = &pooler->facts[FACT_POOLS];

	if (pools->table && pools->err.kind == ERR_NONE)
		return true;
	if (pools->err.kind != ERR_NONE)
		*err = pools->err;
	else
		err_set(err, ERR_TIMEOUT, "no answer within %d s", CONSOLE_MS / 1000);
	return false;
}

/* "; 3 clients wait, the longest 5s"; "" when none does. Caller frees. */
static char *waiting_words(const struct table *pools, int row)
{
	int64_t waiting = table_get_int(pools, row, "cl_waiting", 0);
	char age[UNITS_SIZE];

	return waiting == 0 ? mem_copy("") : mem_format("; %lld client%s wait%s, the longest %s", (long long)waiting, waiting == 1 ? "" : "s", waiting == 1 ? "s" : "",
		units_age(age, (int64_t)table_get_real(pools, row, "maxwait_s", 0)));
}

/* What is wrong with the pool; false: nothing. has_failed: nobody got through, so that one whose connections are all in use is why, though nobody waits any more. */
static bool pool_trouble(const struct pooler *pooler, const struct table *pools, int row, const char *dbname, bool has_failed, char **what, char **mend)
{
	int64_t size = table_get_int(pools, row, "pool_size", 0), active = table_get_int(pools, row, "sv_active", 0), waiting = table_get_int(pools, row, "cl_waiting", 0);

	if (table_get_int(pools, row, "is_paused", 0) != 0) {
		*what = mem_format("pooler %s has paused %s: its clients wait", pooler->name, dbname);
		*mend = mem_format("RESUME %s at the console of %s", dbname, pooler->name);
	} else if (table_get_int(pools, row, "is_disabled", 0) != 0) {
		*what = mem_format("pooler %s has disabled %s: it refuses new clients", pooler->name, dbname);
		*mend = mem_format("ENABLE %s at the console of %s", dbname, pooler->name);
	} else if ((waiting > 0 || has_failed) && size > 0 && active >= size) {
		char *waits = waiting_words(pools, row);

		*what = mem_format("the pool of %s is full: %lld of %lld connections in use%s", pooler->name, (long long)active, (long long)size, waits);
		mem_free(waits);
		*mend = mem_copy("find who holds them (pgtend activity, pgtend pools), or raise pool_size");
	} else {
		return false;
	}
	return true;
}

bool pooler_explains(struct walk *walk, enum step step)
{
	for (int i = 0; i < walk->fleet->pooler_count; i++) {
		const struct pooler *pooler = walk->fleet->poolers[i];
		struct err err = {0};
		char *what, *mend;

		if (!serves(pooler, walk->database) || !ask_console(walk, pooler, &err))
			continue;
		const struct table *pools = pooler->facts[FACT_POOLS].table;
		int row = pool_row(walk, pooler, pools);

		if (row < 0 || !pool_trouble(pooler, pools, row, walk->database->dbname, true, &what, &mend))
			continue;
		step_say(walk, step, FOUND_FAILED, what, mend);
		return true;
	}
	return false;
}

static void say_console(struct walk *walk, const struct pooler *pooler)
{
	struct err err = {0};
	char *what, *mend;

	if (!ask_console(walk, pooler, &err)) {
		step_say(walk, STEP_POOLER, FOUND_NOTE, mem_format("the console of %s does not tell: %s", pooler->name, err.text),
			err.hint[0] ? mem_copy(err.hint) : mem_copy("its user must stand in admin_users or stats_users of PgBouncer"));
		return;
	}
	const struct table *pools = pooler->facts[FACT_POOLS].table;
	int row = pool_row(walk, pooler, pools);

	if (row < 0) {
		step_say(walk, STEP_POOLER, FOUND_OK, mem_format("pooler %s, no pool of it in use", pooler->name), NULL);
	} else if (pool_trouble(pooler, pools, row, walk->database->dbname, false, &what, &mend)) {
		step_say(walk, STEP_POOLER, FOUND_FAILED, what, mend);
	} else {
		const char *mode = table_get_text(pools, row, "pool_mode");

		step_say(walk, STEP_POOLER, FOUND_OK, mem_format("pooler %s, %s pooling, %lld of %lld connections in use", pooler->name, mode ? mode : "unknown",
			(long long)table_get_int(pools, row, "sv_active", 0), (long long)table_get_int(pools, row, "pool_size", 0)), NULL);
	}
}

static void say_direct(struct walk *walk)
{
	struct err err = {0};

	if (!walk->database->direct) {
		if (session_is_pooled(walk->session))
			step_say(walk, STEP_POOLER, FOUND_NOTE, mem_copy("no address without it: migrations, backups and locks want one"), mem_format("direct = host=... port=... in [database %s] (%s)",
				walk->database->name, section_where(walk->database->section, NULL)));
		return;
	}
	struct session *session = database_look_session(walk->fleet, walk->database, NULL, true);

	if (!session_ready_wait(session, DIRECT_MS, &err))
		step_say(walk, STEP_POOLER, FOUND_FAILED, mem_format("the address without it (`direct`) does not work: %s", err.text), err.hint[0] ? mem_copy(err.hint)
			: mem_format("correct `direct` at %s", section_where(walk->database->section, "direct")));
	else if (session_is_pooled(session))
		step_say(walk, STEP_POOLER, FOUND_FAILED, mem_copy("the address without it (`direct`) leads through a pooler, too"), mem_format("correct `direct` at %s", section_where(walk->database->section, "direct")));
	else
		step_say(walk, STEP_POOLER, FOUND_OK, mem_copy("the address without it works"), NULL);
	session_free(session);
}

void step_pooler(struct walk *walk)
{
	int64_t started_us = units_now_us();
	bool has_console = false;

	for (int i = 0; i < walk->fleet->pooler_count; i++)
		if (serves(walk->fleet->poolers[i], walk->database)) {
			has_console = true;
			say_console(walk, walk->fleet->poolers[i]);
		}
	if (!has_console && session_is_pooled(walk->session))
		step_say(walk, STEP_POOLER, FOUND_OK, mem_copy("a pooler stands between"), NULL);
	else if (!has_console)
		step_say(walk, STEP_POOLER, FOUND_OK, mem_copy("none stands between"), NULL);
	else if (!session_is_pooled(walk->session))
		step_say(walk, STEP_POOLER, FOUND_NOTE, mem_copy("but this connection goes past it"), NULL);
	say_direct(walk);
	step_took(walk, STEP_POOLER, (double)(units_now_us() - started_us) / 1000.0);
}
