/* probes/round.h - one round of questions: the due probes of one server, database or pooler, one after another through
 * one session, in a task. Private to probes/.
 */
#ifndef PGTEND_PROBES_ROUND_H
#define PGTEND_PROBES_ROUND_H

#include "pgtend/loop/task.h"
#include "pgtend/probes/probe.h"

struct round {
	struct probe_target target;
	struct session *session;
	struct database *learn;           /* whose session it is, for capabilities; NULL: a pooler */
	int64_t learned_us;               /* session_connected_us() of the connection in which it was learned; 0: none yet */
	const struct probe *due[FACT_COUNT];
	int due_count;
	int connect_deadline_ms;
	bool is_closing;                  /* close the session afterwards: its slot is wanted */
	bool is_running;
	struct task *task;
	void (*ended)(struct round *round, void *arg); /* on the loop; NULL */
	void *arg;
};

/* Where a probe's answer belongs for this target. */
struct facts *round_facts(const struct probe_target *target, const struct probe *probe);
void round_add(struct round *round, const struct probe *probe);
/* Starts the task. The round must stay where it is until `ended`. */
void round_start(struct round *round);
/* Closes its session, unless somebody asks through it. */
void round_close(struct round *round);
/* ended is still called. */
void round_cancel(struct round *round);

#endif
