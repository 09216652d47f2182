/* fleet/limits.h - the limits of health: their defaults, what pgtend.ini says instead, what has passed one.
 *
 * Thresholds stand in limits_thresholds[] with the source of their number, and may be set in [threshold] of pgtend.ini. What passed a limit comes back
 * only some way below it (threshold `hysteresis`), so that a number that trembles around its limit does not.
 */
#ifndef PGTEND_FLEET_LIMITS_H
#define PGTEND_FLEET_LIMITS_H

#include "pgtend/fleet/fleet.h"

enum verdict { VERDICT_OK, VERDICT_WARN, VERDICT_CRIT, VERDICT_UNKNOWN };
const char *verdict_word(enum verdict verdict); /* "ok", "warn", "crit", "unknown" */
/* Of two, the one that is told: crit, warn, unknown, ok. */
enum verdict verdict_worse(enum verdict a, enum verdict b);

enum limit_kind { LIMIT_SHARE, LIMIT_DURATION, LIMIT_COUNT, LIMIT_BYTES };
struct limits_threshold {
	const char *name;      /* key in [threshold] */
	enum limit_kind kind;
	const char *otherwise; /* default as text: "80%", "5min", "3", "10 MB" */
	const char *doc;       /* what it bounds, and where the number comes from */
};
extern const struct limits_threshold limits_thresholds[];
extern const int limits_threshold_count;

/* A share as 0..1, a duration in seconds, a count, or bytes; as configured, else the default. An unknown name is a mistake in pgtend and dies. */
double limits_value(const struct fleet *fleet, const char *name);
/* false: [threshold] has an unknown name or a value that is none; err (ERR_CONFIG) begins with file:line. fleet_new() asks it. */
PGTEND_CHECK bool limits_check(const struct config *config, struct err *err);

struct limits { double warn, crit; /* negative: none */ bool is_floor; /* less is worse: passed from above */ };
/* Which of them the value has passed, with what was passed before in mind. key names the thing that is weighed among all things: "CHECK/SUBJECT/MEASURE". */
enum verdict limits_weigh(const struct fleet *fleet, const struct database *database, const char *key, double value, const struct limits *limits);

/* --- what has passed a limit and not left it again (limits_memory.c) ------------------------------ */

struct limits_memory; /* opaque, the fleet's */
struct limits_memory *limits_memory_new(void);
void limits_memory_free(struct limits_memory *memory); /* NULL is nothing */
enum verdict limits_memory_get(const struct fleet *fleet, const struct database *database, const char *key); /* VERDICT_OK: nothing was passed */
void limits_memory_set(const struct fleet *fleet, const struct database *database, const char *key, enum verdict verdict);
/* For one-shot checks, which come back as a new process: $XDG_STATE_HOME/pgtend/check, a file a database and check (its name). A file that is damaged or missing is an empty one. */
void limits_memory_load(struct fleet *fleet, const struct database *database, const char *check);
/* Writes only what has changed since it was loaded. */
PGTEND_CHECK bool limits_memory_save(struct fleet *fleet, const struct database *database, const char *check, struct err *err);

#endif
