/* probes/collector.h - who asks what when: tiers, budgets, staleness. A question still running at the next tick means that the tick is skipped.
 */
#ifndef PGTEND_PROBES_COLLECTOR_H
#define PGTEND_PROBES_COLLECTOR_H

#include "pgtend/probes/probe.h"

/* Once, for one-shot verbs, in a task: asks the given facts (ended by FACT_COUNT) of the given databases, all servers at the same time; each failure stays in its facts' err. deadline_ms bounds the whole. */
void collect_wait(struct fleet *fleet, struct database *const *databases, int count, const enum fact *facts, int deadline_ms);

struct collector; /* opaque: the console's */
struct collector *collector_start(struct fleet *fleet, int refresh_ms);
void collector_stop(struct collector *collector);
void collector_set_refresh(struct collector *collector, int refresh_ms);
void collector_pause(struct collector *collector, bool is_paused);
/* Facts that somebody looks at (ended by FACT_COUNT): asked at each tick, whatever their tier, until others are watched. */
void collector_watch(struct collector *collector, const enum fact *facts);
/* Which database the panes show now: its local facts are asked each tick, the others' on the slow clock. NULL: none. */
void collector_focus(struct collector *collector, struct database *database);
/* Whether a pane with facts of the focused database itself, not of its server, is on the screen. While none is, it is asked as the others are and its
 * session is closed after the next round, within a minute. */
void collector_see(struct collector *collector, bool is_seen);
void collector_ask_now(struct collector *collector, struct database *database); /* key r, and after every action */

#endif
