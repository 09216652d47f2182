# tests of archive/
if HAVE_CMOCKA
check_PROGRAMS += tests/archive/test_stream
endif
tests_archive_test_stream_SOURCES = tests/archive/test_stream.c
tests_archive_test_stream_CFLAGS = $(AM_CFLAGS) $(TEST_CFLAGS)
tests_archive_test_stream_LDADD = $(TEST_LIBS)
