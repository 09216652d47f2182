/* What stands on standard output when a command has ended. Used by oneshot.c alone. */
#ifndef PGTEND_CLI_RESULTS_H
#define PGTEND_CLI_RESULTS_H

#include "pgtend/cli/print.h"
#include "pgtend/commands/command.h"

/* help and --dry-run: what the verb says is its result, not a message on the way to one. */
bool results_log_is_result(const struct command *command);
void results_add(struct text *out, const struct command_run *run, const struct print_style *style);

#endif
