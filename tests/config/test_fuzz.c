/* Random and mutated pgtend.ini and .env files: no crash, no leak (with --enable-sanitizers), every refusal names
 * a line. CAMPAIGN multiplies the rounds. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <ctype.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "../../src/config/dotenv_internal.h"
#include "../../src/config/ini_internal.h"
#include "pgtend/config/config.h"
#include "pgtend/core/mem.h"

static uint64_t seed;

static unsigned next_random(unsigned below)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (unsigned)(seed % below);
}

static const char *const pieces[] = {
    "[database core]\n",
    "[pgtend]\n",
    "[server s]\n",
    "[",
    "]",
    "=",
    " = ",
    "\n",
    "\r\n",
    "\"",
    "'",
    "`",
    "#",
    " ; ",
    "${",
    "}",
    "$",
    "${A}",
    "$${",
    ":-",
    "\\",
    "\\$",
    "\\\"",
    "url",
    "host",
    "port",
    "A",
    "B",
    "export ",
    "1",
    "postgresql://u:p@h:1/d",
    "env_file",
    "depends",
    "server",
    "core",
    "\t",
    "\xef\xbb\xbf",
    "\xff",
    "\xc3\xa9",
    "\x01",
    "A=${B}\n",
    "B=${A}\n",
    "A=\"x\n",
};

static char *random_file(size_t *length)
{
	struct text text = {0};
	for (unsigned i = next_random(60); i > 0; i--)
		text_add(&text, pieces[next_random(sizeof pieces / sizeof *pieces)]);
	*length = text.length;
	char *bytes = text_take(&text);
	for (unsigned i = next_random(4); *length > 0 && i > 0; i--)
		bytes[next_random((unsigned)*length)] = (char)next_random(256);
	return bytes;
}

/* "NAME:DIGITS: words" */
static bool names_a_line(const char *text, const char *name)
{
	size_t length = strlen(name);
	return strncmp(text, name, length) == 0 && text[length] == ':' && isdigit((unsigned char)text[length + 1]) &&
	       strstr(text + length, ": ");
}

static unsigned rounds(void)
{
	const char *campaign = getenv("CAMPAIGN");
	return 20000 * (campaign && atoi(campaign) > 0 ? (unsigned)atoi(campaign) : 1);
}

static void ini_files(void **state)
{
	unsigned taken = 0, refused = 0;
	(void)state;
	seed = 20261121;
	for (unsigned i = rounds(); i > 0; i--) {
		size_t length;
		char *bytes = random_file(&length);
		struct ini ini;
		struct err err = {0};
		if (ini_read("f", bytes, length, &ini, &err)) {
			ini_done(&ini);
			taken++;
		} else {
			assert_true(names_a_line(err.text, "f"));
			refused++;
		}
		struct config *config = config_from_text("f", bytes, &err);
		if (!config && !names_a_line(err.text, "f") && !strstr(err.text, "f:"))
			fail_msg("%s", err.text);
		config_free(config);
		mem_free(bytes);
	}
	assert_true(taken > 0 && refused > 0);
}

static void env_files(void **state)
{
	unsigned taken = 0, refused = 0;
	(void)state;
	seed = 8128;
	for (unsigned i = rounds(); i > 0; i--) {
		size_t length;
		char *bytes = random_file(&length);
		struct dotenv env;
		struct err err = {0};
		if (dotenv_parse("f", bytes, length, NULL, &env, &err)) {
			assert_int_equal(env.names.count, env.values.count);
			for (size_t k = 0; k < env.names.count; k++)
				assert_true(*env.names.v[k]);
			dotenv_done(&env);
			taken++;
		} else {
			assert_true(names_a_line(err.text, "f"));
			refused++;
		}
		mem_free(bytes);
	}
	assert_true(taken > 0 && refused > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(ini_files),
	    cmocka_unit_test(env_files),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
