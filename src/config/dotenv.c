/* config/dotenv.c - see dotenv.h. What dotenv and dotenv-expand of node do, but a mistake is said instead of
 * passed over. */
#include "dotenv_internal.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "pgtend/core/mem.h"
#include "pgtend/core/places.h"

enum state { RAW, UNDER_WAY, EXPANDED };

struct variable {
	int line;
	bool is_literal; /* in single quotes or backticks: not expanded */
	enum state state;
};

struct parser {
	const char *name;
	const char *at, *end;
	int line;
	struct dotenv *env;
	struct variable *variables; /* parallel to env->names */
	const struct dotenv *above;
	struct err *err;
	int depth;
};

enum { LARGEST_FILE_BYTES = 1024 * 1024, DEEPEST = 100 };

static bool fail(const struct parser *parser, int line, const char *what)
{
	return err_set(parser->err, ERR_CONFIG, "%s:%d: %s", parser->name, line, what);
}

static bool is_name_byte(char c)
{
	return isalnum((unsigned char)c) || c == '_' || c == '.' || c == '-';
}

static const char *skip_blanks(const char *at, const char *end)
{
	while (at < end && (*at == ' ' || *at == '\t' || *at == '\r'))
		at++;
	return at;
}

static const char *line_end(const char *at, const char *end)
{
	const char *newline = memchr(at, '\n', (size_t)(end - at));
	return newline ? newline : end;
}

/* The byte that closes the quote at `open`, or NULL. A backslash keeps the quote behind it from closing. */
static const char *closing_quote(const char *open, const char *end)
{
	for (const char *at = open + 1; at < end; at++) {
		if (*at == '\\' && at + 1 < end && at[1] == *open)
			at++;
		else if (*at == *open)
			return at;
	}
	return NULL;
}

/* As dotenv: \n and \r mean themselves in double quotes only, CRLF becomes LF. */
static char *unquote(const char *from, const char *to, bool is_double)
{
	struct text text = {0};
	for (; from < to; from++) {
		if (is_double && *from == '\\' && from + 1 < to && (from[1] == 'n' || from[1] == 'r'))
			text_add_char(&text, *++from == 'n' ? '\n' : '\r');
		else if (is_double && *from == '\\' && from + 1 < to && from[1] == '"')
			text_add_char(&text, *++from);
		else if (*from != '\r' || from + 1 == to || from[1] != '\n')
			text_add_char(&text, *from);
	}
	return text_take(&text);
}

static void set_variable(struct parser *parser, char *name, char *value, int line, bool is_literal)
{
	struct dotenv *env = parser->env;
	struct variable variable = {.line = line, .is_literal = is_literal};
	for (size_t i = 0; i < env->names.count; i++)
		if (strcmp(env->names.v[i], name) == 0) {
			mem_free(name);
			mem_free_secret(env->values.v[i]);
			env->values.v[i] = value;
			parser->variables[i] = variable;
			return;
		}
	parser->variables = mem_grow(parser->variables, env->names.count + 1, sizeof *parser->variables);
	parser->variables[env->names.count] = variable;
	words_take(&env->names, name);
	words_take(&env->values, value);
}

static void take_unquoted(struct parser *parser, char *name, const char *at, const char *stop)
{
	const char *end = stop;
	const char *comment = *at == '"' || *at == '\'' || *at == '`' ? NULL : memchr(at, '#', (size_t)(end - at));
	if (comment)
		end = comment;
	while (end > at && isspace((unsigned char)end[-1]))
		end--;
	set_variable(parser, name, mem_copy_n(at, (size_t)(end - at)), parser->line, false);
	parser->at = stop;
}

static bool take_value(struct parser *parser, char *name, const char *at)
{
	const char *stop = line_end(at, parser->end);
	if (at == stop) {
		set_variable(parser, name, mem_copy(""), parser->line, false);
		parser->at = stop;
		return true;
	}
	if (*at != '"' && *at != '\'' && *at != '`') {
		take_unquoted(parser, name, at, stop);
		return true;
	}
	const char *close = closing_quote(at, parser->end);
	if (!close) {
		mem_free(name);
		return err_set(parser->err, ERR_CONFIG, "%s:%d: the quote %c is not closed", parser->name, parser->line, *at);
	}
	const char *rest = skip_blanks(close + 1, parser->end);
	if (rest < parser->end && *rest != '\n' && *rest != '#') {
		/* "a" b: dotenv takes the whole as it stands */
		take_unquoted(parser, name, at, stop);
		return true;
	}
	set_variable(parser, name, unquote(at + 1, close, *at == '"'), parser->line, *at != '"');
	for (const char *p = at; p < close; p++)
		parser->line += *p == '\n';
	parser->at = line_end(close, parser->end);
	return true;
}

static bool take_line(struct parser *parser)
{
	const char *at = skip_blanks(parser->at, parser->end), *stop = line_end(at, parser->end);
	parser->at = stop;
	if (at == stop || *at == '#')
		return true;
	bool has_export = stop - at > 6 && memcmp(at, "export", 6) == 0 && (at[6] == ' ' || at[6] == '\t');
	if (has_export)
		at = skip_blanks(at + 6, stop);
	const char *name = at;
	while (at < stop && is_name_byte(*at))
		at++;
	const char *name_end = at;
	at = skip_blanks(at, stop);
	if (has_export && name_end > name && at == stop)
		return true; /* `export NAME`: sets nothing */
	bool is_colon = at < stop && *at == ':' && at == name_end && at + 1 < stop && (at[1] == ' ' || at[1] == '\t');
	if (name_end == name || at == stop || (*at != '=' && !is_colon))
		return fail(parser, parser->line, "expected NAME=value");
	return take_value(parser, mem_copy_n(name, (size_t)(name_end - name)), skip_blanks(at + 1, stop));
}

/* --- ${NAME} --------------------------------------------------------------------------------- */

static bool expand(struct parser *parser, size_t i);

static bool look_up(struct parser *parser, const char *name, const char **value)
{
	*value = NULL;
	for (size_t i = 0; i < parser->env->names.count; i++)
		if (strcmp(parser->env->names.v[i], name) == 0 && parser->variables[i].state != UNDER_WAY) {
			if (!expand(parser, i))
				return false;
			*value = parser->env->values.v[i];
			return true;
		}
	/* PATH=$PATH:/more means the PATH from outside */
	if (parser->above)
		*value = dotenv_get(parser->above, name);
	if (!*value)
		*value = getenv(name);
	return true;
}

/* at: behind "${". Adds the value of NAME}, NAME:-default} or NAME-default} (dotenv-expand takes both alike);
 * moves *at behind the }. */
static bool add_braced(struct parser *parser, const char **at, int line, struct text *out)
{
	const char *close = strchr(*at, '}'), *end = *at;
	while (end < close && (isalnum((unsigned char)*end) || *end == '_'))
		end++;
	bool is_colon = close && end[0] == ':' && end[1] == '-';
	if (!close || end == *at || (end != close && *end != '-' && !is_colon))
		return fail(parser, line, "expected ${NAME} or ${NAME:-otherwise} (a $ that is meant as such is written \\$)");
	char *name = mem_copy_n(*at, (size_t)(end - *at));
	const char *value;
	bool ok = look_up(parser, name, &value);
	mem_free(name);
	if (ok && value && *value)
		text_add(out, value);
	else if (ok && end != close)
		text_add_n(out, end + (is_colon ? 2 : 1), (size_t)(close - end) - (is_colon ? 2 : 1));
	*at = close + 1;
	return ok;
}

/* at: behind "$". A bare $NAME that nobody knows stays: it is more likely a part of a password. */
static bool add_bare(struct parser *parser, const char **at, struct text *out)
{
	const char *end = *at;
	while (isalnum((unsigned char)*end) || *end == '_')
		end++;
	const char *value = NULL;
	char *name = mem_copy_n(*at, (size_t)(end - *at));
	bool ok = true;
	if (*name && !isdigit((unsigned char)*name))
		ok = look_up(parser, name, &value);
	if (value)
		text_add(out, value);
	else
		text_addf(out, "$%s", name);
	mem_free(name);
	*at = end;
	return ok;
}

static bool expand(struct parser *parser, size_t i)
{
	struct variable *variable = &parser->variables[i];
	if (variable->state == EXPANDED)
		return true;
	if (variable->is_literal || !strchr(parser->env->values.v[i], '$')) {
		variable->state = EXPANDED;
		return true;
	}
	if (parser->depth >= DEEPEST)
		return fail(parser, variable->line, "variables name each other more than 100 deep");
	parser->depth++;
	variable->state = UNDER_WAY;
	struct text out = {0};
	bool ok = true;
	for (const char *at = parser->env->values.v[i]; ok && *at;) {
		if (at[0] == '\\' && at[1] == '$') {
			text_add_char(&out, '$');
			at += 2;
		} else if (*at != '$') {
			text_add_char(&out, *at++);
		} else if (at[1] == '{') {
			at += 2;
			ok = add_braced(parser, &at, variable->line, &out);
		} else {
			at++;
			ok = add_bare(parser, &at, &out);
		}
		if (ok && out.length > DOTENV_LONGEST_BYTES)
			ok = fail(parser, variable->line, "the value grows beyond 64 kB by the variables in it");
	}
	mem_free_secret(parser->env->values.v[i]);
	parser->env->values.v[i] = text_take(&out);
	variable->state = EXPANDED;
	parser->depth--;
	return ok;
}

/* --- the face -------------------------------------------------------------------------------- */

static bool parse_all(struct parser *parser)
{
	while (parser->at < parser->end) {
		parser->line++;
		if (!take_line(parser))
			return false;
		if (parser->at < parser->end)
			parser->at++; /* the newline */
	}
	for (size_t i = 0; i < parser->env->names.count; i++)
		if (!expand(parser, i))
			return false;
	return true;
}

bool dotenv_parse(
    const char *name, const char *bytes, size_t length, const struct dotenv *above, struct dotenv *env, struct err *err)
{
	memset(env, 0, sizeof *env);
	struct parser parser = {.name = name, .at = bytes, .end = bytes + length, .env = env, .above = above, .err = err};
	if (length > LARGEST_FILE_BYTES)
		return fail(&parser, 1, "the file is larger than 1 MB; expected variables");
	if (length >= 2 && (memcmp(bytes, "\xff\xfe", 2) == 0 || memcmp(bytes, "\xfe\xff", 2) == 0))
		return fail(&parser, 1, "the file is UTF-16; expected UTF-8");
	if (length >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0)
		parser.at += 3;
	const char *nul = memchr(bytes, 0, length);
	if (nul) {
		int line = 1;
		for (const char *p = bytes; p < nul; p++)
			line += *p == '\n';
		return fail(&parser, line, "a NUL byte stands in the line; expected text");
	}
	bool ok = parse_all(&parser);
	mem_free(parser.variables);
	if (!ok)
		dotenv_done(env);
	return ok;
}

bool dotenv_read(const char *path, const struct dotenv *above, struct dotenv *env, struct err *err)
{
	char *bytes;
	size_t length;
	memset(env, 0, sizeof *env);
	if (!places_read_any(path, &bytes, &length, err))
		return false;
	bool ok = dotenv_parse(path, bytes, length, above, env, err);
	explicit_bzero(bytes, length);
	mem_free(bytes);
	return ok;
}

const char *dotenv_get(const struct dotenv *env, const char *name)
{
	for (size_t i = 0; i < env->names.count; i++)
		if (strcmp(env->names.v[i], name) == 0)
			return env->values.v[i];
	return NULL;
}

void dotenv_done(struct dotenv *env)
{
	for (size_t i = 0; i < env->values.count; i++)
		explicit_bzero(env->values.v[i], strlen(env->values.v[i]));
	words_done(&env->names);
	words_done(&env->values);
}
