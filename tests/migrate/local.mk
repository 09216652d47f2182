# tests of migrate/
check_PROGRAMS += tests/migrate/metadata_live
tests_migrate_metadata_live_SOURCES = tests/migrate/metadata_live.c tests/lib/fleet_live.c tests/lib/fleet_live.h
tests_migrate_metadata_live_LDADD = libpgtend.a $(DEPENDENCY_LIBS)
if HAVE_CMOCKA
check_PROGRAMS += tests/migrate/test_checksum tests/migrate/test_dialects tests/migrate/test_marker \
	tests/migrate/test_node_pg_migrate tests/migrate/test_order tests/migrate/test_plan
endif
tests_migrate_test_checksum_SOURCES = tests/migrate/test_checksum.c tests/migrate/scratch.h
tests_migrate_test_checksum_CFLAGS = $(AM_CFLAGS) $(TEST_CFLAGS)
tests_migrate_test_checksum_LDADD = $(TEST_LIBS) -lm
tests_migrate_test_dialects_SOURCES = tests/migrate/test_dialects.c tests/migrate/scratch.h
tests_migrate_test_dialects_CFLAGS = $(AM_CFLAGS) $(TEST_CFLAGS)
tests_migrate_test_dialects_LDADD = $(TEST_LIBS) -lm
tests_migrate_test_marker_SOURCES = tests/migrate/test_marker.c
tests_migrate_test_marker_CFLAGS = $(AM_CFLAGS) $(TEST_CFLAGS)
tests_migrate_test_marker_LDADD = $(TEST_LIBS) -lm
tests_migrate_test_node_pg_migrate_SOURCES = tests/migrate/test_node_pg_migrate.c tests/migrate/scratch.h
tests_migrate_test_node_pg_migrate_CFLAGS = $(AM_CFLAGS) $(TEST_CFLAGS)
tests_migrate_test_node_pg_migrate_LDADD = $(TEST_LIBS) -lm
tests_migrate_test_order_SOURCES = tests/migrate/test_order.c
tests_migrate_test_order_CFLAGS = $(AM_CFLAGS) $(TEST_CFLAGS)
tests_migrate_test_order_LDADD = $(TEST_LIBS) -lm
tests_migrate_test_plan_SOURCES = tests/migrate/test_plan.c tests/migrate/scratch.h
tests_migrate_test_plan_CFLAGS = $(AM_CFLAGS) $(TEST_CFLAGS)
tests_migrate_test_plan_LDADD = $(TEST_LIBS) -lm
EXTRA_DIST += \
	tests/migrate/tools/dbmate.sh \
	tests/migrate/tools/drizzle-orm.sh \
	tests/migrate/tools/drizzle.cjs \
	tests/migrate/tools/node-pg-migrate-pairs.sh \
	tests/migrate/tools/node-pg-migrate.cjs \
	tests/migrate/tools/node-pg-migrate.sh
# the real tools, from npm
EXTRA_DIST += \
	tests/migrate/npm/dbmate-2/package-lock.json \
	tests/migrate/npm/dbmate-2/package.json \
	tests/migrate/npm/drizzle-orm-0/package-lock.json \
	tests/migrate/npm/drizzle-orm-0/package.json \
	tests/migrate/npm/drizzle-orm-1/package-lock.json \
	tests/migrate/npm/drizzle-orm-1/package.json \
	tests/migrate/npm/node-pg-migrate-7/package-lock.json \
	tests/migrate/npm/node-pg-migrate-7/package.json \
	tests/migrate/npm/node-pg-migrate-8/package-lock.json \
	tests/migrate/npm/node-pg-migrate-8/package.json \
	tests/migrate/npm/node-pg-migrate-9/package-lock.json \
	tests/migrate/npm/node-pg-migrate-9/package.json
