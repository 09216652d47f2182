/* Who waits for whom as a tree, and the minimum set. Nodes are at most some hundreds: what is quadratic here is still nothing. */
#include "pgtend/sessions/tree.h"

#include <string.h>

#include "pgtend/core/mem.h"

struct edge {
	int node;
	bool is_queued;
};

struct edges {
	struct edge *v;
	int count;
};

enum walk { NOT_SEEN, ON_THE_WAY, SEEN };

struct tree {
	int count;
	struct edges *blockers, *waiters;
	int *parent, *depth, *releases, *order;
	enum walk *walk;
	bool *is_ended;    /* by the set that is being weighed */
	bool *goes_on;     /* of the last weighing */
	int *missing;      /* of the last weighing: blockers in whose way it still is */
	int *queue;
	int *reached;      /* how many wait for it at last; 0: not looked for yet */
	int *set, *released;
	int set_count, waiting;
};

struct tree *tree_new(int nodes)
{
	struct tree *tree = MEM_NEW(struct tree);
	size_t count = (size_t)nodes + 1;
	tree->count = nodes;
	tree->blockers = mem_new(count * sizeof *tree->blockers);
	tree->waiters = mem_new(count * sizeof *tree->waiters);
	tree->parent = mem_new(count * sizeof *tree->parent);
	tree->depth = mem_new(count * sizeof *tree->depth);
	tree->releases = mem_new(count * sizeof *tree->releases);
	tree->order = mem_new(count * sizeof *tree->order);
	tree->walk = mem_new(count * sizeof *tree->walk);
	tree->is_ended = mem_new(count * sizeof *tree->is_ended);
	tree->goes_on = mem_new(count * sizeof *tree->goes_on);
	tree->missing = mem_new(count * sizeof *tree->missing);
	tree->queue = mem_new(count * sizeof *tree->queue);
	tree->reached = mem_new(count * sizeof *tree->reached);
	tree->set = mem_new(count * sizeof *tree->set);
	tree->released = mem_new(count * sizeof *tree->released);
	return tree;
}

void tree_free(struct tree *tree)
{
	if (tree == NULL)
		return;
	for (int i = 0; i < tree->count; i++) {
		mem_free(tree->blockers[i].v);
		mem_free(tree->waiters[i].v);
	}
	mem_free(tree->blockers);
	mem_free(tree->waiters);
	mem_free(tree->parent);
	mem_free(tree->depth);
	mem_free(tree->releases);
	mem_free(tree->order);
	mem_free(tree->walk);
	mem_free(tree->is_ended);
	mem_free(tree->goes_on);
	mem_free(tree->missing);
	mem_free(tree->queue);
	mem_free(tree->reached);
	mem_free(tree->set);
	mem_free(tree->released);
	mem_free(tree);
}

static void add_edge(struct edges *edges, int node, bool is_queued)
{
	edges->v = mem_grow(edges->v, (size_t)edges->count + 1, sizeof *edges->v);
	edges->v[edges->count++] = (struct edge){node, is_queued};
}

void tree_block(struct tree *tree, int waiter, int blocker, bool is_queued)
{
	struct edges *edges = &tree->blockers[waiter];
	if (waiter == blocker)
		return;
	for (int i = 0; i < edges->count; i++)
		if (edges->v[i].node == blocker) {
			/* Who holds it is in the way, wherever else he stands in the queue. */
			edges->v[i].is_queued = edges->v[i].is_queued && is_queued;
			return;
		}
	add_edge(edges, blocker, is_queued);
	add_edge(&tree->waiters[blocker], waiter, is_queued);
}

/* --- what goes on when some have ended ---------------------------------------------------------- */

static void let_go(struct tree *tree, int node, int *length)
{
	for (int i = 0; i < tree->waiters[node].count; i++) {
		int waiter = tree->waiters[node].v[i].node;
		if (--tree->missing[waiter] > 0 || tree->is_ended[waiter])
			continue;
		tree->goes_on[waiter] = true;
		tree->queue[(*length)++] = waiter;
	}
}

/* How many go on when those of is_ended have ended; goes_on tells who. */
static int weigh(struct tree *tree)
{
	int length = 0, released = 0;
	for (int i = 0; i < tree->count; i++) {
		tree->goes_on[i] = false;
		tree->missing[i] = tree->blockers[i].count;
	}
	for (int i = 0; i < tree->count; i++)
		if (tree->is_ended[i])
			tree->queue[length++] = i;
	for (int i = 0; i < length; i++) {
		released += tree->goes_on[tree->queue[i]];
		let_go(tree, tree->queue[i], &length);
	}
	return released;
}

/* How many more go on when this one ends, too, than weigh() has just told; all is as it was afterwards. Only its own branch is walked: a pile-up has a
 * blocker for each of its waiters, and each blocker is weighed. */
static int weigh_more(struct tree *tree, int node)
{
	int length = 0;
	tree->is_ended[node] = true;
	tree->queue[length++] = node;
	for (int i = 0; i < length; i++)
		let_go(tree, tree->queue[i], &length);
	for (int i = 0; i < length; i++) {
		const struct edges *edges = &tree->waiters[tree->queue[i]];
		for (int k = 0; k < edges->count; k++)
			tree->missing[edges->v[k].node]++;
		tree->goes_on[tree->queue[i]] = false;
	}
	tree->is_ended[node] = false;
	return length - 1;
}

/* --- parents, depths, order --------------------------------------------------------------------- */

static void place(struct tree *tree, int node);

/* One that is on the way already is behind this one itself: a circle, which is cut there. */
static int deepest(struct tree *tree, int node, bool is_queued)
{
	int found = -1;
	for (int i = 0; i < tree->blockers[node].count; i++) {
		const struct edge *edge = &tree->blockers[node].v[i];
		if (edge->is_queued != is_queued)
			continue;
		place(tree, edge->node);
		if (tree->walk[edge->node] == SEEN && (found < 0 || tree->depth[edge->node] > tree->depth[found]))
			found = edge->node;
	}
	return found;
}

static void place(struct tree *tree, int node)
{
	if (tree->walk[node] != NOT_SEEN)
		return;
	tree->walk[node] = ON_THE_WAY;
	int parent = deepest(tree, node, false);
	if (parent < 0)
		parent = deepest(tree, node, true);
	tree->parent[node] = parent;
	tree->depth[node] = parent < 0 ? 0 : tree->depth[parent] + 1;
	tree->walk[node] = SEEN;
}

static void append(struct tree *tree, int node, int *length)
{
	tree->order[(*length)++] = node;
	for (int i = 0; i < tree->count; i++)
		if (tree->parent[i] == node)
			append(tree, i, length);
}

static bool is_in_set(const struct tree *tree, int node)
{
	for (int i = 0; i < tree->set_count; i++)
		if (tree->set[i] == node)
			return true;
	return false;
}

/* The root that holds up most stands first. */
static void order(struct tree *tree)
{
	int length = 0;
	for (int i = 0; i < tree->set_count; i++)
		if (tree->parent[tree->set[i]] < 0)
			append(tree, tree->set[i], &length);
	for (int i = 0; i < tree->count; i++)
		if (tree->parent[i] < 0 && !is_in_set(tree, i))
			append(tree, i, &length);
}

/* --- the minimum set ---------------------------------------------------------------------------- */

/* How many wait for it at last, by whatever way; walk is free again by then: the parents are known. Looked for once: who ends does not change it. */
static int reach(struct tree *tree, int node)
{
	int length = 0;
	if (tree->reached[node] > 0)
		return tree->reached[node];
	for (int i = 0; i < tree->count; i++)
		tree->walk[i] = NOT_SEEN;
	tree->walk[node] = SEEN;
	tree->queue[length++] = node;
	for (int i = 0; i < length; i++)
		for (int k = 0; k < tree->waiters[tree->queue[i]].count; k++) {
			int waiter = tree->waiters[tree->queue[i]].v[k].node;
			if (tree->walk[waiter] == SEEN)
				continue;
			tree->walk[waiter] = SEEN;
			tree->queue[length++] = waiter;
		}
	tree->reached[node] = length - 1;
	return length - 1;
}

/* Roots first; where only circles are left, whoever is in one. */
static bool is_candidate(const struct tree *tree, int node, bool wants_roots)
{
	bool is_root = tree->blockers[node].count == 0;
	return !tree->is_ended[node] && tree->waiters[node].count > 0 && is_root == wants_roots;
}

static int best(struct tree *tree, bool wants_roots, const bool *is_out)
{
	int found = -1, most = -1, far = -1;
	weigh(tree);
	for (int i = 0; i < tree->count; i++) {
		if (!is_candidate(tree, i, wants_roots) || (is_out != NULL && is_out[i]))
			continue;
		int released = weigh_more(tree, i);
		int reached = released >= most ? reach(tree, i) : -1;
		if (released < most || (released == most && reached <= far))
			continue;
		found = i;
		most = released;
		far = reached;
	}
	return found;
}

static bool *who_goes_on(struct tree *tree)
{
	bool *copy = mem_new((size_t)tree->count + 1);
	weigh(tree);
	memcpy(copy, tree->goes_on, (size_t)tree->count * sizeof *copy);
	return copy;
}

static void choose(struct tree *tree)
{
	for (;;) {
		int node = best(tree, true, NULL);
		if (node < 0) {
			bool *is_out = who_goes_on(tree);
			node = best(tree, false, is_out);
			mem_free(is_out);
		}
		if (node < 0)
			break;
		tree->is_ended[node] = true;
		tree->set[tree->set_count] = node;
		tree->released[tree->set_count++] = weigh(tree);
	}
	memset(tree->is_ended, 0, (size_t)tree->count * sizeof *tree->is_ended);
}

void tree_settle(struct tree *tree)
{
	for (int i = 0; i < tree->count; i++)
		place(tree, i);
	weigh(tree);
	for (int i = 0; i < tree->count; i++) {
		tree->waiting += tree->blockers[i].count > 0;
		tree->releases[i] = tree->waiters[i].count > 0 ? weigh_more(tree, i) : 0;
	}
	choose(tree);
	order(tree);
	/* Whom the end of all roots does not let go waits in a circle or behind one. */
	for (int i = 0; i < tree->count; i++)
		tree->is_ended[i] = tree->blockers[i].count == 0;
	weigh(tree);
}

/* --- answers ------------------------------------------------------------------------------------ */

int tree_at(const struct tree *tree, int place)
{
	return tree->order[place];
}

int tree_parent(const struct tree *tree, int node)
{
	return tree->parent[node];
}

int tree_depth(const struct tree *tree, int node)
{
	return tree->depth[node];
}

bool tree_is_waiting(const struct tree *tree, int node)
{
	return tree->blockers[node].count > 0;
}

int tree_waiting(const struct tree *tree)
{
	return tree->waiting;
}

bool tree_is_circle(const struct tree *tree, int node)
{
	return tree->blockers[node].count > 0 && !tree->goes_on[node];
}

int tree_releases(const struct tree *tree, int node)
{
	return tree->releases[node];
}

int tree_set_count(const struct tree *tree)
{
	return tree->set_count;
}

int tree_set(const struct tree *tree, int place, int *released)
{
	*released = tree->released[place];
	return tree->set[place];
}
