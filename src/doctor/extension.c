/* doctor/extension.c - extensions: those that pgtend.ini wants and those that are there, with what each needs of the server. */
#include "internal.h"

#include <string.h>

#include "pgtend/core/mem.h"
#include "pgtend/core/units.h"
#include "pgtend/sql_embedded.h"

/* "{timescaledb,vector}", each in quotes. Caller frees. */
static char *wanted_array(const struct walk *walk)
{
	struct words wanted = {0};
	struct text array = {0};

	section_words(walk->database->section, "extensions", &wanted);
	text_add_char(&array, '{');
	for (size_t i = 0; i < wanted.count; i++) {
		text_add(&array, i > 0 ? ",\"" : "\"");
		for (const char *c = wanted.v[i]; *c; c++) {
			if (*c == '"' || *c == '\\')
				text_add_char(&array, '\\');
			text_add_char(&array, *c);
		}
		text_add_char(&array, '"');
	}
	text_add_char(&array, '}');
	words_done(&wanted);
	return text_take(&array);
}

static const char *cell(const struct result *result, int row, const char *column)
{
	return result_text(result, row, result_column(result, column));
}

static void say_missing(struct walk *walk, const struct result *result, int row, const char *name)
{
	char *quoted = walk_quoted(walk, name);

	if (result_bool(result, row, result_column(result, "is_at_hand")))
		step_say(walk, STEP_EXTENSION, FOUND_FAILED, mem_format("%s is wanted by pgtend.ini and not in the database", name), mem_format("CREATE EXTENSION %s", quoted));
	else
		step_say(walk, STEP_EXTENSION, FOUND_FAILED, mem_format("%s is wanted by pgtend.ini and not on the server", name),
			mem_format("install its package on the server, then: CREATE EXTENSION %s", quoted));
	mem_free(quoted);
}

/* Without its library each of its functions is an error; TimescaleDB's tables are, too. */
static void say_not_loaded(struct walk *walk, const struct result *result, int row, const char *name)
{
	const char *preloaded = cell(result, row, "preloaded");
	char *list = preloaded && *preloaded ? mem_format("%s,%s", preloaded, name) : mem_copy(name);

	if (preloaded && strstr(preloaded, name))
		step_say(walk, STEP_EXTENSION, FOUND_FAILED, mem_format("%s is in shared_preload_libraries, but not loaded", name), mem_copy("restart the server, and look at its log"));
	else
		step_say(walk, STEP_EXTENSION, FOUND_FAILED, mem_format("%s is in the database, but its library does not start with the server", name),
			preloaded ? mem_format("shared_preload_libraries = '%s' in postgresql.conf, then restart the server", list)
			          : mem_format("add %s to shared_preload_libraries in postgresql.conf, then restart the server", name));
	mem_free(list);
}

static void say_one(struct walk *walk, const struct result *result, int row, struct words *well)
{
	const char *name = cell(result, row, "name"), *installed = cell(result, row, "installed"), *at_hand = cell(result, row, "at_hand");
	bool needs_library = cell(result, row, "mark") != NULL, is_loaded = result_bool(result, row, result_column(result, "is_loaded"));

	if (!name)
		return;
	if (!installed) {
		say_missing(walk, result, row, name);
		return;
	}
	if (needs_library && !is_loaded) {
		say_not_loaded(walk, result, row, name);
	} else if (!result_bool(result, row, result_column(result, "is_at_hand"))) {
		step_say(walk, STEP_EXTENSION, FOUND_FAILED, mem_format("%s %s is in the database, but its files are not on the server", name, installed),
			mem_copy("install its package on the server again: the one of this major version"));
	} else if (at_hand && strcmp(at_hand, installed) != 0) {
		char *quoted = walk_quoted(walk, name);

		step_say(walk, STEP_EXTENSION, FOUND_NOTE, mem_format("%s is %s, the server has %s", name, installed, at_hand), mem_format("ALTER EXTENSION %s UPDATE", quoted));
		mem_free(quoted);
	} else {
		words_take(well, mem_format("%s %s", name, installed));
	}
}

void step_extension(struct walk *walk)
{
	char *wanted = wanted_array(walk);
	const char *params[] = {wanted};
	struct result *result = NULL;
	struct words well = {0};
	struct err err = {0};
	int64_t started_us = units_now_us();

	if (session_query_wait(walk->session, sql_doctor_extensions, params, 1, DOCTOR_QUESTION_MS, &result, &err)) {
		for (int row = 0; row < result_rows(result); row++)
			say_one(walk, result, row, &well);
		char *list = words_join(&well, ", ");

		step_say(walk, STEP_EXTENSION, FOUND_OK, mem_copy(well.count > 0 ? list : "none is wanted"), NULL);
		mem_free(list);
	} else {
		step_say(walk, STEP_EXTENSION, FOUND_FAILED, mem_copy(err.text), NULL);
	}
	step_took(walk, STEP_EXTENSION, (double)(units_now_us() - started_us) / 1000.0);
	result_free(result);
	words_done(&well);
	mem_free(wanted);
}
