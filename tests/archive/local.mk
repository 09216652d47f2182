# tests of archive/
check_PROGRAMS += tests/archive/follow
tests_archive_follow_SOURCES = tests/archive/follow.c
tests_archive_follow_LDADD = libpgtend.a $(DEPENDENCY_LIBS)
if HAVE_CMOCKA
check_PROGRAMS += tests/archive/test_archive tests/archive/test_count tests/archive/test_manifest tests/archive/test_stream
endif
tests_archive_test_archive_SOURCES = tests/archive/test_archive.c
tests_archive_test_archive_CFLAGS = $(AM_CFLAGS) $(TEST_CFLAGS)
tests_archive_test_archive_LDADD = $(TEST_LIBS)
tests_archive_test_count_SOURCES = tests/archive/test_count.c
tests_archive_test_count_CFLAGS = $(AM_CFLAGS) $(TEST_CFLAGS)
tests_archive_test_count_LDADD = $(TEST_LIBS)
tests_archive_test_manifest_SOURCES = tests/archive/test_manifest.c
tests_archive_test_manifest_CFLAGS = $(AM_CFLAGS) $(TEST_CFLAGS)
tests_archive_test_manifest_LDADD = $(TEST_LIBS)
tests_archive_test_stream_SOURCES = tests/archive/test_stream.c
tests_archive_test_stream_CFLAGS = $(AM_CFLAGS) $(TEST_CFLAGS)
tests_archive_test_stream_LDADD = $(TEST_LIBS)
