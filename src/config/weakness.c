/* config/weakness.c - see weakness.h. Passwords that everybody guesses, and what a section names as ${NAME}. */
#include "pgtend/config/weakness.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "config_internal.h"
#include "conninfo_internal.h"
#include "pgtend/core/mem.h"

/* What stands in documentation, examples and images of containers. */
static const char *const known[] = {"postgres", "postgresql", "password", "passwd", "pass", "pgpassword", "secret", "admin", "administrator", "root",
    "toor", "test", "testing", "example", "default", "changeme", "change_me", "change-me", "changeit", "change-it", "letmein", "qwerty", "welcome",
    "user", "username", "guest", "docker", "database", "db", "pgbouncer", "timescale", "timescaledb", "supabase", "secure_password",
    "readonly_password", "your_password", "your-password", "yourpassword", "mysecretpassword", "mypassword", "1234", "12345", "123456", "1234567",
    "12345678", "123456789", "password1", "password123", "postgres123", "admin123", "pass123", "xxx", "xxxx", "xxxxxxxx"};

const char *weakness_of(const char *user, const char *dbname, const char *password)
{
	if (!password || !*password)
		return NULL;
	if (user && strcasecmp(user, password) == 0)
		return "the password is the role's own name";
	if (dbname && strcasecmp(dbname, password) == 0)
		return "the password is the database's name";
	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (strcasecmp(known[i], password) == 0)
			return "the password is one of those that everybody tries first";
	return strlen(password) < 8 ? "the password has fewer than 8 characters" : NULL;
}

static const char *given_password(const struct conninfo *info)
{
	const PQconninfoOption *options = conninfo_options();
	for (int i = 0; options[i].keyword; i++)
		if (strcmp(options[i].keyword, "password") == 0)
			return conninfo_given_at(info, i);
	return NULL;
}

const char *weakness_of_conninfo(const struct conninfo *info)
{
	return weakness_of(conninfo_get(info, "user"), conninfo_get(info, "dbname"), given_password(info));
}

bool weakness_has_password(const struct conninfo *info)
{
	const char *password = given_password(info);
	return password && *password;
}

/* --- ${NAME} ------------------------------------------------------------------------------------- */

static const char *path_of(const struct config *config, const struct dotenv *env)
{
	for (int i = 0; i < config->env_file_count; i++)
		if (&config->env_files[i]->env == env)
			return config->env_files[i]->path;
	return NULL;
}

/* Where config_variable() has it from. */
static const char *source_of(const struct config *config, const struct section *section, const char *name, const char *found)
{
	const struct section *sections[] = {section, section->above[0], section->above[1]};
	if (!found)
		return NULL;
	for (int i = 0; i < 3; i++)
		if (sections[i] && sections[i]->env && dotenv_get(sections[i]->env, name))
			return path_of(config, sections[i]->env);
	return "the environment";
}

static bool is_known_use(const struct variable_uses *uses, const char *name, const char *where)
{
	for (int i = 0; i < uses->count; i++)
		if (strcmp(uses->v[i].name, name) == 0 && strcmp(uses->v[i].where, where) == 0)
			return true;
	return false;
}

static void add_use(const struct config *config, const struct section *section, const struct value *value, char *name, struct variable_uses *uses)
{
	const char *found = config_variable(section, name);
	if (is_known_use(uses, name, value->where)) {
		mem_free(name);
		return;
	}
	uses->v = mem_grow(uses->v, (size_t)uses->count + 1, sizeof *uses->v);
	uses->v[uses->count++] = (struct variable_use){.name = name, .key = value->name, .where = value->where,
	    .from = source_of(config, section, name, found), .is_empty = found && !*found};
}

const char *config_other_node_env(const struct config *config, const struct section *database, const char **from)
{
	const struct section *sections[] = {database, database->above[0], database->above[1]};
	for (int i = 0; i < 3; i++) {
		const char *word = sections[i] && sections[i]->env ? dotenv_get(sections[i]->env, "NODE_ENV") : NULL;
		if (!word || !*word)
			continue;
		*from = path_of(config, sections[i]->env);
		return config_node_environment(word) != config_environment(config, database) ? word : NULL;
	}
	return NULL;
}

/* The text was read once already: what stands in it is well formed. */
static void add_uses(const struct config *config, const struct section *section, const struct value *value, struct variable_uses *uses)
{
	for (const char *at = value->written; (at = strstr(at, "${")) != NULL;) {
		bool is_meant_as_such = at > value->written && at[-1] == '$';
		const char *name = at += 2, *end = name;
		while (isalnum((unsigned char)*end) || *end == '_')
			end++;
		if (!is_meant_as_such && end > name)
			add_use(config, section, value, mem_copy_n(name, (size_t)(end - name)), uses);
	}
}

void config_variables(const struct config *config, const struct section *section, struct variable_uses *uses)
{
	for (int i = 0; i < section->count; i++)
		if (!section->values[i].is_verbatim && section->values[i].written)
			add_uses(config, section, &section->values[i], uses);
}

void variable_uses_done(struct variable_uses *uses)
{
	for (int i = 0; i < uses->count; i++)
		mem_free(uses->v[i].name);
	mem_free(uses->v);
	*uses = (struct variable_uses){0};
}
