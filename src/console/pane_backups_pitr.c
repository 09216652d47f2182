/* Points in time: whether the server's log is kept, how far, and whether pgBackRest has a backup to begin with. */
#include "pane_backups_internal.h"
#include "pane_chunks_words.h"
#include "pgtend/core/mem.h"
#include "pgtend/core/units.h"

static bool is(const struct backups_scene *scene, const char *column, const char *word)
{
	return words_is(pane_text(scene->archiver, 0, column), word);
}

static bool has_waiting_setting(const struct backups_scene *scene)
{
	const char *words = pane_text(scene->archiver, 0, "waits_for_restart");

	return words && *words;
}

static bool is_failing(const struct backups_scene *scene)
{
	return pane_int(scene->archiver, 0, "is_failing", 0) != 0;
}

static bool has_points(const struct backups_scene *scene)
{
	return scene->points && table_rows(scene->points) > 0;
}

/* Why nothing can be restored, or not surely; NULL: it can. */
static const char *points_trouble(const struct backups_scene *scene)
{
	return has_points(scene) ? pane_text(scene->points, 0, "reason") : NULL;
}

bool backups_pitr_is_wrong(const struct backups_scene *scene)
{
	return points_trouble(scene) || (scene->archiver && table_rows(scene->archiver) > 0 &&
		(is_failing(scene) || has_waiting_setting(scene) || (is(scene, "archiver", "nothing") && !is(scene, "archive_mode", "off"))));
}

static void add_ago(struct text *text, const struct table *table, const char *before, const char *column, const char *behind)
{
	const struct cell *at = pane_cell(table, 0, column);
	char age[UNITS_SIZE];

	if (at)
		text_addf(text, "%s%s%s", before, units_age(age, pane_now() > at->u.integer ? (pane_now() - at->u.integer) / 1000000 : 0), behind);
}

static void say_failing(struct writer *writer, const struct backups_scene *scene)
{
	const char *segment = pane_text(scene->archiver, 0, "last_failed_wal");
	int64_t failed = pane_int(scene->archiver, 0, "failed", 0);
	struct text text = { 0 };
	char count[UNITS_SIZE];

	text_addf(&text, "the archiver fails: segment %s", segment ? segment : "?");
	add_ago(&text, scene->archiver, " ", "last_failed_at", " ago");
	text_addf(&text, ", %s failure%s", units_count(count, failed), failed == 1 ? "" : "s");
	add_ago(&text, scene->archiver, "; the last one that was archived ", "last_archived_at", " ago");
	words_say_text(writer, "pitr", STYLE_CRIT, true, &text);
}

static void say_waiting_setting(struct writer *writer, const struct backups_scene *scene)
{
	struct words settings = { 0 };
	char *names, *line;

	words_split(&settings, pane_text(scene->archiver, 0, "waits_for_restart"), "\n");
	names = words_join(&settings, ", ");
	line = mem_format("%s: changed, and waits for a restart of the server", names);
	words_say(writer, "pitr", STYLE_WARN, true, line);
	mem_free(line);
	mem_free(names);
	words_done(&settings);
}

static void say_well(struct writer *writer, const struct backups_scene *scene)
{
	const char *by = pane_text(scene->archiver, 0, "archiver"), *stanza = pane_text(scene->archiver, 0, "stanza");
	int64_t waiting = pane_int(scene->archiver, 0, "waiting_segments", 0), behind = pane_int(scene->archiver, 0, "behind_bytes", -1);
	struct text text = { 0 };
	char size[UNITS_SIZE];

	text_addf(&text, "the log is archived by %s", words_is(by, "pgbackrest") ? "pgBackRest" : words_is(by, "library") ? "archive_library" : "archive_command");
	if (stanza)
		text_addf(&text, " (stanza %s)", stanza);
	add_ago(&text, scene->archiver, ", the newest segment ", "last_archived_at", " ago");
	if (behind > 0)
		text_addf(&text, ", %s is on the server only", units_bytes(size, behind));
	if (waiting > 0)
		text_addf(&text, ", %lld segment%s wait%s", (long long)waiting, waiting == 1 ? "" : "s", waiting == 1 ? "s" : "");
	words_say_text(writer, "pitr", STYLE_PLAIN, false, &text);
}

static void say_points(struct writer *writer, const struct backups_scene *scene)
{
	int64_t count = pane_int(scene->points, 0, "backups", 0);
	const char *type = pane_text(scene->points, 0, "last_type");
	const struct cell *from = pane_cell(scene->points, 0, "restorable_from");
	struct text text = { 0 };
	char since[UNITS_SIZE];

	if (count == 0)
		return;
	text_addf(&text, "%lld backup%s of pgBackRest", (long long)count, count == 1 ? "" : "s");
	if (type)
		text_addf(&text, ", the newest (%s)", type);
	add_ago(&text, scene->points, " ", "last_at", " ago");
	if (from)
		text_addf(&text, "; any time since %s", units_rfc3339(since, from->u.integer / 1000000 * 1000000));
	words_say_text(writer, "restorable", STYLE_PLAIN, false, &text);
}

void backups_pitr_say(struct writer *writer, const struct backups_scene *scene, bool is_bad)
{
	const char *trouble = points_trouble(scene);

	if (is_bad && trouble)
		words_say(writer, "pitr", STYLE_CRIT, true, trouble);
	if (!is_bad && !trouble && has_points(scene))
		say_points(writer, scene);
	if (!scene->archiver || table_rows(scene->archiver) == 0)
		return;
	if (is_bad && is_failing(scene))
		say_failing(writer, scene);
	if (is_bad && has_waiting_setting(scene))
		say_waiting_setting(writer, scene);
	if (is_bad && is(scene, "archiver", "nothing") && !is(scene, "archive_mode", "off"))
		words_say(writer, "pitr", STYLE_WARN, true, "archive_mode is on, but nothing archives: the log piles up on the server");
	if (is_bad)
		return;
	if (is(scene, "archive_mode", "off"))
		words_say(writer, "pitr", STYLE_DIM, false, "the log is not archived: there is no going back to a point in time (:pitr setup)");
	else if (pane_text(scene->archiver, 0, "archive_mode"))
		say_well(writer, scene);
}
