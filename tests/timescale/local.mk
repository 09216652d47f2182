# tests of timescale/
if HAVE_CMOCKA
check_PROGRAMS += tests/timescale/test_judge
endif
tests_timescale_test_judge_SOURCES = tests/timescale/test_judge.c
tests_timescale_test_judge_CFLAGS = $(AM_CFLAGS) $(TEST_CFLAGS)
tests_timescale_test_judge_LDADD = $(TEST_LIBS)
EXTRA_DIST += tests/timescale/apache.test tests/timescale/timescale.test tests/timescale/timescale_218.test
