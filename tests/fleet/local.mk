if HAVE_CMOCKA
check_PROGRAMS += tests/fleet/test_fleet tests/fleet/test_indexes tests/fleet/test_pools
endif
tests_fleet_test_fleet_SOURCES = tests/fleet/test_fleet.c
tests_fleet_test_fleet_CFLAGS = $(AM_CFLAGS) $(TEST_CFLAGS)
tests_fleet_test_fleet_LDADD = $(TEST_LIBS)
tests_fleet_test_pools_SOURCES = tests/fleet/test_pools.c
tests_fleet_test_pools_CFLAGS = $(AM_CFLAGS) $(TEST_CFLAGS)
tests_fleet_test_pools_LDADD = $(TEST_LIBS)
tests_fleet_test_indexes_SOURCES = tests/fleet/test_indexes.c
tests_fleet_test_indexes_CFLAGS = $(AM_CFLAGS) $(TEST_CFLAGS)
tests_fleet_test_indexes_LDADD = $(TEST_LIBS)
