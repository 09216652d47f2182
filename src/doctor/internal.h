/* internal.h - what the files of the walk share. Nobody outside of doctor/ includes it.
 *
 *   walk.c       the order of the steps, their rows, the session
 *   reach.c      name and port: is there anybody, and who
 *   login.c      TLS, authentication, database: what let us in, or did not
 *   inside.c     rights, clock
 *   extension.c  extensions and what they need at the server's start
 *   pooler.c     what stands between, and the address without it
 *   listener.c   who listens on this machine, by /proc
 *
 * and of the vital signs, which are no walk:
 *
 *   vitals.c, vitals_tables.c
 */
#ifndef PGTEND_DOCTOR_INTERNAL_H
#define PGTEND_DOCTOR_INTERNAL_H

#include <sys/types.h>

#include "pgtend/doctor/doctor.h"

enum step { STEP_NAME, STEP_PORT, STEP_TLS, STEP_AUTHENTICATION, STEP_DATABASE, STEP_RIGHTS, STEP_EXTENSION, STEP_POOLER, STEP_CLOCK, STEP_COUNT };
enum finding_kind { FOUND_NOTHING, FOUND_OK, FOUND_NOTE, FOUND_FAILED };

struct walk {
	struct fleet *fleet;
	struct database *database;
	struct session *session;
	struct table *table;
	int first_row;                 /* of the steps in the table */
	enum finding_kind kinds[STEP_COUNT];
	bool is_in;                    /* the session is ready */
	enum session_stage stage;      /* where the connection stopped */
	struct err err;                /* why */
	struct words addresses;        /* of the hosts, numeric or the folder of a socket; each with its port */
	struct words ports;
};

enum { DOCTOR_QUESTION_MS = 5000 };

/* What a step found. Takes over both texts; mend may be NULL. Of several findings the worse verdict counts, and all are told. */
void step_say(struct walk *walk, enum step step, enum finding_kind kind, char *what, char *mend);
void step_took(struct walk *walk, enum step step, double ms);
/* "`port` at pgtend.ini:3": where the first of these keys that is set stands, else the section. Caller frees. */
char *walk_where(const struct walk *walk, const char *const *keys);
char *walk_quoted(const struct walk *walk, const char *name); /* an identifier as SQL has it. Caller frees */

bool step_name(struct walk *walk);          /* false: no way leads on */
void step_port(struct walk *walk);
void step_tls(struct walk *walk);
void step_authentication(struct walk *walk);
void step_database(struct walk *walk);
void step_rights(struct walk *walk);
void step_extension(struct walk *walk);
void step_pooler(struct walk *walk);
void step_clock(struct walk *walk);
/* Why a pool lets nobody through: paused, disabled, full. True when that is it, told as `step`. */
bool pooler_explains(struct walk *walk, enum step step);

/* --- who listens on this machine (listener.c) ---------------------------------------------------- */

struct listener {
	pid_t pid;        /* 0: not to be seen by us */
	char name[32];    /* of its program; "" */
	char state;       /* of /proc/PID/stat; 'T': stopped */
};
/* Whether the address is this machine's: a socket, loopback, or one of its interfaces. */
bool listener_is_here(const char *address);
/* Who listens at the numeric address or socket's folder; false: nobody, or it is not this machine's. */
bool listener_find(const char *address, const char *port, struct listener *listener);
/* "postgres (pid 812)", "somebody". Caller frees. */
char *listener_words(const struct listener *listener);
/* Where else on this machine PostgreSQL or a pooler seems to listen: "127.0.0.1:5433 (postgres, pid 812)", "socket /run/...". */
void listener_others(struct words *places);

#endif
