/* console/pane.h - what a pane is: one file pane_X.c with one const struct pane, one line in panes.c.
 *
 * A pane says where its facts are, which columns matter, what its states mean in words; drawing, sorting, filtering,
 * scrolling and details are the same for all (pane.c, list.c). It draws on a canvas only and never talks to a server.
 */
#ifndef PGTEND_CONSOLE_PANE_H
#define PGTEND_CONSOLE_PANE_H

#include <stdbool.h>
#include <stdint.h>

#include "pgtend/console/list.h"
#include "pgtend/console/overlay.h"
#include "pgtend/core/table.h"
#include "pgtend/fleet/fleet.h"
#include "pgtend/ui/canvas.h"
#include "pgtend/ui/layout.h"

/* What there is to show now, gathered anew for each drawing. Pointers are good until the turn ends. */
struct pane_data {
	const struct table *table;       /* NULL: nothing was ever answered */
	const struct table *beside;      /* pools for ACTIVITY; NULL */
	const struct table *locks, *progress, *horizon; /* ACTIVITY: who waits for whom here, what is at work on the server, who holds the horizon; NULL */
	const struct database *database; /* ACTIVITY: the selected one; NULL */
	const struct fleet *fleet;       /* ACTIVITY */
	const struct err *beside_err;    /* why a pooler in front of the database does not tell of its pools; NULL */
	int64_t taken_us;
	struct err err;                  /* of the last try */
	const char *doing;               /* "resolving", "connecting", ...: what a session does that is not ready; NULL */
	int64_t silent_since_us;         /* since when a question has no answer; 0: none is open for long */
	int next_try_s;                  /* -1: no try is waiting */
	int fresh_s;                     /* older than this is stale */
	int answered, asked;             /* FLEET: how many of how many; 0 of 0 elsewhere */
	const char *about;               /* name of the database; NULL */
	int64_t counts_since_us;         /* TABLES: no growth yet, samples are kept since then; 0 */
	const char *lacks;               /* why the server cannot tell at all, in words; NULL: it can */
	const struct table *seeds;       /* MIGRATIONS: the seeds folder of the database (FACT_SEEDS); NULL */
	const struct err *seeds_err;     /* why they are not known; NULL */
	const struct record *seeding;    /* MIGRATIONS: the seeds that run now; NULL */
	const struct record *job;        /* MIGRATIONS: the run that is under way on this database; NULL */
	const struct server *server;     /* SERVER: whose numbers stand beneath; NULL elsewhere */
	const char *how;                 /* MIGRATIONS: "a transaction each"; SERVER: its sections; static; NULL */
	const struct chunks_scene *chunks; /* CHUNKS: chunks, jobs, ingest beside the rows; NULL elsewhere */
	const struct backups_scene *backups; /* BACKUPS: the policy, its calendar, the archiver beside the rows; NULL elsewhere */
};

enum pane_state { PANE_LOADING, PANE_EMPTY, PANE_FRESH, PANE_STALE, PANE_PARTIAL, PANE_ERROR };

struct console; /* console/console_internal.h */
struct record;  /* console/records.h */

struct pane {
	const char *name;                /* "TABLES" */
	const char *help;                /* a paragraph for `?` */
	const char *empty;               /* "no tables yet: migrate up, or seed" */
	enum fact fact;                  /* FACT_COUNT: none */
	struct list_wish wish;
	/* Made anew when news came: what is not simply the table of the facts (data->table: that table or NULL). NULL: the facts' table as it is. */
	struct table *(*derive)(const struct console *console, const struct pane_data *data);
	/* Fills `beside`, `answered`, `asked`. NULL: nothing. */
	void (*beside)(const struct console *console, struct pane_data *data);
	/* What stands behind the name in the title line. NULL: nothing. Caller frees. */
	char *(*subtitle)(const struct pane_data *data);
	/* Rows at the foot of the pane that are no list (a strip of chunks, pools); row: the selected one, -1. NULL: none. */
	int (*foot_rows)(const struct pane_data *data, int rows);
	void (*draw_foot)(const struct pane_data *data, int row, struct canvas *canvas);
	/* Adds to the details of a row, before its columns. NULL: nothing. */
	void (*details)(const struct console *console, const struct pane_data *data, int row, struct overlay *overlay);
};

extern const struct pane pane_fleet, pane_migrations, pane_tables, pane_chunks, pane_activity, pane_jobs, pane_backups, pane_server;
extern const struct pane pane_pools; /* stands in ACTIVITY's place on key `o` */
extern const struct pane pane_locks; /* stands in ACTIVITY's place on key `t`: who waits for whom */
extern const struct pane pane_chunk_list; /* stands in CHUNKS' place: the chunks of one hypertable */
/* By LAYOUT_*. */
extern const struct pane *const panes[LAYOUT_PANES];

/* The facts of the database, of its server or of nothing, with the states of the session that asks. */
void pane_read_facts(const struct fleet *fleet, const struct database *database, enum fact fact, struct pane_data *data);
enum pane_state pane_judge(const struct pane_data *data, int64_t now_us);
/* The state in words: "loading: connecting", "12s old: the server is silent since 14:02:11 UTC". *style as it should look. "" when fresh. Caller frees. */
char *pane_state_text(const struct pane *pane, const struct pane_data *data, int64_t now_us, enum style *style);

struct pane_frame {
	int number;                      /* shown before the name; 0: none, -1: no title line at all */
	bool is_focused;
	int64_t now_us;
};
/* The pane with its title line. list: updated with data->table. */
void pane_draw(const struct pane *pane, const struct pane_frame *frame, const struct pane_data *data, struct list *list, struct canvas *canvas);
/* Where the list stands in the pane's canvas; for clicks. */
enum { PANE_LIST_ROW = 1 };

/* The moment that ages in cells are counted from: set by whoever draws or gathers, so that tests have a fixed one. */
void pane_set_now(int64_t now_us);
int64_t pane_now(void);
/* A time as its age: "2h", "3d 4h"; NULL when there is none. Caller frees. */
char *pane_age_text(const struct table *table, int row, const char *column);
/* "14:02:11" of that moment, UTC. */
void pane_clock(char out[16], int64_t time_us);
/* Cells of a row by name, or NULL when the shape has no such column or no value. */
const struct cell *pane_cell(const struct table *table, int row, const char *column);
const char *pane_text(const struct table *table, int row, const char *column);   /* NULL when not there */
int64_t pane_int(const struct table *table, int row, const char *column, int64_t otherwise);
double pane_real(const struct table *table, int row, const char *column, double otherwise);

#endif
