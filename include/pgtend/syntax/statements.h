/* syntax/statements.h - what a migration's text would do to the transaction around it, found before it runs.
 *
 * PostgreSQL's own parser cuts the text (parse.h), the words with which a statement begins tell what it is; most texts hold none of these
 * words, and for them the parser is not even opened. Where nobody can cut the text it is not known, and the runner then watches the
 * transaction itself.
 */
#ifndef PGTEND_SYNTAX_STATEMENTS_H
#define PGTEND_SYNTAX_STATEMENTS_H

#include <stdbool.h>
#include <stddef.h>

struct statements_finding {
	bool is_there;
	char word[48]; /* "COMMIT", "CREATE INDEX CONCURRENTLY", "COPY FROM STDIN", "\gset" */
	size_t offset; /* byte of the text where it begins */
};
struct statements {
	bool is_unknown; /* no parser here, or a text that it cannot cut for certain: the findings may not be all */
	struct statements_finding transaction; /* the first BEGIN, COMMIT, ROLLBACK ... of its own */
	struct statements_finding outside;     /* the first that cannot run in a transaction */
	struct statements_finding psql;        /* the first command of psql's, or COPY FROM STDIN, whose data only psql can send */
	bool is_wrapped;                       /* BEGIN is its first statement, COMMIT its last, and no other is of that kind */
	size_t wrap[4];                        /* bytes of both: begin, end, begin, end */
};
/* server_version as server_version_num; 0: not known, a new one. */
void statements_read(const char *sql, int server_version, struct statements *statements);
/* It fails in a transaction: its words, "" when it does not. The statement without comments before it. */
void statements_outside_word(const char *statement, const char *end, int server_version, char word[48]);
/* Where statement `number` (from 0) of the text begins: for errors that the server gives no position. false: no parser
 * here, or the text is none it knows. */
bool statements_locate(const char *sql, int number, size_t *offset);

#endif
