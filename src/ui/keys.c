#include "pgtend/ui/keys.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pgtend/core/mem.h"
#include "pgtend/core/text.h"

enum keys_state { AT_GROUND, AT_ESCAPE, AT_CSI, AT_SS3, AT_UTF8, AT_LINUX, AT_X10, AT_STRING, AT_PASTE };

struct keys {
	enum keys_state state;
	char held[64];       /* what of the sequence came so far, without ESC and its introducer */
	size_t held_length;
	size_t wanted;       /* AT_UTF8, AT_X10: bytes in all */
	bool is_alt;
	struct text paste;
	bool is_dropped;     /* by the callee, during a feed */
	bool is_last;
	keys_fn fn;
	void *arg;
};

static const char paste_end[] = "\033[201~";

struct keys *keys_new(void)
{
	return MEM_NEW(struct keys);
}

void keys_free(struct keys *keys)
{
	if (!keys)
		return;
	text_done(&keys->paste);
	mem_free(keys);
}

void keys_drop(struct keys *keys)
{
	keys->state = AT_GROUND;
	keys->held_length = 0;
	text_done(&keys->paste);
	keys->is_dropped = true;
}

bool keys_is_pending(const struct keys *keys)
{
	return keys->state != AT_GROUND && keys->state != AT_PASTE;
}

static void emit_key(struct keys *keys, struct key *key)
{
	key->is_last = keys->is_last;
	keys->state = AT_GROUND;
	keys->held_length = 0;
	keys->is_alt = false;
	keys->fn(key, keys->arg);
}

static void emit(struct keys *keys, enum key_code code, bool is_alt)
{
	struct key key = { .code = code, .is_alt = is_alt };

	emit_key(keys, &key);
}

static void emit_byte(struct keys *keys, unsigned char byte)
{
	struct key key = { .code = KEYS_CONTROL, .is_alt = keys->is_alt };

	switch (byte) {
	case '\r':
	case '\n':
		key.code = KEYS_ENTER;
		break;
	case '\t':
		key.code = KEYS_TAB;
		break;
	case 0x7f:
	case 0x08:
		key.code = KEYS_BACKSPACE;
		break;
	case 0:
		key.text[0] = ' ';
		break;
	default:
		if (byte < 0x20) {
			key.text[0] = (char)(byte < 0x1b ? byte + 'a' - 1 : byte + '@');
		} else {
			key.code = KEYS_TEXT;
			key.text[0] = (char)byte;
		}
	}
	emit_key(keys, &key);
}

static void begin(struct keys *keys, enum keys_state state)
{
	keys->state = state;
	keys->held_length = 0;
}

static bool hold(struct keys *keys, unsigned char byte)
{
	if (keys->held_length + 1 >= sizeof(keys->held))
		return false;
	keys->held[keys->held_length++] = (char)byte;
	keys->held[keys->held_length] = '\0';
	return true;
}

static void at_ground(struct keys *keys, unsigned char byte)
{
	if (byte == 0x1b) {
		begin(keys, AT_ESCAPE);
		return;
	}
	if (byte >= 0x80) {
		keys->wanted = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc2 ? 2 : 1;
		begin(keys, AT_UTF8);
		hold(keys, byte);
		if (keys->wanted == 1)
			emit(keys, KEYS_UNKNOWN, false);
		return;
	}
	emit_byte(keys, byte);
}

static void at_escape(struct keys *keys, unsigned char byte)
{
	if (byte == 0x1b) {
		emit(keys, KEYS_ESCAPE, false);
		if (!keys->is_dropped)
			begin(keys, AT_ESCAPE);
		return;
	}
	if (byte == '[') {
		begin(keys, AT_CSI);
		return;
	}
	if (byte == 'O') {
		begin(keys, AT_SS3);
		return;
	}
	if (byte == ']' || byte == 'P' || byte == '_' || byte == '^') {
		begin(keys, AT_STRING);
		return;
	}
	keys->state = AT_GROUND;
	keys->is_alt = true;
	at_ground(keys, byte);
}

static void at_utf8(struct keys *keys, unsigned char byte)
{
	struct key key = { .code = KEYS_TEXT, .is_alt = keys->is_alt };

	if ((byte & 0xc0) != 0x80) { /* broken off: what came is nothing, this byte is a new beginning */
		emit(keys, KEYS_UNKNOWN, false);
		if (!keys->is_dropped)
			at_ground(keys, byte);
		return;
	}
	hold(keys, byte);
	if (keys->held_length < keys->wanted)
		return;
	if (!text_is_valid_utf8(keys->held, keys->held_length)) {
		emit(keys, KEYS_UNKNOWN, false);
		return;
	}
	memcpy(key.text, keys->held, keys->held_length);
	emit_key(keys, &key);
}

static const struct { char final; enum key_code code; } letters[] = {
	{ 'A', KEYS_UP }, { 'B', KEYS_DOWN }, { 'C', KEYS_RIGHT }, { 'D', KEYS_LEFT }, { 'H', KEYS_HOME }, { 'F', KEYS_END },
	{ 'Z', KEYS_BACKTAB }, { 'M', KEYS_ENTER }, { 'I', KEYS_TAB },
	/* rxvt: with Shift or Ctrl */
	{ 'a', KEYS_UP }, { 'b', KEYS_DOWN }, { 'c', KEYS_RIGHT }, { 'd', KEYS_LEFT },
};

static enum key_code letter_code(char final)
{
	for (size_t i = 0; i < sizeof(letters) / sizeof(letters[0]); i++)
		if (letters[i].final == final)
			return letters[i].code;
	return KEYS_UNKNOWN;
}

static const struct { int number; enum key_code code; int function; } numbers[] = {
	{ 1, KEYS_HOME, 0 }, { 7, KEYS_HOME, 0 }, { 2, KEYS_INSERT, 0 }, { 3, KEYS_DELETE, 0 }, { 4, KEYS_END, 0 }, { 8, KEYS_END, 0 },
	{ 5, KEYS_PAGE_UP, 0 }, { 6, KEYS_PAGE_DOWN, 0 },
	{ 11, KEYS_FUNCTION, 1 }, { 12, KEYS_FUNCTION, 2 }, { 13, KEYS_FUNCTION, 3 }, { 14, KEYS_FUNCTION, 4 }, { 15, KEYS_FUNCTION, 5 },
	{ 17, KEYS_FUNCTION, 6 }, { 18, KEYS_FUNCTION, 7 }, { 19, KEYS_FUNCTION, 8 }, { 20, KEYS_FUNCTION, 9 }, { 21, KEYS_FUNCTION, 10 },
	{ 23, KEYS_FUNCTION, 11 }, { 24, KEYS_FUNCTION, 12 },
};

/* Modifiers are one more than the sum of Shift 1, Alt 2, Ctrl 4. */
static void set_modifiers(struct key *key, int parameter)
{
	int bits = parameter > 0 ? parameter - 1 : 0;

	key->is_shift = bits & 1;
	key->is_alt = key->is_alt || (bits & 2);
	key->is_ctrl = bits & 4;
}

static void mouse(struct keys *keys, int button, int col, int row, bool is_release)
{
	struct key key = { .code = KEYS_UNKNOWN, .row = row - 1, .col = col - 1 };
	int which = button & ~(4 | 8 | 16); /* Shift, Alt, Ctrl with the mouse mean nothing here */

	if (which == 64)
		key.code = KEYS_WHEEL_UP;
	else if (which == 65)
		key.code = KEYS_WHEEL_DOWN;
	else if (which == 0 && !is_release)
		key.code = KEYS_CLICK;
	emit_key(keys, &key);
}

static void function_key(struct keys *keys, int number)
{
	struct key key = { .code = KEYS_FUNCTION, .function = number };

	emit_key(keys, &key);
}

static void csi_tilde(struct keys *keys, const int parameters[3])
{
	struct key key = { .code = KEYS_UNKNOWN };

	if (parameters[0] == 200) {
		begin(keys, AT_PASTE);
		return;
	}
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		if (numbers[i].number == parameters[0]) {
			key.code = numbers[i].code;
			key.function = numbers[i].function;
		}
	set_modifiers(&key, parameters[1]);
	emit_key(keys, &key);
}

/* CSI CODE;MODIFIERS u: terminals that report every key so. */
static void csi_u(struct keys *keys, const int parameters[3])
{
	struct key key = { .code = KEYS_UNKNOWN };

	set_modifiers(&key, parameters[1]);
	if (parameters[0] == 27)
		key.code = KEYS_ESCAPE;
	else if (parameters[0] == 13)
		key.code = KEYS_ENTER;
	else if (parameters[0] == 9)
		key.code = key.is_shift ? KEYS_BACKTAB : KEYS_TAB;
	else if (parameters[0] == 127)
		key.code = KEYS_BACKSPACE;
	else if (parameters[0] >= 0x20 && parameters[0] < 0x7f) {
		key.code = key.is_ctrl ? KEYS_CONTROL : KEYS_TEXT;
		key.text[0] = (char)parameters[0];
	}
	emit_key(keys, &key);
}

static void csi_end(struct keys *keys, char final)
{
	int parameters[3] = { 0, 0, 0 };
	const char *s = keys->held;
	bool is_mouse = *s == '<';
	struct key key = { .code = letter_code(final) };

	s += is_mouse;
	for (int i = 0; i < 3 && *s; i++) {
		char *end;
		long value = strtol(s, &end, 10);

		parameters[i] = value < 0 || value > 100000 ? 0 : (int)value;
		s = *end ? end + 1 : end;
	}
	if (is_mouse && (final == 'M' || final == 'm')) {
		mouse(keys, parameters[0], parameters[1], parameters[2], final == 'm');
		return;
	}
	if (final == 'M' && keys->held_length == 0) {
		keys->wanted = 3;
		begin(keys, AT_X10);
		return;
	}
	if (final == '~') {
		csi_tilde(keys, parameters);
		return;
	}
	if (final == 'u') {
		csi_u(keys, parameters);
		return;
	}
	if (final >= 'P' && final <= 'S') { /* F1..F4 with modifiers */
		function_key(keys, final - 'P' + 1);
		return;
	}
	set_modifiers(&key, parameters[1]);
	if (final >= 'a' && final <= 'd')
		key.is_shift = true;
	emit_key(keys, &key);
}

static void at_csi(struct keys *keys, unsigned char byte)
{
	if (byte == 0x1b) { /* broken off */
		emit(keys, KEYS_UNKNOWN, false);
		if (!keys->is_dropped)
			begin(keys, AT_ESCAPE);
		return;
	}
	if (byte == '[' && keys->held_length == 0) {
		begin(keys, AT_LINUX);
		return;
	}
	if (byte >= 0x40 && byte <= 0x7e) {
		csi_end(keys, (char)byte);
		return;
	}
	if (byte < 0x20 || byte > 0x7e || !hold(keys, byte))
		emit(keys, KEYS_UNKNOWN, false);
}

static void at_ss3(struct keys *keys, unsigned char byte)
{
	struct key key = { .code = letter_code((char)byte) };

	if (byte >= 'P' && byte <= 'S') {
		function_key(keys, byte - 'P' + 1);
		return;
	}
	if (byte >= 'j' && byte <= 'y') { /* the keypad: * + , - . / 0..9 */
		key.code = KEYS_TEXT;
		key.text[0] = "*+,-./0123456789"[byte - 'j'];
	}
	if (byte >= 'a' && byte <= 'd')
		key.is_ctrl = true;
	emit_key(keys, &key);
}

/* The rest of a paste waits in `paste` with the beginning of its end mark. */
static void at_paste(struct keys *keys, unsigned char byte)
{
	size_t end = sizeof(paste_end) - 1;
	struct key key = { .code = KEYS_PASTE };
	char *pasted;

	text_add_char(&keys->paste, (char)byte);
	if (keys->paste.length > KEYS_PASTE_BYTES + end) { /* keep the tail, where the end mark will come */
		memmove(keys->paste.s + KEYS_PASTE_BYTES, keys->paste.s + keys->paste.length - end, end);
		keys->paste.length = KEYS_PASTE_BYTES + end;
	}
	if (keys->paste.length < end || memcmp(keys->paste.s + keys->paste.length - end, paste_end, end) != 0)
		return;
	pasted = mem_copy_n(keys->paste.s, keys->paste.length - end);
	text_done(&keys->paste);
	key.paste = pasted;
	emit_key(keys, &key);
	mem_free(pasted);
}

/* Answers of the terminal (OSC, DCS): swallowed to their end. */
static void at_string(struct keys *keys, unsigned char byte)
{
	bool is_end = byte == 0x07 || (byte == '\\' && keys->held[0] == 0x1b && keys->held_length == 1);

	keys->held_length = 1;
	keys->held[0] = (char)byte;
	if (is_end)
		emit(keys, KEYS_UNKNOWN, false);
}

static void at_x10(struct keys *keys, unsigned char byte)
{
	hold(keys, byte);
	if (keys->held_length < keys->wanted)
		return;
	int button = (unsigned char)keys->held[0] - 32;

	mouse(keys, button, (unsigned char)keys->held[1] - 32, (unsigned char)keys->held[2] - 32, (button & 3) == 3 && button < 64);
}

void keys_feed(struct keys *keys, const char *bytes, size_t length, keys_fn fn, void *arg)
{
	keys->fn = fn;
	keys->arg = arg;
	keys->is_dropped = false;
	for (size_t i = 0; i < length && !keys->is_dropped; i++) {
		unsigned char byte = (unsigned char)bytes[i];

		keys->is_last = i + 1 == length;
		switch (keys->state) {
		case AT_GROUND:
			at_ground(keys, byte);
			break;
		case AT_ESCAPE:
			at_escape(keys, byte);
			break;
		case AT_CSI:
			at_csi(keys, byte);
			break;
		case AT_SS3:
			at_ss3(keys, byte);
			break;
		case AT_UTF8:
			at_utf8(keys, byte);
			break;
		case AT_LINUX:
			function_key(keys, byte >= 'A' && byte <= 'E' ? byte - 'A' + 1 : 12);
			break;
		case AT_X10:
			at_x10(keys, byte);
			break;
		case AT_STRING:
			at_string(keys, byte);
			break;
		case AT_PASTE:
			at_paste(keys, byte);
			break;
		}
	}
}

void keys_expire(struct keys *keys, keys_fn fn, void *arg)
{
	struct key key = { .code = KEYS_UNKNOWN };

	if (!keys_is_pending(keys))
		return;
	keys->fn = fn;
	keys->arg = arg;
	keys->is_dropped = false;
	keys->is_last = true;
	if (keys->state == AT_ESCAPE) {
		key.code = KEYS_ESCAPE;
	} else if ((keys->state == AT_CSI && keys->held_length == 0) || keys->state == AT_SS3) {
		key.code = KEYS_TEXT;
		key.is_alt = true;
		key.text[0] = keys->state == AT_CSI ? '[' : 'O';
	}
	emit_key(keys, &key);
}
