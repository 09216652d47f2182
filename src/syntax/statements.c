/* See syntax/statements.h. */
#include "pgtend/syntax/statements.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "pgtend/core/mem.h"
#include "pgtend/core/text.h"
#include "pgtend/syntax/parse.h"

enum { WORDS = 6, PSQL_PIECES_MAX = 200 };

/* The words with which a statement begins, comments left out. */
struct beginning {
	char words[WORDS][16];
	const char *rest, *end;
};

static void begin(const char *s, const char *end, struct beginning *out)
{
	memset(out, 0, sizeof *out);
	for (int i = 0; i < WORDS; i++) {
		s = parse_take_word(parse_skip_blank(s, end), end, out->words[i]);
		out->rest = i == 0 ? s : out->rest;
		if (!out->words[i][0])
			break;
	}
	out->end = end;
}

static bool is(const struct beginning *beginning, int word, const char *wanted)
{
	return strcmp(beginning->words[word], wanted) == 0;
}

static bool has(const struct beginning *beginning, const char *wanted)
{
	return parse_has_word(beginning->rest, beginning->end, wanted);
}

/* Anywhere, whatever the case. */
static const char *find(const struct beginning *beginning, const char *wanted)
{
	size_t length = strlen(wanted);
	for (const char *s = beginning->rest; s + length <= beginning->end; s++)
		if (strncasecmp(s, wanted, length) == 0)
			return s + length;
	return NULL;
}

/* --- transaction control -------------------------------------------------------------------------------------------- */

/* SAVEPOINT, RELEASE and ROLLBACK TO stay within the transaction. */
static bool is_transaction(const struct beginning *b)
{
	if (is(b, 0, "ROLLBACK"))
		return !is(b, 1, "TO") && !((is(b, 1, "WORK") || is(b, 1, "TRANSACTION")) && is(b, 2, "TO"));
	if (is(b, 0, "BEGIN") || is(b, 0, "COMMIT") || is(b, 0, "END") || is(b, 0, "ABORT"))
		return true;
	return (is(b, 0, "START") || is(b, 0, "PREPARE")) && is(b, 1, "TRANSACTION");
}

/* Nothing is said but that one begins (ends): it is the transaction in which a migration runs anyway. */
static bool is_plain(const struct beginning *b, bool is_begin)
{
	bool is_it = is_begin ? is(b, 0, "BEGIN") || is(b, 0, "START") : is(b, 0, "COMMIT") || is(b, 0, "END");
	bool has_noun = is(b, 1, "WORK") || is(b, 1, "TRANSACTION");
	const char *behind = parse_skip_blank(b->rest, b->end);
	char word[16];
	if (has_noun)
		behind = parse_skip_blank(parse_take_word(behind, b->end, word), b->end);
	return is_it && behind == b->end;
}

/* --- statements that cannot run in a transaction ---------------------------------------------------------------------- */

static bool is_reindex_outside(const struct beginning *b)
{
	const char *s = parse_skip_blank(b->rest, b->end);
	char object[16];
	if (s < b->end && *s == '(') {
		const char *close = memchr(s, ')', (size_t)(b->end - s));
		if (!close)
			return false;
		if (parse_has_word(s, close, "CONCURRENTLY"))
			return true;
		s = parse_skip_blank(close + 1, b->end);
	}
	s = parse_take_word(s, b->end, object);
	char next[16];
	parse_take_word(parse_skip_blank(s, b->end), b->end, next);
	return strcmp(object, "DATABASE") == 0 || strcmp(object, "SYSTEM") == 0 || strcmp(object, "SCHEMA") == 0 ||
	       strcmp(next, "CONCURRENTLY") == 0;
}

/* WITH (create_slot = false), WITH (connect = off) */
static bool is_off(const struct beginning *b, const char *option)
{
	const char *s = find(b, option);
	char word[16];
	if (!s)
		return false;
	s = parse_skip_blank(s, b->end);
	if (s < b->end && *s == '=')
		s = parse_skip_blank(s + 1, b->end);
	if (s < b->end && *s == '\'')
		s++;
	if (s < b->end && *s == '0')
		return true;
	parse_take_word(s, b->end, word);
	return strcmp(word, "FALSE") == 0 || strcmp(word, "OFF") == 0;
}

/* Procedures that commit on their way. */
static bool is_committing_call(const struct beginning *b)
{
	static const char *const names[] = {"refresh_continuous_aggregate", "run_job", "recompress_chunk", "convert_to_columnstore",
	    "convert_to_rowstore", "cagg_migrate"};
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		const char *behind = find(b, names[i]);
		if (behind && behind < b->end && *parse_skip_blank(behind, b->end) == '(')
			return true;
	}
	return false;
}

static const char *create_outside(const struct beginning *b)
{
	int i = is(b, 1, "UNIQUE") ? 2 : 1;
	if (is(b, i, "INDEX"))
		return is(b, i + 1, "CONCURRENTLY") ? "CREATE INDEX CONCURRENTLY"
		       : find(b, "timescaledb.transaction_per_chunk") ? "CREATE INDEX with transaction_per_chunk"
		                                                      : NULL;
	if (is(b, 1, "DATABASE"))
		return "CREATE DATABASE";
	if (is(b, 1, "TABLESPACE"))
		return "CREATE TABLESPACE";
	if (is(b, 1, "SUBSCRIPTION"))
		return is_off(b, "create_slot") || is_off(b, "connect") ? NULL : "CREATE SUBSCRIPTION";
	if (is(b, 1, "MATERIALIZED") && find(b, "timescaledb.continuous")) {
		const char *data = find(b, "no data");
		return data ? NULL : "CREATE MATERIALIZED VIEW with data of a continuous aggregate";
	}
	return NULL;
}

static const char *alter_outside(const struct beginning *b, int server_version)
{
	if (is(b, 1, "SYSTEM"))
		return "ALTER SYSTEM";
	if (is(b, 1, "DATABASE"))
		return has(b, "SET") && has(b, "TABLESPACE") ? "ALTER DATABASE SET TABLESPACE" : NULL;
	if (is(b, 1, "TYPE"))
		return server_version > 0 && server_version < 120000 && has(b, "ADD") && has(b, "VALUE") ? "ALTER TYPE ADD VALUE"
		                                                                                        : NULL;
	if (is(b, 1, "SUBSCRIPTION"))
		return has(b, "PUBLICATION") && !is_off(b, "refresh") ? "ALTER SUBSCRIPTION" : NULL;
	if (is(b, 1, "TABLE"))
		return has(b, "DETACH") && has(b, "PARTITION") && has(b, "CONCURRENTLY") ? "DETACH PARTITION CONCURRENTLY" : NULL;
	return NULL;
}

static const char *outside(const struct beginning *b, int server_version)
{
	if (is(b, 0, "CREATE"))
		return create_outside(b);
	if (is(b, 0, "ALTER"))
		return alter_outside(b, server_version);
	if (is(b, 0, "DROP"))
		return is(b, 1, "DATABASE")                               ? "DROP DATABASE"
		       : is(b, 1, "TABLESPACE")                           ? "DROP TABLESPACE"
		       : is(b, 1, "SUBSCRIPTION")                         ? "DROP SUBSCRIPTION"
		       : is(b, 1, "INDEX") && is(b, 2, "CONCURRENTLY") ? "DROP INDEX CONCURRENTLY"
		                                                          : NULL;
	if (is(b, 0, "VACUUM"))
		return "VACUUM";
	if (is(b, 0, "REINDEX"))
		return is_reindex_outside(b) ? "REINDEX" : NULL;
	if (is(b, 0, "CLUSTER"))
		return parse_skip_blank(b->rest, b->end) == b->end || (is(b, 1, "VERBOSE") && !b->words[2][0]) ? "CLUSTER of all tables"
		                                                                                               : NULL;
	if (is(b, 0, "DISCARD"))
		return is(b, 1, "ALL") ? "DISCARD ALL" : NULL;
	if (is(b, 0, "CALL"))
		return is_committing_call(b) ? "CALL of a procedure that commits" : NULL;
	return NULL;
}

void statements_outside_word(const char *statement, const char *end, int server_version, char word[48])
{
	struct beginning b;
	begin(statement, end, &b);
	const char *found = outside(&b, server_version);
	snprintf(word, 48, "%s", found ? found : "");
}

/* --- looking at a whole text --------------------------------------------------------------------------------------- */

static bool is_telling_word(const char *word)
{
	static const char *const words[] = {"BEGIN", "COMMIT", "END", "ROLLBACK", "ABORT", "START", "PREPARE", "COPY",
	    "CONCURRENTLY", "VACUUM", "DATABASE", "TABLESPACE", "SYSTEM", "SUBSCRIPTION", "CLUSTER", "REINDEX", "DISCARD", "CALL",
	    "TIMESCALEDB", "VALUE"};
	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
		if (strcmp(word, words[i]) == 0)
			return true;
	return false;
}

/* Most migrations hold nothing of this, and the parser need not be opened for them. What could leave a quote or a comment open goes to it
 * too: such a text must not stand in one message with another. */
static bool is_suspect(const char *sql)
{
	char word[16];
	const char *end = sql + strlen(sql);
	int quotes = 0, names = 0;
	bool has_comment = false;
	while (sql < end) {
		const char *next = parse_take_word(sql, end, word);
		if (next > sql) {
			if (is_telling_word(word))
				return true;
			sql = next;
			continue;
		}
		quotes += *sql == '\'';
		names += *sql == '"';
		has_comment = has_comment || (*sql == '-' && sql[1] == '-');
		if (*sql == '\\' || *sql == '$' || (*sql == '/' && sql[1] == '*'))
			return true;
		sql++;
	}
	return quotes % 2 != 0 || names % 2 != 0 || (quotes && names) || (has_comment && (quotes || names));
}

static void note(struct statements_finding *finding, const char *word, size_t offset)
{
	if (finding->is_there)
		return;
	finding->is_there = true;
	finding->offset = offset;
	snprintf(finding->word, sizeof finding->word, "%s", word);
}

static void judge(const char *sql, const struct parse *cuts, int server_version, struct statements *out)
{
	int count = 0;
	for (int i = 0; i < cuts->count; i++) {
		struct beginning b;
		size_t at = cuts->statements[i].begin;
		begin(sql + at, sql + cuts->statements[i].end, &b);
		const char *cannot = outside(&b, server_version);
		if (cannot)
			note(&out->outside, cannot, at);
		if (is(&b, 0, "COPY") && has(&b, "FROM") && has(&b, "STDIN"))
			note(&out->psql, "COPY FROM STDIN", at);
		if (!is_transaction(&b))
			continue;
		note(&out->transaction, b.words[0], at);
		bool is_first = i == 0 && is_plain(&b, true), is_last = i > 0 && i == cuts->count - 1 && is_plain(&b, false);
		if (is_first || is_last) {
			out->wrap[is_last ? 2 : 0] = at;
			out->wrap[is_last ? 3 : 1] = cuts->statements[i].end;
		}
		count += is_first || is_last ? 1 : 100;
	}
	out->is_wrapped = count == 2;
}

/* --- what only psql understands ------------------------------------------------------------------------------------ */

static void blank(char *from, const char *to)
{
	for (; from < to; from++)
		if (*from != '\n' && *from != '\r')
			*from = ' ';
}

/* The data of a COPY, to behind its end mark. */
static char *end_of_data(char *s)
{
	while (*s) {
		size_t length = strcspn(s, "\n");
		bool is_mark = strncmp(s, "\\.", 2) == 0 && strspn(s + 2, " \t\r") + 2 >= length;
		s += length + (s[length] == '\n');
		if (is_mark)
			break;
	}
	return s;
}

/* The text before ends with COPY ... FROM STDIN, so what the parser stumbled over is its data. */
static bool is_behind_copy(const char *sql, size_t offset, size_t *copy, size_t *data)
{
	char *before = mem_copy_n(sql, offset);
	struct parse cuts;
	parse_text(before, false, &cuts);
	bool is_it = cuts.count > 0 && cuts.how != PARSE_UNCUT;
	if (is_it) {
		const struct parse_statement *last = &cuts.statements[cuts.count - 1];
		struct beginning b;
		begin(before + last->begin, before + last->end, &b);
		is_it = is(&b, 0, "COPY") && has(&b, "FROM") && has(&b, "STDIN") && strchr(before + last->end, ';') != NULL;
		*copy = last->begin;
		*data = last->end + 1;
	}
	parse_done(&cuts);
	mem_free(before);
	return is_it;
}

/* Blanks out one piece that is psql's; false: there is none where the parser stumbled. */
static bool take_out(char *sql, const struct parse *cuts, struct statements *out)
{
	char *at = sql + cuts->error_offset;
	size_t copy = 0, data = 0;
	if (cuts->error && is_behind_copy(sql, cuts->error_offset, &copy, &data)) {
		note(&out->psql, "COPY FROM STDIN", copy);
		char *from = sql + data + strcspn(sql + data, "\n");
		/* The statement too: its own data are gone. */
		blank(sql + copy, end_of_data(*from ? from + 1 : from));
		return true;
	}
	if (!cuts->error || *at != '\\')
		return false;
	char word[48] = "";
	size_t length = strcspn(at + 1, " \t\r\n\\") + 1;
	snprintf(word, sizeof word, "%.*s", (int)(length < sizeof word ? length : sizeof word - 1), at);
	note(&out->psql, word, (size_t)(at - sql));
	blank(at, at + strcspn(at, "\n"));
	*at = ';'; /* \gset and the like end the statement before them */
	return true;
}

/* Cuts what is left once psql's own is taken out, so that the rest is judged as ever. */
static void cut_around(char *sql, struct parse *cuts, struct statements *out)
{
	for (int i = 0; i < PSQL_PIECES_MAX && cuts->how != PARSE_TREE && cuts->how != PARSE_ABSENT; i++) {
		if (!take_out(sql, cuts, out))
			return;
		parse_done(cuts);
		parse_text(sql, false, cuts);
	}
}

void statements_read(const char *sql, int server_version, struct statements *out)
{
	struct parse cuts;
	memset(out, 0, sizeof *out);
	if (!is_suspect(sql))
		return;
	parse_text(sql, false, &cuts);
	char *rest = NULL;
	if (cuts.error) {
		rest = mem_copy(sql);
		cut_around(rest, &cuts, out);
	}
	out->is_unknown = cuts.how != PARSE_TREE && cuts.how != PARSE_SCANNED;
	judge(rest ? rest : sql, &cuts, server_version, out);
	parse_done(&cuts);
	mem_free(rest);
}

bool statements_locate(const char *sql, int number, size_t *offset)
{
	struct parse cuts;
	parse_text(sql, false, &cuts);
	bool is_found = cuts.how == PARSE_TREE && number >= 0 && number < cuts.count;
	if (is_found)
		*offset = cuts.statements[number].begin;
	parse_done(&cuts);
	return is_found;
}
