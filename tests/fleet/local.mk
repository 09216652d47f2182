if HAVE_CMOCKA
check_PROGRAMS += tests/fleet/test_fleet tests/fleet/test_health tests/fleet/test_health_timescale tests/fleet/test_health_together
endif
tests_fleet_test_fleet_SOURCES = tests/fleet/test_fleet.c
tests_fleet_test_fleet_CFLAGS = $(AM_CFLAGS) $(TEST_CFLAGS)
tests_fleet_test_fleet_LDADD = $(TEST_LIBS)
tests_fleet_test_health_SOURCES = tests/fleet/test_health.c
tests_fleet_test_health_CFLAGS = $(AM_CFLAGS) $(TEST_CFLAGS)
tests_fleet_test_health_LDADD = $(TEST_LIBS)
tests_fleet_test_health_timescale_SOURCES = tests/fleet/test_health_timescale.c
tests_fleet_test_health_timescale_CFLAGS = $(AM_CFLAGS) $(TEST_CFLAGS)
tests_fleet_test_health_timescale_LDADD = $(TEST_LIBS)
tests_fleet_test_health_together_SOURCES = tests/fleet/test_health_together.c
tests_fleet_test_health_together_CFLAGS = $(AM_CFLAGS) $(TEST_CFLAGS)
tests_fleet_test_health_together_LDADD = $(TEST_LIBS)
EXTRA_DIST += tests/fleet/check.test
