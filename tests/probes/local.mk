# tests of probes/
check_PROGRAMS += tests/probes/facts_live
tests_probes_facts_live_SOURCES = tests/probes/facts_live.c
tests_probes_facts_live_LDADD = libpgtend.a $(DEPENDENCY_LIBS)
EXTRA_DIST += tests/probes/consoles.json tests/probes/fake_console.py tests/probes/pools.test tests/probes/postgres.test
EXTRA_DIST += tests/probes/fake_console.py tests/probes/pools.test tests/probes/postgres.test tests/probes/server.test
