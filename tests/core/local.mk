# tests of core/
if HAVE_CMOCKA
check_PROGRAMS += tests/core/test_err tests/core/test_json tests/core/test_places tests/core/test_table tests/core/test_text tests/core/test_units tests/core/test_width
endif
tests_core_test_err_SOURCES = tests/core/test_err.c
tests_core_test_err_CFLAGS = $(AM_CFLAGS) $(TEST_CFLAGS)
tests_core_test_err_LDADD = $(TEST_LIBS)
tests_core_test_json_SOURCES = tests/core/test_json.c
tests_core_test_json_CFLAGS = $(AM_CFLAGS) $(TEST_CFLAGS)
tests_core_test_json_LDADD = $(TEST_LIBS)
tests_core_test_places_SOURCES = tests/core/test_places.c
tests_core_test_places_CFLAGS = $(AM_CFLAGS) $(TEST_CFLAGS)
tests_core_test_places_LDADD = $(TEST_LIBS)
tests_core_test_table_SOURCES = tests/core/test_table.c
tests_core_test_table_CFLAGS = $(AM_CFLAGS) $(TEST_CFLAGS)
tests_core_test_table_LDADD = $(TEST_LIBS)
tests_core_test_text_SOURCES = tests/core/test_text.c
tests_core_test_text_CFLAGS = $(AM_CFLAGS) $(TEST_CFLAGS)
tests_core_test_text_LDADD = $(TEST_LIBS)
tests_core_test_units_SOURCES = tests/core/test_units.c
tests_core_test_units_CFLAGS = $(AM_CFLAGS) $(TEST_CFLAGS)
tests_core_test_units_LDADD = $(TEST_LIBS)
tests_core_test_width_SOURCES = tests/core/test_width.c
tests_core_test_width_CFLAGS = $(AM_CFLAGS) $(TEST_CFLAGS)
tests_core_test_width_LDADD = $(TEST_LIBS)
EXTRA_DIST += tests/core/floors.test
