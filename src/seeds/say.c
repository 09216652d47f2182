/* seeds/say.c - what a seed's program says, line by line into the log, without the connection's password. */
#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "pgtend/core/mem.h"
#include "seeds_internal.h"

/* A program that floods costs neither memory nor the log more than this. */
enum { LOG_LINES = 200, LINE_BYTES = 4000, SECRET_BYTES = 3, ESCAPE_BYTES = 6 };
/* Begins the line in which the helper says how it ended: for pgtend, not for the log. */
static const char verdict_mark = '\x1e';

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
	if (secret == NULL || *secret == '\0' || words_has(secrets, secret))
		return;
	/* Stars for every "a" of the output would tell more than they hide: a short one is one only where a URL has it. */
	if (strlen(secret) < SECRET_BYTES)
		words_take(secrets, mem_format(":%s@", secret));
	else
		words_add(secrets, secret);
}

void seed_speaker_init(
    struct seed_speaker *speaker, const struct seed_file *file, const struct conninfo *info, struct report *report)
{
	memset(speaker, 0, sizeof *speaker);
	speaker->file = file;
	speaker->report = report;
	add_secret(&speaker->secrets, conninfo_get(info, "password"));
	add_secret(&speaker->secrets, getenv("PGPASSWORD"));
	add_secret(&speaker->secrets, file->found_password);
}

/* ---- taking secrets out ------------------------------------------------------ */

static size_t hex_at(const char *text, size_t digits, unsigned char wanted)
{
	char number[5] = {0};
	for (size_t i = 0; i < digits; i++) {
		if (!isxdigit((unsigned char)text[i]))
			return 0;
		number[i] = text[i];
	}
	return strtoul(number, NULL, 16) == wanted ? digits : 0;
}

/* Bytes in which one byte of a secret stands there: as it is, as in a URL (%3A), a JSON text (\", \u003a) or a shell's word (\;). */
static size_t byte_at(const char *text, unsigned char wanted)
{
	size_t length = 0;
	if (text[0] == '%' && (length = hex_at(text + 1, 2, wanted)) > 0)
		return length + 1;
	if (text[0] == '\\' && text[1] == 'u' && (length = hex_at(text + 2, 4, wanted)) > 0)
		return length + 2;
	if (text[0] == '\\' && text[1] == 'x' && (length = hex_at(text + 2, 2, wanted)) > 0)
		return length + 2;
	if (text[0] == '\\' && (unsigned char)text[1] == wanted)
		return 2;
	if ((unsigned char)text[0] == wanted)
		return 1;
	return wanted == ' ' && text[0] == '+' ? 1 : 0;
}

static size_t secret_at(const struct words *secrets, const char *text)
{
	for (size_t i = 0; i < secrets->count; i++) {
		const char *at = text, *secret = secrets->v[i];
		for (size_t length; *secret != '\0' && (length = byte_at(at, (unsigned char)*secret)) > 0; at += length)
			secret++;
		if (*secret == '\0')
			return (size_t)(at - text);
	}
	return 0;
}

char *seed_without_secrets(const struct seed_speaker *speaker, const char *line)
{
	struct text clean = {0};
	while (*line != '\0') {
		size_t length = secret_at(&speaker->secrets, line);
		if (length > 0)
			text_add(&clean, "***");
		else
			text_add_char(&clean, *line);
		line += length > 0 ? length : 1;
	}
	return text_take(&clean);
}

char *seed_without_password(const struct seed_file *file, const char *line)
{
	struct seed_speaker speaker;
	seed_speaker_init(&speaker, file, file->info, NULL);
	char *clean = seed_without_secrets(&speaker, line);
	seed_speaker_done(&speaker);
	return clean;
}

static void clean_in_place(const struct seed_file *file, char *text)
{
	char *clean = seed_without_password(file, text);
	/* stars may be longer than what they stand for, but the room is fixed */
	size_t room = strlen(text), length = strlen(clean) < room ? strlen(clean) : room;
	memcpy(text, clean, length);
	text[length] = '\0';
	mem_free(clean);
}

void seed_clean_err(const struct conninfo *info, const char *found_password, struct err *err)
{
	const struct seed_file any = {.info = info, .found_password = found_password};
	clean_in_place(&any, err->text);
	clean_in_place(&any, err->hint);
}

/* Whether a secret may have begun there that has not yet been said to its end. */
static bool may_begin(const struct words *secrets, const char *text)
{
	for (size_t i = 0; i < secrets->count; i++) {
		const char *at = text, *secret = secrets->v[i];
		for (size_t length; *secret != '\0' && (length = byte_at(at, (unsigned char)*secret)) > 0; at += length)
			secret++;
		bool is_cut_escape = (*at == '%' || *at == '\\') && strlen(at) < ESCAPE_BYTES;
		if (*secret != '\0' && (*at == '\0' || is_cut_escape))
			return true;
	}
	return false;
}

/* ---- hearing ----------------------------------------------------------------- */

static void keep(char **place, const char *line)
{
	mem_free(*place);
	*place = mem_copy(line);
}

static void say(struct seed_speaker *speaker, enum child_stream stream, const char *raw)
{
	if (*raw == verdict_mark) {
		keep(&speaker->verdict, raw + 1);
		return;
	}
	char *line = seed_without_secrets(speaker, raw);
	if (speaker->lines++ < LOG_LINES)
		report_log(speaker->report, "%s: %s", speaker->file->name, line);
	keep(&speaker->last[stream], line);
	if (speaker->wanted != NULL && text_starts_with(line, speaker->wanted))
		keep(&speaker->found, line);
	mem_free(line);
}

static void forget(struct text *text)
{
	if (text->s != NULL)
		explicit_bzero(text->s, text->length);
	text_done(text);
}

static void say_pending(struct seed_speaker *speaker, enum child_stream stream)
{
	if (speaker->pending[stream].length > 0)
		say(speaker, stream, text_str(&speaker->pending[stream]));
	forget(&speaker->pending[stream]);
}

/* A line without an end is cut where no secret stands across the cut. */
static void cut_pending(struct seed_speaker *speaker, enum child_stream stream)
{
	struct text *pending = &speaker->pending[stream], rest = {0};
	size_t at = 0;
	while (at < pending->length && !may_begin(&speaker->secrets, pending->s + at))
		at += 1;
	if (at > 0 && at < pending->length) {
		text_add(&rest, pending->s + at);
		pending->s[at] = '\0';
	}
	say_pending(speaker, stream);
	*pending = rest;
}

void seed_hear(enum child_stream stream, const char *bytes, size_t length, void *arg)
{
	struct seed_speaker *speaker = arg;
	struct text *pending = &speaker->pending[stream];
	for (size_t i = 0; i < length; i++) {
		if (bytes[i] == '\n' || bytes[i] == '\r')
			say_pending(speaker, stream);
		else if (bytes[i] != '\0')
			text_add_char(pending, bytes[i]);
		if (pending->length >= LINE_BYTES)
			cut_pending(speaker, stream);
	}
}

const char *seed_last_line(const struct seed_speaker *speaker)
{
	const char *last = speaker->last[CHILD_STDERR];
	return last != NULL ? last : speaker->last[CHILD_STDOUT];
}

void seed_speaker_end(struct seed_speaker *speaker)
{
	say_pending(speaker, CHILD_STDOUT);
	say_pending(speaker, CHILD_STDERR);
	if (speaker->lines > LOG_LINES)
		report_log(speaker->report, "%s: ... and %" PRId64 " lines more", speaker->file->name, speaker->lines - LOG_LINES);
}

void seed_speaker_done(struct seed_speaker *speaker)
{
	for (size_t i = 0; i < speaker->secrets.count; i++)
		explicit_bzero(speaker->secrets.v[i], strlen(speaker->secrets.v[i]));
	words_done(&speaker->secrets);
	mem_free(speaker->last[CHILD_STDOUT]);
	mem_free(speaker->last[CHILD_STDERR]);
	mem_free(speaker->verdict);
	mem_free(speaker->found);
	memset(speaker, 0, sizeof *speaker);
}
