/* seeds/say.c - what a seed's program says, line by line into the log, without the connection's password. */
#include <stdlib.h>
#include <string.h>

#include "pgtend/core/mem.h"
#include "seeds_internal.h"

enum { LOG_LINES = 200, LINE_BYTES = 4000, SECRET_BYTES = 3 };

void seed_add_encoded(struct text *url, const char *value)
{
	for (; value != NULL && *value != '\0'; value++) {
		bool is_plain = (*value >= 'a' && *value <= 'z') || (*value >= 'A' && *value <= 'Z') ||
		                (*value >= '0' && *value <= '9') || strchr("-._~", *value) != NULL;
		if (is_plain)
			text_add_char(url, *value);
		else
			text_addf(url, "%%%02X", (unsigned)(unsigned char)*value);
	}
}

static void add_secret(struct words *secrets, const char *secret)
{
	/* Stars for every "a" of the output would tell more than they hide. */
	if (secret == NULL || strlen(secret) < SECRET_BYTES)
		return;
	struct text encoded = {0};
	seed_add_encoded(&encoded, secret);
	words_add(secrets, secret);
	words_take(secrets, text_take(&encoded));
}

void seed_speaker_init(
    struct seed_speaker *speaker, const struct seed_file *file, const struct conninfo *info, struct report *report)
{
	memset(speaker, 0, sizeof *speaker);
	speaker->file = file;
	speaker->report = report;
	add_secret(&speaker->secrets, conninfo_get(info, "password"));
	add_secret(&speaker->secrets, getenv("PGPASSWORD"));
}

static size_t secret_at(const struct words *secrets, const char *text)
{
	for (size_t i = 0; i < secrets->count; i++)
		if (text_starts_with(text, secrets->v[i]))
			return strlen(secrets->v[i]);
	return 0;
}

static char *without_secrets(const struct words *secrets, const char *line)
{
	struct text clean = {0};
	while (*line != '\0') {
		size_t length = secret_at(secrets, line);
		if (length > 0)
			text_add(&clean, "***");
		else
			text_add_char(&clean, *line);
		line += length > 0 ? length : 1;
	}
	return text_take(&clean);
}

static void say(struct seed_speaker *speaker, struct text *pending)
{
	if (pending->length > 0 && speaker->lines < LOG_LINES) {
		char *line = without_secrets(&speaker->secrets, text_str(pending));
		report_log(speaker->report, "%s: %s", speaker->file->name, line);
		mem_free(line);
	}
	if (pending->length > 0 && speaker->lines++ == LOG_LINES)
		report_log(speaker->report, "%s: ... more than %d lines", speaker->file->name, LOG_LINES);
	text_done(pending);
}

void seed_hear(enum child_stream stream, const char *bytes, size_t length, void *arg)
{
	struct seed_speaker *speaker = arg;
	struct text *pending = &speaker->pending[stream];
	for (size_t i = 0; i < length; i++) {
		if (bytes[i] == '\n' || bytes[i] == '\r' || pending->length >= LINE_BYTES)
			say(speaker, pending);
		if (bytes[i] != '\n' && bytes[i] != '\r' && bytes[i] != '\0')
			text_add_char(pending, bytes[i]);
	}
}

char *seed_last_line(const struct seed_speaker *speaker, const char *output)
{
	struct words lines = {0};
	words_split(&lines, output, "\n\r");
	char *last = lines.count > 0 ? without_secrets(&speaker->secrets, lines.v[lines.count - 1]) : NULL;
	words_done(&lines);
	return last;
}

void seed_speaker_done(struct seed_speaker *speaker)
{
	say(speaker, &speaker->pending[CHILD_STDOUT]);
	say(speaker, &speaker->pending[CHILD_STDERR]);
	for (size_t i = 0; i < speaker->secrets.count; i++)
		explicit_bzero(speaker->secrets.v[i], strlen(speaker->secrets.v[i]));
	words_done(&speaker->secrets);
}
