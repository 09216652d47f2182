#include "pooler_answer.h"

#include <stdio.h>
#include <stdlib.h>

void pooler_fill(const struct result *result, int from, const struct pooler_column *map, struct table *table, int row)
{
	for (; map->column; map++) {
		int number = result_column(result, map->name);
		const char *text = result_text(result, from, number);

		if (number < 0)
			table_set_missing(table, row, map->column, MISSING_VERSION);
		else if (text && map->factor < 1)
			table_set_real(table, row, map->column, strtod(text, NULL) * map->factor);
		else
			table_set_parsed(table, row, map->column, text);
	}
}

double pooler_wait_s(const struct result *result, int row, const char *seconds, const char *microseconds)
{
	return (double)result_int(result, row, result_column(result, seconds), 0) +
	       (double)result_int(result, row, result_column(result, microseconds), 0) / 1e6;
}

int pooler_version(const struct session *session)
{
	const char *version = session_parameter(session, "server_version");
	int major = 0, minor = 0;

	if (!version || sscanf(version, "%4d.%4d", &major, &minor) != 2)
		return 0;
	return major * 1000 + minor;
}
