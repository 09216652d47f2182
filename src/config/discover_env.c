/* config/discover_env.c - databases out of .env files: URLs, PG* and DB_* variables; names that only the example
 * has. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "discover_internal.h"
#include "pgtend/core/mem.h"

/* --- one database ---------------------------------------------------------------------------- */

struct conninfo *discover_read_url(const char *value, bool *needs_parts)
{
	struct err err;
	*needs_parts = false;
	if (strncmp(value, "postgres://", 11) != 0 && strncmp(value, "postgresql://", 13) != 0)
		return NULL;
	struct conninfo *info = conninfo_parse(value, &err);
	const char *question = strchr(value, '?');
	if (info || !question)
		return info;
	/* Prisma and others add parameters of their own (?schema=public) that libpq refuses */
	char *bare = mem_copy_n(value, (size_t)(question - value));
	info = conninfo_parse(bare, &err);
	mem_free_secret(bare);
	*needs_parts = info != NULL;
	return info;
}

static const char *plain_host(const char *host)
{
	bool is_here = !host || !*host || strcmp(host, "127.0.0.1") == 0 || strcmp(host, "::1") == 0;
	return is_here ? "localhost" : host;
}

static bool is_same_address(
    const struct found_database *database, const char *host, const char *port, const char *dbname)
{
	return strcmp(plain_host(database->host), plain_host(host)) == 0 && strcmp(database->port, port) == 0 &&
	       strcmp(database->dbname, dbname) == 0;
}

static void add_place(struct found_database *database, const char *package, const char *variable, const char *env_path)
{
	database->places = mem_grow(database->places, (size_t)database->place_count + 1, sizeof *database->places);
	database->places[database->place_count++] =
	    (struct occurrence){.package = mem_copy(package), .variable = mem_copy(variable), .env_path = env_path};
}

struct found_database *discover_add_database(struct repository *repository, const struct conninfo *info,
    const char *package, const char *variable, const char *env_path, bool is_example)
{
	const char *host = conninfo_get(info, "host"), *port = conninfo_get(info, "port"),
	           *user = conninfo_get(info, "user"), *dbname = conninfo_get(info, "dbname");
	if (!port || !*port)
		port = "5432";
	if (!dbname || !*dbname)
		dbname = user ? user : "postgres";
	for (int i = 0; i < repository->database_count; i++)
		if (is_same_address(repository->databases[i], host, port, dbname)) {
			add_place(repository->databases[i], package, variable, env_path);
			return repository->databases[i];
		}
	struct found_database *database = MEM_NEW(struct found_database);
	database->host = mem_copy(host);
	database->port = mem_copy(port);
	database->dbname = mem_copy(dbname);
	database->user = mem_copy(user);
	database->is_example = is_example;
	add_place(database, package, variable, env_path);
	repository->databases =
	    mem_grow(repository->databases, (size_t)repository->database_count + 1, sizeof(struct found_database *));
	repository->databases[repository->database_count++] = database;
	return database;
}

char *discover_prefix(const char *variable)
{
	static const char *const ends[] = {"DATABASE_URL", "DATABASE_URI", "DATABASE_DSN", "POSTGRESQL_URL", "POSTGRES_URL",
	    "PG_URL", "DB_URL", "DB_URI", "URL", "URI", "DSN"};
	size_t length = strlen(variable);
	for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
		if (text_ends_with(variable, ends[i])) {
			length -= strlen(ends[i]);
			break;
		}
	while (length > 0 && variable[length - 1] == '_')
		length--;
	char *prefix = mem_copy_n(variable, length);
	for (char *p = prefix; *p; p++)
		*p = *p == '_' ? '-' : (char)tolower((unsigned char)*p);
	return prefix;
}

/* --- one file -------------------------------------------------------------------------------- */

/* A real .env file of the same folder has that variable: what the example says does not count. */
static bool is_covered(const struct repository *repository, const struct found_env *example, const char *variable)
{
	for (int i = 0; i < repository->env_count; i++) {
		const struct found_env *env = repository->envs[i];
		if (!env->is_example && strcmp(env->folder, example->folder) == 0 && dotenv_get(&env->env, variable))
			return true;
	}
	return false;
}

static bool is_placeholder(const char *dbname)
{
	return dbname && strpbrk(dbname, "<>{}[]$ ");
}

static void take_urls(struct repository *repository, const struct found_env *env)
{
	char *package = discover_package_of(repository, env->folder);
	for (size_t i = 0; i < env->env.names.count; i++) {
		bool needs_parts;
		struct conninfo *info = discover_read_url(env->env.values.v[i], &needs_parts);
		bool is_wanted = info && !(env->is_example && (is_covered(repository, env, env->env.names.v[i]) ||
		                                                  is_placeholder(conninfo_get(info, "dbname"))));
		if (is_wanted) {
			struct found_database *database = discover_add_database(
			    repository, info, package, env->env.names.v[i], env->is_example ? NULL : env->path, env->is_example);
			database->needs_parts = database->needs_parts || needs_parts;
		}
		conninfo_free(info);
	}
	mem_free(package);
}

static const char *first_of(const struct found_env *env, const char *a, const char *b)
{
	const char *value = dotenv_get(&env->env, a);
	return value && *value ? value : b ? dotenv_get(&env->env, b) : NULL;
}

static void set_part(struct conninfo *info, const char *keyword, const char *value)
{
	struct err err;
	if (value && *value && !conninfo_set(info, keyword, value, &err))
		mem_die(err.text);
}

/* Host, port, user, name as single variables: libpq's own (PG) or the DB_ ones of many frameworks. */
static void take_parts(struct repository *repository, const struct found_env *env, const char *prefix)
{
	bool is_pg = strcmp(prefix, "PG") == 0;
	const char *dbname = is_pg ? first_of(env, "PGDATABASE", NULL) : first_of(env, "DB_NAME", "DB_DATABASE");
	const char *host = first_of(env, is_pg ? "PGHOST" : "DB_HOST", NULL),
	           *port = first_of(env, is_pg ? "PGPORT" : "DB_PORT", NULL);
	const char *kind = is_pg ? NULL : first_of(env, "DB_CONNECTION", "DB_TYPE");
	if (!dbname || !*dbname || (!is_pg && !host))
		return;
	if ((kind && !strstr(kind, "p")) || (port && strcmp(port, "3306") == 0) ||
	    (kind && !strcasestr(kind, "postgres") && !strcasestr(kind, "pgsql")))
		return; /* another kind of database */
	struct err err;
	struct conninfo *info = conninfo_parse(NULL, &err);
	if (!info)
		return;
	set_part(info, "host", host);
	set_part(info, "port", port);
	set_part(info, "dbname", dbname);
	set_part(info, "user", is_pg ? first_of(env, "PGUSER", NULL) : first_of(env, "DB_USER", "DB_USERNAME"));
	char *package = discover_package_of(repository, env->folder);
	int before = repository->database_count;
	struct found_database *database = discover_add_database(repository, info, package, NULL, env->path, false);
	if (repository->database_count > before)
		database->prefix_pg = prefix;
	mem_free(package);
	conninfo_free(info);
}

/* The root's PGHOST, PGUSER without a database: how to reach the server as the one who makes databases. */
static void take_server(struct repository *repository, struct found_env *env)
{
	bool names_server = dotenv_get(&env->env, "PGHOST") || dotenv_get(&env->env, "PGUSER");
	if (!repository->server && names_server && !first_of(env, "PGDATABASE", NULL))
		repository->server = env;
}

/* --- what the example has and the file lacks ------------------------------------------------- */

static bool stands_in_folder(const struct repository *repository, const char *folder, const char *name, bool *has_file)
{
	bool stands = false;
	for (int i = 0; i < repository->env_count; i++) {
		const struct found_env *env = repository->envs[i];
		if (env->is_example || strcmp(env->folder, folder) != 0)
			continue;
		*has_file = true;
		stands = stands || dotenv_get(&env->env, name);
	}
	return stands;
}

static void compare_with_example(struct repository *repository, const struct found_env *example)
{
	struct words lacking = {0};
	bool has_file = false;
	stands_in_folder(repository, example->folder, "", &has_file);
	for (size_t i = 0; has_file && i < example->env.names.count; i++)
		if (!stands_in_folder(repository, example->folder, example->env.names.v[i], &has_file))
			words_add(&lacking, example->env.names.v[i]);
	const char *slash = *example->folder ? "/" : "", *base = discover_base(example->path);
	if (!has_file)
		words_take(&repository->notes, mem_format("%s has no .env file beside it (cp %s %s%s.env)", example->path,
		                                   example->path, example->folder, slash));
	else if (lacking.count > 0) {
		char *names = words_join(&lacking, ", ");
		words_take(
		    &repository->notes, mem_format("%s%s.env lacks %s, which %s has", example->folder, slash, names, base));
		mem_free(names);
	}
	words_done(&lacking);
}

void discover_env(struct repository *repository)
{
	for (int is_example = 0; is_example < 2; is_example++)
		for (int i = 0; i < repository->env_count; i++) {
			struct found_env *env = repository->envs[i];
			if (env->is_example != (bool)is_example)
				continue;
			take_urls(repository, env);
			if (env->is_example)
				continue;
			take_parts(repository, env, "PG");
			take_parts(repository, env, "DB_");
			take_server(repository, env);
		}
	for (int i = 0; i < repository->env_count; i++)
		if (repository->envs[i]->is_example)
			compare_with_example(repository, repository->envs[i]);
}
