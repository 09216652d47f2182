/* Trees of many shapes: who stands under whom, whose end lets how many go, and the minimum set against a search through all sets. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>

#include "pgtend/sessions/tree.h"

enum { MOST = 9 };

/* --- an answer of our own: what goes on, by asking until nothing changes ------------------------ */

struct world {
	int count;
	bool blocks[MOST][MOST]; /* waiter, blocker */
};

static int brute_released(const struct world *world, unsigned ended)
{
	unsigned free = ended;
	int released = 0;
	for (bool has_changed = true; has_changed;) {
		has_changed = false;
		for (int w = 0; w < world->count; w++) {
			bool is_waiting = false, is_free = true;
			for (int b = 0; b < world->count; b++)
				if (world->blocks[w][b]) {
					is_waiting = true;
					is_free = is_free && (free >> b & 1);
				}
			if (!is_waiting || !is_free || (free >> w & 1))
				continue;
			free |= 1U << w;
			released++;
			has_changed = true;
		}
	}
	return released;
}

static bool brute_waits(const struct world *world, int node)
{
	for (int b = 0; b < world->count; b++)
		if (world->blocks[node][b])
			return true;
	return false;
}

static int brute_waiting_outside(const struct world *world, unsigned ended)
{
	int waiting = 0;
	for (int w = 0; w < world->count; w++)
		waiting += brute_waits(world, w) && !(ended >> w & 1);
	return waiting;
}

/* The fewest after whose end as many as possible go on. */
static int brute_fewest(const struct world *world, int *most)
{
	int fewest = 0;
	*most = 0;
	for (unsigned set = 0; set < 1U << world->count; set++) {
		int released = brute_released(world, set), size = __builtin_popcount(set);
		if (released > *most || (released == *most && size < fewest)) {
			*most = released;
			fewest = size;
		}
	}
	return fewest;
}

static struct tree *settled(const struct world *world)
{
	struct tree *tree = tree_new(world->count);
	for (int w = 0; w < world->count; w++)
		for (int b = 0; b < world->count; b++)
			if (world->blocks[w][b])
				tree_block(tree, w, b, false);
	tree_settle(tree);
	return tree;
}

/* --- shapes -------------------------------------------------------------------------------------- */

static void three_levels(void **state)
{
	/* 0 holds what 1 wants, 1 what 2, 3 and 4 want; 5 waits for nobody and nobody for it */
	struct tree *tree = tree_new(6);
	int released;
	(void)state;
	tree_block(tree, 1, 0, false);
	for (int i = 2; i < 5; i++)
		tree_block(tree, i, 1, false);
	tree_settle(tree);
	assert_int_equal(tree_at(tree, 0), 0);
	assert_int_equal(tree_at(tree, 1), 1);
	assert_int_equal(tree_at(tree, 4), 4);
	assert_int_equal(tree_parent(tree, 0), -1);
	assert_int_equal(tree_parent(tree, 3), 1);
	assert_int_equal(tree_depth(tree, 3), 2);
	assert_int_equal(tree_releases(tree, 0), 4);
	assert_int_equal(tree_releases(tree, 1), 3);
	assert_int_equal(tree_releases(tree, 5), 0);
	assert_int_equal(tree_waiting(tree), 4);
	assert_int_equal(tree_set_count(tree), 1);
	assert_int_equal(tree_set(tree, 0, &released), 0);
	assert_int_equal(released, 4);
	assert_false(tree_is_circle(tree, 1));
	tree_free(tree);
}

static void the_holder_before_the_queue(void **state)
{
	/* 1 and 2 want what 0 holds; 2 is behind 1 in the queue: both stand under 0 */
	struct tree *tree = tree_new(3);
	(void)state;
	tree_block(tree, 1, 0, false);
	tree_block(tree, 2, 0, false);
	tree_block(tree, 2, 1, true);
	tree_settle(tree);
	assert_int_equal(tree_parent(tree, 1), 0);
	assert_int_equal(tree_parent(tree, 2), 0);
	assert_int_equal(tree_releases(tree, 0), 2);
	assert_int_equal(tree_releases(tree, 1), 0); /* 0 still holds what 2 wants */
	tree_free(tree);
}

static void only_the_queue(void **state)
{
	/* a long reader 0, ALTER TABLE 1 behind it, readers 2 to 4 behind that alone */
	struct tree *tree = tree_new(5);
	int released;
	(void)state;
	tree_block(tree, 1, 0, false);
	for (int i = 2; i < 5; i++)
		tree_block(tree, i, 1, true);
	tree_settle(tree);
	assert_int_equal(tree_parent(tree, 3), 1);
	assert_int_equal(tree_releases(tree, 1), 3);
	assert_int_equal(tree_releases(tree, 0), 4);
	assert_int_equal(tree_set(tree, 0, &released), 0);
	tree_free(tree);
}

static void who_needs_two(void **state)
{
	/* 2 waits for 0 and 1; 3 and 4 for 1 alone: 1 first, then 0 */
	struct tree *tree = tree_new(5);
	int released;
	(void)state;
	tree_block(tree, 2, 0, false);
	tree_block(tree, 2, 1, false);
	tree_block(tree, 3, 1, false);
	tree_block(tree, 4, 1, false);
	tree_settle(tree);
	assert_int_equal(tree_set_count(tree), 2);
	assert_int_equal(tree_set(tree, 0, &released), 1);
	assert_int_equal(released, 2);
	assert_int_equal(tree_set(tree, 1, &released), 0);
	assert_int_equal(released, 3);
	assert_int_equal(tree_releases(tree, 0), 0);
	assert_int_equal(tree_at(tree, 0), 1); /* the one that holds up most */
	tree_free(tree);
}

static void the_same_twice(void **state)
{
	/* pg_blocking_pids() names a leader once a worker; who holds it and queues for more holds it */
	struct tree *tree = tree_new(2);
	(void)state;
	tree_block(tree, 1, 0, true);
	tree_block(tree, 1, 0, false);
	tree_block(tree, 1, 0, true);
	tree_block(tree, 1, 1, false);
	tree_settle(tree);
	assert_int_equal(tree_parent(tree, 1), 0);
	assert_int_equal(tree_releases(tree, 0), 1);
	tree_free(tree);
}

static void a_circle(void **state)
{
	/* 0 and 1 wait for each other, 2 and 3 for 1; the server has not noticed yet */
	struct tree *tree = tree_new(4);
	int released;
	(void)state;
	tree_block(tree, 0, 1, false);
	tree_block(tree, 1, 0, false);
	tree_block(tree, 2, 1, false);
	tree_block(tree, 3, 1, false);
	tree_settle(tree);
	assert_true(tree_is_circle(tree, 0));
	assert_true(tree_is_circle(tree, 3));
	assert_int_equal(tree_set_count(tree), 1);
	assert_int_equal(tree_set(tree, 0, &released), 0);
	assert_int_equal(released, 3); /* 1, then 2 and 3 */
	assert_int_equal(tree_waiting(tree), 4);
	bool is_seen[4] = {false};
	for (int i = 0; i < 4; i++)
		is_seen[tree_at(tree, i)] = true;
	for (int i = 0; i < 4; i++)
		assert_true(is_seen[i]);
	tree_free(tree);
}

static void nobody(void **state)
{
	struct tree *tree = tree_new(0);
	(void)state;
	tree_settle(tree);
	assert_int_equal(tree_set_count(tree), 0);
	assert_int_equal(tree_waiting(tree), 0);
	tree_free(tree);
}

static void a_long_queue(void **state)
{
	/* 400 that queue for the same: each behind all before it */
	enum { LONG = 400 };
	struct tree *tree = tree_new(LONG);
	int released;
	(void)state;
	for (int i = 1; i < LONG; i++)
		for (int k = 0; k < i; k++)
			tree_block(tree, i, k, k > 0);
	tree_settle(tree);
	for (int i = 1; i < LONG; i++)
		assert_int_equal(tree_depth(tree, i), 1);
	assert_int_equal(tree_set_count(tree), 1);
	assert_int_equal(tree_set(tree, 0, &released), 0);
	assert_int_equal(released, LONG - 1);
	tree_free(tree);
}

static void a_deep_chain(void **state)
{
	enum { DEEP = 400 };
	struct tree *tree = tree_new(DEEP);
	(void)state;
	for (int i = 1; i < DEEP; i++)
		tree_block(tree, i, i - 1, false);
	tree_settle(tree);
	assert_int_equal(tree_depth(tree, DEEP - 1), DEEP - 1);
	assert_int_equal(tree_releases(tree, 0), DEEP - 1);
	assert_int_equal(tree_releases(tree, DEEP / 2), DEEP / 2 - 1);
	tree_free(tree);
}

/* --- any shape ----------------------------------------------------------------------------------- */

static void check_order(const struct world *world, const struct tree *tree)
{
	int place_of[MOST];
	for (int i = 0; i < world->count; i++)
		place_of[tree_at(tree, i)] = i;
	for (int i = 0; i < world->count; i++) {
		int parent = tree_parent(tree, i);
		if (parent < 0)
			continue;
		assert_true(world->blocks[i][parent]);
		assert_true(place_of[parent] < place_of[i]);
		assert_int_equal(tree_depth(tree, i), tree_depth(tree, parent) + 1);
	}
}

static void check_set(const struct world *world, const struct tree *tree, bool is_exact)
{
	int most, fewest = brute_fewest(world, &most), released = 0;
	unsigned ended = 0;
	for (int i = 0; i < tree_set_count(tree); i++) {
		ended |= 1U << tree_set(tree, i, &released);
		assert_int_equal(released, brute_released(world, ended));
	}
	/* after it nobody waits any more */
	assert_int_equal(released, brute_waiting_outside(world, ended));
	if (is_exact) {
		assert_int_equal(tree_set_count(tree), fewest);
		assert_int_equal(released, most);
	}
}

/* As when hundreds read a table that hundreds want for themselves: every blocker is of the set, and each is weighed against each. */
static void many_before_many(void **state)
{
	enum { HOLDERS = 400, WAITERS = 200 };
	struct tree *tree = tree_new(HOLDERS + WAITERS);
	int released = -1;
	(void)state;
	for (int w = HOLDERS; w < HOLDERS + WAITERS; w++)
		for (int b = 0; b < w; b++)
			tree_block(tree, w, b, b >= HOLDERS);
	clock_t began = clock();
	tree_settle(tree);
	assert_true((double)(clock() - began) / CLOCKS_PER_SEC < 10);
	assert_int_equal(tree_set_count(tree), HOLDERS);
	tree_set(tree, HOLDERS - 2, &released);
	assert_int_equal(released, 0);
	tree_set(tree, HOLDERS - 1, &released);
	assert_int_equal(released, WAITERS);
	tree_free(tree);
}


static void random_worlds(void **state)
{
	unsigned seed = 4711;
	(void)state;
	for (int round = 0; round < 4000; round++) {
		bool has_circles = round % 2 == 1;
		struct world world = {.count = 2 + (int)(seed >> 8) % (MOST - 1)};
		int density = 1 + round % 4;
		for (int w = 0; w < world.count; w++)
			for (int b = 0; b < world.count; b++) {
				seed = seed * 1103515245U + 12345U;
				world.blocks[w][b] = w != b && (has_circles || b < w) && (int)(seed >> 16) % 8 < density;
			}
		struct tree *tree = settled(&world);
		check_order(&world, tree);
		check_set(&world, tree, !has_circles);
		for (int i = 0; i < world.count; i++)
			assert_int_equal(tree_releases(tree, i), brute_released(&world, 1U << i));
		tree_free(tree);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(three_levels), cmocka_unit_test(the_holder_before_the_queue), cmocka_unit_test(only_the_queue), cmocka_unit_test(who_needs_two),
		cmocka_unit_test(the_same_twice), cmocka_unit_test(a_circle), cmocka_unit_test(nobody), cmocka_unit_test(a_long_queue), cmocka_unit_test(a_deep_chain),
		cmocka_unit_test(many_before_many), cmocka_unit_test(random_worlds),
	};
	return cmocka_run_group_tests_name("tree", tests, NULL, NULL);
}
