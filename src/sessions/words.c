/* The tree in words: the minimum set and what ends each of it, what was not looked at. */
#include <stdlib.h>
#include <string.h>

#include "internal.h"
#include "pgtend/core/mem.h"
#include "pgtend/core/units.h"

char *sessions_literal(const char *s)
{
	struct text out = {0};
	text_add_char(&out, '\'');
	for (; *s != '\0'; s++) {
		if (*s == '\'')
			text_add_char(&out, '\'');
		text_add_char(&out, *s);
	}
	text_add_char(&out, '\'');
	return text_take(&out);
}

static bool is_of(const struct table *table, int row, const struct words *dbnames)
{
	const char *name = table_get_text(table, row, "database");
	return name != NULL && words_has(dbnames, name);
}

static int64_t depth_of(const struct table *locks, int row)
{
	return table_get_int(locks, row, "depth", 0);
}

/* One branch of the tree at a time: a root with everything beneath it. It stays whole where anybody in it is of the database. */
struct table *sessions_locks_of(const struct table *locks, const struct words *dbnames)
{
	struct table *table = table_new(table_shape(locks));
	int end;
	for (int root = 0; root < table_rows(locks); root = end) {
		bool is_wanted = false;
		for (end = root; end < table_rows(locks) && (end == root || depth_of(locks, end) > 0); end++)
			is_wanted = is_wanted || is_of(locks, end, dbnames);
		for (int row = root; is_wanted && row < end; row++)
			table_copy_row(table, table_add_row(table), locks, row);
	}
	return table;
}

int64_t sessions_releases(const struct table *locks, int64_t pid)
{
	for (int row = 0; locks != NULL && row < table_rows(locks); row++)
		if (pid != 0 && table_get_int(locks, row, "pid", 0) == pid)
			return table_get_int(locks, row, "releases", 0);
	return 0;
}

char *sessions_cap_words(const struct table *locks)
{
	int64_t looked_at = 0, all;
	if (locks == NULL || table_rows(locks) == 0)
		return NULL;
	all = table_get_int(locks, 0, "waiting_in_all", 0);
	for (int row = 0; row < table_rows(locks); row++)
		looked_at += table_get(locks, row, "mode")->has_value;
	if (all <= SESSIONS_MOST_WAITING)
		return NULL;
	return mem_format("%lld processes wait for locks; the %lld that wait longest are looked at, and whom they wait for", (long long)all, (long long)looked_at);
}

static int waiting_of(const struct table *locks)
{
	int waiting = 0;
	for (int row = 0; row < table_rows(locks); row++)
		waiting += table_get(locks, row, "mode")->has_value;
	return waiting;
}

static int row_of_place(const struct table *locks, int place)
{
	for (int row = 0; row < table_rows(locks); row++)
		if (table_get_int(locks, row, "set_place", 0) == place)
			return row;
	return -1;
}

static char *name_of(const struct table *locks, int row)
{
	char age[UNITS_SIZE];
	const char *gid = table_get_text(locks, row, "prepared"), *user = table_get_text(locks, row, "user"), *state = table_get_text(locks, row, "state");
	if (gid != NULL)
		return mem_format("%s (of %s, prepared %s ago)", gid, user != NULL ? user : "?", units_age(age, (int64_t)table_get_real(locks, row, "xact_s", 0)));
	bool is_idle = state != NULL && text_starts_with(state, "idle");
	return mem_format("pid %lld (%s%s%s%s%s)", (long long)table_get_int(locks, row, "pid", 0), user != NULL ? user : "?", state != NULL ? ", " : "", state != NULL ? state : "",
		is_idle ? " since " : "", is_idle ? units_age(age, (int64_t)table_get_real(locks, row, "state_s", 0)) : "");
}

static const struct database *tended(const struct fleet *fleet, const struct server *server, const char *dbname)
{
	for (int i = 0; dbname != NULL && i < fleet->database_count; i++)
		if (fleet->databases[i]->server == server && strcmp(fleet->databases[i]->dbname, dbname) == 0)
			return fleet->databases[i];
	return NULL;
}

static char *line_of(const struct fleet *fleet, const struct table *locks, int row, const struct server *server)
{
	const char *by = table_get_text(locks, row, "end_by"), *gid = table_get_text(locks, row, "prepared"), *dbname = table_get_text(locks, row, "database");
	if (gid != NULL) {
		char *quoted = sessions_literal(gid), *made = mem_format("in %s: ROLLBACK PREPARED %s (or COMMIT PREPARED)", dbname != NULL ? dbname : "its database", quoted);
		mem_free(quoted);
		return made;
	}
	if (by != NULL && strcmp(by, "nothing") == 0)
		return mem_copy("recovery holds it: wait for it");
	const struct database *database = tended(fleet, server, dbname);
	if (database == NULL)
		return mem_format("it is in database %s: SELECT pg_%s_backend(%lld)", dbname != NULL ? dbname : "?", by, (long long)table_get_int(locks, row, "pid", 0));
	char *word = text_shell_word(database->name), *line = mem_format("pgtend %s %s %lld", by, word, (long long)table_get_int(locks, row, "pid", 0));
	mem_free(word);
	return line;
}

/* The other way out: one that waits itself, by whose end more go on than by the end of any root. */
static void add_shortcut(const struct table *locks, struct words *sentences)
{
	int root = row_of_place(locks, 1), best = -1;
	int64_t most = root >= 0 ? table_get_int(locks, root, "releases", 0) : 0;
	for (int row = 0; row < table_rows(locks); row++)
		if (table_get(locks, row, "mode")->has_value && table_get_int(locks, row, "releases", 0) > most) {
			best = row;
			most = table_get_int(locks, row, "releases", 0);
		}
	if (best < 0)
		return;
	char *name = name_of(locks, best);
	words_take(sentences, mem_format("or end %s alone, which waits itself: %lld of %d go on", name, (long long)most, waiting_of(locks)));
	mem_free(name);
}

void sessions_set_words(const struct fleet *fleet, const struct server *server, const struct table *locks, struct words *sentences, struct words *lines)
{
	if (locks == NULL)
		return;
	for (int place = 1, row; (row = row_of_place(locks, place)) >= 0; place++) {
		char *name = name_of(locks, row);
		const char *by = table_get_text(locks, row, "end_by");
		words_take(sentences, mem_format("%s%s %s: %lld of %d go on", place > 1 ? "and " : "", by != NULL && strcmp(by, "nothing") != 0 ? by : "wait for", name,
			(long long)table_get_int(locks, row, "set_releases", 0), waiting_of(locks)));
		words_take(lines, line_of(fleet, locks, row, server));
		mem_free(name);
	}
	add_shortcut(locks, sentences);
}
