/* src/restore/plain_private.h - what plain.c (the text) and plain_statement.c (what a statement says) share. */
#ifndef PGTEND_RESTORE_PLAIN_PRIVATE_H
#define PGTEND_RESTORE_PLAIN_PRIVATE_H

#include "plain.h"

enum plain_state {
	PLAIN_SQL,
	PLAIN_COMMENT, /* between slash-star and star-slash, which nest */
	PLAIN_QUOTE,   /* '...' */
	PLAIN_NAME,    /* "..." */
	PLAIN_DOLLAR,  /* $tag$...$tag$ */
	PLAIN_DATA,    /* behind COPY ... FROM stdin */
};

struct plain_token {
	char *text;
	char kind; /* 'w' word, 'n' quoted name, 's' text in quotes, else the sign itself */
};

enum { PLAIN_MOST_TOKENS = 4000, PLAIN_MOST_HELD = 1 << 20, PLAIN_MOST_NAME = 256 };

struct plain {
	struct plain_options options;
	struct plain_facts facts;

	/* the text */
	struct text line; /* what came of a line without its end */
	enum plain_state state;
	int depth; /* of comments */
	bool has_backslash, is_backslash_on; /* of this quote; of all quotes: standard_conforming_strings is off */
	struct text tag; /* of this dollar quote, of any length */
	struct text quoted;

	/* the statement */
	bool is_in_statement;
	int64_t statement_line;
	int parens, atomic;
	struct plain_token *tokens;
	int token_count;
	bool is_held;     /* whether it goes through is not yet known: `held` is its text so far */
	struct text held;

	/* the rows */
	bool is_data_next; /* COPY FROM stdin: its rows begin with the next line */
	char *table;       /* "public.t" */
	int64_t table_rows;
	struct text mark;  /* the beginning of a line of rows, as long as it may be the end mark */

	/* what its maker says */
	bool is_complete, is_connected;
	char *dropped;     /* DROP DATABASE before its CREATE DATABASE */
};

bool plain_fail(const struct plain *plain, enum err_kind kind, int64_t line, struct err *err, const char *format, ...)
    PGTEND_PRINTF(5, 6);
/* Lets bytes go through, or holds them. */
PGTEND_CHECK bool plain_emit(struct plain *plain, const char *bytes, size_t length, struct err *err);
/* The line, without its end, is `what`. */
bool plain_is_line(const char *line, size_t length, const char *what);
/* plain_rows.c: as much of the bytes as are rows, up to the line \. with its end. */
PGTEND_CHECK bool plain_data(struct plain *plain, const char **bytes, size_t *length, struct err *err);
void plain_end_row(struct plain *plain);
/* After a token was added: may the statement go through at once? */
bool plain_is_plain(const struct plain *plain);
/* Whether it may go through unread because it is too long to hold: it alters something inside of the database. */
bool plain_may_be_long(const struct plain *plain);
/* At its end. *is_out: it goes through. */
PGTEND_CHECK bool plain_judge(struct plain *plain, bool *is_out, struct err *err);
/* A backslash outside of rows, quotes and comments, and the rest of its line. */
PGTEND_CHECK bool plain_meta(struct plain *plain, const char *at, size_t length, struct err *err);
void plain_tokens_clear(struct plain *plain);

#endif
