/* Makes the pages that are generated from the tables: make-docs man|ini|json FRAME. The frame is copied to standard output, each line
 * @NAME@ replaced by what the tables say. `make docs` runs it; a test fails when the committed pages are out of date. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../src/commands/internal.h"
#include "pgtend/cli/oneshot.h"
#include "pgtend/config/keys.h"
#include "pgtend/core/mem.h"
#include "pgtend/health/health.h"

/* --- roff --------------------------------------------------------------------------------------- */

static void add_roff(struct text *out, const char *s)
{
	bool is_line_start = true;
	for (; *s != '\0'; s++) {
		if (is_line_start && (*s == '.' || *s == '\''))
			text_add(out, "\\&");
		if (*s == '\\')
			text_add(out, "\\e");
		else if (*s == '-')
			text_add(out, "\\-");
		else
			text_add_char(out, *s);
		is_line_start = *s == '\n';
	}
}

static void add_roff_line(struct text *out, const char *before, const char *s, const char *after)
{
	text_add(out, before);
	add_roff(out, s);
	text_add(out, after);
	text_add_char(out, '\n');
}

static void add_tagged(struct text *out, const char *tag, const char *doc)
{
	text_add(out, ".TP\n");
	add_roff_line(out, "\\fB", tag, "\\fR");
	add_roff_line(out, "", doc, "");
}

static void man_verb(struct text *out, const struct verb *verb)
{
	char *title = verb_title(verb), *usage = verb_usage(verb), *exits = verb_exit_words(verb);
	add_roff_line(out, ".SS ", title, "");
	add_roff_line(out, ".B ", usage, "");
	add_roff_line(out, ".PP\n", verb->title, ".");
	add_roff_line(out, "", verb->help, "");
	for (const struct verb_option *option = verb->options; option != NULL && option->name != NULL; option++) {
		char *words = option_words(option);
		add_tagged(out, words, option->doc);
		mem_free(words);
	}
	char *guard = verb_guard_words(verb);
	add_roff_line(out, ".PP\nGuard: ", guard, ".");
	mem_free(guard);
	add_roff_line(out, ".PP\nExit status: ", exits, ".");
	add_roff_line(out, ".PP\nExample:\n.PP\n.RS 4\n.nf\n", verb->example, "\n.fi\n.RE");
	mem_free(title);
	mem_free(usage);
	mem_free(exits);
}

static bool man(struct text *out, const char *name)
{
	if (strcmp(name, "VERBS") == 0) {
		for (int i = 0; i < verb_count; i++)
			man_verb(out, verbs[i]);
	} else if (strcmp(name, "OPTIONS") == 0) {
		for (const struct verb_option *option = program_options; option->name != NULL; option++)
			add_tagged(out, option->name, option->doc);
	} else if (strcmp(name, "COMMON") == 0) {
		for (const struct verb_option *option = common_options; option->name != NULL; option++) {
			char *words = option_words(option);
			add_tagged(out, words, option->doc);
			mem_free(words);
		}
	} else {
		return false;
	}
	return true;
}

/* --- pgtend.ini(5) -------------------------------------------------------------------------------- */

static const char *key_type_words(enum key_type type)
{
	switch (type) {
	case KEY_TEXT:
		return "text";
	case KEY_INT:
		return "whole number";
	case KEY_BOOL:
		return "yes or no";
	case KEY_DURATION:
		return "duration: 30s, 5min, 2 days";
	case KEY_BYTES:
		return "size: 64MB, 2GB";
	case KEY_PATH:
		return "path, from the file's folder";
	case KEY_WORDS:
		return "words, parted by blanks or commas";
	case KEY_CHOICE:
		return NULL;
	case KEY_COMMAND:
		return "command, run without a shell; only after pgtend trust";
	case KEY_SECRET:
		return "text that may hold a secret";
	case KEY_LINES:
		return "text; may be given several times";
	case KEY_REFERENCE:
		return "a reference, TABLE.COLUMN -> DATABASE.TABLE.COLUMN";
	}
	return "";
}

static void ini_keys(struct text *out, enum section_kind kind)
{
	for (int i = 0; i < config_key_count; i++) {
		const struct config_key *key = &config_keys[i];
		if (key->section != kind)
			continue;
		struct text facts = {0};
		const char *type = key_type_words(key->type);
		if (type != NULL)
			text_addf(&facts, "(%s", type);
		else
			text_add(&facts, "(one of ");
		if (type != NULL && key->choices != NULL)
			text_add(&facts, ", ");
		if (key->choices != NULL)
			for (const char *c = key->choices; *c != '\0'; c++)
				text_add(&facts, *c == '|' ? ", " : (char[]){*c, '\0'});
		if (key->otherwise != NULL)
			text_addf(&facts, "; default %s", key->otherwise);
		text_add_char(&facts, ')');
		char *doc = mem_format("%s %s", key->doc, text_str(&facts));
		add_tagged(out, key->name, doc);
		mem_free(doc);
		text_done(&facts);
	}
}

static void threshold_keys(struct text *out)
{
	static const char *const kinds[] = {[LIMIT_SHARE] = "share in per cent", [LIMIT_DURATION] = "duration: 30s, 5min, 2 days", [LIMIT_COUNT] = "whole number",
		[LIMIT_BYTES] = "size: 100 MB, 2 GB"};
	for (int i = 0; i < limits_threshold_count; i++) {
		const struct limits_threshold *threshold = &limits_thresholds[i];
		char *doc = mem_format("%s (%s; default %s)", threshold->doc, kinds[threshold->kind], threshold->otherwise);
		add_tagged(out, threshold->name, doc);
		mem_free(doc);
	}
}

static bool ini(struct text *out, const char *name)
{
	if (strcasecmp(config_section_word(SECTION_THRESHOLD), name) == 0) {
		threshold_keys(out);
		return true;
	}
	for (int kind = 0; kind < SECTION_KINDS; kind++)
		if (strcasecmp(config_section_word((enum section_kind)kind), name) == 0) {
			ini_keys(out, (enum section_kind)kind);
			return true;
		}
	return false;
}

/* --- json.md -------------------------------------------------------------------------------------- */

static const char *cell_type_words(enum cell_type type)
{
	switch (type) {
	case CELL_TEXT:
		return "text";
	case CELL_BOOL:
		return "true or false";
	case CELL_COUNT:
	case CELL_ID:
		return "integer";
	case CELL_BYTES:
		return "integer, bytes";
	case CELL_REAL:
		return "number";
	case CELL_RATIO:
		return "number from 0 to 1";
	case CELL_SECONDS:
		return "number, seconds";
	case CELL_MS:
		return "number, milliseconds";
	case CELL_TIME:
		return "text, RFC 3339 in UTC";
	case CELL_WORDS:
		return "array of texts";
	case CELL_IDS:
		return "array of integers";
	case CELL_OBJECTS:
		return "array of objects";
	}
	return "";
}

static void json_shape(struct text *out, const struct table_shape *shape)
{
	text_add(out, "| key | type | what it says |\n|---|---|---|\n");
	for (int i = 0; i < shape->column_count; i++) {
		const struct table_column *column = &shape->columns[i];
		text_addf(out, "| `%s` | %s | ", column->name, cell_type_words(column->type));
		for (const char *c = column->doc != NULL ? column->doc : ""; *c != '\0'; c++)
			text_add(out, *c == '|' ? "\\|" : (char[]){*c, '\0'});
		text_add(out, " |\n");
	}
	text_add_char(out, '\n');
}

static bool json(struct text *out, const char *name)
{
	if (strcmp(name, "JOBS") == 0) {
		json_shape(out, &job_shape);
		return true;
	}
	if (strcmp(name, "VERBS") != 0)
		return false;
	for (int i = 0; i < verb_count; i++) {
		const struct verb *verb = verbs[i];
		if (verb->shape == NULL)
			continue;
		char *title = verb_title(verb);
		text_addf(out, "## %s\n\n%s. `%s`%s\n\n", title, verb->title, verb->example,
		    verb_acts_on_databases(verb) ? " These stand in `rows` of each object." : "");
		json_shape(out, verb->shape);
		if (verb->other_option != NULL) {
			text_addf(out, "With `%s`:\n\n", verb->other_option);
			json_shape(out, verb->other_shape);
		}
		mem_free(title);
	}
	return true;
}

/* --- frames --------------------------------------------------------------------------------------- */

typedef bool (*fill_fn)(struct text *out, const char *name);

/* "@VERBS@\n" -> "VERBS"; NULL: an ordinary line. Cuts the line. */
static const char *marker(char *line)
{
	size_t length = strcspn(line, "\n");
	if (length < 3 || line[0] != '@' || line[length - 1] != '@')
		return NULL;
	line[length - 1] = '\0';
	return line + 1;
}

static bool fill_frame(FILE *frame, fill_fn fill, struct text *out)
{
	char *line = NULL;
	size_t size = 0;
	bool is_good = true;
	while (is_good && getline(&line, &size, frame) > 0) {
		const char *name = marker(line);
		if (name == NULL)
			text_add(out, line);
		else if (!fill(out, name)) {
			fprintf(stderr, "make-docs: nothing is called @%s@\n", name);
			is_good = false;
		}
	}
	free(line);
	return is_good;
}

int main(int argc, char **argv)
{
	fill_fn fill = argc != 3                      ? NULL
	               : strcmp(argv[1], "man") == 0  ? man
	               : strcmp(argv[1], "ini") == 0  ? ini
	               : strcmp(argv[1], "json") == 0 ? json
	                                              : NULL;
	FILE *frame = fill != NULL ? fopen(argv[2], "re") : NULL;
	if (frame == NULL) {
		fprintf(stderr, "usage: make-docs man|ini|json FRAME\n");
		return 2;
	}
	struct text out = {0};
	bool is_good = fill_frame(frame, fill, &out);
	fclose(frame);
	if (is_good)
		fputs(text_str(&out), stdout);
	text_done(&out);
	return is_good && fflush(stdout) == 0 ? 0 : 1;
}
