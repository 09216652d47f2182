/* What is wrong with a hypertable, each followed by what mends it. */
#include <stdio.h>
#include <string.h>

#include "pane_chunks_words.h"
#include "pgtend/core/mem.h"
#include "pgtend/core/units.h"

/* "pgtend retention run x" is typed here as ":retention run x". */
void words_say_mend(struct writer *writer, const char *mend)
{
	char *line;

	if (!mend)
		return;
	line = text_starts_with(mend, "pgtend ") ? mem_format(":%s", mend + 7) : mem_copy(mend);
	words_say(writer, *line == ':' && !writer->lines->has_key++ ? "mend (m)" : "mend", STYLE_KEY, true, line);
	mem_free(line);
}

/* What the edition without policies has in their place. */
static char *drop_preview(const struct chunks_scene *scene)
{
	char *name = text_shell_word(scene->database ? scene->database : "DB");
	char *line = mem_format("drop-chunks %s --older-than '30 days' --dry-run", name);

	mem_free(name);
	return line;
}

char *chunks_mend(const struct chunks_scene *scene, int row)
{
	const struct table *table = scene->hypertables;
	const char *retention = pane_text(table, row, "verdict"), *verdict = pane_text(table, row, "compress_verdict"), *mend = NULL;
	int aggregate = words_row_of(scene->aggregates, pane_text(table, row, "schema"), pane_text(table, row, "name"));

	if (retention && pane_text(table, row, "cause") && !words_is(retention, "no policy"))
		mend = pane_text(table, row, "mend");
	if (!mend && (words_is(verdict, "late") || words_is(verdict, "never")))
		mend = pane_text(table, row, "compress_mend");
	if (!mend && words_is_sick(pane_text(scene->aggregates, aggregate, "verdict")))
		mend = pane_text(scene->aggregates, aggregate, "mend");
	if (!mend && scene->is_apache && scene->database)
		return drop_preview(scene);
	return mend && text_starts_with(mend, "pgtend ") ? mem_copy(mend + 7) : NULL;
}

static void say_late(struct writer *writer, const char *label, const char *prefix, const char *verdict, const char *cause)
{
	char name[64], age[UNITS_SIZE];
	struct text text = { 0 };
	double late_s;
	int64_t chunks, bytes;

	snprintf(name, sizeof(name), "%slate_s", prefix);
	late_s = pane_real(writer->table, writer->row, name, -1);
	snprintf(name, sizeof(name), "%slate_chunks", prefix);
	chunks = pane_int(writer->table, writer->row, name, 0);
	snprintf(name, sizeof(name), "%slate_bytes", prefix);
	bytes = pane_int(writer->table, writer->row, name, -1);
	text_addf(&text, "%s", verdict);
	if (late_s > 0)
		text_addf(&text, " by %s", units_age(age, (int64_t)late_s));
	if (chunks > 0)
		text_addf(&text, ", %lld chunk%s", (long long)chunks, chunks == 1 ? "" : "s");
	if (chunks > 0 && bytes >= 0)
		words_add_bytes(&text, "", bytes, "");
	if (cause)
		text_addf(&text, ": %s", cause);
	words_say_text(writer, label, STYLE_CRIT, true, &text);
}

void words_retention_late(struct writer *writer)
{
	const char *verdict = pane_text(writer->table, writer->row, "verdict"), *cause = pane_text(writer->table, writer->row, "cause");
	char *line;

	if (pane_int(writer->table, writer->row, "late_chunks", 0) > 0 || words_is(verdict, "late")) {
		say_late(writer, "retention", "", "late", cause);
		words_say_mend(writer, pane_text(writer->table, writer->row, "mend"));
	} else if (verdict && cause && !words_is(verdict, "no policy")) {
		line = mem_format("%s: %s", verdict, cause);
		words_say(writer, "retention", STYLE_WARN, true, line);
		mem_free(line);
		words_say_mend(writer, pane_text(writer->table, writer->row, "mend"));
	}
}

void words_compression_late(struct writer *writer)
{
	const char *verdict = pane_text(writer->table, writer->row, "compress_verdict");
	const char *cause = pane_text(writer->table, writer->row, "compress_cause");

	if (!words_is(verdict, "late") && !words_is(verdict, "never"))
		return;
	say_late(writer, "compression", "compress_", verdict, cause);
	words_say_mend(writer, pane_text(writer->table, writer->row, "compress_mend"));
}

void words_list_error(struct writer *writer)
{
	char *line;

	if (!writer->scene->list_error)
		return;
	line = mem_format("cannot be listed: %s", writer->scene->list_error);
	words_say(writer, "chunks", STYLE_WARN, true, line);
	mem_free(line);
}

void words_apache(struct writer *writer)
{
	char *line, *preview;

	if (!writer->scene->is_apache)
		return;
	preview = drop_preview(writer->scene);
	line = mem_format("this is TimescaleDB's Apache edition: policies and compression are not in it. :%s shows what would go", preview);
	words_say(writer, writer->lines->has_key++ ? "edition" : "edition (m)", STYLE_WARN, true, line);
	mem_free(line);
	mem_free(preview);
}
