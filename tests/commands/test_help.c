/* Every row of the table of verbs can be explained, and is sound. */
#include "fixture.h"

#include <ctype.h>

static void every_verb_says_arguments_guard_and_example(void **state)
{
	(void)state;
	for (int i = 0; i < verb_count; i++) {
		const struct verb *verb = verbs[i];
		char *help = command_help(verb->name, verb->subverb);
		const char *parts[] = {"Usage: pgtend ", verb->name, verb->title, "\nOptions:\n", "\nGuard:\n",
		    "\nExit status:\n", "\nExample:\n", verb->example};
		for (size_t p = 0; p < sizeof parts / sizeof parts[0]; p++)
			if (strstr(help, parts[p]) == NULL)
				fail_msg(
				    "the help of %s %s lacks '%s'", verb->name, verb->subverb != NULL ? verb->subverb : "", parts[p]);
		if (verb->scope != VERB_NO_DATABASE)
			assert_non_null(strstr(help, "\nArguments:\n"));
		mem_free(help);
	}
}

static void every_row_is_sound(void **state)
{
	(void)state;
	for (int i = 0; i < verb_count; i++) {
		const struct verb *verb = verbs[i];
		assert_non_null(verb->run);
		assert_non_null(verb->help);
		assert_true(isupper((unsigned char)verb->title[0]));
		assert_true(verb->title[strlen(verb->title) - 1] != '.');
		assert_true(strncmp(verb->example, "pgtend ", 7) == 0);
		assert_non_null(strstr(verb->example, verb->name));
		/* What a guard stands before must be possible to look at first, and be asked about a database. */
		if (verb->level > GUARD_L0) {
			if (!verb->has_dry_run)
				fail_msg("%s %s has no --dry-run", verb->name, verb->subverb != NULL ? verb->subverb : "");
			assert_true(verb->scope == VERB_ACTS || verb->scope == VERB_ACTS_ONE);
		}
		if (verb->level >= GUARD_L2 && verb->preview == NULL)
			fail_msg("%s %s asks without a preview", verb->name, verb->subverb != NULL ? verb->subverb : "");
		assert_true(verb->least_words <= verb->most_words);
		for (const struct verb_option *option = verb->options; option != NULL && option->name != NULL; option++) {
			assert_true(strncmp(option->name, "--", 2) == 0);
			assert_true(strlen(option->doc) > 3);
			assert_true((option->type == OPTION_FLAG) == (option->value == NULL));
		}
	}
}

static void rows_of_one_verb_stand_together_and_differ(void **state)
{
	(void)state;
	for (int i = 0; i < verb_count; i++)
		for (int j = i + 1; j < verb_count; j++) {
			if (strcmp(verbs[i]->name, verbs[j]->name) != 0)
				continue;
			assert_string_equal(verbs[i]->name, verbs[j - 1]->name);
			assert_non_null(verbs[j]->subverb);
			assert_true(verbs[i]->subverb == NULL || strcmp(verbs[i]->subverb, verbs[j]->subverb) != 0);
		}
}

/* The guards of the design's table, for the verbs that exist. */
static void levels_are_those_of_the_table(void **state)
{
	(void)state;
	static const struct {
		const char *name, *subverb;
		enum guard_level level;
		bool is_never;
	} rows[] = {
	    {"status", NULL, GUARD_L0, false},
	    {"tables", NULL, GUARD_L0, false},
	    {"chunks", NULL, GUARD_L0, false},
	    {"activity", NULL, GUARD_L0, false},
	    {"pools", NULL, GUARD_L0, false},
	    {"statements", NULL, GUARD_L0, false},
	    {"slow", NULL, GUARD_L2, false},
	    {"explain", NULL, GUARD_L2, false},
	    {"migrate", "status", GUARD_L0, false},
	    {"migrate", "new", GUARD_L0, false},
	    {"migrate", "up", GUARD_L2, false},
	    {"migrate", "down", GUARD_L3, false},
	    {"create", NULL, GUARD_L1, false},
	    {"backup", NULL, GUARD_L1, false},
	    {"vacuum", NULL, GUARD_L1, false},
	    {"vacuum", "analyze", GUARD_L1, false},
	    {"vacuum", "full", GUARD_L2, false},
	    {"seed", NULL, GUARD_L2, true},
	    {"clean", NULL, GUARD_L3, true},
	    {"init", NULL, GUARD_L0, false},
	    {"trust", NULL, GUARD_L0, false},
	    {"unlock", NULL, GUARD_L0, false},
	    {"sandbox", "up", GUARD_L0, false},
	    {"audit", NULL, GUARD_L0, false},
	};
	for (size_t r = 0; r < sizeof rows / sizeof rows[0]; r++) {
		const struct verb *found = NULL;
		for (int i = 0; i < verb_count && found == NULL; i++) {
			bool is_same = verbs[i]->subverb == NULL || rows[r].subverb == NULL
			                   ? verbs[i]->subverb == rows[r].subverb
			                   : strcmp(verbs[i]->subverb, rows[r].subverb) == 0;
			found = strcmp(verbs[i]->name, rows[r].name) == 0 && is_same ? verbs[i] : NULL;
		}
		if (found == NULL)
			fail_msg("no verb %s %s", rows[r].name, rows[r].subverb != NULL ? rows[r].subverb : "");
		if (found->level != rows[r].level || found->is_never_in_production != rows[r].is_never)
			fail_msg("the guard of %s %s", rows[r].name, rows[r].subverb != NULL ? rows[r].subverb : "");
	}
}

/* Long titles go on in the next line. */
static char *in_one_line(char *wrapped)
{
	struct words words = {0};
	words_split(&words, wrapped, " \n");
	char *line = words_join(&words, " ");
	words_done(&words);
	mem_free(wrapped);
	return line;
}

static void the_list_names_every_verb(void **state)
{
	(void)state;
	char *help = in_one_line(command_help(NULL, NULL));
	for (int i = 0; i < verb_count; i++)
		assert_non_null(strstr(help, verbs[i]->title));
	assert_non_null(strstr(help, "--url"));
	mem_free(help);
}

static void a_verb_with_subverbs_shows_them_all(void **state)
{
	(void)state;
	char *help = command_help("migrate", NULL);
	assert_non_null(strstr(help, "migrate up"));
	assert_non_null(strstr(help, "migrate down"));
	mem_free(help);
	struct err err = {0};
	assert_true(command_known("migrate", "up", &err));
	assert_false(command_known("migrate", "upp", &err));
	assert_false(command_known("migrat", NULL, &err));
	assert_non_null(strstr(err.text, "'migrate'"));
}

static void lines_fit_a_terminal(void **state)
{
	(void)state;
	for (int i = 0; i < verb_count; i++) {
		char *help = command_help(verbs[i]->name, verbs[i]->subverb);
		char *rest = help, *line;
		while ((line = strsep(&rest, "\n")) != NULL)
			if (strlen(line) > 80 && strstr(line, verbs[i]->example) == NULL)
				fail_msg("%s: '%s' is too long", verbs[i]->name, line);
		mem_free(help);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_verb_says_arguments_guard_and_example),
	    cmocka_unit_test(every_row_is_sound),
	    cmocka_unit_test(rows_of_one_verb_stand_together_and_differ),
	    cmocka_unit_test(levels_are_those_of_the_table),
	    cmocka_unit_test(the_list_names_every_verb),
	    cmocka_unit_test(a_verb_with_subverbs_shows_them_all),
	    cmocka_unit_test(lines_fit_a_terminal),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
