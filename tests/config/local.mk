if HAVE_CMOCKA
check_PROGRAMS += tests/config/test_config
tests_config_test_config_SOURCES = tests/config/files.c tests/config/files.h tests/config/test_config.c
tests_config_test_config_CFLAGS = $(AM_CFLAGS) $(TEST_CFLAGS)
tests_config_test_config_LDADD = $(TEST_LIBS)
endif
