/* gather.h - what the reading verbs share: facts of several databases as one table. */
#ifndef PGTEND_COMMANDS_GATHER_H
#define PGTEND_COMMANDS_GATHER_H

#include "pgtend/commands/command.h"

/* Adds the rows of one database's facts to `all`, with the database's section name in column `database`. */
void gather_rows(const struct database *database, const struct facts *facts, struct table *all);
/* Who did not answer: each failed one is a line of the log; true when all answered, else ERR_PARTIAL or the failure itself. */
PGTEND_CHECK bool gather_verdict(struct action *action, enum fact fact, struct err *err);

/* So many estimates are missing because pg_stats hides columns from the role: the hint has the GRANT that helps. 0: nothing. */
void gather_hint_hidden(struct action *action, const struct database *database, int hidden);

/* How long a verb waits that monitoring starts: its --timeout, else nine seconds, because plug-ins and scrapes are given ten. */
#define GATHER_TIMEOUT_OPTION \
	{"--timeout", OPTION_DURATION, "DURATION", false, "how long all answers may take (9s); what has not come by then is unknown"}
int gather_deadline_ms(const struct action *action);

#endif
