/* pgtend.ini as values: what is taken, what is refused and in which words, where the file is looked for. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "files.h"
#include "pgtend/config/config.h"
#include "pgtend/core/mem.h"

static struct config *read_ini(const char *ini)
{
	struct err err;
	struct config *config = config_from_text("/x/pgtend.ini", ini, &err);
	if (!config)
		fail_msg("%s", err.text);
	return config;
}

/* --- mistakes -------------------------------------------------------------------------------- */

static void mistakes_are_named_with_their_line(void **state)
{
	static const struct {
		const char *ini, *text;
	} cases[] = {
	    {"[database core]\nmigratons = x\n",
	        "/x/pgtend.ini:2: unknown key \"migratons\" in [database core]; did you mean \"migrations\"?"},
	    {"[databse core]\nurl = x\n", "/x/pgtend.ini:1: unknown section [databse core]; did you mean [database core]?"},
	    {"# c\n\n[core]\nhost = x\n", "/x/pgtend.ini:3: unknown section [core]; a database is written [database NAME]"},
	    {"[database]\n", "/x/pgtend.ini:1: expected a name: [database NAME]"},
	    {"[pgtend x]\n", "/x/pgtend.ini:1: expected [pgtend] without a name"},
	    {"[database all]\n", "/x/pgtend.ini:1: \"all\" cannot be a name: it means every database"},
	    {"[database ../x]\n", "/x/pgtend.ini:1: \"../x\" cannot be a name"},
	    {"[database a b]\n", "/x/pgtend.ini:1: \"a b\" cannot be a name"},
	    {"[database a]\n[database b]\n[database a]\n",
	        "/x/pgtend.ini:3: the section [database a] stands here a second time (first in /x/pgtend.ini:1)"},
	    {"[database a]\nhost = x\nport = 1\nhost = y\n",
	        "/x/pgtend.ini:4: the key \"host\" of [database a] is given a second time (first in /x/pgtend.ini:2)"},
	    {"[database a]\nport = 70000\n", "/x/pgtend.ini:2: port = 70000: expected a whole number from 1 to 65535"},
	    {"[database a]\nport = five\n", "/x/pgtend.ini:2: port = five: expected a whole number from 1 to 65535"},
	    {"[database a]\nmetadata = maybe\n", "/x/pgtend.ini:2: metadata = maybe: expected yes or no"},
	    {"[pgtend]\nrefresh = often\n",
	        "/x/pgtend.ini:2: refresh = often: expected a duration such as 2s, 5min, 30 days"},
	    {"[pgtend]\nrefresh = -1s\n", "expected a duration"},
	    {"[database a]\nenvironment = producton\n",
	        "expected one of development, test, staging, production; did you mean \"production\"?"},
	    {"[database a]\nhost = db1 ; the main one\n", "/x/pgtend.ini:2: a comment stands on a line of its own"},
	    {"[database a]\nhost = db1\n  and more\n",
	        "/x/pgtend.ini:3: expected \"key = value\" or \"[section]\" (a value cannot go on in the next line)"},
	    {"host = x\n", "/x/pgtend.ini:1: expected a [section] before the first key"},
	    {"[database a\nhost = x\n", "/x/pgtend.ini:1: expected ] at the end of the section's name"},
	    {"[database a] host = x\n", "/x/pgtend.ini:1: expected nothing behind the ]"},
	    {"[database a]\n= x\n", "/x/pgtend.ini:2: expected a key before the ="},
	    {"[database a]\nserver = main\n[server mains]\n",
	        "/x/pgtend.ini:2: server: there is no section [server main]; did you mean \"mains\"?"},
	    {"[database a]\ndepends = b, core\n[database b]\n",
	        "/x/pgtend.ini:2: depends: there is no section [database core]"},
	    {"[database a]\npooler = transactoin\n", "/x/pgtend.ini:2: pooler: there is no section [pooler transactoin]"},
	    {"[pooler p]\nfor = a\n", "/x/pgtend.ini:2: for: there is no section [database a]"},
	    {"[server a]\nurl = ${NO_SUCH_VARIABLE}\n", "/x/pgtend.ini:2: the variable NO_SUCH_VARIABLE is not set"},
	    {"[database a]\nurl = ${NO SUCH}\n", "/x/pgtend.ini:2: expected ${NAME} or ${NAME:-otherwise}"},
	    {"[database a]\nurl = ${OPEN\n", "/x/pgtend.ini:2: expected ${NAME}"},
	    {"[database a]\nowner = \"x\n", "/x/pgtend.ini:2: the quote \" is not closed"},
	    {"[database a]\nowner = \"x\\\"\n", "/x/pgtend.ini:2: the quote \" is not closed"},
	    {"[database a]\nowner = \"x\" y\"\n", "expected nothing behind the closing quote"},
	    {"[pgtend]\nenv_file = /no/such/.env\n", "/x/pgtend.ini:2: env_file: /no/such/.env: No such file"},
	    {"[runner]\nts = npx tsx\n", "/x/pgtend.ini:2: expected \".EXTENSION = COMMAND\""},
	    {"[pgtend]\nmigrations = x\n",
	        "/x/pgtend.ini:2: unknown key \"migrations\" in [pgtend]; it is one of [database]"},
	    {"[database a]\nhost = \x1b[2J\n", "/x/pgtend.ini:2: the control byte \\x1b stands in the line"},
	    {"[database a]\nhost = caf\xe9\n", "/x/pgtend.ini:2: the line is not valid UTF-8"},
	};
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct err err = {0};
		struct config *config = config_from_text("/x/pgtend.ini", cases[i].ini, &err);
		if (config)
			fail_msg("taken: %s", cases[i].ini);
		if (!strstr(err.text, cases[i].text))
			fail_msg("\n got:    %s\n wanted: %s", err.text, cases[i].text);
		assert_int_equal(err.kind, ERR_CONFIG);
		assert_int_equal(err_exit_status(err.kind), 2);
	}
}

static void a_mistake_in_a_url_does_not_show_the_password(void **state)
{
	static const char *const urls[] = {
	    "postgresql://u:hunter2@h:x/d",
	    "postgresql://u:hunter2%zz@h/d",
	    "postgresql://u:hun/hunter2@h/d",
	    "host=h password=a hunter2",
	    "postgresql://u:hunter2@[::1/d",
	    "postgresql://u:hunter2@h/d?hunter2",
	    "postgresql://u:hunter2@h/d?hunter2=1",
	    "password='hunter2",
	};
	(void)state;
	for (size_t i = 0; i < sizeof urls / sizeof *urls; i++) {
		struct err err = {0};
		char *ini = mem_format("[database a]\nurl = %s\n", urls[i]);
		struct config *config = config_from_text("/x/pgtend.ini", ini, &err);
		struct conninfo *info = config ? config_conninfo(config, config_at(config, SECTION_DATABASE, 0), &err) : NULL;
		assert_null(info);
		assert_int_equal(err.kind, ERR_CONFIG);
		assert_non_null(strstr(err.text, "/x/pgtend.ini:2: url: "));
		if (strstr(err.text, "hunter2"))
			fail_msg("%s", err.text);
		config_free(config);
		mem_free(ini);
	}
}

/* --- values ---------------------------------------------------------------------------------- */

static void values_have_types_and_defaults(void **state)
{
	(void)state;
	struct config *config =
	    read_ini("\xef\xbb\xbf; a comment\r\n[pgtend]\r\nrefresh = 500ms\r\n\r\n[database core]\r\n\tport = "
	             "5433\r\nmigrations = db/migrations\r\nseeds = /abs\r\n"
	             "extensions = timescaledb, vector\r\nmetadata = off\r\nowner = \" a;b \\\" \"\r\nlock_timeout "
	             "=\r\n[threshold]\r\nconnections = 80%\r\n[alias]\r\nup = migrate up all ; x\r\n");
	const struct section *core = config_section(config, SECTION_DATABASE, "core"),
	                     *pgtend = config_section(config, SECTION_PGTEND, "");
	assert_int_equal(section_kind(core), SECTION_DATABASE);
	assert_string_equal(section_name(core), "core");
	assert_int_equal(section_int(core, "port"), 5433);
	assert_true(section_seconds(pgtend, "refresh") == 0.5);
	assert_string_equal(section_text(core, "migrations"), "/x/db/migrations");
	assert_string_equal(section_text(core, "seeds"), "/abs");
	assert_string_equal(section_text(core, "backup_dir"), "/x/backups");
	assert_false(section_is_set(core, "backup_dir"));
	assert_false(section_bool(core, "metadata"));
	assert_true(section_bool(pgtend, "metadata"));
	assert_string_equal(section_text(core, "owner"), " a;b \" ");
	assert_null(section_text(core, "dialect"));
	assert_true(section_seconds(core, "retention") == -1);
	assert_true(section_seconds(core, "lock_timeout") == 5);
	assert_int_equal(section_int(core, "keep_min"), 3);
	struct words words = {0};
	section_words(core, "extensions", &words);
	assert_int_equal(words.count, 2);
	assert_string_equal(words.v[1], "vector");
	words_done(&words);
	assert_string_equal(section_where(core, NULL), "/x/pgtend.ini:5");
	assert_string_equal(section_where(core, "port"), "/x/pgtend.ini:6");
	const char *value;
	assert_string_equal(section_item(config_section(config, SECTION_THRESHOLD, ""), 0, &value), "connections");
	assert_string_equal(value, "80%");
	assert_string_equal(section_item(config_section(config, SECTION_ALIAS, ""), 0, &value), "up");
	assert_string_equal(value, "migrate up all ; x");
	assert_null(section_item(config_section(config, SECTION_RUNNER, ""), 0, &value));
	assert_int_equal(config_count(config, SECTION_DATABASE), 1);
	assert_string_equal(config_folder(config), "/x");
	config_free(config);
}

static void every_key_has_a_sound_default(void **state)
{
	(void)state;
	for (int i = 0; i < config_key_count; i++) {
		const struct config_key *key = &config_keys[i];
		assert_true(key->doc && strlen(key->doc) > 10);
		assert_true((key->type == KEY_CHOICE) <= (key->choices != NULL));
		for (int k = 0; k < i; k++)
			assert_false(config_keys[k].section == key->section && strcmp(config_keys[k].name, key->name) == 0);
		if (!key->otherwise)
			continue;
		bool is_named =
		    key->section == SECTION_DATABASE || key->section == SECTION_SERVER || key->section == SECTION_POOLER;
		char *ini = mem_format(
		    "[%s%s]\n%s = %s\n", config_section_word(key->section), is_named ? " a" : "", key->name, key->otherwise);
		config_free(read_ini(ini));
		mem_free(ini);
	}
}

static void long_values_and_semicolons_arrive_whole(void **state)
{
	(void)state;
	char *name = mem_copy(
	    "a234567890123456789012345678901234567890123456789012345678901"); /* longer than inih's section names */
	char *host = mem_new(3001);
	memset(host, 'h', 3000);
	char *ini =
	    mem_format("[database %s]\nhost = %s\npassword = a ; b # c\nafter_backup = cp %%p x ; true\n", name, host);
	struct config *config = read_ini(ini);
	const struct section *section = config_section(config, SECTION_DATABASE, name);
	assert_non_null(section);
	assert_string_equal(section_text(section, "host"), host);
	assert_string_equal(section_text(section, "password"), "a ; b # c");
	assert_string_equal(section_text(section, "after_backup"), "cp %p x ; true");
	config_free(config);
	mem_free(ini);
	char *longest = mem_new(70001);
	memset(longest, 'h', 70000);
	ini = mem_format("[database a]\nhost = %s\n", longest);
	struct err err;
	assert_null(config_from_text("f", ini, &err));
	assert_string_equal(err.text, "f:2: the line is 70007 bytes long, the longest may have 65533");
	mem_free(ini);
	mem_free(longest);
	mem_free(host);
	mem_free(name);
}

static void sections_inherit(void **state)
{
	(void)state;
	struct config *config =
	    read_ini("[pgtend]\nbackup_dir = all\nkeep = 30 days\nafter_backup = copy %p\nlock_timeout = 1s\nenvironment = "
	             "staging\n[server main]\nhost = db1\nclient = docker exec -i pg\nenvironment = production\n"
	             "[database a]\nserver = main\nafter_backup =\nlock_timeout = 2s\n[database b]\nbackup_dir = own\n");
	const struct section *a = config_section(config, SECTION_DATABASE, "a"),
	                     *b = config_section(config, SECTION_DATABASE, "b");
	assert_string_equal(section_text(a, "backup_dir"), "/x/all");
	assert_string_equal(section_text(b, "backup_dir"), "/x/own");
	assert_true(section_seconds(a, "keep") == 30 * 86400.0);
	assert_null(section_text(a, "after_backup"));
	assert_string_equal(section_text(b, "after_backup"), "copy %p");
	assert_true(section_seconds(a, "lock_timeout") == 2);
	assert_true(section_seconds(b, "lock_timeout") == 1);
	assert_string_equal(section_text(a, "client"), "docker exec -i pg");
	assert_null(section_text(b, "client"));
	assert_null(section_text(a, "host"));
	assert_int_equal(config_environment(config, a), ENVIRONMENT_PRODUCTION);
	assert_int_equal(config_environment(config, b), ENVIRONMENT_STAGING);
	assert_string_equal(section_where(b, "after_backup"), "/x/pgtend.ini:4");
	config_free(config);
}

/* --- connections ----------------------------------------------------------------------------- */

static void check_connection(const char *ini, const char *name, const char *safe, const char *password)
{
	struct err err;
	struct config *config = read_ini(ini);
	const struct section *section = config_section(config, SECTION_DATABASE, name);
	if (!section)
		section = config_section(config, SECTION_POOLER, name);
	struct conninfo *info = config_conninfo(config, section, &err);
	assert_non_null(info);
	char *text = conninfo_safe(info);
	assert_string_equal(text, safe);
	assert_null(strstr(text, "secret"));
	if (password)
		assert_string_equal(conninfo_get(info, "password"), password);
	else
		assert_null(conninfo_get(info, "password"));
	mem_free(text);
	conninfo_free(info);
	config_free(config);
}

static void keys_override_the_url_and_the_server_fills_up(void **state)
{
	(void)state;
	check_connection("[database a]\n", "a", "postgresql:///a?gssencmode=disable", NULL);
	check_connection("[database a]\nurl = postgresql://u:secret@h:1/d?sslmode=require\n", "a",
	    "postgresql://u@h:1/d?sslmode=require&gssencmode=disable", "secret");
	check_connection("[database a]\nurl = postgresql://u:secret@h:1/d?hostaddr=10.0.0.1\nhost = k\nport = 2\npassword "
	                 "= secret2\ngssencmode = prefer\n",
	    "a", "postgresql://u@k:2/d?gssencmode=prefer", "secret2");
	const char *server = "[server s]\nhost = db1\nport = 5433\nuser = admin\npassword = secret\nsslmode = require\n";
	char *ini = mem_format("%s[database a]\nserver = s\n[database b]\nserver = s\nurl = postgresql://h2/x\n[database "
	                       "c]\nserver = s\nuser = other\n[database d]\nserver = s\nurl = postgresql:///core\n",
	    server);
	check_connection(ini, "a", "postgresql://admin@db1:5433/a?sslmode=require&gssencmode=disable", "secret");
	/* another host: neither the port nor the password of the server */
	check_connection(ini, "b", "postgresql://admin@h2/x?sslmode=require&gssencmode=disable", NULL);
	/* another role: not the password */
	check_connection(ini, "c", "postgresql://other@db1:5433/c?sslmode=require&gssencmode=disable", NULL);
	check_connection(ini, "d", "postgresql://admin@db1:5433/core?sslmode=require&gssencmode=disable", "secret");
	mem_free(ini);
	check_connection("[pooler p]\nhost = /tmp/s\nport = 6432\nuser = stats\n", "p",
	    "postgresql://stats@/pgbouncer?host=/tmp/s&port=6432&gssencmode=disable", NULL);
}

static void check_direct(const char *keys, const char *safe)
{
	struct err err;
	char *ini = mem_format("[database a]\nurl = postgresql://u:secret@pool:6432/d\n%s", keys);
	struct config *config = read_ini(ini);
	struct conninfo *direct;
	assert_true(config_direct(config, config_at(config, SECTION_DATABASE, 0), &direct, &err));
	if (!safe) {
		assert_null(direct);
	} else {
		char *text = conninfo_safe(direct);
		assert_string_equal(text, safe);
		assert_string_equal(conninfo_get(direct, "password"), "secret");
		mem_free(text);
	}
	conninfo_free(direct);
	config_free(config);
	mem_free(ini);
}

static void the_direct_address_differs_only_where_it_says(void **state)
{
	(void)state;
	check_direct("", NULL);
	check_direct("direct = host=db1\n", "postgresql://u@db1/d?gssencmode=disable");
	check_direct("direct = port=5432\n", "postgresql://u@pool:5432/d?gssencmode=disable");
	check_direct("direct = postgresql://db1:5433/real\n", "postgresql://u@db1:5433/real?gssencmode=disable");
}

/* --- .env files ------------------------------------------------------------------------------ */

static void variables_come_from_the_nearest_env_file(void **state)
{
	char *folder = *state;
	struct err err;
	files_write(folder, ".env", "PGPASSWORD=root\nBASE=base\nNODE_ENV=production\n");
	files_write(folder, "apps/a/.env", "DATABASE_URL=postgresql://u:pw@h:1/${BASE}_db\nNODE_ENV=test\n");
	files_write(folder, "pgtend.ini",
	    "[pgtend]\nenv_file = .env\n[database a]\nenv_file = apps/a/.env\nurl = ${DATABASE_URL}\nowner = "
	    "${BASE}-${NOT_THERE:-x}-$${BASE}-$BASE\n[database b]\npassword = ${PGPASSWORD}\n");
	char *path = mem_format("%s/pgtend.ini", folder);
	setenv("DATABASE_URL", "postgresql://wrong", 1);
	struct config *config = config_load(&(struct config_options){.file = path}, &err);
	unsetenv("DATABASE_URL");
	if (!config)
		fail_msg("%s", err.text);
	const struct section *a = config_section(config, SECTION_DATABASE, "a"),
	                     *b = config_section(config, SECTION_DATABASE, "b");
	assert_string_equal(section_text(a, "url"), "postgresql://u:pw@h:1/base_db");
	assert_string_equal(section_text(a, "owner"), "base-x-${BASE}-$BASE");
	assert_string_equal(section_text(b, "password"), "root");
	assert_int_equal(config_environment(config, a), ENVIRONMENT_TEST);
	assert_int_equal(config_environment(config, b), ENVIRONMENT_PRODUCTION);
	assert_int_equal(config_env_files(config)->count, 2);
	assert_true(config_is_given(config));
	config_free(config);
	files_write(folder, "apps/a/.env", "X=1\n\nbroken line\n");
	assert_null(config_load(&(struct config_options){.file = path}, &err));
	assert_non_null(strstr(err.text, "apps/a/.env:3: expected NAME=value"));
	assert_int_equal(err.kind, ERR_CONFIG);
	files_write(folder, "apps/a/.env", "X=1\n");
	config = config_load(&(struct config_options){.file = path}, &err);
	assert_non_null(config);
	const struct err *lacks = section_lacks(config_section(config, SECTION_DATABASE, "a"));
	assert_non_null(lacks);
	assert_non_null(strstr(lacks->text, "pgtend.ini:5: the variable DATABASE_URL stands neither in "));
	assert_null(section_lacks(config_section(config, SECTION_DATABASE, "b")));
	config_free(config);
	mem_free(path);
}

static void a_wrong_value_from_a_variable_is_not_shown(void **state)
{
	(void)state;
	struct err err;
	setenv("PGT_TEST_SECRET", "hunter2", 1);
	assert_null(config_from_text("f", "[database a]\nport = ${PGT_TEST_SECRET}\n", &err));
	unsetenv("PGT_TEST_SECRET");
	assert_string_equal(err.text, "f:2: port = ${PGT_TEST_SECRET}: expected a whole number from 1 to 65535");
}

static void a_readable_password_is_warned_of(void **state)
{
	char *folder = *state;
	struct err err;
	char *path = mem_format("%s/pgtend.ini", folder);
	for (int mode = 0; mode < 2; mode++) {
		files_write(folder, "pgtend.ini", "[database a]\nurl = postgresql://u:pw@h/d\n");
		chmod(path, mode ? 0644 : 0600);
		struct config *config = config_load(&(struct config_options){.file = path}, &err);
		assert_non_null(config);
		assert_int_equal(config_warnings(config)->count, mode);
		if (mode)
			assert_non_null(strstr(config_warnings(config)->v[0],
			    "pgtend.ini:2: a password stands here and others may read the file (chmod 600 "));
		config_free(config);
	}
	mem_free(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(mistakes_are_named_with_their_line),
	    cmocka_unit_test(a_mistake_in_a_url_does_not_show_the_password),
	    cmocka_unit_test(values_have_types_and_defaults),
	    cmocka_unit_test(every_key_has_a_sound_default),
	    cmocka_unit_test(long_values_and_semicolons_arrive_whole),
	    cmocka_unit_test(sections_inherit),
	    cmocka_unit_test(keys_override_the_url_and_the_server_fills_up),
	    cmocka_unit_test(the_direct_address_differs_only_where_it_says),
	    cmocka_unit_test_setup_teardown(variables_come_from_the_nearest_env_file, files_setup, files_teardown),
	    cmocka_unit_test(a_wrong_value_from_a_variable_is_not_shown),
	    cmocka_unit_test_setup_teardown(a_readable_password_is_warned_of, files_setup, files_teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
