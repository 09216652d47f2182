/* cli/words.h - completion for the shells: what `pgtend --complete-words LINE CURSOR` answers. */
#ifndef PGTEND_CLI_WORDS_H
#define PGTEND_CLI_WORDS_H

#include "pgtend/cli/arguments.h"
#include "pgtend/fleet/fleet.h"

/* The line up to the cursor as a prompt line: without the program's name and pgtend's own options, which are read into *typed. NULL: nothing can be completed there. Caller frees. */
char *words_of_shell(const struct words *asked, struct arguments *typed);
/* Candidates for the word at the line's end, pgtend's own options with them. */
void words_candidates(const struct fleet *fleet, const char *line, struct words *candidates);

#endif
