/* What the files of CHUNKS share: the scene that they draw, and its parts.
 *
 *   pane_chunks.c        one row a hypertable
 *   pane_chunks_list.c   one row a chunk of one of them; the way in and out
 *   pane_chunks_foot.c   the timeline beneath either
 *   pane_chunks_words.c  what is to be said of a hypertable, line by line
 *   pane_chunks_wrong.c  of that, what is wrong
 *   timeline.c           chunks -> cells
 */
#ifndef PGTEND_SRC_CONSOLE_PANE_CHUNKS_INTERNAL_H
#define PGTEND_SRC_CONSOLE_PANE_CHUNKS_INTERNAL_H

#include "pgtend/console/pane.h"
#include "timeline.h"

/* What is known of the selected database's hypertables, beside the rows that are drawn. Any pointer may be NULL. */
struct chunks_scene {
	const struct table *hypertables; /* of CHUNKS, ingest beside it */
	const struct table *list, *policies, *ingest, *aggregates;
	const struct timelines *timelines;
	const char *database;            /* its section's name */
	bool is_apache;                  /* the edition without policies and compression */
	const char *list_error;          /* why the chunks themselves could not be read */
	const char *schema, *name;       /* whose chunks are shown one by one; NULL: none's */
};

/* One thing that is to be said. */
struct chunks_line {
	const char *label;  /* static; "" goes on with the line before */
	enum style style;
	char *text;         /* visible */
	bool is_bad;
};
enum { CHUNKS_LINES = 64, CHUNKS_LABEL_COLS = 12 };
struct chunks_lines {
	struct chunks_line v[CHUNKS_LINES];
	int count, bad;     /* what is bad stands first */
	int has_key;        /* mends that are told so far: the first one is on key m */
};

/* pane_chunks_words.c, pane_chunks_wrong.c: of a row of scene->hypertables, wrapped to `cols` columns of text;
 * without a column for labels they stand in the text. */
void chunks_lines_make(struct chunks_lines *lines, const struct chunks_scene *scene, int row, int cols, bool has_labels);
/* The first verb that mends something of the row, as it is typed at the prompt; NULL: none. Caller frees. */
char *chunks_mend(const struct chunks_scene *scene, int row);
void chunks_lines_done(struct chunks_lines *lines);
/* "2026-10-22", "10-22 14:00" for chunks shorter than a day, or the integer. Caller frees. */
char *chunks_place_text(const struct timeline *timeline, int64_t at);

/* pane_chunks_foot.c: row: of scene->hypertables, -1; selected: the chunk's row within its hypertable, -1. */
void chunks_foot_draw(const struct chunks_scene *scene, int row, int selected, struct canvas *canvas);
/* Rows of lines, labels before them where there is room; BACKUPS says what it has to say so, too. */
void chunks_lines_draw(const struct chunks_lines *lines, int from_row, int rows, struct canvas *canvas);
int chunks_label_cols(const struct canvas *canvas); /* 0: narrow panes have none */
/* A strip of one row, its newest chunk at the right end; for a cell of a list. */
void chunks_strip_draw(const struct chunks_scene *scene, int row, struct canvas *canvas, int at_row, int col, int cols);
/* Where a policy's line stands: the cutoff in the timeline's own units. False: no such policy, or it cannot be told. */
bool chunks_cutoff(const struct chunks_scene *scene, int row, const char *kind, int64_t *cutoff, bool *is_by_creation);

/* pane_chunks.c: what cells of the list are drawn from, until the next call. */
void chunks_show(const struct chunks_scene *scene);

/* pane_chunks_list.c */
extern const struct table_shape chunk_rows_shape;
struct table *chunks_rows_make(const struct table *list, const struct timeline *timeline);

#endif
