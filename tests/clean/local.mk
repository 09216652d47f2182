# tests of clean/
if HAVE_CMOCKA
check_PROGRAMS += tests/clean/test_way
endif
tests_clean_test_way_SOURCES = tests/clean/test_way.c
tests_clean_test_way_CFLAGS = $(AM_CFLAGS) $(TEST_CFLAGS)
tests_clean_test_way_LDADD = $(TEST_LIBS)
EXTRA_DIST += \
	tests/clean/clean.test \
	tests/clean/kill.test \
	tests/clean/timescale.test \
	tests/clean/ways.test
