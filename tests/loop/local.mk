# tests of loop/
if HAVE_CMOCKA
check_PROGRAMS += tests/loop/test_child tests/loop/test_loop tests/loop/test_resolve tests/loop/test_task tests/loop/test_work
endif
tests_loop_test_child_SOURCES = tests/loop/test_child.c
tests_loop_test_child_CFLAGS = $(AM_CFLAGS) $(TEST_CFLAGS)
tests_loop_test_child_LDADD = $(TEST_LIBS)
tests_loop_test_loop_SOURCES = tests/loop/test_loop.c
tests_loop_test_loop_CFLAGS = $(AM_CFLAGS) $(TEST_CFLAGS)
tests_loop_test_loop_LDADD = $(TEST_LIBS)
tests_loop_test_resolve_SOURCES = tests/loop/test_resolve.c
tests_loop_test_resolve_CFLAGS = $(AM_CFLAGS) $(TEST_CFLAGS)
tests_loop_test_resolve_LDADD = $(TEST_LIBS)
tests_loop_test_task_SOURCES = tests/loop/test_task.c
tests_loop_test_task_CFLAGS = $(AM_CFLAGS) $(TEST_CFLAGS)
tests_loop_test_task_LDADD = $(TEST_LIBS)
tests_loop_test_work_SOURCES = tests/loop/test_work.c
tests_loop_test_work_CFLAGS = $(AM_CFLAGS) $(TEST_CFLAGS)
tests_loop_test_work_LDADD = $(TEST_LIBS)
