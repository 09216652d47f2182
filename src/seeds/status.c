/* seeds/status.c - the seeds folder against what pgtend.seeds says of its runs; FACT_SEEDS of the panes. */
#include <string.h>
#include <unistd.h>

#include "pgtend/core/mem.h"
#include "pgtend/core/places.h"
#include "pgtend/loop/work.h"
#include "record.h"
#include "seeds_internal.h"

static const struct table_column columns[] = {
    {"database", CELL_TEXT, "database", 0, "Name of the [database] section."},
    {"file", CELL_TEXT, "file", 0, "File of the seeds folder, or of one of its environments' subfolders."},
    {"state", CELL_TEXT, "state", 0,
        "applied (as the file is now), changed (since it ran), not_run (also: forgotten by clean, or ran before its runs were recorded), gone (it ran, its file is no "
        "more)."},
    {"way", CELL_TEXT, "way", 3, "sql, csv, psql, runner or program."},
    {"ran_at", CELL_TIME, "ran (UTC)", 1, "When it ran last (pgtend.seeds.ran_at)."},
    {"took_ms", CELL_MS, "took", 2, "How long that took."},
    {"rows", CELL_COUNT, "rows", 2, "Rows that it wrote then; null: not known."},
    {"runs", CELL_COUNT, "runs", 4, "How often it ran since the database was last emptied."},
    {"environment", CELL_TEXT, "environment", 3, "The environment it ran for."},
    {"by", CELL_TEXT, "by", 5, "Who ran it, and on which machine."},
    {"checksum", CELL_TEXT, NULL, 9, "sha256 of the file as it ran; null: it did not."},
};
const struct table_shape seed_status_shape = {"seed status", columns, sizeof columns / sizeof columns[0]};

/* A file of a million rows is not read on the loop. */
struct hashing {
	const char *folder;
	struct words paths;
	char **sums; /* NULL: cannot be read, or it is not there */
};

static void hash(struct work *work, void *arg)
{
	struct hashing *hashing = arg;
	struct checksums *checksums = checksums_open(hashing->folder);
	for (size_t i = 0; i < hashing->paths.count && !work_is_cancelled(work); i++)
		if (access(hashing->paths.v[i], R_OK) == 0)
			hashing->sums[i] = checksums_of(checksums, hashing->paths.v[i]);
	checksums_close(checksums);
}

static const struct seed_row *row_named(const struct seed_rows *rows, const char *name)
{
	for (int i = 0; i < rows->count; i++)
		if (strcmp(rows->v[i].file, name) == 0)
			return &rows->v[i];
	return NULL;
}

static bool is_listed(const struct seed_list *list, const char *name)
{
	for (int i = 0; i < list->count; i++)
		if (strcmp(list->files[i].name, name) == 0)
			return true;
	return false;
}

static void add(struct table *table, const char *database, const char *file, const char *way, const struct seed_row *ran, const char *sum)
{
	int row = table_add_row(table);
	bool is_same = ran != NULL && sum != NULL && ran->checksum != NULL && strcmp(ran->checksum, sum) == 0;
	table_set_text(table, row, "database", database);
	table_set_text(table, row, "file", file);
	table_set_text(table, row, "way", way);
	table_set_text(table, row, "state", ran == NULL ? "not_run" : sum == NULL ? "gone" : is_same ? "applied" : "changed");
	if (ran == NULL)
		return;
	table_set_int(table, row, "ran_at", ran->ran_us);
	if (ran->took_ms >= 0)
		table_set_real(table, row, "took_ms", ran->took_ms);
	if (ran->rows >= 0)
		table_set_int(table, row, "rows", ran->rows);
	table_set_int(table, row, "runs", ran->runs);
	table_set_text(table, row, "environment", ran->environment);
	table_set_text(table, row, "by", ran->by);
	table_set_text(table, row, "checksum", ran->checksum);
}

/* What ran for another environment is neither gone nor of this list, as long as its file is there. */
static void compare(struct fleet *fleet, const struct database *database, const struct seed_list *list, const struct seed_rows *rows, struct table *table)
{
	struct hashing hashing = {.folder = section_text(database->section, "seeds")};
	size_t at = 0;
	for (int i = 0; i < list->count; i++)
		words_add(&hashing.paths, list->files[i].path);
	for (int i = 0; i < rows->count; i++)
		if (!is_listed(list, rows->v[i].file))
			words_take(&hashing.paths, places_join(hashing.folder, rows->v[i].file));
	hashing.sums = mem_new((hashing.paths.count + 1) * sizeof *hashing.sums);
	work_wait(work_start(fleet->loop, hash, &hashing));
	for (int i = 0; i < list->count; i++, at++)
		add(table, database->name, list->files[i].name, seed_way_word(list->files[i].way), row_named(rows, list->files[i].name), hashing.sums[at]);
	for (int i = 0; i < rows->count; i++)
		if (!is_listed(list, rows->v[i].file))
			add(table, database->name, rows->v[i].file, rows->v[i].way, &rows->v[i], hashing.sums[at++]);
	for (size_t i = 0; i < hashing.paths.count; i++)
		mem_free(hashing.sums[i]);
	mem_free(hashing.sums);
	words_done(&hashing.paths);
}

bool seeds_status_wait(struct fleet *fleet, struct database *database, struct session *session, struct table *table, struct err *err)
{
	static const struct seeds_options all = {.is_looking = true};
	struct seed_list list;
	struct seed_rows rows;
	if (!seed_list_read(fleet, database, &all, &list, err))
		return false;
	bool is_good = seed_rows_read(session, &rows, err);
	if (is_good && rows.why_not != NULL) {
		is_good = err_set(err, ERR_FAILED, "what ran of its seeds is not known: %s", rows.why_not);
		err_hint(err, "%s", rows.mend);
	} else if (is_good) {
		compare(fleet, database, &list, &rows, table);
	}
	if (is_good || rows.why_not != NULL)
		seed_rows_done(&rows);
	seed_list_done(&list);
	return is_good;
}

/* Where seeds never run, or where there are none, there is nothing to tell: no rows. */
static bool ask(const struct probe_target *target, struct session *session, struct table *table, struct err *err)
{
	struct err refused = {0};
	if (section_text(target->database->section, "seeds") == NULL || !database_refuse_production(target->database, "seed", &refused))
		return true;
	return seeds_status_wait(target->fleet, target->database, session, table, err);
}

const struct probe seeds_probe = {
    .fact = FACT_SEEDS,
    .name = "seeds",
    .scope = PROBE_DATABASE,
    .tier = TIER_MINUTE,
    .deadline_ms = 15000,
    .shape = &seed_status_shape,
    .ask = ask,
};
