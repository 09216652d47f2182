/* Whose migrations a folder holds. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <string.h>

#include "files.h"
#include "pgtend/config/discover.h"
#include "pgtend/core/mem.h"

static void dialects_are_told_from_the_folder(void **state)
{
	static const struct {
		const char *files[3], *text, *dialect;
	} cases[] = {
	    {{"1729382400000_a.sql"}, "CREATE TABLE a ();", "node-pg-migrate"},
	    {{"20251019123000123_a.sql"}, "CREATE TABLE a ();", "node-pg-migrate"},
	    {{"1729382400000_a.js"}, "", "node-pg-migrate"},
	    {{"1729382400000_a.up.sql", "1729382400000_a.down.sql"}, "", "node-pg-migrate"},
	    {{"001_a.sql"}, "-- Up Migration\nx;\n-- Down Migration\n", "node-pg-migrate"},
	    {{"001_a.sql"}, "  ---- UP   migration for x\n", "node-pg-migrate"},
	    {{"000_schema_migrations.sql", "001_init.sql", "README.md"}, "CREATE TABLE a ();", "plain"},
	    {{"20251019123000_a.sql"}, "-- Migration: Up\n", "plain"},
	    {{"20251019123000_a.sql"}, "-- migrate:up\n-- migrate:down\n", "dbmate"},
	    {{"000001_a.up.sql", "000001_a.down.sql"}, "CREATE TABLE a ();", "golang-migrate"},
	    {{"1_a.up.sql"}, "", "golang-migrate"},
	    {{"meta/_journal.json", "0000_big_tomas.sql"}, "{\"dialect\": \"postgresql\"}", "drizzle"},
	    {{"meta/_journal.json"}, "{\"dialect\": \"mysql\"}", NULL},
	    {{"20251019123000_a/migration.sql", "20251019123000_a/snapshot.json"}, "", "drizzle-v1"},
	    {{"20251019123000_a/migration.sql", "migration_lock.toml"}, "", NULL},
	    {{"V1__a.sql"}, "", NULL},
	    {{"00001_a.sql"}, "-- +goose Up\n", NULL},
	    {{"20251019123000_a.sql", "atlas.sum"}, "", NULL},
	    {{"README.md"}, "", NULL},
	    {{"a.sql"}, "", NULL},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char *folder = mem_format("%s/%zu", (char *)*state, i);
		for (int k = 0; k < 3 && cases[i].files[k]; k++)
			files_write(folder, cases[i].files[k], cases[i].text);
		const char *dialect = discover_dialect(folder);
		if (strcmp(dialect ? dialect : "", cases[i].dialect ? cases[i].dialect : "") != 0)
			fail_msg("%s: got %s, wanted %s", cases[i].files[0], dialect, cases[i].dialect);
		mem_free(folder);
	}
	assert_null(discover_dialect("/no/such/folder"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(dialects_are_told_from_the_folder, files_setup, files_teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
