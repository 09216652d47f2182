/* scratch/scratch.h - a database that pgtend makes for its own work, from its name to its end.
 *
 * Owns: its name (pgtend_PURPOSE_DB_XXXXXXXX), its address, the keeper (a session whose advisory lock says that it is
 * in use), its files here, its marker, dropping it, and dropping those of dead runs. Whatever is killed at whatever
 * moment, the next run of the same purpose finds what is left. Must not know: what fills it. In a task.
 */
#ifndef PGTEND_SCRATCH_SCRATCH_H
#define PGTEND_SCRATCH_SCRATCH_H

#include <sys/types.h>

#include "pgtend/core/report.h"
#include "pgtend/fleet/fleet.h"

enum { SCRATCH_DEADLINE_MS = 15000, SCRATCH_READY_MS = 15000 };

/* Its files are those that a killed run leaves: FOLDER/DBNAME.lock, locked and with the notes of its children, and
 * FOLDER/DBNAME.dump. */
struct scratch {
	struct fleet *fleet;
	struct database *source;  /* in whose name it is made; its database itself may be gone */
	struct report *report;
	const char *purpose;      /* "rehearse", "verify", "restore": borrowed */
	char *dbname;             /* "pgtend_rehearse_core_1f3a5c7e" */
	struct conninfo *info;    /* the scratch database's */
	struct database database; /* the source's section at the scratch database's address */
	struct server server;     /* of it, when it is another one than the source's */
	bool is_elsewhere;        /* another server than the source's: roles may not be there */
	bool is_super;            /* our role there */
	char *where;              /* "db2:5432"; for people */
	struct session *keeper;   /* to a database that stays; its advisory lock says that the scratch database is in use */
	bool is_made;
	char *folder, *lock_path, *dump_path; /* NULL before scratch_claim() */
	int lock_fd;
};
/* Address and keeper; what dead runs of this purpose left is dropped (purpose "restore": nothing is, its leftovers are
 * somebody's). on: a [server] or a URL; NULL: the source's own server. err: cannot be reached, a pooler, ... */
PGTEND_CHECK bool scratch_open(struct scratch *scratch, const char *on, struct err *err);
/* Its files and its lock. From here on dump_path may be written. */
PGTEND_CHECK bool scratch_claim(struct scratch *scratch, struct err *err);
/* form: all of CREATE DATABASE behind the name. owner: NULL: our role. Nobody else may connect, the marker says why. */
PGTEND_CHECK bool scratch_make(struct scratch *scratch, const char *form, const char *owner, struct err *err);
/* What ALTER DATABASE SET and ALTER ROLE IN DATABASE SET say of the database that `source` is connected to and of our role: sessions that
 * begin from here on have it. One that our role may not give is told of in the report. */
PGTEND_CHECK bool scratch_give_settings(struct scratch *scratch, struct session *source, struct err *err);
/* A session to it. Caller frees. NULL: err. */
struct session *scratch_session(struct scratch *scratch, struct err *err);
/* One statement in a session of its own, without a deadline. */
PGTEND_CHECK bool scratch_ask(struct scratch *scratch, const char *sql, struct err *err);
/* "rehearsal": the purpose as people call it. */
const char *scratch_noun(const struct scratch *scratch);
/* For sessions that are idle for as long as a child works. */
PGTEND_CHECK bool scratch_stay(struct session *session, struct err *err);
/* false: the keeper's connection, and so the lock, is lost. */
PGTEND_CHECK bool scratch_is_kept(const struct scratch *scratch, struct err *err);
/* Writes down which child works on it, so that the next run can end it when we are killed. */
void scratch_note_child(const struct scratch *scratch, const char *who, pid_t pid);
/* Drops it when it is made, and takes its files away, also when the task was cancelled. false: it stays, *err says why. */
PGTEND_CHECK bool scratch_close(struct scratch *scratch, struct err *err);
/* The same without dropping it: it is somebody's now. */
void scratch_release(struct scratch *scratch);

#endif
