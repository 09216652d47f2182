/* What a command asks before it goes on: the preview, the question, an input line. Enter alone never confirms. */
#include <string.h>
#include <strings.h>

#include "console_internal.h"
#include "pgtend/core/mem.h"
#include "pgtend/core/width.h"

static void question_free(struct question *question)
{
	mem_free(question->title);
	words_done(&question->preview);
	mem_free(question->expect);
	mem_free(question->text);
	edit_done(&question->answer);
	mem_free(question);
}

static void append(struct console *console, struct question *question)
{
	struct question **at = &console->questions;

	while (*at)
		at = &(*at)->next;
	*at = question;
	/* What was typed before the question was on the screen is no answer to it. */
	if (console->questions == question && console->drop_input)
		console->drop_input(console->arg);
	console_mark(console, STALE_SCREEN);
}

static void remove_first(struct console *console)
{
	struct question *question = console->questions;

	console->questions = question->next;
	question_free(question);
	if (console->questions && console->drop_input)
		console->drop_input(console->arg);
	console_mark(console, STALE_SCREEN);
}

void question_ask(struct console *console, struct command_run *run, const struct ask *ask, bool is_one_key)
{
	struct question *question = MEM_NEW(struct question);
	const struct verb *verb = command_verb(command_of(run));

	question->command_run = run;
	question->title = mem_format("%s%s%s%s%s", verb->name, verb->subverb ? " " : "", verb->subverb ? verb->subverb : "",
		ask->database ? " " : "", ask->database ? ask->database->name : "");
	for (size_t i = 0; ask->preview && i < ask->preview->count; i++)
		words_take(&question->preview, text_visible(ask->preview->v[i]));
	question->expect = mem_copy(ask->expect);
	question->is_one_key = is_one_key && strcmp(ask->expect, "y") == 0;
	question->text = text_visible(ask->question);
	append(console, question);
}

void question_quit(struct console *console)
{
	struct question *question = MEM_NEW(struct question);

	question->title = mem_copy("quit");
	for (size_t i = 0; i < console->records.count; i++)
		if (console->records.v[i].state == JOB_RUNNING)
			words_take(&question->preview, text_visible(console->records.v[i].title));
	question->expect = mem_copy("y");
	question->text = mem_copy("Still running. Type y to cancel it and quit: ");
	append(console, question);
}

/* The run is over (it was cancelled, its server went away): its question has nobody to be answered to. */
void question_forget(struct console *console, const struct command_run *run)
{
	struct question **at = &console->questions;

	while (*at) {
		struct question *question = *at;

		if (question->command_run != run) {
			at = &question->next;
			continue;
		}
		*at = question->next;
		question_free(question);
	}
}

void question_free_all(struct console *console)
{
	while (console->questions) {
		struct question *question = console->questions;

		console->questions = question->next;
		question_free(question);
	}
}

/* --- answering -------------------------------------------------------------------------------- */

static void give_up(struct console *console)
{
	struct command_run *run = console->questions->command_run;

	console_say(console, STYLE_PLAIN, 6, "%s: not done, nothing was changed", console->questions->title);
	remove_first(console);
	if (run)
		command_answer(run, NULL);
}

static void confirm(struct console *console)
{
	struct command_run *run = console->questions->command_run;
	char *typed = mem_copy(edit_str(&console->questions->answer));

	remove_first(console);
	if (run) {
		command_answer(run, typed);
	} else {
		console_cancel_running(console);
		console->is_quitting = true;
	}
	mem_free(typed);
}

static void scroll(struct question *question, int by)
{
	int last = question->preview_rows - question->body_rows;

	question->top += by;
	if (question->top > last)
		question->top = last;
	if (question->top < 0)
		question->top = 0;
}

/* One key answers: another one is told so at once and leaves nothing behind that would stand before the next. */
static void take_one_key(struct console *console)
{
	struct question *question = console->questions;
	const char *typed = edit_str(&question->answer);

	if (strcmp(typed, question->expect) == 0) {
		confirm(console);
	} else if (*typed) {
		question->is_wrong = true;
		edit_done(&question->answer);
	}
}

unsigned question_key(struct console *console, const struct key *key)
{
	struct question *question = console->questions;

	switch (key->code) {
	case KEYS_ESCAPE:
		give_up(console);
		return STALE_SCREEN;
	case KEYS_ENTER:
		if (!key->is_last) /* Enter in the middle of a burst of bytes is a pasted one */
			return STALE_SCREEN;
		if (strcmp(edit_str(&question->answer), question->expect) == 0)
			confirm(console);
		else
			question->is_wrong = true;
		return STALE_SCREEN;
	case KEYS_UP:
	case KEYS_WHEEL_UP:
		scroll(question, -1);
		return STALE_SCREEN;
	case KEYS_DOWN:
	case KEYS_WHEEL_DOWN:
		scroll(question, 1);
		return STALE_SCREEN;
	case KEYS_PAGE_UP:
		scroll(question, -question->body_rows);
		return STALE_SCREEN;
	case KEYS_PAGE_DOWN:
		scroll(question, question->body_rows);
		return STALE_SCREEN;
	case KEYS_CONTROL:
		if (key->text[0] == 'c') {
			give_up(console);
			return STALE_SCREEN;
		}
		break;
	default:
		break;
	}
	question->is_wrong = false;
	edit_key(&question->answer, key);
	if (question->is_one_key && key->is_last)
		take_one_key(console);
	return STALE_SCREEN;
}

/* --- drawing ---------------------------------------------------------------------------------- */

static int widest(const struct question *question)
{
	int cols = width_cols(question->text) + width_cols(question->expect) + 2, least = 48;

	for (size_t i = 0; i < question->preview.count; i++) {
		int width = width_cols(question->preview.v[i]);

		cols = width > cols ? width : cols;
	}
	return cols < least ? least : cols;
}

/* Who confirms must be able to read all of it: what is wider than the box goes on beneath, set in. */
static void wrap_preview(const struct question *question, int cols, struct words *lines)
{
	for (size_t i = 0; i < question->preview.count; i++) {
		const char *s = question->preview.v[i];
		int indent = (int)strspn(s, " "), hang = indent + 4 < cols / 2 ? indent + 4 : 0;
		size_t length = indent < cols / 2 ? (size_t)indent + width_wrap(s + indent, cols - indent) : width_wrap(s, cols);

		words_take(lines, mem_copy_n(s, length));
		for (s += length; s += strspn(s, " "), *s; s += length) {
			length = width_wrap(s, cols - hang);
			words_take(lines, mem_format("%*s%.*s", hang, "", (int)length, s));
		}
	}
}

static void draw_preview(struct question *question, const struct words *lines, struct canvas *canvas)
{
	question->body_rows = canvas_rows(canvas);
	question->preview_rows = (int)lines->count;
	scroll(question, 0);
	for (int i = 0; i < question->body_rows && question->top + i < question->preview_rows; i++)
		canvas_field(canvas, i, 0, canvas_cols(canvas), STYLE_PLAIN, false, lines->v[question->top + i]);
}

/* The last line: what keys do, or what was wrong with the answer. */
static char *foot(const struct question *question, bool is_long)
{
	const char *typed = edit_str(&question->answer);

	if (!question->is_wrong)
		return mem_copy(is_long ? "up down scroll  Enter answers  Esc gives up"
			: question->is_one_key ? "y does it  Esc gives up" : "Enter answers  Esc gives up");
	if (strcmp(question->expect, "y") == 0)
		return mem_copy(*typed || question->is_one_key ? "only y confirms: not done  Esc gives up" : "Enter alone does not confirm, y does  Esc gives up");
	if (!*typed)
		return mem_copy("Enter alone does not confirm, the name does  Esc gives up");
	if (strcasecmp(typed, question->expect) == 0)
		return mem_format("capital and small letters count: the name is %s  Esc gives up", question->expect);
	return mem_copy("that is not the name: not done  Esc gives up");
}

void question_draw(struct console *console, struct canvas *canvas)
{
	struct question *question = console->questions;
	int preview, text_width = width_cols(question->text), cols = widest(question), rows, at, room;
	struct words lines = {0};
	struct canvas *inside, *body;

	if (cols > canvas_cols(canvas) - 4)
		cols = canvas_cols(canvas) - 4;
	wrap_preview(question, cols, &lines);
	preview = (int)lines.count;
	rows = preview + (preview > 0 ? 1 : 0) + (text_width + width_cols(question->expect) + 2 > cols ? 2 : 1) + 1;
	inside = overlay_box(canvas, rows < canvas_rows(canvas) - 2 ? rows : canvas_rows(canvas) - 2, cols, question->title, STYLE_WARN);
	rows = canvas_rows(inside);
	cols = canvas_cols(inside);
	at = rows - 2;
	/* The input stands behind the question where there is room, else beneath it. */
	if (text_width + width_cols(question->expect) + 2 > cols) {
		canvas_field(inside, at - 1, 0, cols, STYLE_BOLD, false, question->text);
		room = canvas_put(inside, at, 0, STYLE_BOLD, "> ");
	} else {
		room = canvas_put(inside, at, 0, STYLE_BOLD, question->text);
	}
	body = canvas_sub(inside, 0, 0, preview < rows - 3 ? preview : rows - 3, cols);
	draw_preview(question, &lines, body);
	console->cursor_col = edit_draw(&question->answer, inside, at, room, cols - room, STYLE_PROMPT) + (canvas_cols(canvas) - cols) / 2;
	console->cursor_row = at + (canvas_rows(canvas) - rows) / 2;
	char *line = foot(question, preview > canvas_rows(body));
	canvas_field(inside, rows - 1, 0, cols, question->is_wrong ? STYLE_WARN : STYLE_DIM, false, line);
	mem_free(line);
	canvas_free(body);
	canvas_free(inside);
	words_done(&lines);
}
