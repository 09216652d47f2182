/* maintain/items.c - the steps of a run as rows for programs and as lines for people: the plan before, the report behind. */
#include <stdarg.h>
#include <string.h>

#include "internal.h"

#define DATABASE_COLUMN {"database", CELL_TEXT, "database", 0, "Name of the [database] section."}
#define SCHEMA_COLUMN {"schema", CELL_TEXT, "schema", 2, "pg_namespace.nspname."}
#define INDEX_COLUMN {"index", CELL_TEXT, "index", 0, "Name of the index (pg_class.relname)."}
#define STATE_COLUMNS \
	{"state", CELL_TEXT, "state", 0, \
	    "planned (dry run), done, skipped (no right, nothing to do), locked, failed, left (the time was over, or the run ended before it), found."}, \
	    {"reason", CELL_TEXT, "why", 1, "Why it is planned, why it was not done, or what is to be known of it."}
#define BEFORE_COLUMN \
	{"bytes_before", CELL_BYTES, "before", 1, \
	    "pg_table_size() or pg_relation_size() before; of a hypertable with the pages of its chunks (pg_class.relpages)."}
#define AFTER_COLUMN {"bytes_after", CELL_BYTES, "after", 1, "The same after it."}
#define DEAD_COLUMN {"dead_before", CELL_COUNT, "dead", 2, "pg_stat_all_tables.n_dead_tup before."}
#define PARTS_COLUMN {"parts", CELL_COUNT, "chunks", 4, "Chunks of a hypertable."}
#define BLOAT_COLUMN {"bloat_ratio", CELL_RATIO, "bloat", 2, "Share of it that a new build would give back, by estimate."}
#define FILE_COLUMN {"file", CELL_TEXT, "file", 1, "Where the rows were written; null where the rule names no file."}
#define TOOK_COLUMN {"duration_ms", CELL_MS, "took", 0, "Time of the step, with the wait for its lock."}
#define STEP_COLUMN \
	{"step", CELL_TEXT, "step", 0, \
	    "What is done: archive, analyze, vacuum (analyze), reindex concurrently, drop leftover; or what is told: size, bloat, connections, unused index."}

static const struct table_column vacuum_columns[] = {DATABASE_COLUMN, SCHEMA_COLUMN,
    {"name", CELL_TEXT, "table", 0, "pg_class.relname."}, STATE_COLUMNS, BEFORE_COLUMN, AFTER_COLUMN, DEAD_COLUMN, PARTS_COLUMN, TOOK_COLUMN};
const struct table_shape vacuum_shape = {"vacuum", vacuum_columns, sizeof vacuum_columns / sizeof vacuum_columns[0]};

static const struct table_column reindex_columns[] = {DATABASE_COLUMN,
    {"step", CELL_TEXT, "step", 0, "reindex, reindex concurrently, or drop leftover (of a REINDEX CONCURRENTLY that was interrupted)."}, SCHEMA_COLUMN,
    {"name", CELL_TEXT, "table", 1, "Its table (pg_class.relname)."}, INDEX_COLUMN, STATE_COLUMNS, BLOAT_COLUMN, BEFORE_COLUMN, AFTER_COLUMN, TOOK_COLUMN};
const struct table_shape reindex_shape = {"reindex", reindex_columns, sizeof reindex_columns / sizeof reindex_columns[0]};

static const struct table_column archive_columns[] = {DATABASE_COLUMN, SCHEMA_COLUMN,
    {"name", CELL_TEXT, "table", 0, "pg_class.relname; of a partitioned table each partition."}, STATE_COLUMNS,
    {"rows", CELL_COUNT, "rows", 0, "Rows taken out; in a plan those that are old enough."}, FILE_COLUMN, TOOK_COLUMN};
const struct table_shape archive_shape = {"archive", archive_columns, sizeof archive_columns / sizeof archive_columns[0]};

static const struct table_column maintain_columns[] = {DATABASE_COLUMN, STEP_COLUMN, SCHEMA_COLUMN,
    {"name", CELL_TEXT, "name", 0, "The table (pg_class.relname); of connections their state."}, INDEX_COLUMN, STATE_COLUMNS, BEFORE_COLUMN, AFTER_COLUMN,
    DEAD_COLUMN, {"rows", CELL_COUNT, "rows", 1, "archive: rows taken out, in a plan those that are old enough; connections: how many; else null."},
    BLOAT_COLUMN, PARTS_COLUMN, FILE_COLUMN, TOOK_COLUMN};
const struct table_shape maintain_shape = {"maintain", maintain_columns, sizeof maintain_columns / sizeof maintain_columns[0]};

static void item_done(struct item *item)
{
	mem_free(item->schema);
	mem_free(item->name);
	mem_free(item->index);
	mem_free(item->shown);
	mem_free(item->owner);
	mem_free(item->why);
	mem_free(item->reason);
	mem_free(item->file);
}

void chore_forget(struct chore *chore, bool (*is_needless)(const struct item *item, const void *arg), const void *arg)
{
	int kept = 0;
	for (int i = 0; i < chore->count; i++) {
		if (is_needless(&chore->items[i], arg))
			item_done(&chore->items[i]);
		else
			chore->items[kept++] = chore->items[i];
	}
	chore->count = kept;
}

struct item *chore_add(struct chore *chore, const char *step, const char *schema, const char *name, const char *index)
{
	chore->items = mem_grow(chore->items, (size_t)chore->count + 1, sizeof chore->items[0]);
	struct item *item = &chore->items[chore->count++];
	*item = (struct item){.step = step, .schema = mem_copy(schema), .name = mem_copy(name), .index = mem_copy(index),
	    .may = true, .bytes = -1, .bytes_after = -1, .dead = -1, .rows = -1, .ratio = -1, .took_ms = -1};
	const char *last = index != NULL ? index : name;
	item->shown = schema != NULL ? mem_format("%s.%s", schema, last) : mem_copy(last);
	return item;
}

void chore_find(struct chore *chore, const char *step, const char *schema, const char *name, const char *index, int64_t bytes, int64_t rows,
    const char *format, ...)
{
	struct item *item = chore_add(chore, step, schema, name, index);
	struct text words = {0};
	va_list args;
	va_start(args, format);
	text_vaddf(&words, format, args);
	va_end(args);
	item->state = ITEM_FOUND;
	item->bytes = bytes;
	item->rows = rows;
	item->reason = text_take(&words);
}

const char *item_state_word(enum item_state state)
{
	static const char *const words[] = {"planned", "done", "skipped", "locked", "failed", "left", "found"};
	return words[state];
}

static void set_number(struct table *rows, int row, const char *column, int64_t value)
{
	if (value >= 0)
		table_set_int(rows, row, column, value);
}

struct table *chore_rows(const struct chore *chore)
{
	struct table *rows = table_new(&maintain_shape), *shaped = table_new(chore->shape);
	for (int i = 0; i < chore->count; i++) {
		const struct item *item = &chore->items[i];
		int row = table_add_row(rows);
		table_set_text(rows, row, "database", chore->database->name);
		table_set_text(rows, row, "step", item->step);
		table_set_text(rows, row, "schema", item->schema);
		table_set_text(rows, row, "name", item->name);
		table_set_text(rows, row, "index", item->index);
		table_set_text(rows, row, "state", item_state_word(item->state));
		table_set_text(rows, row, "reason", item->reason != NULL ? item->reason : item->state == ITEM_PLANNED ? item->why : NULL);
		set_number(rows, row, "bytes_before", item->bytes);
		set_number(rows, row, "bytes_after", item->bytes_after);
		set_number(rows, row, "dead_before", item->dead);
		set_number(rows, row, "rows", item->rows);
		if (item->ratio >= 0)
			table_set_real(rows, row, "bloat_ratio", item->ratio);
		if (item->parts > 0)
			table_set_int(rows, row, "parts", item->parts);
		table_set_text(rows, row, "file", item->file);
		if (item->took_ms >= 0)
			table_set_real(rows, row, "duration_ms", item->took_ms);
		table_copy_row(shaped, table_add_row(shaped), rows, row);
	}
	table_free(rows);
	return shaped;
}

/* --- the plan -------------------------------------------------------------------------- */

static void tell_planned(const struct report *report, const struct item *item)
{
	struct text line = {0};
	char word[UNITS_SIZE];
	text_addf(&line, "%s %s", item->step, item->shown);
	if (item->bytes >= 0)
		text_addf(&line, "  %s", units_bytes(word, item->bytes));
	if (item->parts > 0)
		text_addf(&line, " in %d chunk%s", item->parts, item->parts == 1 ? "" : "s");
	if (item->dead >= 0)
		text_addf(&line, ", %lld dead rows", (long long)item->dead);
	if (item->why != NULL)
		text_addf(&line, "%s %s", item->bytes >= 0 || item->dead >= 0 ? ":" : " ", item->why);
	report_log((struct report *)report, "%s", text_str(&line));
	text_done(&line);
}

void chore_tell_plan(const struct chore *chore)
{
	char size[UNITS_SIZE];
	int todo = 0;
	for (int i = 0; i < chore->count; i++) {
		const struct item *item = &chore->items[i];
		todo += item->state == ITEM_PLANNED;
		if (item->state == ITEM_PLANNED)
			tell_planned(chore->report, item);
		else if (item->state == ITEM_SKIPPED)
			report_log(chore->report, "skips %s: %s", item->shown, item->reason);
		else
			report_log(chore->report, "%s %s: %s", item->step, item->shown, item->reason);
	}
	if (chore->until_us > 0)
		report_log(chore->report, "after %s no further step is begun",
		    units_ms(size, (double)(chore->until_us - chore->began_us) / 1000.0));
	report_summary(chore->report, "%d step%s, %s", todo, todo == 1 ? "" : "s", units_bytes(size, chore->all_bytes));
}

/* --- the report -------------------------------------------------------------------------- */

struct tally {
	int done, bad, left, skipped, barred;
	struct words bad_names, left_names;
};

static struct tally count_up(const struct chore *chore)
{
	struct tally tally = {0};
	for (int i = 0; i < chore->count; i++) {
		const struct item *item = &chore->items[i];
		tally.done += item->state == ITEM_DONE;
		tally.skipped += item->state == ITEM_SKIPPED;
		tally.barred += item->state == ITEM_SKIPPED && !item->may;
		if (item->state == ITEM_LOCKED || item->state == ITEM_FAILED) {
			tally.bad++;
			words_take(&tally.bad_names, mem_format("%s (%s)", item->shown, item->reason));
		} else if (item->state == ITEM_LEFT) {
			tally.left++;
			words_add(&tally.left_names, item->shown);
		}
	}
	return tally;
}

/* "vacuum of 4 tables, reindex of 1 index" */
static void add_steps(const struct chore *chore, struct text *words)
{
	for (int i = 0; i < chore->count; i++) {
		const struct item *item = &chore->items[i];
		int count = 0;
		bool is_first = true;
		/* They stand together as a rule: among thousands not every one is held against every other. */
		if (i > 0 && strcmp(chore->items[i - 1].step, item->step) == 0)
			continue;
		for (int k = 0; k < chore->count; k++) {
			is_first = is_first && !(k < i && strcmp(chore->items[k].step, item->step) == 0);
			count += strcmp(chore->items[k].step, item->step) == 0 && chore->items[k].state == ITEM_DONE;
		}
		if (!is_first || item->state == ITEM_FOUND)
			continue;
		text_addf(words, "%s%s of %d %s", words->length > 0 ? ", " : "", item->step, count,
		    item->index != NULL ? (count == 1 ? "index" : "indexes") : (count == 1 ? "table" : "tables"));
	}
}

/* Somebody asked for this work, and this role may do none of it: that is no success. Of what is due daily or weekly the rest may be done already. */
static bool tell_barred(const struct chore *chore, const struct tally *tally, struct err *err)
{
	const struct item *item = chore->items;
	while (item->state != ITEM_SKIPPED || item->may)
		item++;
	return err_set(err, ERR_FAILED, "nothing was done: this role may not, in %d of %d (%s: %s)", tally->barred, tally->skipped, item->shown, item->reason);
}

static bool tell_bad(const struct chore *chore, const struct tally *tally, struct err *err)
{
	char *bad = words_join(&tally->bad_names, ", "), *left = words_join(&tally->left_names, ", ");
	int all = tally->done + tally->bad + tally->left;
	if (tally->bad > 0) {
		bool is_index = false, is_held = false;
		for (int i = 0; i < chore->count; i++) {
			is_index = is_index || chore->items[i].index != NULL;
			is_held = is_held || chore->items[i].state == ITEM_LOCKED;
		}
		err_set(err, tally->done > 0 ? ERR_PARTIAL : ERR_FAILED, "%d of %d %s not done: %s", tally->bad, all, is_index ? "steps" : "tables", bad);
		if (is_held)
			err_hint(err, "see who holds them: pgtend activity %s", chore->database->name);
	} else {
		err_set(err, ERR_PARTIAL, "the time was over: %d of %d steps left: %s", tally->left, all, left);
		err_hint(err, "the next run goes on; --budget or key maintain_budget gives it more time");
	}
	if (tally->bad > 0 && tally->left > 0)
		report_log(chore->report, "the time was over: %d left: %s", tally->left, left);
	mem_free(bad);
	mem_free(left);
	return false;
}

bool chore_tell(const struct chore *chore, struct err *err)
{
	struct tally tally = count_up(chore);
	char took[UNITS_SIZE];
	bool ok = tally.bad == 0 && tally.left == 0;
	if (!ok) {
		tell_bad(chore, &tally, err);
	} else if (tally.barred > 0 && tally.done == 0 && chore->shape != &maintain_shape) {
		ok = tell_barred(chore, &tally, err);
	} else {
		struct text steps = {0};
		add_steps(chore, &steps);
		if (tally.skipped > 0)
			text_addf(&steps, ", %d skipped", tally.skipped);
		report_summary(chore->report, "%s%s in %s", steps.length > 0 ? "" : "nothing to do", text_str(&steps),
		    units_ms(took, (double)(units_now_us() - chore->began_us) / 1000.0));
		text_done(&steps);
	}
	words_done(&tally.bad_names);
	words_done(&tally.left_names);
	return ok;
}

bool chore_close(struct chore *chore, bool is_good, struct err *err)
{
	if (chore->options->is_dry_run) {
		if (is_good)
			chore_tell_plan(chore);
	} else {
		for (int i = 0; i < chore->count; i++)
			if (chore->items[i].state == ITEM_PLANNED)
				chore->items[i].state = ITEM_LEFT;
		is_good = is_good && chore_tell(chore, err);
	}
	report_rows(chore->report, chore_rows(chore));
	return is_good;
}
