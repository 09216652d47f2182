# tests of probes/
if HAVE_CMOCKA
check_PROGRAMS += tests/probes/test_rates
endif
tests_probes_test_rates_SOURCES = tests/probes/test_rates.c
tests_probes_test_rates_CFLAGS = $(AM_CFLAGS) $(TEST_CFLAGS)
tests_probes_test_rates_LDADD = $(TEST_LIBS)
check_PROGRAMS += tests/probes/facts_live
tests_probes_facts_live_SOURCES = tests/probes/facts_live.c tests/lib/fleet_live.c tests/lib/fleet_live.h
tests_probes_facts_live_LDADD = libpgtend.a $(DEPENDENCY_LIBS)
if HAVE_CMOCKA
check_PROGRAMS += tests/probes/test_bloat tests/probes/test_index_twins
endif
tests_probes_test_bloat_SOURCES = tests/probes/test_bloat.c
tests_probes_test_bloat_CFLAGS = $(AM_CFLAGS) $(TEST_CFLAGS)
tests_probes_test_bloat_LDADD = $(TEST_LIBS)
tests_probes_test_index_twins_SOURCES = tests/probes/test_index_twins.c
tests_probes_test_index_twins_CFLAGS = $(AM_CFLAGS) $(TEST_CFLAGS)
tests_probes_test_index_twins_LDADD = $(TEST_LIBS)
EXTRA_DIST += tests/probes/consoles.json tests/probes/fake_console.py tests/probes/indexes.test tests/probes/pools.test tests/probes/postgres.test tests/probes/server.test
EXTRA_DIST += tests/probes/vectors.test tests/probes/versions.test
