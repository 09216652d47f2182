/* What the files of src/commands share; nobody else includes it. */
#ifndef PGTEND_COMMANDS_INTERNAL_H
#define PGTEND_COMMANDS_INTERNAL_H

#include "pgtend/commands/command.h"

struct option_values {
	const struct verb_option *option;
	struct words values; /* a flag has one empty value */
};

struct command {
	const struct verb *verb;
	struct option_values *options; /* those that were given */
	int option_count;
	char *item;                  /* which of verb->item; NULL */
	struct words words;          /* what follows the databases */
	struct database **databases; /* as named; none for VERB_NO_DATABASE */
	int database_count;
	bool is_all;
	bool wants_help;
	bool wants_whole_help; /* of the verb with all its subverbs */
};

/* --- options.c ------------------------------------------------------------------------------- */

/* Those that many verbs share; name NULL ends. */
extern const struct verb_option common_options[];
/* The verb's own option or a common one that makes sense for it; NULL. verb NULL: any verb's, for words that come before the verb. */
const struct verb_option *option_find(const struct verb *verb, const char *name);
/* Whether the word behind option `name` is its value, where only the verb's name is known, or (NULL) not even that. An option that is a flag of one verb
 * and takes a value of another takes `next` as its value there, unless that is a verb: "--drop restore core", "--drop public.i migrate repair core". */
bool option_takes_value(const char *verb, const char *name, const char *next);
/* The i-th option of a verb, its own first; NULL at the end. */
const struct verb_option *option_at(const struct verb *verb, int i);
/* Checks a value against the option's type; err (ERR_USAGE) says what is expected. */
PGTEND_CHECK bool option_check(const struct verb_option *option, const char *value, struct err *err);

/* --- verbs.c --------------------------------------------------------------------------------- */

/* Names of verbs without doubles, in the table's order. The words are copied. */
void verb_names(struct words *names);
void verb_subverbs(const char *name, struct words *subverbs);
bool verb_is_name(const char *name);
const struct verb *verb_row(const char *name, const char *subverb); /* NULL: no such row */
char *verb_title(const struct verb *verb);                          /* "migrate up"; caller frees */
bool verb_acts_on_databases(const struct verb *verb);
/* "'statsu' is no verb; did you mean 'status'?" */
bool verb_unknown(const char *name, struct err *err);
bool verb_unknown_subverb(const char *name, const char *subverb, struct err *err);
/* "pgtend migrate up [DATABASE...|all] [--count N]"; caller frees */
char *verb_usage(const struct verb *verb);

/* --- help.c: pieces that the manual page uses too --------------------------------------------- */

extern const struct verb_option program_options[]; /* pgtend's own; the name holds the value's word; name NULL ends */
const char *verb_databases_words(const struct verb *verb); /* NULL: it takes none */
char *verb_guard_words(const struct verb *verb);           /* caller frees */
char *verb_exit_words(const struct verb *verb);            /* caller frees */
char *option_words(const struct verb_option *option);      /* "--count N"; caller frees */

/* --- resolve.c -------------------------------------------------------------------------------- */

/* The words that are no options: databases as the verb takes them, then further words. */
PGTEND_CHECK bool command_take_positionals(
    struct command *command, const struct fleet *fleet, struct words *rest, struct database *selected, struct err *err);

/* --- split.c --------------------------------------------------------------------------------- */

/* Puts what [alias] says in the place of the first word. */
PGTEND_CHECK bool alias_expand(const struct fleet *fleet, struct words *words, struct err *err);

#endif
