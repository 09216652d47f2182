#include "pgtend/ui/screen.h"

#include <errno.h>
#include <fcntl.h>
#include <langinfo.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>
#include <wchar.h>

#include <curses.h>
#include <term.h>

#include "pgtend/core/mem.h"
#include "pgtend/core/width.h"
#include "pgtend/ui/theme.h"

/* Not in terminfo: mouse reports in SGR form, marks around pasted text. */
#define MOUSE_ON "\033[?1000h\033[?1006h"
#define MOUSE_OFF "\033[?1006l\033[?1000l"
#define PASTE_ON "\033[?2004h"
#define PASTE_OFF "\033[?2004l"

/* All that would end us at once; SIGINT, SIGTERM and SIGHUP are the loop's, they end in good order. */
static const int crash_signals[] = { SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT, SIGQUIT, SIGTRAP, SIGSYS, SIGUSR1, SIGUSR2,
	SIGALRM, SIGVTALRM, SIGPROF, SIGXCPU, SIGXFSZ };
enum { CRASH_SIGNALS = sizeof(crash_signals) / sizeof(crash_signals[0]) };

static struct {
	SCREEN *term;
	FILE *out; /* the terminal on a descriptor of our own */
	bool is_open, is_suspended;
	bool has_mouse, has_paste_marks, is_utf8;
	bool is_forgotten;
	struct canvas *shown;
	int cursor_row, cursor_col;
	bool is_cursor_on;
	struct termios before;
	/* For the crash handler, made while the world is whole: what puts the terminal back. */
	char restore[512];
	size_t restore_length;
	struct sigaction old_actions[CRASH_SIGNALS];
	stack_t crash_stack;
} screen = { .cursor_row = -1 };

bool screen_can_open(struct err *err)
{
	const char *term = getenv("TERM");

	if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO)) {
		err_set(err, ERR_USAGE, "the console needs a terminal; standard %s is none",
			isatty(STDOUT_FILENO) ? "input" : "output");
		return err_hint(err, "every pane is also a command: pgtend status, pgtend tables DB, pgtend --help");
	}
	if (!term || !*term || strcmp(term, "dumb") == 0) {
		err_set(err, ERR_USAGE, "the console cannot draw on this terminal: TERM is %s", term && *term ? term : "not set");
		return err_hint(err, "every pane is also a command: pgtend status, pgtend tables DB, pgtend --help");
	}
	return true;
}

/* --- putting the terminal back when the process dies ------------------------------------------ */

static void restore_add(const char *s)
{
	size_t length = s ? strlen(s) : 0;

	/* Delays in terminfo strings ($<5>) are for hardware that is gone: cut off there. */
	const char *delay = s ? strstr(s, "$<") : NULL;
	if (delay)
		length = (size_t)(delay - s);
	if (screen.restore_length + length < sizeof(screen.restore)) {
		memcpy(screen.restore + screen.restore_length, s ? s : "", length);
		screen.restore_length += length;
	}
}

static const char *capability(const char *name)
{
	char *value = tigetstr(name);

	return value == (char *)-1 ? NULL : value;
}

static void prepare_restore(void)
{
	screen.restore_length = 0;
	if (screen.has_mouse)
		restore_add(MOUSE_OFF);
	if (screen.has_paste_marks)
		restore_add(PASTE_OFF);
	restore_add(capability("sgr0"));
	restore_add(capability("op"));
	restore_add(capability("rmkx"));
	restore_add(capability("cnorm"));
	restore_add(capability("rmcup"));
	restore_add("\r");
}

/* Only what POSIX calls async-signal-safe. */
static void restore_now(void)
{
	size_t done = 0;

	if (!screen.is_open || screen.is_suspended)
		return;
	screen.is_open = false;
	while (done < screen.restore_length) {
		ssize_t n = write(STDOUT_FILENO, screen.restore + done, screen.restore_length - done);

		if (n <= 0)
			break;
		done += (size_t)n;
	}
	tcsetattr(STDIN_FILENO, TCSANOW, &screen.before);
}

static void on_crash(int signal_number)
{
	restore_now();
	for (int i = 0; i < CRASH_SIGNALS; i++)
		if (crash_signals[i] == signal_number)
			sigaction(signal_number, &screen.old_actions[i], NULL);
	raise(signal_number); /* pending until we return, then it takes its usual way */
}

static void catch_crashes(void)
{
	struct sigaction action = { .sa_handler = on_crash, .sa_flags = SA_ONSTACK };

	sigemptyset(&action.sa_mask);
	screen.crash_stack.ss_size = 64 * 1024;
	screen.crash_stack.ss_sp = mem_new(screen.crash_stack.ss_size);
	if (sigaltstack(&screen.crash_stack, NULL) != 0)
		action.sa_flags = 0;
	for (int i = 0; i < CRASH_SIGNALS; i++)
		sigaction(crash_signals[i], &action, &screen.old_actions[i]);
	mem_set_die_hook(restore_now);
}

static void release_crashes(void)
{
	stack_t none = { .ss_flags = SS_DISABLE };

	mem_set_die_hook(NULL);
	for (int i = 0; i < CRASH_SIGNALS; i++)
		sigaction(crash_signals[i], &screen.old_actions[i], NULL);
	sigaltstack(&none, NULL);
	mem_free(screen.crash_stack.ss_sp);
	screen.crash_stack.ss_sp = NULL;
}

/* --- opening and closing ---------------------------------------------------------------------- */

static void send(const char *sequence)
{
	fputs(sequence, stdout);
	fflush(stdout);
}

static void enable_extras(void)
{
	if (screen.has_mouse)
		send(MOUSE_ON);
	if (screen.has_paste_marks)
		send(PASTE_ON);
}

static void disable_extras(void)
{
	if (screen.has_mouse)
		send(MOUSE_OFF);
	if (screen.has_paste_marks)
		send(PASTE_OFF);
}

static void set_modes(void)
{
	raw(); /* Ctrl-C, Ctrl-Z, Ctrl-S are keys like others */
	noecho();
	nonl();
	keypad(stdscr, TRUE); /* cursor keys in the mode that terminfo describes; the keys themselves are read elsewhere */
	intrflush(stdscr, FALSE);
	typeahead(-1); /* a key that waits must not hold a frame back: it is read by us, not by ncurses */
	leaveok(stdscr, FALSE);
	scrollok(stdscr, FALSE);
	screen.is_cursor_on = false;
	curs_set(0);
}

static void set_colours(enum theme_kind wished)
{
	bool has_colour = wished != THEME_PLAIN && has_colors() && start_color() == OK && COLORS >= 8;

	theme_init(has_colour ? wished : THEME_PLAIN, screen.is_utf8);
	if (!has_colour)
		return;
	use_default_colors();
	for (int style = 0; style < STYLE_COUNT; style++) {
		struct theme_look look = theme_look((enum style)style);

		init_pair((short)(style + 1), (short)look.foreground, (short)look.background);
	}
}

static void close_out(void)
{
	if (screen.out)
		fclose(screen.out);
	screen.out = NULL;
}

/* Until it has been left once, ncurses sends every movement of the cursor in a write of its own: a reader that wakes at each makes a frame many times
 * slower. So it is left at once, with its farewell going nowhere; it enters at the first refresh(), then sends a frame in one piece. */
static SCREEN *new_term(void)
{
	int own = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 0), nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);

	screen.out = own >= 0 ? fdopen(own, "w") : NULL;
	SCREEN *term = newterm(NULL, screen.out ? screen.out : stdout, stdin);

	if (term && screen.out && nowhere >= 0 && dup3(nowhere, own, O_CLOEXEC) == own) {
		set_term(term);
		endwin();
		dup3(STDOUT_FILENO, own, O_CLOEXEC);
		reset_prog_mode();
	}
	if (nowhere >= 0)
		close(nowhere);
	if (!term)
		close_out();
	return term;
}

bool screen_open(const struct screen_options *options, struct err *err)
{
	if (!screen_can_open(err))
		return false;
	if (tcgetattr(STDIN_FILENO, &screen.before) != 0)
		return err_set(err, ERR_USAGE, "the terminal does not tell its modes: %s", strerror(errno));
	screen.term = new_term();
	if (!screen.term) {
		err_set(err, ERR_USAGE, "the console cannot draw on this terminal: TERM=%s is not known here or too simple", getenv("TERM"));
		return err_hint(err, "set TERM to what your terminal is (xterm, screen, vt100); every pane is also a command: pgtend status");
	}
	set_term(screen.term);
	screen.is_utf8 = !options->is_ascii && strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
	/* Who reports a mouse in terminfo understands the xterm family's private modes. */
	screen.has_paste_marks = capability("kmous") != NULL;
	screen.has_mouse = screen.has_paste_marks && options->has_mouse;
	set_colours(options->theme);
	set_modes();
	prepare_restore();
	screen.is_open = true;
	screen.is_suspended = false;
	screen.is_forgotten = true;
	catch_crashes();
	enable_extras();
	return true;
}

void screen_close(void)
{
	if (!screen.term)
		return;
	if (screen.is_open && !screen.is_suspended) {
		disable_extras();
		endwin();
	}
	release_crashes();
	screen.is_open = false;
	delscreen(screen.term);
	screen.term = NULL;
	close_out();
	canvas_free(screen.shown);
	screen.shown = NULL;
	tcsetattr(STDIN_FILENO, TCSADRAIN, &screen.before);
}

void screen_suspend(void)
{
	if (!screen.is_open || screen.is_suspended)
		return;
	disable_extras();
	endwin();
	tcsetattr(STDIN_FILENO, TCSADRAIN, &screen.before);
	screen.is_suspended = true;
}

void screen_resume(void)
{
	if (!screen.is_open || !screen.is_suspended)
		return;
	screen.is_suspended = false;
	tcgetattr(STDIN_FILENO, &screen.before); /* the shell may have been told to change it meanwhile */
	reset_prog_mode();
	set_modes();
	refresh();
	enable_extras();
	screen_forget();
}

void screen_size(int *rows, int *cols)
{
	struct winsize size;

	*rows = LINES;
	*cols = COLS;
	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_row > 0 && size.ws_col > 0) {
		*rows = size.ws_row;
		*cols = size.ws_col;
	}
}

/* --- drawing ---------------------------------------------------------------------------------- */

static attr_t attributes(struct theme_look look)
{
	attr_t attr = A_NORMAL;

	if (look.is_bold)
		attr |= A_BOLD;
	if (look.is_dim)
		attr |= A_DIM;
	if (look.is_reverse)
		attr |= A_REVERSE;
	if (look.is_underlined)
		attr |= A_UNDERLINE;
	return attr;
}

/* A cell's text as ncurses wants it; what the locale cannot show becomes a question mark. */
static void wide_text(const char *text, wchar_t out[CCHARW_MAX + 1])
{
	size_t count = 0, length;
	unsigned code;
	int cols;

	while (count < CCHARW_MAX && (length = width_next(text, &code, &cols)) > 0) {
		if (code >= 0x80 && !screen.is_utf8)
			code = '?';
		if (count > 0 && cols != 0)
			break;
		out[count++] = (wchar_t)code;
		text += length;
	}
	if (count == 0)
		out[count++] = L' ';
	out[count] = L'\0';
}

static void put_cell(int row, int col, const char *text, enum style style)
{
	struct theme_look look = theme_look(style);
	wchar_t wide[CCHARW_MAX + 1];
	cchar_t cell;

	wide_text(text, wide);
	setcchar(&cell, wide, attributes(look), theme_has_colour() ? (short)(style + 1) : 0, NULL);
	mvadd_wchnstr(row, col, &cell, 1);
}

static bool is_wide_left(const struct canvas *canvas, int row, int col)
{
	return col > 0 && canvas_cell(canvas, row, col - 1, NULL)[0] != '\0' && canvas_cell(canvas, row, col, NULL)[0] == '\0';
}

static bool show_row(const struct canvas *canvas, int row)
{
	bool has_changed = false;

	for (int col = 0; col < canvas_cols(canvas); col++) {
		enum style style = STYLE_PLAIN, old_style = STYLE_PLAIN;
		const char *text = canvas_cell(canvas, row, col, &style), *old;

		if (!screen.is_forgotten) {
			old = canvas_cell(screen.shown, row, col, &old_style);
			if (style == old_style && strcmp(text, old) == 0)
				continue;
		}
		has_changed = true;
		if (text[0] != '\0')
			put_cell(row, col, text, style);
		else if (!is_wide_left(canvas, row, col))
			put_cell(row, col, " ", style);
	}
	return has_changed;
}

static bool show_cursor(int row, int col)
{
	bool is_wanted = row >= 0;

	if (is_wanted == screen.is_cursor_on && row == screen.cursor_row && col == screen.cursor_col)
		return false;
	if (is_wanted != screen.is_cursor_on)
		curs_set(is_wanted ? 1 : 0);
	screen.is_cursor_on = is_wanted;
	screen.cursor_row = row;
	screen.cursor_col = col;
	return true;
}

static void fit(const struct canvas *canvas)
{
	int rows = canvas_rows(canvas), cols = canvas_cols(canvas);

	if (rows != LINES || cols != COLS) {
		resizeterm(rows, cols);
		screen.is_forgotten = true;
	}
	if (!screen.shown || canvas_rows(screen.shown) != rows || canvas_cols(screen.shown) != cols) {
		canvas_free(screen.shown);
		screen.shown = canvas_new(rows, cols);
		screen.is_forgotten = true;
	}
}

void screen_show(const struct canvas *canvas, int cursor_row, int cursor_col)
{
	bool has_changed = false;

	if (!screen.is_open || screen.is_suspended || canvas_rows(canvas) < 1 || canvas_cols(canvas) < 1)
		return;
	fit(canvas);
	if (screen.is_forgotten)
		clearok(stdscr, TRUE);
	for (int row = 0; row < canvas_rows(canvas); row++)
		has_changed |= show_row(canvas, row);
	has_changed |= show_cursor(cursor_row, cursor_col);
	if (!has_changed && !screen.is_forgotten)
		return;
	if (cursor_row >= 0)
		move(cursor_row, cursor_col);
	refresh();
	canvas_copy(screen.shown, 0, 0, canvas);
	screen.is_forgotten = false;
}

void screen_forget(void)
{
	screen.is_forgotten = true;
}

/* --- input ------------------------------------------------------------------------------------ */

int screen_input_fd(void)
{
	/* A second opening of the same terminal: O_NONBLOCK belongs to the opening, and standard output, which shares its own
	 * with standard input and with our shell, must go on blocking. */
	int fd = open("/proc/self/fd/0", O_RDONLY | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);

	if (fd < 0)
		fd = open("/dev/tty", O_RDONLY | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);
	return fd;
}

void screen_flush_input(void)
{
	tcflush(STDIN_FILENO, TCIFLUSH);
}

bool screen_has_paste_marks(void)
{
	return screen.has_paste_marks;
}
