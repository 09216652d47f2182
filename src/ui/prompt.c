#include "pgtend/ui/prompt.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <readline/readline.h>
#include <readline/history.h>

#include "pgtend/core/mem.h"
#include "pgtend/ui/edit.h"
#include "pgtend/ui/prompt_history.h"
#include "prompt_internal.h"

/* readline is one global machine: so there is one prompt a process, and this is where its callbacks find it. */
static struct prompt *active;

/* --- what readline calls ----------------------------------------------------------------------- */

static int give_byte(FILE *stream)
{
	(void)stream;
	if (!active || active->queue_at >= active->queue.length)
		return EOF;
	return (unsigned char)active->queue.s[active->queue_at++];
}

static int has_byte(void)
{
	return active && active->queue_at < active->queue.length;
}

static void draw_nothing(void)
{
}

/* Runs inside rl_callback_read_char(): it only stores, prompt_key() acts. */
static void line_came(char *line)
{
	if (!active) {
		free(line);
		return;
	}
	active->has_ended = true;
	mem_free(active->line);
	active->line = mem_copy(line);
	free(line);
}

static char *escaped(const char *word)
{
	struct text out = { 0 };

	for (const char *p = word; *p; p++) {
		if (strchr(" \t\\'\"", *p))
			text_add_char(&out, '\\');
		text_add_char(&out, *p);
	}
	return text_take(&out);
}

static char *next_match(const char *word, int state)
{
	static size_t at;

	if (state == 0)
		at = 0;
	while (at < active->candidates.count) {
		const char *candidate = active->candidates.v[at++];
		char *made = rl_completion_quote_character ? mem_copy(candidate) : escaped(candidate);

		if (strncmp(made, word, strlen(word)) == 0)
			return made;
		mem_free(made);
	}
	return NULL;
}

static char **complete_word(const char *word, int start, int end)
{
	char *hint = NULL;

	(void)start;
	(void)end;
	rl_attempted_completion_over = 1; /* never file names of ours */
	words_done(&active->candidates);
	if (active->complete)
		active->complete(rl_line_buffer, rl_point, &active->candidates, &hint, active->arg);
	mem_free(hint);
	return rl_completion_matches(word, next_match);
}

static void keep_matches(char **matches, int count, int longest)
{
	(void)longest;
	words_done(&active->shown);
	for (int i = 1; i <= count; i++)
		words_add(&active->shown, matches[i]);
}

static int is_escaped(char *line, int at)
{
	int count = 0;

	while (at > 0 && line[--at] == '\\')
		count++;
	return count % 2;
}

/* --- life ---------------------------------------------------------------------------------------- */

static void start_readline(struct prompt *prompt)
{
	static const struct { const char *sequence; rl_command_func_t *function; } bindings[] = {
		{ "\033[3~", rl_delete }, { "\033[1;5D", rl_backward_word }, { "\033[1;5C", rl_forward_word },
		{ "\033[H", rl_beg_of_line }, { "\033[F", rl_end_of_line },
	};

	rl_readline_name = "pgtend";
	rl_terminal_name = "dumb"; /* the terminal is ncurses' business; nothing is ever sent to this one */
	rl_catch_signals = 0;
	rl_catch_sigwinch = 0;
	rl_change_environment = 0;
	rl_prep_term_function = NULL;
	rl_deprep_term_function = NULL;
	prompt->nowhere = fopen("/dev/null", "we");
	rl_outstream = prompt->nowhere;
	rl_getc_function = give_byte;
	rl_input_available_hook = has_byte;
	rl_redisplay_function = draw_nothing;
	rl_attempted_completion_function = complete_word;
	rl_completion_display_matches_hook = keep_matches;
	rl_completion_query_items = 0;
	rl_completer_quote_characters = "\"'";
	rl_completer_word_break_characters = " \t";
	rl_char_is_quoted_p = is_escaped;
	rl_initialize();
	/* After the user's inputrc was read: these would write to a terminal that is not readline's, or undo what is ours. */
	rl_variable_bind("bell-style", "none");
	rl_variable_bind("enable-bracketed-paste", "off");
	rl_variable_bind("show-all-if-ambiguous", "on");
	rl_variable_bind("blink-matching-paren", "off");
	for (size_t i = 0; i < sizeof(bindings) / sizeof(bindings[0]); i++)
		rl_bind_keyseq_if_unbound(bindings[i].sequence, bindings[i].function);
	using_history();
	clear_history();
	prompt_history_init(&prompt->history, prompt->history_path);
	for (size_t i = 0; i < prompt->history.lines.count; i++)
		add_history(prompt->history.lines.v[i]);
	prompt->is_started = true;
}

struct prompt *prompt_new(const char *history_path, prompt_complete_fn complete, void *arg)
{
	struct prompt *prompt = MEM_NEW(struct prompt);

	prompt->history_path = mem_copy(history_path);
	prompt->complete = complete;
	prompt->arg = arg;
	return prompt;
}

void prompt_free(struct prompt *prompt)
{
	if (!prompt)
		return;
	prompt_close(prompt);
	if (prompt->is_started) {
		rl_outstream = stdout;
		rl_getc_function = rl_getc;
		rl_input_available_hook = NULL;
		rl_attempted_completion_function = NULL;
		rl_completion_display_matches_hook = NULL;
		clear_history();
		if (prompt->nowhere)
			fclose(prompt->nowhere);
		prompt_history_done(&prompt->history);
	}
	text_done(&prompt->queue);
	words_done(&prompt->candidates);
	mem_free(prompt->history_path);
	mem_free(prompt->line);
	mem_free(prompt->before_search);
	mem_free(prompt);
}

void prompt_expect_unmarked_pastes(struct prompt *prompt)
{
	prompt->has_unmarked_pastes = true;
}

bool prompt_is_open(const struct prompt *prompt)
{
	return prompt->is_open;
}

void prompt_refresh_hint(struct prompt *prompt)
{
	struct words unused = { 0 };

	mem_free(prompt->hint);
	prompt->hint = NULL;
	if (prompt->is_open && prompt->complete)
		prompt->complete(rl_line_buffer, rl_point, &unused, &prompt->hint, prompt->arg);
	words_done(&unused);
}

void prompt_open(struct prompt *prompt, const char *initial)
{
	if (prompt->is_open)
		return;
	active = prompt;
	if (!prompt->is_started)
		start_readline(prompt);
	prompt->has_ended = false;
	prompt->is_open = true;
	mem_free(prompt->line);
	prompt->line = NULL;
	rl_callback_handler_install("", line_came);
	if (initial)
		rl_insert_text(initial);
	prompt_refresh_hint(prompt);
}

void prompt_close(struct prompt *prompt)
{
	if (!prompt->is_open)
		return;
	prompt->is_open = false;
	prompt->is_searching = false;
	rl_callback_handler_remove();
	text_done(&prompt->queue);
	prompt->queue_at = 0;
	words_done(&prompt->shown);
	edit_done(&prompt->pattern);
	mem_free(prompt->hint);
	prompt->hint = NULL;
	mem_free(prompt->notice);
	prompt->notice = NULL;
	active = NULL;
}

/* --- keys ------------------------------------------------------------------------------------------ */

static void queue_key(struct prompt *prompt, const struct key *key)
{
	static const struct { enum key_code code; const char *bytes, *with_ctrl; } sequences[] = {
		{ KEYS_ENTER, "\r", "\r" }, { KEYS_TAB, "\t", "\t" }, { KEYS_BACKTAB, "\033[Z", "\033[Z" },
		{ KEYS_BACKSPACE, "\177", "\027" }, { KEYS_DELETE, "\033[3~", "\033d" },
		{ KEYS_UP, "\033[A", "\033[A" }, { KEYS_DOWN, "\033[B", "\033[B" },
		{ KEYS_RIGHT, "\033[C", "\033[1;5C" }, { KEYS_LEFT, "\033[D", "\033[1;5D" },
		{ KEYS_HOME, "\033[H", "\033[H" }, { KEYS_END, "\033[F", "\033[F" }, { KEYS_ESCAPE, "\033", "\033" },
	};

	if (key->code == KEYS_TEXT || key->code == KEYS_CONTROL) {
		char c = key->text[0];

		if (key->is_alt)
			text_add_char(&prompt->queue, '\033');
		if (key->code == KEYS_TEXT)
			text_add(&prompt->queue, key->text);
		else
			text_add_char(&prompt->queue, (char)(c == ' ' ? 0 : c & 0x1f));
		return;
	}
	for (size_t i = 0; i < sizeof(sequences) / sizeof(sequences[0]); i++)
		if (sequences[i].code == key->code) {
			if (key->is_alt && key->code == KEYS_BACKSPACE)
				text_add_char(&prompt->queue, '\033');
			text_add(&prompt->queue, key->is_ctrl || key->is_alt ? sequences[i].with_ctrl : sequences[i].bytes);
		}
}

static void feed(struct prompt *prompt)
{
	while (prompt->queue_at < prompt->queue.length && !prompt->has_ended)
		rl_callback_read_char();
	text_done(&prompt->queue);
	prompt->queue_at = 0;
}

static void notice(struct prompt *prompt, const char *text)
{
	mem_free(prompt->notice);
	prompt->notice = mem_copy(text);
}

static void insert_pasted(struct prompt *prompt, const char *pasted)
{
	struct text clean = { 0 };
	size_t length = strlen(pasted);
	bool has_break = false;

	while (length > 0 && (pasted[length - 1] == '\n' || pasted[length - 1] == '\r')) {
		length--;
		has_break = true;
	}
	for (size_t i = 0; i < length; i++) {
		unsigned char c = (unsigned char)pasted[i];

		if (c == '\r' && i + 1 < length && pasted[i + 1] == '\n')
			continue;
		has_break |= c == '\n' || c == '\r';
		text_add_char(&clean, c < 0x20 || c == 0x7f ? ' ' : (char)c);
	}
	if (text_is_valid_utf8(text_str(&clean), clean.length))
		rl_insert_text(text_str(&clean));
	else
		notice(prompt, "what was pasted is not UTF-8 and was left out");
	text_done(&clean);
	if (has_break)
		notice(prompt, "line breaks of the pasted text became blanks; nothing runs before Enter");
}

static enum prompt_result end_of(struct prompt *prompt)
{
	char *kept;

	if (!prompt->line) {
		prompt_close(prompt);
		return PROMPT_CLOSED;
	}
	if (prompt_history_add(&prompt->history, prompt->line)) {
		kept = prompt->history.lines.v[prompt->history.lines.count - 1];
		add_history(kept);
	}
	prompt_close(prompt);
	return PROMPT_LINE;
}

static bool is_leaving(const struct key *key)
{
	if (key->code == KEYS_ESCAPE)
		return rl_editing_mode != 0 || rl_end == 0; /* in vi mode Esc is a command of the line */
	if (key->code == KEYS_CONTROL && (key->text[0] == 'c' || key->text[0] == 'g'))
		return true;
	return rl_end == 0 && (key->code == KEYS_BACKSPACE || (key->code == KEYS_CONTROL && key->text[0] == 'd'));
}

enum prompt_result prompt_key(struct prompt *prompt, const struct key *key)
{
	if (!prompt->is_open)
		return PROMPT_CLOSED;
	mem_free(prompt->notice);
	prompt->notice = NULL;
	if (prompt->is_searching) {
		prompt_search_key(prompt, key);
		return PROMPT_STAYS;
	}
	if (prompt->shown.count > 0 && key->code == KEYS_ESCAPE) {
		words_done(&prompt->shown);
		return PROMPT_STAYS;
	}
	words_done(&prompt->shown);
	if (is_leaving(key)) {
		prompt_close(prompt);
		return PROMPT_CLOSED;
	}
	if (key->code == KEYS_CONTROL && key->text[0] == 'r' && !key->is_alt) {
		prompt_search_start(prompt);
		return PROMPT_STAYS;
	}
	if (key->code == KEYS_PASTE)
		insert_pasted(prompt, key->paste);
	else if (key->code == KEYS_ENTER && !key->is_last && prompt->has_unmarked_pastes)
		insert_pasted(prompt, " \n");
	else if (key->code != KEYS_CONTROL || key->text[0] != 'l')
		queue_key(prompt, key);
	feed(prompt);
	if (prompt->has_ended)
		return end_of(prompt);
	prompt_refresh_hint(prompt);
	return PROMPT_STAYS;
}

char *prompt_take_line(struct prompt *prompt)
{
	char *line = prompt->line;

	prompt->line = NULL;
	return line;
}

const char *prompt_text(const struct prompt *prompt)
{
	return prompt->is_open && rl_line_buffer ? rl_line_buffer : "";
}

int prompt_cursor(const struct prompt *prompt)
{
	return prompt->is_open ? rl_point : 0;
}

/* What the search found becomes the line, to be looked at and changed; nothing runs. */
void prompt_set_text(struct prompt *prompt, const char *text)
{
	rl_replace_line(text, 1);
	rl_point = rl_end;
	prompt_refresh_hint(prompt);
}
