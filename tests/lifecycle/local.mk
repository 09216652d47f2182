# tests of lifecycle/
if HAVE_CMOCKA
check_PROGRAMS += tests/lifecycle/test_seed_scan
endif
tests_lifecycle_test_seed_scan_SOURCES = tests/lifecycle/test_seed_scan.c
tests_lifecycle_test_seed_scan_CFLAGS = $(AM_CFLAGS) $(TEST_CFLAGS)
tests_lifecycle_test_seed_scan_LDADD = $(TEST_LIBS)
EXTRA_DIST += tests/lifecycle/clean.test tests/lifecycle/create.test tests/lifecycle/pooler.test tests/lifecycle/seed.test tests/lifecycle/timescale.test
