# tests of fresh/
if HAVE_CMOCKA
check_PROGRAMS += tests/fresh/test_copy
endif
tests_fresh_test_copy_SOURCES = tests/fresh/test_copy.c
tests_fresh_test_copy_CFLAGS = $(AM_CFLAGS) $(TEST_CFLAGS)
tests_fresh_test_copy_LDADD = $(TEST_LIBS)
