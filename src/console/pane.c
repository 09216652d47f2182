#include "pgtend/console/pane.h"

#include <string.h>
#include <time.h>

#include "pgtend/core/mem.h"
#include "pgtend/core/units.h"
#include "pgtend/core/width.h"
#include "pgtend/probes/probe.h"
#include "pgtend/ui/theme.h"

enum { SILENT_MS = 2000 };

const struct cell *pane_cell(const struct table *table, int row, const char *column)
{
	int at = table ? table_column(table_shape(table), column) : -1;
	const struct cell *cell = at >= 0 && row >= 0 && row < table_rows(table) ? table_cell(table, row, at) : NULL;

	return cell && cell->has_value ? cell : NULL;
}

const char *pane_text(const struct table *table, int row, const char *column)
{
	const struct cell *cell = pane_cell(table, row, column);

	return cell ? cell->u.text : NULL;
}

int64_t pane_int(const struct table *table, int row, const char *column, int64_t otherwise)
{
	const struct cell *cell = pane_cell(table, row, column);

	return cell ? cell->u.integer : otherwise;
}

double pane_real(const struct table *table, int row, const char *column, double otherwise)
{
	const struct cell *cell = pane_cell(table, row, column);

	return cell ? cell->u.real : otherwise;
}

static int64_t the_now_us;

void pane_set_now(int64_t now_us)
{
	the_now_us = now_us;
}

int64_t pane_now(void)
{
	return the_now_us ? the_now_us : units_now_us();
}

char *pane_age_text(const struct table *table, int row, const char *column)
{
	const struct cell *cell = pane_cell(table, row, column);
	char age[UNITS_SIZE];
	int64_t seconds;

	if (!cell)
		return NULL;
	seconds = (pane_now() - cell->u.integer) / 1000000;
	return mem_copy(units_age(age, seconds > 0 ? seconds : 0));
}

void pane_clock(char out[16], int64_t time_us)
{
	time_t seconds = (time_t)(time_us / 1000000);
	struct tm tm;

	gmtime_r(&seconds, &tm);
	strftime(out, 16, "%H:%M:%S", &tm);
}

/* --- gathering -------------------------------------------------------------------------------- */

static int fresh_s(const struct probe *probe)
{
	static const int by_tier[] = { [TIER_TICK] = 10, [TIER_MINUTE] = 150, [TIER_HOUR] = 2 * 3600 };

	return probe ? by_tier[probe->tier] : 10;
}

static void read_next_try(const struct fleet *fleet, const struct session *session, struct pane_data *data)
{
	int64_t next_ms = session ? session_next_try_ms(session) : 0, wait_ms = next_ms - loop_now_ms(fleet->loop);

	/* Also a dead one (wrong password, no such database) is tried again, only seldom. */
	if (next_ms > 0)
		data->next_try_s = wait_ms > 0 ? (int)((wait_ms + 999) / 1000) : 0;
}

static void read_session(const struct fleet *fleet, const struct session *session, struct pane_data *data)
{
	int64_t now_ms = loop_now_ms(fleet->loop), silent_ms;
	enum session_state state;

	if (!session)
		return;
	state = session_state(session);
	silent_ms = session_silent_since_ms(session);
	if (state != SESSION_READY && state != SESSION_BUSY && state != SESSION_CLOSED)
		data->doing = session_state_word(state);
	if (silent_ms > 0 && now_ms - silent_ms >= SILENT_MS)
		data->silent_since_us = units_now_us() - (now_ms - silent_ms) * 1000;
	read_next_try(fleet, session, data);
	if (data->err.kind == ERR_NONE && (state == SESSION_BACKOFF || state == SESSION_DEAD))
		data->err = *session_error(session);
}

void pane_read_facts(const struct fleet *fleet, const struct database *database, enum fact fact, struct pane_data *data)
{
	const struct probe *probe = fact < FACT_COUNT ? probe_of(fact) : NULL;
	const struct facts *facts;

	memset(data, 0, sizeof(*data));
	data->next_try_s = -1;
	data->fresh_s = fresh_s(probe);
	if (!database || fact >= FACT_COUNT)
		return;
	facts = database_facts(database, fact);
	data->about = database->name;
	data->table = facts->table;
	data->taken_us = facts->taken_us;
	data->err = facts->err;
	if (fact == FACT_TABLES && !database->has_growth)
		data->counts_since_us = database->growth_since_us;
	if (fact == FACT_ACTIVITY && database->server->is_known && !database->server->has[CAP_ACTIVITY])
		data->lacks = database->server->lacks[CAP_ACTIVITY];
	if (probe && probe->is_offline)
		return;
	read_session(fleet, probe && probe->scope == PROBE_SERVER ? database->server->session : database->session, data);
	/* While nothing of the server can be reached, the database's session waits for the server's: its try is the next one. */
	if (data->err.kind != ERR_NONE && data->next_try_s < 0)
		read_next_try(fleet, database->server->session, data);
}

/* --- the states ------------------------------------------------------------------------------- */

static int count_missing(const struct pane_data *data, enum missing *why)
{
	const struct table *table = data->table;
	const struct table_shape *shape = table_shape(table);
	int count = 0;

	for (int row = 0; row < table_rows(table); row++)
		for (int column = 0; column < shape->column_count; column++) {
			const struct cell *cell = table_cell(table, row, column);

			if (cell->has_value || cell->missing == MISSING_NONE || !shape->columns[column].title)
				continue;
			if (cell->missing == MISSING_UNSUPPORTED && data->chunks)
				continue; /* integer time has no ages: nothing is lacking there */
			*why = cell->missing;
			count++;
		}
	return count;
}

enum pane_state pane_judge(const struct pane_data *data, int64_t now_us)
{
	bool has_err = data->err.kind != ERR_NONE;
	enum missing why;

	if (!data->table)
		return has_err ? PANE_ERROR : PANE_LOADING;
	if (has_err || data->silent_since_us > 0)
		return PANE_STALE;
	if (data->taken_us > 0 && (now_us - data->taken_us) / 1000000 > data->fresh_s)
		return PANE_STALE;
	if (table_rows(data->table) == 0)
		return PANE_EMPTY;
	if (data->answered < data->asked || count_missing(data, &why) > 0)
		return PANE_PARTIAL;
	return PANE_FRESH;
}

static void add_reason(struct text *out, const struct pane_data *data)
{
	char clock[16];

	if (data->silent_since_us > 0) {
		pane_clock(clock, data->silent_since_us);
		text_addf(out, "%sthe server is silent since %s UTC", out->length ? ": " : "", clock);
	} else if (data->err.kind != ERR_NONE) {
		text_addf(out, "%s%s", out->length ? ": " : "", data->err.text);
	}
	if (data->next_try_s >= 0)
		text_addf(out, "; next try in %d s", data->next_try_s);
}

static char *state_words(const struct pane *pane, const struct pane_data *data, int64_t now_us, enum pane_state state, enum style *style)
{
	struct text out = { 0 };
	char age[UNITS_SIZE];
	enum missing why = MISSING_NONE;
	int count;

	*style = STYLE_DIM;
	switch (state) {
	case PANE_LOADING:
		text_addf(&out, "loading%s%s", data->doing ? ": " : "", data->doing ? data->doing : "");
		if (data->silent_since_us > 0)
			add_reason(&out, data);
		break;
	case PANE_ERROR:
		*style = STYLE_CRIT;
		add_reason(&out, data);
		break;
	case PANE_STALE:
		*style = STYLE_WARN;
		if (data->taken_us > 0)
			text_addf(&out, "%s old", units_age(age, (now_us - data->taken_us) / 1000000));
		add_reason(&out, data);
		break;
	case PANE_EMPTY:
		text_add(&out, data->lacks ? data->lacks : pane->empty);
		break;
	case PANE_PARTIAL:
		*style = STYLE_WARN;
		count = count_missing(data, &why);
		if (data->answered < data->asked)
			text_addf(&out, "%d of %d answered", data->answered, data->asked);
		else
			text_addf(&out, "partial: %d missing (%s)", count, table_missing_word(why));
		break;
	case PANE_FRESH:
		break;
	}
	return text_take(&out);
}

char *pane_state_text(const struct pane *pane, const struct pane_data *data, int64_t now_us, enum style *style)
{
	return state_words(pane, data, now_us, pane_judge(data, now_us), style);
}

/* --- drawing ---------------------------------------------------------------------------------- */

static void put_part(struct canvas *canvas, int *col, int most, enum style style, const char *text)
{
	int width = width_cols(text), room = most - *col;

	if (width == 0 || room < 3)
		return;
	canvas_field(canvas, 0, *col, width < room ? width : room, style, false, text);
	*col += width < room ? width : room;
}

static void draw_title(const struct pane *pane, const struct pane_frame *frame, const struct pane_data *data, const char *right, enum style right_style,
	struct canvas *canvas)
{
	int cols = canvas_cols(canvas), col = 1, most = cols - 1, width = width_cols(right);
	char *name = frame->number > 0 ? mem_format(" %d %s ", frame->number, pane->name) : mem_format(" %s ", pane->name);
	char *subtitle = pane->subtitle ? pane->subtitle(data) : NULL;

	canvas_repeat(canvas, 0, 0, cols, STYLE_BORDER, theme_glyph(GLYPH_HORIZONTAL));
	put_part(canvas, &col, most, frame->is_focused ? STYLE_FOCUS : STYLE_TITLE, name);
	if (width > 0 && width + col + 3 > cols)
		width = cols - col - 3;
	if (width > 3) {
		most = cols - width - 3;
		canvas_field(canvas, 0, most + 1, width + 1, right_style, true, right);
		canvas_put(canvas, 0, cols - 1, STYLE_BORDER, " ");
		canvas_put(canvas, 0, most + 1, STYLE_BORDER, " ");
	}
	if (subtitle && *subtitle) {
		char *visible = text_visible(subtitle), *padded = mem_format(" %s ", visible);

		put_part(canvas, &col, most, STYLE_PLAIN, padded);
		mem_free(padded);
		mem_free(visible);
	}
	mem_free(subtitle);
	mem_free(name);
}

/* A sentence over several lines, for panes that have nothing else to show. */
static int put_wrapped(struct canvas *canvas, int row, enum style style, const char *text)
{
	char *visible = text_visible(text);
	const char *s = visible;
	int cols = canvas_cols(canvas) - 4;

	while (*s && row < canvas_rows(canvas) && cols > 0) {
		size_t fits = width_fit(s, cols, NULL), at = fits;
		char *part;

		if (s[fits])
			while (at > 0 && s[at] != ' ')
				at--;
		if (at > 0)
			fits = at;
		if (fits == 0)
			break;
		part = mem_copy_n(s, fits);
		canvas_put(canvas, row++, 3, style, part);
		mem_free(part);
		s += fits;
		s += strspn(s, " ");
	}
	mem_free(visible);
	return row;
}

static void draw_words(const struct pane_data *data, const char *words, enum style style, struct canvas *canvas)
{
	int row = put_wrapped(canvas, canvas_rows(canvas) > 3 ? 1 : 0, style, words);

	if (data->err.kind != ERR_NONE && data->err.hint[0])
		put_wrapped(canvas, row, STYLE_PLAIN, data->err.hint);
}

static void dim(struct canvas *canvas, bool has_cursor, int cursor_row)
{
	for (int row = 1; row < canvas_rows(canvas); row++)
		if (!has_cursor || row != cursor_row)
			canvas_style_row(canvas, row, STYLE_STALE);
}

static void draw_body(const struct pane *pane, const struct pane_frame *frame, const struct pane_data *data, enum pane_state state, struct list *list,
	const char *words, enum style style, struct canvas *canvas)
{
	int rows = canvas_rows(canvas), has_reason = state == PANE_STALE && rows >= 4 ? 1 : 0;
	int foot_rows = pane->foot_rows && rows > 4 ? pane->foot_rows(data, rows) : 0;
	struct canvas *body = canvas_sub(canvas, 0, 0, rows - has_reason - foot_rows, canvas_cols(canvas));

	list_draw(list, body, frame->is_focused);
	if (foot_rows > 0) {
		struct canvas *foot = canvas_sub(canvas, rows - has_reason - foot_rows, 0, foot_rows, canvas_cols(canvas));

		pane->draw_foot(data, list_row(list), foot);
		canvas_free(foot);
	}
	if (state == PANE_STALE)
		dim(body, frame->is_focused, list->cursor - list->top + 1);
	if (has_reason) {
		char *visible = text_visible(words);

		canvas_field(canvas, rows - 1, 1, canvas_cols(canvas) - 1, style, false, visible);
		mem_free(visible);
	}
	canvas_free(body);
}

/* Words in place of rows; what stands at the foot (pools, where the sessions cannot be told) stands there all the same. */
static void draw_rowless(const struct pane *pane, const struct pane_data *data, const char *words, enum style style, struct canvas *canvas)
{
	int rows = canvas_rows(canvas), foot_rows = pane->foot_rows && rows > 4 ? pane->foot_rows(data, rows) : 0;
	struct canvas *body = canvas_sub(canvas, 0, 0, rows - foot_rows, canvas_cols(canvas));

	draw_words(data, words, style, body);
	if (foot_rows > 0) {
		struct canvas *foot = canvas_sub(canvas, rows - foot_rows, 0, foot_rows, canvas_cols(canvas));

		pane->draw_foot(data, -1, foot);
		canvas_free(foot);
	}
	canvas_free(body);
}

void pane_draw(const struct pane *pane, const struct pane_frame *frame, const struct pane_data *data, struct list *list, struct canvas *canvas)
{
	enum style style = STYLE_DIM;
	pane_set_now(frame->now_us);
	enum pane_state state = pane_judge(data, frame->now_us);
	char *words = state_words(pane, data, frame->now_us, state, &style);
	bool has_rows = data->table && table_rows(data->table) > 0;
	struct canvas *inside = canvas_sub(canvas, PANE_LIST_ROW, 0, canvas_rows(canvas) - PANE_LIST_ROW, canvas_cols(canvas));
	char *status, *right;

	if (has_rows)
		draw_body(pane, frame, data, state, list, words, style, inside);
	else
		draw_rowless(pane, data, words, style, inside);
	if (has_rows && list->count == 0)
		put_wrapped(inside, 1, STYLE_DIM, "no row passes the filter; Esc clears it");
	status = list_status(list);
	if (!has_rows)
		right = mem_copy("");
	else if (state == PANE_STALE && canvas_rows(inside) >= 4) /* the whole sentence stands at the foot */
		right = mem_format("%s%s%.*s", status, *status ? "  " : "", (int)strcspn(words, ":"), words);
	else if (*words)
		right = mem_format("%s%s%s", status, *status ? "  " : "", words);
	else
		right = mem_copy(status);
	draw_title(pane, frame, data, right, state == PANE_FRESH || !has_rows ? STYLE_DIM : style, canvas);
	mem_free(right);
	mem_free(status);
	mem_free(words);
	canvas_free(inside);
}
