/* What the files of src/sandbox share. Nobody else includes it. */
#ifndef PGTEND_SANDBOX_INTERNAL_H
#define PGTEND_SANDBOX_INTERNAL_H

#include <stdint.h>
#include <sys/types.h>

#include "pgtend/core/err.h"
#include "pgtend/core/report.h"
#include "pgtend/core/text.h"
#include "pgtend/loop/child.h"
#include "pgtend/loop/loop.h"
#include "pgtend/pg/session.h"
#include "pgtend/sandbox/sandbox.h"

/* --- place.c: the folder, who works in it, what is known about it ------------------------------ */

enum { SANDBOX_SOCKET_PATH_MOST = 107 }; /* sun_path less its NUL */

struct place {
	struct loop *loop;
	struct report *report;
	char *folder;
	char *run;       /* folder of the sockets: FOLDER/run, or a short one where that is too long for a socket */
	char *user_name; /* as whom the servers run; NULL: as we do */
	bool needs_search; /* that user cannot enter a folder above: the servers get CAP_DAC_READ_SEARCH, by setpriv */
	uid_t uid;
	gid_t gid;
	int cluster_port;    /* PostgreSQL */
	int pooler_port;     /* PgBouncer */
	int tracking_port;   /* names PGlite's socket; it listens on no port */
	char *password;      /* of user postgres, over TCP */
	bool is_native;      /* the cluster itself has TimescaleDB's community features */
	bool is_filled;      /* databases were created, migrated, seeded and backed up once */
	bool is_lite_filled; /* the same of the PGlite that runs now */
	int64_t tended_us;   /* when points, policies and backups were last brought up to date */
	int lock_fd;
};

/* is_making: makes the folder when there is none. Else it must be one that `up` made. Another pgtend must not be at work in it (ERR_LOCKED), unless is_reading. */
enum place_use { PLACE_MAKING, PLACE_CHANGING, PLACE_READING };
PGTEND_CHECK bool place_open(struct place *place, struct loop *loop, const char *folder, enum place_use use,
    struct report *report, struct err *err);
void place_close(struct place *place);
/* Writes what is known into the marker. */
PGTEND_CHECK bool place_save(const struct place *place, struct err *err);
/* FOLDER/NAME; caller frees. */
char *place_path(const struct place *place, const char *name);
/* A folder for the servers' user alone. */
PGTEND_CHECK bool place_own_folder(const struct place *place, const char *path, struct err *err);
/* A file that the servers' user may read, 0600. */
PGTEND_CHECK bool place_own_file(const struct place *place, const char *path, const char *text, struct err *err);
/* True when the servers' user can get to `path`; false and a worded err with the folder that is closed. */
PGTEND_CHECK bool place_is_reachable(const struct place *place, const char *path, struct err *err);
extern const char sandbox_marker[]; /* the file's name */

/* --- process.c: servers that outlive us -------------------------------------------------------- */

struct process {
	char *name;
	pid_t pid;
	uint64_t start_ticks;
	char *boot_id; /* ticks count from the boot: after another one they say nothing */
	bool is_incident;
};
struct processes {
	struct process *v;
	int count;
};

PGTEND_CHECK bool processes_read(const struct place *place, struct processes *processes, struct err *err);
void processes_done(struct processes *processes);
bool process_is_alive(const struct process *process);
/* Or gone altogether. */
bool process_is_zombie(pid_t pid);
/* NULL: not there. Borrowed. */
const struct process *processes_find(const struct processes *processes, const char *name);
bool process_is_running(const struct place *place, const char *name);
/* Starts it, its output into FOLDER/log/NAME.log, and writes it down. */
PGTEND_CHECK bool process_start(const struct place *place, const char *name, const char *const *argv,
    const char *const *env, bool is_incident, struct err *err);
/* Sends the signal to what was written down under that name, waits, kills, forgets it. Nothing when it is gone already. */
PGTEND_CHECK bool process_end(
    const struct place *place, const char *name, int signal_number, int patience_ms, struct err *err);
/* err "NAME ended: LAST LINE OF ITS LOG" when it runs no more. */
PGTEND_CHECK bool process_still_runs(const struct place *place, const char *name, struct err *err);

/* Runs a program to its end as the servers' user; its last words are in err when it fails. */
PGTEND_CHECK bool place_run(const struct place *place, const char *const *argv, const char *const *env,
    const char *folder, struct text *out, struct err *err);

/* --- ask.c: SQL to the sandbox's own servers --------------------------------------------------- */

enum ask_where { ASK_CLUSTER, ASK_POOLER };
/* A session to one database, not yet open. Caller frees. */
struct session *ask_session(
    const struct place *place, enum ask_where where, const char *dbname, const char *application);
/* One connection, the text as it is, closed again. result may be NULL. */
PGTEND_CHECK bool ask(const struct place *place, enum ask_where where, const char *dbname, const char *sql,
    struct result **result, struct err *err);
/* True as soon as the first cell of the answer is `t` or a number above 0. */
PGTEND_CHECK bool ask_until(const struct place *place, enum ask_where where, const char *dbname, const char *sql,
    int patience_ms, struct err *err);
/* Where the tracking database is asked: the cluster when native, else PGlite through PgBouncer. */
enum ask_where ask_tracking(const struct place *place);

/* --- the servers ------------------------------------------------------------------------------- */

PGTEND_CHECK bool cluster_up(struct place *place, struct err *err);
PGTEND_CHECK bool cluster_down(const struct place *place, struct err *err);
/* False: certainly not, by the files of the installation. */
bool cluster_may_have_timescaledb(const struct place *place);
/* Sets is_native. */
PGTEND_CHECK bool cluster_learn_timescaledb(struct place *place, struct err *err);
PGTEND_CHECK bool cluster_tool(const struct place *place, const char *name, char **path, struct err *err);
PGTEND_CHECK bool pooler_up(struct place *place, struct err *err);
PGTEND_CHECK bool pooler_down(const struct place *place, struct err *err);
/* Clears is_lite_filled when it starts one. */
PGTEND_CHECK bool pglite_start(struct place *place, const char *program, struct err *err);
PGTEND_CHECK bool pglite_ready_wait(const struct place *place, struct err *err);
PGTEND_CHECK bool pglite_down(const struct place *place, struct err *err);

/* --- files ------------------------------------------------------------------------------------- */

/* With parents; `mode` for what is made. places_make_folder() makes folders that only we can enter. */
PGTEND_CHECK bool share_make_folders(const char *path, mode_t mode, struct err *err);
/* Copies what is not there yet, with the executable bits. */
PGTEND_CHECK bool share_copy_tree(const char *from, const char *to, struct err *err);
/* Nothing when it is not there. Links are not followed. */
PGTEND_CHECK bool remove_tree(const char *path, struct err *err);
/* An npm tree of sandbox/NAME, cached by what it is made of. Caller frees *path. */
PGTEND_CHECK bool npm_tree(
    const struct place *place, const char *program, const char *name, char **path, struct err *err);
/* A node of version 20 or newer. Caller frees. */
PGTEND_CHECK bool npm_node(const struct place *place, const char *program, char **path, struct err *err);
PGTEND_CHECK bool files_write_ini(const struct place *place, struct err *err);

/* --- filling ----------------------------------------------------------------------------------- */

/* Everything, through pgtend's own verbs: create, migrate, seed, policies once, backup. */
PGTEND_CHECK bool fill_all(struct place *place, const char *program, struct err *err);
/* The tracking database alone, after PGlite came up empty. */
PGTEND_CHECK bool fill_tracking(struct place *place, const char *program, struct err *err);
/* What time has made old in a fleet that ran on: points up to now, policies, backups. */
PGTEND_CHECK bool fill_tend(struct place *place, const char *program, struct err *err);
PGTEND_CHECK bool fill_run(const struct place *place, const char *program, const char *const *words, struct err *err);
/* FILL_POINTS_NEW: all points are there that ever were; FILL_POINTS_KEPT: retention has taken some. */
enum fill_points { FILL_POINTS_NEW, FILL_POINTS_KEPT };
/* What TimescaleDB's scheduler would do, once: the hourly rows, compression, retention. */
PGTEND_CHECK bool fill_policies(const struct place *place, const char *program, enum fill_points points, struct err *err);

/* --- incidents --------------------------------------------------------------------------------- */

struct incident {
	const char *name;
	const char *title;
	bool (*plant)(struct place *place, struct err *err);
	/* Nothing when it was not planted. */
	bool (*mend)(struct place *place, const char *program, struct err *err);
};
extern const struct incident incidents[];
extern const int incident_count;
/* One pgbench process with `clients` connections to a database, looping over a script until it is ended. */
PGTEND_CHECK bool incident_clients(const struct place *place, const char *name, enum ask_where where,
    const char *dbname, const char *application, int clients, const char *script, struct err *err);
PGTEND_CHECK bool incident_end_clients(const struct place *place, const char *name, struct err *err);

#endif
