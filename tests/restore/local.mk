# tests of restore/
if HAVE_CMOCKA
check_PROGRAMS += tests/restore/test_plain
endif
tests_restore_test_plain_SOURCES = tests/restore/test_plain.c
tests_restore_test_plain_CFLAGS = $(AM_CFLAGS) $(TEST_CFLAGS)
tests_restore_test_plain_LDADD = $(TEST_LIBS)
check_PROGRAMS += tests/restore/restore_live
tests_restore_restore_live_SOURCES = tests/restore/restore_live.c tests/lib/fleet_live.c tests/lib/fleet_live.h
tests_restore_restore_live_LDADD = libpgtend.a $(DEPENDENCY_LIBS)
