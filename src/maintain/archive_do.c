/* maintain/archive_do.c - old rows taken out batch by batch. Each is a transaction: rows are locked, deleted and, where they are kept, given to the file in
 * one statement; it is committed when the file holds them on the disk. */
#include <stdlib.h>
#include <string.h>

#include "archive.h"
#include "pgtend/loop/task.h"
#include "pgtend/pg/copy.h"

enum { BATCH_BYTES = 16 << 20, LEAST_BATCH = 10, MOST_PAGES = 4096, TRIES = 3 };

struct walk {
	struct chore *chore;
	struct item *item;
	const struct archive_target *target;
	char *table, *column, *cutoff; /* quoted */
	int64_t batch;                 /* rows at most */
	int pause_ms;
	char *last_value, *last_ctid;  /* behind which the next batch begins; NULL: at the start */
	int64_t page, pages;           /* without an index: the next window */
	bool is_through;
};

static bool send(struct walk *walk, const char *sql, struct result **r, struct err *err)
{
	struct session_statement statement = {.sql = sql};
	return session_alone_wait(walk->chore->session, &statement, r, err);
}

/* --- which rows next -------------------------------------------------------------------------------- */

/* With an index in its order; without one by windows of pages, of which a batch may take a part. */
static void add_place(struct walk *walk, struct text *sql)
{
	const struct archive_target *target = walk->target;
	if (!target->has_index) {
		text_addf(sql, " and t.ctid >= '(%lld,0)'::tid and t.ctid < '(%lld,0)'::tid", (long long)walk->page, (long long)(walk->page + walk->pages));
		if (walk->last_ctid != NULL)
			text_addf(sql, " and t.ctid > '%s'::tid", walk->last_ctid);
		text_addf(sql, " order by t.ctid limit %lld", (long long)walk->batch);
		return;
	}
	if (walk->last_ctid != NULL) {
		char *value = session_quote_literal(walk->chore->session, walk->last_value);
		text_addf(sql, " and (t.%s, t.ctid) > (%s::%s, '%s'::tid)", walk->column, value, target->type, walk->last_ctid);
		mem_free(value);
	}
	text_addf(sql, " order by t.%s, t.ctid limit %lld", walk->column, (long long)walk->batch);
}

/* row_security = off: rows that a policy hides from us are an error, not silently left. Read committed, whatever the default: the DELETE must see who
 * began to refer to a row before it was locked. No digit of a float is left out of the file. */
static char *choosing_sql(struct walk *walk)
{
	const struct archive_target *target = walk->target;
	struct text sql = {0};
	text_addf(&sql, "begin isolation level read committed; set local row_security = off; set local extra_float_digits = 3; set local lock_timeout = %d; "
	    "select t.ctid::text, t.%s::text as value from only %s t where t.%s < %s::%s and pg_catalog.isfinite(t.%s)",
	    database_lock_timeout_ms(walk->chore->database), walk->column, walk->table, walk->column, walk->cutoff, target->type, walk->column);
	if (target->gone != NULL)
		text_addf(&sql, " and %s", target->gone);
	add_place(walk, &sql);
	text_add(&sql, " for update of t skip locked");
	return text_take(&sql);
}

static void remember(struct walk *walk, const char *value, const char *ctid)
{
	mem_free(walk->last_ctid);
	mem_free(walk->last_value);
	walk->last_ctid = ctid != NULL ? mem_copy(ctid) : NULL;
	walk->last_value = value != NULL ? mem_copy(value) : NULL;
}

/* What the catalog says of rows a page may be wrong: a window that held too many is halved, one that held few doubled. */
static void move_window(struct walk *walk, int rows)
{
	if (rows == walk->batch) {
		walk->page = strtoll(walk->last_ctid + 1, NULL, 10);
		walk->pages = walk->pages > 1 ? walk->pages / 2 : 1;
		return;
	}
	remember(walk, NULL, NULL);
	walk->page += walk->pages;
	if (rows < walk->batch / 4 && walk->pages < MOST_PAGES)
		walk->pages *= 2;
	walk->is_through = walk->page > walk->target->pages;
}

static void move_on(struct walk *walk, const struct result *r, int rows)
{
	if (rows > 0)
		remember(walk, result_word(r, rows - 1, "value"), result_word(r, rows - 1, "ctid"));
	if (walk->target->has_index)
		walk->is_through = rows == 0;
	else
		move_window(walk, rows);
}

/* The rows of *r as "{...}", now locked by us. */
static char *list_of(const struct result *r)
{
	struct text list = {0};
	for (int row = 0; row < result_rows(r); row++)
		text_addf(&list, "%s\"%s\"", row > 0 ? "," : "{", result_word(r, row, "ctid"));
	text_add(&list, "}");
	return text_take(&list);
}

static bool choose(struct walk *walk, struct result **r, struct err *err)
{
	char *sql = choosing_sql(walk);
	bool ok = send(walk, sql, r, err);
	mem_free(sql);
	return ok;
}

/* --- out with them ---------------------------------------------------------------------------------- */

static bool read_into(struct copy *copy, struct export *export, int64_t *rows, struct err *err)
{
	struct copy_block block;
	for (;;) {
		if (!copy_read_wait(copy, &block, err))
			return false;
		if (block.length == 0)
			return true;
		*rows += block.rows;
		if (!export_batch_put(export, block.bytes, block.length, err))
			return false;
	}
}

/* What is to go: what began to be referred to between the choice and its lock stays, else ON DELETE CASCADE would take along rows that nobody chose. */
static char *delete_sql(const struct walk *walk, const char *ctids)
{
	const char *gone = walk->target->gone;
	return mem_format("delete from only %s t where t.ctid = any ('%s'::tid[])%s%s", walk->table, ctids, gone != NULL ? " and " : "", gone != NULL ? gone : "");
}

/* Written, counted, on the disk. *rows without the header. */
static bool write_out(struct walk *walk, const char *ctids, int64_t *rows, struct err *err)
{
	struct export *export = walk->target->source->export;
	const char *how = export_copy_options(export);
	int64_t told = -1, seen = 0;
	char *delete = delete_sql(walk, ctids), *sql = mem_format("copy (%s returning %s) to stdout%s", delete, walk->target->row_columns, how);
	mem_free(delete);
	if (!export_batch_begin(export, walk->chore->fleet->loop, err)) {
		mem_free(sql);
		return false;
	}
	struct copy *copy = copy_start(walk->chore->session, sql);
	struct err first = {0}, end = {0};
	bool ok = read_into(copy, export, &seen, &first);
	if (!copy_end_wait(copy, &told, &end) && ok) {
		ok = false;
		first = end;
	}
	seen -= strstr(how, "header") != NULL;
	if (ok && seen != told)
		ok = err_set(&first, ERR_FAILED, "the server says that it gave %lld rows, and %lld came", (long long)told, (long long)seen);
	if (!ok)
		*err = first;
	mem_free(sql);
	*rows = told;
	return ok && export_batch_close(export, told, err);
}

static bool delete_only(struct walk *walk, const char *ctids, int64_t *rows, struct err *err)
{
	char *delete = delete_sql(walk, ctids), *sql = mem_format("with gone as (%s returning 1) select count(*) as rows from gone", delete);
	mem_free(delete);
	struct result *r = NULL;
	bool ok = send(walk, sql, &r, err);
	*rows = ok ? result_number(r, 0, "rows") : 0;
	result_free(r);
	mem_free(sql);
	return ok;
}

static void roll_back(struct walk *walk)
{
	struct err ignored;
	task_shield();
	if (session_in_transaction(walk->chore->session) && !send(walk, "rollback", NULL, &ignored))
		report_log(walk->chore->report, "rollback: %s", ignored.text);
	task_unshield();
}

/* After COMMIT was sent nobody but the server knows. */
static bool commit(struct walk *walk, struct err *err)
{
	struct result *r = NULL;
	task_shield();
	bool ok = send(walk, "commit", &r, err);
	task_unshield();
	const char *tag = ok ? result_tag(r) : NULL;
	if (ok && (tag == NULL || strcmp(tag, "COMMIT") != 0))
		ok = err_set(err, ERR_FAILED, "the batch was rolled back");
	result_free(r);
	return ok;
}

/* false: *err; *is_unknown: whether it was committed nobody knows, the file has the rows in any case. */
static bool take_out(struct walk *walk, const char *ctids, int64_t *rows, bool *is_unknown, struct err *err)
{
	struct export *export = walk->target->source->export;
	if (export != NULL ? !write_out(walk, ctids, rows, err) : !delete_only(walk, ctids, rows, err))
		return false;
	if (commit(walk, err)) {
		if (export != NULL)
			export_batch_done(export);
		return true;
	}
	*is_unknown = err->kind == ERR_UNREACHABLE;
	return false;
}

static bool open_export(struct walk *walk, struct err *err)
{
	struct archive_source *source = walk->target->source;
	if (source->path == NULL || source->export != NULL)
		return true;
	const struct export_about about = {walk->chore->database->dbname, source->table, source->rule.column, source->rule.age, source->columns};
	bool ok = export_open(source->path, &about, &source->export, err);
	if (ok)
		report_log(walk->chore->report, "rows of %s go to %s", walk->item->shown, export_path(source->export));
	return ok;
}

/* --- batch by batch ----------------------------------------------------------------------------------- */

static void drop_batch(struct walk *walk, bool is_unknown, struct err *err)
{
	struct export *export = walk->target->source->export;
	struct err cut = {0};
	if (is_unknown)
		err_hint(err, "whether the last batch is gone from the database is not known; its rows are in %s", export != NULL ? export_path(export) : "nothing else");
	else if (export != NULL && !export_batch_drop(export, &cut))
		*err = cut;
}

static bool one_batch(struct walk *walk, int64_t *rows, struct err *err)
{
	struct result *r = NULL;
	bool is_unknown = false;
	*rows = 0;
	bool ok = choose(walk, &r, err);
	int count = ok ? result_rows(r) : 0;
	if (count > 0) {
		char *ctids = list_of(r);
		ok = open_export(walk, err) && take_out(walk, ctids, rows, &is_unknown, err);
		mem_free(ctids);
	}
	if (!ok || count == 0)
		roll_back(walk);
	if (ok)
		move_on(walk, r, count);
	else
		drop_batch(walk, is_unknown, err);
	result_free(r);
	return ok;
}

static bool is_passing(const struct err *err)
{
	return strcmp(err->sqlstate, "40P01") == 0 || strcmp(err->sqlstate, "40001") == 0 || strcmp(err->sqlstate, "55P03") == 0 ||
	       strcmp(err->sqlstate, "23503") == 0;
}

static bool walk_through(struct walk *walk, struct err *err)
{
	int64_t whole = walk->item->rows, done = 0;
	int tries = 0;
	walk->item->rows = 0;
	while (!walk->is_through && chore_has_time(walk->chore)) {
		int64_t rows = 0;
		if (task_is_cancelled())
			return err_set(err, ERR_CANCELLED, "cancelled between two batches");
		if (!one_batch(walk, &rows, err)) {
			/* A deadlock, a row that somebody began to refer to: the same rows once more. */
			if (!is_passing(err) || ++tries >= TRIES)
				return false;
			task_sleep(walk->pause_ms);
			continue;
		}
		tries = 0;
		done += rows;
		walk->item->rows = done;
		report_progress(walk->chore->report, done, whole > done ? whole : done, "rows");
		if (rows > 0 && !walk->is_through)
			task_sleep(walk->pause_ms);
	}
	return true;
}

static void walk_begin(struct walk *walk, struct chore *chore, struct item *item)
{
	const struct archive_target *target = item->rule;
	int64_t most = section_int(chore->database->section, "archive_batch"), fit = BATCH_BYTES / (target->width > 0 ? target->width : 1);
	*walk = (struct walk){.chore = chore, .item = item, .target = target};
	walk->table = chore_quote(chore, item->schema, item->name);
	walk->column = session_quote_identifier(chore->session, target->source->rule.column);
	walk->cutoff = session_quote_literal(chore->session, target->cutoff);
	walk->batch = fit < most ? (fit > LEAST_BATCH ? fit : most < LEAST_BATCH ? most : LEAST_BATCH) : most;
	walk->pages = walk->batch / (target->page_rows > 0 ? target->page_rows : 1) + 1;
	walk->pause_ms = (int)(section_seconds(chore->database->section, "archive_pause") * 1000);
}

static void walk_end(struct walk *walk)
{
	mem_free(walk->table);
	mem_free(walk->column);
	mem_free(walk->cutoff);
	mem_free(walk->last_value);
	mem_free(walk->last_ctid);
}

static bool work(struct chore *chore, struct item *item, struct err *err)
{
	struct walk walk;
	struct err own = {0};
	walk_begin(&walk, chore, item);
	bool ok = walk_through(&walk, &own);
	if (ok && !walk.is_through) {
		item->state = ITEM_LEFT;
		item->reason = mem_format("the time was over, after %lld rows", (long long)item->rows);
	} else {
		chore_settle(chore, item, ok, false, &own);
	}
	if (walk.target->source->export != NULL && item->rows > 0)
		item->file = mem_copy(export_path(walk.target->source->export));
	walk_end(&walk);
	if (ok || !chore_is_broken(chore, &own))
		return true;
	*err = own;
	return false;
}

/* --- all ------------------------------------------------------------------------------------------------ */

/* A file that is not whole stays open in its journal: the next run goes on with it. */
static bool close_files(struct chore *chore, struct archive *archive, bool is_whole, struct err *err)
{
	bool ok = true;
	for (int i = 0; i < archive->source_count; i++) {
		struct err own = {0};
		if (archive->sources[i].export == NULL)
			continue;
		if (!export_close(archive->sources[i].export, chore->fleet->loop, is_whole, NULL, &own) && ok) {
			*err = own;
			ok = false;
		}
		archive->sources[i].export = NULL;
	}
	return ok;
}

bool archiving_do(struct chore *chore, struct archive *archive, struct err *err)
{
	bool ok = chore_each(chore, STEP_ARCHIVE, work, err);
	struct err own = {0};
	if (!close_files(chore, archive, ok, &own) && ok) {
		*err = own;
		ok = false;
	}
	return ok;
}

bool maintain_archive(struct fleet *fleet, struct database *database, const struct maintain_options *options, struct report *report, struct err *err)
{
	struct chore chore;
	struct archive archive = {0};
	bool ok = chore_begin(&chore, fleet, database, "archive", &archive_shape, options, report, err) && archiving_plan(&chore, &archive, err);
	if (ok) {
		ok = options->is_dry_run || archiving_do(&chore, &archive, err);
		ok = chore_close(&chore, ok, err);
	}
	archiving_done(&archive);
	chore_end(&chore);
	return ok;
}
