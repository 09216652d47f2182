/* The locks of steps that commit by themselves (CREATE INDEX CONCURRENTLY, psql's files), seen from a session beside
 * them. See rehearse_internal.h. */
#include <string.h>

#include "pgtend/core/mem.h"
#include "pgtend/loop/task.h"
#include "pgtend/sql_embedded.h"
#include "rehearse_internal.h"

enum { PAUSE_MS = 2, PAUSE_LATER_MS = 50, SOON = 500 };

struct sampler {
	struct scratch *scratch;
	struct task *task, *waiter;
	struct words seen;
	bool is_ready, is_stopping, is_over;
};

static void note(struct sampler *sampler, const struct result *r)
{
	for (int i = 0; i < result_rows(r); i++) {
		char *word = mem_format("%s %s", result_text(r, i, 0), result_text(r, i, 1));
		if (!words_has(&sampler->seen, word))
			words_add(&sampler->seen, word);
		mem_free(word);
	}
}

/* Often in the beginning, where a small table's locks are over in a moment. */
static void sample(void *arg)
{
	struct sampler *sampler = arg;
	struct err trouble = {0};
	struct session *session = scratch_session(sampler->scratch, &trouble);
	for (int i = 0; session && !sampler->is_stopping; i++) {
		struct result *r = NULL;
		bool is_asked =
		    session_query_wait(session, sql_rehearse_sample, NULL, 0, SCRATCH_DEADLINE_MS, &r, &trouble);
		if (is_asked)
			note(sampler, r);
		result_free(r);
		if (!is_asked)
			break;
		if (!sampler->is_ready) {
			sampler->is_ready = true;
			task_wake(sampler->waiter);
		}
		task_sleep(i < SOON ? PAUSE_MS : PAUSE_LATER_MS);
	}
	if (session)
		session_free(session);
}

static void over(void *arg)
{
	struct sampler *sampler = arg;
	sampler->is_over = true;
	task_wake(sampler->waiter);
}

struct sampler *sampler_start(struct scratch *scratch)
{
	struct sampler *sampler = MEM_NEW(struct sampler);
	sampler->scratch = scratch;
	sampler->waiter = task_self();
	sampler->task = task_start(scratch->fleet->loop, sample, over, sampler);
	while (!sampler->is_ready && !sampler->is_over)
		task_wait();
	return sampler;
}

void sampler_stop(struct sampler *sampler, struct words *samples)
{
	if (!sampler)
		return;
	sampler->is_stopping = true;
	if (!sampler->is_over)
		task_wake(sampler->task);
	while (!sampler->is_over)
		task_wait();
	if (samples) {
		*samples = sampler->seen;
		sampler->seen = (struct words){0};
	}
	words_done(&sampler->seen);
	mem_free(sampler);
}
