# tests of seeds/
if HAVE_CMOCKA
check_PROGRAMS += tests/seeds/test_csv tests/seeds/test_say tests/seeds/test_scan
endif
tests_seeds_test_csv_SOURCES = tests/seeds/test_csv.c
tests_seeds_test_csv_CFLAGS = $(AM_CFLAGS) $(TEST_CFLAGS)
tests_seeds_test_csv_LDADD = $(TEST_LIBS)
tests_seeds_test_say_SOURCES = tests/seeds/test_say.c
tests_seeds_test_say_CFLAGS = $(AM_CFLAGS) $(TEST_CFLAGS)
tests_seeds_test_say_LDADD = $(TEST_LIBS)
tests_seeds_test_scan_SOURCES = tests/seeds/test_scan.c
tests_seeds_test_scan_CFLAGS = $(AM_CFLAGS) $(TEST_CFLAGS)
tests_seeds_test_scan_LDADD = $(TEST_LIBS)
EXTRA_DIST += \
	tests/seeds/csv.test \
	tests/seeds/records.test \
	tests/seeds/npm/project/package-lock.json \
	tests/seeds/npm/project/package.json \
	tests/seeds/pglite.test \
	tests/seeds/programs.test \
	tests/seeds/runners.test \
	tests/seeds/seed.test
