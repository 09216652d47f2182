/* Random and mutated pgtend.ini, .env, compose and drizzle.config files, connection strings: no crash, no leak (with
 * --enable-sanitizers), every refusal names a line. CAMPAIGN multiplies the rounds. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <ctype.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "../../src/config/dotenv_internal.h"
#include "pgtend/config/ini.h"
#include "files.h"
#include "pgtend/config/config.h"
#include "pgtend/config/discover.h"
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

/* The word is also a name, which may be shown. */
static bool stands_elsewhere(const struct conninfo *info)
{
	const char **keywords, **values;
	bool stands = false;
	conninfo_arrays(info, &keywords, &values);
	for (int i = 0; keywords[i]; i++)
		stands = stands || (!strstr(keywords[i], "password") && strstr(values[i], "hunter2"));
	mem_free(keywords);
	mem_free(values);
	return stands;
}

/* Whatever is wrong with it: what is said of a connection string does not hold the password, nor does what is shown. */
static void connection_strings(void **state)
{
	static const char *const bits[] = {"postgresql://", "u", ":", "hunter2", "@", "h", "/", "d", "?", "&", "sslmode",
	    "=", "require", "%", "%41", "%zz", "[", "::1", "]", ",", "5432", "host", "password=", "'", "\\", " ", "hots",
	    "options", "service"};
	unsigned taken = 0, refused = 0;
	(void)state;
	seed = 777;
	for (unsigned i = rounds(); i > 0; i--) {
		struct text text = {0};
		for (unsigned k = next_random(16); k > 0; k--)
			text_add(&text, bits[next_random(sizeof bits / sizeof *bits)]);
		struct err err = {0};
		struct conninfo *info = conninfo_parse(text_str(&text), &err);
		if (info) {
			char *safe = conninfo_safe(info);
			if (strstr(safe, "hunter2") && !stands_elsewhere(info))
				fail_msg("%s -> %s", text_str(&text), safe);
			mem_free(safe);
			conninfo_free(info);
			taken++;
		} else {
			if (strstr(err.text, "hunter2"))
				fail_msg("%s -> %s", text_str(&text), err.text);
			refused++;
		}
		text_done(&text);
	}
	assert_true(taken > 0 && refused > 0);
}

/* Compose files and drizzle.config: no crash; what `init` writes can always be read. */
static void repositories(void **state)
{
	static const char *const bits[] = {"services:\n", "  db:\n", "    image: postgres\n", "    ports:\n", "      - \"",
	    "5433:5432", "\"\n", "    environment:\n", "      POSTGRES_DB: ", "${A:-x}", "${", "&a ", "*a", "<<: *a\n", "[",
	    "]", "{", "}", ": ", "- ", "\n", "  ", "#", "\t", "\xff", "out: './m'", "dialect: 'postgresql',\n",
	    "dbCredentials: {", "url: process.env.X_URL", "/*", "*/", "//", "'", "`", "\\",
	    "DATABASE_URL=postgresql://u:p@db/d\n"};
	static const char *const files[] = {"compose.yml", "drizzle.config.ts"};
	seed = 4711;
	for (unsigned i = rounds() / 50; i > 0; i--) {
		struct err err = {0};
		for (int f = 0; f < 2; f++) {
			struct text text = {0};
			for (unsigned k = next_random(30); k > 0; k--)
				text_add(&text, bits[next_random(sizeof bits / sizeof *bits)]);
			files_write(*state, files[f], text_str(&text));
			text_done(&text);
		}
		struct discovery found;
		if (!discover(*state, &found, &err))
			fail_msg("%s", err.text);
		struct config *config = config_from_text("f", text_str(&found.ini), &err);
		if (!config && !strstr(err.text, "the variable "))
			fail_msg("%s\n%s", err.text, text_str(&found.ini));
		config_free(config);
		discovery_done(&found);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(ini_files),
	    cmocka_unit_test(env_files),
	    cmocka_unit_test(connection_strings),
	    cmocka_unit_test_setup_teardown(repositories, files_setup, files_teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
