/* .env files, as dotenv and dotenv-expand of node read them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "files.h"
#include "pgtend/config/dotenv.h"
#include "pgtend/core/mem.h"

static void check(const char *folder, const char *text, const char *name, const char *wanted)
{
	struct err err;
	struct dotenv env;
	files_write(folder, ".env", text);
	char *path = mem_format("%s/.env", folder);
	if (!dotenv_read(path, NULL, &env, &err))
		fail_msg("%s: %s", text, err.text);
	const char *value = dotenv_get(&env, name);
	if (!value != !wanted || (value && strcmp(value, wanted) != 0))
		fail_msg("%s\n got:    %s\n wanted: %s", text, value ? value : "(none)", wanted ? wanted : "(none)");
	dotenv_done(&env);
	mem_free(path);
}

/* Each was run through dotenv 16 of npm; where it differs on purpose, the line says why. */
static void lines_are_read_as_dotenv_does(void **state)
{
	static const struct {
		const char *text, *name, *value;
	} cases[] = {
	    {"A=b", "A", "b"},
	    {"A=b\nA=c\n", "A", "c"},
	    {"A=", "A", ""},
	    {"A=   \n", "A", ""},
	    {"A = b c  ", "A", "b c"},
	    {"  A=b", "A", "b"},
	    {"export A=b", "A", "b"},
	    {"export\tA=b", "A", "b"},
	    {"export=b", "export", "b"},
	    {"A.B-c=1", "A.B-c", "1"},
	    {"A: b", "A", "b"},
	    {"# A=b\n#\n\n B=1", "A", NULL},
	    {"A=b # c", "A", "b"},
	    {"A=b#c", "A", "b"},
	    {"A=\"b#c\" # d", "A", "b#c"},
	    {"A='b#c' #d", "A", "b#c"},
	    {"A=`it's \"b\"`", "A", "it's \"b\""},
	    {"A=\"b\\nc\\rd\\te\"", "A", "b\nc\rd\\te"},
	    {"A='b\\nc'", "A", "b\\nc"},
	    {"A=\"b\nc\"\nB=d", "A", "b\nc"},
	    {"A=\"b\nc\"\nB=d", "B", "d"},
	    {"A=\"b\r\nc\"\r\nB=d\r\n", "A", "b\nc"},
	    {"A=b\r\nB=d\r\n", "A", "b"},
	    {"A='b\nc'", "A", "b\nc"},
	    {"A='{\"a\": \"b\"}'", "A", "{\"a\": \"b\"}"},
	    {"A={\"a\": \"b\"}", "A", "{\"a\": \"b\"}"},
	    {"A=\"b\" c", "A", "\"b\" c"},
	    {"A=it's", "A", "it's"},
	    {"A=b=c", "A", "b=c"},
	    {"A=postgresql://u:p@h:1/d?sslmode=require", "A", "postgresql://u:p@h:1/d?sslmode=require"},
	    {"\xef\xbb\xbf"
	     "A=b",
	        "A", "b"},
	    {"A=\"\"", "A", ""},
	    {"A=' b '", "A", " b "},
	    {"A=\xc3\xa9", "A", "\xc3\xa9"},
	    {"export A\nB=1", "B", "1"},
	    /* dotenv leaves the backslash; the quote is what was meant */
	    {"A=\"b \\\"c\\\"\"", "A", "b \"c\""},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		check(*state, cases[i].text, cases[i].name, cases[i].value);
}

/* As dotenv-expand 12, but: names of later lines count, single quotes mean what they say, and this file wins over
 * the environment. */
static void variables_are_expanded(void **state)
{
	static const struct {
		const char *text, *name, *value;
	} cases[] = {
	    {"A=1\nB=${A}2", "B", "12"},
	    {"A=1\nB=$A-2", "B", "1-2"},
	    {"B=${A}2\nA=1", "B", "12"},
	    {"A=1\nB=\"${A} ${A}\"", "B", "1 1"},
	    {"A=1\nB='${A}'", "B", "${A}"},
	    {"A=1\nB=\\${A}", "B", "${A}"},
	    {"A=1\nB=\\$A", "B", "$A"},
	    {"B=${NO_SUCH_THING}2", "B", "2"},
	    {"B=${NO_SUCH_THING:-x}2", "B", "x2"},
	    {"B=${NO_SUCH_THING-x}2", "B", "x2"},
	    {"A=\nB=${A:-x}", "B", "x"},
	    {"A=\nB=${A-x}", "B", "x"},
	    {"PGT_OUTSIDE=$PGT_OUTSIDE:in", "PGT_OUTSIDE", "out:in"},
	    {"A=${PGT_OUTSIDE}", "A", "out"},
	    {"A=${B}\nB=${A}x", "B", "x"},
	    {"U=u\nP=p\nURL=postgresql://${U}:${P}@h/d", "URL", "postgresql://u:p@h/d"},
	    /* a bare name that nobody knows is more likely part of a password */
	    {"A=pa$word$1$$", "A", "pa$word$1$$"},
	    {"A=1\nA=${A}2", "A", "2"},
	};
	setenv("PGT_OUTSIDE", "out", 1);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		check(*state, cases[i].text, cases[i].name, cases[i].value);
}

static void the_file_above_comes_before_the_environment(void **state)
{
	char *folder = *state;
	struct err err;
	struct dotenv above, env;
	files_write(folder, "above", "PGT_A=above\nB=above");
	files_write(folder, ".env", "B=own\nX=${PGT_A}-${B}");
	char *above_path = mem_format("%s/above", folder), *path = mem_format("%s/.env", folder);
	setenv("PGT_A", "environment", 1);
	assert_true(dotenv_read(above_path, NULL, &above, &err));
	assert_true(dotenv_read(path, &above, &env, &err));
	assert_string_equal(dotenv_get(&env, "X"), "above-own");
	assert_null(dotenv_get(&env, "PGT_A"));
	dotenv_done(&env);
	dotenv_done(&above);
	mem_free(above_path);
	mem_free(path);
}

static void mistakes_are_named_with_their_line(void **state)
{
	static const struct {
		const char *text, *words;
	} cases[] = {
	    {"A=1\n\nhunter2\n", "/.env:3: expected NAME=value"},
	    {"A=1\n=x\n", "/.env:2: expected NAME=value"},
	    {"A B=x\n", "/.env:1: expected NAME=value"},
	    {"A=\"x\n\ny\"\nB C\n", "/.env:4: expected NAME=value"},
	    {"A=1\nB=\"hunter2\nC=2\n", "/.env:2: the quote \" is not closed"},
	    {"B='hunter2\n", "/.env:1: the quote ' is not closed"},
	    {"A=1\nB=${hunter2 x}\n", "/.env:2: expected ${NAME}"},
	    {"A=1\nB=${hunter2\n", "/.env:2: expected ${NAME}"},
	    {"\xff\xfe"
	     "A",
	        "/.env:1: the file is UTF-16; expected UTF-8"},
	};
	char *folder = *state, *path = mem_format("%s/.env", folder);
	struct dotenv env;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct err err = {0};
		files_write(folder, ".env", cases[i].text);
		assert_false(dotenv_read(path, NULL, &env, &err));
		if (!strstr(err.text, cases[i].words) || strstr(err.text, "hunter2"))
			fail_msg("got: %s, wanted: %s", err.text, cases[i].words);
		assert_int_equal(err.kind, ERR_CONFIG);
	}
	struct err err;
	mem_free(path);
	path = mem_format("%s/nothing", folder);
	assert_false(dotenv_read(path, NULL, &env, &err));
	assert_non_null(strstr(err.text, "No such file"));
	mem_free(path);
}

/* "billion laughs", and a chain that would fill the stack. */
static void variables_cannot_grow_without_end(void **state)
{
	char *folder = *state, *path = mem_format("%s/.env", folder);
	struct text bomb = {0}, chain = {0};
	struct dotenv env;
	struct err err;
	text_add(&bomb, "A0=xxxxxxxxxx\n");
	for (int i = 1; i < 40; i++)
		text_addf(&bomb, "A%d=${A%d}${A%d}\n", i, i - 1, i - 1);
	files_write(folder, ".env", text_str(&bomb));
	assert_false(dotenv_read(path, NULL, &env, &err));
	assert_non_null(strstr(err.text, "the value grows beyond 64 kB"));
	for (int i = 0; i < 5000; i++)
		text_addf(&chain, "A%d=${A%d}\n", i, i + 1);
	files_write(folder, ".env", text_str(&chain));
	assert_false(dotenv_read(path, NULL, &env, &err));
	assert_non_null(strstr(err.text, "more than 100 deep"));
	text_done(&bomb);
	text_done(&chain);
	mem_free(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(lines_are_read_as_dotenv_does, files_setup, files_teardown),
	    cmocka_unit_test_setup_teardown(variables_are_expanded, files_setup, files_teardown),
	    cmocka_unit_test_setup_teardown(the_file_above_comes_before_the_environment, files_setup, files_teardown),
	    cmocka_unit_test_setup_teardown(mistakes_are_named_with_their_line, files_setup, files_teardown),
	    cmocka_unit_test_setup_teardown(variables_cannot_grow_without_end, files_setup, files_teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
