/* What the verbs of maintenance share. */
#include "maintaining.h"

#include "pgtend/core/units.h"

struct maintain_options maintaining_options(const struct action *action, bool is_dry_run)
{
	struct maintain_options options = {
	    .tables = command_option_all(action->command, "--table"),
	    .budget_s = -1,
	    .is_dry_run = is_dry_run,
	};
	const char *budget = command_option(action->command, "--budget");
	double seconds;
	if (budget != NULL && units_parse_duration_s(budget, &seconds))
		options.budget_s = seconds;
	return options;
}
