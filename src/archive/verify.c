/* archive/verify.c - a dump held against its manifest. Every difference names its file. */
#include <string.h>

#include "internal.h"
#include "pgtend/core/mem.h"
#include "pgtend/core/places.h"
#include "pgtend/core/units.h"

/* ---- checksums ------------------------------------------------------------------------ */

static const char *sum_of(const json_t *object)
{
	const char *sum = json_string_value(json_object_get(object, "sha256"));
	return sum != NULL ? sum : "";
}

static bool say_damaged(const char *path, const char *sum, const char *said, struct err *err)
{
	err_set(err, ERR_FAILED, "%s: is damaged: its sha256 is %.12s..., its manifest says %.12s...", path, sum, said);
	return err_hint(err, "take a new backup, and look after the disk that this one lies on");
}

/* Both lists stand in the order of their names: the first file that is not the same. */
static bool compare_files(const struct archive *archive, const json_t *found, struct err *err)
{
	const json_t *said = json_object_get(archive->manifest, "files");
	size_t f = 0, s = 0;
	while (f < json_array_size(found) || s < json_array_size(said)) {
		const json_t *is = json_array_get(found, f), *was = json_array_get(said, s);
		const char *is_name = json_string_value(json_object_get(is, "name")),
		           *was_name = json_string_value(json_object_get(was, "name"));
		int order = is_name == NULL ? 1 : was_name == NULL ? -1 : strcmp(is_name, was_name);
		if (order > 0)
			return err_set(err, ERR_FAILED, "%s/%s: is missing", archive->path, was_name);
		if (order < 0)
			return err_set(err, ERR_FAILED, "%s/%s: is not in the manifest", archive->path, is_name);
		if (strcmp(sum_of(is), sum_of(was)) != 0) {
			char *path = places_join(archive->path, is_name);
			say_damaged(path, sum_of(is), sum_of(was), err);
			mem_free(path);
			return false;
		}
		f++;
		s++;
	}
	return true;
}

static bool compare_sums(const struct archive *archive, const struct hashing *hashing, struct err *err)
{
	if (hashing->files != NULL && !compare_files(archive, hashing->files, err))
		return false;
	return strcmp(hashing->sha256, archive->sha256) == 0 ||
	       say_damaged(archive->path, hashing->sha256, archive->sha256, err);
}

/* First of all, and of all its bytes: what pg_restore says of a damaged dump is seldom what is wrong with it. */
static bool check_sums(struct loop *loop, const struct archive *archive, const char *path, struct report *report,
    bool (*compare)(const struct archive *archive, const struct hashing *hashing, struct err *err), bool *is_damaged,
    struct err *err)
{
	struct hashing hashing = {.path = path};
	report_progress(report, 0, archive->size_bytes, "bytes");
	work_wait(work_start(loop, hashing_run, &hashing));
	if (!hashing.is_good)
		*err = hashing.err;
	bool ok = hashing.is_good && compare(archive, &hashing, err);
	*is_damaged = hashing.is_good && !ok;
	json_decref(hashing.files);
	return ok;
}

/* ---- roles and tablespaces of the server --------------------------------------------------- */

static bool compare_globals(const struct archive *archive, const struct hashing *hashing, struct err *err)
{
	const char *said = sum_of(json_object_get(archive->manifest, "globals"));
	return strcmp(hashing->sha256, said) == 0 || say_damaged(hashing->path, hashing->sha256, said, err);
}

static bool check_globals(
    struct loop *loop, const struct archive *archive, struct report *report, bool *is_damaged, struct err *err)
{
	if (!json_is_object(json_object_get(archive->manifest, "globals")))
		return true;
	size_t length = strlen(archive->manifest_path) - strlen(".json");
	char *path = mem_format("%.*s.globals.sql", (int)length, archive->manifest_path);
	bool ok = check_sums(loop, archive, path, report, compare_globals, is_damaged, err);
	mem_free(path);
	return ok;
}

static bool check_all_sums(
    struct loop *loop, const struct archive *archive, struct report *report, bool *is_damaged, struct err *err)
{
	report_step(report, "checksum");
	return check_sums(loop, archive, archive->path, report, compare_sums, is_damaged, err) &&
	       check_globals(loop, archive, report, is_damaged, err);
}

/* The manifest alone can be written: that of a folder that is read only stays as it is. */
static void note(struct archive *archive, const char *error, struct report *report)
{
	struct err err;
	if (archive->manifest == NULL || (error == NULL && !archive->is_trouble_noted))
		return;
	bool is_written = manifest_note_damage(archive, error, &err);
	if (!is_written)
		report_log(report, "not written into the manifest: %s", err.text);
	if (!is_written && error == NULL)
		return;
	archive->is_trouble_noted = is_written && error != NULL;
	mem_free(archive->trouble);
	archive->trouble = mem_copy(error);
}

bool archive_check_sums(struct loop *loop, struct archive *archive, struct report *report, struct err *err)
{
	bool is_damaged = false;
	if (archive->manifest == NULL || archive->sha256 == NULL)
		return true;
	report_step(report, "checksum of %s", archive->id);
	bool ok = check_sums(loop, archive, archive->path, report, compare_sums, &is_damaged, err);
	if (is_damaged)
		note(archive, err->text, report);
	return ok;
}

/* ---- contents --------------------------------------------------------------------------------- */

static bool compare_number(
    const struct archive *archive, const char *key, int64_t is, const char *what, struct err *err)
{
	const json_t *said = json_object_get(archive->manifest, key);
	if (!json_is_integer(said) || json_integer_value(said) == is)
		return true;
	return err_set(err, ERR_FAILED, "%s: has %lld %s, its manifest says %lld", archive->path, (long long)is, what,
	    (long long)json_integer_value(said));
}

static bool compare_counts(const struct archive *archive, json_t *is, struct err *err)
{
	json_t *said = json_object_get(archive->manifest, "counts");
	const char *table;
	json_t *rows;
	if (!json_is_object(said) || is == NULL)
		return true;
	json_object_foreach(said, table, rows)
	{
		const json_t *found = json_object_get(is, table);
		if (found == NULL)
			return err_set(err, ERR_FAILED, "%s: has no rows of %s, of which its manifest says %lld", archive->path,
			    table, (long long)json_integer_value(rows));
		if (json_integer_value(found) != json_integer_value(rows))
			return err_set(err, ERR_FAILED, "%s: has %lld rows of %s, its manifest says %lld", archive->path,
			    (long long)json_integer_value(found), table, (long long)json_integer_value(rows));
	}
	return json_object_size(said) == json_object_size(is) ||
	       err_set(err, ERR_FAILED, "%s: has rows of tables that its manifest does not name", archive->path);
}

static bool check_contents(struct loop *loop, struct archive *archive, const struct dump_tools *tools,
    enum archive_depth depth, struct report *report, bool *is_damaged, struct err *err)
{
	struct archive_contents contents;
	report_step(report, depth >= ARCHIVE_READ ? "reading every row" : "reading its list");
	if (!archive_read(loop, archive, tools, depth, &contents, report, err))
		return false;
	bool ok = archive->manifest == NULL ||
	          (compare_number(archive, "entries", contents.entries, "entries", err) &&
	              compare_number(archive, "tables", contents.tables, "tables with rows", err) &&
	              (contents.rows < 0 || compare_number(archive, "rows", contents.rows, "rows", err)) &&
	              compare_counts(archive, contents.counts, err));
	*is_damaged = !ok;
	if (archive->manifest == NULL)
		archive->rows = contents.rows;
	archive_contents_done(&contents);
	return ok;
}

/* ---- all ----------------------------------------------------------------------------------------- */

static bool check_trouble(const struct archive *archive, struct err *err)
{
	if (archive->trouble == NULL || archive->is_trouble_noted)
		return true;
	/* a manifest that cannot be read names itself */
	if (archive->trouble[0] == '/')
		return err_set(err, ERR_FAILED, "%s", archive->trouble);
	return err_set(err, ERR_FAILED, "%s: %s", archive->path, archive->trouble);
}

bool archive_verify(struct loop *loop, struct archive *archive, const struct dump_tools *tools,
    enum archive_depth depth, struct report *report, struct err *err)
{
	bool is_damaged = false;
	if (!check_trouble(archive, err))
		return false;
	bool ok = (archive->manifest == NULL || check_all_sums(loop, archive, report, &is_damaged, err)) &&
	          check_contents(loop, archive, tools, depth, report, &is_damaged, err);
	if (ok)
		note(archive, NULL, report);
	else if (is_damaged)
		note(archive, err->text, report);
	return ok;
}
