/* What the programs share that test sessions against a live server. Its address comes in the environment (tests/lib/postgres.sh). */
#ifndef TESTS_PG_LIVE_H
#define TESTS_PG_LIVE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

#include "pgtend/core/mem.h"
#include "pgtend/loop/loop.h"
#include "pgtend/loop/task.h"
#include "pgtend/pg/session.h"

extern struct loop *loop;

/* "$LIVE_URL" with what is added ("&options=..."). */
struct conninfo *live_info(const char *text);
struct session *live_session(const char *text, const struct session_options *options);
/* Turns the loop until it is true; false: it was not within that time. */
bool live_until(bool (*is_true)(const void *arg), const void *arg, int within_ms);
bool live_is_ready(const void *session);
bool live_is_failed(const void *session); /* back-off or dead */
void live_open(struct session *session); /* and waits until it is ready */
int64_t live_now_ms(void);

struct answer {
	struct result *result;
	struct err err;
	int count;
	int64_t took_ms, began_ms;
};
bool live_is_answered(const void *answer);
uint64_t live_submit(struct session *session, struct answer *answer, const char *sql, int deadline_ms, bool is_unwrapped);
/* Asks and waits on the loop. */
void live_ask(struct session *session, struct answer *answer, const char *sql, const char *const *params, int param_count, int deadline_ms);
void live_done(struct answer *answer);
/* The one value of a question. Caller frees. */
char *live_value(struct session *session, const char *sql);
#define assert_live_value(session, sql, wanted) \
	do { \
		char *live_got = live_value(session, sql); \
		assert_string_equal(live_got, wanted); \
		mem_free(live_got); \
	} while (0)

/* Signals a server and all its children. */
void live_signal_server(pid_t postmaster, int signal_number);

#endif
