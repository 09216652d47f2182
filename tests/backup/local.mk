# tests of backup/
if HAVE_CMOCKA
check_PROGRAMS += tests/backup/test_budget tests/backup/test_policy
endif
tests_backup_test_budget_SOURCES = tests/backup/test_budget.c
tests_backup_test_budget_CFLAGS = $(AM_CFLAGS) $(TEST_CFLAGS)
tests_backup_test_budget_LDADD = $(TEST_LIBS)
tests_backup_test_policy_SOURCES = tests/backup/test_policy.c
tests_backup_test_policy_CFLAGS = $(AM_CFLAGS) $(TEST_CFLAGS)
tests_backup_test_policy_LDADD = $(TEST_LIBS)
EXTRA_DIST += tests/backup/backup.test tests/backup/catalog.test tests/backup/client.test tests/backup/due.test tests/backup/forms.test tests/backup/prune.test tests/backup/prune_bad.test tests/backup/units.test
