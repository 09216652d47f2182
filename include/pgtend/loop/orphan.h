/* loop/orphan.h - the children of a pgtend that was killed: written down while they run, found and ended by the next
 * run.
 *
 * The notes stand in a file that its pgtend keeps locked (flock): who gets the lock knows that the writer is gone. A
 * child is named by pid and start time, so that nobody else's process is ever hit. Of processes on other machines
 * nothing is believed.
 */
#ifndef PGTEND_LOOP_ORPHAN_H
#define PGTEND_LOOP_ORPHAN_H

#include <stdbool.h>
#include <sys/types.h>

/* Writes "WHO PID TICKS HOST"; is_first: instead of all that stood there. who has no blanks. A note that cannot be
 * written is none. */
void orphan_note(int fd, const char *who, pid_t pid, bool is_first);
/* The last note about `who`; false: none. host may be NULL. */
bool orphan_read(int fd, const char *who, long *pid, unsigned long long *ticks, char host[256]);
/* Whether the process of the last note about `who` runs, on this machine. */
bool orphan_runs(int fd, const char *who);
/* Ends the process of the last note about `who` when it still runs on this machine: SIGTERM, after five seconds
 * SIGKILL; returns its pid, 0: it does not run. In a task. */
pid_t orphan_end(int fd, const char *who);

#endif
