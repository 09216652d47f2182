/* restore/target.c - names for new databases and old ones. See act_internal.h. */
#include <string.h>

#include "act_internal.h"
#include "pgtend/core/mem.h"

enum { LONGEST_NAME = 63, MOST_TRIES = 1000, DEADLINE_MS = 15000 };

char *target_name(const char *dbname, const char *tail)
{
	size_t length = strlen(dbname), most = LONGEST_NAME - strlen(tail);
	if (length > most) {
		length = most;
		while (length > 0 && ((unsigned char)dbname[length] & 0xC0) == 0x80)
			length--;
	}
	return mem_format("%.*s%s", (int)length, dbname, tail);
}

bool target_exists(struct session *session, const char *name, bool *is_there, struct err *err)
{
	const char *params[] = {name};
	struct result *r = NULL;
	bool is_good = session_query_wait(
	    session, "SELECT FROM pg_catalog.pg_database WHERE datname = $1", params, 1, DEADLINE_MS, &r, err);
	*is_there = is_good && result_rows(r) > 0;
	result_free(r);
	return is_good;
}

char *target_free_name(struct session *session, const char *dbname, const char *tail, struct err *err)
{
	bool is_there = true, is_good = true;
	char *name = NULL;
	for (int n = 1; is_good && is_there && n < MOST_TRIES; n++) {
		char *whole = n > 1 ? mem_format("%s_%d", tail, n) : mem_copy(tail);
		mem_free(name);
		name = target_name(dbname, whole);
		mem_free(whole);
		is_good = target_exists(session, name, &is_there, err);
	}
	if (is_good && !is_there)
		return name;
	if (is_good)
		err_set(err, ERR_FAILED, "%s and a thousand names like it are taken", name);
	mem_free(name);
	return NULL;
}
