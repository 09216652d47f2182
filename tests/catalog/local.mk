# tests of catalog/
if HAVE_CMOCKA
check_PROGRAMS += tests/catalog/test_compare
endif
tests_catalog_test_compare_SOURCES = tests/catalog/test_compare.c
tests_catalog_test_compare_CFLAGS = $(AM_CFLAGS) $(TEST_CFLAGS)
tests_catalog_test_compare_LDADD = $(TEST_LIBS)
check_PROGRAMS += tests/catalog/digest_live
tests_catalog_digest_live_SOURCES = tests/catalog/digest_live.c tests/lib/fleet_live.c tests/lib/fleet_live.h
tests_catalog_digest_live_LDADD = libpgtend.a $(DEPENDENCY_LIBS)
EXTRA_DIST += tests/catalog/schema/all.sql tests/catalog/schema/change.sql
