/* pg/pooler.c - the session's settings: in the startup packet, or, where a pooler stands between, around each request.
 *
 * Behind a pooler the next transaction may run on another backend, and a bare SET would stay there for somebody else.
 */
#include <string.h>

#include "pgtend/core/mem.h"
#include "session_private.h"

/* Tells an option packet that arrived from one that was dropped on the way (sql/attach.sql asks for it). */
static const char attached_option[] = "-c pgtend.attached=on";

/* In `options` a blank ends a word and a backslash escapes. */
static void add_escaped(struct text *text, const char *s)
{
	for (; *s; s++) {
		if (strchr(" \t\n\r\v\f\\", *s))
			text_add_char(text, '\\');
		text_add_char(text, *s);
	}
}

char *pooler_startup_options(struct session *session)
{
	struct text text = {0};
	const char *configured = conninfo_effective(session->info, "options");

	if (session->setting_names.count == 0 && !session->options.is_read_only)
		return NULL;
	if (configured && *configured)
		text_addf(&text, "%s ", configured);
	for (size_t i = 0; i < session->setting_names.count; i++) {
		text_add(&text, "-c ");
		add_escaped(&text, session->setting_names.v[i]);
		text_add_char(&text, '=');
		add_escaped(&text, session->setting_values.v[i]);
		text_add_char(&text, ' ');
	}
	if (session->options.is_read_only)
		text_add(&text, "-c default_transaction_read_only=on ");
	text_add(&text, attached_option);
	return text_take(&text);
}

/* set_config() and not SET LOCAL: it reads a list (search_path) as the configuration file does. */
char *pooler_settings_sql(struct session *session)
{
	struct text text = {0};

	for (size_t i = 0; i < session->setting_names.count; i++) {
		char *name = PQescapeLiteral(session->conn, session->setting_names.v[i], strlen(session->setting_names.v[i]));
		char *value = PQescapeLiteral(session->conn, session->setting_values.v[i], strlen(session->setting_values.v[i]));

		if (!name || !value)
			mem_die("a session's setting is not valid text");
		text_addf(&text, "%spg_catalog.set_config(%s, %s, true)", i > 0 ? ", " : "SELECT ", name, value);
		PQfreemem(name);
		PQfreemem(value);
	}
	return text.length > 0 ? text_take(&text) : NULL;
}

/* A request inside a transaction that is open already (the caller's own, is_unwrapped) belongs to that one. */
bool pooler_wraps(const struct session *session, const struct entry *entry)
{
	return session->is_wrapping && !entry->is_unwrapped && !session->options.is_admin_console &&
		(session->setting_names.count > 0 || session->options.is_read_only) && PQtransactionStatus(session->conn) == PQTRANS_IDLE;
}

static int count_chars(const char *s)
{
	int count = 0;

	for (; *s; s++)
		if (((unsigned char)*s & 0xC0) != 0x80)
			count++;
	return count;
}

/* One message: the server runs its statements in order and leaves out the rest after an error. The line feed ends a
 * comment at the request's end. */
static bool send_simple(struct session *session, struct entry *entry, const char *begin, const char *settings)
{
	struct text text = {0};

	text_addf(&text, "%s;%s%s ", begin, settings ? settings : "", settings ? ";" : "");
	entry->wrap_chars = count_chars(text_str(&text));
	text_addf(&text, "%s\n;COMMIT", entry->sql);
	bool is_sent = PQsendQuery(session->conn, text_str(&text)) == 1;

	text_done(&text);
	return is_sent;
}

static bool send_plain(PGconn *conn, const char *sql)
{
	return PQsendQueryParams(conn, sql, 0, NULL, NULL, NULL, NULL, 0) == 1;
}

/* Parameters need the extended protocol: its messages go out together, with one answer awaited. */
static bool send_pipeline(struct session *session, struct entry *entry, const char *begin, const char *settings)
{
	PGconn *conn = session->conn;

	if (!PQenterPipelineMode(conn))
		return false;
	session->is_pipeline = true;
	return send_plain(conn, begin) && (!settings || send_plain(conn, settings)) &&
		PQsendQueryParams(conn, entry->sql, entry->param_count, NULL, (const char *const *)entry->params, NULL, NULL, 0) == 1 &&
		send_plain(conn, "COMMIT") && PQpipelineSync(conn) == 1;
}

bool pooler_send_wrapped(struct session *session, struct entry *entry)
{
	const char *begin = session->options.is_read_only ? "BEGIN READ ONLY" : "BEGIN";
	char *settings = pooler_settings_sql(session);

	entry->wrap_head = settings ? 2 : 1;
	entry->wrap_tail = 1;
	bool is_sent = entry->params ? send_pipeline(session, entry, begin, settings) : send_simple(session, entry, begin, settings);

	session->cost_statements += entry->wrap_head + entry->wrap_tail;
	mem_free(settings);
	return is_sent;
}
