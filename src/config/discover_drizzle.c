/* config/discover_drizzle.c - drizzle.config.ts and its like: where the migrations go, which variable names the
 * database.
 *
 * It is a program, and nothing is run here: the literal properties are looked for in its text, comments left out.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "discover_internal.h"
#include "pgtend/core/mem.h"
#include "pgtend/core/places.h"

void discover_blank_comments(char *text)
{
	char quote = 0;
	for (char *p = text; *p; p++) {
		if (quote) {
			if (*p == '\\' && p[1])
				p++;
			else if (*p == quote || *p == '\n')
				quote = 0;
		} else if (*p == '\'' || *p == '"' || *p == '`') {
			quote = *p;
		} else if (p[0] == '/' && p[1] == '/') {
			while (*p && *p != '\n')
				*p++ = ' ';
			if (!*p)
				return;
		} else if (p[0] == '/' && p[1] == '*') {
			char *end = strstr(p + 2, "*/");
			for (char *to = end ? end + 2 : p + strlen(p); p < to; p++)
				*p = *p == '\n' ? '\n' : ' ';
			p--;
		}
	}
}

static bool is_word_byte(char c)
{
	return isalnum((unsigned char)c) || c == '_' || c == '$';
}

/* Behind `NAME:` at or after `from`; NULL: none. */
static const char *property(const char *from, const char *name)
{
	size_t length = strlen(name);
	for (const char *at = strstr(from, name); at; at = strstr(at + 1, name)) {
		const char *p = at + length;
		if (at > from && is_word_byte(at[-1]))
			continue;
		if (*p == '\'' || *p == '"')
			p++;
		p += strspn(p, " \t\r\n");
		if (*p == ':')
			return p + 1 + strspn(p + 1, " \t\r\n");
	}
	return NULL;
}

/* A literal string there; NULL: something else. */
static char *literal(const char *at)
{
	if (!at || (*at != '\'' && *at != '"' && *at != '`'))
		return NULL;
	const char *end = strchr(at + 1, *at);
	return end ? mem_copy_n(at + 1, (size_t)(end - at - 1)) : NULL;
}

/* "config.relationalDatabaseUrl" -> RELATIONAL_DATABASE_URL, as such a config names it. */
static char *as_variable(const char *word, size_t length)
{
	struct text name = {0};
	for (size_t i = 0; i < length; i++) {
		if (i > 0 && isupper((unsigned char)word[i]))
			text_add_char(&name, '_');
		text_add_char(&name, (char)toupper((unsigned char)word[i]));
	}
	return text_take(&name);
}

static bool is_variable_name(const char *word, size_t length)
{
	for (size_t i = 0; i < length; i++)
		if (islower((unsigned char)word[i]))
			return false;
	return length > 2;
}

/* process.env.X, process.env['X'] as string, env.X!, requireEnv("X"): the first word in capitals;
 * config.databaseUrl: the last word. */
static char *variable_of(const char *at)
{
	const char *last = NULL;
	size_t last_length = 0;
	for (const char *p = at; *p && !strchr(",}\n|?;", *p); p++) {
		size_t length = 0;
		if (!isalpha((unsigned char)*p) || (p > at && is_word_byte(p[-1])))
			continue;
		while (is_word_byte(p[length]))
			length++;
		if (is_variable_name(p, length))
			return mem_copy_n(p, length);
		last = p;
		last_length = length;
	}
	return last ? as_variable(last, last_length) : NULL;
}

static bool is_of_postgres(const char *text)
{
	char *dialect = literal(property(text, "dialect")), *driver = literal(property(text, "driver"));
	bool is_ours = dialect ? strcmp(dialect, "postgresql") == 0 : !driver || strcmp(driver, "pg") == 0;
	mem_free(dialect);
	mem_free(driver);
	return is_ours;
}

static struct found_drizzle *add_drizzle(struct repository *repository, const char *path)
{
	struct found_drizzle *drizzle = MEM_NEW(struct found_drizzle);
	const char *slash = strrchr(path, '/');
	drizzle->path = mem_copy(path);
	drizzle->package = slash ? mem_copy_n(path, (size_t)(slash - path)) : mem_copy("");
	repository->drizzles =
	    mem_grow(repository->drizzles, (size_t)repository->drizzle_count + 1, sizeof(struct found_drizzle *));
	repository->drizzles[repository->drizzle_count++] = drizzle;
	return drizzle;
}

/* migrations: { table: "x", schema: "y" } */
static void take_history(struct found_drizzle *drizzle, const char *text)
{
	const char *at = property(text, "migrations");
	const char *end = at && *at == '{' ? strchr(at, '}') : NULL;
	if (!end)
		return;
	char *block = mem_copy_n(at, (size_t)(end - at));
	drizzle->table = literal(property(block, "table"));
	drizzle->schema = literal(property(block, "schema"));
	mem_free(block);
}

static void take_file(struct repository *repository, const char *path)
{
	char *bytes;
	size_t length;
	struct err err;
	if (!discover_read(repository, path, &bytes, &length, &err)) {
		words_add(&repository->notes, err.text);
		return;
	}
	discover_blank_comments(bytes);
	if (is_of_postgres(bytes)) {
		struct found_drizzle *drizzle = add_drizzle(repository, path);
		char *out = literal(property(bytes, "out"));
		drizzle->out = discover_join(drizzle->package, out ? out : "drizzle");
		mem_free(out);
		const char *credentials = property(bytes, "dbCredentials");
		const char *url = credentials ? property(credentials, "url") : NULL;
		if (!url && credentials)
			url = property(credentials, "connectionString");
		drizzle->variable = url && *url != '\'' && *url != '"' ? variable_of(url) : NULL;
		take_history(drizzle, bytes);
		struct found_folder *folder = discover_add_folder(repository, drizzle->out, false);
		folder->drizzle = drizzle;
		if (!folder->dialect)
			folder->dialect = "drizzle";
	} else {
		words_take(&repository->notes, mem_format("%s is for another kind of database than PostgreSQL", path));
	}
	mem_free(bytes);
}

/* --- for one folder -------------------------------------------------------------------------------------- */

/* Is `folder` what this config's `out` names? Then its words about the history are taken. */
static bool take_config(const char *config, const char *place, const char *folder, char **schema, char **table)
{
	char *bytes = NULL;
	size_t length;
	struct err unreadable = {0};
	if (access(config, R_OK) != 0 || !places_read_file(config, &bytes, &length, &unreadable))
		return false;
	discover_blank_comments(bytes);
	char *out = literal(property(bytes, "out")), *joined = places_join(place, out ? out : "drizzle");
	char *real = realpath(joined, NULL);
	bool is_its = is_of_postgres(bytes) && real && strcmp(real, folder) == 0;
	if (is_its) {
		struct found_drizzle drizzle = {0};
		take_history(&drizzle, bytes);
		*schema = drizzle.schema;
		*table = drizzle.table;
	}
	free(real);
	mem_free(joined);
	mem_free(out);
	mem_free(bytes);
	return is_its;
}

bool discover_drizzle_history(const char *folder, char **schema, char **table)
{
	static const char *const names[] = {"drizzle.config.ts", "drizzle.config.js", "drizzle.config.mjs", "drizzle.config.cjs",
	    "drizzle.config.mts", "drizzle.config.json"};
	enum { LEVELS_MAX = 8 };
	char *real = realpath(folder, NULL);
	char *place = mem_copy(real);
	bool is_found = false;
	*schema = *table = NULL;
	for (int level = 0; place && *place && !is_found && level < LEVELS_MAX; level++) {
		for (size_t i = 0; !is_found && i < sizeof names / sizeof names[0]; i++) {
			char *config = places_join(place, names[i]);
			is_found = take_config(config, place, real, schema, table);
			mem_free(config);
		}
		*strrchr(place, '/') = 0;
	}
	mem_free(place);
	free(real);
	return is_found;
}

void discover_drizzle(struct repository *repository)
{
	for (size_t i = 0; i < repository->drizzle_files.count; i++)
		take_file(repository, repository->drizzle_files.v[i]);
}
