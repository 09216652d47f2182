/* migrate/plan.h: what would run, from files alone. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "pgtend/migrate/folder.h"
#include "pgtend/migrate/plan.h"
#include "scratch.h"

/* A database without a server, and the ledger of its folder. */
struct stage {
	char *folder;
	struct config *config;
	struct database database;
	struct ledger ledger;
	struct plan plan;
	struct err err;
	bool is_made;
};

static void begin(struct stage *stage, const char *keys)
{
	memset(stage, 0, sizeof *stage);
	stage->folder = scratch_folder();
	char *ini = mem_format("[database d]\nmigrations = %s\ndialect = node-pg-migrate\n%s\n", stage->folder, keys);
	stage->config = config_from_text("pgtend.ini", ini, &stage->err);
	assert_non_null(stage->config);
	stage->database.name = "d";
	stage->database.dbname = "d";
	stage->database.config = stage->config;
	stage->database.section = config_section(stage->config, SECTION_DATABASE, "d");
	mem_free(ini);
}

static void make(struct stage *stage, const struct migrate_options *options)
{
	if (!stage->ledger.folder)
		assert_true(ledger_read_folder(&stage->database, &stage->ledger, &stage->err));
	plan_done(&stage->plan);
	err_clear(&stage->err);
	stage->is_made = plan_make(&stage->ledger, &stage->database, options, &stage->plan, &stage->err);
}

static void end(struct stage *stage)
{
	plan_done(&stage->plan);
	ledger_done(&stage->ledger);
	config_free(stage->config);
	scratch_remove(stage->folder);
}

static void five_files(struct stage *stage)
{
	scratch_file(stage->folder, "1_a.sql", "create table a(id int);");
	scratch_file(stage->folder, "2_b.sql", "create table b(id int);\n");
	scratch_file(stage->folder, "3_c.sql", "-- x\ncreate index concurrently on a(id);\n");
	scratch_file(stage->folder, "4_d.sql", "copy a from stdin;\n1\n\\.\n");
	scratch_file(stage->folder, "5_e.sql", "create table e(id int);\n");
}

static void test_transactions(void **state)
{
	(void)state;
	static const enum plan_mode modes[] = {PLAN_TRANSACTION, PLAN_TRANSACTION, PLAN_STATEMENTS, PLAN_PSQL, PLAN_TRANSACTION};
	static const int all[] = {1, 1, 0, 2, 3}, each[] = {1, 2, 0, 3, 4};
	struct migrate_options options = {0};
	struct stage stage;
	begin(&stage, "");
	five_files(&stage);
	make(&stage, &options);
	assert_true(stage.is_made);
	assert_int_equal(stage.plan.count, 5);
	for (int i = 0; i < 5; i++) {
		assert_int_equal(stage.plan.steps[i].mode, modes[i]);
		assert_int_equal(stage.plan.steps[i].transaction, all[i]);
		assert_true(stage.plan.steps[i].is_up);
	}
	assert_int_equal(stage.plan.transaction_count, 3);
	assert_int_equal(stage.plan.warnings.count, 2); /* what splits the one transaction */
	assert_non_null(strstr(stage.plan.steps[2].mode_why, "CREATE INDEX CONCURRENTLY at "));
	assert_true(text_ends_with(stage.plan.steps[2].mode_why, "3_c.sql:2:1"));
	assert_int_equal(stage.plan.steps[2].cuts.count, 1);
	options.transaction = TRANSACTION_FILE;
	make(&stage, &options);
	for (int i = 0; i < 5; i++)
		assert_int_equal(stage.plan.steps[i].transaction, each[i]);
	end(&stage);
	/* the key, and what the command line says against it */
	begin(&stage, "transaction = file");
	five_files(&stage);
	make(&stage, &(struct migrate_options){0});
	assert_int_equal(stage.plan.steps[1].transaction, 2);
	make(&stage, &(struct migrate_options){.transaction = TRANSACTION_ALL});
	assert_int_equal(stage.plan.steps[1].transaction, 1);
	end(&stage);
}

static void test_hash(void **state)
{
	(void)state;
	struct stage stage;
	begin(&stage, "");
	five_files(&stage);
	make(&stage, &(struct migrate_options){0});
	char first[65];
	memcpy(first, stage.plan.hash, sizeof first);
	assert_int_equal(strspn(first, "0123456789abcdef"), 64);
	make(&stage, &(struct migrate_options){.plan_hash = first});
	assert_true(stage.is_made);
	/* another transaction, fewer files, another text: each is another plan */
	const struct migrate_options others[] = {{.transaction = TRANSACTION_FILE}, {.count = 4}, {.to = "4_d"}};
	for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
		struct migrate_options options = others[i];
		options.plan_hash = first;
		make(&stage, &options);
		assert_false(stage.is_made);
		assert_int_equal(stage.err.kind, ERR_DRIFT);
	}
	scratch_file(stage.folder, "5_e.sql", "create table e(id int); \n");
	make(&stage, &(struct migrate_options){.plan_hash = first});
	assert_false(stage.is_made);
	assert_int_equal(stage.err.kind, ERR_DRIFT);
	end(&stage);
}

static void test_choice(void **state)
{
	(void)state;
	struct stage stage;
	begin(&stage, "");
	five_files(&stage);
	static const char *const names[] = {"2_b", "2_b.sql", "2"};
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		make(&stage, &(struct migrate_options){.to = names[i]});
		assert_true(stage.is_made);
		assert_int_equal(stage.plan.count, 2);
	}
	make(&stage, &(struct migrate_options){.to = "2", .count = 1});
	assert_int_equal(stage.plan.count, 1);
	make(&stage, &(struct migrate_options){.to = "2_d"});
	assert_false(stage.is_made);
	assert_int_equal(stage.err.kind, ERR_USAGE);
	make(&stage, &(struct migrate_options){.to = ""});
	assert_false(stage.is_made);
	/* two are applied: down and redo are about the last of them */
	for (int i = 0; i < 2; i++) {
		ledger_add_row(&stage.ledger, stage.ledger.files[i].name, 0);
		ledger_join(&stage.ledger, i, i);
	}
	scratch_file(stage.folder, "2_b.sql", "create table b(id int);\n-- Down Migration\ndrop table b;\n");
	make(&stage, &(struct migrate_options){.direction = MIGRATE_REDO});
	assert_true(stage.is_made);
	assert_int_equal(stage.plan.count, 2);
	assert_false(stage.plan.steps[0].is_up);
	assert_true(stage.plan.steps[1].is_up);
	assert_int_equal(stage.plan.steps[1].file, 1);
	make(&stage, &(struct migrate_options){.direction = MIGRATE_DOWN, .count = 2});
	assert_false(stage.is_made); /* 1_a has no down part */
	end(&stage);
}

static void test_texts(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		int mode; /* -1: refused */
		const char *sql; /* what runs; NULL: the text as it is */
		const char *said; /* in the error or in the reason */
	} cases[] = {
	    {"begin;\nselect 1;\ncommit;\n", PLAN_TRANSACTION, "     ;\nselect 1;\n      ;\n", NULL},
	    {"\xEF\xBB\xBFselect 1;", PLAN_TRANSACTION, "select 1;", NULL},
	    {"select 1;\n  commit;\nselect 2", -1, NULL, "1_x.sql:2:3: COMMIT of its own"},
	    {"-- pgtend: no-transaction\nselect 1;\nbegin; select 2; commit", PLAN_STATEMENTS, NULL, "no-transaction` at "},
	    {"--pgtend:no-transaction because of x\nselect 1", PLAN_STATEMENTS, NULL, NULL},
	    {"-- pgtend: no-transactions\nselect 1", PLAN_TRANSACTION, NULL, NULL},
	    {"select '\n-- pgtend: no-transaction\n'", PLAN_TRANSACTION, NULL, NULL},
	    {"select 1; -- pgtend: no-transaction\n", PLAN_STATEMENTS, NULL, "1_x.sql:1:11"},
	    {"-- pgtend: no-transaction\n-- Up Migration\nselect 1;\n-- Down Migration\nselect 2", PLAN_STATEMENTS,
	        "-- Up Migration\nselect 1;\n", "1_x.sql:1"},
	    {"begin;\nvacuum;\ncommit;", -1, NULL, "1_x.sql:1:1: BEGIN of its own"},
	    {"\\echo x\nvacuum;", -1, NULL, "make two files"},
	    {"-- pgtend: no-transaction\ncreate procedure p() begin atomic select 1; end; some newer syntax", -1, NULL,
	        "cannot be cut"},
	    {"", PLAN_TRANSACTION, NULL, NULL},
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct stage stage;
		begin(&stage, "");
		scratch_file(stage.folder, "1_x.sql", cases[i].text);
		make(&stage, &(struct migrate_options){0});
		assert_int_equal(stage.is_made, cases[i].mode >= 0);
		if (stage.is_made) {
			const struct plan_step *step = &stage.plan.steps[0];
			assert_int_equal((int)step->mode, cases[i].mode);
			assert_string_equal(step->text.sql, cases[i].sql ? cases[i].sql : cases[i].text);
			assert_true(!cases[i].said || strstr(step->mode_why, cases[i].said));
		} else {
			char *both = mem_format("%s (%s)", stage.err.text, stage.err.hint);
			assert_non_null(strstr(both, cases[i].said));
			assert_non_null(strstr(both, "nothing was run"));
			mem_free(both);
		}
		end(&stage);
	}
}

static void test_locks(void **state)
{
	(void)state;
	struct stage stage;
	int transaction;
	begin(&stage, "");
	five_files(&stage);
	make(&stage, &(struct migrate_options){0});
	assert_int_equal(plan_locks(&stage.plan, &transaction), 6);
	assert_int_equal(transaction, 1);
	end(&stage);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_transactions),
	    cmocka_unit_test(test_hash),
	    cmocka_unit_test(test_choice),
	    cmocka_unit_test(test_texts),
	    cmocka_unit_test(test_locks),
	};
	struct parse parse;
	parse_text("select 1", false, &parse);
	bool has_parser = parse.how != PARSE_ABSENT;
	parse_done(&parse);
	if (!has_parser) {
		printf("1..0 # SKIP libpg_query is not here\n");
		return 0;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
