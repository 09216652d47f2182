/* UTC: times are kept with their zone, and servers, databases and roles live in UTC. */
#include <string.h>
#include <strings.h>

#include "internal.h"
#include "pgtend/core/mem.h"
#include "pgtend/sql_embedded.h"

static const char utc[] = "utc";
enum { SHOWN = 6 };

/* All that PostgreSQL's time zones call UTC by another name. */
static bool is_utc(const char *zone)
{
	static const char *const names[] = {"UTC", "Etc/UTC", "UCT", "Etc/UCT", "GMT", "Etc/GMT", "Zulu", "Etc/Zulu", "Universal", "Etc/Universal", "Greenwich",
	    "Etc/Greenwich", "GMT0", "GMT+0", "GMT-0", "Etc/GMT0", "Etc/GMT+0", "Etc/GMT-0", "0"};
	char bare[64];
	size_t length = strlen(zone);
	/* as ALTER DATABASE keeps it */
	bool is_quoted = length >= 2 && zone[0] == '\'' && zone[length - 1] == '\'';
	if (length >= sizeof bare)
		return false;
	memcpy(bare, zone + is_quoted, length - 2 * (size_t)is_quoted);
	bare[length - 2 * (size_t)is_quoted] = '\0';
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (strcasecmp(bare, names[i]) == 0)
			return true;
	return false;
}

/* --- columns --------------------------------------------------------------------------------------------- */

static bool look_at_columns(struct preflight *preflight, struct database *database, struct session *session, const char *history)
{
	struct result *result;
	struct words columns = {0};
	if (!line_ask(preflight, database, session, utc, sql_preflight_timestamps, &result))
		return false;
	for (int row = 0; row < result_rows(result); row++) {
		const char *schema = result_text(result, row, 0), *table = result_text(result, row, 1), *column = result_text(result, row, 2);
		char *relation = mem_format("%s.%s", schema, table);
		/* The history is its tool's, which knows what it wrote. */
		if (history == NULL || strcmp(relation, history) != 0)
			words_take(&columns, mem_format("%s.%s", strcmp(schema, "public") == 0 ? table : relation, column));
		mem_free(relation);
	}
	bool is_good = columns.count == 0;
	if (!is_good) {
		char *list = line_list(&columns, SHOWN);
		line_add(preflight, database, utc, "columns", LINE_FINDING,
		    mem_format("%zu column%s timestamp without time zone: %s", columns.count, columns.count == 1 ? " is" : "s are", list),
		    mem_copy("ALTER TABLE ... ALTER COLUMN ... TYPE timestamptz USING ... AT TIME ZONE 'UTC' (it rewrites the table)"));
		mem_free(list);
	}
	words_done(&columns);
	result_free(result);
	return is_good;
}

/* --- settings -------------------------------------------------------------------------------------------- */

static bool look_at_server(struct preflight *preflight, const struct database *database)
{
	const char *zone = line_server_text(preflight, "time_zone"), *source = line_server_text(preflight, "time_zone_source");
	/* Set for the database or its roles: told below. Our own PGTZ says nothing of the server. */
	bool is_of_server = source != NULL && strcmp(source, "client") != 0 && strcmp(source, "database") != 0 && strcmp(source, "user") != 0 &&
	                    strcmp(source, "database user") != 0 && strcmp(source, "session") != 0;
	if (zone == NULL || !is_of_server || is_utc(zone))
		return true;
	line_add(preflight, database, utc, "server", LINE_FINDING, mem_format("TimeZone of the server is %s", zone),
	    mem_copy("ALTER SYSTEM SET timezone = 'UTC'; SELECT pg_reload_conf()"));
	return false;
}

static char *whose_of(const char *dbname, const char *role)
{
	if (dbname != NULL && role != NULL)
		return mem_format("role %s in database %s", role, dbname);
	if (role != NULL)
		return mem_format("role %s", role);
	return dbname != NULL ? mem_format("database %s", dbname) : mem_copy("all databases");
}

static bool look_at_settings(struct preflight *preflight, struct database *database, struct session *session)
{
	struct result *result;
	bool is_good = true;
	if (!line_ask(preflight, database, session, utc, sql_preflight_time_zones, &result))
		return false;
	for (int row = 0; row < result_rows(result); row++) {
		const char *zone = result_text(result, row, 2);
		char *whose = whose_of(result_text(result, row, 0), result_text(result, row, 1));
		if (zone != NULL && !is_utc(zone)) {
			line_add(preflight, database, utc, whose, LINE_FINDING, mem_format("TimeZone of %s is %s", whose, zone),
			    mem_copy("ALTER DATABASE or ALTER ROLE ... SET timezone = 'UTC'"));
			is_good = false;
		}
		mem_free(whose);
	}
	result_free(result);
	return is_good;
}

void line_utc(struct preflight *preflight, struct database *database, struct session *session, const char *history)
{
	bool has_columns = look_at_columns(preflight, database, session, history);
	bool has_server = look_at_server(preflight, database), has_settings = look_at_settings(preflight, database, session);
	if (has_columns && has_server && has_settings)
		line_add(preflight, database, utc, NULL, LINE_OK, mem_copy("every time is kept with its zone, and the time zone is UTC"), NULL);
}
