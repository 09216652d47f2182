/* The table of guards (levels, ways in, production), row by row, and unlock. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "pgtend/config/config.h"
#include "pgtend/core/mem.h"
#include "pgtend/core/places.h"
#include "pgtend/jobs/guard.h"

static struct config *config;
static struct server server = {.label = "db1:5432", .host = "db1", .port = 5432};
static struct database dev, prod, open_prod;

static void fill(struct database *database, const char *name, const char *dbname, enum environment environment)
{
	const struct section *section = config_section(config, SECTION_DATABASE, name);
	*database = (struct database){.name = section_name(section),
	    .dbname = mem_copy(dbname),
	    .section = section,
	    .environment = environment,
	    .server = &server};
}

static int setup(void **state)
{
	(void)state;
	struct err err = {0};
	config = config_from_text("test.ini",
	    "[database shop]\nurl = postgresql://localhost/shop_db\n"
	    "[database live]\nurl = postgresql://localhost/live_db\nenvironment = production\n"
	    "[database open]\nurl = postgresql://localhost/open_db\nenvironment = production\nallow_destructive = yes\n",
	    &err);
	if (config == NULL)
		fprintf(stderr, "%s\n", err.text);
	assert_non_null(config);
	fill(&dev, "shop", "shop_db", ENVIRONMENT_DEVELOPMENT);
	fill(&prod, "live", "live_db", ENVIRONMENT_PRODUCTION);
	fill(&open_prod, "open", "open_db", ENVIRONMENT_PRODUCTION);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	mem_free(dev.dbname);
	mem_free(prod.dbname);
	mem_free(open_prod.dbname);
	config_free(config);
	return 0;
}

static void lock_again(void)
{
	char *path = places_state("unlock");
	remove(path);
	mem_free(path);
}

/* "go", "refused", or the text that is asked for. Caller frees. */
static char *decide(const struct guard_request *request, const struct database *database)
{
	char *expect = NULL;
	struct err err = {0};
	switch (guard_decide(request, database, &expect, &err)) {
	case GUARD_GO:
		assert_null(expect);
		return mem_copy("go");
	case GUARD_REFUSED:
		assert_null(expect);
		assert_int_equal(err.kind, ERR_REFUSED);
		assert_true(err.text[0] != '\0');
		return mem_copy("refused");
	case GUARD_ASK:
		return expect;
	}
	return NULL;
}

static void expect_row(enum guard_level level, const struct database *database, const char *by_key,
    const char *by_prompt, const char *by_script)
{
	const char *wanted[] = {[GUARD_BY_KEY] = by_key, [GUARD_BY_PROMPT] = by_prompt, [GUARD_BY_SCRIPT] = by_script};
	for (int from = GUARD_BY_KEY; from <= GUARD_BY_SCRIPT; from++) {
		struct guard_request request = {.level = level, .from = (enum guard_from)from};
		char *got = decide(&request, database);
		assert_string_equal(got, wanted[from]);
		mem_free(got);
	}
}

static void reading_asks_nothing(void **state)
{
	(void)state;
	expect_row(GUARD_L0, &dev, "go", "go", "go");
	expect_row(GUARD_L0, &prod, "go", "go", "go");
}

static void l1_asks_only_a_key(void **state)
{
	(void)state;
	expect_row(GUARD_L1, &dev, "y", "go", "go");
	expect_row(GUARD_L1, &prod, "live_db", "live_db", "refused");
}

static void l2_asks_people(void **state)
{
	(void)state;
	expect_row(GUARD_L2, &dev, "y", "y", "go");
	expect_row(GUARD_L2, &prod, "live_db", "live_db", "refused");
}

static void l3_asks_the_name(void **state)
{
	(void)state;
	expect_row(GUARD_L3, &dev, "shop_db", "shop_db", "refused");
}

static void l3_in_production_needs_allow_unlock_and_name(void **state)
{
	(void)state;
	struct err err = {0};
	lock_again();
	expect_row(GUARD_L3, &prod, "refused", "refused", "refused");
	expect_row(GUARD_L3, &open_prod, "refused", "refused", "refused");
	/* Unlocked alone is not enough. */
	assert_true(guard_unlock(&prod, 5, "ticket 4711", &err));
	expect_row(GUARD_L3, &prod, "refused", "refused", "refused");
	assert_true(guard_unlock(&open_prod, 5, "ticket 4711", &err));
	expect_row(GUARD_L3, &open_prod, "open_db", "open_db", "refused");
	lock_again();
	expect_row(GUARD_L3, &open_prod, "refused", "refused", "refused");
}

static void other_environments_are_not_production(void **state)
{
	(void)state;
	struct database staging = dev;
	staging.environment = ENVIRONMENT_STAGING;
	expect_row(GUARD_L1, &staging, "y", "go", "go");
	expect_row(GUARD_L2, &staging, "y", "y", "go");
	expect_row(GUARD_L3, &staging, "shop_db", "shop_db", "refused");
	staging.environment = ENVIRONMENT_TEST;
	expect_row(GUARD_L2, &staging, "y", "y", "go");
}

static void script_confirms_each_by_name(void **state)
{
	(void)state;
	struct words confirmed = {0};
	words_add(&confirmed, "all");
	words_add(&confirmed, "shop");
	struct guard_request request = {.level = GUARD_L3, .from = GUARD_BY_SCRIPT, .confirmed = &confirmed};
	char *got = decide(&request, &dev);
	/* `all` and the section's name are not the database's name. */
	assert_string_equal(got, "refused");
	mem_free(got);
	words_add(&confirmed, "shop_db");
	got = decide(&request, &dev);
	assert_string_equal(got, "go");
	mem_free(got);
	words_add(&confirmed, "live_db");
	request.level = GUARD_L2;
	got = decide(&request, &prod);
	assert_string_equal(got, "go");
	mem_free(got);
	/* A name that was given for a script answers no question on a terminal. */
	request.from = GUARD_BY_PROMPT;
	got = decide(&request, &prod);
	assert_string_equal(got, "live_db");
	mem_free(got);
	words_done(&confirmed);
}

static void never_in_production_overrides_all(void **state)
{
	(void)state;
	struct err err = {0};
	struct words confirmed = {0};
	words_add(&confirmed, "open_db");
	assert_true(guard_unlock(&open_prod, 5, "ticket 4711", &err));
	for (int level = GUARD_L0; level <= GUARD_L3; level++)
		for (int from = GUARD_BY_KEY; from <= GUARD_BY_SCRIPT; from++) {
			struct guard_request request = {.level = (enum guard_level)level,
			    .from = (enum guard_from)from,
			    .is_never_in_production = true,
			    .confirmed = &confirmed};
			char *got = decide(&request, &open_prod);
			assert_string_equal(got, "refused");
			mem_free(got);
		}
	lock_again();
	words_done(&confirmed);
}

static void configuration_orders_scripts(void **state)
{
	(void)state;
	struct guard_request request = {.level = GUARD_L1, .from = GUARD_BY_SCRIPT, .is_ordered_by_config = true};
	char *got = decide(&request, &prod);
	assert_string_equal(got, "go");
	mem_free(got);
	request.level = GUARD_L3;
	got = decide(&request, &prod);
	assert_string_equal(got, "go");
	mem_free(got);
	/* People are asked all the same. */
	request.level = GUARD_L1;
	request.from = GUARD_BY_PROMPT;
	got = decide(&request, &prod);
	assert_string_equal(got, "live_db");
	mem_free(got);
}

static void unlock_counts_down_and_is_bound(void **state)
{
	(void)state;
	struct err err = {0};
	lock_again();
	assert_int_equal(guard_unlocked_s(&open_prod), 0);
	assert_true(guard_unlock(&open_prod, 2, "ticket 4711", &err));
	int left = guard_unlocked_s(&open_prod);
	assert_in_range(left, 110, 120);
	assert_int_equal(guard_unlocked_s(&prod), 0);
	/* The same section that leads to another database is locked. */
	struct database other = open_prod;
	other.dbname = (char *)"elsewhere";
	assert_int_equal(guard_unlocked_s(&other), 0);
	char *path = places_state("unlock");
	struct stat stat_of;
	assert_int_equal(stat(path, &stat_of), 0);
	assert_int_equal(stat_of.st_mode & 0777, 0600);
	mem_free(path);
	lock_again();
}

static void unlock_ends_and_distrusts_the_clock(void **state)
{
	(void)state;
	struct err err = {0};
	assert_true(guard_unlock(&open_prod, 2, "ticket 4711", &err));
	char *path = places_state("unlock"), *bytes = NULL;
	size_t length;
	assert_true(places_read_file(path, &bytes, &length, &err));
	/* Ended: until lies before now. */
	char *until = strstr(bytes, "\"until_us\"");
	assert_non_null(until);
	char *digits = strpbrk(until, "0123456789");
	digits[0] = '1';
	digits[1] = '0';
	assert_true(places_write_file(path, bytes, length, &err));
	assert_int_equal(guard_unlocked_s(&open_prod), 0);
	/* Far too long, as after an edit. */
	digits[0] = '9';
	assert_true(places_write_file(path, bytes, length, &err));
	assert_int_equal(guard_unlocked_s(&open_prod), 0);
	/* Not JSON at all. */
	assert_true(places_write_file(path, "{", 1, &err));
	assert_int_equal(guard_unlocked_s(&open_prod), 0);
	/* A pipe, on which nobody waits. */
	assert_int_equal(unlink(path), 0);
	assert_int_equal(mkfifo(path, 0600), 0);
	alarm(10);
	assert_int_equal(guard_unlocked_s(&open_prod), 0);
	alarm(0);
	assert_int_equal(unlink(path), 0);
	mem_free(bytes);
	mem_free(path);
	lock_again();
}

static void unlock_wants_sense(void **state)
{
	(void)state;
	struct err err = {0};
	assert_false(guard_unlock(&open_prod, 0, "reason", &err));
	assert_int_equal(err.kind, ERR_USAGE);
	assert_false(guard_unlock(&open_prod, GUARD_UNLOCK_MOST_MINUTES + 1, "reason", &err));
	assert_false(guard_unlock(&open_prod, 5, "  ", &err));
	assert_non_null(strstr(err.text, "reason"));
	assert_int_equal(guard_unlocked_s(&open_prod), 0);
}

static void each_level_has_words(void **state)
{
	(void)state;
	for (int level = GUARD_L0; level <= GUARD_L3; level++)
		for (int bits = 0; bits < 4; bits++) {
			const char *words = guard_level_words((enum guard_level)level, (bits & 1) != 0, (bits & 2) != 0);
			assert_true(strlen(words) > 5);
			if ((bits & 1) != 0)
				assert_non_null(strstr(words, "refused in production"));
		}
	assert_non_null(strstr(guard_level_words(GUARD_L3, false, false), "--confirm NAME"));
}

int main(void)
{
	char folder[] = "/tmp/pgtend-guard.XXXXXX";
	if (mkdtemp(folder) == NULL)
		return 1;
	setenv("XDG_STATE_HOME", folder, 1);
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(reading_asks_nothing),
	    cmocka_unit_test(l1_asks_only_a_key),
	    cmocka_unit_test(l2_asks_people),
	    cmocka_unit_test(l3_asks_the_name),
	    cmocka_unit_test(l3_in_production_needs_allow_unlock_and_name),
	    cmocka_unit_test(other_environments_are_not_production),
	    cmocka_unit_test(script_confirms_each_by_name),
	    cmocka_unit_test(never_in_production_overrides_all),
	    cmocka_unit_test(configuration_orders_scripts),
	    cmocka_unit_test(unlock_counts_down_and_is_bound),
	    cmocka_unit_test(unlock_ends_and_distrusts_the_clock),
	    cmocka_unit_test(unlock_wants_sense),
	    cmocka_unit_test(each_level_has_words),
	};
	int status = cmocka_run_group_tests(tests, setup, teardown);
	char *clean = mem_format("%s/pgtend/unlock.lock", folder), *own = mem_format("%s/pgtend", folder);
	remove(clean);
	remove(own);
	remove(folder);
	mem_free(clean);
	mem_free(own);
	return status;
}
