/* What one step did to the scratch database: its locks, the rows it wrote, what it left invalid. See
 * rehearse_internal.h. */
#include <stdlib.h>
#include <string.h>

#include "pgtend/core/mem.h"
#include "pgtend/sql_embedded.h"
#include "rehearse_measure.h"

/* --- invalid objects
 * -------------------------------------------------------------------------------------------------- */

static bool ask_invalid(struct session *session, struct words *objects, struct err *err)
{
	struct result *r = NULL;
	bool is_done = session_query_wait(session, sql_rehearse_invalid, NULL, 0, 0, &r, err);
	words_done(objects);
	for (int i = 0; is_done && i < result_rows(r); i++)
		words_add(objects, result_text(r, i, 0));
	result_free(r);
	return is_done;
}

static bool compare_invalid(
    struct measure *measure, struct session *session, struct rehearse_step *step, struct err *err)
{
	struct words now = {0};
	if (!ask_invalid(session, &now, err))
		return false;
	for (size_t i = 0; i < now.count; i++)
		if (!words_has(&measure->invalid, now.v[i]))
			words_add(&step->invalid, now.v[i]);
	words_done(&measure->invalid);
	measure->invalid = now;
	return true;
}

void measure_left(const struct measure *measure, struct words *left)
{
	for (size_t i = 0; i < measure->invalid.count; i++)
		if (!words_has(&measure->invalid_before, measure->invalid.v[i]))
			words_add(left, measure->invalid.v[i]);
}

/* --- the server around
 * ---------------------------------------------------------------------------------------------------- */

static bool ask_shared(struct session *session, char **hash, struct err *err)
{
	struct result *r = NULL;
	bool is_done = session_query_wait(session, sql_rehearse_shared, NULL, 0, 0, &r, err);
	*hash = is_done ? mem_copy(result_text(r, 0, 0)) : NULL;
	result_free(r);
	return is_done;
}

bool measure_new(struct session *session, const struct ledger *ledger, bool counts_rows, bool is_elsewhere,
    struct report *report, struct measure **measure, struct err *err)
{
	struct measure *new = MEM_NEW(struct measure);
	*new = (struct measure){.counts_rows = counts_rows, .is_elsewhere = is_elsewhere, .report = report};
	new->history_schema = mem_copy(ledger->history_schema);
	new->history_table = mem_copy(ledger->history_table);
	bool is_done = relations_ask(new, session, err) && ask_invalid(session, &new->invalid_before, err) &&
	               ask_invalid(session, &new->invalid, err) && ask_shared(session, &new->shared, err);
	if (is_done && counts_rows) {
		report_step(report, "counting the rows of the copy");
		relations_count(new, session);
	}
	if (is_done)
		*measure = new;
	else
		measure_free(new);
	return is_done;
}

void measure_free(struct measure *measure)
{
	if (!measure)
		return;
	for (int i = 0; i < measure->count; i++)
		mem_free(measure->relations[i].name);
	mem_free(measure->relations);
	mem_free(measure->history_schema);
	mem_free(measure->history_table);
	mem_free(measure->shared);
	mem_free(measure->seen);
	words_done(&measure->invalid_before);
	words_done(&measure->invalid);
	mem_free(measure);
}

/* step NULL: what is there already is remembered, as belonging to others. */
static bool ask_written(struct measure *measure, struct session *session, struct rehearse_step *step, struct err *err)
{
	struct result *r = NULL;
	bool is_done = session_query_wait(session, sql_rehearse_written, NULL, 0, 0, &r, err);
	for (int i = 0; is_done && i < result_rows(r); i++) {
		struct relation *relation = relation_find(measure, result_int(r, i, 0, 0));
		if (!relation || relation->is_own || text_starts_with(relation_root(measure, relation)->name, "_timescaledb_"))
			continue;
		int64_t all = result_int(r, i, 1, 0) + result_int(r, i, 2, 0) + result_int(r, i, 3, 0);
		int64_t own = all < relation->written ? all : all - relation->written;
		relation->written = all;
		if (!step || own == 0)
			continue;
		step->rows += own;
		words_take(&step->written, mem_format("%s %lld", relation_root(measure, relation)->name, (long long)own));
	}
	if (step)
		step->has_rows = is_done;
	result_free(r);
	return is_done;
}

bool measure_begin(struct measure *measure, struct session *session, bool is_first_of_transaction, struct err *err)
{
	if (!is_first_of_transaction)
		return true;
	measure->seen_count = measure->seen_sorted = 0;
	for (int i = 0; i < measure->count; i++)
		measure->relations[i].written = 0;
	/* Counters of the transactions before that have not been sent yet would be taken for this one's. */
	if (session_server_version(session) >= 150000)
		return session_query_wait(session, "SELECT pg_catalog.pg_stat_force_next_flush()", NULL, 0, 0, NULL, err);
	return ask_written(measure, session, NULL, err);
}

/* --- locks
 * -------------------------------------------------------------------------------------------------------------------
 */

const char *const lock_modes[MODE_COUNT] = {"AccessShareLock", "RowShareLock", "RowExclusiveLock",
    "ShareUpdateExclusiveLock", "ShareLock", "ShareRowExclusiveLock", "ExclusiveLock", "AccessExclusiveLock"};

static int strength(const char *mode)
{
	for (int i = 0; i < MODE_COUNT; i++)
		if (strcmp(lock_modes[i], mode) == 0)
			return i;
	return -1;
}

static void hold(struct helds *helds, int64_t oid, int mode)
{
	for (int i = 0; i < helds->count; i++)
		if (helds->v[i].oid == oid) {
			if (helds->v[i].mode < mode)
				helds->v[i].mode = mode;
			return;
		}
	helds->v = mem_grow(helds->v, (size_t)helds->count + 1, sizeof *helds->v);
	helds->v[helds->count++] = (struct held){.oid = oid, .mode = mode};
}

static int by_lock(const void *a, const void *b)
{
	const struct lock *x = a, *y = b;
	return x->oid != y->oid ? (x->oid < y->oid ? -1 : 1) : x->mode - y->mode;
}

/* Those that an earlier step of the same transaction took are its own. */
static void hold_new(struct measure *measure, struct helds *helds, int64_t oid, int mode)
{
	const struct lock lock = {.oid = oid, .mode = mode};
	if (measure->seen_sorted > 0 && bsearch(&lock, measure->seen, (size_t)measure->seen_sorted, sizeof lock, by_lock))
		return;
	measure->seen = mem_grow(measure->seen, (size_t)measure->seen_count + 1, sizeof *measure->seen);
	measure->seen[measure->seen_count++] = lock;
	hold(helds, oid, mode);
}

static void sort_seen(struct measure *measure)
{
	if (measure->seen_count > measure->seen_sorted)
		qsort(measure->seen, (size_t)measure->seen_count, sizeof *measure->seen, by_lock);
	measure->seen_sorted = measure->seen_count;
}

static const char *const catalogs_of_server[] = {"pg_authid", "pg_auth_members", "pg_tablespace", "pg_subscription",
    "pg_replication_origin", "pg_parameter_acl", "pg_shseclabel", "pg_database", "pg_db_role_setting",
    "pg_shdescription"};
enum { HASHED_FROM = 7 }; /* from here on a hash tells whether it was about this database alone */

/* What a transaction writes into the catalogs of the whole server stays there when it commits. */
static bool judge_shared(struct measure *measure, struct session *session, const char *name, int mode, struct err *err)
{
	int which = -1;
	for (int i = 0; i < (int)(sizeof catalogs_of_server / sizeof catalogs_of_server[0]); i++)
		if (name && strcmp(catalogs_of_server[i], name) == 0)
			which = i;
	if (which < 0 || mode < MODE_ROW_EXCLUSIVE || measure->is_elsewhere)
		return true;
	if (which >= HASHED_FROM) {
		char *now = NULL;
		if (!ask_shared(session, &now, err))
			return false;
		bool is_same = measure->shared && now && strcmp(now, measure->shared) == 0;
		mem_free(now);
		if (is_same)
			return true;
	}
	err_set(err, ERR_REFUSED,
	    "it changes %s, which belongs to the whole server, not to the scratch database alone: that cannot be rehearsed "
	    "on a server in use",
	    name);
	return err_hint(err, "rehearse on a server that may be changed: --on SERVER; or up to the file before: --to NAME");
}

/* Writing to a foreign table is writing to another server; ALTER FOREIGN TABLE locks more than this. */
static bool is_foreign_write(const struct measure *measure, int64_t oid, const char *mode)
{
	const struct relation *relation = relation_find(measure, oid);
	return relation && relation->kind == 'f' && strcmp(mode, "RowExclusiveLock") == 0;
}

static bool say_foreign(const struct measure *measure, int64_t oid, struct err *err)
{
	err_set(err, ERR_REFUSED,
	    "it writes to the foreign table %s, which lies on another server: that cannot be rehearsed",
	    relation_find(measure, oid)->name);
	return err_hint(err, "rehearse up to the file before it: --to NAME, or --count N");
}

static bool ask_locks(struct measure *measure, struct session *session, struct helds *helds, struct err *err)
{
	struct result *r = NULL;
	bool is_done = session_query_wait(session, sql_rehearse_locks, NULL, 0, 0, &r, err);
	for (int i = 0; is_done && i < result_rows(r); i++) {
		const char *mode = result_text(r, i, 1);
		if (result_bool(r, i, 2))
			is_done = judge_shared(measure, session, result_text(r, i, 3), strength(mode), err);
		else if (is_foreign_write(measure, result_int(r, i, 0, 0), mode))
			is_done = say_foreign(measure, result_int(r, i, 0, 0), err);
		else
			hold_new(measure, helds, result_int(r, i, 0, 0), strength(mode));
	}
	sort_seen(measure);
	result_free(r);
	return is_done;
}

bool measure_transaction(struct measure *measure, struct session *session, struct rehearse_step *step, struct err *err)
{
	struct helds helds = {0};
	bool is_done = ask_locks(measure, session, &helds, err) &&
	               relations_look(measure, session, &helds, false, step, err) &&
	               ask_written(measure, session, step, err) && compare_invalid(measure, session, step, err);
	if (is_done)
		relations_recount(measure, session, &helds, false, step);
	mem_free(helds.v);
	return is_done;
}

bool measure_committed(struct measure *measure, struct session *session, const struct words *samples,
    struct rehearse_step *step, struct err *err)
{
	struct helds helds = {0};
	for (size_t i = 0; i < samples->count; i++) {
		const char *blank = strchr(samples->v[i], ' ');
		char *mode = mem_copy_n(samples->v[i], blank ? (size_t)(blank - samples->v[i]) : 0);
		if (blank)
			hold(&helds, strtoll(blank + 1, NULL, 10), strength(mode));
		mem_free(mode);
	}
	bool is_done =
	    relations_look(measure, session, &helds, true, step, err) && compare_invalid(measure, session, step, err);
	if (is_done)
		relations_recount(measure, session, &helds, step->mode == PLAN_PSQL, step);
	mem_free(helds.v);
	return is_done;
}
