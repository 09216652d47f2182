/* pg/quote.c - identifiers and literals quoted by libpq, and texts built of them. */
#include <string.h>

#include "pgtend/core/mem.h"
#include "session_private.h"

/* Without a connection (before it stands, after it was lost) libpq still quotes, by one that never leads anywhere: it checks channel_binding
 * before it opens anything. Without a known encoding it takes bytes as they are, which is right for UTF-8. */
PGconn *quote_conn(const struct session *session)
{
	static PGconn *nowhere;

	if (session && session->conn)
		return session->conn;
	if (!nowhere)
		nowhere = PQconnectStart("channel_binding='none of these'");
	if (!nowhere)
		mem_die("no memory for a connection");
	return nowhere;
}

static char *own(char *quoted)
{
	char *copy = mem_copy(quoted);

	PQfreemem(quoted);
	return copy;
}

char *session_quote_identifier(struct session *session, const char *name)
{
	return own(PQescapeIdentifier(quote_conn(session), name, strlen(name)));
}

char *session_quote_literal(struct session *session, const char *value)
{
	return own(PQescapeLiteral(quote_conn(session), value, strlen(value)));
}

static bool add_quoted(PGconn *conn, struct text *out, const char *value, char kind, struct err *err)
{
	if (!value && kind == 'L') {
		text_add(out, "NULL");
		return true;
	}
	if (!value)
		mem_die("a name that is NULL was to be quoted");
	char *quoted = kind == 'I' ? PQescapeIdentifier(conn, value, strlen(value)) : PQescapeLiteral(conn, value, strlen(value));

	if (!quoted)
		return err_set(err, ERR_USAGE, "\"%s\" is not valid UTF-8", value);
	text_add(out, quoted);
	PQfreemem(quoted);
	return true;
}

bool quote_format(PGconn *conn, struct text *out, const char *format, va_list args, struct err *err)
{
	for (const char *p = format; *p; p++) {
		if (*p != '%') {
			text_add_char(out, *p);
			continue;
		}
		p++;
		if (*p == 'I' || *p == 'L') {
			if (!add_quoted(conn, out, va_arg(args, const char *), *p, err))
				return false;
		} else if (*p == 's') {
			text_add(out, va_arg(args, const char *));
		} else if (*p == 'd') {
			text_addf(out, "%d", va_arg(args, int));
		} else if (strncmp(p, "lld", 3) == 0) {
			text_addf(out, "%lld", va_arg(args, long long));
			p += 2;
		} else if (*p == '%') {
			text_add_char(out, '%');
		} else {
			mem_die("session_queryf_wait() knows %I %L %s %d %lld %% only");
		}
	}
	return true;
}
