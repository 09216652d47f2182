/* cli/arguments.h - argv: pgtend's own options taken out, the verb's words left in order.
 *
 * Own options may stand anywhere; behind `--` nothing is an option.
 */
#ifndef PGTEND_CLI_ARGUMENTS_H
#define PGTEND_CLI_ARGUMENTS_H

#include "pgtend/config/config.h"
#include "pgtend/core/err.h"
#include "pgtend/core/text.h"

enum colour_wish { COLOUR_AUTO, COLOUR_ALWAYS, COLOUR_NEVER };

struct arguments {
	struct config_options config;
	char *file; /* owns config.file */
	enum colour_wish colour;
	bool has_no_mouse, is_ascii;
	bool wants_version, wants_help;
	bool is_completing; /* --complete-words LINE CURSOR, asked by the shells' completion */
	struct words rest;  /* the verb and its words */
};

/* Copies what it keeps. err: ERR_USAGE. To be done in either case. */
PGTEND_CHECK bool arguments_read(struct arguments *arguments, int argc, char **argv, struct err *err);
void arguments_done(struct arguments *arguments);

#endif
