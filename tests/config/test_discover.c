/* `init` on repositories laid out as Logikids and Macro AI describe themselves, and on hostile ones. */
#include "seen.h"

#include <string.h>

#include "pgtend/core/mem.h"

/* --- Logikids -------------------------------------------------------------------------------- */

static const char logikids_compose[] =
    "services:\n"
    "  postgres:\n    image: postgres:16-alpine\n    container_name: logikids-postgres\n    environment:\n      "
    "POSTGRES_DB: logikids\n      POSTGRES_USER: logikids\n"
    "      POSTGRES_PASSWORD: ${POSTGRES_PASSWORD:-development}\n    ports:\n      - \"127.0.0.1:5433:5432\"\n    "
    "volumes:\n      - ./packages/backend/database/migrations:/docker-entrypoint-initdb.d\n"
    "  backend-dev:\n    build: .\n    environment:\n      - "
    "DATABASE_URL=postgresql://logikids:${POSTGRES_PASSWORD:-development}@postgres:5432/logikids\n";

static void logikids_migrations(const char *folder)
{
	files_write(folder, "packages/backend/package.json", "{\"dependencies\": {\"pg\": \"8\"}}");
	files_write(folder, "packages/backend/database/migrate.ts", "");
	files_write(folder, "packages/backend/database/migrations/000_schema_migrations.sql",
	    "CREATE TABLE IF NOT EXISTS schema_migrations (id SERIAL PRIMARY KEY);\n");
	files_write(folder, "packages/backend/database/migrations/001_init.sql",
	    "CREATE TABLE IF NOT EXISTS user_sync_data (id int);\n");
}

static void logikids_with_an_env_file(void **state)
{
	char *folder = *state;
	logikids_migrations(folder);
	files_write(folder, "docker-compose.yml", logikids_compose);
	files_write(folder, "packages/backend/.env", "DATABASE_URL=postgresql://logikids:hunter2@postgres:5432/logikids\n");
	struct seen seen = seen_look(folder);
	assert_int_equal(seen.found.databases.count, 1);
	seen_is(&seen, "logikids", "migrations", "packages/backend/database/migrations");
	seen_is(&seen, "logikids", "dialect", "plain");
	seen_connects(&seen, "logikids", "postgresql://logikids@localhost:5433/logikids", "hunter2");
	seen_done(&seen);
}

/* Only the compose file names it; the password is a variable of the .env beside it. */
static void logikids_by_its_compose_file(void **state)
{
	char *folder = *state;
	logikids_migrations(folder);
	files_write(folder, "docker-compose.yml", logikids_compose);
	files_write(folder, ".env", "POSTGRES_PASSWORD=hunter2\n");
	struct seen seen = seen_look(folder);
	assert_int_equal(seen.found.databases.count, 1);
	seen_is(&seen, "logikids", "migrations", "packages/backend/database/migrations");
	seen_is(&seen, "logikids", "env_file", ".env");
	seen_connects(&seen, "logikids", "postgresql://logikids@localhost:5433/logikids", "hunter2");
	seen_done(&seen);
}

static void compose_forms(void **state)
{
	static const struct {
		const char *ports, *port;
	} cases[] = {
	    {"[\"5432:5432\"]", "5432"},
	    {"[\"0.0.0.0:6000:5432/tcp\"]", "6000"},
	    {"[\"8080:80\", \"${DB_PORT:-7000}:5432\"]", "7000"},
	    {"[{target: 5432, published: 7001}]", "7001"},
	    {"[{target: 5432, published: \"7002\", host_ip: 127.0.0.1}]", "7002"},
	};
	char *folder = *state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char *compose = mem_format("x-env: &env\n  POSTGRES_PASSWORD: hunter2\nservices:\n  db:\n    image: "
		                           "timescale/timescaledb:latest-pg16\n    environment:\n      <<: *env\n      "
		                           "POSTGRES_DB: shop\n    ports: %s\n",
		    cases[i].ports);
		files_write(folder, "compose.yaml", compose);
		struct seen seen = seen_look(folder);
		char *wanted = mem_format("postgresql://postgres@localhost:%s/shop", cases[i].port);
		seen_connects(&seen, "shop", wanted, "");
		seen_note(&seen, "its password stands in compose.yaml and was not copied");
		mem_free(wanted);
		mem_free(compose);
		seen_done(&seen);
	}
	files_write(folder, "compose.yaml", "services:\n  db:\n    image: postgres\n    environment: [POSTGRES_DB=shop]\n");
	struct seen seen = seen_look(folder);
	seen_note(&seen, "compose.yaml: the service db publishes no port");
	seen_done(&seen);
	files_write(folder, "compose.yaml", "services:\n  db: [\n");
	seen = seen_look(folder);
	seen_note(&seen, "compose.yaml:3: ");
	seen_done(&seen);
	/* an alias that leads back to itself */
	files_write(folder, "compose.yaml",
	    "services: &s\n  db: &d\n    <<: *d\n    image: postgres\n    environment: &e\n      <<: *e\n      A: b\n");
	seen = seen_look(folder);
	seen_done(&seen);
}

/* --- Macro AI -------------------------------------------------------------------------------- */

static void macro_ai(void **state)
{
	char *folder = *state;
	files_write(folder, "package.json", "{}");
	files_write(folder, "apps/express-api/package.json", "{\"dependencies\": {\"drizzle-orm\": \"^0.43.1\"}}");
	files_write(folder, "apps/express-api/.env",
	    "RELATIONAL_DATABASE_URL=postgresql://postgres:hunter2@localhost:5432/macro_ai_dev\n");
	files_write(folder, "apps/express-api/.env.example",
	    "RELATIONAL_DATABASE_URL=postgresql://postgres:password@localhost:5432/macro_ai_dev\nOPENAI_API_KEY=\n");
	files_write(folder, "apps/express-api/drizzle.config.ts",
	    "import { defineConfig } from 'drizzle-kit'\n// out: './wrong',\n/* dialect: 'mysql' */\nexport default "
	    "defineConfig({\n\tschema: './src/data-access/schema.ts',\n\tout: './src/data-access/migrations',\n"
	    "\tdialect: 'postgresql',\n\tdbCredentials: {\n\t\turl: config.relationalDatabaseUrl,\n\t},\n\tbreakpoints: "
	    "false,\n})\n");
	files_write(folder, "apps/express-api/src/data-access/migrations/meta/_journal.json",
	    "{\"version\": \"7\", \"dialect\": \"postgresql\", \"entries\": []}");
	files_write(folder, "apps/express-api/src/data-access/migrations/0000_big_tomas.sql",
	    "CREATE TABLE \"chat_vectors\" (\"embedding\" vector(1536));\n");
	struct seen seen = seen_look(folder);
	assert_int_equal(seen.found.databases.count, 1);
	seen_is(&seen, "macro_ai", "migrations", "apps/express-api/src/data-access/migrations");
	seen_is(&seen, "macro_ai", "dialect", "drizzle");
	seen_is(&seen, "macro_ai", "extensions", "vector");
	seen_connects(&seen, "macro_ai", "postgresql://postgres@localhost:5432/macro_ai_dev", "hunter2");
	seen_note(&seen, "apps/express-api/.env lacks OPENAI_API_KEY, which .env.example has");
	seen_note(&seen, "the type vector is used, but no file creates the extension");
	seen_done(&seen);
}

static void drizzle_config_forms(void **state)
{
	static const struct {
		const char *url, *variable;
	} cases[] = {
	    {"process.env.MAIN_DB_URL!", "MAIN_DB_URL"},
	    {"process.env['MAIN_DB_URL'] as string", "MAIN_DB_URL"},
	    {"env.MAIN_DB_URL ?? ''", "MAIN_DB_URL"},
	    {"config.mainDbUrl", "MAIN_DB_URL"},
	    {"requireEnv(\"MAIN_DB_URL\")", "MAIN_DB_URL"},
	};
	char *folder = *state;
	files_write(folder, ".env", "OTHER_DB_URL=postgresql://localhost/other\nMAIN_DB_URL=postgresql://localhost/mine\n");
	files_write(folder, "drizzle/x/meta/_journal.json", "{\"dialect\": \"pg\", \"entries\": []}");
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char *config = mem_format("export default { \"out\": \"drizzle/x\", dialect: \"postgresql\", dbCredentials: { "
		                          "url: %s }, migrations: { table: 'hist', schema: 'meta' } }\n",
		    cases[i].url);
		files_write(folder, "drizzle.config.js", config);
		struct seen seen = seen_look(folder);
		seen_is(&seen, "mine", "migrations", "drizzle/x");
		seen_is(&seen, "mine", "migrations_table", "hist");
		seen_is(&seen, "mine", "migrations_schema", "meta");
		seen_is(&seen, "other", "migrations", "");
		mem_free(config);
		seen_done(&seen);
	}
	files_write(folder, "drizzle.config.js", "export default { dialect: 'mysql', out: 'm' }\n");
	struct seen seen = seen_look(folder);
	seen_note(&seen, "drizzle.config.js is for another kind of database than PostgreSQL");
	seen_done(&seen);
}

/* --- other things ---------------------------------------------------------------------------- */

static void single_variables_name_a_database(void **state)
{
	char *folder = *state;
	files_write(folder, "apps/a/.env", "PGHOST=h\nPGPORT=5433\nPGUSER=u\nPGPASSWORD=hunter2\nPGDATABASE=one\n");
	files_write(folder, "apps/b/.env",
	    "DB_CONNECTION=pgsql\nDB_HOST=h\nDB_PORT=5432\nDB_DATABASE=two\nDB_USERNAME=u\nDB_PASSWORD=hunter2\n");
	files_write(folder, "apps/c/.env",
	    "DB_CONNECTION=mysql\nDB_HOST=h\nDB_PORT=3306\nDB_DATABASE=three\nDB_USERNAME=u\nDB_PASSWORD=hunter2\n");
	struct seen seen = seen_look(folder);
	assert_int_equal(seen.found.databases.count, 2);
	seen_connects(&seen, "one", "postgresql://u@h:5433/one", "hunter2");
	seen_connects(&seen, "two", "postgresql://u@h:5432/two", "hunter2");
	seen_done(&seen);
}

static void urls_that_libpq_refuses_are_written_in_parts(void **state)
{
	char *folder = *state;
	files_write(folder, ".env",
	    "DATABASE_URL=postgresql://u:hunter2@h:5432/shop?schema=public&connection_limit=5\nPOOLED_URL=postgresql://"
	    "u:hunter2@pool:6432/pooled\n");
	struct seen seen = seen_look(folder);
	seen_connects(&seen, "shop", "postgresql://u@h:5432/shop", "");
	seen_note(&seen, "shop: libpq does not know all parameters of its URL");
	assert_non_null(strstr(text_str(&seen.found.ini), "# direct = host=HOST port=5432\n"));
	seen_done(&seen);
}

static void hostile_names_stay_in_their_lines(void **state)
{
	char *folder = *state;
	files_write(folder, "apps/x/.env",
	    "DATABASE_URL=\"postgresql://u@h/a%0A%5Bpgtend%5D%0Aafter_backup=rm%20%3B\"\nNODE_ENV=\"x\n[alias]\na = b\"\n");
	files_write(folder, "apps/x ; y #/migrations/001_a.sql", "");
	files_write(folder, "apps/x ; y #/.env", "DATABASE_URL=postgresql://u@h/two\n");
	files_write(folder, "apps/${HOME}/.env", "DATABASE_URL=postgresql://u@h/three\n");
	files_write(folder, "apps/${HOME}/migrations/001_a.sql", "");
	struct seen seen = seen_look(folder);
	assert_int_equal(seen.found.databases.count, 3);
	const char *value;
	assert_null(section_item(config_section(seen.config, SECTION_ALIAS, ""), 0, &value));
	assert_null(section_text(config_section(seen.config, SECTION_PGTEND, ""), "after_backup"));
	seen_is(&seen, "two", "migrations", "apps/x ; y #/migrations");
	seen_is(&seen, "three", "migrations", "apps/${HOME}/migrations");
	seen_is(&seen, "three", "env_file", "apps/${HOME}/.env");
	seen_done(&seen);
}

static void a_broken_env_file_is_an_error_with_its_line(void **state)
{
	char *folder = *state;
	struct discovery found;
	struct err err;
	files_write(folder, "apps/x/.env", "A=1\nbroken\n");
	assert_false(discover(folder, &found, &err));
	assert_int_equal(err.kind, ERR_CONFIG);
	assert_non_null(strstr(err.text, "/apps/x/.env:2: expected NAME=value"));
	discovery_done(&found);
	char *nowhere = mem_format("%s/nowhere", folder);
	assert_false(discover(nowhere, &found, &err));
	assert_int_equal(err.kind, ERR_USAGE);
	mem_free(nowhere);
}

static void backups_in_a_repository_are_warned_of(void **state)
{
	char *folder = *state;
	files_write(folder, ".env", "DATABASE_URL=postgresql://localhost/x\n");
	struct seen seen = seen_look(folder);
	assert_false(seen_has_note(&seen, ".gitignore"));
	seen_done(&seen);
	files_write(folder, ".git/HEAD", "");
	seen = seen_look(folder);
	seen_note(&seen, "backups/ does not stand in .gitignore");
	seen_done(&seen);
	files_write(folder, ".gitignore", "node_modules\n/backups/\n");
	seen = seen_look(folder);
	assert_false(seen_has_note(&seen, ".gitignore"));
	seen_done(&seen);
}

static void nothing_found_is_no_failure(void **state)
{
	struct discovery found;
	struct err err;
	assert_true(discover(*state, &found, &err));
	assert_int_equal(found.databases.count, 0);
	discovery_done(&found);
}

int main(void)
{
#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, files_setup, files_teardown)
	const struct CMUnitTest tests[] = {
	    IN_FOLDER(logikids_with_an_env_file),
	    IN_FOLDER(logikids_by_its_compose_file),
	    IN_FOLDER(compose_forms),
	    IN_FOLDER(macro_ai),
	    IN_FOLDER(drizzle_config_forms),
	    IN_FOLDER(single_variables_name_a_database),
	    IN_FOLDER(urls_that_libpq_refuses_are_written_in_parts),
	    IN_FOLDER(hostile_names_stay_in_their_lines),
	    IN_FOLDER(a_broken_env_file_is_an_error_with_its_line),
	    IN_FOLDER(backups_in_a_repository_are_warned_of),
	    IN_FOLDER(nothing_found_is_no_failure),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
