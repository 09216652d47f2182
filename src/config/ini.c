/* config/ini.c - see ini.h. */
#include "config.h"

#include "pgtend/config/ini.h"

#include <ini.h>
#include <string.h>

#include "pgtend/core/mem.h"
#include "pgtend/core/text.h"

/* Debian's inih takes its limits from variables; others have them compiled in. */
#if HAVE_DECL_INI_MAX_LINE && HAVE_DECL_INI_ALLOW_INLINE_COMMENTS
enum { LINE_BYTES = 65536, CUTS_INLINE_COMMENTS = 0 };
#else
enum { LINE_BYTES = INI_MAX_LINE, CUTS_INLINE_COMMENTS = INI_ALLOW_INLINE_COMMENTS };
#endif
enum { LARGEST_FILE_BYTES = 1024 * 1024 };
enum { LONGEST_LINE_BYTES = LINE_BYTES - 3 }; /* inih counts CR, LF and NUL */

struct reader {
	const char *name;
	const char *at, *end;
	int line;
	struct ini *ini;
	struct err *err;
	bool has_failed;
};

static void prepare_inih(void)
{
#if HAVE_DECL_INI_MAX_LINE && HAVE_DECL_INI_ALLOW_INLINE_COMMENTS
	ini_max_line = LINE_BYTES;
	ini_allow_inline_comments = false;
	ini_allow_multiline = false;
	ini_stop_on_first_error = true;
	ini_use_stack = false;
	ini_initial_alloc = LINE_BYTES; /* whole lines: it would ask our reader for the rest of one */
#endif
}

static bool fail(struct reader *reader, const char *format, ...) PGTEND_PRINTF(2, 3);
static bool fail(struct reader *reader, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	char *text = mem_vformat(format, args);
	va_end(args);
	reader->has_failed = true;
	err_set(reader->err, ERR_CONFIG, "%s:%d: %s", reader->name, reader->line, text);
	mem_free(text);
	return false;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* What would be damaged, or would damage a screen later, is refused here. */
static bool check_line(struct reader *reader, const char *line, size_t length)
{
	if (length > LONGEST_LINE_BYTES)
		return fail(reader, "the line is %zu bytes long, the longest may have %d", length, LONGEST_LINE_BYTES);
	for (size_t i = 0; i < length; i++) {
		unsigned char c = (unsigned char)line[i];
		if (c == 0)
			return fail(reader, "a NUL byte stands in the line; expected UTF-8 text");
		if ((c < ' ' && c != '\t') || c == 0x7f)
			return fail(reader, "the control byte \\x%02x stands in the line", c);
	}
	if (!text_is_valid_utf8(line, length))
		return fail(reader, "the line is not valid UTF-8");
	if (CUTS_INLINE_COMMENTS && line[0] != ';' && line[0] != '#')
		for (size_t i = 1; i < length; i++)
			if (line[i] == ';' && is_blank(line[i - 1]))
				return fail(reader, "a blank and ; stand in the line, behind which this build's inih would cut it");
	return true;
}

static bool open_section(struct reader *reader, const char *line, size_t length)
{
	const char *close = memchr(line, ']', length);
	if (!close)
		return fail(reader, "expected ] at the end of the section's name");
	const char *rest = close + 1, *end = line + length;
	while (rest < end && is_blank(*rest))
		rest++;
	if (rest < end && *rest != ';' && *rest != '#')
		return fail(reader, "expected nothing behind the ] of the section's name");
	const char *title = line + 1;
	while (title < close && is_blank(*title))
		title++;
	while (close > title && is_blank(close[-1]))
		close--;
	struct ini *ini = reader->ini;
	ini->sections = mem_grow(ini->sections, (size_t)ini->count + 1, sizeof *ini->sections);
	ini->sections[ini->count++] =
	    (struct ini_section){.line = reader->line, .title = mem_copy_n(title, (size_t)(close - title))};
	return true;
}

/* inih's reader function: one line at a time, so that the handler is called while reader->line is its line. */
static char *read_line(char *out, int size, void *stream)
{
	struct reader *reader = stream;
	if (reader->at >= reader->end)
		return NULL;
	const char *line = reader->at, *newline = memchr(line, '\n', (size_t)(reader->end - line));
	const char *end = newline ? newline : reader->end;
	reader->at = newline ? newline + 1 : reader->end;
	reader->line++;
	if (end > line && end[-1] == '\r')
		end--;
	while (line < end && is_blank(*line))
		line++;
	size_t length = (size_t)(end - line);
	if (!check_line(reader, line, length))
		return NULL;
	if (length > 0 && line[0] == '[') {
		if (!open_section(reader, line, length))
			return NULL;
		line = "[x]"; /* inih would cut a long name; which section it is, the handler knows from us */
		length = 3;
	}
	if (length + 2 > (size_t)size) {
		fail(reader, "the line is %zu bytes long, the longest may have %d", length, size - 2);
		return NULL;
	}
	memcpy(out, line, length);
	memcpy(out + length, "\n", 2);
	return out;
}

static int take_entry(void *user, const char *section, const char *name, const char *value)
{
	struct reader *reader = user;
	(void)section;
	if (reader->ini->count == 0)
		return fail(reader, "expected a [section] before the first key");
	if (!*name)
		return fail(reader, "expected a key before the =");
	struct ini_section *last = &reader->ini->sections[reader->ini->count - 1];
	last->entries = mem_grow(last->entries, (size_t)last->count + 1, sizeof *last->entries);
	last->entries[last->count++] =
	    (struct ini_entry){.line = reader->line, .name = mem_copy(name), .value = mem_copy(value)};
	return 1;
}

static bool is_utf16(const char *bytes, size_t length)
{
	return length >= 2 && (memcmp(bytes, "\xff\xfe", 2) == 0 || memcmp(bytes, "\xfe\xff", 2) == 0);
}

bool ini_read(const char *name, const char *bytes, size_t length, struct ini *ini, struct err *err)
{
	memset(ini, 0, sizeof *ini);
	if (length > LARGEST_FILE_BYTES)
		return err_set(err, ERR_CONFIG, "%s:1: the file is larger than 1 MB; expected sections and keys", name);
	if (is_utf16(bytes, length))
		return err_set(err, ERR_CONFIG, "%s:1: the file is UTF-16; expected UTF-8", name);
	size_t bom = length >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
	struct reader reader = {.name = name, .at = bytes + bom, .end = bytes + length, .ini = ini, .err = err};
	prepare_inih();
	int bad_line = ini_parse_stream(read_line, &reader, take_entry, &reader);
	if (!reader.has_failed && bad_line != 0) {
		if (bad_line > 0)
			reader.line = bad_line;
		fail(&reader, "expected \"key = value\" or \"[section]\" (a value cannot go on in the next line)");
	}
	if (!reader.has_failed)
		return true;
	ini_done(ini);
	return false;
}

void ini_done(struct ini *ini)
{
	for (int i = 0; i < ini->count; i++) {
		struct ini_section *section = &ini->sections[i];
		for (int k = 0; k < section->count; k++) {
			mem_free(section->entries[k].name);
			mem_free_secret(section->entries[k].value);
		}
		mem_free(section->entries);
		mem_free(section->title);
	}
	mem_free(ini->sections);
	memset(ini, 0, sizeof *ini);
}
