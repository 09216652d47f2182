/* See migrate/migrate.h: a folder and a history table, compared. */
#include <string.h>
#include <sys/stat.h>

#include "pgtend/config/discover.h"
#include "pgtend/core/mem.h"
#include "pgtend/core/places.h"
#include "pgtend/loop/task.h"
#include "pgtend/migrate/checksum.h"
#include "pgtend/migrate/dialect.h"
#include "pgtend/migrate/folder.h"
#include "pgtend/migrate/history.h"
#include "pgtend/migrate/metadata.h"

/* --- reading ------------------------------------------------------------------------------------------- */

static const char *setting(const struct database *database, const char *key)
{
	const char *value = database->section ? section_text(database->section, key) : NULL;
	return value && *value ? value : NULL;
}

static const char *where_configured(const struct database *database)
{
	const char *where = database->section ? section_where(database->section, NULL) : NULL;
	return where ? where : "pgtend.ini";
}

static bool is_folder(const char *path)
{
	struct stat st;
	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

/* How a plain runner's rows look, and what pairs of files are, as far as the configuration says it. */
static void take_forms(const struct database *database, struct ledger *ledger)
{
	static const char *const names[] = {"", "file", "stem", "number", "", "title"};
	static const char *const checksums[] = {"", "sha256", "sha1", "md5", "none"};
	const char *name = setting(database, "migrations_names"), *checksum = setting(database, "migrations_checksum");
	const char *loader = setting(database, "migrations_loader");
	if (loader)
		ledger->said_loader = strcmp(loader, "sql") == 0 ? LOADER_SQL : LOADER_LEGACY;
	for (size_t i = 1; name && i < sizeof names / sizeof names[0]; i++)
		if (strcmp(name, names[i]) == 0)
			ledger->plain.said_name = (enum plain_name_form)i;
	for (size_t i = 1; checksum && i < sizeof checksums / sizeof checksums[0]; i++)
		if (strcmp(checksum, checksums[i]) == 0)
			ledger->plain.said_checksum = (enum plain_checksum_form)i;
}

/* Folder, and the dialect as far as configuration and folder tell it. */
static bool begin(const struct database *database, struct ledger *ledger, bool may_lack_folder, struct err *err)
{
	memset(ledger, 0, sizeof *ledger);
	ledger->last_applied = -1;
	ledger->place = database->server ? mem_format("%s %s", database->server->label, database->dbname) : NULL;
	take_forms(database, ledger);
	ledger->is_without_records = database->section && !section_bool(database->section, "metadata");
	const char *folder = setting(database, "migrations"), *dialect = setting(database, "dialect");
	if (folder) {
		ledger->folder = mem_copy(folder);
		if (!may_lack_folder && !is_folder(folder)) {
			err_set(err, ERR_CONFIG, "%s: migrations: %s is no folder", section_where(database->section, "migrations"),
			    folder);
			return err_hint(err, "make it, or `pgtend migrate new %s NAME` does", database->name);
		}
	}
	if (dialect) {
		ledger->dialect = dialect_by_name(dialect);
		if (!ledger->dialect) {
			const char *names[16];
			for (int i = 0; i < dialect_count; i++)
				names[i] = dialects[i]->name;
			const char *nearest = text_nearest(dialect, names, (size_t)dialect_count);
			return err_set(err, ERR_CONFIG, "%s: dialect \"%s\" is not known%s%s",
			    section_where(database->section, "dialect"), dialect, nearest ? "; perhaps " : "",
			    nearest ? nearest : "");
		}
	} else if (folder && is_folder(folder)) {
		const char *found = discover_dialect(folder);
		/* A journal for another database tells its tool too; reading it says what is wrong. */
		if (!found && folder_has(folder, "meta/_journal.json"))
			found = "drizzle";
		ledger->dialect = found ? dialect_by_name(found) : NULL;
	}
	return true;
}

static bool has_sql_file(const char *folder)
{
	struct words names = {0};
	struct err ignored = {0};
	bool is_found = false;
	if (folder_names(folder, &names, &ignored))
		for (size_t i = 0; i < names.count; i++)
			is_found = is_found || text_ends_with(names.v[i], ".sql");
	words_done(&names);
	return is_found;
}

static void name_history(const struct database *database, struct ledger *ledger)
{
	const char *schema = setting(database, "migrations_schema"), *table = setting(database, "migrations_table");
	char *found_schema = NULL, *found_table = NULL;
	if (ledger->history)
		return;
	if (!schema && !table && ledger->folder && text_starts_with(ledger->dialect->name, "drizzle") &&
	    discover_drizzle_history(ledger->folder, &found_schema, &found_table)) {
		schema = found_schema;
		table = found_table;
	}
	history_name(
	    ledger, schema ? schema : ledger->dialect->history_schema, table ? table : ledger->dialect->history_table);
	mem_free(found_schema);
	mem_free(found_table);
}

static bool look(const struct database *database, struct ledger *ledger, struct session *session, struct err *err)
{
	name_history(database, ledger);
	if (!history_look(ledger, session, err))
		return false;
	if (!ledger->has_history || ledger->dialect->knows_columns(ledger->columns))
		return true;
	err_set(err, ERR_CONFIG, "the history table %s is not of %s's shape: its columns are %s", ledger->history,
	    ledger->dialect->name, ledger->columns);
	for (int i = 0; i < dialect_count; i++)
		if (dialects[i]->knows_columns(ledger->columns))
			return err_hint(err, "such columns are %s's: say `dialect = %s`, or where the right table lies with `migrations_table =`, in %s",
			    dialects[i]->name, dialects[i]->name, where_configured(database));
	return err_hint(err,
	    "say whose it is with `dialect =` (and `migrations_table =`) in %s; pgtend writes no table whose columns it does not know",
	    where_configured(database));
}

/* A folder of numbered .sql files fits more than one tool, and a history need not lie where its tool has it by default: where none is there,
 * and exactly one is elsewhere, that one tells. */
static bool reconsider(const struct database *database, struct ledger *ledger, struct session *session, struct err *err)
{
	struct ledger other = {0};
	struct err unclear = {0};
	bool is_told = history_detect(&other, session, NULL, NULL, "pgtend.ini", &unclear) && other.dialect;
	if (unclear.kind == ERR_UNREACHABLE || unclear.kind == ERR_CANCELLED || unclear.kind == ERR_TIMEOUT) {
		ledger_done(&other);
		*err = unclear;
		return false;
	}
	bool is_plain = strcmp(ledger->dialect->name, "plain") == 0;
	bool is_better = is_told && ((is_plain && strcmp(other.dialect->name, "node-pg-migrate") == 0) ||
	                                strcmp(ledger->dialect->name, other.dialect->name) == 0);
	if (is_better) {
		ledger->dialect = other.dialect;
		history_name(ledger, other.history_schema, other.history_table);
	}
	ledger_done(&other);
	return !is_better || look(database, ledger, session, err);
}

static bool read_folder(struct ledger *ledger, struct err *err)
{
	if (!ledger->checksums)
		ledger->checksums = checksums_open(ledger->folder);
	if (!ledger->dialect->read_folder(ledger, err))
		return false;
	ledger_take_checksums(ledger);
	return true;
}

/* What the rows tell of the files. */
static bool lay_together(struct ledger *ledger, struct session *session, struct err *err)
{
	if (ledger->dialect->match)
		ledger->dialect->match(ledger);
	else
		ledger_match_by_name(ledger);
	if (!metadata_read(ledger, session, err))
		return false;
	ledger->last_applied = -1;
	for (int i = 0; i < ledger->migration_count; i++)
		if (ledger->files[i].row >= 0)
			ledger->last_applied = i;
	return true;
}

static bool read_rows(struct ledger *ledger, struct session *session, struct err *err)
{
	if (!ledger->has_history || ledger->dialect->read_rows(ledger, session, err))
		return true;
	if (strcmp(err->sqlstate, "55P03") == 0) {
		err_set(err, ERR_LOCKED, "the migration history %s is locked: another migration is running", ledger->history);
		memcpy(err->sqlstate, "55P03", 6);
		err_hint(err, "`pgtend migrate lock` shows who it is; wait until it has ended");
	}
	return false;
}

static bool read_history(struct ledger *ledger, struct session *session, struct err *err)
{
	ledger_forget_rows(ledger);
	return read_rows(ledger, session, err) && lay_together(ledger, session, err);
}

bool ledger_look(struct database *database, struct session *session, struct ledger *ledger, struct err *err)
{
	const char *where = where_configured(database), *schema = setting(database, "migrations_schema"),
	           *table = setting(database, "migrations_table");
	if (!begin(database, ledger, false, err))
		return false;
	bool is_configured = setting(database, "dialect") || schema || table;
	if (!ledger->dialect) {
		if (!history_detect(ledger, session, schema, table, where, err))
			return false;
		if (!ledger->dialect && !ledger->folder)
			return true;
		if (!ledger->dialect && has_sql_file(ledger->folder)) {
			err_set(err, ERR_CONFIG, "%s: its file names tell no migration tool", ledger->folder);
			return err_hint(err, "say which with `dialect =` in %s", where);
		}
		if (!ledger->dialect)
			ledger->dialect = dialect_by_name("node-pg-migrate");
	}
	if (!look(database, ledger, session, err))
		return false;
	if (!ledger->has_history && !is_configured && !reconsider(database, ledger, session, err))
		return false;
	return true;
}

/* --- rows and folder at the same time ------------------------------------------------------------------ */

struct reader {
	struct ledger *ledger;
	struct session *session;
	struct task *waiter;
	struct err err;
	bool is_good, is_over;
};

static void read_rows_task(void *arg)
{
	struct reader *reader = arg;
	reader->is_good = read_rows(reader->ledger, reader->session, &reader->err);
}

static void on_rows_read(void *arg)
{
	struct reader *reader = arg;
	reader->is_over = true;
	task_wake(reader->waiter);
}

static bool wait_for_rows(struct reader *reader, struct task *task, struct err *err)
{
	bool is_cancelled = false;
	while (!reader->is_over) {
		if (!is_cancelled && task_is_cancelled()) {
			is_cancelled = true;
			task_cancel(task);
		}
		task_wait();
	}
	if (!reader->is_good)
		*err = reader->err;
	return reader->is_good;
}

/* The server looks for rows and records while the folder is read here. */
static bool read_both(struct ledger *ledger, struct session *session, struct err *err)
{
	struct reader reader = {.ledger = ledger, .session = session, .waiter = task_self()};
	struct err unread = {0};
	ledger_forget_rows(ledger);
	if (!ledger->dialect->is_read_at_once) {
		metadata_ask(ledger, session);
		return read_folder(ledger, err) && read_rows(ledger, session, err) && lay_together(ledger, session, err);
	}
	struct task *task = task_start(session_loop(session), read_rows_task, on_rows_read, &reader);
	task_yield();
	metadata_ask(ledger, session);
	bool is_folder_read = read_folder(ledger, err);
	bool are_rows_read = wait_for_rows(&reader, task, is_folder_read ? err : &unread);
	return is_folder_read && are_rows_read && lay_together(ledger, session, err);
}

static bool read_all(struct ledger *ledger, struct session *session, struct err *err)
{
	if (!ledger->dialect)
		return true;
	bool is_read = (ledger->folder ? read_both : read_history)(ledger, session, err);
	session_answer_drop(ledger->asked);
	ledger->asked = NULL;
	return is_read;
}

bool ledger_read_rest(struct ledger *ledger, struct session *session, struct err *err)
{
	/* What is there does not go away under the lock; what was not may have come before it. */
	return (ledger->has_history || !ledger->dialect || history_look(ledger, session, err)) && read_all(ledger, session, err);
}

bool ledger_read(struct database *database, struct session *session, struct ledger *ledger, struct err *err)
{
	return ledger_look(database, session, ledger, err) && read_all(ledger, session, err);
}

bool ledger_read_history(struct ledger *ledger, struct session *session, struct err *err)
{
	return history_look(ledger, session, err) && read_history(ledger, session, err);
}

bool ledger_read_folder(const struct database *database, struct ledger *ledger, struct err *err)
{
	if (!begin(database, ledger, true, err))
		return false;
	if (!ledger->folder) {
		err_set(err, ERR_CONFIG, "%s has no migration folder", database->name);
		return err_hint(err, "say where it is with `migrations = FOLDER` in %s", where_configured(database));
	}
	if (!ledger->dialect && is_folder(ledger->folder) && has_sql_file(ledger->folder)) {
		err_set(err, ERR_CONFIG, "%s: its file names tell no migration tool", ledger->folder);
		return err_hint(err, "say which with `dialect =` in %s", where_configured(database));
	}
	if (!ledger->dialect)
		ledger->dialect = dialect_by_name("node-pg-migrate");
	name_history(database, ledger);
	return !is_folder(ledger->folder) || read_folder(ledger, err);
}
