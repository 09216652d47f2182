/* See migrate/metadata.h: the statements that write pgtend's own records. */
#include "config.h"

#include <string.h>
#include <unistd.h>

#include "pgtend/core/mem.h"
#include "pgtend/migrate/metadata.h"

static void add_literal(struct text *sql, struct session *session, const char *value)
{
	char *literal = value ? session_quote_literal(session, value) : NULL;
	text_add(sql, literal ? literal : "NULL");
	mem_free(literal);
}

static void add_literals(struct text *sql, struct session *session, const char *const *values, int count)
{
	for (int i = 0; i < count; i++) {
		text_add(sql, i ? ", " : "");
		add_literal(sql, session, values[i]);
	}
}

/* "history = '...' AND name = '...'" */
static void add_key(struct text *sql, const struct ledger *ledger, const char *name, struct session *session)
{
	text_add(sql, "history = ");
	add_literal(sql, session, ledger->history);
	text_add(sql, " AND name = ");
	add_literal(sql, session, name);
}

/* Several run in one transaction, or several transactions in one message, for which the server has one now(): each leaves the moment of
 * its end to the next one in a setting of the session. */
#define SINCE_THE_LAST                                                                                                             \
	"SELECT pg_catalog.date_part('epoch', pg_catalog.clock_timestamp()) AS ended, greatest("                                       \
	"nullif(pg_catalog.current_setting('pgtend.ended', true), '')::double precision, "                                             \
	"pg_catalog.date_part('epoch', pg_catalog.now())) AS began"
#define SINCE_THE_FIRST                                                                                                            \
	"SELECT pg_catalog.date_part('epoch', pg_catalog.clock_timestamp()) AS ended, "                                                \
	"coalesce((SELECT pg_catalog.date_part('epoch', started_at) FROM done LIMIT 1), pg_catalog.date_part('epoch', "                \
	"pg_catalog.now())) AS began"

/* first: the three values that differ from step to step, as SQL. */
static void add_event(struct text *sql, const char *first, const struct metadata *metadata, const struct ledger *ledger,
    enum plan_mode mode, struct session *session)
{
	text_add(sql, "INSERT INTO pgtend.migrations (name, action, checksum, history, dialect, mode, os_user, host, duration_ms, "
	              "version) SELECT ");
	const char *values[] = {ledger->history, ledger->dialect->name, plan_mode_word(mode), metadata->user, metadata->host};
	text_addf(sql, "%s, ", first);
	add_literals(sql, session, values, 5);
	text_addf(sql, ", pg_catalog.round(((t.ended - t.began) * 1000)::numeric, 3), '%s' || pg_catalog.left("
	               "pg_catalog.set_config('pgtend.ended', t.ended::pg_catalog.text, false), 0) FROM (%s) t",
	    PACKAGE_VERSION, mode == PLAN_STATEMENTS ? SINCE_THE_FIRST : SINCE_THE_LAST);
}

char *metadata_prepare_sql(const struct metadata *metadata, const struct ledger *ledger, struct session *session)
{
	if (!metadata->is_there)
		return NULL;
	struct text sql = {0};
	text_add(&sql, "PREPARE pgtend_event (pg_catalog.text, pg_catalog.text, pg_catalog.text) AS ");
	add_event(&sql, "$1, $2, $3", metadata, ledger, PLAN_TRANSACTION, session);
	return text_take(&sql);
}

static char *event(const struct metadata *metadata, const struct ledger *ledger, const struct plan_step *step,
    const char *action, struct session *session)
{
	if (!metadata->is_there)
		return NULL;
	const char *name = ledger->files[step->file].name, *values[] = {name, action, step->checksum};
	struct text sql = {0}, first = {0};
	add_literals(&first, session, values, 3);
	if (metadata->is_prepared && step->mode == PLAN_TRANSACTION) {
		text_addf(&sql, "EXECUTE pgtend_event(%s)", text_str(&first));
	} else {
		if (step->mode == PLAN_STATEMENTS) {
			text_add(&sql, "WITH done AS (DELETE FROM pgtend.migration_progress WHERE ");
			add_key(&sql, ledger, name, session);
			text_add(&sql, " RETURNING started_at) ");
		}
		add_event(&sql, text_str(&first), metadata, ledger, step->mode, session);
	}
	text_done(&first);
	return text_take(&sql);
}

char *metadata_record_sql(
    const struct metadata *metadata, const struct ledger *ledger, const struct plan_step *step, struct session *session)
{
	return event(metadata, ledger, step, "up", session);
}

char *metadata_forget_sql(
    const struct metadata *metadata, const struct ledger *ledger, const struct plan_step *step, struct session *session)
{
	return event(metadata, ledger, step, "down", session);
}

char *metadata_progress_sql(const struct metadata *metadata, const struct ledger *ledger, const struct plan_step *step,
    int number, bool is_done, struct session *session)
{
	if (!metadata->is_there)
		return NULL;
	const char *values[] = {ledger->history, ledger->files[step->file].name, step->is_up ? "up" : "down", step->checksum,
	    metadata->user, metadata->host};
	struct text sql = {0};
	text_add(&sql,
	    "INSERT INTO pgtend.migration_progress AS p (history, name, direction, checksum, os_user, host, begun, done) VALUES (");
	add_literals(&sql, session, values, 6);
	/* The first statement of a file begins it anew; what an earlier try left has nothing to say any more. */
	text_addf(&sql,
	    ", %d, %d) ON CONFLICT (history, name, direction) DO UPDATE SET checksum = excluded.checksum, os_user = excluded.os_user, "
	    "host = excluded.host, begun = excluded.begun, done = excluded.done, changed_at = pg_catalog.now(), started_at = %s",
	    number + 1, is_done ? number + 1 : number, number < 0 || (number == 0 && !is_done) ? "excluded.started_at" : "p.started_at");
	return text_take(&sql);
}

char *metadata_note_sql(const struct metadata *metadata, const struct ledger *ledger, const struct migration_file *file,
    const char *action, struct session *session)
{
	if (!metadata->is_there)
		return NULL;
	struct text sql = {0};
	text_add(&sql, "WITH done AS (DELETE FROM pgtend.migration_progress WHERE ");
	add_key(&sql, ledger, file->name, session);
	text_add(&sql, ") INSERT INTO pgtend.migrations (history, name, action, dialect, checksum, os_user, host, version) VALUES (");
	const char *values[] = {ledger->history, file->name, action, ledger->dialect->name, file->checksum, metadata->user,
	    metadata->host, PACKAGE_VERSION};
	add_literals(&sql, session, values, 8);
	text_add_char(&sql, ')');
	return text_take(&sql);
}

/* --- who runs ------------------------------------------------------------------------------------------ */

char *metadata_begin_sql(
    const struct metadata *metadata, const struct ledger *ledger, const char *verb, struct session *session)
{
	if (!metadata->is_there)
		return NULL;
	const char *values[] = {ledger->history, verb, metadata->user, metadata->host, PACKAGE_VERSION};
	struct text sql = {0};
	text_add(&sql, "INSERT INTO pgtend.migration_runs (history, verb, os_user, host, version, os_pid, backend_start) SELECT ");
	add_literals(&sql, session, values, 5);
	text_addf(&sql,
	    ", %ld, (SELECT a.backend_start FROM pg_catalog.pg_stat_activity a WHERE a.pid = pg_catalog.pg_backend_pid())",
	    (long)getpid());
	return text_take(&sql);
}

char *metadata_end_sql(
    const struct metadata *metadata, const struct ledger *ledger, const char *outcome, struct session *session)
{
	if (!metadata->is_there)
		return NULL;
	struct text sql = {0};
	text_add(&sql, "UPDATE pgtend.migration_runs SET ended_at = pg_catalog.clock_timestamp(), outcome = ");
	add_literal(&sql, session, outcome);
	text_add(&sql, " WHERE ended_at IS NULL AND history = ");
	add_literal(&sql, session, ledger->history);
	text_add(&sql, " AND host = ");
	add_literal(&sql, session, metadata->host);
	text_addf(&sql, " AND os_pid = %ld", (long)getpid());
	return text_take(&sql);
}
