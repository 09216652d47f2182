/* FACT_REPLICATION: who follows the server, what it keeps for whom, whom it follows. */
#include <string.h>

#include "internal.h"
#include "pgtend/probes/shapes.h"
#include "pgtend/sql_embedded.h"

static const struct table_column columns[] = {REPLICATION_COLUMNS};
const struct table_shape replication_shape = {"replication", columns, sizeof columns / sizeof *columns};

enum { DEADLINE_MS = 5000, SINCE_14 = 140000, SINCE_16 = 160000, SINCE_17 = 170000 };

/* What pg_stat_replication and pg_stat_wal_receiver keep from roles without pg_read_all_stats. */
static const char *const hidden_columns[] = {"state", "sync_state", "lag_bytes", "lag_s", "write_lag_s", "flush_lag_s", "replay_lag_s", "xmin_age",
                                             "client", "heard_s", NULL};
static const char *const slot_17_columns[] = {"inactive_s", "is_failover", NULL};
static const char *const slot_16_columns[] = {"invalidation", NULL};

static bool ask(const struct probe_target *target, struct session *session, struct table *table, struct err *err)
{
	struct result *result = NULL;

	if (!probe_needs_statistics(target, err))
		return false;
	bool is_answered = probe_fill(session, sql_probes_replication, DEADLINE_MS, table, &result, err);

	for (int row = 0; is_answered && row < table_rows(table); row++) {
		bool is_slot = strcmp(table_get_text(table, row, "kind"), "slot") == 0;

		if (probe_flag(result, row, "is_hidden"))
			probe_mark_missing(table, row, hidden_columns, MISSING_PRIVILEGE);
		if (is_slot && target->server->version_num < SINCE_17)
			probe_mark_missing(table, row, slot_17_columns, MISSING_VERSION);
		if (is_slot && target->server->version_num < SINCE_16)
			probe_mark_missing(table, row, slot_16_columns, MISSING_VERSION);
	}
	result_free(result);
	return is_answered &&
	       probe_fill(session, target->server->version_num < SINCE_14 ? sql_probes_subscriptions_13 : sql_probes_subscriptions, DEADLINE_MS, table, NULL, err);
}

const struct probe probe_replication = {
	.fact = FACT_REPLICATION,
	.name = "replication",
	.scope = PROBE_SERVER,
	.tier = TIER_MINUTE,
	.deadline_ms = DEADLINE_MS,
	.shape = &replication_shape,
	.ask = ask,
};
