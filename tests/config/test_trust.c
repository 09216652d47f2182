/* A configuration that was found may neither run anything nor send anything to another machine before it is trusted. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "files.h"
#include "pgtend/config/trust.h"
#include "pgtend/core/mem.h"

static int setup(void **state)
{
	if (files_setup(state) != 0)
		return -1;
	char *place = mem_format("%s/state", (char *)*state);
	setenv("XDG_STATE_HOME", place, 1);
	setenv("HOME", *state, 1);
	mem_free(place);
	return 0;
}

/* As `pgtend` in that folder finds it. */
static struct config *find(const char *folder)
{
	struct err err;
	assert_int_equal(chdir(folder), 0);
	struct config *config = config_load(&(struct config_options){0}, &err);
	if (!config)
		fail_msg("%s", err.text);
	assert_non_null(config_path(config));
	return config;
}

static bool allows(const struct config *config, const char *database, struct err *err)
{
	return trust_allows_connection(config, config_section(config, SECTION_DATABASE, database), err);
}

static void only_this_machine_is_reached_before(void **state)
{
	static const struct {
		const char *keys;
		bool is_local;
	} cases[] = {
	    {"", true},
	    {"host = localhost\n", true},
	    {"host = /tmp/socket\n", true},
	    {"host = 127.0.0.9\n", true},
	    {"host = ::1\n", true},
	    {"host = ::ffff:127.0.0.1\n", true},
	    {"url = postgresql://u@localhost/d\n", true},
	    {"url = postgresql://%2Ftmp%2Fx/d\n", true},
	    {"host = db.example.com\n", false},
	    {"host = localhost.example.com\n", false},
	    {"host = 128.0.0.1\n", false},
	    {"host = 127.0.0.1.example.com\n", false},
	    {"url = postgresql://u:p@db.example.com/d\n", false},
	    {"url = postgresql://u@db.example.com/d\n", false},
	    {"url = postgresql://localhost,db.example.com/d\n", false},
	    {"url = postgresql://localhost/d?hostaddr=192.0.2.1\n", false},
	    {"url = host=localhost hostaddr=192.0.2.1\n", false},
	    {"host = localhost\ndirect = host=db.example.com\n", false},
	    {"host = localhost\ndirect = hostaddr=192.0.2.1\n", false},
	    {"server = far\n", false},
	    {"service = far\n", false},
	    {"url = ${PGT_TEST_URL}\n", false},
	};
	char *folder = *state;
	files_write(folder, "service.conf", "[far]\nhost=db.example.com\n");
	char *services = mem_format("%s/service.conf", folder);
	setenv("PGSERVICEFILE", services, 1);
	setenv("PGT_TEST_URL", "postgresql://db.example.com/d", 1);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct err err = {0};
		char *ini = mem_format("[server far]\nhost = db.example.com\n[database a]\n%s", cases[i].keys);
		files_write(folder, "pgtend.ini", ini);
		struct config *config = find(folder);
		assert_false(trust_is_recorded(config));
		if (allows(config, "a", &err) != cases[i].is_local)
			fail_msg("wrong for: %s", cases[i].keys);
		if (!cases[i].is_local) {
			assert_int_equal(err.kind, ERR_REFUSED);
			assert_non_null(
			    strstr(err.text, "/pgtend.ini was found, not given: before it is trusted nothing is sent to "));
			assert_non_null(strstr(err.hint, "`pgtend trust`"));
		}
		config_free(config);
		mem_free(ini);
	}
	unsetenv("PGSERVICEFILE");
	unsetenv("PGT_TEST_URL");
	mem_free(services);
}

static void no_password_is_sent_before(void **state)
{
	static const char *const cases[] = {
	    "host = localhost\npassword = x\n",
	    "host = /tmp/socket\npassword = x\n",
	    "host = 127.0.0.9\nuser = u\nserver = near\n",
	    "server = near\n",
	    "url = postgresql://u:p@localhost/d\n",
	    "url = ${PGT_TEST_URL}\n",
	    "host = localhost\npassfile = pass\n",
	    "host = localhost\nservice = near\n",
	    "host = localhost\ndirect = host=127.0.0.1 password=x\n",
	};
	char *folder = *state;
	setenv("PGT_TEST_URL", "postgresql://u:p@127.0.0.1/d", 1);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct err err = {0};
		char *ini = mem_format("[server near]\nhost = localhost\nuser = u\npassword = x\n[database a]\n%s", cases[i]);
		files_write(folder, "pgtend.ini", ini);
		struct config *config = find(folder);
		bool has_own_address = i == 2; /* of another address a server's password is none */
		if (allows(config, "a", &err) != has_own_address)
			fail_msg("wrong for: %s", cases[i]);
		if (!has_own_address) {
			assert_int_equal(err.kind, ERR_REFUSED);
			assert_non_null(strstr(err.text, "before it is trusted no password is sent, not even to "));
		}
		config_free(config);
		mem_free(ini);
	}
	setenv("PGPASSWORD", "mine", 1);
	unsetenv("PGPASSFILE");
	files_write(folder, "pgtend.ini", "[database a]\nhost = localhost\npassword = x\n");
	struct config *config = find(folder);
	struct err err = {0};
	trust_withhold_passwords(config);
	assert_null(getenv("PGPASSWORD"));
	assert_non_null(getenv("PGPASSFILE"));
	assert_true(trust_record(config, &err));
	assert_string_equal(getenv("PGPASSWORD"), "mine");
	assert_null(getenv("PGPASSFILE"));
	assert_true(allows(config, "a", &err));
	trust_withhold_passwords(config);
	assert_string_equal(getenv("PGPASSWORD"), "mine");
	config_free(config);
	unsetenv("PGPASSWORD");
	unsetenv("PGT_TEST_URL");
}

static void the_environment_counts_as_the_address(void **state)
{
	char *folder = *state;
	struct err err;
	files_write(folder, "pgtend.ini", "[database a]\n");
	struct config *config = find(folder);
	setenv("PGHOSTADDR", "192.0.2.1", 1);
	assert_false(allows(config, "a", &err));
	unsetenv("PGHOSTADDR");
	assert_true(allows(config, "a", &err));
	config_free(config);
}

static void commands_do_not_run_before(void **state)
{
	char *folder = *state;
	struct err err;
	files_write(folder, "pgtend.ini",
	    "[pgtend]\nafter_backup = rm -rf x\npgbin = bin\n[database a]\nseeds = seeds\n[database b]\nafter_backup "
	    "=\n[runner]\n.ts = npx tsx\n[alias]\nup = migrate up\n");
	struct config *config = find(folder);
	const struct section *a = config_section(config, SECTION_DATABASE, "a"),
	                     *b = config_section(config, SECTION_DATABASE, "b");
	assert_false(trust_allows_command(config, a, "after_backup", &err));
	assert_int_equal(err.kind, ERR_REFUSED);
	assert_non_null(strstr(err.text, "`after_backup` runs nothing ("));
	assert_non_null(strstr(err.text, "/pgtend.ini:2)"));
	assert_non_null(strstr(err.hint, "`pgtend trust`"));
	assert_true(trust_allows_command(config, b, "after_backup", &err));
	assert_true(trust_allows_command(config, a, "client", &err));
	assert_false(trust_allows_command(config, a, "seeds", &err));
	assert_false(trust_allows_command(config, config_section(config, SECTION_PGTEND, ""), "pgbin", &err));
	assert_false(trust_allows_command(config, config_section(config, SECTION_RUNNER, ""), ".ts", &err));
	assert_true(trust_allows_command(config, config_section(config, SECTION_RUNNER, ""), ".py", &err));
	assert_false(trust_allows_command(config, config_section(config, SECTION_ALIAS, ""), "up", &err));
	assert_true(trust_record(config, &err));
	assert_true(trust_allows_command(config, a, "after_backup", &err));
	assert_true(trust_allows_command(config, config_section(config, SECTION_ALIAS, ""), "up", &err));
	config_free(config);
}

static void a_record_ends_with_any_change(void **state)
{
	char *folder = *state;
	struct err err;
	files_write(folder, ".env", "DATABASE_URL=postgresql://u:p@db.example.com/d\n");
	files_write(folder, "pgtend.ini", "[database a]\nenv_file = .env\nurl = ${DATABASE_URL}\n");
	struct config *config = find(folder);
	assert_false(allows(config, "a", &err));
	assert_true(trust_record(config, &err));
	assert_true(trust_is_recorded(config));
	assert_true(allows(config, "a", &err));
	config_free(config);

	struct stat st;
	char *path = mem_format("%s/state/pgtend/trust", folder);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	mem_free(path);

	files_write(folder, ".env", "DATABASE_URL=postgresql://u:p@evil.example.com/d\n");
	config = find(folder);
	assert_false(trust_is_recorded(config));
	/* trusted again, the old state is not trusted any more */
	assert_true(trust_record(config, &err));
	config_free(config);
	files_write(folder, ".env", "DATABASE_URL=postgresql://u:p@db.example.com/d\n");
	config = find(folder);
	assert_false(trust_is_recorded(config));
	assert_true(trust_record(config, &err));
	config_free(config);

	files_write(folder, "pgtend.ini", "[database a]\nenv_file = .env\nurl = ${DATABASE_URL}\n# changed\n");
	config = find(folder);
	assert_false(trust_is_recorded(config));
	config_free(config);

	/* the same bytes in another place are another file */
	files_write(folder, "copy/.env", "DATABASE_URL=postgresql://u:p@db.example.com/d\n");
	files_write(folder, "copy/pgtend.ini", "[database a]\nenv_file = .env\nurl = ${DATABASE_URL}\n");
	char *copy = mem_format("%s/copy", folder);
	config = find(copy);
	assert_false(trust_is_recorded(config));
	config_free(config);
	mem_free(copy);
}

static void records_are_listed_and_forgotten(void **state)
{
	char *folder = *state;
	struct err err;
	struct words paths = {0};
	bool was_there;
	assert_true(trust_list(&paths, &err));
	assert_int_equal(paths.count, 0);
	files_write(folder, "b/pgtend.ini", "[database a]\n");
	files_write(folder, "a b/pgtend.ini", "[database a]\n");
	const char *const names[] = {"b", "a b"};
	for (int i = 0; i < 2; i++) {
		char *place = mem_format("%s/%s", folder, names[i]);
		struct config *config = find(place);
		assert_true(trust_record(config, &err));
		config_free(config);
		mem_free(place);
	}
	assert_true(trust_list(&paths, &err));
	assert_int_equal(paths.count, 2);
	assert_true(text_ends_with(paths.v[0], "/a b/pgtend.ini"));
	assert_true(trust_forget(paths.v[0], &was_there, &err));
	assert_true(was_there);
	assert_true(trust_forget(paths.v[0], &was_there, &err));
	assert_false(was_there);
	words_done(&paths);
	assert_true(trust_list(&paths, &err));
	assert_int_equal(paths.count, 1);
	words_done(&paths);
}

static void what_is_given_is_trusted(void **state)
{
	char *folder = *state;
	struct err err;
	files_write(folder, "pgtend.ini", "[database a]\nhost = db.example.com\npassword = x\nafter_backup = true\n");
	char *path = mem_format("%s/pgtend.ini", folder);
	struct config *config = config_load(&(struct config_options){.file = path}, &err);
	assert_true(trust_is_recorded(config));
	assert_true(allows(config, "a", &err));
	assert_true(trust_allows_command(config, config_section(config, SECTION_DATABASE, "a"), "after_backup", &err));
	config_free(config);
	mem_free(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(only_this_machine_is_reached_before, setup, files_teardown),
	    cmocka_unit_test_setup_teardown(no_password_is_sent_before, setup, files_teardown),
	    cmocka_unit_test_setup_teardown(the_environment_counts_as_the_address, setup, files_teardown),
	    cmocka_unit_test_setup_teardown(commands_do_not_run_before, setup, files_teardown),
	    cmocka_unit_test_setup_teardown(a_record_ends_with_any_change, setup, files_teardown),
	    cmocka_unit_test_setup_teardown(records_are_listed_and_forgotten, setup, files_teardown),
	    cmocka_unit_test_setup_teardown(what_is_given_is_trusted, setup, files_teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
