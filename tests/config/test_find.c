/* Which pgtend.ini is taken, and what counts when there is none. */
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

static struct config *load_from(const char *folder, const char *below, struct err *err)
{
	char *place = mem_format("%s/%s", folder, below);
	assert_int_equal(chdir(place), 0);
	mem_free(place);
	struct config *config = config_load(&(struct config_options){0}, err);
	if (!config)
		fail_msg("%s", err->text);
	return config;
}

static void the_file_is_looked_for_upwards_but_not_above_home(void **state)
{
	char *folder = *state;
	struct err err;
	files_write(folder, "pgtend.ini", "[database outside]\n");
	files_write(folder, "home/repo/pgtend.ini", "[database repo]\n");
	files_write(folder, "home/repo/deep/er/x", "");
	files_write(folder, "home/other/x", "");
	char *home = mem_format("%s/home", folder);
	char *before = mem_copy(getenv("HOME"));
	setenv("HOME", home, 1);
	struct config *config = load_from(folder, "home/repo/deep/er", &err);
	assert_non_null(config_section(config, SECTION_DATABASE, "repo"));
	assert_false(config_is_given(config));
	assert_true(text_ends_with(config_path(config), "/home/repo/pgtend.ini"));
	config_free(config);
	config = load_from(folder, "home/other", &err);
	assert_true(config_is_fallback(config));
	assert_null(config_path(config));
	assert_int_equal(config_count(config, SECTION_DATABASE), 1);
	config_free(config);
	/* the user's own, in the XDG folder */
	files_write(folder, "home/.config/pgtend/pgtend.ini", "[database own]\n");
	unsetenv("XDG_CONFIG_HOME");
	config = load_from(folder, "home/other", &err);
	assert_non_null(config_section(config, SECTION_DATABASE, "own"));
	assert_true(config_is_given(config));
	config_free(config);
	/* outside of the home folder: up to the root */
	files_write(folder, "srv/x", "");
	config = load_from(folder, "srv", &err);
	assert_non_null(config_section(config, SECTION_DATABASE, "outside"));
	config_free(config);
	setenv("PGTEND_CONFIG", "../home/repo/pgtend.ini", 1);
	config = load_from(folder, "srv", &err);
	assert_non_null(config_section(config, SECTION_DATABASE, "repo"));
	assert_true(config_is_given(config));
	config_free(config);
	setenv("PGTEND_CONFIG", "nowhere.ini", 1);
	assert_null(config_load(&(struct config_options){0}, &err));
	assert_non_null(strstr(err.text, "nowhere.ini: No such file or directory (named by $PGTEND_CONFIG)"));
	assert_int_equal(err.kind, ERR_CONFIG);
	unsetenv("PGTEND_CONFIG");
	setenv("HOME", before, 1);
	mem_free(before);
	mem_free(home);
}

static void files_of_others_are_left_aside(void **state)
{
	char *folder = *state;
	struct err err;
	files_write(folder, "pgtend.ini", "[database outer]\n");
	files_write(folder, "in/pgtend.ini", "[database inner]\n");
	char *inner = mem_format("%s/in/pgtend.ini", folder);
	chmod(inner, 0666);
	struct config *config = load_from(folder, "in", &err);
	assert_non_null(config_section(config, SECTION_DATABASE, "outer"));
	assert_int_equal(config_warnings(config)->count, 1);
	assert_non_null(strstr(config_warnings(config)->v[0], "/in/pgtend.ini is left aside: others may write it"));
	config_free(config);
	chmod(inner, 0644);
	if (geteuid() == 0) {
		assert_int_equal(chown(inner, 65534, (gid_t)-1), 0);
		config = load_from(folder, "in", &err);
		assert_non_null(strstr(config_warnings(config)->v[0], "somebody else owns it"));
		config_free(config);
	}
	/* named, it is used */
	config = config_load(&(struct config_options){.file = inner}, &err);
	assert_non_null(config);
	config_free(config);
	mem_free(inner);
}

static void urls_name_databases_and_folders(void **state)
{
	char *folder = *state;
	struct err err;
	struct config_options options = {0};
	assert_int_equal(chdir(folder), 0);
	files_write(folder, "pgtend.ini", "broken");
	words_add(&options.urls, "postgresql://h/core");
	words_add(&options.urls, "postgresql://k/core");
	words_add(&options.urls, "postgresql://h/$x${y}");
	words_add(&options.folders, "m1");
	words_add(&options.folders, "/m2");
	struct config *config = config_load(&options, &err);
	if (!config)
		fail_msg("%s", err.text);
	assert_true(config_is_given(config));
	assert_int_equal(config_count(config, SECTION_DATABASE), 3);
	const struct section *core = config_section(config, SECTION_DATABASE, "core");
	char *wanted = mem_format("%s/m1", config_folder(config));
	assert_string_equal(section_text(core, "migrations"), wanted);
	assert_string_equal(section_text(config_section(config, SECTION_DATABASE, "core-2"), "migrations"), "/m2");
	assert_string_equal(section_text(config_at(config, SECTION_DATABASE, 2), "url"), "postgresql://h/$x${y}");
	mem_free(wanted);
	config_free(config);
	for (int i = 0; i < 3; i++)
		words_add(&options.folders, "more");
	assert_null(config_load(&options, &err));
	assert_int_equal(err.kind, ERR_USAGE);
	words_done(&options.urls);
	assert_null(config_load(&options, &err));
	assert_int_equal(err.kind, ERR_USAGE);
	assert_non_null(strstr(err.text, "--dir needs a --url"));
	words_done(&options.folders);
	words_add(&options.urls, "postgresql://u:hunter2@h:port/core");
	assert_null(config_load(&options, &err));
	assert_int_equal(err.kind, ERR_USAGE);
	assert_non_null(strstr(err.text, "--url 1: cannot read the connection string"));
	assert_null(strstr(err.text, "hunter2"));
	words_done(&options.urls);
}

static void without_configuration_the_environment_counts(void **state)
{
	char *folder = *state;
	struct err err;
	setenv("HOME", folder, 1);
	setenv("PGDATABASE", "envdb", 1);
	struct config *config = load_from(folder, ".", &err);
	assert_true(config_is_fallback(config));
	assert_non_null(config_section(config, SECTION_DATABASE, "envdb"));
	struct conninfo *info = config_conninfo(config, config_at(config, SECTION_DATABASE, 0), &err);
	assert_string_equal(conninfo_effective(info, "dbname"), "envdb");
	conninfo_free(info);
	config_free(config);
	unsetenv("PGDATABASE");
	files_write(folder, "service.conf", "[s]\nhost=/nowhere\ndbname=servicedb\n");
	char *services = mem_format("%s/service.conf", folder);
	setenv("PGSERVICEFILE", services, 1);
	setenv("PGSERVICE", "s", 1);
	config = load_from(folder, ".", &err);
	assert_non_null(config_section(config, SECTION_DATABASE, "servicedb"));
	config_free(config);
	unsetenv("PGSERVICE");
	unsetenv("PGSERVICEFILE");
	mem_free(services);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(the_file_is_looked_for_upwards_but_not_above_home, files_setup, files_teardown),
	    cmocka_unit_test_setup_teardown(files_of_others_are_left_aside, files_setup, files_teardown),
	    cmocka_unit_test_setup_teardown(urls_name_databases_and_folders, files_setup, files_teardown),
	    cmocka_unit_test_setup_teardown(without_configuration_the_environment_counts, files_setup, files_teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
