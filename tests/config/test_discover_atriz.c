/* `init` on repositories laid out as Atriz describes itself: one .env file or many, with and without tracking. */
#include "seen.h"

#include <string.h>

#include "../../src/config/discover_internal.h"
#include "pgtend/core/mem.h"

static void migration(const char *folder, const char *name)
{
	files_write(folder, name, "-- Up Migration\nCREATE TABLE t (id int);\n-- Down Migration\nDROP TABLE t;\n");
}

static void atriz_apps(const char *folder, const char *core)
{
	static const char *const apps[] = {"atriz", "mextrack", "pshop"};
	files_write(folder, "package.json", "{\"devDependencies\": {\"node-pg-migrate\": \"^8.0.3\"}}");
	files_write(folder, "env.example", "PGHOST=localhost\nPGPORT=5432\nPGUSER=postgres\nPGPASSWORD=postgres\n");
	files_write(folder, ".env", "PGHOST=localhost\nPGPORT=5432\nPGUSER=postgres\nPGPASSWORD=hunter2\n");
	files_write(folder, "node_modules/x/.env", "DATABASE_URL=postgresql://h/wrong\n");
	for (int i = 0; i < 3; i++) {
		char *name = mem_format("apps/%s/.env", apps[i]);
		char *text = mem_format("# App-specific "
		                        "database\nDATABASE_URL=postgresql://postgres:hunter2@localhost:5432/"
		                        "%s_db\n\nSHARED_DATABASE_URL=postgresql://postgres:hunter2@127.0.0.1/"
		                        "%s\n\nNODE_ENV=development\nPORT=3000\n",
		    apps[i], core);
		files_write(folder, name, text);
		mem_free(name);
		mem_free(text);
		name = mem_format("apps/%s/migrations/1729382600000_initial_schema.sql", apps[i]);
		files_write(folder, name, "-- no markers at all\nCREATE TABLE x (id int);\n");
		mem_free(name);
	}
	files_write(folder, "apps/pshop/env.example", "DATABASE_URL=\nPORT=3000\nSTRIPE_KEY=\nNODE_ENV=development\n");
	files_write(folder, "apps/mextrack/package.json", "{}");
	files_write(folder, "apps/mextrack/seeds/001_vehicles.ts", "");
}

static void check_atriz_apps(const struct seen *seen)
{
	seen_is(seen, "atriz", "migrations", "apps/atriz/migrations");
	seen_is(seen, "atriz", "dialect", "node-pg-migrate");
	seen_is(seen, "atriz", "depends", "core");
	seen_is(seen, "atriz", "env_file", "apps/atriz/.env");
	seen_is(seen, "mextrack", "migrations", "apps/mextrack/migrations");
	seen_is(seen, "mextrack", "seeds", "apps/mextrack/seeds");
	seen_is(seen, "mextrack", "depends", "core");
	seen_is(seen, "pshop", "migrations", "apps/pshop/migrations");
	seen_is(seen, "pshop", "depends", "core");
	seen_is(seen, "pshop", "backup", "daily");
	seen_is(seen, "core", "depends", "");
	seen_connects(seen, "pshop", "postgresql://postgres@localhost:5432/pshop_db", "hunter2");
	seen_note(seen, "apps/pshop/.env lacks STRIPE_KEY, which env.example has");
	assert_false(seen_has_note(seen, "PORT"));
	assert_int_equal(config_environment(seen->config, seen_database(seen, "core")), ENVIRONMENT_DEVELOPMENT);
	assert_string_equal(config_section(seen->config, SECTION_SERVER, "main") ? "main" : "", "main");
	/* the shared database first */
	assert_string_equal(section_name(config_at(seen->config, SECTION_DATABASE, 0)), "core");
}

static void atriz_before_tracking(void **state)
{
	char *folder = *state;
	atriz_apps(folder, "atriz_shared");
	files_write(folder, "packages/core/.env",
	    "SHARED_DATABASE_URL=postgresql://postgres:hunter2@localhost:5432/atriz_shared\nNODE_ENV=development\n");
	migration(folder, "packages/core/migrations/1729382400000_create_users_table.sql");
	files_write(folder, "packages/core/seeds/001_seed_default_users.ts", "");
	struct seen seen = seen_look(folder);
	assert_int_equal(seen.found.databases.count, 4);
	check_atriz_apps(&seen);
	seen_is(&seen, "core", "migrations", "packages/core/migrations");
	seen_is(&seen, "core", "seeds", "packages/core/seeds");
	seen_is(&seen, "core", "env_file", "packages/core/.env");
	seen_connects(&seen, "core", "postgresql://postgres@localhost:5432/atriz_shared", "hunter2");
	seen_done(&seen);
}

static void atriz_with_tracking(void **state)
{
	char *folder = *state;
	atriz_apps(folder, "atriz_core");
	files_write(folder, "packages/core/.env",
	    "CORE_DATABASE_URL=postgresql://postgres:hunter2@localhost:5432/"
	    "atriz_core\nTRACKING_DATABASE_URL=\"postgresql://postgres:hunter2@localhost:5432/"
	    "atriz_tracking\"\nNODE_ENV=production\n");
	migration(folder, "packages/core/migrations/users/1729382400000_create_users_table.sql");
	files_write(folder, "packages/core/migrations/users/README.md", "");
	files_write(folder, "packages/core/migrations/tracking/1729382500000_location_events.sql",
	    "CREATE TABLE location_events (time timestamptz);\nSELECT create_hypertable('location_events', 'time');\n");
	files_write(folder, "packages/core/src/database/migrations/runner.ts",
	    "import runner from 'node-pg-migrate'\n// singleTransaction: true would be the command line's way\n"
	    "export const run = (databaseUrl: string, dir: string, direction: 'up' | 'down') =>\n"
	    "\trunner({ databaseUrl, dir, direction, migrationsTable: 'pgmigrations', checkOrder: true })\n");
	struct seen seen = seen_look(folder);
	assert_int_equal(seen.found.databases.count, 5);
	seen_is(&seen, "core", "migrations", "packages/core/migrations/users");
	seen_is(&seen, "tracking", "migrations", "packages/core/migrations/tracking");
	seen_is(&seen, "core", "transaction", "file");
	seen_is(&seen, "tracking", "transaction", "file");
	assert_non_null(strstr(text_str(&seen.found.ini),
	    "# packages/core/src/database/migrations/runner.ts calls node-pg-migrate's runner, which gives each file a transaction"));
	seen_is(&seen, "tracking", "depends", "core");
	seen_is(&seen, "tracking", "extensions", "timescaledb");
	seen_is(&seen, "tracking", "backup", "weekly");
	seen_is(&seen, "tracking", "env_file", "packages/core/.env");
	seen_connects(&seen, "tracking", "postgresql://postgres@localhost:5432/atriz_tracking", "hunter2");
	assert_int_equal(config_environment(seen.config, seen_database(&seen, "tracking")), ENVIRONMENT_PRODUCTION);
	assert_int_equal(config_environment(seen.config, seen_database(&seen, "atriz")), ENVIRONMENT_DEVELOPMENT);
	seen_done(&seen);
}

static enum discover_runner runner_of(const char *script)
{
	char *copy = mem_copy(script);
	enum discover_runner found = discover_runner(copy);
	mem_free(copy);
	return found;
}

static void scripts_tell_their_transactions(void **state)
{
	(void)state;
	assert_int_equal(runner_of("import { MigrationBuilder } from 'node-pg-migrate'\nexport const up = (pgm) => {}\n"), RUNNER_NONE);
	assert_int_equal(runner_of("const x = require(\"node-pg-migrate\"); x.default({dir: 'm', direction: 'up'})"), RUNNER_FILE);
	assert_int_equal(runner_of("import r from 'node-pg-migrate'; r({dir, direction, singleTransaction: true})"), RUNNER_ALL);
	assert_int_equal(runner_of("import r from 'node-pg-migrate'; r({dir, direction, singleTransaction : false})"), RUNNER_FILE);
	assert_int_equal(runner_of("import r from 'node-pg-migrate'; r({dir, direction, singleTransaction})"), RUNNER_UNKNOWN);
	assert_int_equal(runner_of("import r from 'node-pg-migrate'; r({dir, direction, singleTransaction: isOne})"), RUNNER_UNKNOWN);
	assert_int_equal(runner_of("import r from 'node-pg-migrate'; r({dir, /* singleTransaction: true */ direction})"), RUNNER_FILE);
	assert_int_equal(runner_of("run('node-pg-migrate up')"), RUNNER_NONE);
	assert_int_equal(runner_of("// from 'node-pg-migrate'\nrun({dir, direction})"), RUNNER_NONE);
	assert_int_equal(runner_of(""), RUNNER_NONE);
}

/* migrations/shared and migrations/tracking, but nothing names the second database yet. */
static void a_folder_without_a_database_is_said(void **state)
{
	char *folder = *state;
	atriz_apps(folder, "atriz_core");
	files_write(folder, "packages/core/.env",
	    "SHARED_DATABASE_URL=postgresql://postgres:hunter2@localhost:5432/atriz_core\nNODE_ENV=development\n");
	files_write(folder, "packages/core/env.example", "SHARED_DATABASE_URL=\nTRACKING_DATABASE_URL=\n");
	migration(folder, "packages/core/migrations/shared/1729382400000_create_users_table.sql");
	files_write(folder, "packages/core/migrations/tracking/README.md", "none yet\n");
	struct seen seen = seen_look(folder);
	assert_int_equal(seen.found.databases.count, 4);
	check_atriz_apps(&seen);
	seen_is(&seen, "core", "migrations", "packages/core/migrations/shared");
	seen_note(&seen, "packages/core/.env lacks TRACKING_DATABASE_URL, which env.example has");
	seen_note(&seen, "packages/core/migrations/tracking: no variable names the database of these migrations");
	assert_non_null(strstr(text_str(&seen.found.ini), "# [database tracking]\n"));
	seen_done(&seen);
}

/* All URLs in one file at the root, as the newest scripts take them. */
static void atriz_with_one_env_file(void **state)
{
	char *folder = *state;
	files_write(folder, "package.json", "{\"dependencies\": {\"node-pg-migrate\": \"8\"}}");
	files_write(folder, ".env",
	    "CORE_DATABASE_URL=postgresql://u:hunter2@localhost/"
	    "atriz_core\nDATABASE_URL=${CORE_DATABASE_URL}\nTRACKING_DATABASE_URL=postgresql://u:hunter2@localhost/"
	    "atriz_tracking\n"
	    "ATRIZ_DATABASE_URL=postgresql://u:hunter2@localhost/atriz_db\nPSHOP_DATABASE_URL=postgresql://"
	    "u:hunter2@localhost/pshop_db\n");
	files_write(folder, "packages/core/package.json", "{}");
	files_write(folder, "packages/core/migrations/users/README.md", "");
	files_write(folder, "packages/core/migrations/tracking/README.md", "");
	files_write(folder, "apps/atriz/migrations/README.md", "");
	files_write(folder, "apps/pshop/migrations/README.md", "");
	struct seen seen = seen_look(folder);
	assert_int_equal(seen.found.databases.count, 4);
	seen_is(&seen, "core", "migrations", "packages/core/migrations/users");
	seen_is(&seen, "core", "dialect", "node-pg-migrate");
	seen_is(&seen, "tracking", "migrations", "packages/core/migrations/tracking");
	seen_is(&seen, "atriz", "migrations", "apps/atriz/migrations");
	seen_is(&seen, "pshop", "migrations", "apps/pshop/migrations");
	seen_is(&seen, "pshop", "depends", "core");
	seen_done(&seen);
}

/* A fresh clone: examples only. */
static void examples_alone_name_databases_too(void **state)
{
	char *folder = *state;
	files_write(folder, ".env", "PGHOST=localhost\nPGUSER=postgres\nPGPASSWORD=hunter2\n");
	files_write(folder, "packages/core/env.example",
	    "SHARED_DATABASE_URL=postgresql://postgres:hunter2@localhost:5432/atriz_core\n");
	files_write(folder, "apps/pshop/env.example",
	    "DATABASE_URL=postgresql://postgres:hunter2@localhost:5432/pshop_db\nSHARED_DATABASE_URL=postgresql://"
	    "postgres:hunter2@localhost:5432/atriz_core\n");
	files_write(folder, "apps/x/env.example", "DATABASE_URL=postgresql://postgres:hunter2@localhost:5432/{app}_db\n");
	migration(folder, "packages/core/migrations/1729382400000_a.sql");
	struct seen seen = seen_look(folder);
	assert_int_equal(seen.found.databases.count, 2);
	seen_is(&seen, "core", "migrations", "packages/core/migrations");
	seen_is(&seen, "pshop", "depends", "core");
	seen_connects(&seen, "core", "postgresql://postgres@localhost:5432/atriz_core", "");
	seen_note(&seen,
	    "packages/core/env.example has no .env file beside it (cp packages/core/env.example packages/core/.env)");
	seen_done(&seen);
}

int main(void)
{
#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, files_setup, files_teardown)
	const struct CMUnitTest tests[] = {
	    IN_FOLDER(atriz_before_tracking),
	    IN_FOLDER(atriz_with_tracking),
	    IN_FOLDER(a_folder_without_a_database_is_said),
	    IN_FOLDER(atriz_with_one_env_file),
	    cmocka_unit_test(scripts_tell_their_transactions),
	    IN_FOLDER(examples_alone_name_databases_too),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
