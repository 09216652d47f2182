/* backup/verify.c - a backup looked into again, long after it was taken: its bytes, its list, its rows, or all of it restored. */
#include <string.h>
#include <unistd.h>

#include "backup_internal.h"
#include "pgtend/config/trust.h"
#include "pgtend/core/mem.h"
#include "pgtend/core/units.h"
#include "pgtend/core/who.h"
#include "pgtend/restore/restore.h"

static const struct table_column columns[] = {
    {"database", CELL_TEXT, "database", 0, "Name of the [database] section."},
    {"id", CELL_TEXT, "backup", 0, "Its file name without ending."},
    {"verified", CELL_BOOL, "good", 0, "Whether it is what its manifest says; null: it could not be looked into."},
    {"verified_how", CELL_TEXT, "looked at", 0,
        "How deep: checksum (bytes and list), read (every row was counted), restored (into a scratch database)."},
    {"taken_at", CELL_TIME, "taken", 1, "When its snapshot began."},
    {"size_bytes", CELL_BYTES, "size", 1, "Size of the dump."},
    {"tables", CELL_COUNT, "tables", 1, "Tables with rows in it; after --restore those that were compared."},
    {"rows", CELL_COUNT, "rows", 1, "Rows in it, as its manifest says; after --restore those that came back."},
    {"different", CELL_COUNT, NULL, 1,
        "--restore: tables that came back with other rows than the manifest says; null: not compared."},
    {"duration_s", CELL_SECONDS, "took", 1, "How long it took to look."},
    {"path", CELL_TEXT, "file", 2, "The dump."},
    {"sha256", CELL_TEXT, NULL, 3, "Its checksum, in hexadecimal digits, as its manifest says."},
    {"reason", CELL_TEXT, "what", 0, "What is wrong with it; null: nothing."},
};
const struct table_shape backup_verify_shape = {"backup_verify", columns, sizeof columns / sizeof columns[0]};

enum { MOST_MAJOR = 40, LEARN_DEADLINE_MS = 5000 };

struct verifying {
	struct fleet *fleet;
	struct database *database;
	enum archive_depth depth;
	int jobs;
	struct report *report;
	struct table *rows;
	bool lacks_manifest; /* one of them */
};

/* ---- one --------------------------------------------------------------------------------- */

/* Of a dump of unknown origin the newest that there is, which reads all older ones. */
static bool find_newest(struct dump_tools *tools, struct err *err)
{
	for (int major = MOST_MAJOR; major > 0; major--)
		if (dump_tools_find(major, tools, err))
			return true;
	return false;
}

bool backup_tools_for(
    struct fleet *fleet, const struct database *database, const struct archive *archive, struct dump_tools *tools, struct err *err)
{
	const struct section *section = database->section;
	const char *client = section_text(section, "client");
	int major = (int)json_integer_value(json_object_get(archive->manifest, "pg_dump_major"));
	if (major == 0)
		major = archive->server_version_num / 10000;
	if (major > 0 ? dump_tools_find(major, tools, err) : find_newest(tools, err))
		return true;
	if (client == NULL || *client == '\0' || !trust_allows_command(fleet->config, section, "client", err))
		return false;
	struct words words = {0};
	words_split(&words, client, " \t");
	bool ok = dump_tools_find_in(fleet->loop, &words, major, tools, err);
	words_done(&words);
	return ok;
}

static bool restore(struct verifying *verifying, const struct archive *archive, int row, struct err *err)
{
	const struct restore_options options = {.purpose = "verify", .jobs = verifying->jobs};
	struct restored restored = {0};
	report_step(verifying->report, "restoring %s into a scratch database", archive->id);
	bool ok =
	    restore_into_new(verifying->fleet, verifying->database, archive, &options, &restored, verifying->report, err);
	if (restored.different >= 0)
		table_set_int(verifying->rows, row, "different", restored.different);
	if (ok) {
		table_set_int(verifying->rows, row, "tables", restored.tables);
		table_set_int(verifying->rows, row, "rows", restored.rows);
	}
	if (ok && restored.different < 0)
		report_log(verifying->report, "%s: its manifest counts no rows, so they were not compared", archive->id);
	if (ok && restored.different > 0)
		ok = err_set(
		    err, ERR_FAILED, "%lld tables have not the rows that its manifest says", (long long)restored.different);
	if (!ok && err->kind != ERR_CANCELLED)
		err_prefix(err, "%s: restored", archive->path);
	restored_done(&restored);
	return ok;
}

static bool look_into(struct verifying *verifying, struct archive *archive, int row, struct err *err)
{
	struct dump_tools tools = {0};
	bool is_restored = verifying->depth == ARCHIVE_RESTORED;
	bool is_readable = archive->trouble == NULL || archive->is_trouble_noted;
	if (is_readable && !backup_tools_for(verifying->fleet, verifying->database, archive, &tools, err))
		return false;
	int held = archive_hold(archive);
	bool ok = archive_verify(verifying->fleet->loop, archive, &tools, is_restored ? ARCHIVE_CHECKSUM : verifying->depth,
	              verifying->report, err) &&
	          (!is_restored || restore(verifying, archive, row, err));
	if (held >= 0)
		close(held);
	dump_tools_done(&tools);
	return ok;
}

/* That it was good is true also where it cannot be written down. */
static void record(struct verifying *verifying, struct archive *archive)
{
	struct err err;
	if (archive->manifest == NULL || manifest_add_verification(archive, verifying->depth, &err))
		return;
	report_log(
	    verifying->report, "%s is good, but that could not be written into its manifest: %s", archive->id, err.text);
}

static int add_row(struct verifying *verifying, const struct archive *archive)
{
	struct table *rows = verifying->rows;
	int row = table_add_row(rows);
	const json_t *tables = json_object_get(archive->manifest, "tables");
	table_set_text(rows, row, "database", verifying->database->name);
	table_set_text(rows, row, "id", archive->id);
	table_set_text(rows, row, "verified_how", archive_depth_word(verifying->depth));
	table_set_text(rows, row, "path", archive->path);
	table_set_text(rows, row, "sha256", archive->sha256);
	table_set_int(rows, row, "size_bytes", archive->size_bytes);
	if (archive->taken_us != 0)
		table_set_int(rows, row, "taken_at", archive->taken_us);
	if (archive->rows >= 0)
		table_set_int(rows, row, "rows", archive->rows);
	if (json_is_integer(tables))
		table_set_int(rows, row, "tables", json_integer_value(tables));
	return row;
}

static bool verify_one(struct verifying *verifying, struct archive *archive, struct err *err)
{
	int row = add_row(verifying, archive);
	int64_t began_us = units_now_us();
	bool ok = look_into(verifying, archive, row, err);
	/* A cut connection or a full disk says nothing of the backup. */
	if (ok || archive->trouble != NULL || table_get_int(verifying->rows, row, "different", 0) > 0)
		table_set_int(verifying->rows, row, "verified", ok);
	table_set_real(verifying->rows, row, "duration_s", (double)(units_now_us() - began_us) / 1e6);
	if (archive->rows >= 0 && verifying->depth == ARCHIVE_READ)
		table_set_int(verifying->rows, row, "rows", archive->rows);
	verifying->lacks_manifest |= archive->manifest == NULL;
	if (ok)
		record(verifying, archive);
	else
		table_set_text(verifying->rows, row, "reason", err->text);
	return ok;
}

/* ---- which ---------------------------------------------------------------------------------- */

/* A database that is never backed up has nothing to be verified: under `all` that is no failure. */
static bool say_none(const struct verifying *verifying, const char *folder, struct err *err)
{
	struct database *database = verifying->database;
	struct session *session = NULL;
	if (strcmp(section_text(database->section, "backup"), "none") == 0)
		return err_set(
		    err, ERR_UNSUPPORTED, "%s has no backup in %s, and by its policy none is due", database->name, folder);
	session = database_action_session(verifying->fleet, database, NULL, "verify", LEARN_DEADLINE_MS, true);
	bool is_known =
	    session_ready_wait(session, 0, err) && database_learn_wait(verifying->fleet, database, session, err);
	session_free(session);
	if (is_known && !database_can(database, CAP_DUMP, err))
		return false;
	char *word = text_shell_word(database->name);
	err_set(err, ERR_FAILED, "%s has no backup in %s", database->name, folder);
	err_hint(err, "take one: pgtend backup %s", word);
	mem_free(word);
	return false;
}

static bool verify_all(struct verifying *verifying, struct archives *archives, struct err *err)
{
	int bad = 0;
	for (int i = 0; i < archives->count; i++) {
		struct err one = {0};
		if (verify_one(verifying, &archives->v[i], &one))
			continue;
		if (bad++ == 0 || one.kind == ERR_CANCELLED)
			*err = one;
		if (one.kind == ERR_CANCELLED)
			return false;
	}
	if (bad > 1)
		err_prefix(err, "%d of %d are not good, the first", bad, archives->count);
	return bad == 0;
}

/* The newest as it lies there: that an older one is good would say nothing of it. */
static bool verify_newest(struct verifying *verifying, struct archives *archives, struct err *err)
{
	char *host = who_host();
	struct archive *newest = archives_newest_lying(archives, host, units_now_us());
	mem_free(host);
	if (newest != &archives->v[0])
		report_log(verifying->report, "%s is not looked into: it is from the future, or of another server", archives->v[0].id);
	return verify_one(verifying, newest, err);
}

static bool verify_listed(struct verifying *verifying, const char *folder, bool is_all, struct err *err)
{
	struct archives archives;
	if (!archive_list(folder, verifying->database->name, &archives, err))
		return false;
	bool ok = archives.count == 0 ? say_none(verifying, folder, err)
	          : is_all            ? verify_all(verifying, &archives, err)
	                              : verify_newest(verifying, &archives, err);
	archives_done(&archives);
	return ok;
}

static bool verify_named(struct verifying *verifying, const char *folder, const char *which, struct err *err)
{
	struct archive archive;
	if (!archive_find(folder, verifying->database->name, which, &archive, err))
		return false;
	if (archive.chosen_over != NULL)
		report_log(verifying->report, "%s is the latest that counts: %s", archive.id, archive.chosen_over);
	bool ok = verify_one(verifying, &archive, err);
	archive_done(&archive);
	return ok;
}

static void tell(const struct verifying *verifying)
{
	static const char *const how[] = {[ARCHIVE_CHECKSUM] = "its checksum and its list are those of its manifest",
	    [ARCHIVE_READ] = "every row was read and counted",
	    [ARCHIVE_RESTORED] = "restored into a scratch database, its rows are those of its manifest"},
	                         *const alone[] = {[ARCHIVE_CHECKSUM] = "it has no manifest, its list can be read",
	                             [ARCHIVE_READ] = "it has no manifest, every row can be read",
	                             [ARCHIVE_RESTORED] = "it has no manifest, and was restored into a scratch database"};
	int count = table_rows(verifying->rows);
	if (count == 1)
		report_summary(verifying->report, "%s is good: %s", table_get_text(verifying->rows, 0, "id"),
		    (verifying->lacks_manifest ? alone : how)[verifying->depth]);
	else
		report_summary(verifying->report, "%d backups are good, of each: %s", count, how[verifying->depth]);
}

bool backup_verify(struct fleet *fleet, struct database *database, const char *which, enum archive_depth depth,
    int jobs, struct report *report, struct err *err)
{
	struct verifying verifying = {fleet, database, depth, jobs, report, table_new(&backup_verify_shape), false};
	char *folder = archive_folder(database, NULL);
	bool is_all = which != NULL && strcmp(which, "all") == 0;
	bool ok = which == NULL || is_all ? verify_listed(&verifying, folder, is_all, err)
	                                  : verify_named(&verifying, folder, which, err);
	if (ok)
		tell(&verifying);
	report_rows(report, verifying.rows);
	mem_free(folder);
	return ok;
}
