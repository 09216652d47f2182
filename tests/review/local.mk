# tests of review/
if HAVE_CMOCKA
check_PROGRAMS += tests/review/test_lint
endif
tests_review_test_lint_SOURCES = tests/review/test_lint.c tests/migrate/scratch.h
tests_review_test_lint_CFLAGS = $(AM_CFLAGS) $(TEST_CFLAGS)
tests_review_test_lint_LDADD = $(TEST_LIBS) -lm
