/* What the files that say something of a hypertable share. */
#ifndef PGTEND_SRC_CONSOLE_PANE_CHUNKS_WORDS_H
#define PGTEND_SRC_CONSOLE_PANE_CHUNKS_WORDS_H

#include "pane_chunks_internal.h"
#include "pgtend/core/text.h"

/* Of which row what was said goes where. */
struct writer {
	struct chunks_lines *lines;
	const struct chunks_scene *scene;
	const struct table *table;      /* scene->hypertables */
	int row, cols;
	bool has_labels;
	const char *schema, *name;
};

/* pane_chunks_words.c: one thing that is to be said, raw, wrapped to the writer's columns; what is bad may take a line more. */
void words_say(struct writer *writer, const char *label, enum style style, bool is_bad, const char *raw);
/* The same, nothing where the text is empty; the text is done. */
void words_say_text(struct writer *writer, const char *label, enum style style, bool is_bad, struct text *text);
bool words_is(const char *word, const char *wanted); /* word NULL: no */
void words_add_part(struct text *text, const char *part); /* ", part" */
void words_add_bytes(struct text *text, const char *before, int64_t bytes, const char *behind);
int words_row_of(const struct table *table, const char *schema, const char *name); /* -1: not there */
bool words_is_sick(const char *verdict); /* of an aggregate */

/* pane_chunks_wrong.c: nothing where nothing is wrong. */
void words_say_mend(struct writer *writer, const char *mend); /* as it is typed here; NULL: nothing */
void words_retention_late(struct writer *writer);
void words_compression_late(struct writer *writer);
void words_list_error(struct writer *writer);
void words_apache(struct writer *writer);

#endif
