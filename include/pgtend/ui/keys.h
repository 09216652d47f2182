/* ui/keys.h - bytes from a terminal become keys.
 *
 * Owns: the decoding of escape sequences (xterm, vt100, linux, rxvt, tmux), UTF-8, mouse reports and bracketed paste, and
 * what is still incomplete. Must not know: who reads the terminal, timers, what a key does.
 *
 * A lone ESC cannot be told from the beginning of a sequence: while keys_is_pending(), the caller runs a
 * timer of KEYS_ESCAPE_MS and calls keys_expire() when nothing more came.
 */
#ifndef PGTEND_UI_KEYS_H
#define PGTEND_UI_KEYS_H

#include <stdbool.h>
#include <stddef.h>

enum { KEYS_ESCAPE_MS = 40, KEYS_PASTE_BYTES = 65536 };

enum key_code {
	KEYS_NONE,
	KEYS_TEXT,      /* one character, in `text` */
	KEYS_CONTROL,   /* Ctrl with the letter in text[0]: 'c' */
	KEYS_ENTER, KEYS_TAB, KEYS_BACKTAB, KEYS_BACKSPACE, KEYS_DELETE, KEYS_INSERT, KEYS_ESCAPE,
	KEYS_UP, KEYS_DOWN, KEYS_LEFT, KEYS_RIGHT, KEYS_HOME, KEYS_END, KEYS_PAGE_UP, KEYS_PAGE_DOWN,
	KEYS_FUNCTION,  /* F1..F12: number in `function` */
	KEYS_CLICK, KEYS_WHEEL_UP, KEYS_WHEEL_DOWN, /* at row, col from 0 */
	KEYS_PASTE,     /* `paste`: what was pasted, NUL-terminated, raw */
	KEYS_UNKNOWN,   /* a whole sequence that means nothing here */
};

struct key {
	enum key_code code;
	bool is_alt, is_ctrl, is_shift;
	char text[8];
	int function;
	int row, col;
	const char *paste; /* borrowed for the time of the call */
	bool is_last;      /* nothing follows in the bytes that came together: false for what may be an unmarked paste */
};

typedef void (*keys_fn)(const struct key *key, void *arg);

struct keys; /* opaque */

struct keys *keys_new(void);
void keys_free(struct keys *keys);
/* fn may call keys_drop(): what was left of the bytes is forgotten then. */
void keys_feed(struct keys *keys, const char *bytes, size_t length, keys_fn fn, void *arg);
bool keys_is_pending(const struct keys *keys);
/* Nothing came for a while: what is incomplete is what it looks like (ESC is ESC). */
void keys_expire(struct keys *keys, keys_fn fn, void *arg);
void keys_drop(struct keys *keys);

#endif
