/* config/config.c - loading, and what is asked of a loaded configuration. */
#include "pgtend/config/config.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "config_internal.h"
#include "pgtend/core/mem.h"
#include "pgtend/core/places.h"
#include "pgtend/core/units.h"

/* --- loading --------------------------------------------------------------------------------- */

static struct config *config_new(void)
{
	struct config *config = MEM_NEW(struct config);
	config->folder = places_absolute("");
	return config;
}

static void section_free(struct section *section)
{
	for (int i = 0; i < section->count; i++) {
		struct value *value = &section->values[i];
		mem_free(value->name);
		mem_free_secret(value->text);
		mem_free_secret(value->written);
		mem_free(value->where);
	}
	mem_free(section->values);
	mem_free(section->name);
	mem_free(section->where);
	mem_free(section);
}

void config_free(struct config *config)
{
	if (!config)
		return;
	for (int i = 0; i < config->count; i++)
		section_free(config->sections[i]);
	mem_free(config->sections);
	for (int i = 0; i < config->env_file_count; i++) {
		mem_free(config->env_files[i]->path);
		dotenv_done(&config->env_files[i]->env);
		mem_free(config->env_files[i]);
	}
	mem_free(config->env_files);
	words_done(&config->env_paths);
	words_done(&config->warnings);
	if (config->hashed.s)
		explicit_bzero(config->hashed.s, config->hashed.size);
	text_done(&config->hashed);
	mem_free(config->path);
	mem_free(config->folder);
	mem_free(config);
}

/* On false the configuration is gone. */
static struct config *finish(struct config *config, bool ok, struct err *err)
{
	static const enum section_kind always[] = {SECTION_PGTEND, SECTION_THRESHOLD, SECTION_RUNNER, SECTION_ALIAS};
	for (size_t i = 0; ok && i < sizeof always / sizeof *always; i++)
		if (!config_section(config, always[i], ""))
			config_add_section(config, always[i], "", config->path ? config->path : "no pgtend.ini");
	ok = ok && config_fill_values(config, err) && config_check_names(config, err);
	if (ok) {
		config_warn_of_passwords(config);
		return config;
	}
	config_free(config);
	return NULL;
}

static bool take_text(struct config *config, const char *name, const char *bytes, size_t length, struct err *err)
{
	struct ini ini;
	if (!ini_read(name, bytes, length, &ini, err))
		return false;
	bool ok = config_take_ini(config, name, &ini, err);
	ini_done(&ini);
	return ok;
}

static void set_path(struct config *config, const char *path)
{
	const char *slash = strrchr(path, '/');
	mem_free(config->path);
	config->path = mem_copy(path);
	if (slash && path[0] == '/') {
		mem_free(config->folder);
		config->folder = mem_copy_n(path, slash == path ? 1 : (size_t)(slash - path));
	}
}

static struct config *load_file(struct config *config, const char *path, struct err *err)
{
	char *bytes = NULL;
	size_t length = 0;
	set_path(config, path);
	bool ok = places_read_any(path, &bytes, &length, err);
	if (!ok)
		err->kind = ERR_CONFIG;
	if (ok) {
		text_addf(&config->hashed, "%s\n%zu\n", path, length);
		text_add_n(&config->hashed, bytes, length);
		ok = take_text(config, path, bytes, length, err);
		explicit_bzero(bytes, length);
	}
	mem_free(bytes);
	return finish(config, ok, err);
}

/* --url and --dir: the n-th folder belongs to the n-th URL. */
static struct config *load_urls(struct config *config, const struct config_options *options, struct err *err)
{
	bool ok = true;
	config->is_given = true;
	for (size_t i = 0; ok && i < options->urls.count; i++) {
		char *where = mem_format("--url %zu", i + 1);
		struct conninfo *info = conninfo_parse(options->urls.v[i], err);
		ok = info || err_prefix(err, "%s", where);
		if (!ok) {
			err->kind = ERR_USAGE;
			mem_free(where);
			break;
		}
		const char *dbname = conninfo_effective(info, "dbname");
		char *name = mem_copy(dbname ? dbname : "database");
		for (int n = 2; config_section(config, SECTION_DATABASE, name); n++) {
			mem_free(name);
			name = mem_format("%s-%d", dbname, n);
		}
		struct section *section = config_add_section(config, SECTION_DATABASE, name, where);
		config_set_value(section, "url", options->urls.v[i], where);
		if (i < options->folders.count) {
			char *folder_where = mem_format("--dir %zu", i + 1);
			config_set_value(section, "migrations", options->folders.v[i], folder_where);
			mem_free(folder_where);
		}
		conninfo_free(info);
		mem_free(name);
		mem_free(where);
	}
	if (ok && options->folders.count > options->urls.count)
		ok = err_set(err, ERR_USAGE, "there are more --dir than --url: the n-th --dir belongs to the n-th --url");
	return finish(config, ok, err);
}

/* Nothing is configured: the PG* variables or a service say which server. */
static struct config *load_fallback(struct config *config, struct err *err)
{
	config->is_fallback = true;
	config->is_given = true;
	struct conninfo *info = conninfo_parse(NULL, err);
	if (!info)
		return finish(config, false, err);
	const char *dbname = conninfo_effective(info, "dbname");
	config_add_section(config, SECTION_DATABASE, dbname && *dbname ? dbname : "postgres", "the environment");
	conninfo_free(info);
	return finish(config, true, err);
}

struct config *config_of_server(const struct words *dbnames, struct err *err)
{
	struct config *config = config_new();
	config->is_fallback = true;
	config->is_given = true;
	for (size_t i = 0; i < dbnames->count; i++) {
		struct section *section = config_add_section(config, SECTION_DATABASE, dbnames->v[i], "the environment");
		config_set_value(section, "dbname", dbnames->v[i], "the environment");
	}
	return finish(config, true, err);
}

struct config *config_load(const struct config_options *options, struct err *err)
{
	struct config *config = config_new();
	if (options->urls.count > 0 && options->file) {
		err_set(err, ERR_USAGE, "-c and --url exclude each other: a file names its databases itself");
		return finish(config, false, err);
	}
	if (options->urls.count > 0)
		return load_urls(config, options, err);
	if (options->folders.count > 0) {
		err_set(err, ERR_USAGE, "--dir needs a --url: the n-th --dir belongs to the n-th --url");
		return finish(config, false, err);
	}
	struct found found;
	if (!config_find(options->file, &found, &config->warnings, err))
		return finish(config, false, err);
	if (!found.path)
		return load_fallback(config, err);
	config->is_given = found.is_given;
	config = load_file(config, found.path, err);
	mem_free(found.path);
	return config;
}

struct config *config_from_text(const char *name, const char *ini, struct err *err)
{
	struct config *config = config_new();
	config->is_given = true;
	set_path(config, name);
	return finish(config, take_text(config, name, ini, strlen(ini), err), err);
}

/* --- sections -------------------------------------------------------------------------------- */

const char *config_path(const struct config *config)
{
	return config->path;
}
const char *config_folder(const struct config *config)
{
	return config->folder;
}
bool config_is_given(const struct config *config)
{
	return config->is_given;
}
bool config_is_fallback(const struct config *config)
{
	return config->is_fallback;
}
const struct words *config_env_files(const struct config *config)
{
	return &config->env_paths;
}
const struct words *config_warnings(const struct config *config)
{
	return &config->warnings;
}

const struct section *config_section(const struct config *config, enum section_kind kind, const char *name)
{
	for (int i = 0; i < config->count; i++)
		if (config->sections[i]->kind == kind && strcmp(config->sections[i]->name, name) == 0)
			return config->sections[i];
	return NULL;
}

int config_count(const struct config *config, enum section_kind kind)
{
	int count = 0;
	for (int i = 0; i < config->count; i++)
		count += config->sections[i]->kind == kind;
	return count;
}

const struct section *config_at(const struct config *config, enum section_kind kind, int i)
{
	for (int k = 0; k < config->count; k++)
		if (config->sections[k]->kind == kind && i-- == 0)
			return config->sections[k];
	return NULL;
}

enum section_kind section_kind(const struct section *section)
{
	return section->kind;
}
const char *section_name(const struct section *section)
{
	return section->name;
}

const struct err *section_lacks(const struct section *section)
{
	return section->lacks.kind != ERR_NONE ? &section->lacks : NULL;
}

/* --- values ---------------------------------------------------------------------------------- */

const struct value *section_own(const struct section *section, const char *key)
{
	for (int i = 0; i < section->count; i++)
		if (strcmp(section->values[i].name, key) == 0)
			return &section->values[i];
	return NULL;
}

static const struct config_key *known_key(const struct section *section, const char *name)
{
	const struct config_key *key = config_find_key(section->kind, name);
	if (!key)
		mem_die("a key was asked for that this section does not have");
	return key;
}

/* Where to connect is taken together by config_conninfo(); everything else comes from the nearest section that
 * says it. */
static const struct value *find_value(const struct section *section, const struct config_key *key)
{
	const struct value *own = section_own(section, key->name);
	if (own && !own->is_default)
		return own;
	for (int i = 0; i < 2 && !config_is_connection_key(key->name); i++) {
		const struct section *above = section->above[i];
		const struct config_key *same = above ? config_find_key(above->kind, key->name) : NULL;
		const struct value *value = same && same->type == key->type ? section_own(above, key->name) : NULL;
		if (value && !value->is_default)
			return value;
	}
	return own;
}

const char *section_text(const struct section *section, const char *name)
{
	if (section->kind == SECTION_THRESHOLD || section->kind == SECTION_RUNNER || section->kind == SECTION_ALIAS) {
		const struct value *free_value = section_own(section, name);
		return free_value ? free_value->text : NULL;
	}
	const struct config_key *key = known_key(section, name);
	const struct value *value = find_value(section, key);
	return value && value->text ? value->text : key->otherwise;
}

bool section_is_set(const struct section *section, const char *name)
{
	const struct value *value = find_value(section, known_key(section, name));
	return value && value->text && !value->is_default;
}

const char *section_written(const struct section *section, const char *key)
{
	const struct value *value = section_own(section, key);
	return value && !value->is_default ? value->written : NULL;
}

const char *section_line(const struct section *section, const char *name, int i, const char **where)
{
	known_key(section, name);
	for (int k = 0; k < section->count; k++) {
		const struct value *value = &section->values[k];
		if (strcmp(value->name, name) != 0 || value->text == NULL || i-- > 0)
			continue;
		if (where)
			*where = value->where;
		return value->text;
	}
	return NULL;
}

int64_t section_int(const struct section *section, const char *name)
{
	const char *text = section_text(section, name);
	int64_t value = 0;
	return text && units_parse_int(text, &value) ? value : 0;
}

bool section_bool(const struct section *section, const char *name)
{
	const char *text = section_text(section, name);
	bool value = false;
	return text && config_parse_bool(text, &value) && value;
}

double section_seconds(const struct section *section, const char *name)
{
	const char *text = section_text(section, name);
	double seconds;
	return text && units_parse_duration_s(text, &seconds) ? seconds : -1;
}

void section_words(const struct section *section, const char *name, struct words *words)
{
	const char *text = section_text(section, name);
	if (text)
		words_split(words, text, " \t,");
}

const char *section_where(const struct section *section, const char *name)
{
	const struct config_key *key = name ? config_find_key(section->kind, name) : NULL;
	const struct value *value = key ? find_value(section, key) : name ? section_own(section, name) : NULL;
	return value ? value->where : section->where;
}

const char *section_item(const struct section *section, int i, const char **value)
{
	if (i < 0 || i >= section->count)
		return NULL;
	*value = section->values[i].text ? section->values[i].text : "";
	return section->values[i].name;
}

enum environment config_environment(const struct config *config, const struct section *database)
{
	(void)config;
	const char *word = section_text(database, "environment");
	for (int i = 0; word && i <= ENVIRONMENT_PRODUCTION; i++)
		if (strcmp(word, environment_word((enum environment)i)) == 0)
			return (enum environment)i;
	const char *node_env = config_variable(database, "NODE_ENV");
	return node_env ? config_node_environment(node_env) : ENVIRONMENT_DEVELOPMENT;
}
