/* backup/take.c - one backup from the first question to its name. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "backup_internal.h"
#include "config.h"
#include "pgtend/core/json.h"
#include "pgtend/core/mem.h"
#include "pgtend/core/units.h"

static const struct table_column columns[] = {
    {"database", CELL_TEXT, "database", 0, "Name of the [database] section."},
    {"path", CELL_TEXT, "file", 0, "The dump; its manifest lies beside it as .json."},
    {"size_bytes", CELL_BYTES, "size", 0, "Size of the dump."},
    {"database_bytes", CELL_BYTES, "of", 1, "pg_database_size() when it began."},
    {"sha256", CELL_TEXT, NULL, 2, "Checksum of the dump, in hexadecimal digits."},
    {"verified", CELL_BOOL, "verified", 0, "true: pg_restore has read the whole dump."},
    {"tables", CELL_COUNT, "tables", 1, "Tables whose rows are in it (pg_restore --list)."},
    {"taken_at", CELL_TIME, "taken", 1, "When its snapshot began."},
    {"duration_s", CELL_SECONDS, NULL, 1, "Dump, reading back and checksum."},
    {"pg_dump_major", CELL_COUNT, NULL, 2, "Major version of the pg_dump that wrote it."},
};
const struct table_shape backup_result_shape = {"backup_result", columns, sizeof columns / sizeof columns[0]};

struct taking {
	struct fleet *fleet;
	struct database *database;
	struct report *report;
	struct archive_place place;
	struct dump_tools tools;
	struct archive_contents contents;
	json_t *facts;
	int64_t began_us;
	double took_s;
};

/* ---- before ------------------------------------------------------------------------- */

/* pg_dump needs one server session from its first to its last question; a pool that gives one a transaction cannot
 * do that. */
static bool check_address(const struct database *database, const struct session *session, struct err *err)
{
	const char *pooler = section_text(database->section, "pooler");
	if (!session_is_pooled(session) || database->direct != NULL || (pooler != NULL && strcmp(pooler, "session") == 0))
		return true;
	err_set(err, ERR_FAILED, "%s is reached through a pooler, which cannot carry a dump", database->name);
	return err_hint(err, "add `direct = host=... port=...` to [database %s]", database->name);
}

static bool prepare(struct taking *taking, struct err *err)
{
	struct database *database = taking->database;
	struct session *session = database_action_session(taking->fleet, database, NULL, "backup", 5000, true);
	report_step(taking->report, "looking at %s", database->dbname);
	bool ok = session_ready_wait(session, 0, err) && database_learn_wait(taking->fleet, database, session, err) &&
	          database_can(database, CAP_DUMP, err) && check_address(database, session, err) &&
	          dump_tools_find(database->server->version_num / 10000, &taking->tools, err) && manifest_ask(database, session, &taking->facts, err);
	session_free(session);
	return ok;
}

/* As large as the last one was for its database; without a last one the database's own size. */
static int64_t expected_bytes(const struct taking *taking, bool *is_measured)
{
	struct archives archives;
	struct err ignored;
	int64_t now = json_integer_value(json_object_get(taking->facts, "database_bytes"));
	const struct archive *last =
	    archive_list(taking->place.folder, taking->database->name, &archives, &ignored) ? archives_newest(&archives) : NULL;
	*is_measured = last != NULL && last->database_bytes > 0;
	double ratio = *is_measured ? (double)last->size_bytes / (double)last->database_bytes : 1.0;
	archives_done(&archives);
	return (int64_t)((double)now * ratio);
}

static bool check_room(const struct taking *taking, int64_t expected, bool is_measured, struct err *err)
{
	struct statvfs info;
	if (statvfs(taking->place.folder, &info) != 0)
		return true;
	int64_t left = (int64_t)info.f_bavail * (int64_t)info.f_frsize;
	char has[UNITS_SIZE], needs[UNITS_SIZE];
	if (left >= expected || !is_measured)
		return true;
	return err_set(err, ERR_FAILED, "%s: has %s left, a dump of %s needs about %s", taking->place.folder,
	    units_bytes(has, left), taking->database->name, units_bytes(needs, expected));
}

/* ---- after ---------------------------------------------------------------------------- */

static bool sync_folder(const char *folder, struct err *err)
{
	int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool ok = fd >= 0 && fsync(fd) == 0;
	if (!ok)
		err_set(err, ERR_FAILED, "%s: could not be brought to the disk: %s", folder, strerror(errno));
	if (fd >= 0)
		close(fd);
	return ok;
}

static bool write_manifest(struct taking *taking, struct err *err)
{
	char stamp[UNITS_SIZE];
	const struct archive_contents *contents = &taking->contents;
	char *file = mem_format("%s.dump", taking->place.base);
	json_t *how = json_pack(
	    "[s,s,s]", "pg_dump ended with status 0", "pg_restore --list", "pg_restore of the whole into nothing");
	taking->took_s = (double)(units_now_us() - taking->began_us) / 1e6;
	json_object_set_new(taking->facts, "file", json_string(file));
	json_object_set_new(taking->facts, "taken_at", json_string(units_rfc3339(stamp, taking->place.stamp_us)));
	json_object_set_new(taking->facts, "duration_ms", json_integer((json_int_t)(taking->took_s * 1000)));
	json_object_set_new(taking->facts, "size_bytes", json_integer(contents->size_bytes));
	json_object_set_new(taking->facts, "sha256", json_string(contents->sha256));
	json_object_set_new(taking->facts, "entries", json_integer(contents->entries));
	json_object_set_new(taking->facts, "tables", json_integer(contents->tables));
	json_object_set_new(taking->facts, "verified", json_true());
	json_object_set_new(taking->facts, "verified_how", how);
	json_object_set_new(taking->facts, "pg_dump_major", json_integer(taking->tools.major));
	json_object_set_new(taking->facts, "pgtend", json_string(PACKAGE_VERSION));
	json_object_set_new(taking->facts, "after_backup", hook_pending(taking->database));
	mem_free(file);
	return json_write_file(taking->place.manifest, taking->facts, err);
}

/* Manifest first: a .dump without a manifest beside it never comes from here, and a manifest without its dump
 * counts as nothing. */
static bool give_name(struct taking *taking, struct err *err)
{
	if (!write_manifest(taking, err))
		return false;
	if (rename(taking->place.part, taking->place.dump) != 0) {
		err_set(err, ERR_FAILED, "%s: could not be renamed: %s", taking->place.part, strerror(errno));
		unlink(taking->place.manifest);
		return false;
	}
	return sync_folder(taking->place.folder, err);
}

static void tell(const struct taking *taking)
{
	char size[UNITS_SIZE], took[UNITS_SIZE];
	struct table *rows = table_new(&backup_result_shape);
	int row = table_add_row(rows);
	table_set_text(rows, row, "database", taking->database->name);
	table_set_text(rows, row, "path", taking->place.dump);
	table_set_int(rows, row, "size_bytes", taking->contents.size_bytes);
	table_set_int(rows, row, "database_bytes", json_integer_value(json_object_get(taking->facts, "database_bytes")));
	table_set_text(rows, row, "sha256", taking->contents.sha256);
	table_set_int(rows, row, "verified", 1);
	table_set_int(rows, row, "tables", taking->contents.tables);
	table_set_int(rows, row, "taken_at", taking->place.stamp_us);
	table_set_real(rows, row, "duration_s", taking->took_s);
	table_set_int(rows, row, "pg_dump_major", taking->tools.major);
	report_rows(taking->report, rows);
	report_summary(taking->report, "%s in %s, read back: %s", units_bytes(size, taking->contents.size_bytes),
	    units_ms(took, taking->took_s * 1000), taking->place.dump);
}

/* ---- all --------------------------------------------------------------------------------- */

static bool read_back(struct taking *taking, const struct archive *part, struct err *err)
{
	report_step(taking->report, "reading it back");
	return archive_read(taking->fleet->loop, part, &taking->tools, ARCHIVE_READ, &taking->contents, taking->report, err);
}

static bool dump_and_verify(struct taking *taking, struct err *err)
{
	bool is_measured;
	int64_t expected = expected_bytes(taking, &is_measured);
	struct archive part = {.path = taking->place.part, .form = ARCHIVE_CUSTOM};
	return check_room(taking, expected, is_measured, err) &&
	       dump_take(taking->fleet, taking->database, &taking->tools, &taking->place, expected, taking->report, err) &&
	       read_back(taking, &part, err);
}

static bool take(struct taking *taking, const char *out_dir, struct err *err)
{
	if (!archive_place_open(&taking->place, taking->database, out_dir, taking->report, err))
		return false;
	bool ok = dump_and_verify(taking, err) && give_name(taking, err);
	if (!ok && unlink(taking->place.part) != 0 && errno != ENOENT)
		report_log(taking->report, "%s could not be removed: %s", taking->place.part, strerror(errno));
	if (ok) {
		tell(taking);
		ok = hook_run(taking->fleet, taking->database, taking->place.folder, taking->place.base, taking->report, err);
	}
	archive_place_close(&taking->place);
	return ok;
}

static void tell_plan(const struct taking *taking, const char *out_dir)
{
	char size[UNITS_SIZE];
	char *folder = archive_folder(taking->database, out_dir);
	units_bytes(size, json_integer_value(json_object_get(taking->facts, "database_bytes")));
	report_log(taking->report, "would run %s into %s", taking->tools.pg_dump, folder);
	report_log(taking->report, "and read it back with %s", taking->tools.pg_restore);
	report_summary(taking->report, "a database of %s would be dumped", size);
	mem_free(folder);
}

bool backup_take(struct fleet *fleet, struct database *database, const char *out_dir, bool is_dry_run,
    struct report *report, struct err *err)
{
	struct taking taking = {.fleet = fleet, .database = database, .report = report, .began_us = units_now_us()};
	bool ok = prepare(&taking, err);
	if (ok && is_dry_run)
		tell_plan(&taking, out_dir);
	else if (ok)
		ok = take(&taking, out_dir, err);
	dump_tools_done(&taking.tools);
	json_decref(taking.facts);
	archive_contents_done(&taking.contents);
	return ok;
}
