/* archive/manifest.c - what stands beside a dump: of what it is, how it was made, how deep it was looked into. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "config.h"
#include "internal.h"
#include "pgtend/core/json.h"
#include "pgtend/core/mem.h"
#include "pgtend/core/units.h"

/* An old line of `verified` goes when there are more. */
enum { VERIFIED_LINES = 50 };

/* ---- what it must have ------------------------------------------------------------------- */

enum kind { TEXT, FORM, TIME, SIZE, DIGEST, COUNTS, NAMES, OBJECT, FILES };
static const struct {
	const char *name;
	enum kind kind;
	bool is_required, is_old_too; /* also of format 1 */
} keys[] = {
    {"pgtend", TEXT, true, true},
    {"id", TEXT, true, false},
    {"database", TEXT, true, true},
    {"dbname", TEXT, false, true},
    {"server_version_num", SIZE, false, true},
    {"taken_at", TIME, true, true},
    {"form", FORM, true, false},
    {"file", TEXT, true, true},
    {"size_bytes", SIZE, true, true},
    {"sha256", DIGEST, true, true},
    {"database_bytes", SIZE, false, true},
    {"entries", SIZE, false, true},
    {"tables", SIZE, false, true},
    {"rows", SIZE, false, false},
    {"counts", COUNTS, false, false},
    {"extensions", NAMES, false, true},
    {"settings", OBJECT, false, false},
    {"migrations", OBJECT, false, true},
    {"timescaledb", OBJECT, false, false},
    {"globals", OBJECT, false, false},
    {"after_backup", OBJECT, false, false},
    {"damaged", OBJECT, false, false},
    {"files", FILES, false, false},
};

static bool is_digest(const char *text)
{
	return text != NULL && strlen(text) == 64 && strspn(text, "0123456789abcdef") == 64;
}

static bool is_size(const json_t *value)
{
	return json_is_integer(value) && json_integer_value(value) >= 0;
}

static bool all_are(json_t *object, bool (*is_right)(const json_t *value))
{
	const char *key;
	json_t *value;
	if (!json_is_object(object))
		return false;
	json_object_foreach(object, key, value)
	{
		if (!is_right(value))
			return false;
	}
	return true;
}

static bool is_word(const json_t *value)
{
	return json_is_string(value) || json_is_null(value);
}

const char *manifest_files_trouble(const json_t *files)
{
	const char *before = "";
	if (!json_is_array(files))
		return "no list";
	for (size_t i = 0; i < json_array_size(files); i++) {
		const json_t *file = json_array_get(files, i);
		const char *name = json_string_value(json_object_get(file, "name"));
		if (name == NULL || *name == '\0' || *name == '.' || strchr(name, '/') != NULL)
			return "not names of files alone";
		if (strcmp(name, before) <= 0)
			return "not in the order of their names";
		if (!is_size(json_object_get(file, "size_bytes")) ||
		    !is_digest(json_string_value(json_object_get(file, "sha256"))))
			return "without sizes and checksums";
		before = name;
	}
	return "";
}

/* Others write other forms, and no manifests. */
static bool is_form_of_ours(const char *word)
{
	enum archive_form form;
	return form_from_word(word, &form) && form <= ARCHIVE_DIRECTORY;
}

static bool fits(json_t *value, enum kind kind)
{
	int64_t time_us;
	switch (kind) {
	case TEXT:
		return json_is_string(value) && *json_string_value(value) != '\0';
	case FORM:
		return is_form_of_ours(json_string_value(value));
	case TIME:
		return json_is_string(value) && units_parse_time_us(json_string_value(value), &time_us);
	case SIZE:
		return is_size(value);
	case DIGEST:
		return is_digest(json_string_value(value));
	case COUNTS:
		return all_are(value, is_size);
	case NAMES:
		return all_are(value, is_word);
	case OBJECT:
		return json_is_object(value);
	case FILES:
		return *manifest_files_trouble(value) == '\0';
	}
	return false;
}

static bool check_keys(const char *path, json_t *manifest, bool is_old, struct err *err)
{
	for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
		json_t *value = json_object_get(manifest, keys[i].name);
		if (is_old && !keys[i].is_old_too)
			continue;
		if (value == NULL || json_is_null(value)) {
			if (keys[i].is_required)
				return err_set(err, ERR_FAILED, "%s: has no `%s`", path, keys[i].name);
		} else if (!fits(value, keys[i].kind)) {
			return err_set(err, ERR_FAILED, "%s: `%s` is not what a manifest says there", path, keys[i].name);
		}
	}
	return true;
}

/* ---- seal ------------------------------------------------------------------------------------ */

static void seal_of(const json_t *manifest, char seal[65])
{
	json_t *rest = json_copy((json_t *)(uintptr_t)manifest);
	json_object_del(rest, "seal");
	char *text = json_dumps(rest, JSON_COMPACT | JSON_SORT_KEYS);
	if (text == NULL)
		mem_die("a manifest could not be written as JSON");
	digest_text(text, seal);
	free(text);
	json_decref(rest);
}

static bool check_seal(const char *path, const json_t *manifest, struct err *err)
{
	const char *said = json_string_value(json_object_get(manifest, "seal"));
	char seal[65];
	seal_of(manifest, seal);
	return (said != NULL && strcmp(said, seal) == 0) ||
	       err_set(err, ERR_FAILED, "%s: was changed after pgtend wrote it (its seal does not fit)", path);
}

/* ---- reading ------------------------------------------------------------------------------------ */

bool manifest_read(const char *path, json_t **manifest, struct err *err)
{
	struct stat info;
	json_t *root = NULL;
	if (stat(path, &info) == 0 && !S_ISREG(info.st_mode))
		return err_set(err, ERR_FAILED, "%s: is no file", path);
	if (!json_read_file(path, &root, err))
		return false;
	int64_t format = json_integer_value(json_object_get(root, "format"));
	bool ok;
	if (!json_is_object(root) || json_object_get(root, "pgtend") == NULL || format < 1)
		ok = err_set(err, ERR_FAILED, "%s: is no manifest of pgtend", path);
	else if (format > 2) {
		ok = err_set(err, ERR_FAILED, "%s: has format %lld, which a newer pgtend wrote", path, (long long)format);
		err_hint(err, "read it with that pgtend");
	} else
		ok = check_keys(path, root, format == 1, err) && (format == 1 || check_seal(path, root, err));
	if (ok)
		*manifest = root;
	else
		json_decref(root);
	return ok;
}

static int64_t integer_of(const json_t *root, const char *key, int64_t otherwise)
{
	const json_t *value = json_object_get(root, key);
	return json_is_integer(value) ? json_integer_value(value) : otherwise;
}

static char *text_of(const json_t *root, const char *key)
{
	return mem_copy(json_string_value(json_object_get(root, key)));
}

static void note_depth(struct archive *archive, const json_t *line)
{
	const char *how = json_string_value(json_object_get(line, "how")),
	           *at = json_string_value(json_object_get(line, "at"));
	int64_t at_us;
	for (int i = ARCHIVE_CHECKSUM; i <= ARCHIVE_RESTORED && how != NULL && at != NULL; i++) {
		enum archive_depth depth = (enum archive_depth)i;
		if (strcmp(how, archive_depth_word(depth)) != 0 || !units_parse_time_us(at, &at_us))
			continue;
		if (depth > archive->depth || (depth == archive->depth && at_us > archive->verified_us)) {
			archive->depth = depth;
			archive->verified_us = at_us;
		}
	}
}

/* Format 1 knows only one depth: pg_restore had read all of it before it was named. */
static void fill_verified(struct archive *archive)
{
	const json_t *verified = json_object_get(archive->manifest, "verified");
	if (json_is_true(verified)) {
		archive->depth = ARCHIVE_READ;
		archive->verified_us = archive->taken_us + integer_of(archive->manifest, "duration_ms", 0) * 1000;
	}
	for (size_t i = 0; i < json_array_size(verified); i++)
		note_depth(archive, json_array_get(verified, i));
}

void manifest_fill(struct archive *archive)
{
	const json_t *manifest = archive->manifest;
	if (!form_from_word(json_string_value(json_object_get(manifest, "form")), &archive->form))
		archive->form = ARCHIVE_CUSTOM;
	archive->database = text_of(manifest, "database");
	archive->dbname = text_of(manifest, "dbname");
	archive->sha256 = text_of(manifest, "sha256");
	archive->database_bytes = integer_of(manifest, "database_bytes", -1);
	archive->rows = integer_of(manifest, "rows", -1);
	archive->server_version_num = (int)integer_of(manifest, "server_version_num", 0);
	(void)units_parse_time_us(json_string_value(json_object_get(manifest, "taken_at")), &archive->taken_us);
	archive->depth = ARCHIVE_UNVERIFIED;
	archive->verified_us = 0;
	fill_verified(archive);
}

/* ---- writing --------------------------------------------------------------------------------------- */

bool manifest_write(const char *path, json_t *manifest, struct err *err)
{
	char seal[65];
	seal_of(manifest, seal);
	json_object_set_new(manifest, "seal", json_string(seal));
	return json_write_file(path, manifest, err);
}

int manifests_hold(const char *folder)
{
	int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	while (fd >= 0 && flock(fd, LOCK_EX) != 0 && errno == EINTR)
		continue;
	return fd;
}

static int hold_folder_of(const char *path)
{
	const char *slash = strrchr(path, '/');
	char *folder = slash == NULL ? mem_copy(".") : mem_copy_n(path, slash == path ? 1 : (size_t)(slash - path));
	int fd = manifests_hold(folder);
	mem_free(folder);
	return fd;
}

/* A manifest of format 1 gets the keys of format 2 when it is written again. */
static void renew(json_t *manifest, const struct archive *archive)
{
	json_t *verified = json_object_get(manifest, "verified");
	char stamp[UNITS_SIZE];
	if (!json_is_array(verified)) {
		json_t *lines = json_array();
		if (json_is_true(verified))
			json_array_append_new(
			    lines, json_pack("{s:s, s:s, s:O}", "at", units_rfc3339(stamp, archive->verified_us), "how",
			               archive_depth_word(ARCHIVE_READ), "pgtend", json_object_get(manifest, "pgtend")));
		json_object_set_new(manifest, "verified", lines);
	}
	json_object_set_new(manifest, "format", json_integer(2));
	json_object_set_new(manifest, "id", json_string(archive->id));
	json_object_set_new(manifest, "form", json_string(archive_form_word(archive->form)));
	json_object_del(manifest, "verified_how");
}

bool manifest_change(struct archive *archive, manifest_fn change, void *arg, struct err *err)
{
	json_t *manifest = NULL;
	if (archive->manifest_path == NULL)
		return err_set(err, ERR_FAILED, "%s: has no manifest", archive->path);
	int fd = hold_folder_of(archive->manifest_path);
	bool ok = manifest_read(archive->manifest_path, &manifest, err);
	if (ok) {
		if (integer_of(manifest, "format", 0) == 1)
			renew(manifest, archive);
		change(manifest, arg);
		ok = manifest_write(archive->manifest_path, manifest, err);
	}
	if (fd >= 0)
		close(fd);
	if (!ok) {
		json_decref(manifest);
		return false;
	}
	json_decref(archive->manifest);
	archive->manifest = manifest;
	return true;
}

static void add_line(json_t *manifest, void *arg)
{
	json_t *lines = json_object_get(manifest, "verified");
	if (!json_is_array(lines)) {
		lines = json_array();
		json_object_set_new(manifest, "verified", lines);
	}
	json_array_append(lines, arg);
	/* the first one tells how it was taken */
	while (json_array_size(lines) > VERIFIED_LINES)
		json_array_remove(lines, 1);
}

json_t *manifest_verification(enum archive_depth depth)
{
	char stamp[UNITS_SIZE];
	return json_pack("{s:s, s:s, s:s}", "at", units_rfc3339(stamp, units_now_us() / 1000000 * 1000000), "how",
	    archive_depth_word(depth), "pgtend", PACKAGE_VERSION);
}

static void set_damage(json_t *manifest, void *arg)
{
	char stamp[UNITS_SIZE];
	if (arg == NULL)
		json_object_del(manifest, "damaged");
	else
		json_object_set_new(manifest, "damaged",
		    json_pack("{s:s, s:s, s:s}", "at", units_rfc3339(stamp, units_now_us() / 1000000 * 1000000), "error", arg,
		        "pgtend", PACKAGE_VERSION));
}

bool manifest_note_damage(struct archive *archive, const char *error, struct err *err)
{
	char *copy = mem_copy(error);
	bool ok = manifest_change(archive, set_damage, copy, err);
	mem_free(copy);
	return ok;
}

bool manifest_add_verification(struct archive *archive, enum archive_depth depth, struct err *err)
{
	json_t *line = manifest_verification(depth);
	bool ok = manifest_change(archive, add_line, line, err);
	if (ok)
		note_depth(archive, line);
	json_decref(line);
	return ok;
}
