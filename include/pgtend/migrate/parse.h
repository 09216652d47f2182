/* migrate/parse.h - a text as PostgreSQL's own parser reads it (libpg_query, opened on need: 15 in Debian 12).
 *
 * Owns: cutting a text into statements, and their trees. Knows nothing of migrations. Text that is newer than the parser is cut by its
 * scanner, which cannot cut BEGIN ATOMIC bodies and CREATE SCHEMA with elements: such a text is not cut at all.
 */
#ifndef PGTEND_MIGRATE_PARSE_H
#define PGTEND_MIGRATE_PARSE_H

#include <stdbool.h>
#include <stddef.h>

#include <jansson.h>

enum parse_how {
	PARSE_TREE,    /* the parser understood all of it */
	PARSE_SCANNED, /* the scanner cut it: statements without trees */
	PARSE_UNCUT,   /* neither: no statements */
	PARSE_ABSENT,  /* the library is not on this machine */
};
struct parse_statement {
	size_t begin, end; /* bytes of the text, from the first word to behind the last one, without the semicolon */
	/* {"CreateStmt": {...}} as libpg_query's JSON has it; borrowed; NULL unless PARSE_TREE. Its "location" fields are bytes of the text. */
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

#endif
