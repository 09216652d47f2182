# tests of seeds/
if HAVE_CMOCKA
check_PROGRAMS += tests/seeds/test_scan
endif
tests_seeds_test_scan_SOURCES = tests/seeds/test_scan.c
tests_seeds_test_scan_CFLAGS = $(AM_CFLAGS) $(TEST_CFLAGS)
tests_seeds_test_scan_LDADD = $(TEST_LIBS)
EXTRA_DIST += \
	tests/seeds/npm/project/package-lock.json \
	tests/seeds/npm/project/package.json \
	tests/seeds/programs.test \
	tests/seeds/runners.test \
	tests/seeds/seed.test
