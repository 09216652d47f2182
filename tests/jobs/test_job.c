#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "pgtend/jobs/job.h"

struct heard {
	int count;
	const struct job *last;
	enum job_state state;
};

static void hear(const struct event *event, void *arg)
{
	struct heard *heard = arg;
	assert_int_equal(event->kind, EVENT_JOB);
	heard->count++;
	heard->last = event->subject;
	heard->state = heard->last->state;
}

static void numbers_go_up(void **state)
{
	(void)state;
	struct job *first = job_new(NULL, "vacuum core", NULL), *second = job_new(NULL, "vacuum atriz", NULL);
	assert_int_equal(second->number, first->number + 1);
	assert_string_equal(first->title, "vacuum core");
	assert_int_equal(first->state, JOB_WAITING);
	job_free(first);
	job_free(second);
}

static void every_change_is_news(void **state)
{
	(void)state;
	struct heard heard = {0};
	struct event_bus *bus = event_bus_new();
	event_subscribe(bus, hear, &heard);
	struct job *job = job_new(bus, "backup core", NULL);
	job_begin(job);
	assert_int_equal(heard.count, 1);
	assert_ptr_equal(heard.last, job);
	assert_int_equal(heard.state, JOB_RUNNING);
	report_progress(&job->report, 3, 8, "bytes");
	report_log(&job->report, "dumped %d tables", 3);
	assert_int_equal(heard.count, 3);
	struct err err = {0};
	(void)err_set(&err, ERR_FAILED, "disk full");
	job_end(job, JOB_FAILED, &err);
	assert_int_equal(heard.count, 4);
	assert_int_equal(heard.state, JOB_FAILED);
	assert_string_equal(job->err.text, "disk full");
	assert_true(job->ended_us >= job->started_us && job->started_us > 0);
	job_free(job);
	event_bus_free(bus);
}

static void one_that_never_began_took_no_time(void **state)
{
	(void)state;
	struct job *job = job_new(NULL, "clean core", NULL);
	job_end(job, JOB_CANCELLED, NULL);
	assert_true(job->ended_us == job->started_us);
	assert_int_equal(job->err.kind, ERR_NONE);
	job_free(job);
}

static void states_have_words(void **state)
{
	(void)state;
	assert_string_equal(job_state_word(JOB_WAITING), "waiting");
	assert_string_equal(job_state_word(JOB_RUNNING), "running");
	assert_string_equal(job_state_word(JOB_DONE), "done");
	assert_string_equal(job_state_word(JOB_SKIPPED), "skipped");
	assert_string_equal(job_state_word(JOB_FAILED), "failed");
	assert_string_equal(job_state_word(JOB_CANCELLED), "cancelled");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(numbers_go_up),
	    cmocka_unit_test(every_change_is_news),
	    cmocka_unit_test(one_that_never_began_took_no_time),
	    cmocka_unit_test(states_have_words),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
