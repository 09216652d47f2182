/* How many locks a plan's transactions will hold: with one for all a server can run out of them. See migrate/plan.h. */
#include <string.h>

#include "pgtend/core/mem.h"
#include "pgtend/syntax/parse.h"
#include "pgtend/migrate/plan.h"
#include "pgtend/sql_embedded.h"

enum { DEADLINE_MS = 15000, WORTH_ASKING = 500 };

/* What each word in a text that makes things adds, as measured: a table is two (itself and its type), a column of any length three (its
 * TOAST table), a key two, a sequence three. */
static const struct lock_word {
	const char *word;
	int locks;
	bool is_of_columns; /* counted once a text: one TOAST table, however many columns */
} lock_words[] = {
    {"TABLE", 2, false}, {"VIEW", 2, false}, {"PRIMARY", 2, false}, {"UNIQUE", 2, false}, {"INDEX", 2, false},
    {"REFERENCES", 2, false}, {"SERIAL", 3, false}, {"BIGSERIAL", 3, false}, {"IDENTITY", 3, false}, {"SEQUENCE", 1, false},
    {"TYPE", 1, false}, {"TEXT", 3, true}, {"VARCHAR", 3, true}, {"JSON", 3, true}, {"JSONB", 3, true}, {"BYTEA", 3, true},
    {"NUMERIC", 3, true},
};
enum { LOCK_WORDS = sizeof lock_words / sizeof lock_words[0] };

static int64_t locks_of(const char *sql)
{
	bool is_seen[LOCK_WORDS] = {false}, has_long = false;
	int64_t locks = 1, tables = 0;
	const char *end = sql + strlen(sql);
	char word[16];
	while (sql < end) {
		const char *next = parse_take_word(sql, end, word);
		for (int i = 0; next > sql && i < LOCK_WORDS; i++) {
			if (strcmp(word, lock_words[i].word) != 0)
				continue;
			has_long = has_long || lock_words[i].is_of_columns;
			if (!lock_words[i].is_of_columns)
				locks += lock_words[i].locks;
			is_seen[i] = true;
		}
		sql = next > sql ? next : sql + 1;
	}
	tables = is_seen[0];
	return locks + (has_long && tables ? 3 : 0);
}

int64_t plan_locks(const struct plan *plan, int *transaction)
{
	int64_t most = 0, sum = 0;
	*transaction = 0;
	for (int i = 0; i < plan->count; i++) {
		const struct plan_step *step = &plan->steps[i];
		if (i == 0 || step->transaction != plan->steps[i - 1].transaction)
			sum = 0;
		if (step->mode != PLAN_TRANSACTION)
			continue;
		sum += locks_of(step->text.sql);
		if (sum > most) {
			most = sum;
			*transaction = step->transaction;
		}
	}
	return most;
}

bool plan_forecast(struct plan *plan, struct session *session, struct err *err)
{
	int transaction, files = 0;
	int64_t locks = plan_locks(plan, &transaction);
	for (int i = 0; i < plan->count; i++)
		files += plan->steps[i].transaction == transaction;
	if (locks < WORTH_ASKING || files < 2)
		return true;
	struct result *result = NULL;
	bool is_asked = session_query_wait(session, sql_migrate_lock_room, NULL, 0, DEADLINE_MS, &result, err);
	int64_t room = is_asked ? result_int(result, 0, 0, 0) : 0;
	result_free(result);
	if (room > 0 && locks > room)
		words_take(&plan->warnings,
		    mem_format("WARNING: %d migrations in one transaction need about %lld locks, and the server has room for about %lld "
		               "(max_locks_per_transaction * (max_connections + max_prepared_transactions)): it may end with \"out of shared "
		               "memory\", and nothing applied. --transaction file gives each file its own",
		        files, (long long)locks, (long long)room));
	return is_asked;
}
