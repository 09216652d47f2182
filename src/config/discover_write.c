/* config/discover_write.c - the commented pgtend.ini. Names .env files and variables, copies no password. */
#include <string.h>

#include "discover_internal.h"
#include "pgtend/core/mem.h"

/* A value that reads back as it is. */
static void add_key(struct text *ini, const char *key, const char *value)
{
	bool is_bare = *value && *value != '"' && !strchr(" \t", *value) && !strchr(" \t", value[strlen(value) - 1]) &&
	               !strstr(value, " ;") && !strstr(value, " #") && !strstr(value, "${");
	text_addf(ini, "%s = ", key);
	if (!is_bare)
		text_add_char(ini, '"');
	for (const char *p = value; *p; p++) {
		if (!is_bare && (*p == '"' || *p == '\\'))
			text_add_char(ini, '\\');
		if (p[0] == '$' && p[1] == '{')
			text_add_char(ini, '$');
		text_add_char(ini, *p);
	}
	text_add(ini, is_bare ? "\n" : "\"\n");
}

static void add_variable(struct text *ini, const char *key, const char *variable)
{
	text_addf(ini, "%s = ${%s}\n", key, variable);
}

/* A comment holds what others wrote: control bytes would end the line. */
static void add_comment(struct text *ini, char *line)
{
	text_add(ini, "# ");
	text_add_visible(ini, line);
	text_add_char(ini, '\n');
	mem_free(line);
}

/* --- one database ---------------------------------------------------------------------------- */

static void add_places(struct text *ini, const struct found_database *database)
{
	struct words files = {0};
	for (int i = 0; i < database->place_count; i++)
		if (database->places[i].env_path && !words_has(&files, database->places[i].env_path))
			words_add(&files, database->places[i].env_path);
	if (database->compose)
		words_add(&files, database->compose);
	char *list = words_join(&files, ", ");
	add_comment(ini, mem_format("%s on %s:%s%s%s", database->dbname,
	                     database->host && *database->host ? database->host : "localhost", database->port,
	                     *list ? ", named by " : ", named by an example file only", list));
	mem_free(list);
	words_done(&files);
}

static const struct found_env *env_of(const struct repository *repository, const char *path)
{
	for (int i = 0; path && i < repository->env_count; i++)
		if (strcmp(repository->envs[i]->path, path) == 0)
			return repository->envs[i];
	return NULL;
}

/* PGHOST, PGPORT, ... or DB_HOST, DB_PORT, ...: those that are there. */
static void add_single_variables(struct text *ini, const struct found_env *env, const char *prefix)
{
	static const struct {
		const char *key, *pg, *db, *db_too;
	} parts[] = {
	    {"host", "PGHOST", "DB_HOST", NULL},
	    {"port", "PGPORT", "DB_PORT", NULL},
	    {"dbname", "PGDATABASE", "DB_NAME", "DB_DATABASE"},
	    {"user", "PGUSER", "DB_USER", "DB_USERNAME"},
	    {"password", "PGPASSWORD", "DB_PASSWORD", "DB_PASS"},
	    {"sslmode", "PGSSLMODE", NULL, NULL},
	};
	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
		bool is_pg = strcmp(prefix, "PG") == 0;
		const char *names[2] = {is_pg ? parts[i].pg : parts[i].db, is_pg ? NULL : parts[i].db_too};
		for (int k = 0; k < 2; k++)
			if (names[k] && dotenv_get(&env->env, names[k])) {
				add_variable(ini, parts[i].key, names[k]);
				break;
			}
	}
}

static void add_parts(struct text *ini, const struct found_database *database)
{
	if (!database->service && database->host && *database->host) {
		add_key(ini, "host", database->host);
		add_key(ini, "port", database->port);
	}
	add_key(ini, "dbname", database->dbname);
	if (database->user)
		add_key(ini, "user", database->user);
	if (database->password_variable)
		add_variable(ini, "password", database->password_variable);
}

static void add_service(struct text *ini, const struct found_database *database)
{
	const struct found_service *service = database->service;
	if (!service || !service->port) {
		if (service)
			add_comment(ini,
			    mem_format("The service %s of %s publishes no port: host and port are those inside of the containers.",
			        service->name, service->compose));
		return;
	}
	add_comment(
	    ini, mem_format("%s is a service of %s, which publishes it on this machine:", service->name, service->compose));
	add_key(ini, "host", "localhost");
	add_key(ini, "port", service->port);
	if (service->container)
		add_comment(ini, mem_format("client = docker exec -i %s", service->container));
}

static void add_connection(const struct repository *repository, struct text *ini, const struct found_database *database)
{
	const struct occurrence *owner = &database->places[database->owner];
	const struct found_env *env = env_of(repository, owner->env_path);
	if (env)
		add_key(ini, "env_file", env->path);
	if (env && database->prefix_pg)
		add_single_variables(ini, env, database->prefix_pg);
	else if (env && owner->variable && !database->needs_parts)
		add_variable(ini, "url", owner->variable);
	else
		add_parts(ini, database);
	add_service(ini, database);
	if (database->has_literal_password)
		add_comment(
		    ini, mem_format(
		             "Its password stands in %s. Put it into a .env file, then: env_file = .env and password = ${NAME}",
		             database->compose));
	else if (!env && owner->variable)
		add_comment(ini, mem_format("No .env file has %s yet. Once one has: env_file = PATH and url = ${%s}",
		                     owner->variable, owner->variable));
	if (strcmp(database->port, "6432") == 0 ||
	    (database->host && (strstr(database->host, "pgbouncer") || strstr(database->host, "pooler"))))
		text_add(ini, "# This looks like a pooler. Migrations, backups and locks want the server itself:\n# direct = "
		              "host=HOST port=5432\n");
}

static void add_environment(
    const struct repository *repository, struct text *ini, const struct found_database *database)
{
	const struct found_env *env = env_of(repository, database->places[database->owner].env_path);
	const char *node_env = env ? dotenv_get(&env->env, "NODE_ENV") : NULL;
	if (strcmp(database->name, "test") == 0)
		add_key(ini, "environment", "test");
	else if (node_env)
		add_comment(ini, mem_format("environment: NODE_ENV of %s counts (%s).", env->path, node_env));
	else
		text_add(ini, "# environment = development, test, staging or production\n");
}

/* The command line of node-pg-migrate means one transaction for all; a script of the team's own that calls its runner does not. */
static void add_transaction(const struct repository *repository, struct text *ini, const struct found_folder *migrations)
{
	bool is_its = migrations->dialect && strcmp(migrations->dialect, "node-pg-migrate") == 0;
	if (!is_its || !repository->runner_path || repository->has_other_runner)
		return;
	add_comment(
	    ini, mem_format("%s calls node-pg-migrate's runner, which gives each file a transaction of its own.", repository->runner_path));
	add_key(ini, "transaction", "file");
}

static void add_folders(const struct repository *repository, struct text *ini, const struct found_database *database)
{
	const struct found_folder *migrations = database->migrations;
	if (migrations) {
		add_key(ini, "migrations", migrations->path);
		if (migrations->dialect)
			add_key(ini, "dialect", migrations->dialect);
		if (migrations->drizzle && migrations->drizzle->schema)
			add_key(ini, "migrations_schema", migrations->drizzle->schema);
		if (migrations->drizzle && migrations->drizzle->table)
			add_key(ini, "migrations_table", migrations->drizzle->table);
		add_transaction(repository, ini, migrations);
	}
	if (database->seeds)
		add_key(ini, "seeds", database->seeds->path);
	if (migrations && migrations->extensions.count > 0) {
		char *list = words_join(&migrations->extensions, ", ");
		add_key(ini, "extensions", list);
		mem_free(list);
	}
}

static void add_database(const struct repository *repository, struct text *ini, const struct found_database *database)
{
	text_addf(ini, "\n[database %s]\n", database->name);
	add_places(ini, database);
	add_connection(repository, ini, database);
	add_environment(repository, ini, database);
	if (database->depends.count > 0) {
		char *list = words_join(&database->depends, ", ");
		add_key(ini, "depends", list);
		mem_free(list);
	}
	add_folders(repository, ini, database);
	/* time-series data is large, and gone after its retention anyway */
	add_key(ini, "backup", database->migrations && database->migrations->has_hypertables ? "weekly" : "daily");
}

/* --- what has no database -------------------------------------------------------------------- */

static void add_left_folders(const struct repository *repository, struct text *ini)
{
	for (int i = 0; i < repository->folder_count; i++) {
		const struct found_folder *folder = repository->folders[i];
		if (folder->is_taken || folder->is_seeds)
			continue;
		const char *base = discover_base(folder->path), *package = discover_base(folder->package);
		bool is_plain = strcmp(base, "migrations") == 0 || strcmp(base, "drizzle") == 0;
		text_add_char(ini, '\n');
		add_comment(ini, mem_format("%s: no variable names its database. Say how it is reached:", folder->path));
		add_comment(ini, mem_format("[database %s]", is_plain ? (*package ? package : "NAME") : base));
		text_add(ini, repository->server ? "# server = main\n# dbname = NAME\n" : "# url = ${DATABASE_URL}\n");
		add_comment(ini, mem_format("migrations = %s", folder->path));
	}
}

/* Who may make databases, as the .env file of the root says. */
static void add_server(const struct repository *repository, struct text *ini)
{
	if (!repository->server)
		return;
	text_add(ini, "\n[server main]\n");
	add_key(ini, "env_file", repository->server->path);
	add_single_variables(ini, repository->server, "PG");
}

void discover_write(const struct repository *repository, struct text *ini)
{
	text_add(ini, "# What `pgtend init` found here. Passwords stay where they are: ${NAME} is looked up in the "
	              "section's env_file.\n"
	              "# Comments stand on lines of their own. Every key: man 5 pgtend.ini\n\n"
	              "[pgtend]\n# refresh = 2s\n# Backups lie in FOLDER/DATABASE/; keep the folder out of version "
	              "control.\nbackup_dir = backups\n");
	add_server(repository, ini);
	for (int i = 0; i < repository->database_count; i++)
		add_database(repository, ini, repository->databases[i]);
	add_left_folders(repository, ini);
}
