/* Questions to single chunks: their names and bounds put into the texts of sql/ingest_*.sql. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "ingest.h"
#include "pgtend/core/mem.h"
#include "pgtend/core/units.h"

static const char *value_of(const struct ingest_fill *fills, const char *name, size_t length)
{
	for (; fills->name; fills++)
		if (strlen(fills->name) == length && strncmp(fills->name, name, length) == 0)
			return fills->value;
	return NULL;
}

static size_t name_length(const char *s)
{
	size_t n = 0;

	while (isalnum((unsigned char)s[n]) || s[n] == '_')
		n++;
	return n;
}

static void add_value(struct session *session, struct text *out, char quote, const char *value)
{
	char *quoted;

	if (quote == '\0') {
		text_add(out, value);
		return;
	}
	quoted = quote == '"' ? session_quote_identifier(session, value) : session_quote_literal(session, value);
	text_add(out, quoted);
	mem_free(quoted);
}

void ingest_fill_sql(struct session *session, struct text *out, const char *sql, const struct ingest_fill *fills)
{
	for (const char *p = sql; *p; p++) {
		char quote = p[0] == ':' && (p[1] == '"' || p[1] == '\'') ? p[1] : '\0';
		const char *name = p + (quote ? 2 : 1);
		size_t length = p[0] == ':' ? name_length(name) : 0;
		const char *value = length > 0 ? value_of(fills, name, length) : NULL;

		/* a cast is no name */
		if (p[0] == ':' && p[1] == ':')
			text_add_char(out, *p++);
		if (!value) {
			text_add_char(out, *p);
			continue;
		}
		add_value(session, out, quote, value);
		p = name + length - (quote ? 0 : 1);
	}
}

/* The least UUID of version 7 of a millisecond. */
static char *uuid_bound(int64_t us)
{
	unsigned long long ms = (unsigned long long)(us > 0 ? us / 1000 : 0) & 0xffffffffffffULL;

	return mem_format("'%08llx-%04llx-7000-8000-000000000000'::uuid", ms >> 16, ms & 0xffff);
}

char *ingest_bound(const struct ingest_hypertable *hypertable, int64_t us)
{
	char stamp[UNITS_SIZE];

	units_rfc3339(stamp, us);
	switch (hypertable->time) {
	case INGEST_TIMESTAMP:
		return mem_format("'%s'::timestamptz::timestamp", stamp);
	case INGEST_DATE:
		return mem_format("'%s'::timestamptz::date", stamp);
	case INGEST_UUID:
		return uuid_bound(us);
	case INGEST_INTEGER:
		if (!hypertable->units_a_second)
			return mem_format("%lld::bigint", (long long)us);
		return hypertable->units_a_second > 1000000 ? mem_format("%lld::bigint", (long long)(us * (hypertable->units_a_second / 1000000)))
		                                            : mem_format("%lld::bigint", (long long)(us / (1000000 / hypertable->units_a_second)));
	default:
		return mem_format("'%s'::timestamptz", stamp);
	}
}

const char *ingest_epoch(const struct ingest_hypertable *hypertable, char buffer[64])
{
	switch (hypertable->time) {
	case INGEST_TIMESTAMP:
	case INGEST_DATE:
		return "extract(epoch from q.t::timestamptz)";
	case INGEST_UUID:
		return "('x' || substr(replace(q.t::text, '-', ''), 1, 12))::bit(48)::bigint / 1000.0";
	case INGEST_INTEGER:
		snprintf(buffer, 64, "q.t / %lld.0", (long long)(hypertable->units_a_second ? hypertable->units_a_second : 1));
		return buffer;
	default:
		return "extract(epoch from q.t)";
	}
}
