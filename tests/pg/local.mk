# tests of pg/. Programs that need a server are no test_*: the .test beside them starts what they need and runs them.
if HAVE_CMOCKA
check_PROGRAMS += \
	tests/pg/copy_live \
	tests/pg/fake_live \
	tests/pg/loss_live \
	tests/pg/pooled_live \
	tests/pg/refusal_live \
	tests/pg/session_live \
	tests/pg/tasks_live \
	tests/pg/test_client_tool \
	tests/pg/test_connect_error \
	tests/pg/test_quote \
	tests/pg/test_result
endif
tests_pg_test_client_tool_SOURCES = tests/pg/test_client_tool.c
tests_pg_test_client_tool_CFLAGS = $(AM_CFLAGS) $(TEST_CFLAGS)
tests_pg_test_client_tool_LDADD = $(TEST_LIBS)
tests_pg_test_connect_error_SOURCES = tests/pg/test_connect_error.c
tests_pg_test_connect_error_CFLAGS = $(AM_CFLAGS) $(TEST_CFLAGS)
tests_pg_test_connect_error_LDADD = $(TEST_LIBS)
tests_pg_test_quote_SOURCES = tests/pg/test_quote.c
tests_pg_test_quote_CFLAGS = $(AM_CFLAGS) $(TEST_CFLAGS)
tests_pg_test_quote_LDADD = $(TEST_LIBS)
tests_pg_test_result_SOURCES = tests/pg/test_result.c
tests_pg_test_result_CFLAGS = $(AM_CFLAGS) $(TEST_CFLAGS)
tests_pg_test_result_LDADD = $(TEST_LIBS)
tests_pg_loss_live_SOURCES = tests/pg/loss_live.c tests/pg/live.c tests/pg/live.h
tests_pg_loss_live_CFLAGS = $(AM_CFLAGS) $(TEST_CFLAGS)
tests_pg_loss_live_LDADD = $(TEST_LIBS)
tests_pg_refusal_live_SOURCES = tests/pg/refusal_live.c tests/pg/live.c tests/pg/live.h
tests_pg_refusal_live_CFLAGS = $(AM_CFLAGS) $(TEST_CFLAGS)
tests_pg_refusal_live_LDADD = $(TEST_LIBS)
tests_pg_session_live_SOURCES = tests/pg/session_live.c tests/pg/live.c tests/pg/live.h
tests_pg_session_live_CFLAGS = $(AM_CFLAGS) $(TEST_CFLAGS)
tests_pg_session_live_LDADD = $(TEST_LIBS)
tests_pg_tasks_live_SOURCES = tests/pg/tasks_live.c tests/pg/live.c tests/pg/live.h
tests_pg_tasks_live_CFLAGS = $(AM_CFLAGS) $(TEST_CFLAGS)
tests_pg_tasks_live_LDADD = $(TEST_LIBS)
tests_pg_copy_live_SOURCES = tests/pg/copy_live.c tests/pg/live.c tests/pg/live.h
tests_pg_copy_live_CFLAGS = $(AM_CFLAGS) $(TEST_CFLAGS)
tests_pg_copy_live_LDADD = $(TEST_LIBS)
tests_pg_fake_live_SOURCES = tests/pg/fake_live.c tests/pg/live.c tests/pg/live.h
tests_pg_fake_live_CFLAGS = $(AM_CFLAGS) $(TEST_CFLAGS)
tests_pg_fake_live_LDADD = $(TEST_LIBS)
tests_pg_pooled_live_SOURCES = tests/pg/pooled_live.c tests/pg/live.c tests/pg/live.h
tests_pg_pooled_live_CFLAGS = $(AM_CFLAGS) $(TEST_CFLAGS)
tests_pg_pooled_live_LDADD = $(TEST_LIBS)
EXTRA_DIST += tests/pg/fake.test tests/pg/fake_server.py tests/pg/loss.test tests/pg/pgbouncer.test tests/pg/session.test tests/lib/pgbouncer.sh
