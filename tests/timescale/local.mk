# tests of timescale/
if HAVE_CMOCKA
check_PROGRAMS += tests/timescale/test_judge
check_PROGRAMS += tests/timescale/test_judge_cause
check_PROGRAMS += tests/timescale/test_ingest
check_PROGRAMS += tests/timescale/test_forecast
endif
tests_timescale_test_judge_SOURCES = tests/timescale/test_judge.c
tests_timescale_test_judge_CFLAGS = $(AM_CFLAGS) $(TEST_CFLAGS)
tests_timescale_test_judge_LDADD = $(TEST_LIBS)
tests_timescale_test_ingest_SOURCES = tests/timescale/test_ingest.c
tests_timescale_test_ingest_CFLAGS = $(AM_CFLAGS) $(TEST_CFLAGS)
tests_timescale_test_ingest_LDADD = $(TEST_LIBS)
tests_timescale_test_forecast_SOURCES = tests/timescale/test_forecast.c
tests_timescale_test_forecast_CFLAGS = $(AM_CFLAGS) $(TEST_CFLAGS)
tests_timescale_test_forecast_LDADD = $(TEST_LIBS)
tests_timescale_test_judge_cause_SOURCES = tests/timescale/test_judge_cause.c
tests_timescale_test_judge_cause_CFLAGS = $(AM_CFLAGS) $(TEST_CFLAGS)
tests_timescale_test_judge_cause_LDADD = $(TEST_LIBS)
EXTRA_DIST += tests/timescale/apache.test tests/timescale/causes_native.test tests/timescale/chunks.test tests/timescale/chunks_shapes.test tests/timescale/ingest.test tests/timescale/ingest_locks.test tests/timescale/ingest_old.test tests/timescale/policies.test tests/timescale/timescale.test tests/timescale/timescale_218.test
