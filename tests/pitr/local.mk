# tests of pitr/
if HAVE_CMOCKA
check_PROGRAMS += tests/pitr/test_pitr
endif
tests_pitr_test_pitr_SOURCES = tests/pitr/test_pitr.c
tests_pitr_test_pitr_CFLAGS = $(AM_CFLAGS) $(TEST_CFLAGS)
tests_pitr_test_pitr_LDADD = $(TEST_LIBS)
EXTRA_DIST += tests/pitr/archiver.test tests/pitr/elsewhere.test tests/pitr/pgbackrest.test
