/* FACT_TLS: one row about how connections are encrypted: our own, with the certificate that it was shown, and everybody's. */
#include "internal.h"

#include <string.h>

#include "pgtend/core/units.h"
#include "pgtend/probes/shapes.h"
#include "pgtend/sql_embedded.h"

static const struct table_column columns[] = {TLS_COLUMNS};
const struct table_shape tls_shape = {"tls", columns, sizeof columns / sizeof *columns};

enum { DEADLINE_MS = 5000 };

static const char *const hidden_columns[] = {"encrypted", "local", "plain", "plain_by", NULL};
static const char *const session_columns[] = {"encrypted", "local", "plain", "plain_by", "is_offered", "least_protocol", NULL};

static void set_certificate(struct table *table, const struct session_tls *tls)
{
	table_set_text(table, 0, "subject", tls->subject);
	table_set_text(table, 0, "issuer", tls->issuer);
	if (tls->valid_from_us)
		table_set_int(table, 0, "valid_from", tls->valid_from_us);
	if (!tls->valid_until_us)
		return;
	table_set_int(table, 0, "valid_until", tls->valid_until_us);
	table_set_real(table, 0, "left_s", (double)(tls->valid_until_us - units_now_us()) / 1e6);
}

static bool is_local(const char *address)
{
	return address[0] == '\0' || text_starts_with(address, "127.") || strcmp(address, "::1") == 0;
}

static void set_own(struct table *table, const struct session *session)
{
	struct session_tls tls;

	session_tls_read(session, &tls);
	table_set_int(table, 0, "is_tls", tls.is_used);
	table_set_int(table, 0, "is_local", is_local(session_peer_address(session)));
	table_set_text(table, 0, "mode", tls.mode);
	if (tls.is_used) {
		table_set_text(table, 0, "protocol", tls.protocol);
		table_set_text(table, 0, "cipher", tls.cipher);
		if (tls.bits > 0)
			table_set_int(table, 0, "bits", tls.bits);
		table_set_int(table, 0, "is_verified", tls.is_verified);
		table_set_int(table, 0, "is_name_verified", tls.is_name_verified);
		set_certificate(table, &tls);
	}
	session_tls_done(&tls);
}

static bool ask(const struct probe_target *target, struct session *session, struct table *table, struct err *err)
{
	struct result *result = NULL;

	table_add_row(table);
	set_own(table, session);
	if (!target->server->has[CAP_ACTIVITY]) {
		probe_mark_missing(table, 0, session_columns, MISSING_UNSUPPORTED);
		return true;
	}
	bool is_answered = session_query_wait(session, sql_probes_tls, NULL, 0, DEADLINE_MS, &result, err);

	for (int column = 0; is_answered && column < result_columns(result); column++) {
		const char *name = result_column_name(result, column);

		if (table_column(&tls_shape, name) >= 0)
			table_set_parsed(table, 0, name, result_text(result, 0, column));
	}
	/* what was counted is only a part */
	bool is_hidden = is_answered && result_bool(result, 0, result_column(result, "is_hidden"));

	for (const char *const *column = hidden_columns; is_hidden && *column; column++)
		table_set_missing(table, 0, *column, MISSING_PRIVILEGE);
	if (is_answered && result_bool(result, 0, result_column(result, "is_setting_hidden")))
		table_set_missing(table, 0, "least_protocol", MISSING_PRIVILEGE);
	result_free(result);
	return is_answered;
}

const struct probe probe_tls = {
	.fact = FACT_TLS,
	.name = "tls",
	.scope = PROBE_SERVER,
	.tier = TIER_MINUTE,
	.deadline_ms = DEADLINE_MS,
	.shape = &tls_shape,
	.ask = ask,
};
