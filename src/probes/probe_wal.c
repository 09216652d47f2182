/* FACT_WAL: one row about the log, checkpoints and who writes pages. */
#include "internal.h"
#include "pgtend/core/units.h"
#include "pgtend/probes/shapes.h"
#include "pgtend/sql_embedded.h"

static const struct table_column columns[] = {WAL_COLUMNS};
const struct table_shape wal_shape = {"wal", columns, sizeof columns / sizeof *columns};

enum { DEADLINE_MS = 5000, SINCE_14 = 140000, SINCE_17 = 170000, SINCE_18 = 180000 };

static const char *const columns_14[] = {"records", "full_pages", "written_bytes", "buffers_full", NULL};
static const char *const columns_14_to_17[] = {"writes", "syncs", "write_ms", "sync_ms", NULL};
static const char *const columns_17[] = {"restartpoints_done", NULL};
static const char *const columns_18[] = {"checkpoints_done", NULL};

static const char *question(int version)
{
	if (version >= SINCE_17)
		return sql_probes_wal_17;
	return version >= SINCE_14 ? sql_probes_wal : sql_probes_wal_13;
}

static void mark_versions(struct table *table, int version)
{
	if (version < SINCE_14)
		probe_mark_missing(table, 0, columns_14, MISSING_VERSION);
	if (version < SINCE_14 || version >= SINCE_18)
		probe_mark_missing(table, 0, columns_14_to_17, MISSING_VERSION);
	if (version < SINCE_17)
		probe_mark_missing(table, 0, columns_17, MISSING_VERSION);
	if (version < SINCE_18)
		probe_mark_missing(table, 0, columns_18, MISSING_VERSION);
}

/* The position only ever grows, unless the address leads to another server now. */
static void set_rate(const struct facts *last, struct table *table)
{
	if (!last->table || table_rows(last->table) == 0 || last->taken_us == 0)
		return;
	double seconds = (double)(units_now_us() - last->taken_us) / 1e6;
	int64_t bytes = table_get_int(table, 0, "position_bytes", 0) - table_get_int(last->table, 0, "position_bytes", 0);

	if (bytes >= 0 && seconds > 0)
		table_set_int(table, 0, "bytes_per_s", (int64_t)((double)bytes / seconds));
}

static void set_share(struct table *table)
{
	double requested = (double)table_get_int(table, 0, "checkpoints_requested", 0);
	double all = requested + (double)table_get_int(table, 0, "checkpoints_timed", 0);

	if (all > 0)
		table_set_real(table, 0, "requested_ratio", requested / all);
}

static bool ask(const struct probe_target *target, struct session *session, struct table *table, struct err *err)
{
	int version = target->server->version_num;

	if (!probe_needs_statistics(target, err) || !probe_fill(session, question(version), DEADLINE_MS, table, NULL, err))
		return false;
	if (table_rows(table) == 1) {
		mark_versions(table, version);
		set_rate(&target->server->facts[FACT_WAL], table);
		set_share(table);
	}
	return true;
}

const struct probe probe_wal = {
	.fact = FACT_WAL,
	.name = "wal",
	.scope = PROBE_SERVER,
	.tier = TIER_MINUTE,
	.deadline_ms = DEADLINE_MS,
	.shape = &wal_shape,
	.ask = ask,
};
