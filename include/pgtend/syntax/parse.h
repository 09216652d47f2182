/* syntax/parse.h - a text as PostgreSQL's own parser reads it (libpg_query, opened on need: 15 in Debian 12).
 *
 * Owns: cutting a text into statements, and their trees. Knows nothing of migrations. Text that is newer than the parser is cut by its
 * scanner, which cannot cut BEGIN ATOMIC bodies: such a text is not cut at all, and neither is one that is not UTF-8.
 */
#ifndef PGTEND_SYNTAX_PARSE_H
#define PGTEND_SYNTAX_PARSE_H

#include <stdbool.h>
#include <stddef.h>

#include <jansson.h>

enum parse_how {
	PARSE_TREE,    /* the parser understood all of it */
	PARSE_SCANNED, /* the scanner cut it; each statement that the parser understands by itself has its tree all the same */
	PARSE_UNCUT,   /* neither: no statements */
	PARSE_ABSENT,  /* the library is not on this machine */
};
struct parse_statement {
	size_t begin, end; /* bytes of the text, from the first word to behind the last one, without the semicolon */
	/* {"CreateStmt": {...}} as libpg_query's JSON has it; borrowed; its "location" fields are bytes of the text (libpg_query leaves
	 * out one that is 0 in its statement). NULL: trees were not asked for, newer than the parser, longer than 256 KB, nested too deeply, or data in bulk
	 * (more than 1 MB of INSERT, VALUES, SELECT, UPDATE, DELETE). */
	json_t *tree;
};
struct parse {
	enum parse_how how;
	struct parse_statement *statements;
	int count;
	char *error;         /* what the parser said; NULL */
	size_t error_offset; /* byte of the text */
	json_t *root;        /* owns the trees */
};
/* Cuts the text; trees only when asked for (they cost ten times the cutting). Never fails: `how` tells. */
void parse_text(const char *sql, bool wants_trees, struct parse *parse);
void parse_done(struct parse *parse);
/* "CreateStmt", and its fields; NULL: no tree. Borrowed. */
const char *parse_node(const struct parse_statement *statement, const json_t **fields);
/* What PL/pgSQL's own parser makes of one DO or CREATE FUNCTION statement; NULL: it does not read it. Caller decrefs. */
json_t *parse_plpgsql(const char *statement);
/* false: the byte stands within a string, a quoted name, a body in dollars or a block comment. In a line comment: true. */
bool parse_is_code(const char *sql, size_t offset);
/* Nothing but blanks and comments between the last COPY data before `end` and that. psql (15) takes all that follows an empty statement there
 * for nothing. */
bool parse_is_behind_data(const char *sql, const char *end);

/* Words of a statement, for what must be told without a tree. */
const char *parse_skip_blank(const char *s, const char *end);                /* behind blanks and comments (which nest) */
const char *parse_take_word(const char *s, const char *end, char word[16]); /* in capitals, cut at 15; returns behind it */
bool parse_has_word(const char *s, const char *end, const char *wanted);     /* anywhere, also in comments and strings */

#endif
