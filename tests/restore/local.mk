# tests of restore/
if HAVE_CMOCKA
check_PROGRAMS += tests/restore/test_plain
endif
tests_restore_test_plain_SOURCES = tests/restore/test_plain.c
tests_restore_test_plain_CFLAGS = $(AM_CFLAGS) $(TEST_CFLAGS)
tests_restore_test_plain_LDADD = $(TEST_LIBS)
