/* Words to commands: verbs, databases, options, aliases, and what is said about slips. */
#include "fixture.h"

#include "../../src/commands/internal.h"
#include "pgtend/health/health.h"

static int setup(void **state)
{
	(void)state;
	return make_fleet(THREE_DATABASES
	    "[alias]\nst = status --format json\nloop = pool\npool = loop\naudit = status\nbad = status 'open\n");
}

static struct command *parse_with(struct database *selected, const char *line, struct err *err)
{
	struct words words = {0};
	assert_true(command_split(line, &words, err));
	struct command *command = command_parse(fleet, words.v, (int)words.count, selected, err);
	words_done(&words);
	return command;
}

static struct command *parse(const char *line)
{
	struct err err = {0};
	struct command *command = parse_with(NULL, line, &err);
	if (command == NULL)
		fail_msg("%s: %s", line, err.text);
	return command;
}

/* The line is refused as wrong usage, in one line that holds `wanted`. */
static void refuse(const char *line, const char *wanted)
{
	struct err err = {0};
	struct command *command = parse_with(NULL, line, &err);
	assert_null(command);
	if (err.kind != ERR_USAGE || strstr(err.text, wanted) == NULL)
		fail_msg("%s: said %s, wanted %s", line, err.text, wanted);
	assert_null(strchr(err.text, '\n'));
}

static void expect_verb(const char *line, const char *name, const char *subverb)
{
	struct command *command = parse(line);
	assert_string_equal(command_verb(command)->name, name);
	if (subverb != NULL)
		assert_string_equal(command_verb(command)->subverb, subverb);
	else
		assert_null(command_verb(command)->subverb);
	command_free(command);
}

static void a_line_is_split_as_a_shell_does(void **state)
{
	(void)state;
	struct words words = {0};
	struct err err = {0};
	assert_true(command_split("  unlock shop 5 'a b' \"c \\\"d\\\"\" e\\ f '' g'h'i ", &words, &err));
	assert_int_equal(words.count, 8);
	assert_string_equal(words.v[3], "a b");
	assert_string_equal(words.v[4], "c \"d\"");
	assert_string_equal(words.v[5], "e f");
	assert_string_equal(words.v[6], "");
	assert_string_equal(words.v[7], "ghi");
	words_done(&words);
	assert_false(command_split("status 'open", &words, &err));
	assert_int_equal(err.kind, ERR_USAGE);
	words_done(&words);
	assert_true(command_split("", &words, &err));
	assert_int_equal(words.count, 0);
}

static void verbs_and_subverbs_are_found(void **state)
{
	(void)state;
	expect_verb("status", "status", NULL);
	expect_verb("migrate up core", "migrate", "up");
	expect_verb("migrate --count 1 up core", "migrate", "up");
	expect_verb("--format json status", "status", NULL);
	expect_verb("--format=json status", "status", NULL);
	expect_verb("vacuum core", "vacuum", NULL);
	expect_verb("vacuum full core", "vacuum", "full");
}

static void slips_name_the_nearest(void **state)
{
	(void)state;
	refuse("statsu", "did you mean 'status'");
	refuse("migrate upp core", "did you mean 'migrate up'");
	refuse("migrate", "needs one of: ");
	refuse("status crore", "did you mean \"core\"");
	refuse("status --formt json", "did you mean --format");
	refuse("status --format jsn", "did you mean 'json'");
	refuse("status --format", "needs table|json|csv");
	refuse("status --help=yes-or-no", "takes no value");
	refuse("migrate up core --count one", "whole number");
	refuse("migrate up core --count 1 --count 2", "given twice");
	refuse("qwertyuiop", "is no verb");
	refuse("", "no verb");
	refuse("unlock core", "");
	refuse("audit core shop", "one word too many");
	/* --confirm means something only where something is asked. */
	refuse("status --confirm pshop_db", "has no option --confirm");
}

static void databases_by_section_or_dbname_or_all(void **state)
{
	(void)state;
	struct command *command = parse("seed shop atriz_core shop");
	assert_false(command_is_all(command));
	command_free(command);
	command = parse("seed all");
	assert_true(command_is_all(command));
	command_free(command);
	/* What only reads takes all; what acts wants to be told. */
	command = parse("status");
	assert_true(command_is_all(command));
	command_free(command);
	refuse("seed", "needs a database");
}

static void the_selected_one_is_the_default(void **state)
{
	(void)state;
	struct err err = {0};
	struct command *command = parse_with(fleet->databases[2], "seed", &err);
	assert_non_null(command);
	assert_false(command_is_all(command));
	command_free(command);
	command = parse_with(fleet->databases[2], "migrate new add_orders", &err);
	assert_non_null(command);
	assert_string_equal(command_words(command)->v[0], "add_orders");
	command_free(command);
	command = parse_with(fleet->databases[2], "migrate new core add_orders", &err);
	assert_non_null(command);
	assert_string_equal(command_words(command)->v[0], "add_orders");
	command_free(command);
}

static void one_database_and_further_words(void **state)
{
	(void)state;
	struct command *command = parse("unlock shop 15 because of 'ticket 4711'");
	const struct words *words = command_words(command);
	assert_int_equal(words->count, 4);
	assert_string_equal(words->v[0], "15");
	assert_string_equal(words->v[3], "ticket 4711");
	command_free(command);
	refuse("unlock nowhere 15 reason", "no database is called");
	refuse("unlock shop 15", "is missing");
}

/* `snapshot shop` while core is selected means shop, and no snapshot of core that is called shop. */
static void a_database_alone_is_no_name(void **state)
{
	(void)state;
	struct err err = {0};
	assert_null(parse_with(fleet->databases[0], "snapshot shop", &err));
	assert_non_null(strstr(err.text, "NAME is missing"));
	assert_null(parse_with(fleet->databases[0], "rewind atriz_core", &err));
	assert_non_null(strstr(err.text, "NAME is missing"));
	struct command *command = parse_with(fleet->databases[0], "snapshot core shop", &err);
	assert_non_null(command);
	assert_string_equal(command_words(command)->v[0], "shop");
	command_free(command);
}

static void options_carry_values(void **state)
{
	(void)state;
	struct command *command = parse("vacuum core --table a --table=public.b --dry-run --confirm atriz_core");
	const struct words *tables = command_option_all(command, "--table");
	assert_int_equal(tables->count, 2);
	assert_string_equal(tables->v[1], "public.b");
	assert_true(command_flag(command, "--dry-run"));
	assert_false(command_flag(command, "--with-deps"));
	assert_string_equal(command_option(command, "--confirm"), "atriz_core");
	assert_string_equal(command_format(command), "table");
	command_free(command);
	command = parse("migrate up core --count 3 --format csv");
	assert_int_equal(command_int(command, "--count", -1), 3);
	assert_int_equal(command_int(command, "--other", -1), -1);
	assert_string_equal(command_format(command), "csv");
	command_free(command);
}

static void dependencies_come_along_when_asked(void **state)
{
	(void)state;
	struct command *command = parse("seed shop");
	assert_int_equal(command->database_count, 1);
	command_free(command);
	command = parse("seed shop --with-deps");
	assert_int_equal(command->database_count, 3);
	command_free(command);
	/* Each once, however often it is named. */
	command = parse("seed shop core pshop_db all --with-deps");
	assert_int_equal(command->database_count, 3);
	command_free(command);
	refuse("status shop --with-deps", "has no option --with-deps");
}

/* The verb's words and the engine's checks are the same ones, in whatever order. */
static void items_are_the_checks_that_there_are(void **state)
{
	(void)state;
	struct words items = {0};
	words_split(&items, verb_row("check", NULL)->item, "|");
	for (size_t i = 0; i < items.count; i++)
		assert_non_null(health_check_find(items.v[i])); /* other words for some of them among them */
	for (int i = 0; i < health_check_count; i++)
		assert_true(words_has(&items, health_checks[i]->name));
	words_done(&items);
	struct command *command = parse("check retention,jobs shop");
	assert_string_equal(command_item(command), "retention,jobs");
	command_free(command);
	refuse("check retention,job shop", "'job' is none of");
	refuse("check , shop", "',' is none of");
	refuse("check", "is missing");
}

static void two_dashes_end_options(void **state)
{
	(void)state;
	struct err err = {0};
	assert_null(parse_with(NULL, "status -- --format", &err));
	assert_non_null(strstr(err.text, "no database is called \"--format\""));
	/* Behind them stands a database, also one that is called like a subverb. */
	assert_null(parse_with(NULL, "vacuum -- full", &err));
	assert_non_null(strstr(err.text, "no database is called \"full\""));
}

static void aliases_stand_for_words(void **state)
{
	(void)state;
	struct command *command = parse("st core");
	assert_string_equal(command_verb(command)->name, "status");
	assert_string_equal(command_format(command), "json");
	command_free(command);
	refuse("loop", "stands for itself");
	refuse("bad", "not closed");
	/* A verb is never hidden. */
	expect_verb("audit", "audit", NULL);
}

static void help_is_given_whatever_else_is_wrong(void **state)
{
	(void)state;
	struct command *command = parse("migrate up nowhere --what --help");
	assert_true(command_wants_help(command));
	command_free(command);
	command = parse("migrate -h");
	assert_true(command_wants_help(command));
	command_free(command);
}

static void the_verb_is_found_among_options(void **state)
{
	(void)state;
	char *words[] = {(char *)"--format", (char *)"json", (char *)"--dry-run", (char *)"status", (char *)"core"};
	assert_string_equal(command_verb_word(words, 5), "status");
	assert_null(command_verb_word(words, 3));
}

/* Where the row is not known yet, its name must tell how an option of it is read. */
static void options_of_one_name_take_values_alike(void **state)
{
	(void)state;
	for (int a = 0; a < verb_count; a++)
		for (const struct verb_option *one = verbs[a]->options; one != NULL && one->name != NULL; one++)
			for (int b = 0; b < verb_count; b++)
				for (const struct verb_option *other = verbs[b]->options; other != NULL && other->name != NULL; other++)
					if (strcmp(verbs[a]->name, verbs[b]->name) == 0 && strcmp(one->name, other->name) == 0 &&
					    (one->type == OPTION_FLAG) != (other->type == OPTION_FLAG))
						fail_msg("%s of two rows of %s", one->name, verbs[a]->name);
}

/* restore --drop is a flag, migrate repair --drop takes an index. */
static void a_flag_of_one_verb_is_a_value_of_another(void **state)
{
	static const char *const restores[] = {"--drop restore shop", "restore --drop shop", "restore shop --drop"};
	static const char *const repairs[] = {"--drop public.i migrate repair shop", "migrate --drop public.i repair shop",
	    "migrate repair shop --drop public.i", "migrate repair --drop public.i shop"};
	(void)state;
	for (size_t i = 0; i < sizeof restores / sizeof restores[0]; i++) {
		struct command *command = parse(restores[i]);
		assert_string_equal(command_verb(command)->name, "restore");
		assert_true(command_flag(command, "--drop"));
		assert_int_equal(command_words(command)->count, 0);
		command_free(command);
	}
	for (size_t i = 0; i < sizeof repairs / sizeof repairs[0]; i++) {
		struct command *command = parse(repairs[i]);
		assert_string_equal(command_verb(command)->subverb, "repair");
		assert_string_equal(command_option(command, "--drop"), "public.i");
		command_free(command);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_line_is_split_as_a_shell_does),
	    cmocka_unit_test(verbs_and_subverbs_are_found),
	    cmocka_unit_test(slips_name_the_nearest),
	    cmocka_unit_test(databases_by_section_or_dbname_or_all),
	    cmocka_unit_test(the_selected_one_is_the_default),
	    cmocka_unit_test(one_database_and_further_words),
	    cmocka_unit_test(a_database_alone_is_no_name),
	    cmocka_unit_test(options_carry_values),
	    cmocka_unit_test(dependencies_come_along_when_asked),
	    cmocka_unit_test(items_are_the_checks_that_there_are),
	    cmocka_unit_test(two_dashes_end_options),
	    cmocka_unit_test(aliases_stand_for_words),
	    cmocka_unit_test(help_is_given_whatever_else_is_wrong),
	    cmocka_unit_test(the_verb_is_found_among_options),
	    cmocka_unit_test(options_of_one_name_take_values_alike),
	    cmocka_unit_test(a_flag_of_one_verb_is_a_value_of_another),
	};
	return cmocka_run_group_tests(tests, setup, drop_fleet);
}
