#include "pgtend/ui/edit.h"

#include <string.h>

#include "pgtend/core/mem.h"
#include "pgtend/core/width.h"

const char *edit_str(const struct edit *edit)
{
	return text_str(&edit->text);
}

void edit_done(struct edit *edit)
{
	text_done(&edit->text);
	edit->cursor = 0;
}

void edit_set(struct edit *edit, const char *s)
{
	edit_done(edit);
	text_add(&edit->text, s);
	edit->cursor = edit->text.length;
}

static void replace(struct edit *edit, size_t from, size_t to, const char *s)
{
	struct text made = { 0 };

	text_add_n(&made, edit_str(edit), from);
	text_add(&made, s);
	edit->cursor = made.length;
	text_add(&made, edit_str(edit) + to);
	text_done(&edit->text);
	edit->text = made;
}

static size_t before(const struct edit *edit, size_t at)
{
	const char *s = edit_str(edit);

	while (at > 0 && ((unsigned char)s[--at] & 0xc0) == 0x80)
		;
	return at;
}

static size_t after(const struct edit *edit, size_t at)
{
	unsigned code;
	int cols;

	return at + width_next(edit_str(edit) + at, &code, &cols);
}

static size_t word_before(const struct edit *edit, size_t at)
{
	const char *s = edit_str(edit);

	while (at > 0 && s[at - 1] == ' ')
		at--;
	while (at > 0 && s[at - 1] != ' ')
		at--;
	return at;
}

static void insert_pasted(struct edit *edit, const char *pasted)
{
	struct text clean = { 0 };

	for (const char *p = pasted; *p; p++)
		if ((unsigned char)*p >= 0x20 && *p != 0x7f)
			text_add_char(&clean, *p);
		else
			text_add_char(&clean, ' ');
	if (text_is_valid_utf8(text_str(&clean), clean.length))
		replace(edit, edit->cursor, edit->cursor, text_str(&clean));
	text_done(&clean);
}

static bool control_key(struct edit *edit, char letter)
{
	size_t end = edit->text.length;

	switch (letter) {
	case 'a':
		edit->cursor = 0;
		return true;
	case 'e':
		edit->cursor = end;
		return true;
	case 'b':
		edit->cursor = before(edit, edit->cursor);
		return true;
	case 'f':
		edit->cursor = after(edit, edit->cursor);
		return true;
	case 'd':
		replace(edit, edit->cursor, after(edit, edit->cursor), "");
		edit->cursor = edit->cursor > edit->text.length ? edit->text.length : edit->cursor;
		return true;
	case 'u':
		replace(edit, 0, edit->cursor, "");
		return true;
	case 'k':
		replace(edit, edit->cursor, end, "");
		return true;
	case 'w':
		replace(edit, word_before(edit, edit->cursor), edit->cursor, "");
		return true;
	default:
		return false;
	}
}

bool edit_key(struct edit *edit, const struct key *key)
{
	switch (key->code) {
	case KEYS_TEXT:
		if (key->is_alt)
			return false;
		replace(edit, edit->cursor, edit->cursor, key->text);
		return true;
	case KEYS_PASTE:
		insert_pasted(edit, key->paste);
		return true;
	case KEYS_BACKSPACE:
		replace(edit, before(edit, edit->cursor), edit->cursor, "");
		return true;
	case KEYS_DELETE:
		return control_key(edit, 'd');
	case KEYS_LEFT:
		return control_key(edit, 'b');
	case KEYS_RIGHT:
		return control_key(edit, 'f');
	case KEYS_HOME:
		return control_key(edit, 'a');
	case KEYS_END:
		return control_key(edit, 'e');
	case KEYS_CONTROL:
		return control_key(edit, key->text[0]);
	default:
		return false;
	}
}

int edit_draw(const struct edit *edit, struct canvas *canvas, int row, int col, int cols, enum style style)
{
	char *head = mem_copy_n(edit_str(edit), edit->cursor);
	int at = width_cols(head), skip = at >= cols ? at - cols + 1 : 0;
	struct canvas *window = canvas_sub(canvas, row, col, 1, cols);

	canvas_fill(window, 0, 0, cols, style, ' ');
	canvas_put(window, 0, -skip, style, edit_str(edit));
	canvas_free(window);
	mem_free(head);
	return col + at - skip;
}
