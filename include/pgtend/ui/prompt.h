/* ui/prompt.h - the prompt line: the only readline of pgtend, fed byte by byte, drawn on a canvas.
 *
 * Owns: the line, its history (file 0600, without secrets and confirmations), completion lists, the search in
 * the history, what the hint line says. One a process, as readline is. Nothing here runs a command: Enter stores the line.
 * Must not know: verbs. What completes and hints is given by a function.
 */
#ifndef PGTEND_UI_PROMPT_H
#define PGTEND_UI_PROMPT_H

#include <stdbool.h>

#include "pgtend/core/text.h"
#include "pgtend/ui/canvas.h"
#include "pgtend/ui/keys.h"

/* Candidates for the word under the cursor (a byte offset), and the hint for it (*hint: caller frees; may stay NULL). */
typedef void (*prompt_complete_fn)(const char *line, int cursor, struct words *candidates, char **hint, void *arg);

struct prompt; /* opaque */

/* history_path NULL: kept for this run only. The file is read at the first opening. */
struct prompt *prompt_new(const char *history_path, prompt_complete_fn complete, void *arg);
void prompt_free(struct prompt *prompt);

/* The terminal does not mark what is pasted: a line break with more bytes right behind it is taken for a pasted one. */
void prompt_expect_unmarked_pastes(struct prompt *prompt);

void prompt_open(struct prompt *prompt, const char *initial);
void prompt_close(struct prompt *prompt);
bool prompt_is_open(const struct prompt *prompt);

enum prompt_result {
	PROMPT_STAYS,
	PROMPT_LINE,   /* Enter: prompt_take_line(); the prompt is closed */
	PROMPT_CLOSED, /* Esc, Ctrl-C, Ctrl-D or Backspace on an empty line */
};
enum prompt_result prompt_key(struct prompt *prompt, const struct key *key);
char *prompt_take_line(struct prompt *prompt); /* caller frees; NULL when there is none */
/* The line as it stands, raw; borrowed. */
const char *prompt_text(const struct prompt *prompt);
int prompt_cursor(const struct prompt *prompt); /* byte offset */
/* To be called when facts changed: the hint is asked again. */
void prompt_refresh_hint(struct prompt *prompt);

/* Rows that it would like on a screen of so many columns: 1, more with candidates and hint; never more than `most`. */
int prompt_rows(const struct prompt *prompt, int cols, int most);
/* The prompt line is the last row of the canvas; candidates and hint stand above it. */
void prompt_draw(const struct prompt *prompt, struct canvas *canvas, const char *label, enum style label_style, int *cursor_row, int *cursor_col);

#endif
