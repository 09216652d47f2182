/* See fresh/copy.h. */
#include "pgtend/fresh/copy.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <openssl/rand.h>

#include "pgtend/core/mem.h"
#include "pgtend/core/units.h"
#include "pgtend/core/who.h"
#include "pgtend/sql_embedded.h"

enum { DEADLINE_MS = 15000, SECTION_BYTES = 30 };

static const char *const kinds[] = {"template", "spare", "snapshot", "old"};
enum { KINDS = sizeof kinds / sizeof kinds[0] };

const char *copy_kind_word(enum copy_kind kind)
{
	return kinds[kind];
}

/* --- names ------------------------------------------------------------------------------------------------- */

/* A section's name as far as it goes into a database's. */
static void plain_name(const char *section, char plain[SECTION_BYTES + 1])
{
	size_t length = 0;
	for (const char *c = section; *c && length < SECTION_BYTES; c++)
		plain[length++] = (char)((*c >= 'a' && *c <= 'z') || (*c >= '0' && *c <= '9') ? *c
		                         : *c >= 'A' && *c <= 'Z'                             ? *c - 'A' + 'a'
		                                                                              : '_');
	plain[length] = 0;
}

char *copy_new_dbname(enum copy_kind kind, const struct database *database)
{
	unsigned char bytes[4];
	char plain[SECTION_BYTES + 1];
	if (RAND_bytes(bytes, sizeof bytes) != 1)
		mem_die("libcrypto gives no random bytes");
	plain_name(database->name, plain);
	return mem_format("pgtend_%s_%s_%02x%02x%02x%02x", kinds[kind], plain, bytes[0], bytes[1], bytes[2], bytes[3]);
}

/* pgtend_KIND_PLAIN_XXXXXXXX; the rest of the copy is not known. */
static bool take_dbname(const char *dbname, struct copy *copy)
{
	for (size_t i = 0; i < KINDS; i++) {
		char *start = mem_format("pgtend_%s_", kinds[i]);
		size_t length = strlen(start);
		bool is_it = text_starts_with(dbname, start) && strlen(dbname) > length + 9;
		mem_free(start);
		if (!is_it)
			continue;
		copy->kind = (enum copy_kind)i;
		copy->database = mem_copy_n(dbname + length, strlen(dbname) - length - 9);
		return true;
	}
	return false;
}

/* --- comments ---------------------------------------------------------------------------------------------- */

char *copy_comment(enum copy_kind kind, const struct database *database, const char *name, const char *digest, const char *state)
{
	char now[UNITS_SIZE];
	struct text words = {0};
	char *host = who_host();
	text_addf(&words, "pgtend %s of %s", kinds[kind], database->name);
	if (strcmp(database->name, database->dbname) != 0)
		text_addf(&words, " (%s)", database->dbname);
	if (name)
		text_addf(&words, " [%s]", name);
	if (digest)
		text_addf(&words, ", %s", digest);
	text_addf(&words, ", since %s, by pid %ld on %s; %s", units_rfc3339(now, units_now_us() / 1000000 * 1000000),
	    (long)getpid(), host, state);
	mem_free(host);
	return text_take(&words);
}

/* The last `what` in it: names stand before, and may hold anything. */
static char *find_last(char *s, const char *what)
{
	char *last = NULL;
	for (char *at = strstr(s, what); at; at = strstr(at + 1, what))
		last = at;
	return last;
}

/* Cuts the line before its last `mark` and gives what stands behind it; NULL: there is none. */
static char *cut_last(char *line, const char *mark)
{
	char *at = find_last(line, mark);
	if (!at)
		return NULL;
	*at = 0;
	return at + strlen(mark);
}

static bool is_digest(const char *s)
{
	size_t length = strspn(s, "0123456789abcdef");
	return length >= 8 && s[length] == 0;
}

/* "SECTION (DBNAME) [NAME], DIGEST". */
static void take_whose(char *line, struct copy *copy)
{
	char *digest = find_last(line, ", ");
	if (digest && is_digest(digest + 2)) {
		copy->digest = mem_copy(digest + 2);
		*digest = 0;
	}
	if (copy->kind == COPY_SNAPSHOT && text_ends_with(line, "]")) {
		line[strlen(line) - 1] = 0;
		char *name = cut_last(line, " [");
		copy->name = mem_copy(name ? name : "");
	}
	char *dbname = text_ends_with(line, ")") ? strstr(line, " (") : NULL;
	if (dbname) {
		line[strlen(line) - 1] = 0;
		*dbname = 0;
	}
	copy->database = mem_copy(line);
	copy->of_dbname = mem_copy(dbname ? dbname + 2 : line);
}

bool copy_of_comment(const char *comment, struct copy *copy)
{
	memset(copy, 0, sizeof *copy);
	for (size_t i = 0; comment && i < KINDS; i++) {
		char *start = mem_format("pgtend %s of ", kinds[i]);
		size_t length = strlen(start);
		bool is_it = text_starts_with(comment, start);
		mem_free(start);
		if (!is_it)
			continue;
		char *line = mem_copy(comment + length);
		char *state = cut_last(line, "; "), *by = state ? cut_last(line, ", by pid ") : NULL;
		char *since = by ? cut_last(line, ", since ") : NULL;
		if (since) {
			copy->kind = (enum copy_kind)i;
			copy->is_marked = true;
			copy->is_whole = strcmp(state, "whole") == 0 || (copy->kind == COPY_OLD && strcmp(state, "being made") != 0);
			(void)units_parse_time_us(since, &copy->made_us);
			take_whose(line, copy);
		}
		mem_free(line);
		return since != NULL;
	}
	return false;
}

void copy_done(struct copy *copy)
{
	mem_free(copy->dbname);
	mem_free(copy->database);
	mem_free(copy->of_dbname);
	mem_free(copy->name);
	mem_free(copy->digest);
	mem_free(copy->comment);
	memset(copy, 0, sizeof *copy);
}

/* --- finding ----------------------------------------------------------------------------------------------- */

bool copy_is_of(const struct copy *copy, const struct database *database)
{
	char plain[SECTION_BYTES + 1];
	if (copy->is_marked)
		return strcmp(copy->of_dbname, database->dbname) == 0;
	plain_name(database->name, plain);
	return strcmp(copy->database, plain) == 0;
}

static bool take(const struct result *r, int row, struct copy *copy)
{
	const char *dbname = result_text(r, row, result_column(r, "dbname"));
	const char *comment = result_text(r, row, result_column(r, "comment"));
	if (comment ? !copy_of_comment(comment, copy) : !take_dbname(dbname, copy))
		return false;
	copy->dbname = mem_copy(dbname);
	copy->comment = mem_copy(comment);
	copy->oid = result_int(r, row, result_column(r, "oid"), 0);
	copy->bytes = result_int(r, row, result_column(r, "bytes"), -1);
	copy->is_held = result_bool(r, row, result_column(r, "is_held"));
	copy->is_ours = result_bool(r, row, result_column(r, "is_ours"));
	copy->clients = (int)result_int(r, row, result_column(r, "clients"), 0);
	return true;
}

/* Newest first; of one second the greater oid, as the server gave them. */
static int compare(const void *a, const void *b)
{
	const struct copy *one = a, *other = b;
	if (one->made_us != other->made_us)
		return one->made_us > other->made_us ? -1 : 1;
	return one->oid > other->oid ? -1 : one->oid < other->oid;
}

bool copies_load_wait(
    struct session *session, const struct database *database, bool with_bytes, struct copies *copies, struct err *err)
{
	const char *params[] = {with_bytes ? "true" : "false"};
	struct result *r = NULL;
	memset(copies, 0, sizeof *copies);
	bool is_good = session_query_wait(session, sql_fresh_copies, params, 1, DEADLINE_MS, &r, err);
	for (int i = 0; is_good && i < result_rows(r); i++) {
		struct copy copy = {0};
		if (take(r, i, &copy) && (!database || copy_is_of(&copy, database))) {
			copies->v = mem_grow(copies->v, (size_t)copies->count + 1, sizeof *copies->v);
			copies->v[copies->count++] = copy;
		} else {
			copy_done(&copy);
		}
	}
	result_free(r);
	if (copies->count > 1)
		qsort(copies->v, (size_t)copies->count, sizeof *copies->v, compare);
	return is_good;
}

void copies_done(struct copies *copies)
{
	for (int i = 0; i < copies->count; i++)
		copy_done(&copies->v[i]);
	mem_free(copies->v);
	memset(copies, 0, sizeof *copies);
}

/* --- who works on one -------------------------------------------------------------------------------------- */

bool copy_hold_wait(struct session *session, const char *dbname, struct err *err)
{
	const char *params[] = {dbname};
	struct result *r = NULL;
	bool is_held = session_query_wait(session, sql_fresh_copy_hold, params, 1, DEADLINE_MS, &r, err);
	if (is_held && !result_bool(r, 0, 0))
		is_held = err_set(err, ERR_LOCKED, "another pgtend works on %s", dbname);
	result_free(r);
	return is_held;
}

void copy_let_go_wait(struct session *session, const char *dbname)
{
	const char *params[] = {dbname};
	struct err ignored = {0};
	/* A session that is lost holds nothing any more. */
	if (!session_query_wait(session, sql_fresh_copy_let_go, params, 1, DEADLINE_MS, NULL, &ignored))
		err_clear(&ignored);
}
