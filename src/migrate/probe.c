/* FACT_MIGRATIONS: what stands in folder and history of one database. See migrate/migrate.h. */
#include "pgtend/migrate/migrate.h"

static bool ask(const struct probe_target *target, struct session *session, struct table *table, struct err *err)
{
	struct ledger ledger;
	bool is_read = ledger_read(target->database, session, &ledger, err);
	if (is_read)
		ledger_table(&ledger, target->database->name, table);
	ledger_done(&ledger);
	return is_read;
}

const struct probe migrate_probe = {
    .fact = FACT_MIGRATIONS,
    .name = "migrations",
    .scope = PROBE_DATABASE,
    .tier = TIER_MINUTE,
    .deadline_ms = 15000,
    .shape = &migrations_shape,
    .ask = ask,
};
