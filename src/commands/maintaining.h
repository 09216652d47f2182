/* maintaining.h - what the verbs of maintenance share. */
#ifndef PGTEND_COMMANDS_MAINTAINING_H
#define PGTEND_COMMANDS_MAINTAINING_H

#include "acts.h"
#include "pgtend/maintain/maintain.h"

#define MAINTAIN_BUDGET_OPTION \
	{"--budget", OPTION_DURATION, "DURATION", false, "begin no further step after so long, and name what is left (key maintain_budget)"}
#define MAINTAIN_TABLE_OPTION \
	{"--table", OPTION_TABLE, "[SCHEMA.]NAME", true, "this table only"}

/* What stood on the line; is_dry_run as given. */
struct maintain_options maintaining_options(const struct action *action, bool is_dry_run);

#endif
