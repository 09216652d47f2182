/* What the files of the console share: its state, and who changes what.
 *
 *   console.c          made, freed, resized, told of news
 *   console_data.c     facts -> what panes draw
 *   console_draw.c     state -> canvas
 *   console_keys.c     keys -> state
 *   console_command.c  the prompt's line -> a command that runs, its jobs, its end
 *   question.c         what a command asks, answered
 *   migration.c        one migration in full
 *   table_details.c    one table in full
 *   pane_chunks_list.c the chunks of one hypertable, in and out
 *   pane_backups.c     the scene of the backups, what its keys start
 *   console_run.c      the terminal, the loop, signals
 *
 * Whoever handles something returns what became stale (htop's way); nothing is drawn there. The loop draws once a turn.
 */
#ifndef PGTEND_SRC_CONSOLE_CONSOLE_INTERNAL_H
#define PGTEND_SRC_CONSOLE_CONSOLE_INTERNAL_H

#include "pgtend/commands/command.h"
#include "pgtend/console/console.h"
#include "pgtend/console/overlay.h"
#include "pgtend/console/pane.h"
#include "pgtend/console/records.h"
#include "pgtend/review/details.h"
#include "pgtend/probes/collector.h"
#include "pgtend/ui/edit.h"
#include "pgtend/ui/layout.h"
#include "pgtend/ui/prompt.h"
#include "pane_backups_internal.h"
#include "pane_chunks_internal.h"

enum stale {
	STALE_NOTHING = 0,
	STALE_SCREEN = 1, /* draw again */
	STALE_DATA = 2,   /* derive the panes' rows again, then draw */
	STALE_ALL = 4,    /* what is on the terminal cannot be trusted (Ctrl-L) */
};

/* A verb that is on its way. */
struct run {
	struct console *console;
	struct command_run *command_run; /* NULL while it starts */
	bool is_reading;                 /* shows rows or text when it ends, instead of a line in JOBS */
	bool is_over;
	bool is_behind;                  /* begun by another one that is done: it has a line in JOBS, and speaks up only when it fails */
	bool is_one_key;                 /* begun by a key and easily begun again: y answers, without Enter */
	char *line;
	struct run *next;
};

/* A migration that is shown in full while its server is asked about it; migration.c. */
struct migration_view {
	struct console *console;
	struct database *database;
	struct table *rows;              /* one: the migration as the pane had it */
	struct migration_text_view file;
	struct migration_details details;
	struct err err;
	struct task *task;
	unsigned serial;                 /* of the overlay that shows it */
	bool is_asked;                   /* the question is on its way */
	bool is_known;                   /* details are filled */
	struct migration_view *next;     /* opened meanwhile: asked when this one has its answer */
};

/* What must be answered before something goes on. */
struct question {
	struct command_run *command_run; /* NULL: whether to quit while jobs run */
	char *title;
	struct words preview;            /* visible */
	char *expect, *text;
	struct edit answer;
	bool is_wrong;                   /* something else was typed */
	bool is_one_key;                 /* the answer needs no Enter */
	int top, body_rows, preview_rows;
	struct question *next;
};

/* What a pane was drawn from. The same again gives the same picture. */
struct pane_seen {
	int rows, cols;
	const struct pane *pane;
	bool is_focused, is_descending;
	int64_t now_s;
	unsigned data_version;
	struct pane_data data;
	int cursor, top, left, sort, count;
	unsigned filter;                 /* hash of its text */
};

struct view {
	struct list list;
	struct table *derived;
	const struct database *derived_for;
	struct pane_data data;
	struct canvas *image;            /* as last drawn; NULL: never */
	struct pane_seen seen;
};

/* CHUNKS: what is drawn beside its rows, and the chunks of one hypertable while they are shown. */
struct chunks_view {
	struct chunks_scene scene;
	struct timelines *timelines;
	const struct table *timelines_of;
	bool is_open, is_placed;         /* placed: the cursor stands where the eye should go first */
	bool was_zoomed;
	char *schema, *name;
	struct list list;
	struct table *rows;
	struct pane_data data;
};

/* BACKUPS: what is drawn beside its rows. */
struct backups_view {
	struct backups_scene scene;
	char *folder;
	int corner;                      /* LAYOUT_CHUNKS, LAYOUT_BACKUPS: was asked for last on this database; 0: neither */
};

struct console {
	struct fleet *fleet;
	struct collector *collector;     /* NULL in tests */
	struct console_options options;
	char *fleet_name;
	int rows, cols;
	struct canvas *canvas;
	int cursor_row, cursor_col;      /* of the terminal's cursor; row -1: hidden */
	struct layout layout;
	struct view views[LAYOUT_PANES];
	struct list pools;               /* ACTIVITY's other list */
	struct table *derived_pools;
	bool shows_pools;
	int server_section;              /* SERVER: which one is shown */
	struct list tree;                /* ACTIVITY's third list: who waits for whom */
	struct table *derived_tree;
	bool shows_tree;
	struct chunks_view chunks;
	struct backups_view backups;
	int focus, beneath;
	bool is_zoomed;
	int selected;                    /* database; -1: none */
	struct prompt *prompt;
	struct edit filter;
	bool is_filtering;
	struct overlay *overlay, *under; /* under: what Esc goes back to */
	struct migration_view *migration; /* NULL: none is asked about */
	struct table_view *table_view;   /* a table whose columns are being asked; NULL; table_details.c */
	bool is_sort_menu;
	struct question *questions;      /* the first one is shown */
	struct run *runs;
	struct records records;
	char *message;
	enum style message_style;
	int64_t message_until_us;        /* 0: until a key */
	bool is_paused;
	int64_t paused_us;               /* the clock stands there */
	int refresh_ms;
	unsigned stale;
	unsigned data_version;           /* counts the times that rows were derived again */
	int64_t fixed_now_us;            /* tests: this is now; 0: the clock */
	bool is_quitting;
	int status;
	int64_t interrupted_us;          /* when Ctrl-C came last; 0 */
	bool is_suspend_wanted;
	void (*changed)(void *arg);      /* something became stale */
	void (*drop_input)(void *arg);   /* typed-ahead keys are to be forgotten */
	void *arg;
};

/* console.c */
struct console *console_new(struct fleet *fleet, const struct console_options *options);
void console_free(struct console *console);
void console_resize(struct console *console, int rows, int cols);
void console_mark(struct console *console, unsigned stale);
void console_say(struct console *console, enum style style, int seconds, const char *format, ...) PGTEND_PRINTF(4, 5);
void console_hush(struct console *console); /* takes the message away */
int64_t console_now_us(const struct console *console);
struct database *console_database(const struct console *console);
void console_select(struct console *console, int database);
void console_focus(struct console *console, int pane);
void console_show(struct console *console, struct overlay *overlay); /* takes it over */
void console_hide(struct console *console);
const struct pane *console_pane(const struct console *console, int which); /* ACTIVITY may be pools */
struct list *console_list(struct console *console, int which);
const struct list *console_list_of(const struct console *console, int which);
struct list *console_active_list(struct console *console); /* of the overlay or the focused pane; NULL */

/* console_data.c */
void console_sync(struct console *console);
void console_pane_data(const struct console *console, int which, struct pane_data *data);

/* console_draw.c: draws on console->canvas and sets the cursor. */
void console_draw(struct console *console);

/* console_title.c */
void title_draw(const struct console *console, struct canvas *canvas);

/* console_keys.c */
unsigned console_key(struct console *console, const struct key *key);

/* console_command.c */
void console_command(struct console *console, const char *line);
void console_command_by_key(struct console *console, const char *line); /* asks as for a key */
bool console_cancel_running(struct console *console); /* false: nothing ran */
int console_running(const struct console *console);
void console_quit(struct console *console); /* asks first where something runs that somebody began */
void console_sweep(struct console *console); /* frees runs that are over */

/* help.c */
struct overlay *help_new(const struct console *console);

/* details.c */
void details_open(struct console *console);
/* Whether what is focused could not be asked at all: Enter walks `doctor` then. */
bool details_are_unreached(const struct console *console);
void details_walk(struct console *console);
void details_follow(struct console *console); /* a log that is shown grows with its job */

/* pane_chunks_list.c */
void chunks_sync(struct console *console);
bool chunks_are_why(const struct console *console); /* FLEET's cursor is on a database whose retention is late: whoever sees that wants to see why */
bool chunks_visit(struct console *console); /* the first hypertable that is late, CHUNKS alone on the screen; false: none is */
bool chunks_open(struct console *console);  /* the chunks of the hypertable at the cursor; false: there is none */
void chunks_close(struct console *console); /* back to the hypertables, zoomed or not as before */
/* Where the row at the cursor stands for several, the verb that lists each is run; false: it stands for one. */
bool chunks_list_all(struct console *console);
int chunks_row(const struct console *console); /* of the hypertables: the one at the cursor, or whose chunks are shown; -1 */
void chunks_step(struct console *console, int by); /* along the timeline, whatever the list is sorted by */
void chunks_done(struct console *console);

/* pane_activity.c */
char *activity_query_text(const struct table *table, int row); /* on one line; caller frees */

/* pane_activity_foot.c: what stands beneath the sessions */
void activity_beside(const struct console *console, struct pane_data *data);
int activity_foot_rows(const struct pane_data *data, int rows);
void activity_draw_foot(const struct pane_data *data, int row, struct canvas *canvas);
void locks_draw_set(const struct pane_data *data, struct canvas *canvas, int at); /* the minimum set in a line */

/* pane_locks.c */
bool activity_key(struct console *console, char key); /* t, c, x; false: no key of its */
bool loop_key(struct console *console, char key);     /* the developer's loop in FLEET and MIGRATIONS; false: no key of its */

/* pane_pools.c: what stands beneath the sessions of ACTIVITY */
void pools_beside(const struct console *console, struct pane_data *data);
void pools_data(const struct console *console, struct pane_data *data); /* of the list in ACTIVITY's place */
int pools_foot_rows(const struct pane_data *data, int rows);
void pools_draw_foot(const struct pane_data *data, int row, struct canvas *canvas);

/* pane_backups.c */
void backups_sync(struct console *console);
void backups_done(struct console *console);
int backups_corner(const struct console *console); /* LAYOUT_CHUNKS or LAYOUT_BACKUPS: which stands where only one of them fits */
bool backups_key(struct console *console, char key); /* b, v, r, p; false: no key of its */

/* pane_server.c */
const struct pane *server_pane(int section);
void server_step(struct console *console, int by); /* to another section */
void server_watch(const struct console *console);  /* what is shown is asked at each tick, else by the minute */

/* migration.c */
void migration_open(struct console *console, const struct table *table, int row);
void migration_fill(const struct migration_view *view, struct overlay *overlay, int64_t now_us);
/* Its question is given up; the loop must turn until console->migration is NULL, when the console is to be freed. */
void migration_give_up(struct console *console);
/* table_details.c */
void table_details_open(struct console *console, const struct table *table, int row);
void table_details_give_up(struct console *console); /* its question is cancelled; console->table_view is NULL when that is done */

/* question.c */
void question_ask(struct console *console, struct command_run *run, const struct ask *ask, bool is_one_key);
void question_quit(struct console *console);
void question_forget(struct console *console, const struct command_run *run);
unsigned question_key(struct console *console, const struct key *key);
void question_draw(struct console *console, struct canvas *canvas);
void question_free_all(struct console *console);

#endif
