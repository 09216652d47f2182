/* config/config_value.c - values: variables filled in, quotes taken off, types checked. */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "config_internal.h"
#include "dotenv_internal.h"
#include "pgtend/config/reference.h"
#include "pgtend/core/mem.h"
#include "pgtend/core/places.h"
#include "pgtend/core/units.h"

/* --- what this machine has not ---------------------------------------------------------------- */

/* A database whose variable or .env file is missing here (a checkout of one package of several) is left out of the fleet with that reason, and holds
 * up no other. What [pgtend], servers and poolers lack, all of them lack. */
static bool is_forgiven(struct section *section, const struct err *err)
{
	if (section->kind != SECTION_DATABASE)
		return false;
	if (section->lacks.kind == ERR_NONE)
		section->lacks = *err;
	return true;
}

/* --- .env files ------------------------------------------------------------------------------ */

/* For trust: path and length before the bytes, so that no two sets of files read the same. */
static void remember_bytes(struct config *config, const char *path, const char *bytes, size_t length)
{
	text_addf(&config->hashed, "%s\n%zu\n", path, length);
	text_add_n(&config->hashed, bytes, length);
}

static bool read_env_file(
    struct config *config, const struct value *value, const struct dotenv *above, struct dotenv **env, struct err *err)
{
	const char *path = value->text;
	for (int i = 0; i < config->env_file_count; i++)
		if (strcmp(config->env_files[i]->path, path) == 0) {
			*env = &config->env_files[i]->env;
			return true;
		}
	char *bytes;
	size_t length;
	if (!places_read_any(path, &bytes, &length, err)) {
		err->kind = ERR_CONFIG;
		return err_prefix(err, "%s: env_file", value->where);
	}
	struct env_file *file = MEM_NEW(struct env_file);
	bool ok = dotenv_parse(path, bytes, length, above, &file->env, err);
	if (ok) {
		file->path = mem_copy(path);
		config->env_files = mem_grow(config->env_files, (size_t)config->env_file_count + 1, sizeof(struct env_file *));
		config->env_files[config->env_file_count++] = file;
		words_add(&config->env_paths, path);
		remember_bytes(config, path, bytes, length);
		*env = &file->env;
	} else {
		mem_free(file);
	}
	explicit_bzero(bytes, length);
	mem_free(bytes);
	return ok;
}

/* --- ${NAME} --------------------------------------------------------------------------------- */

/* The .env files win over the environment: a DATABASE_URL exported in the shell must not turn five databases into
 * one. */
const char *config_variable(const struct section *section, const char *name)
{
	const char *value = section->env ? dotenv_get(section->env, name) : NULL;
	for (int i = 0; !value && i < 2; i++)
		if (section->above[i] && section->above[i]->env)
			value = dotenv_get(section->above[i]->env, name);
	return value ? value : getenv(name);
}

static bool unknown_variable(struct section *section, const struct value *value, const char *name, struct err *err)
{
	const struct value *file = section_own(section, "env_file");
	struct err unknown = {0};
	if (section->env && file) {
		err_set(&unknown, ERR_CONFIG, "%s: the variable %s stands neither in %s nor in the environment", value->where, name,
		    file->text);
	} else {
		err_set(&unknown, ERR_CONFIG, "%s: the variable %s is not set", value->where, name);
		err_hint(&unknown, "Name the .env file that holds it: env_file = PATH");
	}
	if (is_forgiven(section, &unknown))
		return true;
	*err = unknown;
	return false;
}

/* at: behind "${". */
static bool add_variable(
    struct section *section, const struct value *value, const char **at, struct text *out, struct err *err)
{
	const char *close = strchr(*at, '}'), *end = *at;
	while (end < close && (isalnum((unsigned char)*end) || *end == '_'))
		end++;
	bool has_otherwise = close && end[0] == ':' && end[1] == '-';
	if (!close || end == *at || (end != close && !has_otherwise))
		return err_set(err, ERR_CONFIG,
		    "%s: expected ${NAME} or ${NAME:-otherwise} (${ that is meant as such is written $${)", value->where);
	char *name = mem_copy_n(*at, (size_t)(end - *at));
	const char *found = config_variable(section, name);
	bool ok = true;
	if (found && (*found || !has_otherwise))
		text_add(out, found);
	else if (has_otherwise)
		text_add_n(out, end + 2, (size_t)(close - end) - 2);
	else
		ok = unknown_variable(section, value, name, err);
	mem_free(name);
	*at = close + 1;
	return ok;
}

static bool fill_in(struct section *section, struct value *value, struct err *err)
{
	struct text out = {0};
	bool ok = true;
	for (const char *at = value->text; ok && *at;) {
		if (strncmp(at, "$${", 3) == 0) {
			text_add(&out, "${");
			at += 3;
		} else if (strncmp(at, "${", 2) == 0) {
			at += 2;
			ok = add_variable(section, value, &at, &out, err);
		} else {
			text_add_char(&out, *at++);
		}
	}
	mem_free_secret(value->text);
	value->text = text_take(&out);
	return ok;
}

/* --- types ----------------------------------------------------------------------------------- */

static enum key_type type_of(const struct section *section, const struct value *value)
{
	if (value->key)
		return value->key->type;
	return section->kind == SECTION_THRESHOLD ? KEY_TEXT : KEY_COMMAND;
}

/* "a b" -> a b, with \" and \\ inside. Commands keep their quotes: they are split like a shell line. */
static bool take_off_quotes(struct value *value, struct err *err)
{
	char *text = value->text;
	size_t length = strlen(text);
	if (length == 0 || text[0] != '"')
		return true;
	if (length < 2 || text[length - 1] != '"')
		return err_set(err, ERR_CONFIG, "%s: the quote \" is not closed", value->where);
	char *to = text;
	for (const char *from = text + 1; from < text + length - 1; from++) {
		if (*from == '"')
			return err_set(err, ERR_CONFIG,
			    "%s: expected nothing behind the closing quote (a quote inside is written \\\")", value->where);
		if (*from == '\\' && (from[1] == '"' || from[1] == '\\'))
			from++;
		if (from == text + length - 1)
			return err_set(err, ERR_CONFIG, "%s: the quote \" is not closed", value->where);
		*to++ = *from;
	}
	*to = 0;
	return true;
}

/* "refresh = 2s ; often" is not a comment here, as in pg_service.conf: say so instead of taking it into the value. */
static bool refuse_comment(const struct value *value, struct err *err)
{
	for (const char *p = value->text; *p; p++)
		if ((*p == ' ' || *p == '\t') && (p[1] == ';' || p[1] == '#'))
			return err_set(err, ERR_CONFIG,
			    "%s: a comment stands on a line of its own (a value that holds \" %c\" is put in \"quotes\")",
			    value->where, p[1]);
	return true;
}

static bool wrong(const struct value *value, struct err *err, const char *expected)
{
	char *shown = text_visible(value->written);
	err_set(err, ERR_CONFIG, "%s: %s = %s: expected %s", value->where, value->name, shown, expected);
	mem_free(shown);
	return false;
}

static bool check_int(const struct value *value, struct err *err)
{
	int64_t number, least = 0, most = INT32_MAX;
	if (value->key->choices) {
		const char *dots = strstr(value->key->choices, "..");
		least = strtoll(value->key->choices, NULL, 10);
		most = strtoll(dots + 2, NULL, 10);
	}
	if (units_parse_int(value->text, &number) && number >= least && number <= most)
		return true;
	char *expected = mem_format("a whole number from %lld to %lld", (long long)least, (long long)most);
	wrong(value, err, expected);
	mem_free(expected);
	return false;
}

bool config_parse_bool(const char *s, bool *value)
{
	static const char *const words[2][4] = {{"no", "off", "false", "0"}, {"yes", "on", "true", "1"}};
	for (int is_true = 0; is_true < 2; is_true++)
		for (int i = 0; i < 4; i++)
			if (strcasecmp(s, words[is_true][i]) == 0) {
				*value = is_true;
				return true;
			}
	return false;
}

static bool check_choice(const struct value *value, struct err *err)
{
	struct words choices = {0};
	words_split(&choices, value->key->choices, "|");
	bool ok = words_has(&choices, value->text);
	if (!ok) {
		const char *nearest = text_nearest(value->text, (const char *const *)choices.v, choices.count);
		char *list = words_join(&choices, ", ");
		char *expected = mem_format(
		    "one of %s%s%s%s", list, nearest ? "; did you mean \"" : "", nearest ? nearest : "", nearest ? "\"?" : "");
		wrong(value, err, expected);
		mem_free(list);
		mem_free(expected);
	}
	words_done(&choices);
	return ok;
}

static bool check_written_reference(const struct value *value, struct err *err)
{
	struct reference reference;
	bool ok = reference_parse(value->text, &reference, err);
	reference_done(&reference);
	if (ok)
		return true;
	err->kind = ERR_CONFIG;
	return err_prefix(err, "%s", value->where);
}

static void make_absolute(const struct config *config, struct value *value)
{
	/* libpq's word for the system's own certificates */
	if (strcmp(value->name, "sslrootcert") == 0 && strcmp(value->text, "system") == 0)
		return;
	char *path = places_join(config->folder, value->text);
	mem_free(value->text);
	value->text = path;
}

static bool check_type(const struct config *config, const struct section *section, struct value *value, struct err *err)
{
	double seconds;
	int64_t bytes;
	bool truth;
	switch (type_of(section, value)) {
	case KEY_INT:
		return check_int(value, err);
	case KEY_BOOL:
		return config_parse_bool(value->text, &truth) || wrong(value, err, "yes or no");
	case KEY_DURATION:
		return (units_parse_duration_s(value->text, &seconds) && seconds >= 0) ||
		       wrong(value, err, "a duration such as 2s, 5min, 30 days");
	case KEY_BYTES:
		return (units_parse_bytes(value->text, &bytes) && bytes >= 0) || wrong(value, err, "a size such as 64MB");
	case KEY_CHOICE:
		return check_choice(value, err);
	case KEY_PATH:
		make_absolute(config, value);
		return true;
	case KEY_REFERENCE:
		return check_written_reference(value, err);
	case KEY_TEXT:
	case KEY_WORDS:
	case KEY_COMMAND:
	case KEY_SECRET:
	case KEY_LINES:
		break;
	}
	return true;
}

static bool is_plain(enum key_type type)
{
	return type != KEY_SECRET && type != KEY_COMMAND;
}

/* These have quotes of their own inside. */
static bool keeps_quotes(enum key_type type)
{
	return type == KEY_COMMAND || type == KEY_REFERENCE || type == KEY_LINES;
}

static bool is_never_empty(const char *name)
{
	static const char *const names[] = {"url", "direct", "host", "dbname", "environment"};
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (strcmp(names[i], name) == 0)
			return true;
	return false;
}

static bool fill_value(const struct config *config, struct section *section, struct value *value, struct err *err)
{
	enum key_type type = type_of(section, value);
	if (value->is_verbatim)
		return check_type(config, section, value, err);
	bool is_quoted = type != KEY_LINES && value->text[0] == '"';
	if (is_plain(type) && !is_quoted && !refuse_comment(value, err))
		return false;
	if (!keeps_quotes(type) && !take_off_quotes(value, err))
		return false;
	bool is_said = *value->text != '\0';
	if (!fill_in(section, value, err))
		return false;
	/* nobody will read it */
	if (section->lacks.kind != ERR_NONE)
		return true;
	/* An emptied variable must not lead to libpq's default server, nor out of production. */
	if (is_said && !*value->text && is_never_empty(value->name))
		return err_set(err, ERR_CONFIG, "%s: %s: its variable is empty (expected a value; leave the key out where none is meant)",
		    value->where, value->name);
	if (!*value->text) {
		/* nothing: not set, and what stands above does not count either */
		mem_free(value->text);
		value->text = NULL;
		return true;
	}
	return check_type(config, section, value, err);
}

/* --- all of them ----------------------------------------------------------------------------- */

static bool take_env_file(struct config *config, struct section *section, struct err *err)
{
	struct value *value = (struct value *)section_own(section, "env_file");
	if (!value)
		return true;
	if (!fill_value(config, section, value, err))
		return false;
	const struct section *above = section->kind == SECTION_PGTEND ? NULL : config_section(config, SECTION_PGTEND, "");
	if (!value->text || read_env_file(config, value, above ? above->env : NULL, &section->env, err))
		return true;
	return access(value->text, F_OK) != 0 && errno == ENOENT && is_forgiven(section, err);
}

static void find_above(const struct config *config, struct section *section)
{
	if (section->kind == SECTION_PGTEND)
		return;
	const struct value *server = section->kind == SECTION_DATABASE ? section_own(section, "server") : NULL;
	section->above[0] =
	    server && server->text && *server->text ? config_section(config, SECTION_SERVER, server->text) : NULL;
	section->above[1] = config_section(config, SECTION_PGTEND, "");
}

/* Defaults of paths lie in the file's folder too. */
static void add_default_paths(const struct config *config, struct section *section)
{
	for (int i = 0; i < config_key_count; i++) {
		const struct config_key *key = &config_keys[i];
		if (key->section != section->kind || key->type != KEY_PATH || !key->otherwise ||
		    section_own(section, key->name))
			continue;
		section_add_value(section, key, key->name, key->otherwise, section->where);
		struct value *value = &section->values[section->count - 1];
		make_absolute(config, value);
		value->is_default = true;
	}
}

static bool fill_section(struct config *config, struct section *section, struct err *err)
{
	if (!take_env_file(config, section, err))
		return false;
	for (int i = 0; i < section->count; i++)
		if (strcmp(section->values[i].name, "env_file") != 0 && !fill_value(config, section, &section->values[i], err))
			return false;
	add_default_paths(config, section);
	return true;
}

bool config_fill_values(struct config *config, struct err *err)
{
	/* [pgtend] first, then the servers: the others look there */
	static const enum section_kind order[] = {SECTION_PGTEND, SECTION_SERVER, SECTION_POOLER, SECTION_DATABASE,
	    SECTION_THRESHOLD, SECTION_RUNNER, SECTION_ALIAS};
	for (size_t k = 0; k < sizeof order / sizeof *order; k++)
		for (int i = 0; i < config->count; i++) {
			if (config->sections[i]->kind != order[k])
				continue;
			find_above(config, config->sections[i]);
			if (!fill_section(config, config->sections[i], err))
				return false;
		}
	return true;
}
