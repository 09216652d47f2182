if HAVE_CMOCKA
check_PROGRAMS += tests/health/test_health tests/health/test_health_server tests/health/test_health_timescale tests/health/test_health_together
endif
tests_health_test_health_SOURCES = tests/health/test_health.c
tests_health_test_health_CFLAGS = $(AM_CFLAGS) $(TEST_CFLAGS)
tests_health_test_health_LDADD = $(TEST_LIBS)
tests_health_test_health_server_SOURCES = tests/health/test_health_server.c
tests_health_test_health_server_CFLAGS = $(AM_CFLAGS) $(TEST_CFLAGS)
tests_health_test_health_server_LDADD = $(TEST_LIBS)
tests_health_test_health_timescale_SOURCES = tests/health/test_health_timescale.c
tests_health_test_health_timescale_CFLAGS = $(AM_CFLAGS) $(TEST_CFLAGS)
tests_health_test_health_timescale_LDADD = $(TEST_LIBS)
tests_health_test_health_together_SOURCES = tests/health/test_health_together.c
tests_health_test_health_together_CFLAGS = $(AM_CFLAGS) $(TEST_CFLAGS)
tests_health_test_health_together_LDADD = $(TEST_LIBS)
EXTRA_DIST += tests/health/check.test tests/health/fixture.h
