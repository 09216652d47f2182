/* A new Drizzle migration: file, snapshot and, before 1.0, an entry in the journal, as `drizzle-kit generate --custom` makes them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "pgtend/core/json.h"
#include "pgtend/core/mem.h"
#include "pgtend/core/places.h"
#include "pgtend/core/units.h"
#include "pgtend/migrate/folder.h"
#include "dialect_internal.h"

static const char body[] = "-- Custom SQL migration file, put your code below! --";

/* `why` ends in a noun: what drizzle-kit has to make. */
static bool leave_to_tool(const char *title, struct err *err, const char *why)
{
	err_set(err, ERR_UNSUPPORTED, "%s", why);
	return err_hint(err, "run: npx drizzle-kit generate --custom --name='%s'", title);
}

/* A random UUID (version 4), as its snapshots are named by. */
static bool new_uuid(char uuid[37])
{
	unsigned char b[16];
	if (getrandom(b, sizeof b, 0) != (ssize_t)sizeof b)
		return false;
	b[6] = (unsigned char)((b[6] & 0x0F) | 0x40);
	b[8] = (unsigned char)((b[8] & 0x3F) | 0x80);
	snprintf(uuid, 37, "%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x", b[0], b[1], b[2], b[3], b[4],
	    b[5], b[6], b[7], b[8], b[9], b[10], b[11], b[12], b[13], b[14], b[15]);
	return true;
}

/* As JSON.stringify(value, null, 2) writes it; jansson's text is ours then. Caller frees. */
static char *as_text(const json_t *value)
{
	char *dumped = json_dumps(value, JSON_INDENT(2));
	char *text = mem_copy(dumped);
	free(dumped);
	return text;
}

/* --- before 1.0 ------------------------------------------------------------------------------------------ */

/* What stands before the name in the next tag, in the way of the last one: its number, a date, seconds. false: in none of these. */
static bool next_prefix(const char *last_tag, json_int_t index, const struct ledger *ledger, char prefix[32])
{
	size_t digits = strspn(last_tag, "0123456789");
	if (last_tag[digits] != '_')
		return false;
	if (digits == 4)
		snprintf(prefix, 32, "%04lld", (long long)index);
	else if (digits == 14)
		dialect_new_stamp(ledger, prefix);
	else if (digits == 10)
		snprintf(prefix, 32, "%lld", (long long)(units_now_us() / 1000000));
	return digits == 4 || digits == 14 || digits == 10;
}

/* More than every `when` there is, whatever the clock says: else Drizzle would skip it for ever. */
static json_int_t next_when(const struct ledger *ledger)
{
	json_int_t when = units_now_us() / 1000;
	for (int i = 0; i < ledger->migration_count; i++)
		if (ledger->files[i].when_ms >= when)
			when = ledger->files[i].when_ms + 1;
	return when;
}

/* The last snapshot under a new name: the schema is the same, a custom migration does not change it. NULL: none that can be read. */
static json_t *next_snapshot(const struct ledger *ledger, const char *last_tag)
{
	char *inside = mem_format("meta/%.*s_snapshot.json", (int)strcspn(last_tag, "_"), last_tag);
	char *path = places_join(ledger->folder, inside);
	json_t *last = NULL, *next = NULL;
	struct err unreadable = {0};
	char uuid[37];
	bool is_read = json_read_file(path, &last, &unreadable);
	const char *id = is_read ? json_string_value(json_object_get(last, "id")) : NULL;
	if (id && new_uuid(uuid)) {
		const char *key;
		json_t *value;
		next = json_pack("{s:s, s:s}", "id", uuid, "prevId", id);
		json_object_foreach (last, key, value)
			if (strcmp(key, "id") != 0 && strcmp(key, "prevId") != 0)
				json_object_set(next, key, value);
	}
	json_decref(last);
	mem_free(inside);
	mem_free(path);
	return next;
}

static void add_drafts(const struct ledger *ledger, const char *title, const char *prefix, const json_t *snapshot,
    const json_t *journal, struct migration_drafts *drafts)
{
	char *sql = mem_format("%s_%s.sql", prefix, title), *meta = mem_format("meta/%s_snapshot.json", prefix);
	migration_drafts_add(drafts, places_join(ledger->folder, sql), mem_copy(body), false);
	migration_drafts_add(drafts, places_join(ledger->folder, meta), as_text(snapshot), false);
	/* Last: until the journal names it, nothing knows the file. */
	migration_drafts_add(drafts, places_join(ledger->folder, "meta/_journal.json"), as_text(journal), true);
	mem_free(sql);
	mem_free(meta);
}

bool drizzle_new(const struct ledger *ledger, const char *title, struct migration_drafts *drafts, struct err *err)
{
	char *path = places_join(ledger->folder, "meta/_journal.json"), prefix[32];
	json_t *journal = NULL, *snapshot = NULL;
	struct err unreadable = {0};
	bool is_read = json_read_file(path, &journal, &unreadable);
	mem_free(path);
	json_t *entries = is_read ? json_object_get(journal, "entries") : NULL;
	const json_t *last = json_array_get(entries, json_array_size(entries) - 1);
	const char *tag = last ? json_string_value(json_object_get(last, "tag")) : NULL;
	json_int_t index = last ? json_integer_value(json_object_get(last, "idx")) + 1 : 0;
	bool is_done = false;
	if (!tag)
		leave_to_tool(title, err, "the first Drizzle migration has a snapshot of the schema, which drizzle-kit makes");
	else if (!next_prefix(tag, index, ledger, prefix))
		leave_to_tool(title, err, "the last Drizzle migration has no number or time before its name to go on from");
	else if (!(snapshot = next_snapshot(ledger, tag)))
		leave_to_tool(title, err, "the snapshot of the last Drizzle migration is not there");
	else {
		const json_t *breakpoints = json_object_get(last, "breakpoints");
		const char *version = json_string_value(json_object_get(last, "version"));
		char *next_tag = mem_format("%s_%s", prefix, title);
		json_array_append_new(entries,
		    json_pack("{s:I, s:s, s:I, s:s, s:b}", "idx", index, "version", version ? version : "7", "when",
		        next_when(ledger), "tag", next_tag, "breakpoints", breakpoints ? json_is_true(breakpoints) : 1));
		mem_free(next_tag);
		add_drafts(ledger, title, prefix, snapshot, journal, drafts);
		is_done = true;
	}
	json_decref(journal);
	json_decref(snapshot);
	return is_done;
}

/* --- from 1.0 on ----------------------------------------------------------------------------------------- */

static json_t *read_snapshot(const struct ledger *ledger, int file)
{
	char *inside = mem_format("%s/snapshot.json", ledger->files[file].name);
	char *path = places_join(ledger->folder, inside);
	json_t *snapshot = NULL;
	struct err unreadable = {0};
	if (!json_read_file(path, &snapshot, &unreadable))
		snapshot = NULL;
	mem_free(inside);
	mem_free(path);
	return snapshot;
}

/* The snapshots form a graph, each naming those before it. The new one follows all that nothing follows yet. false: one is missing, or of a
 * form that is not known. */
static bool find_heads(const struct ledger *ledger, json_t *heads)
{
	json_t *followed = json_object(), *ids = json_array();
	bool is_known = ledger->migration_count > 0;
	for (int i = 0; is_known && i < ledger->migration_count; i++) {
		json_t *snapshot = read_snapshot(ledger, i), *id = json_object_get(snapshot, "id"), *before;
		const char *version = json_string_value(json_object_get(snapshot, "version"));
		size_t n;
		is_known = json_is_string(id) && version && strcmp(version, "9") == 0;
		json_array_append(ids, id);
		json_array_foreach (json_object_get(snapshot, "prevIds"), n, before)
			if (json_is_string(before))
				json_object_set_new(followed, json_string_value(before), json_true());
		json_decref(snapshot);
	}
	size_t n;
	json_t *id;
	json_array_foreach (ids, n, id)
		if (is_known && !json_object_get(followed, json_string_value(id)))
			json_array_append(heads, id);
	json_decref(followed);
	json_decref(ids);
	return is_known;
}

bool drizzle_v1_new(const struct ledger *ledger, const char *title, struct migration_drafts *drafts, struct err *err)
{
	json_t *heads = json_array();
	char uuid[37], stamp[15];
	if (!find_heads(ledger, heads) || !new_uuid(uuid)) {
		json_decref(heads);
		return leave_to_tool(title, err, "a new Drizzle migration follows the snapshots of all others, and not all are there");
	}
	dialect_new_stamp(ledger, stamp);
	json_t *snapshot = json_pack("{s:s, s:s, s:s, s:s, s:o, s:[], s:[]}", "type", "diff", "version", "9", "dialect", "postgres",
	    "id", uuid, "prevIds", heads, "footprints", "deltas");
	char *sql = mem_format("%s_%s/migration.sql", stamp, title), *json = mem_format("%s_%s/snapshot.json", stamp, title);
	migration_drafts_add(drafts, places_join(ledger->folder, sql), mem_copy(body), false);
	migration_drafts_add(drafts, places_join(ledger->folder, json), as_text(snapshot), false);
	json_decref(snapshot);
	mem_free(sql);
	mem_free(json);
	return true;
}
