/* sessions/tree.h - who waits for whom as a tree, and the fewest to end so that the most go on. Pure: knows no server.
 *
 * A node is whatever may hold a lock or wait for one: a session with its parallel workers, a prepared transaction. One that is blocked by nobody is
 * a root. A node goes on when each of those that block it has ended, or goes on itself.
 */
#ifndef PGTEND_SESSIONS_TREE_H
#define PGTEND_SESSIONS_TREE_H

#include <stdbool.h>

struct tree; /* opaque */

struct tree *tree_new(int nodes);
void tree_free(struct tree *tree); /* NULL is nothing */
/* is_queued: the blocker does not hold what the waiter wants, it waits for it before. The same pair twice is one; itself is nothing. */
void tree_block(struct tree *tree, int waiter, int blocker, bool is_queued);
/* Once, when all is told; the rest below speaks of the settled tree. */
void tree_settle(struct tree *tree);

/* The node at a place of the order: each root before those that wait for it, those in the order of their numbers; the roots in that of the minimum set. */
int tree_at(const struct tree *tree, int place);
/* The blocker under which it stands: one that holds what it wants before one that is only ahead in the queue, of several the deepest; -1: a root. */
int tree_parent(const struct tree *tree, int node);
int tree_depth(const struct tree *tree, int node); /* 0: a root */
bool tree_is_waiting(const struct tree *tree, int node);
int tree_waiting(const struct tree *tree);         /* how many wait */
/* In a circle, or behind one: they wait for each other until the server's deadlock_timeout ends one. */
bool tree_is_circle(const struct tree *tree, int node);
/* How many others would go on when this one alone ended. */
int tree_releases(const struct tree *tree, int node);

/* The minimum set: the fewest nodes after whose end all other waiting ones go on. These are the roots, and of a circle one; the one that releases most
 * comes first, so that the first k of it are a good choice of k. *released: how many go on after the first place + 1 of them ended. */
int tree_set_count(const struct tree *tree);
int tree_set(const struct tree *tree, int place, int *released);

#endif
