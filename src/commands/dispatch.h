/* The dispatcher's own parts: dispatch.c (begin, end), dispatch_ask.c (guards, previews, questions), dispatch_work.c (order, work). */
#ifndef PGTEND_COMMANDS_DISPATCH_H
#define PGTEND_COMMANDS_DISPATCH_H

#include "internal.h"
#include "pgtend/loop/task.h"

enum { MOST_AT_ONCE = 4 };

/* What the guard saw when it asked; the same must be met when the work begins. */
struct pin {
	bool is_set;
	bool is_absent; /* the database does not exist (yet) */
	struct identity identity;
};

/* One verb on one database (or on none), with what the dispatcher knows of it. */
struct slot {
	struct command_run *run;
	struct job *job;
	struct action action;
	struct task *task; /* while it prepares or works */
	char *expect;      /* the text that must be typed; NULL: nothing is asked */
	bool is_prepared;
	bool is_answered;
	bool is_ended;
	const char *answer; /* for the audit log; static */
	struct pin pin;
	bool is_good; /* what the task came to, and why not */
	struct err err;
};

enum run_phase { RUN_BEGIN, RUN_PREPARE, RUN_ASK, RUN_WORK, RUN_END };

struct command_run {
	struct fleet *fleet;
	struct command *command;
	enum guard_from from;
	struct command_callbacks callbacks;
	struct slot *slots;
	int slot_count;
	enum run_phase phase;
	int tasks; /* alive */
	bool is_cancelled;
	/* The question on its way. */
	struct ask ask;
	struct words ask_preview;
	char *ask_question;
	struct slot *asked; /* NULL with is_asking: one `y` for all that want it */
	bool is_asking;
};

/* --- dispatch.c */
void run_end_slot(struct slot *slot, bool is_good, const struct err *err); /* state, audit, news */
void run_end_as(struct slot *slot, enum job_state state, const struct err *err);
void run_refuse(struct slot *slot, const struct err *err); /* ends it, and all that have not begun with it */
void run_hold(struct slot *slot, int by);                                  /* 1 before it asks its databases anything, -1 afterwards */
void run_finish(struct command_run *run);                  /* when all slots have ended */
bool run_is_dry(const struct command_run *run);

/* --- dispatch_ask.c */
bool ask_check(struct command_run *run);   /* trust and guards, without a connection; false: refused, all have ended */
void ask_prepare(struct command_run *run); /* then asks, then works */
bool pin_check_wait(struct slot *slot, struct err *err);

/* --- dispatch_work.c */
void work_schedule(struct command_run *run);

#endif
