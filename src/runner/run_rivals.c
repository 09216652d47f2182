/* Runners of a tool that takes no lock and whose history has no key (Drizzle): one that read the history before we locked it would run
 * what we run a second time. They are found, and pgtend steps back for them. See run_internal.h.
 *
 * Such a runner asks the history, says BEGIN, runs its first file and then writes the first row, which shows as a lock that it holds or waits
 * for. What it did before that, only its last query in pg_stat_activity tells: of roles that we may look at, which its own mostly is.
 */
#include <string.h>

#include "pgtend/core/mem.h"
#include "run_internal.h"

/* The server keeps 1024 bytes of a query unless told otherwise; a file that is larger than this is compared as far as this. */
enum { TEXT_BYTES_MAX = 64 * 1024, STATEMENT_CHARS_MIN = 20 };

static bool has_rivals(const struct run *run)
{
	return run->dialect->run->has_no_key && run->ledger.has_history;
}

static char *head_of(const char *text)
{
	size_t length = strlen(text);
	if (length > TEXT_BYTES_MAX)
		for (length = TEXT_BYTES_MAX; length > 0 && ((unsigned char)text[length] & 0xC0) == 0x80;)
			length--;
	return mem_copy_n(text, length);
}

/* Between its question and its BEGIN, and between that and its first file, a runner stays for as long as a message to it and back takes: who
 * stands there when the lock becomes ours is followed for a second at most. Nobody new can join them, because the question waits for our lock.
 * Somebody else who looks like that (psql after a SELECT, a busy program's BEGIN) moves on or stays, and does not stop us. */
void run_rivals_at_begin(struct run *run, const struct plan_step *step, struct text *sql)
{
	if (!has_rivals(run))
		return;
	char *head = head_of(step && step->is_up ? step->text.sql : ""), *text = session_quote_literal(run->session, head);
	char *table = session_quote_literal(run->session, run->ledger.history_table);
	text_addf(sql,
	    " FOR i IN 1..50 LOOP PERFORM pg_catalog.pg_stat_clear_snapshot();"
	    " SELECT pg_catalog.max(s.pid) FILTER (WHERE s.is_at_it),"
	    " pg_catalog.array_agg(s.pid::text) FILTER (WHERE s.is_recent AND s.has_asked AND s.wait_event_type IS DISTINCT FROM 'Lock'),"
	    " pg_catalog.array_agg(s.pid || ' ' || s.state_change) FILTER (WHERE s.is_recent AND s.has_begun AND s.state <> 'idle')"
	    " INTO rival, asking, begun FROM (SELECT a.pid, a.state, a.state_change, a.wait_event_type,"
	    " a.state <> 'idle' AND (pg_catalog.length(a.query) >= %d AND pg_catalog.strpos(%s, pg_catalog.btrim(a.query, E' \\t\\r\\n;')) > 0"
	    " OR a.query ~* '^\\s*insert' AND pg_catalog.strpos(a.query, %s) > 0) AS is_at_it,"
	    " a.query ~* '^\\s*select' AND pg_catalog.strpos(a.query, %s) > 0 AS has_asked, a.query ~* '^\\s*begin' AS has_begun,"
	    " a.state_change > pg_catalog.clock_timestamp() - interval '5 s' AS is_recent"
	    " FROM pg_catalog.pg_stat_activity a"
	    " WHERE a.datname = pg_catalog.current_database() AND a.pid <> pg_catalog.pg_backend_pid()"
	    " AND a.backend_type = 'client backend' AND a.application_name NOT LIKE 'pgtend%%') s;"
	    " IF rival IS NOT NULL THEN RAISE EXCEPTION 'pid %%', rival USING ERRCODE = 'PTRIV'; END IF;"
	    " IF i = 1 THEN suspects := asking || begun;"
	    " ELSE suspects := (SELECT pg_catalog.array_agg(x) FROM pg_catalog.unnest(asking || begun) x"
	    " WHERE x = ANY (suspects) OR pg_catalog.split_part(x, ' ', 1) = ANY (suspects)); END IF;"
	    " EXIT WHEN coalesce(pg_catalog.cardinality(suspects), 0) = 0;"
	    " PERFORM pg_catalog.pg_sleep(0.02); END LOOP;",
	    STATEMENT_CHARS_MIN, text, table, table);
	mem_free(head);
	mem_free(text);
	mem_free(table);
}

/* Whoever waits to write a row now has read the history before us, and has run its first file. */
char *run_rivals_at_end(struct run *run)
{
	if (!has_rivals(run) || !run->dialect->run->locks_history)
		return NULL;
	char *schema = session_quote_identifier(run->session, run->ledger.history_schema),
	     *table = session_quote_identifier(run->session, run->ledger.history_table);
	char *name = mem_format("%s.%s", schema, table), *literal = session_quote_literal(run->session, name);
	char *sql = mem_format(
	    "DO $pgtend$ DECLARE rival integer; BEGIN SELECT l.pid INTO rival FROM pg_catalog.pg_locks l"
	    " WHERE l.relation = %s::pg_catalog.regclass AND l.mode = 'RowExclusiveLock' AND NOT l.granted"
	    " AND l.database = (SELECT d.oid FROM pg_catalog.pg_database d WHERE d.datname = pg_catalog.current_database()) LIMIT 1;"
	    " IF FOUND THEN RAISE EXCEPTION 'pid %%', rival USING ERRCODE = 'PTRIV'; END IF; END $pgtend$;\n",
	    literal);
	mem_free(schema);
	mem_free(table);
	mem_free(name);
	mem_free(literal);
	return sql;
}

bool run_say_rival(struct run *run, struct err *err)
{
	char *who = mem_copy(text_starts_with(err->text, "pid ") ? err->text : "");
	err_set(err, ERR_LOCKED, "another migration is running on %s: %s takes no lock, but a session of it is at work%s%s%s",
	    run->database->name, run->dialect->name, *who ? " (" : "", who, *who ? ")" : "");
	err_hint(err, "wait until it has ended; what pgtend ran of this transaction was rolled back");
	mem_free(who);
	return true;
}
