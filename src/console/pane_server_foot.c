/* Beneath SERVER's sections: the server in two lines. */
#include <string.h>

#include "console_internal.h"
#include "pane_server_internal.h"
#include "pgtend/core/mem.h"
#include "pgtend/core/units.h"

int server_foot_rows(const struct pane_data *data, int rows)
{
	return data->server && data->server->is_known && rows >= 10 ? 2 : 0;
}

static const struct table *table_of(const struct server *server, enum fact fact)
{
	const struct table *table = server->facts[fact].table;

	return table && table_rows(table) > 0 ? table : NULL;
}

static void add(struct text *out, const char *what, const char *value)
{
	text_addf(out, "%s%s %s", out->length > 0 ? "  " : "", what, value);
}

static void add_age(struct text *out, const char *what, int64_t since_us)
{
	char age[UNITS_SIZE];
	int64_t seconds = (pane_now() - since_us) / 1000000;

	if (since_us > 0)
		add(out, what, units_age(age, seconds > 0 ? seconds : 0));
}

static int64_t sum(const struct table *table, const char *column)
{
	int64_t all = 0;

	for (int row = 0; row < table_rows(table); row++)
		all += pane_int(table, row, column, 0);
	return all;
}

/* "db1:5432  PG 15.20  primary  up 3d  conn 12 of 100  deadlocks 0  temp 12 MB" */
static char *first_line(const struct server *server)
{
	const struct table *about = table_of(server, FACT_SERVER), *databases = table_of(server, FACT_DATABASES);
	struct text out = {0};
	char bytes[UNITS_SIZE];

	text_addf(&out, "%s  PG %s  %s", server->label, server->version ? server->version : "?", server->is_in_recovery ? "standby" : "primary");
	if (about)
		add_age(&out, "up", pane_int(about, 0, "started", 0));
	if (databases) {
		text_addf(&out, "  conn %lld of %lld", (long long)sum(databases, "backends"), (long long)pane_int(databases, 0, "max_connections", 0));
		text_addf(&out, "  deadlocks %lld", (long long)sum(databases, "deadlocks"));
		add(&out, "temp", units_bytes(bytes, sum(databases, "temp_bytes")));
	}
	if (about && pane_text(about, 0, "pending_restart") && *pane_text(about, 0, "pending_restart"))
		text_add(&out, "  settings wait for a restart");
	return text_take(&out);
}

/* "log 1.2 MB/s  checkpoint 3m ago, 12 MB since  12% requested  oldest xid 12 M" */
static char *second_line(const struct server *server)
{
	const struct table *wal = table_of(server, FACT_WAL), *wraparound = table_of(server, FACT_WRAPAROUND);
	struct text out = {0};
	char value[UNITS_SIZE];

	if (wal && pane_cell(wal, 0, "bytes_per_s"))
		text_addf(&out, "log %s/s", units_bytes(value, pane_int(wal, 0, "bytes_per_s", 0)));
	if (wal) {
		add_age(&out, "checkpoint", pane_int(wal, 0, "checkpoint_at", 0));
		add(&out, "since then", units_bytes(value, pane_int(wal, 0, "since_checkpoint_bytes", 0)));
	}
	if (wal && pane_cell(wal, 0, "requested_ratio"))
		add(&out, "before their time", units_percent(value, pane_real(wal, 0, "requested_ratio", 0)));
	if (wraparound)
		add(&out, "oldest xid", units_count(value, pane_int(wraparound, 0, "xid_age", 0)));
	return text_take(&out);
}

static void put(struct canvas *canvas, int row, char *line)
{
	char *visible = text_visible(line);

	canvas_field(canvas, row, 3, canvas_cols(canvas) - 3, STYLE_DIM, false, visible);
	mem_free(visible);
	mem_free(line);
}

void server_draw_foot(const struct pane_data *data, int row, struct canvas *canvas)
{
	(void)row;
	if (!data->server)
		return;
	put(canvas, 0, first_line(data->server));
	if (canvas_rows(canvas) > 1)
		put(canvas, 1, second_line(data->server));
}
