/* maintain/targets.c - which tables: those that somebody named, or all that there are. */
#include <string.h>

#include "internal.h"
#include "pgtend/sql_embedded.h"

int64_t result_number(const struct result *r, int row, const char *column)
{
	return result_int(r, row, result_column(r, column), 0);
}

const char *result_word(const struct result *r, int row, const char *column)
{
	return result_text(r, row, result_column(r, column));
}

static bool is_there(const struct chore *chore, const char *step, int64_t oid)
{
	for (int i = 0; i < chore->count; i++)
		if (chore->items[i].oid == oid && strcmp(chore->items[i].step, step) == 0)
			return true;
	return false;
}

static void add_target(struct chore *chore, const char *step, const struct result *r, int row)
{
	int64_t oid = result_number(r, row, "oid");
	if (is_there(chore, step, oid))
		return;
	struct item *item = chore_add(chore, step, result_word(r, row, "schema"), result_word(r, row, "name"), NULL);
	item->oid = item->table_oid = oid;
	item->owner = mem_copy(result_word(r, row, "owner"));
	item->kind = result_word(r, row, "kind")[0];
	item->may = result_bool(r, row, result_column(r, "may_maintain"));
	item->bytes = result_number(r, row, "bytes");
	item->dead = result_number(r, row, "dead");
	item->parts = (int)result_number(r, row, "parts");
	item->has_changed = result_number(r, row, "changed") > 0;
}

static bool ask_tables(const struct chore *chore, const char *name, struct result **r, struct err *err)
{
	const char *params[] = {name};
	return session_query_wait(chore->session, sql_maintain_tables, params, 1, MAINTAIN_DEADLINE_MS, r, err);
}

static bool unknown_table(const struct chore *chore, const char *name, struct err *err)
{
	struct result *r = NULL;
	struct words names = {0};
	if (!ask_tables(chore, NULL, &r, err)) {
		result_free(r);
		return false;
	}
	for (int row = 0; row < result_rows(r); row++) {
		const char *table = result_word(r, row, "name");
		words_add(&names, table);
		words_take(&names, mem_format("%s.%s", result_word(r, row, "schema"), table));
	}
	const char *nearest = text_nearest(name, (const char *const *)names.v, names.count);
	err_set(err, ERR_USAGE, "%s has no table \"%s\"", chore->database->dbname, name);
	if (nearest != NULL)
		err_hint(err, "did you mean \"%s\"?", nearest);
	words_done(&names);
	result_free(r);
	return false;
}

/* A full name wins, then what the search path shows, then the only one of that name. */
static bool add_named(struct chore *chore, const char *step, const char *name, struct err *err)
{
	struct result *r = NULL;
	bool ok = ask_tables(chore, name, &r, err);
	int chosen = -1, rows = ok ? result_rows(r) : 0;
	for (int row = 0; row < rows; row++)
		if (result_bool(r, row, result_column(r, "is_full_name")) && chosen < 0)
			chosen = row;
	for (int row = 0; row < rows; row++)
		if (result_bool(r, row, result_column(r, "is_visible")) && chosen < 0)
			chosen = row;
	if (rows == 1)
		chosen = 0;
	if (ok && rows == 0) {
		ok = unknown_table(chore, name, err);
	} else if (ok && chosen < 0) {
		ok = err_set(err, ERR_USAGE, "\"%s\" is a table of %d schemas", name, rows);
		err_hint(err, "give the schema too: %s.%s", result_word(r, 0, "schema"), name);
	} else if (ok) {
		add_target(chore, step, r, chosen);
	}
	result_free(r);
	return ok;
}

static bool is_granted_by_17(const struct chore *chore)
{
	return chore->database->server->version_num >= 170000;
}

/* A partitioned table has no rows of its own: only its statistics are made. */
static void skip_what_cannot(struct chore *chore, const char *step, bool takes_partitioned)
{
	for (int i = 0; i < chore->count; i++) {
		struct item *item = &chore->items[i];
		if (strcmp(item->step, step) != 0)
			continue;
		if (!item->may)
			item->reason = mem_format("only its owner %s may%s", item->owner, is_granted_by_17(chore) ? ", or who is granted MAINTAIN on it" : "");
		else if (item->kind == 'p' && !takes_partitioned)
			item->reason = mem_copy("partitioned: its partitions are vacuumed");
		if (item->reason != NULL)
			item->state = ITEM_SKIPPED;
	}
}

static bool may_all(const struct chore *chore, const char *step, struct err *err)
{
	for (int i = 0; i < chore->count; i++) {
		const struct item *item = &chore->items[i];
		if (item->may || strcmp(item->step, step) != 0)
			continue;
		err_set(err, ERR_FAILED, "%s: this role may not %s it", item->shown, strncmp(step, "vacuum", 6) == 0 ? "vacuum" : step);
		if (is_granted_by_17(chore))
			return err_hint(err, "connect as its owner %s, or: GRANT MAINTAIN ON %s TO CURRENT_USER", item->owner, item->shown);
		return err_hint(err, "connect as its owner %s", item->owner);
	}
	return true;
}

bool targets_find(struct chore *chore, const char *step, const struct words *names, bool takes_partitioned, struct err *err)
{
	for (size_t i = 0; names != NULL && i < names->count; i++)
		if (!add_named(chore, step, names->v[i], err))
			return false;
	/* Partitions of a table that was named are what VACUUM of it goes through by itself. */
	if (names != NULL && names->count > 0)
		return may_all(chore, step, err);
	struct result *r = NULL;
	bool ok = ask_tables(chore, NULL, &r, err);
	for (int row = 0; ok && row < result_rows(r); row++)
		add_target(chore, step, r, row);
	result_free(r);
	if (ok)
		skip_what_cannot(chore, step, takes_partitioned);
	return ok;
}
