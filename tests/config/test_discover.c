/* `init` on repositories laid out as the four systems describe themselves. What was written is read back as a
 * configuration, and checked by what it means. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "files.h"
#include "pgtend/config/config.h"
#include "pgtend/config/discover.h"
#include "pgtend/core/mem.h"

struct seen {
	char *folder;
	struct discovery found;
	struct config *config;
};

static struct seen look(const char *folder)
{
	struct err err;
	struct seen seen = {.folder = mem_copy(folder)};
	if (!discover(folder, &seen.found, &err))
		fail_msg("%s", err.text);
	files_write(folder, "pgtend.ini", text_str(&seen.found.ini));
	char *path = mem_format("%s/pgtend.ini", folder);
	seen.config = config_load(&(struct config_options){.file = path}, &err);
	if (!seen.config)
		fail_msg("%s\n%s", err.text, text_str(&seen.found.ini));
	assert_int_equal(config_count(seen.config, SECTION_DATABASE), seen.found.databases.count);
	assert_int_equal(config_warnings(seen.config)->count, 0);
	/* variables are named, passwords are not copied */
	if (strstr(text_str(&seen.found.ini), "hunter2"))
		fail_msg("%s", text_str(&seen.found.ini));
	mem_free(path);
	return seen;
}

static void done(struct seen *seen)
{
	config_free(seen->config);
	discovery_done(&seen->found);
	mem_free(seen->folder);
}

static const struct section *database(const struct seen *seen, const char *name)
{
	const struct section *section = config_section(seen->config, SECTION_DATABASE, name);
	if (!section)
		fail_msg("no [database %s] in\n%s", name, text_str(&seen->found.ini));
	return section;
}

/* "" is not set; paths are relative to the folder. */
static void is(const struct seen *seen, const char *name, const char *key, const char *wanted)
{
	const char *value = section_text(database(seen, name), key);
	if (value && text_starts_with(value, seen->folder))
		value += strlen(seen->folder) + 1;
	if (strcmp(value ? value : "", wanted) != 0)
		fail_msg("[database %s] %s\n got:    %s\n wanted: %s\n%s", name, key, value ? value : "", wanted,
		    text_str(&seen->found.ini));
}

static void connects(const struct seen *seen, const char *name, const char *safe, const char *password)
{
	struct err err;
	struct conninfo *info = config_conninfo(seen->config, database(seen, name), &err);
	if (!info)
		fail_msg("%s", err.text);
	assert_true(conninfo_set(info, "gssencmode", NULL, &err));
	char *text = conninfo_safe(info);
	assert_string_equal(text, safe);
	assert_string_equal(conninfo_get(info, "password") ? conninfo_get(info, "password") : "", password);
	mem_free(text);
	conninfo_free(info);
}

static bool has_note(const struct seen *seen, const char *part)
{
	for (size_t i = 0; i < seen->found.notes.count; i++)
		if (strstr(seen->found.notes.v[i], part))
			return true;
	return false;
}

static void note(const struct seen *seen, const char *part)
{
	if (has_note(seen, part))
		return;
	char *notes = words_join(&seen->found.notes, "\n ");
	fail_msg("no note \"%s\" in\n %s", part, notes);
}

static void migration(const char *folder, const char *name)
{
	files_write(folder, name, "-- Up Migration\nCREATE TABLE t (id int);\n-- Down Migration\nDROP TABLE t;\n");
}

/* --- Atriz ----------------------------------------------------------------------------------- */

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
	is(seen, "atriz", "migrations", "apps/atriz/migrations");
	is(seen, "atriz", "dialect", "node-pg-migrate");
	is(seen, "atriz", "depends", "core");
	is(seen, "atriz", "env_file", "apps/atriz/.env");
	is(seen, "mextrack", "migrations", "apps/mextrack/migrations");
	is(seen, "mextrack", "seeds", "apps/mextrack/seeds");
	is(seen, "mextrack", "depends", "core");
	is(seen, "pshop", "migrations", "apps/pshop/migrations");
	is(seen, "pshop", "depends", "core");
	is(seen, "pshop", "backup", "daily");
	is(seen, "core", "depends", "");
	connects(seen, "pshop", "postgresql://postgres@localhost:5432/pshop_db", "hunter2");
	note(seen, "apps/pshop/.env lacks STRIPE_KEY, which env.example has");
	assert_false(has_note(seen, "PORT"));
	assert_int_equal(config_environment(seen->config, database(seen, "core")), ENVIRONMENT_DEVELOPMENT);
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
	struct seen seen = look(folder);
	assert_int_equal(seen.found.databases.count, 4);
	check_atriz_apps(&seen);
	is(&seen, "core", "migrations", "packages/core/migrations");
	is(&seen, "core", "seeds", "packages/core/seeds");
	is(&seen, "core", "env_file", "packages/core/.env");
	connects(&seen, "core", "postgresql://postgres@localhost:5432/atriz_shared", "hunter2");
	done(&seen);
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
	files_write(folder, "packages/core/src/database/migrations/runner.ts", "export const x = 1\n");
	struct seen seen = look(folder);
	assert_int_equal(seen.found.databases.count, 5);
	is(&seen, "core", "migrations", "packages/core/migrations/users");
	is(&seen, "tracking", "migrations", "packages/core/migrations/tracking");
	is(&seen, "tracking", "depends", "core");
	is(&seen, "tracking", "extensions", "timescaledb");
	is(&seen, "tracking", "backup", "weekly");
	is(&seen, "tracking", "env_file", "packages/core/.env");
	connects(&seen, "tracking", "postgresql://postgres@localhost:5432/atriz_tracking", "hunter2");
	assert_int_equal(config_environment(seen.config, database(&seen, "tracking")), ENVIRONMENT_PRODUCTION);
	assert_int_equal(config_environment(seen.config, database(&seen, "atriz")), ENVIRONMENT_DEVELOPMENT);
	done(&seen);
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
	struct seen seen = look(folder);
	assert_int_equal(seen.found.databases.count, 4);
	check_atriz_apps(&seen);
	is(&seen, "core", "migrations", "packages/core/migrations/shared");
	note(&seen, "packages/core/.env lacks TRACKING_DATABASE_URL, which env.example has");
	note(&seen, "packages/core/migrations/tracking: no variable names the database of these migrations");
	assert_non_null(strstr(text_str(&seen.found.ini), "# [database tracking]\n"));
	done(&seen);
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
	struct seen seen = look(folder);
	assert_int_equal(seen.found.databases.count, 4);
	is(&seen, "core", "migrations", "packages/core/migrations/users");
	is(&seen, "core", "dialect", "node-pg-migrate");
	is(&seen, "tracking", "migrations", "packages/core/migrations/tracking");
	is(&seen, "atriz", "migrations", "apps/atriz/migrations");
	is(&seen, "pshop", "migrations", "apps/pshop/migrations");
	is(&seen, "pshop", "depends", "core");
	done(&seen);
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
	struct seen seen = look(folder);
	assert_int_equal(seen.found.databases.count, 2);
	is(&seen, "core", "migrations", "packages/core/migrations");
	is(&seen, "pshop", "depends", "core");
	connects(&seen, "core", "postgresql://postgres@localhost:5432/atriz_core", "");
	note(&seen,
	    "packages/core/env.example has no .env file beside it (cp packages/core/env.example packages/core/.env)");
	done(&seen);
}

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
	struct seen seen = look(folder);
	assert_int_equal(seen.found.databases.count, 1);
	is(&seen, "logikids", "migrations", "packages/backend/database/migrations");
	is(&seen, "logikids", "dialect", "plain");
	connects(&seen, "logikids", "postgresql://logikids@localhost:5433/logikids", "hunter2");
	done(&seen);
}

/* Only the compose file names it; the password is a variable of the .env beside it. */
static void logikids_by_its_compose_file(void **state)
{
	char *folder = *state;
	logikids_migrations(folder);
	files_write(folder, "docker-compose.yml", logikids_compose);
	files_write(folder, ".env", "POSTGRES_PASSWORD=hunter2\n");
	struct seen seen = look(folder);
	assert_int_equal(seen.found.databases.count, 1);
	is(&seen, "logikids", "migrations", "packages/backend/database/migrations");
	is(&seen, "logikids", "env_file", ".env");
	connects(&seen, "logikids", "postgresql://logikids@localhost:5433/logikids", "hunter2");
	done(&seen);
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
		struct seen seen = look(folder);
		char *wanted = mem_format("postgresql://postgres@localhost:%s/shop", cases[i].port);
		connects(&seen, "shop", wanted, "");
		note(&seen, "its password stands in compose.yaml and was not copied");
		mem_free(wanted);
		mem_free(compose);
		done(&seen);
	}
	files_write(folder, "compose.yaml", "services:\n  db:\n    image: postgres\n    environment: [POSTGRES_DB=shop]\n");
	struct seen seen = look(folder);
	note(&seen, "compose.yaml: the service db publishes no port");
	done(&seen);
	files_write(folder, "compose.yaml", "services:\n  db: [\n");
	seen = look(folder);
	note(&seen, "compose.yaml:3: ");
	done(&seen);
	/* an alias that leads back to itself */
	files_write(folder, "compose.yaml",
	    "services: &s\n  db: &d\n    <<: *d\n    image: postgres\n    environment: &e\n      <<: *e\n      A: b\n");
	seen = look(folder);
	done(&seen);
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
	struct seen seen = look(folder);
	assert_int_equal(seen.found.databases.count, 1);
	is(&seen, "macro_ai", "migrations", "apps/express-api/src/data-access/migrations");
	is(&seen, "macro_ai", "dialect", "drizzle");
	is(&seen, "macro_ai", "extensions", "vector");
	connects(&seen, "macro_ai", "postgresql://postgres@localhost:5432/macro_ai_dev", "hunter2");
	note(&seen, "apps/express-api/.env lacks OPENAI_API_KEY, which .env.example has");
	note(&seen, "the type vector is used, but no file creates the extension");
	done(&seen);
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
		struct seen seen = look(folder);
		is(&seen, "mine", "migrations", "drizzle/x");
		is(&seen, "mine", "migrations_table", "hist");
		is(&seen, "mine", "migrations_schema", "meta");
		is(&seen, "other", "migrations", "");
		mem_free(config);
		done(&seen);
	}
	files_write(folder, "drizzle.config.js", "export default { dialect: 'mysql', out: 'm' }\n");
	struct seen seen = look(folder);
	note(&seen, "drizzle.config.js is for another kind of database than PostgreSQL");
	done(&seen);
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
	struct seen seen = look(folder);
	assert_int_equal(seen.found.databases.count, 2);
	connects(&seen, "one", "postgresql://u@h:5433/one", "hunter2");
	connects(&seen, "two", "postgresql://u@h:5432/two", "hunter2");
	done(&seen);
}

static void urls_that_libpq_refuses_are_written_in_parts(void **state)
{
	char *folder = *state;
	files_write(folder, ".env",
	    "DATABASE_URL=postgresql://u:hunter2@h:5432/shop?schema=public&connection_limit=5\nPOOLED_URL=postgresql://"
	    "u:hunter2@pool:6432/pooled\n");
	struct seen seen = look(folder);
	connects(&seen, "shop", "postgresql://u@h:5432/shop", "");
	note(&seen, "shop: libpq does not know all parameters of its URL");
	assert_non_null(strstr(text_str(&seen.found.ini), "# direct = host=HOST port=5432\n"));
	done(&seen);
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
	struct seen seen = look(folder);
	assert_int_equal(seen.found.databases.count, 3);
	const char *value;
	assert_null(section_item(config_section(seen.config, SECTION_ALIAS, ""), 0, &value));
	assert_null(section_text(config_section(seen.config, SECTION_PGTEND, ""), "after_backup"));
	is(&seen, "two", "migrations", "apps/x ; y #/migrations");
	is(&seen, "three", "migrations", "apps/${HOME}/migrations");
	is(&seen, "three", "env_file", "apps/${HOME}/.env");
	done(&seen);
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
	struct seen seen = look(folder);
	assert_false(has_note(&seen, ".gitignore"));
	done(&seen);
	files_write(folder, ".git/HEAD", "");
	seen = look(folder);
	note(&seen, "backups/ does not stand in .gitignore");
	done(&seen);
	files_write(folder, ".gitignore", "node_modules\n/backups/\n");
	seen = look(folder);
	assert_false(has_note(&seen, ".gitignore"));
	done(&seen);
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
	    IN_FOLDER(atriz_before_tracking),
	    IN_FOLDER(atriz_with_tracking),
	    IN_FOLDER(a_folder_without_a_database_is_said),
	    IN_FOLDER(atriz_with_one_env_file),
	    IN_FOLDER(examples_alone_name_databases_too),
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
