# tests of probes/
check_PROGRAMS += tests/probes/facts_live
if HAVE_CMOCKA
check_PROGRAMS += tests/probes/test_retention
endif
tests_probes_facts_live_SOURCES = tests/probes/facts_live.c
tests_probes_facts_live_LDADD = libpgtend.a $(DEPENDENCY_LIBS)
tests_probes_test_retention_SOURCES = tests/probes/test_retention.c
tests_probes_test_retention_CFLAGS = $(AM_CFLAGS) $(TEST_CFLAGS)
tests_probes_test_retention_LDADD = $(TEST_LIBS)
EXTRA_DIST += tests/probes/fake_console.py tests/probes/pools.test tests/probes/postgres.test tests/probes/timescale.test tests/probes/timescale_218.test
