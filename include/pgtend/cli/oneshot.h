/* cli/oneshot.h - one command from the shell: run, asked for, printed, its exit status.
 *
 * Results go to standard output at the end; progress, log lines, errors and hints to standard error as they come.
 */
#ifndef PGTEND_CLI_ONESHOT_H
#define PGTEND_CLI_ONESHOT_H

#include "pgtend/cli/arguments.h"
#include "pgtend/commands/command.h"

/* Takes over the command, runs the fleet's loop until it has ended. Returns the exit status of DESIGN 2, also 130, 143, 129 after a signal. */
int oneshot_run(struct fleet *fleet, struct command *command, enum colour_wish colour);
/* Writes all of it to standard output; on failure says why in one line on standard error and returns 1, else 0. */
int oneshot_write(const char *text);
/* "pgtend: WHERE: TEXT (HINT)" on standard error; where may be NULL. */
void oneshot_error(const char *where, const struct err *err);

/* The row of an acting verb in JSON and CSV. */
extern const struct table_shape job_shape;

#endif
