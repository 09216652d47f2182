#include "pgtend/ui/prompt_history.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "pgtend/core/mem.h"
#include "pgtend/core/places.h"

/* postgres://user:word@host: the part between the colon and the at sign is a password. */
static bool has_url_password(const char *line)
{
	for (const char *p = strstr(line, "://"); p; p = strstr(p + 3, "://")) {
		const char *end = p + 3 + strcspn(p + 3, "/ \t\"'?");
		const char *at = memchr(p + 3, '@', (size_t)(end - p - 3));
		const char *colon = memchr(p + 3, ':', (size_t)(end - p - 3));

		if (at && colon && colon < at && colon + 1 < at)
			return true;
	}
	return false;
}

static bool has_secret_word(const char *line)
{
	static const char *const words[] = { "password", "passwd", "secret", "token" };

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		for (const char *p = strcasestr(line, words[i]); p; p = strcasestr(p + 1, words[i])) {
			const char *after = p + strlen(words[i]);

			after += strspn(after, " \t");
			if (*after == '=' || *after == ':' || *after == '\'' || *after == '"')
				return true;
		}
	}
	return false;
}

/* The end of the shell word that begins at p. */
static const char *word_end(const char *p)
{
	char quote = '\0';

	for (; *p; p++) {
		if (*p == '\\' && p[1] && quote != '\'')
			p++;
		else if (quote && *p == quote)
			quote = '\0';
		else if (!quote && (*p == '\'' || *p == '"'))
			quote = *p;
		else if (!quote && isspace((unsigned char)*p))
			break;
	}
	return p;
}

static void add_without_confirm(struct text *out, const char *line)
{
	const char *p = line;

	while (*p) {
		const char *end;

		p += strspn(p, " \t");
		end = word_end(p);
		if (strncmp(p, "--confirm", 9) == 0 && (p[9] == '=' || end == p + 9)) {
			if (p[9] != '=') {
				end += strspn(end, " \t");
				end = word_end(end);
			}
		} else if (end > p) {
			if (out->length > 0)
				text_add_char(out, ' ');
			text_add_n(out, p, (size_t)(end - p));
		}
		p = end;
	}
}

char *prompt_history_line(const char *line)
{
	struct text out = { 0 };

	if (!*line || isspace((unsigned char)*line) || has_url_password(line) || has_secret_word(line))
		return NULL;
	add_without_confirm(&out, line);
	if (out.length == 0) {
		text_done(&out);
		return NULL;
	}
	return text_take(&out);
}

static void forget_oldest(struct prompt_history *history)
{
	size_t over = history->lines.count - PROMPT_HISTORY_LINES;

	for (size_t i = 0; i < over; i++)
		mem_free(history->lines.v[i]);
	memmove(history->lines.v, history->lines.v + over, PROMPT_HISTORY_LINES * sizeof(char *));
	history->lines.count = PROMPT_HISTORY_LINES;
}

/* The file grows by a line a command; it is written anew when it has grown to twice what is kept. */
static void rewrite(struct prompt_history *history)
{
	char *joined = words_join(&history->lines, "\n"), *bytes = mem_format("%s\n", joined);
	struct err err;

	err_clear(&err);
	if (!places_write_file(history->path, bytes, strlen(bytes), &err))
		err_clear(&err); /* the history of this run is still in memory */
	mem_free(bytes);
	mem_free(joined);
}

void prompt_history_init(struct prompt_history *history, const char *path)
{
	struct err err;
	char *bytes = NULL;
	size_t length = 0;
	bool is_long;

	memset(history, 0, sizeof(*history));
	history->path = mem_copy(path);
	err_clear(&err);
	if (!path || !places_read_file(path, &bytes, &length, &err))
		return;
	for (char *line = strtok(bytes, "\n"); line; line = strtok(NULL, "\n"))
		if (text_is_valid_utf8(line, strlen(line)))
			words_add(&history->lines, line);
	mem_free(bytes);
	is_long = history->lines.count > 2 * PROMPT_HISTORY_LINES;
	if (history->lines.count > PROMPT_HISTORY_LINES)
		forget_oldest(history);
	if (is_long)
		rewrite(history);
}

void prompt_history_done(struct prompt_history *history)
{
	mem_free(history->path);
	words_done(&history->lines);
	memset(history, 0, sizeof(*history));
}

static bool append_to_file(const struct prompt_history *history, const char *line, struct err *err)
{
	char *folder = mem_copy(history->path), *slash = strrchr(folder, '/');
	bool is_done;

	if (slash)
		*slash = '\0';
	is_done = (!slash || !*folder || places_make_folder(folder, err)) && places_append_line(history->path, line, err);
	mem_free(folder);
	return is_done;
}

bool prompt_history_add(struct prompt_history *history, const char *line)
{
	char *kept = prompt_history_line(line);
	struct err err;

	if (!kept)
		return false;
	if (history->lines.count > 0 && strcmp(history->lines.v[history->lines.count - 1], kept) == 0) {
		mem_free(kept);
		return false;
	}
	err_clear(&err);
	if (history->path && !append_to_file(history, kept, &err))
		err_clear(&err);
	words_take(&history->lines, kept);
	if (history->lines.count > PROMPT_HISTORY_LINES)
		forget_oldest(history);
	return true;
}

int prompt_history_find(const struct prompt_history *history, int before, const char *wanted)
{
	for (int i = before - 1; i >= 0; i--)
		if (strstr(history->lines.v[i], wanted))
			return i;
	return -1;
}
