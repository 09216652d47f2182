# tests of orphans/
if HAVE_CMOCKA
check_PROGRAMS += tests/orphans/test_keys
endif
tests_orphans_test_keys_SOURCES = tests/orphans/test_keys.c
tests_orphans_test_keys_CFLAGS = $(AM_CFLAGS) $(TEST_CFLAGS)
tests_orphans_test_keys_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=copy_read_wait
tests_orphans_test_keys_LDADD = $(TEST_LIBS)
EXTRA_DIST += tests/orphans/orphans.test tests/orphans/sandbox.test
