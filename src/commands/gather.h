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
/* Facts of servers: each server once, asked through the first of the databases that were named. The rows have column `server` in front (its
 * label). Caller frees. facts ends with FACT_COUNT. */
struct table *gather_servers(struct action *action, const enum fact *facts, enum fact shown, const struct table_shape *shape);
/* The first database of each server among those that were named; the array holds as many as were named. Returns how many servers. */
int gather_first_of_servers(const struct action *action, struct database **first);
/* As gather_verdict(), where a server that lacks all of it is skipped when others were asked too. */
PGTEND_CHECK bool gather_server_verdict(struct action *action, enum fact fact, struct err *err);
/* Where a cell of these rows, which servers told, is missing for a privilege: a hint with the GRANT that would show it, to the role that asked that server. */
void gather_hint_grant(struct action *action, const struct table *rows, const char *granted);
/* The same of one database, whose own role asked; that a cell is missing the caller knows. */
void gather_hint_grant_in(struct action *action, const struct database *database, const char *granted);

/* Rates want two looks: how far they are apart. */
#define GATHER_INTERVAL_OPTION {"--interval", OPTION_DURATION, "DURATION", false, "time between the two looks that rates are made of (1s); 0s: one look, no rates"}
PGTEND_CHECK bool gather_interval_ms(const struct action *action, int *interval_ms, struct err *err);
/* A server that cannot tell says so: alone it is a failure, among others it is skipped, in the log. */
PGTEND_CHECK bool gather_unsupported(struct action *action, enum capability capability, struct err *err);

/* How long a verb waits that monitoring starts: its --timeout, else nine seconds, because plug-ins and scrapes are given ten. */
#define GATHER_TIMEOUT_OPTION \
	{"--timeout", OPTION_DURATION, "DURATION", false, "how long all answers may take (9s); what has not come by then is unknown"}
int gather_deadline_ms(const struct action *action);

#endif
