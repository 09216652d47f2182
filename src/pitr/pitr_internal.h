/* pitr_internal.h - what the files of pitr/ share. Nobody outside includes it. */
#ifndef PGTEND_PITR_INTERNAL_H
#define PGTEND_PITR_INTERNAL_H

#include <sys/types.h>

#include "pgtend/pitr/pitr.h"

/* --- probe.c ------------------------------------------------------------------------------------ */

/* The value of "--stanza=NAME" or "--stanza NAME" in a command line; NULL. Caller frees. */
char *pitr_option_of(const char *command, const char *option);

/* --- place.c: where pgBackRest runs ------------------------------------------------------------- */

/* A stanza or the label of a backup: letters, digits, . _ - and no option. */
bool pitr_is_name(const char *text);

struct pitr_place {
	struct fleet *fleet;
	struct database *database;
	struct words command;     /* pgBackRest, with what stands before it */
	bool is_elsewhere;        /* something stands before it: its files are not looked at from here */
	char *stanza;             /* NULL: none is known */
	char *config;             /* its configuration file; NULL: elsewhere, and not said */
	bool is_config_said;      /* --config is given along: it is not where pgBackRest looks by itself */
	char *data;               /* data directory: as the server says, else as the configuration of the stanza does; NULL */
	bool is_here;             /* it is this machine's, and the server's own */
	bool has_user;            /* we are root: run as the owner of the data directory */
	uid_t uid;
	gid_t gid;
	struct table *archiver;   /* a copy of FACT_ARCHIVER, one row: the fact changes under a long wait; NULL: the server did not answer */
	struct err silence;           /* then why */
};
/* Finds all of it. stanza NULL: key, then what archive_command says. Only what is configured wrongly is an error; what is lacking stays NULL. */
PGTEND_CHECK bool pitr_place_open(struct fleet *fleet, struct database *database, const char *stanza, struct pitr_place *place, struct err *err);
/* The same from FACT_ARCHIVER as it is, without asking the server. */
PGTEND_CHECK bool pitr_place_find(struct fleet *fleet, struct database *database, const char *stanza, struct pitr_place *place, struct err *err);
void pitr_place_done(struct pitr_place *place);
/* The server's own number; NULL: it did not answer, or may not be asked. Borrowed. */
const char *pitr_place_identifier(const struct pitr_place *place);
/* Where pgBackRest looks for its configuration when nothing is said. */
extern const char *const pitr_own_config;
/* The program's path as the server can start it. Caller frees. */
char *pitr_place_program(const struct pitr_place *place);
/* false: pgBackRest cannot be run for this server from here, in words (ERR_UNSUPPORTED); or there is no stanza and one is needed (ERR_FAILED). */
PGTEND_CHECK bool pitr_place_can(const struct pitr_place *place, bool needs_stanza, struct err *err);

/* --- conf.c: pgBackRest's configuration --------------------------------------------------------- */

/* The value of a key of the stanza, else of [global]; NULL. The file that cannot be read has none. Caller frees. */
char *pitr_conf_get(const char *path, const char *stanza, const char *key);
bool pitr_conf_has_stanza(const char *path, const char *stanza);
/* A value of this key is never shown. */
bool pitr_conf_is_secret(const char *key);

/* --- setup_conf.c: what is to be added to it ------------------------------------------------------ */

struct pitr_wanted {
	char *path;          /* the file; NULL: elsewhere, and not said where */
	bool is_new;         /* there is no such file yet */
	bool has_stanza;     /* it stands there already: nothing is added */
	struct words lines;  /* to add, in order, secrets among them */
	char *repo;          /* folder of the repository when it is one of this machine; NULL */
};
struct pitr_server;
PGTEND_CHECK bool pitr_wanted_find(const struct pitr_place *place, const struct pitr_server *server, const struct pitr_setup *setup, struct pitr_wanted *wanted, struct err *err);
void pitr_wanted_done(struct pitr_wanted *wanted);
/* A line as it may be shown. Caller frees. */
char *pitr_wanted_shown(const char *line);
/* Adds the lines behind what stands in the file, makes the folders of file and repository. */
PGTEND_CHECK bool pitr_wanted_write(const struct pitr_place *place, const struct pitr_wanted *wanted, struct err *err);

/* --- setup_server.c: the server's settings -------------------------------------------------------- */

enum pitr_state { PITR_OK, PITR_TO_DO, PITR_RESTART, PITR_IN_THE_WAY, PITR_DONE };
struct pitr_setting {
	const char *name;
	char *now, *wanted;
	enum pitr_state state;
	bool needs_restart;
};
struct pitr_server {
	char *socket, *role;  /* NULL: not known */
	int64_t port;
	bool is_superuser, is_in_recovery;
	struct pitr_setting settings[4];
};
PGTEND_CHECK bool pitr_server_ask(const struct pitr_place *place, struct session *session, struct pitr_server *server, struct err *err);
/* Once it is known where the configuration lies: what archive_command should be. */
void pitr_server_judge(const struct pitr_place *place, const char *config, struct pitr_server *server);
PGTEND_CHECK bool pitr_server_write(struct session *session, struct pitr_server *server, struct err *err);
void pitr_server_done(struct pitr_server *server);

/* --- run.c: one run of it ----------------------------------------------------------------------- */

struct pitr_run {
	const struct pitr_place *place;
	const char *command;        /* "backup" */
	const struct words *options;/* NULL: none */
	int deadline_ms;            /* 0: none */
	bool is_logged;             /* what it says goes into the report, its progress too */
	int64_t all_bytes;          /* of which its per cents are; 0: not known */
	struct report *report;      /* may be NULL when not logged */
};
/* false: it could not be started, was cancelled, or ended badly: its own first error, and what to do. out (may be NULL): its standard output. */
PGTEND_CHECK bool pitr_run(const struct pitr_run *run, struct text *out, struct err *err);
/* Runs a program where pgBackRest runs: as the same user, behind the same words. argv[0] is its name. */
PGTEND_CHECK bool pitr_run_other(const struct pitr_place *place, const char *const *argv, int *status, struct text *out, struct err *err);

/* --- info.c: what its repository holds ---------------------------------------------------------- */

struct pitr_set {
	char *label;
	char *type; /* "full", "diff", "incr" */
	int64_t start_us, stop_us;
	int64_t size_bytes, repo_bytes;
	bool is_damaged; /* pages with wrong checksums were found while it was taken */
};
struct pitr_info {
	int code;        /* 0 ok, 1 no such stanza, 2 no backup, 99 see message */
	char *message;
	bool is_running; /* a backup or expire runs now */
	char *cipher;
	char *system_identifier; /* of the cluster that the stanza belongs to; NULL */
	int major;               /* its version; 0 */
	char *wal_min, *wal_max;
	struct pitr_set *sets;   /* oldest first; those of that cluster */
	int count;
};
enum { PITR_INFO_MS = 60000 };
PGTEND_CHECK bool pitr_info_read(const struct pitr_place *place, int deadline_ms, struct pitr_info *info, struct err *err);
/* From the text of `info --output=json`; no task needed. */
PGTEND_CHECK bool pitr_info_parse(const char *json, const char *stanza, struct pitr_info *info, struct err *err);
void pitr_info_done(struct pitr_info *info);
/* Both numbers are known, and they differ. */
bool pitr_info_is_of_other(const struct pitr_info *info, const struct pitr_place *place);
const struct pitr_set *pitr_info_newest(const struct pitr_info *info, const char *type); /* NULL type: any; NULL: none */

/* --- points.c ------------------------------------------------------------------------------------ */

/* state, reason and mend of a row of pitr_status_shape. Takes over the reason. */
void pitr_state_set(const struct pitr_place *place, struct table *table, int row, const char *state, char *reason, const char *mend_verb);
/* What of such a row the repository says, with its state. */
void pitr_points_fill(const struct pitr_place *place, const struct pitr_info *info, struct table *table, int row);

/* --- restore_start.c: the restored cluster ------------------------------------------------------- */

struct pitr_copy {
	char *into;           /* its data folder */
	char *pg_ctl;         /* of its major version; NULL: not found here */
	char *config_file, *hba_file, *ident_file; /* where they are not in the folder (Debian keeps them in /etc); NULL */
	char *sockets;        /* the server's unix_socket_directories; NULL: as its configuration says */
	int64_t port;         /* 0: as its configuration says */
	const char *state;    /* "laid", "started", "open", "paused"; static text */
	int64_t reached_us;   /* commit time of the last transaction that was replayed; 0: none was */
};
/* What is to be typed to start it. Caller frees. */
char *pitr_copy_line(const struct pitr_copy *copy);
/* Starts it and waits until it has replayed what there was to replay. */
PGTEND_CHECK bool pitr_copy_start(const struct pitr_place *place, struct pitr_copy *copy, struct report *report, struct err *err);
/* The first port above it that nobody listens on. */
int64_t pitr_free_port(int64_t above);

/* --- restore_tablespaces.c ------------------------------------------------------------------------ */

/* false: a restore that begins with that backup would write into files of the server (ERR_REFUSED), or nobody could say. session NULL: the server does not answer. */
PGTEND_CHECK bool pitr_tablespaces_check(const struct pitr_place *place, struct session *session, const char *label, int64_t to_us, struct err *err);

/* --- restore_time.c ------------------------------------------------------------------------------ */

/* "2026-11-21 14:02:11+01", "2026-11-21T14:02:11Z", "10 min ago"; without a zone: UTC, as everything that pgtend shows. */
PGTEND_CHECK bool pitr_parse_time(const char *text, int64_t now_us, int64_t *time_us, struct err *err);

#endif
