/* seeds/environment.c - what a seed's program finds in its environment: where the database is, and which one it is. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "pgtend/core/mem.h"
#include "seeds_internal.h"

static const struct conninfo *info_of(const struct database *database)
{
	return database->direct != NULL ? database->direct : database->info;
}

static void add_password(struct text *url, const struct conninfo *info)
{
	const char *password = conninfo_get(info, "password");
	if (password == NULL)
		password = getenv("PGPASSWORD");
	if (password == NULL || *password == '\0')
		return;
	text_add(url, ":");
	seed_add_encoded(url, password);
}

/* Host and port stand among the parameters, where also a socket's folder and a list of hosts may stand. */
static char *url_of(const struct conninfo *info)
{
	static const char *const kept[] = {"sslmode", "sslrootcert", "sslcert", "sslkey"};
	struct conninfo *copy = conninfo_copy(info);
	struct text url = {0};
	text_add(&url, "postgresql://");
	seed_add_encoded(&url, conninfo_effective(copy, "user"));
	add_password(&url, info);
	const char *host = conninfo_effective(copy, "host");
	bool is_plain_host = host != NULL && host[0] != '/' && strchr(host, ',') == NULL;
	text_add(&url, "@");
	if (is_plain_host)
		seed_add_encoded(&url, host);
	const char *port = conninfo_effective(copy, "port");
	if (is_plain_host && port != NULL)
		text_addf(&url, ":%s", port);
	text_add(&url, "/");
	seed_add_encoded(&url, conninfo_effective(copy, "dbname"));
	char joint = '?';
	if (!is_plain_host && host != NULL) {
		text_add(&url, "?host=");
		seed_add_encoded(&url, host);
		text_addf(&url, "&port=%s", port != NULL ? port : "5432");
		joint = '&';
	}
	for (size_t i = 0; i < sizeof kept / sizeof kept[0]; i++)
		if (conninfo_get(info, kept[i]) != NULL) {
			text_addf(&url, "%c%s=", joint, kept[i]);
			seed_add_encoded(&url, conninfo_get(info, kept[i]));
			joint = '&';
		}
	conninfo_free(copy);
	return text_take(&url);
}

/* "${CORE_DATABASE_URL}" gives CORE_DATABASE_URL. NULL: the address is not just one variable. Caller frees. */
static char *variable_of(const struct section *section, const char *key)
{
	const char *written = section_written(section, key);
	if (written != NULL && *written == '"')
		written++;
	if (written == NULL || !text_starts_with(written, "${"))
		return NULL;
	size_t length = 0;
	while (isalnum((unsigned char)written[2 + length]) || written[2 + length] == '_')
		length++;
	const char *rest = strchr(written, '}');
	bool is_all = rest != NULL && (rest[1] == '\0' || strcmp(rest + 1, "\"") == 0);
	return is_all && length > 0 ? mem_copy_n(written + 2, length) : NULL;
}

/* The team's own code reads its own variable. It must not find there what stands in our environment or what it would take from a .env file:
 * that is another database as soon as this one is a copy under a name of its own. */
static void add_team_variable(struct words *env, const struct section *section, const char *key, const char *url)
{
	char *variable = variable_of(section, key);
	if (variable != NULL && strcmp(variable, "DATABASE_URL") != 0)
		words_take(env, mem_format("%s=%s", variable, url));
	mem_free(variable);
}

void seed_add_environment(struct words *env, const struct database *database, const struct seed_file *file)
{
	char *url = url_of(info_of(database));
	words_take(env, mem_format("DATABASE_URL=%s", url));
	add_team_variable(env, database->section, "url", url);
	add_team_variable(env, database->section, "direct", url);
	explicit_bzero(url, strlen(url));
	mem_free(url);
	add_team_variable(env, database->section, "dbname", database->dbname);
	words_take(env, mem_format("PGTEND_DATABASE=%s", database->name));
	if (file->is_environment_chosen || getenv("NODE_ENV") == NULL)
		words_take(env, mem_format("NODE_ENV=%s", file->environment));
}

void seed_forget_environment(struct words *env)
{
	for (size_t i = 0; i < env->count; i++)
		if (strstr(env->v[i], "=postgresql://") != NULL)
			explicit_bzero(env->v[i], strlen(env->v[i]));
	words_done(env);
}
