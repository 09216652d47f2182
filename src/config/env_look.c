/* config/env_look.c - every .env file of a repository, judged without being shown. See weakness.h. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "config_internal.h"
#include "discover_internal.h"
#include "pgtend/config/trust.h"
#include "pgtend/config/weakness.h"
#include "pgtend/core/mem.h"
#include "pgtend/core/places.h"

/* Takes over what. */
static void add(struct env_look *look, enum env_fault fault, const char *path, char *what, const char *example)
{
	look->v = mem_grow(look->v, (size_t)look->count + 1, sizeof *look->v);
	look->v[look->count++] = (struct env_finding){.fault = fault, .path = mem_copy(path), .what = what, .example = mem_copy(example)};
}

/* --- passwords and addresses --------------------------------------------------------------------- */

/* On a developer's machine the databases' names may be containers'. */
static bool is_deployed(const char *path, const struct dotenv *env)
{
	const char *node = dotenv_get(env, "NODE_ENV"), *name = discover_base(path);
	return (node && (strcmp(node, "production") == 0 || strcmp(node, "staging") == 0)) || strstr(name, "prod") || strstr(name, "staging");
}

/* As other languages write it: postgresql+asyncpg://, jdbc:postgresql://, ecto://, or keywords and values. */
static struct conninfo *read_address(const char *value, bool *needs_parts)
{
	const char *scheme_end = strstr(value, "://");
	bool is_of_driver = text_starts_with(value, "postgresql+") || text_starts_with(value, "postgres+") || text_starts_with(value, "ecto:");
	struct err ignored;
	*needs_parts = false;
	if (text_starts_with(value, "jdbc:"))
		return discover_read_url(value + strlen("jdbc:"), needs_parts);
	if (!scheme_end)
		return strstr(value, "password=") && strstr(value, "host=") ? conninfo_parse(value, &ignored) : NULL;
	if (!is_of_driver)
		return discover_read_url(value, needs_parts);
	char *url = mem_format("postgresql%s", scheme_end);
	struct conninfo *info = discover_read_url(url, needs_parts);
	mem_free_secret(url);
	return info;
}

static void judge_url(struct env_look *look, const char *path, bool is_deployed, const char *name, const char *value)
{
	bool needs_parts;
	struct conninfo *info = read_address(value, &needs_parts);
	if (!info)
		return;
	const char *weakness = weakness_of_conninfo(info), *mode = conninfo_get(info, "sslmode");
	/* Left out, libpq prefers TLS and the drivers of most languages use none. */
	bool asks_for_tls = mode && (strcmp(mode, "require") == 0 || text_starts_with(mode, "verify-"));
	if (weakness)
		add(look, ENV_WEAK, path, mem_format("%s: %s", name, weakness), NULL);
	/* Parameters of other tools were dropped, sslmode perhaps with them. */
	if (is_deployed && !asks_for_tls && !needs_parts && !trust_is_local(info))
		add(look, ENV_UNSAFE, path,
		    mem_format("%s: %s is another machine, and its sslmode (%s) does not insist on TLS", name,
		        conninfo_get(info, "host") ? conninfo_get(info, "host") : "it", mode ? mode : "left out"), NULL);
	conninfo_free(info);
}

/* PGPASSWORD, DB_PASSWORD, POSTGRES_PASSWORD, CORE_DATABASE_PASS: the words before it; NULL: no password of a database. Caller frees. */
static char *password_prefix(const char *name)
{
	static const char *const ends[] = {"PASSWORD", "PASSWD", "PASS", "PWD"};
	static const char *const words[] = {"PG", "DB", "DATABASE", "POSTGRES", "SQL", "TIMESCALE"};
	size_t length = 0;
	for (size_t i = 0; !length && i < sizeof ends / sizeof *ends; i++)
		if (text_ends_with(name, ends[i]))
			length = strlen(name) - strlen(ends[i]);
	char *prefix = length ? mem_copy_n(name, length) : NULL;
	bool is_of_database = false;
	for (size_t i = 0; prefix && i < sizeof words / sizeof *words; i++)
		is_of_database = is_of_database || strstr(prefix, words[i]);
	if (is_of_database)
		return prefix;
	mem_free(prefix);
	return NULL;
}

static const char *beside(const struct dotenv *env, const char *prefix, const char *const *names)
{
	const char *value = NULL;
	for (; !value && *names; names++) {
		char *name = mem_format("%s%s", prefix, *names);
		value = dotenv_get(env, name);
		mem_free(name);
	}
	return value;
}

static void judge_password(struct env_look *look, const char *path, const struct dotenv *env, const char *name, const char *value)
{
	static const char *const users[] = {"USER", "USERNAME", NULL}, *const databases[] = {"DATABASE", "NAME", "DB", NULL};
	char *prefix = password_prefix(name);
	const char *weakness = prefix ? weakness_of(beside(env, prefix, users), beside(env, prefix, databases), value) : NULL;
	if (prefix && !*value)
		weakness = "the password is empty";
	if (weakness)
		add(look, ENV_WEAK, path, mem_format("%s: %s", name, weakness), NULL);
	mem_free(prefix);
}

static void judge_env(struct env_look *look, const char *path, const struct dotenv *env)
{
	look->files++;
	for (size_t i = 0; i < env->names.count; i++) {
		judge_url(look, path, is_deployed(path, env), env->names.v[i], env->values.v[i]);
		judge_password(look, path, env, env->names.v[i], env->values.v[i]);
	}
}

/* --- what the example has ------------------------------------------------------------------------ */

static bool stands_beside(const struct repository *repository, const struct found_env *example, const char *name)
{
	for (int i = 0; i < repository->env_count; i++) {
		const struct found_env *env = repository->envs[i];
		if (!env->is_example && strcmp(env->folder, example->folder) == 0 && dotenv_get(&env->env, name))
			return true;
	}
	return getenv(name) != NULL;
}

static void compare(struct env_look *look, const struct repository *repository, const struct found_env *example)
{
	struct words lacking = {0};
	look->examples++;
	for (size_t i = 0; i < example->env.names.count; i++)
		if (!stands_beside(repository, example, example->env.names.v[i]))
			words_add(&lacking, example->env.names.v[i]);
	if (lacking.count > 0) {
		char *path = discover_join(example->folder, ".env");
		add(look, ENV_LACKS, path, words_join(&lacking, ", "), example->path);
		mem_free(path);
	}
	words_done(&lacking);
}

/* --- all of them --------------------------------------------------------------------------------- */

static bool was_seen(const struct repository *repository, const char *absolute)
{
	bool is_seen = false;
	for (int i = 0; !is_seen && i < repository->env_count; i++) {
		char *path = places_join(repository->root, repository->envs[i]->path);
		is_seen = strcmp(path, absolute) == 0;
		mem_free(path);
	}
	return is_seen;
}

/* Without a file of configuration the folder is where somebody happens to be. */
static void judge_configured(struct env_look *look, const struct repository *repository, const struct config *config)
{
	for (int i = 0; i < config->env_file_count; i++)
		if (!was_seen(repository, config->env_files[i]->path))
			judge_env(look, config->env_files[i]->path, &config->env_files[i]->env);
}

bool env_look(const char *folder, const struct config *config, struct env_look *look, struct err *err)
{
	struct repository repository = {.root = places_absolute(folder), .wants_every_env = true};
	*look = (struct env_look){0};
	bool is_read = discover_scan(&repository, err);
	for (int i = 0; is_read && i < repository.env_count; i++) {
		const struct found_env *env = repository.envs[i];
		if (env->trouble)
			add(look, ENV_BROKEN, env->path, mem_copy(env->trouble), NULL);
		if (env->is_example)
			compare(look, &repository, env);
		else
			judge_env(look, env->path, &env->env);
	}
	for (size_t i = 0; i < repository.notes.count; i++)
		words_add(&look->notes, repository.notes.v[i]);
	if (is_read)
		judge_configured(look, &repository, config);
	discover_done(&repository);
	return is_read;
}

void env_look_done(struct env_look *look)
{
	for (int i = 0; i < look->count; i++) {
		mem_free(look->v[i].path);
		mem_free(look->v[i].what);
		mem_free(look->v[i].example);
	}
	mem_free(look->v);
	words_done(&look->notes);
	*look = (struct env_look){0};
}
