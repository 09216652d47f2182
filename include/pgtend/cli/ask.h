/* cli/ask.h - a question on the terminal, answered by a whole line, while the loop runs on.
 *
 * Owns: /dev/tty while it asks. What was typed before the question is thrown away.
 */
#ifndef PGTEND_CLI_ASK_H
#define PGTEND_CLI_ASK_H

#include "pgtend/core/text.h"
#include "pgtend/loop/loop.h"

struct cli_ask; /* opaque: a question on its way */
/* typed: the line without its end; NULL: the terminal is gone or the user ended it (Ctrl-D). */
typedef void (*cli_ask_fn)(const char *typed, void *arg);

/* Shows the lines and the question (made visible here). NULL: there is no terminal to ask on. It frees itself before fn is called. */
struct cli_ask *cli_ask_start(
    struct loop *loop, const struct words *lines, const char *question, cli_ask_fn fn, void *arg);
/* fn will not be called. */
void cli_ask_cancel(struct cli_ask *ask);

#endif
