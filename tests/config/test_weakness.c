/* Passwords that everybody tries, and .env files judged without being shown. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "files.h"
#include "pgtend/config/weakness.h"
#include "pgtend/core/mem.h"

static void passwords(void **state)
{
	static const struct {
		const char *user, *dbname, *password, *wanted;
	} cases[] = {
	    {"postgres", NULL, "postgres", "own name"},
	    {"ada", "core", "Ada", "own name"},
	    {"ada", "core_db", "core_db", "database's name"},
	    {"ada", "core", "changeme", "everybody tries"},
	    {NULL, NULL, "POSTGRES", "everybody tries"},
	    {"ada", "core", "12345678", "everybody tries"},
	    {"ada", "core", "k3y!", "fewer than 8"},
	    {"ada", "core", "correct horse battery", NULL},
	    {"ada", "core", "postgres-but-longer", NULL},
	    {"ada", "core", "", NULL},
	    {"ada", "core", NULL, NULL},
	};
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		const char *got = weakness_of(cases[i].user, cases[i].dbname, cases[i].password);
		if (!got != !cases[i].wanted || (got && !strstr(got, cases[i].wanted)))
			fail_msg("%zu: %s", i, got ? got : "(nothing)");
	}
}

static void connection_strings(void **state)
{
	static const struct {
		const char *text;
		bool has_password, is_weak;
	} cases[] = {
	    {"postgresql://postgres:postgres@h/d", true, true},
	    {"postgresql://ada:%70ostgres@h/d", true, true},
	    {"postgresql://ada@h/d", false, false},
	    {"postgresql://ada:@h/d", false, false},
	    {"host=h user=ada password='long and unguessable'", true, false},
	    {"host=h user=ada password=ada", true, true},
	};
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct err err;
		struct conninfo *info = conninfo_parse(cases[i].text, &err);
		assert_non_null(info);
		assert_int_equal(weakness_has_password(info), cases[i].has_password);
		assert_int_equal(weakness_of_conninfo(info) != NULL, cases[i].is_weak);
		conninfo_free(info);
	}
}

/* "KIND PATH: WHAT|" of each finding. Caller frees. */
static char *look(const char *folder, const char *ini, struct env_look *seen)
{
	static const char *const kinds[] = {[ENV_BROKEN] = "broken", [ENV_LACKS] = "lacks", [ENV_WEAK] = "weak", [ENV_UNSAFE] = "unsafe"};
	struct err err;
	struct text text = {0};
	struct config *config = config_from_text("pgtend.ini", ini, &err);
	assert_non_null(config);
	if (!env_look(folder, config, seen, &err))
		fail_msg("%s", err.text);
	for (int i = 0; i < seen->count; i++)
		text_addf(&text, "%s %s: %s|", kinds[seen->v[i].fault], seen->v[i].path, seen->v[i].what);
	config_free(config);
	return text_take(&text);
}

static void check(const char *folder, const char *wanted)
{
	struct env_look seen;
	char *got = look(folder, "", &seen);
	assert_string_equal(got, wanted);
	assert_null(strstr(got, "s3cret"));
	mem_free(got);
	env_look_done(&seen);
}

static void an_empty_folder(void **state)
{
	check(*state, "");
}

static void passwords_of_files(void **state)
{
	files_write(*state, "a/.env", "PGUSER=ada\nPGPASSWORD=ada\nADMIN_PASSWORD=admin\nPOSTGRES_PASS=s3cret-s3cret\nCORE_DB_PASSWORD=\nURL=https://admin:admin@example.org/\n");
	files_write(*state, "a/.env.test", "A=postgres://x:x@localhost/y?schema=public\nB=postgresql://x:s3cret-s3cret@localhost/y\n");
	files_write(*state, "a/.env.test.example", "A=postgres://x:x@localhost/y\n");
	files_write(*state, "a/node_modules/.env", "PGPASSWORD=postgres\n");
	check(*state, "weak a/.env: PGPASSWORD: the password is the role's own name|weak a/.env: CORE_DB_PASSWORD: the password is empty|"
	              "weak a/.env.test: A: the password is the role's own name|");
}

static void addresses_as_other_languages_write_them(void **state)
{
	files_write(*state, ".env", "A=postgresql+asyncpg://x:postgres@localhost/y\nB=jdbc:postgresql://localhost/y?user=x&password=postgres\nC=ecto://x:x@localhost/y\n"
	                            "D=host=localhost user=x password=changeme dbname=y\nE=postgresql+psycopg2://x:s3cret-s3cret@localhost/y\nF=jdbc:mysql://x:x@localhost/y\n");
	check(*state, "weak .env: A: the password is one of those that everybody tries first|weak .env: B: the password is one of those that everybody tries first|"
	              "weak .env: C: the password is the role's own name|weak .env: D: the password is one of those that everybody tries first|");
}

/* A password with a raw @: what stands behind it is no host. */
static void a_part_of_a_password_is_never_a_host(void **state)
{
	files_write(*state, ".env.production", "A=postgres://x:begin@hunter2@db.example.org/y\n");
	check(*state, "");
}

static void addresses_without_tls(void **state)
{
	files_write(*state, ".env", "A=postgres://x@db.example.org/y\n");
	files_write(*state, ".env.production", "A=postgres://x@db.example.org/y\nB=postgres://x@db.example.org/y?sslmode=require\nC=postgres://x@127.0.0.1/y\n"
	                                       "D=postgres://x@db.example.org/y?sslmode=prefer\n");
	check(*state, "unsafe .env.production: A: db.example.org is another machine, and its sslmode (left out) does not insist on TLS|"
	              "unsafe .env.production: D: db.example.org is another machine, and its sslmode (prefer) does not insist on TLS|");
}

static void what_examples_have(void **state)
{
	files_write(*state, ".env.example", "A=1\nB=2\nPATH=x\n");
	files_write(*state, "p/env.example", "A=1\nC=\n");
	files_write(*state, "p/.env", "A=\n");
	files_write(*state, "p/.env.local", "C=1\n");
	check(*state, "lacks .env: A, B|");
}

static void a_broken_file(void **state)
{
	struct env_look seen;
	files_write(*state, ".env", "A=\"never closed\nPGPASSWORD=s3cret\n");
	files_write(*state, "b/.env", "PGPASSWORD=postgres\n");
	char *got = look(*state, "", &seen);
	assert_int_equal(seen.count, 2);
	assert_int_equal(seen.v[0].fault, ENV_BROKEN);
	assert_int_equal(seen.v[1].fault, ENV_WEAK);
	assert_null(strstr(got, "s3cret"));
	mem_free(got);
	env_look_done(&seen);
}

static void variables_of_a_section(void **state)
{
	struct err err;
	struct variable_uses uses = {0};
	(void)state;
	setenv("PGTEND_TEST_SET", "x", 1);
	setenv("PGTEND_TEST_EMPTY", "", 1);
	struct config *config = config_from_text("pgtend.ini",
	    "[database a]\ndbname = ${PGTEND_TEST_SET}${PGTEND_TEST_SET}\nowner = ${PGTEND_TEST_EMPTY}\nlocale = ${PGTEND_TEST_NOT:-C} $${NO}\n", &err);
	assert_non_null(config);
	config_variables(config, config_at(config, SECTION_DATABASE, 0), &uses);
	assert_int_equal(uses.count, 3);
	assert_string_equal(uses.v[0].name, "PGTEND_TEST_SET");
	assert_string_equal(uses.v[0].from, "the environment");
	assert_string_equal(uses.v[0].key, "dbname");
	assert_false(uses.v[0].is_empty);
	assert_true(uses.v[1].is_empty);
	assert_string_equal(uses.v[2].name, "PGTEND_TEST_NOT");
	assert_null(uses.v[2].from);
	variable_uses_done(&uses);
	config_free(config);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(passwords),
	    cmocka_unit_test(connection_strings),
	    cmocka_unit_test_setup_teardown(an_empty_folder, files_setup, files_teardown),
	    cmocka_unit_test_setup_teardown(passwords_of_files, files_setup, files_teardown),
	    cmocka_unit_test_setup_teardown(addresses_as_other_languages_write_them, files_setup, files_teardown),
	    cmocka_unit_test_setup_teardown(a_part_of_a_password_is_never_a_host, files_setup, files_teardown),
	    cmocka_unit_test_setup_teardown(addresses_without_tls, files_setup, files_teardown),
	    cmocka_unit_test_setup_teardown(what_examples_have, files_setup, files_teardown),
	    cmocka_unit_test_setup_teardown(a_broken_file, files_setup, files_teardown),
	    cmocka_unit_test(variables_of_a_section),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
