/* acts.h - what the verbs share that act on hypertables. */
#ifndef PGTEND_COMMANDS_ACTS_H
#define PGTEND_COMMANDS_ACTS_H

#include "pgtend/commands/command.h"

/* A verb's work said in its log and its summary, as the lines to show before a question: `work` is called with is_dry_run and a report of its own.
 * With --dry-run the rows are the result. */
PGTEND_CHECK bool acts_preview(struct action *action,
    bool (*work)(const struct action *action, bool is_dry_run, struct report *report, struct err *err), struct err *err);
/* The same for a report that is there already, which it frees. */
void acts_show(struct action *action, struct report *report, bool is_good);
/* The three functions of a verb for whom its file has `work(action, what, is_dry_run, report, err)`. */
#define ACTS_VERB(word, what) \
	static bool word##_work(const struct action *action, bool is_dry_run, struct report *report, struct err *err) \
	{ \
		return work(action, what, is_dry_run, report, err); \
	} \
	static bool word##_preview(struct action *action, struct err *err) \
	{ \
		return acts_preview(action, word##_work, err); \
	} \
	static bool word##_run(struct action *action, struct err *err) \
	{ \
		return word##_work(action, false, action->report, err); \
	}
/* The job ID among the words. */
PGTEND_CHECK bool acts_job_id(const struct action *action, int64_t *job_id, struct err *err);
/* Facts about TimescaleDB of all databases of a reading verb, in action->report; those without the extension have none. */
PGTEND_CHECK bool acts_facts(struct action *action, enum fact fact, struct table *rows, struct err *err);

#endif
