/* Enter in BACKUPS: one backup in full, as its manifest tells it. Nothing here is followed or believed further than to be shown. */
#include <stdlib.h>
#include <string.h>

#include "pane_backups_internal.h"
#include "pgtend/core/json.h"
#include "pgtend/core/mem.h"
#include "pgtend/core/places.h"
#include "pgtend/core/units.h"

enum { MOST_TABLES = 1000 };

static const char *text_of(const json_t *object, const char *key)
{
	return json_string_value(json_object_get(object, key));
}

static int64_t int_of(const json_t *object, const char *key, int64_t otherwise)
{
	const json_t *value = json_object_get(object, key);

	return json_is_integer(value) ? json_integer_value(value) : otherwise;
}

static void add_text(struct overlay *overlay, enum style style, const char *name, struct text *text)
{
	if (text->length > 0)
		overlay_field(overlay, style, name, text_str(text));
	text_done(text);
}

static void add_part(struct text *text, const char *before, const char *part)
{
	if (part)
		text_addf(text, "%s%s%s", text->length > 0 ? ", " : "", before, part);
}

static void add_moment(struct text *text, int64_t at_us)
{
	char day[UNITS_SIZE], clock[16], age[UNITS_SIZE];

	pane_clock(clock, at_us);
	text_addf(text, "%s %s UTC, %s ago", units_day(day, at_us), clock, units_age(age, pane_now() > at_us ? (pane_now() - at_us) / 1000000 : 0));
}

static void add_state(const struct table *rows, int row, struct overlay *overlay)
{
	const char *reason = pane_text(rows, row, "reason");
	char *depth = backups_depth_text(rows, row);
	enum chart_kind kind = calendar_kind(rows, row);

	overlay_field(overlay, chart_style(kind), "state", depth);
	if (reason)
		overlay_field(overlay, kind == CHART_DAMAGED ? STYLE_CRIT : STYLE_WARN, "why", reason);
	mem_free(depth);
}

static void add_taken(const struct table *rows, int row, const json_t *manifest, struct overlay *overlay)
{
	const struct cell *taken = pane_cell(rows, row, "taken_at"), *took = pane_cell(rows, row, "duration_s");
	const char *client = text_of(manifest, "client");
	struct text text = { 0 };
	char unit[UNITS_SIZE];

	if (taken)
		add_moment(&text, taken->u.integer);
	if (took)
		add_part(&text, "took ", units_ms(unit, took->u.real * 1000));
	add_part(&text, "on ", text_of(manifest, "host"));
	add_part(&text, "", client);
	if (int_of(manifest, "jobs", 0) > 1)
		text_addf(&text, " with %lld jobs", (long long)int_of(manifest, "jobs", 0));
	add_part(&text, "pgtend ", text_of(manifest, "pgtend"));
	add_text(overlay, STYLE_PLAIN, "taken", &text);
}

static void add_of(const json_t *manifest, struct overlay *overlay)
{
	const char *dbname = text_of(manifest, "dbname"), *version = text_of(manifest, "server_version");
	struct text text = { 0 };

	add_part(&text, "", dbname);
	add_part(&text, "PostgreSQL ", version);
	add_part(&text, "", text_of(manifest, "encoding"));
	add_part(&text, "", text_of(manifest, "collate"));
	add_part(&text, "owner ", text_of(manifest, "owner"));
	add_text(overlay, STYLE_PLAIN, "of", &text);
}

static void add_size(const struct table *rows, int row, const json_t *manifest, struct overlay *overlay)
{
	int64_t bytes = pane_int(rows, row, "size_bytes", -1), of = pane_int(rows, row, "database_bytes", -1);
	struct text text = { 0 };
	char unit[UNITS_SIZE];

	if (bytes >= 0)
		add_part(&text, "", units_bytes(unit, bytes));
	add_part(&text, "", pane_text(rows, row, "form"));
	add_part(&text, "", text_of(manifest, "compression"));
	if (of > 0)
		add_part(&text, "of a database of ", units_bytes(unit, of));
	add_text(overlay, STYLE_PLAIN, "size", &text);
}

/* Each time that it was looked into, the first one first. Format 1 has true or false. */
static void add_verified(const json_t *manifest, struct overlay *overlay)
{
	const json_t *list = json_object_get(manifest, "verified"), *entry;
	size_t i;

	json_array_foreach(list, i, entry) {
		const char *at = text_of(entry, "at"), *how = text_of(entry, "how");
		struct text text = { 0 };
		int64_t at_us;

		add_part(&text, "", how);
		if (at && units_parse_time_us(at, &at_us)) {
			text_add(&text, "  ");
			add_moment(&text, at_us);
		}
		add_part(&text, "pgtend ", text_of(entry, "pgtend"));
		add_text(overlay, STYLE_PLAIN, i == 0 ? "verified" : "", &text);
	}
}

static void add_migrations(const json_t *manifest, struct overlay *overlay)
{
	const json_t *migrations = json_object_get(manifest, "migrations");
	struct text text = { 0 };

	if (!json_is_object(migrations))
		return;
	text_addf(&text, "%lld applied", (long long)int_of(migrations, "applied", 0));
	add_part(&text, "the last ", text_of(migrations, "last"));
	add_part(&text, "", text_of(migrations, "dialect"));
	add_part(&text, "", text_of(migrations, "history"));
	add_text(overlay, STYLE_PLAIN, "migrations", &text);
}

static void add_extensions(const json_t *manifest, struct overlay *overlay)
{
	json_t *extensions = json_object_get(manifest, "extensions"), *value;
	const json_t *timescale = json_object_get(manifest, "timescaledb");
	const char *name;
	struct text text = { 0 };

	json_object_foreach(extensions, name, value)
		text_addf(&text, "%s%s %s", text.length > 0 ? ", " : "", name, json_is_string(value) ? json_string_value(value) : "");
	add_text(overlay, STYLE_PLAIN, "extensions", &text);
	if (!json_is_object(timescale))
		return;
	text_addf(&text, "%lld hypertables, %lld chunks", (long long)int_of(timescale, "hypertables", 0), (long long)int_of(timescale, "chunks", 0));
	add_text(overlay, STYLE_PLAIN, "TimescaleDB", &text);
}

static void add_beside(const json_t *manifest, struct overlay *overlay)
{
	const json_t *globals = json_object_get(manifest, "globals"), *hook = json_object_get(manifest, "after_backup");
	const char *file = text_of(globals, "file"), *at = text_of(hook, "at"), *error = text_of(hook, "error");
	struct text text = { 0 };
	int64_t at_us, tries = int_of(hook, "tries", 0);

	if (file)
		text_addf(&text, "%s (roles, %s passwords)", file, json_is_true(json_object_get(globals, "passwords")) ? "with" : "without");
	add_text(overlay, STYLE_PLAIN, "globals", &text);
	if (!json_is_object(hook))
		return;
	text_addf(&text, "after_backup %s", text_of(hook, "status") ? text_of(hook, "status") : "?");
	if (at && units_parse_time_us(at, &at_us)) {
		text_add(&text, " ");
		add_moment(&text, at_us);
	}
	if (tries > 1)
		text_addf(&text, ", %lld tries", (long long)tries);
	add_part(&text, "", error);
	add_text(overlay, error ? STYLE_WARN : STYLE_PLAIN, "off site", &text);
}

static void add_commands(const struct backups_scene *scene, int row, struct overlay *overlay)
{
	const char *id = pane_text(scene->rows, row, "id");
	char *name = scene->database ? text_shell_word(scene->database) : NULL, *line;

	if (name && id && calendar_kind(scene->rows, row) != CHART_DAMAGED) {
		line = mem_format(":restore %s %s --as NEWDB", name, id);
		overlay_field(overlay, STYLE_KEY, "restore it", line);
		mem_free(line);
		line = mem_format(":verify %s --backup %s --restore", name, id);
		overlay_field(overlay, STYLE_KEY, "try it out", line);
		mem_free(line);
	}
	mem_free(name);
}

struct counted { const char *name; int64_t rows; };

static int most_rows_first(const void *a, const void *b)
{
	const struct counted *x = a, *y = b;

	if (x->rows != y->rows)
		return x->rows < y->rows ? 1 : -1;
	return strcmp(x->name, y->name);
}

static void add_tables(const json_t *manifest, struct overlay *overlay)
{
	json_t *counts = json_object_get(manifest, "counts"), *value;
	size_t count = json_object_size(counts), at = 0;
	struct counted *tables;
	const char *name;
	char unit[UNITS_SIZE];

	if (count == 0)
		return;
	tables = mem_new(count * sizeof(*tables));
	json_object_foreach(counts, name, value)
		tables[at++] = (struct counted){ name, json_is_integer(value) ? json_integer_value(value) : -1 };
	qsort(tables, count, sizeof(*tables), most_rows_first);
	overlay_add(overlay, STYLE_PLAIN, "%s", "");
	overlay_add(overlay, STYLE_TITLE, "rows of its %zu tables", count);
	for (size_t i = 0; i < count && i < MOST_TABLES; i++)
		overlay_add(overlay, STYLE_PLAIN, "%10s  %s", tables[i].rows >= 0 ? units_count(unit, tables[i].rows) : "-", tables[i].name);
	if (count > MOST_TABLES)
		overlay_add(overlay, STYLE_DIM, "... and %zu more; the manifest has them all", count - MOST_TABLES);
	mem_free(tables);
}

static json_t *read_manifest(const struct backups_scene *scene, const char *id, struct err *err)
{
	char *file = mem_format("%s.json", id), *path = places_join(scene->folder, file);
	json_t *manifest = NULL;

	if (!json_read_file(path, &manifest, err))
		manifest = NULL;
	mem_free(path);
	mem_free(file);
	return manifest;
}

void backup_details(const struct backups_scene *scene, int row, struct overlay *overlay)
{
	const char *id = pane_text(scene->rows, row, "id"), *path = pane_text(scene->rows, row, "path");
	json_t *manifest;
	struct err err;

	err_clear(&err);
	/* An ID is a file's name here; one that leads elsewhere came from no folder of ours. */
	manifest = id && scene->folder && !strchr(id, '/') ? read_manifest(scene, id, &err) : NULL;
	add_state(scene->rows, row, overlay);
	add_of(manifest, overlay);
	add_taken(scene->rows, row, manifest, overlay);
	add_size(scene->rows, row, manifest, overlay);
	add_verified(manifest, overlay);
	add_migrations(manifest, overlay);
	add_extensions(manifest, overlay);
	add_beside(manifest, overlay);
	if (path)
		overlay_field(overlay, STYLE_PLAIN, "file", path);
	if (pane_text(scene->rows, row, "sha256"))
		overlay_field(overlay, STYLE_DIM, "sha256", pane_text(scene->rows, row, "sha256"));
	add_commands(scene, row, overlay);
	if (err.kind != ERR_NONE)
		overlay_field(overlay, STYLE_WARN, "manifest", err.text);
	add_tables(manifest, overlay);
	json_decref(manifest);
}
