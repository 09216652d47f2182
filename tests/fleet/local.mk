if HAVE_CMOCKA
check_PROGRAMS += tests/fleet/test_fleet
endif
tests_fleet_test_fleet_SOURCES = tests/fleet/test_fleet.c
tests_fleet_test_fleet_CFLAGS = $(AM_CFLAGS) $(TEST_CFLAGS)
tests_fleet_test_fleet_LDADD = $(TEST_LIBS)
