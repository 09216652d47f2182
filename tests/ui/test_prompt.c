/* Scripted bytes in, the line, its cursor, its history out. readline sees no terminal. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "pgtend/core/mem.h"
#include "pgtend/ui/keys.h"
#include "pgtend/ui/prompt.h"
#include "pgtend/ui/prompt_history.h"

static struct prompt *prompt;
static enum prompt_result result;

static void complete(const char *line, int cursor, struct words *candidates, char **hint, void *arg)
{
	static const char *const all[] = { "migrate", "mirror", "backup", "a table", NULL };
	int start = cursor;

	(void)arg;
	while (start > 0 && line[start - 1] != ' ')
		start--;
	for (int i = 0; all[i]; i++)
		if (strncmp(all[i], line + start, (size_t)(cursor - start)) == 0)
			words_add(candidates, all[i]);
	*hint = mem_format("word %d", start);
}

static void on_key(const struct key *key, void *arg)
{
	(void)arg;
	result = prompt_key(prompt, key);
}

static void type(const char *bytes)
{
	struct keys *keys = keys_new();

	keys_feed(keys, bytes, strlen(bytes), on_key, NULL);
	keys_expire(keys, on_key, NULL);
	keys_free(keys);
}

static int start(void **state)
{
	(void)state;
	prompt = prompt_new(NULL, complete, NULL);
	prompt_open(prompt, NULL);
	return 0;
}

static int end(void **state)
{
	(void)state;
	prompt_free(prompt);
	return 0;
}

static void assert_line(const char *wanted)
{
	char *line;

	assert_int_equal(result, PROMPT_LINE);
	assert_false(prompt_is_open(prompt));
	line = prompt_take_line(prompt);
	assert_string_equal(line, wanted);
	mem_free(line);
}

static void run_line(const char *line)
{
	prompt_open(prompt, NULL);
	type(line);
	type("\r");
	assert_line(line);
	prompt_open(prompt, NULL);
}

static void a_line_is_typed_and_edited(void **state)
{
	(void)state;
	type("migratx up\033[D\033[D\033[D\177e core\005!");
	assert_string_equal(prompt_text(prompt), "migrate core up!");
	type("\001>");
	assert_int_equal(prompt_cursor(prompt), 1);
	type("\r");
	assert_line(">migrate core up!");
}

static void wide_characters_move_whole(void **state)
{
	(void)state;
	type("a你b");
	assert_int_equal(prompt_cursor(prompt), 5);
	type("\002\002");
	assert_int_equal(prompt_cursor(prompt), 1);
	type("\033[3~");
	assert_string_equal(prompt_text(prompt), "ab");
}

static void tab_completes_and_lists(void **state)
{
	struct canvas *canvas = canvas_new(4, 40);
	int row, col;
	char *text;

	(void)state;
	type("ba\t");
	assert_string_equal(prompt_text(prompt), "backup ");
	type("mi\t");
	assert_int_equal(prompt_rows(prompt, 40, 9), 3);
	prompt_draw(prompt, canvas, "core> ", STYLE_PROMPT, &row, &col);
	text = canvas_text(canvas);
	assert_string_equal(text, " migrate  mirror\n\n word 7\ncore> backup mi\n");
	assert_int_equal(row, 3);
	assert_int_equal(col, 15);
	mem_free(text);
	type("\033"); /* Esc takes the list away, not the line */
	assert_true(prompt_is_open(prompt));
	assert_int_equal(prompt_rows(prompt, 40, 9), 2);
	type("g\t");
	assert_string_equal(prompt_text(prompt), "backup migrate ");
	type("\027a\t");
	assert_string_equal(prompt_text(prompt), "backup a\\ table ");
	canvas_free(canvas);
}

static void escape_and_its_kin_close(void **state)
{
	(void)state;
	type("half a line\033");
	assert_int_equal(result, PROMPT_CLOSED);
	assert_false(prompt_is_open(prompt));
	prompt_open(prompt, NULL);
	assert_string_equal(prompt_text(prompt), "");
	type("x\177");
	assert_true(prompt_is_open(prompt));
	type("\177");
	assert_int_equal(result, PROMPT_CLOSED);
	prompt_open(prompt, NULL);
	type("\004");
	assert_int_equal(result, PROMPT_CLOSED);
	prompt_open(prompt, NULL);
	type("abc\003");
	assert_int_equal(result, PROMPT_CLOSED);
	assert_null(prompt_take_line(prompt));
}

static void a_pasted_newline_runs_nothing(void **state)
{
	(void)state;
	type("\033[200~clean pshop\r\npshop_db\r\033[201~");
	assert_int_equal(result, PROMPT_STAYS);
	assert_string_equal(prompt_text(prompt), "clean pshop pshop_db");
	type("\025\033[200~a\033[201~b\tc");
	assert_string_equal(prompt_text(prompt), "abc");
}

/* Without marks around it, a line break with more behind it in the same bytes is taken for a pasted one. */
static void an_unmarked_paste_runs_nothing_either(void **state)
{
	(void)state;
	prompt_expect_unmarked_pastes(prompt);
	type("clean pshop\rpshop_db");
	assert_int_equal(result, PROMPT_STAYS);
	assert_string_equal(prompt_text(prompt), "clean pshop pshop_db");
}

static void history_goes_up_and_is_searched(void **state)
{
	(void)state;
	run_line("migrate up core");
	run_line("backup größe");
	run_line("status");
	type("\033[A\033[A");
	assert_string_equal(prompt_text(prompt), "backup größe");
	type("\025\022");
	type("grö\r"); /* multibyte in the search: where readline's own search breaks */
	assert_true(prompt_is_open(prompt));
	assert_string_equal(prompt_text(prompt), "backup größe");
	type("\025left\022zzz");
	type("\033");
	assert_string_equal(prompt_text(prompt), "left");
	type("\025\022u\022\r");
	assert_string_equal(prompt_text(prompt), "backup größe");
}

static void the_line_scrolls_when_it_is_long(void **state)
{
	struct canvas *canvas = canvas_new(1, 20);
	int row, col;
	char *text;

	(void)state;
	type("abcdefghijklmnopqrstuvwxyz");
	prompt_draw(prompt, canvas, "> ", STYLE_PROMPT, &row, &col);
	text = canvas_text(canvas);
	assert_true(strstr(text, "xyz\n") != NULL && text[2] == '<');
	assert_int_equal(canvas_cell(canvas, 0, col - 1, NULL)[0], 'z');
	mem_free(text);
	type("\001");
	prompt_draw(prompt, canvas, "> ", STYLE_PROMPT, &row, &col);
	text = canvas_text(canvas);
	assert_true(strncmp(text, "> abc", 5) == 0 && text[19] == '>');
	assert_int_equal(col, 2);
	mem_free(text);
	canvas_free(canvas);
}

static void assert_kept(const char *line, const char *wanted)
{
	char *kept = prompt_history_line(line);

	if (wanted)
		assert_string_equal(kept, wanted);
	else
		assert_null(kept);
	mem_free(kept);
}

static void secrets_and_confirmations_are_not_kept(void **state)
{
	(void)state;
	assert_kept("clean pshop --confirm pshop_db", "clean pshop");
	assert_kept("clean --confirm=pshop_db pshop --confirm 'a b' x", "clean pshop x");
	assert_kept("clean pshop --confirm", "clean pshop");
	assert_kept("status --url postgres://me:word@host/db", NULL);
	assert_kept("status --url postgres://me@host/db", "status --url postgres://me@host/db");
	assert_kept("access grant core password=abc", NULL);
	assert_kept("x PGPASSWORD='abc'", NULL);
	assert_kept("tables core --table password_resets", "tables core --table password_resets");
	assert_kept(" secret by a blank in front", NULL);
	assert_kept("", NULL);
}

static void the_history_file_is_private_and_read_again(void **state)
{
	char folder[] = "/tmp/pgtend-history.XXXXXX", *path;
	struct prompt_history history;
	struct stat info;

	(void)state;
	assert_non_null(mkdtemp(folder));
	path = mem_format("%s/deep/history", folder);
	prompt_history_init(&history, path);
	assert_true(prompt_history_add(&history, "status"));
	assert_false(prompt_history_add(&history, "status"));
	assert_true(prompt_history_add(&history, "clean pshop --confirm pshop_db"));
	assert_false(prompt_history_add(&history, "x postgres://a:b@c/"));
	prompt_history_done(&history);
	assert_int_equal(stat(path, &info), 0);
	assert_int_equal(info.st_mode & 0777, 0600);
	prompt_history_init(&history, path);
	assert_int_equal(history.lines.count, 2);
	assert_string_equal(history.lines.v[1], "clean pshop");
	prompt_history_done(&history);
	unlink(path);
	*strrchr(path, '/') = '\0';
	rmdir(path);
	rmdir(folder);
	mem_free(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_line_is_typed_and_edited, start, end),
		cmocka_unit_test_setup_teardown(wide_characters_move_whole, start, end),
		cmocka_unit_test_setup_teardown(tab_completes_and_lists, start, end),
		cmocka_unit_test_setup_teardown(escape_and_its_kin_close, start, end),
		cmocka_unit_test_setup_teardown(a_pasted_newline_runs_nothing, start, end),
		cmocka_unit_test_setup_teardown(an_unmarked_paste_runs_nothing_either, start, end),
		cmocka_unit_test_setup_teardown(history_goes_up_and_is_searched, start, end),
		cmocka_unit_test_setup_teardown(the_line_scrolls_when_it_is_long, start, end),
		cmocka_unit_test(secrets_and_confirmations_are_not_kept),
		cmocka_unit_test(the_history_file_is_private_and_read_again),
	};

	setlocale(LC_ALL, "C.UTF-8");
	return cmocka_run_group_tests_name("prompt", tests, NULL, NULL);
}
