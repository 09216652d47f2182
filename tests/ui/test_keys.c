/* Bytes in, keys out: sequences whole and in pieces, lone ESC, mouse, paste, garbage. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "pgtend/core/mem.h"
#include "pgtend/core/text.h"
#include "pgtend/ui/keys.h"

static const char *const names[] = {
	[KEYS_NONE] = "none", [KEYS_TEXT] = "text", [KEYS_CONTROL] = "control", [KEYS_ENTER] = "enter", [KEYS_TAB] = "tab",
	[KEYS_BACKTAB] = "backtab", [KEYS_BACKSPACE] = "backspace", [KEYS_DELETE] = "delete", [KEYS_INSERT] = "insert",
	[KEYS_ESCAPE] = "escape", [KEYS_UP] = "up", [KEYS_DOWN] = "down", [KEYS_LEFT] = "left", [KEYS_RIGHT] = "right",
	[KEYS_HOME] = "home", [KEYS_END] = "end", [KEYS_PAGE_UP] = "pageup", [KEYS_PAGE_DOWN] = "pagedown", [KEYS_FUNCTION] = "f",
	[KEYS_CLICK] = "click", [KEYS_WHEEL_UP] = "wheelup", [KEYS_WHEEL_DOWN] = "wheeldown", [KEYS_PASTE] = "paste", [KEYS_UNKNOWN] = "unknown",
};

/* Each key as a word: "text:a", "ctrl+left", "alt+text:b", "click@3,7". */
static void note(const struct key *key, void *arg)
{
	struct text *seen = arg;

	text_addf(seen, "%s%s%s%s%s", seen->length ? " " : "", key->is_ctrl ? "ctrl+" : "", key->is_alt ? "alt+" : "", key->is_shift ? "shift+" : "",
		names[key->code]);
	if (key->code == KEYS_TEXT || key->code == KEYS_CONTROL)
		text_addf(seen, ":%s", key->text);
	if (key->code == KEYS_FUNCTION)
		text_addf(seen, "%d", key->function);
	if (key->code == KEYS_CLICK)
		text_addf(seen, "@%d,%d", key->row, key->col);
	if (key->code == KEYS_PASTE)
		text_addf(seen, "<%s>", key->paste);
}

static void assert_keys(const char *bytes, const char *wanted)
{
	struct keys *keys = keys_new();
	struct text whole = { 0 }, pieces = { 0 };

	keys_feed(keys, bytes, strlen(bytes), note, &whole);
	keys_expire(keys, note, &whole);
	assert_string_equal(text_str(&whole), wanted);
	for (const char *p = bytes; *p; p++)
		keys_feed(keys, p, 1, note, &pieces);
	keys_expire(keys, note, &pieces);
	assert_string_equal(text_str(&pieces), wanted);
	assert_false(keys_is_pending(keys));
	text_done(&whole);
	text_done(&pieces);
	keys_free(keys);
}

static void plain_keys(void **state)
{
	(void)state;
	assert_keys("a", "text:a");
	assert_keys("é你😀", "text:é text:你 text:😀");
	assert_keys("\r", "enter");
	assert_keys("\t\177\010", "tab backspace backspace");
	assert_keys("\003\032\014\022", "control:c control:z control:l control:r");
	assert_keys("\034\035", "control:\\ control:]");
}

static void sequences_of_all_families(void **state)
{
	(void)state;
	assert_keys("\033[A\033[B\033[C\033[D", "up down right left");
	assert_keys("\033OA\033OB\033OC\033OD", "up down right left");
	assert_keys("\033[H\033[F\033[1~\033[4~\033[7~\033[8~\033OH\033OF", "home end home end home end home end");
	assert_keys("\033[5~\033[6~\033[2~\033[3~", "pageup pagedown insert delete");
	assert_keys("\033OP\033OS\033[15~\033[24~\033[[A\033[1;5P", "f1 f4 f5 f12 f1 f1");
	assert_keys("\033[Z", "backtab");
	assert_keys("\033[1;5D\033[1;3C\033[1;2A\033[3;5~", "ctrl+left alt+right shift+up ctrl+delete");
	assert_keys("\033Oj\033Op\033Oy", "text:* text:0 text:9");
	assert_keys("\033[27u\033[13u\033[99;5u", "escape enter ctrl+control:c");
}

static void a_lone_escape_is_a_key_after_a_while(void **state)
{
	struct keys *keys = keys_new();
	struct text seen = { 0 };

	(void)state;
	keys_feed(keys, "\033", 1, note, &seen);
	assert_string_equal(text_str(&seen), "");
	assert_true(keys_is_pending(keys));
	keys_expire(keys, note, &seen);
	assert_string_equal(text_str(&seen), "escape");
	/* the next key is its own, not Meta */
	keys_feed(keys, "x", 1, note, &seen);
	assert_string_equal(text_str(&seen), "escape text:x");
	text_done(&seen);
	keys_free(keys);
	assert_keys("\033b", "alt+text:b");
	assert_keys("\033\033", "escape escape");
	assert_keys("\033\033[A", "escape up");
	assert_keys("\033[", "alt+text:[");
	assert_keys("\033\177", "alt+backspace");
}

static void the_mouse_in_both_forms(void **state)
{
	(void)state;
	assert_keys("\033[<0;8;4M\033[<0;8;4m", "click@3,7 unknown");
	assert_keys("\033[<64;1;1M\033[<65;1;1M\033[<2;1;1M", "wheelup wheeldown unknown");
	assert_keys("\033[M (\044", "click@3,7");
	assert_keys("\033[M`!!", "wheelup");
}

static void a_paste_is_one_key(void **state)
{
	(void)state;
	assert_keys("\033[200~clean pshop\rpshop_db\r\033[201~x", "paste<clean pshop\rpshop_db\r> text:x");
	assert_keys("\033[200~\033[A\033[201\033[201~", "paste<\033[A\033[201>");
	assert_keys("\033[200~\033[201~", "paste<>");
}

static void a_huge_paste_keeps_its_end(void **state)
{
	struct keys *keys = keys_new();
	struct text seen = { 0 }, bytes = { 0 };

	(void)state;
	text_add(&bytes, "\033[200~");
	for (int i = 0; i < 2 * KEYS_PASTE_BYTES; i++)
		text_add_char(&bytes, 'a');
	text_add(&bytes, "\033[201~q");
	keys_feed(keys, bytes.s, bytes.length, note, &seen);
	assert_true(seen.length < KEYS_PASTE_BYTES + 100);
	assert_true(text_ends_with(text_str(&seen), "> text:q"));
	text_done(&seen);
	text_done(&bytes);
	keys_free(keys);
}

static void garbage_is_swallowed(void **state)
{
	(void)state;
	assert_keys("\033[999999999999;1Ax", "up text:x");
	assert_keys("\xff\xfe" "a", "unknown unknown text:a");
	assert_keys("\xe4\xbd" "a", "unknown text:a");
	assert_keys("\033[38;\033[A", "unknown up");
	assert_keys("\033]11;rgb:0/0/0\007a", "unknown text:a");
	assert_keys("\033P1$r0\033\\a", "unknown text:a");
}

static void drop_in_the_middle(const struct key *key, void *arg)
{
	struct keys **keys = arg;

	assert_int_equal(key->code, KEYS_ENTER);
	keys_drop(*keys);
}

static void what_is_dropped_never_comes(void **state)
{
	struct keys *keys = keys_new();

	(void)state;
	keys_feed(keys, "\ry\r\033[", 5, drop_in_the_middle, &keys);
	assert_false(keys_is_pending(keys));
	keys_free(keys);
}

/* Any bytes: no crash, no endless state; sanitizers watch. */
static void random_bytes_do_no_harm(void **state)
{
	struct keys *keys = keys_new();
	struct text seen = { 0 };
	unsigned seed = 1;

	(void)state;
	for (int round = 0; round < 20000; round++) {
		char bytes[16];

		for (size_t i = 0; i < sizeof(bytes); i++) {
			seed = seed * 1103515245 + 12345;
			bytes[i] = (seed >> 16) % 3 == 0 ? "\033[O~;<M\007"[(seed >> 20) % 8] : (char)(seed >> 16);
		}
		keys_feed(keys, bytes, sizeof(bytes), note, &seen);
		keys_expire(keys, note, &seen);
		text_done(&seen);
	}
	keys_free(keys);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(plain_keys),
		cmocka_unit_test(sequences_of_all_families),
		cmocka_unit_test(a_lone_escape_is_a_key_after_a_while),
		cmocka_unit_test(the_mouse_in_both_forms),
		cmocka_unit_test(a_paste_is_one_key),
		cmocka_unit_test(a_huge_paste_keeps_its_end),
		cmocka_unit_test(garbage_is_swallowed),
		cmocka_unit_test(what_is_dropped_never_comes),
		cmocka_unit_test(random_bytes_do_no_harm),
	};

	return cmocka_run_group_tests_name("keys", tests, NULL, NULL);
}
