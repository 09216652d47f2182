/* Drizzle from 1.0 on: a folder YYYYMMDDHHMMSS_name with migration.sql for each; the table has name and applied_at. */
#include <string.h>

#include "pgtend/core/mem.h"
#include "pgtend/core/places.h"
#include "pgtend/migrate/dialect.h"
#include "pgtend/migrate/folder.h"
#include "pgtend/migrate/history.h"

static bool read_folder(struct ledger *ledger, struct err *err)
{
	if (folder_has(ledger->folder, "meta/_journal.json")) {
		err_set(err, ERR_CONFIG, "%s still has the journal of Drizzle before 1.0, which 1.0 refuses", ledger->folder);
		return err_hint(err, "npx drizzle-kit up turns the folder into the new form");
	}
	struct words names = {0};
	bool is_read = folder_folders(ledger->folder, &names, err);
	for (size_t i = 0; is_read && i < names.count; i++) {
		char *inside = mem_format("%s/migration.sql", names.v[i]);
		if (folder_has(ledger->folder, inside))
			ledger_add_file(ledger, mem_copy(names.v[i]), places_join(ledger->folder, inside));
		mem_free(inside);
	}
	words_done(&names);
	return is_read;
}

static bool knows_columns(const char *columns)
{
	char type[64];
	return history_column_count(columns) == 5 && history_column(columns, "id", type) &&
	       history_is_text(columns, "hash") && history_column(columns, "created_at", type) &&
	       history_is_text(columns, "name") && history_column(columns, "applied_at", type);
}

static bool read_rows(struct ledger *ledger, struct session *session, struct err *err)
{
	struct result *result = NULL;
	bool is_done = session_queryf_wait(session, 15000, &result, err,
	    "select coalesce(name, hash), coalesce(round(extract(epoch from applied_at::timestamptz) * 1000000)::bigint, "
	    "0) from %I.%I order by id",
	    ledger->history_schema, ledger->history_table);
	for (int i = 0; is_done && i < result_rows(result); i++)
		ledger_add_row(ledger, result_text(result, i, 0), result_int(result, i, 1, 0));
	result_free(result);
	return is_done;
}

static bool new_file(const struct ledger *ledger, const char *title, char **path, char **body, struct err *err)
{
	(void)ledger;
	(void)path;
	(void)body;
	err_set(err, ERR_UNSUPPORTED, "a new Drizzle migration needs a snapshot, which drizzle-kit makes");
	return err_hint(err, "npx drizzle-kit generate --custom --name='%s'", title);
}

const struct dialect dialect_drizzle_v1 = {
    .name = "drizzle-v1",
    .history_schema = "drizzle",
    .history_table = "__drizzle_migrations",
    .tool = "npx drizzle-kit migrate",
    .read_folder = read_folder,
    .read_rows = read_rows,
    .knows_columns = knows_columns,
    .new_file = new_file,
};
