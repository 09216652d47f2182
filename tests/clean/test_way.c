/* Which way each table of a made-up set goes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../src/clean/clean_internal.h"
#include "pgtend/core/mem.h"

enum { TABLES = 6 };

/* Tables 1 to 6 with some rows, each a unit, all rights. */
static void begin(struct clean_set *set, const int64_t *rows)
{
	memset(set, 0, sizeof *set);
	set->may_replicate = true;
	set->count = TABLES;
	set->relations = mem_new(TABLES * sizeof set->relations[0]);
	for (int i = 0; i < TABLES; i++) {
		struct clean_relation *relation = &set->relations[i];
		relation->oid = i + 1;
		relation->schema = mem_copy("public");
		relation->name = mem_format("t%d", i + 1);
		relation->quoted = mem_format("\"t%d\"", i + 1);
		relation->owner = mem_copy("ada");
		relation->unit = i;
		relation->parent = -1;
		relation->is_heap = relation->may_truncate = relation->may_delete = relation->may_select = true;
		relation->has_rows = rows[i] > 0;
		relation->rows_estimate = rows[i];
		relation->pages_estimate = rows[i] / 100 + 1;
		relation->heap_bytes = rows[i] > 0 ? relation->pages_estimate * 8192 : 0;
	}
	clean_set_index(set);
}

static void reference(struct clean_set *set, int from, int to, bool is_indexed)
{
	set->references = mem_grow(set->references, (size_t)set->reference_count + 1, sizeof set->references[0]);
	set->references[set->reference_count++] =
	    (struct clean_edge){.from = from, .to = to, .on_delete = 'a', .is_indexed = is_indexed, .name = mem_copy("fk")};
}

/* "-DT": untouched, DELETE, TRUNCATE. */
static void assert_ways(struct clean_set *set, const char *wanted)
{
	struct err err = {0};
	char got[TABLES + 1] = "";
	assert_true(clean_ways_choose(set, &err));
	for (int i = 0; i < TABLES; i++)
		got[i] = "-DT"[set->relations[i].way];
	assert_string_equal(got, wanted);
}

static void assert_order(const struct clean_set *set, const int *wanted, int count)
{
	assert_int_equal(set->delete_count, count);
	for (int i = 0; i < count; i++)
		assert_int_equal(set->relations[set->deletes[i]].oid, wanted[i]);
}

static void by_size(void **state)
{
	(void)state;
	struct clean_set set;
	begin(&set, (const int64_t[]){0, 1, 1000, 15000, 30000, 1000000});
	assert_ways(&set, "-DDDTT");
	clean_set_done(&set);
}

static void a_large_one_takes_its_children_along(void **state)
{
	(void)state;
	struct clean_set set;
	begin(&set, (const int64_t[]){100000, 5, 0, 5, 0, 0});
	reference(&set, 2, 1, false);
	reference(&set, 3, 2, false);
	assert_ways(&set, "TTTD--");
	clean_set_done(&set);
	/* too many of them for what it saves */
	begin(&set, (const int64_t[]){30000, 5, 5, 5, 5, 5});
	for (int i = 2; i <= TABLES; i++)
		reference(&set, i, 1, false);
	assert_ways(&set, "DDDDDD");
	clean_set_done(&set);
}

static void what_watches_bars_a_delete(void **state)
{
	(void)state;
	struct clean_set set;
	begin(&set, (const int64_t[]){1, 1, 1, 1, 1, 0});
	set.relations[0].has_policies = set.relations[1].has_rules = set.relations[2].has_triggers = true;
	set.relations[3].is_published = set.relations[5].has_policies = true;
	assert_ways(&set, "TTTTD-");
	clean_set_done(&set);
}

static void keys_that_are_checked(void **state)
{
	(void)state;
	struct clean_set set;
	begin(&set, (const int64_t[]){9, 9, 9, 9, 0, 9});
	set.may_replicate = false;
	reference(&set, 2, 1, true); /* 4 -> 3 -> 2 -> 1 */
	reference(&set, 3, 2, true);
	reference(&set, 4, 3, true);
	reference(&set, 5, 6, false); /* of an empty one */
	assert_ways(&set, "DDDD-D");
	assert_order(&set, (const int[]){4, 6, 3, 2, 1}, 5);
	set.references[2].is_indexed = false;
	assert_ways(&set, "DDTT-D");
	set.relations[4].heap_bytes = 1 << 20; /* empty, full of dead rows */
	assert_ways(&set, "DDTTTT");
	clean_set_done(&set);
}

static void circles(void **state)
{
	(void)state;
	struct clean_set set;
	begin(&set, (const int64_t[]){9, 9, 9, 9, 9, 0});
	reference(&set, 1, 2, true);
	reference(&set, 2, 1, true);
	reference(&set, 3, 1, true);
	reference(&set, 4, 4, true);
	reference(&set, 5, 5, false);
	assert_ways(&set, "DDDDD-");
	set.may_replicate = false;
	assert_ways(&set, "TTTDT-");
	set.references[3].on_delete = 'r';
	assert_ways(&set, "TTTTT-");
	clean_set_done(&set);
}

static void rights(void **state)
{
	(void)state;
	struct clean_set set;
	struct err err = {0};
	begin(&set, (const int64_t[]){500000, 5, 1, 0, 0, 0});
	reference(&set, 2, 1, true);
	set.relations[1].may_truncate = false; /* 1 would take it along */
	set.relations[2].may_delete = false;
	assert_ways(&set, "DDT---");
	set.relations[0].has_policies = true;
	assert_false(clean_ways_choose(&set, &err));
	assert_non_null(strstr(err.text, "public.t2: this role may not empty it: it references public.t1"));
	clean_set_done(&set);
}

static void sequences(void **state)
{
	(void)state;
	struct clean_set set;
	begin(&set, (const int64_t[]){500000, 5, 0, 0, 0, 0});
	set.sequence_count = 3;
	set.sequences = mem_new(3 * sizeof set.sequences[0]);
	for (int i = 0; i < 3; i++)
		set.sequences[i] = (struct clean_sequence){.oid = 100 + i, .owned_by = i, .is_owner = true, .is_in_set = true, .is_moved = i < 2};
	assert_ways(&set, "TD----");
	assert_false(set.continues_identity);
	assert_true(set.sequences[0].is_restarted);  /* of nobody */
	assert_false(set.sequences[1].is_restarted); /* goes with TRUNCATE ... RESTART IDENTITY */
	assert_false(set.sequences[2].is_restarted); /* has not moved */
	set.sequences[1].is_moved = set.sequences[1].is_owner = false;
	assert_ways(&set, "TD----");
	assert_true(set.continues_identity);
	clean_set_done(&set);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(by_size),
	    cmocka_unit_test(a_large_one_takes_its_children_along),
	    cmocka_unit_test(what_watches_bars_a_delete),
	    cmocka_unit_test(keys_that_are_checked),
	    cmocka_unit_test(circles),
	    cmocka_unit_test(rights),
	    cmocka_unit_test(sequences),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
