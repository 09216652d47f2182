# tests of console/
if HAVE_CMOCKA
check_PROGRAMS += tests/console/test_backups tests/console/test_calendar tests/console/test_chunks tests/console/test_console tests/console/test_migrations tests/console/test_panes
endif
tests_console_test_backups_SOURCES = tests/console/test_backups.c tests/console/facts_backups.c tests/console/facts_backups.h tests/console/golden.c tests/console/golden.h tests/console/stage.c tests/console/stage.h
tests_console_test_backups_CFLAGS = $(AM_CFLAGS) $(TEST_CFLAGS)
tests_console_test_backups_LDADD = $(TEST_LIBS)
tests_console_test_calendar_SOURCES = tests/console/test_calendar.c tests/console/facts_backups.c tests/console/facts_backups.h
tests_console_test_calendar_CFLAGS = $(AM_CFLAGS) $(TEST_CFLAGS)
tests_console_test_calendar_LDADD = $(TEST_LIBS)
tests_console_test_chunks_SOURCES = tests/console/test_chunks.c tests/console/facts.c tests/console/facts.h tests/console/golden.c tests/console/golden.h
tests_console_test_chunks_CFLAGS = $(AM_CFLAGS) $(TEST_CFLAGS)
tests_console_test_chunks_LDADD = $(TEST_LIBS)
tests_console_test_panes_SOURCES = tests/console/test_panes.c tests/console/facts.c tests/console/facts.h tests/console/golden.c tests/console/golden.h
tests_console_test_panes_CFLAGS = $(AM_CFLAGS) $(TEST_CFLAGS)
tests_console_test_panes_LDADD = $(TEST_LIBS)
tests_console_test_console_SOURCES = tests/console/test_console.c tests/console/facts.c tests/console/facts.h tests/console/golden.c tests/console/golden.h tests/console/stage.c tests/console/stage.h
tests_console_test_console_CFLAGS = $(AM_CFLAGS) $(TEST_CFLAGS)
tests_console_test_console_LDADD = $(TEST_LIBS)
tests_console_test_migrations_SOURCES = tests/console/test_migrations.c tests/console/golden.c tests/console/golden.h tests/console/stage.c tests/console/stage.h
tests_console_test_migrations_CFLAGS = $(AM_CFLAGS) $(TEST_CFLAGS)
tests_console_test_migrations_LDADD = $(TEST_LIBS)
EXTRA_DIST += $(wildcard $(srcdir)/tests/console/golden/*.txt)
