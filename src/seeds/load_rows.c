/* seeds/load_rows.c - one file of CSV as INSERTs of many rows each: for a server that takes no data for COPY (PGlite), for tables with
 * row security, which COPY refuses, and again for a role that may make no temporary table. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "load.h"
#include "pgtend/core/mem.h"
#include "pgtend/core/places.h"

enum { BATCH_ROWS = 500, BATCH_BYTES = 256 * 1024, BLOCK_BYTES = 64 * 1024, DEADLINE_MS = 15000 };

/* The rows of one INSERT, and where each of them stands, so that the one which fails can be found. */
struct batch {
	struct words rows; /* "('1', NULL)" */
	int lines[BATCH_ROWS];
	size_t bytes;
};

/* The same look at the whole file as on its way to COPY, before anything is sent. */
static bool watch_file(struct load *load, struct err *err)
{
	int fd = places_open_read(load->file->path, err);
	if (fd < 0)
		return err_prefix(err, "%s", load->file->name);
	struct checksum_stream *sum = checksum_stream_new();
	char *block = mem_new(BLOCK_BYTES);
	ssize_t got;
	int64_t done = 0;
	while ((got = read(fd, block, BLOCK_BYTES)) > 0 || (got < 0 && errno == EINTR)) {
		size_t length = got > 0 ? (size_t)got : 0, skip = done == 0 && length >= 3 && memcmp(block, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;
		checksum_stream_add(sum, block, length);
		done += (int64_t)length;
		if (!csv_watch_add(&load->watch, block + skip, length - skip))
			break;
	}
	bool ok = got >= 0 && csv_watch_end(&load->watch);
	if (got < 0)
		err_set(err, ERR_FAILED, "%s: cannot be read: %s", load->file->name, strerror(errno));
	else if (!ok)
		load_word_error(load, NULL, err);
	checksum_stream_end(sum, load->file->checksum);
	load->file->bytes = done;
	mem_free(block);
	close(fd);
	return ok;
}

char *load_skips(const struct load *load)
{
	const char *arbiter = load->target.arbiter;
	return mem_format(" ON CONFLICT%s%s DO NOTHING", arbiter != NULL ? " ON CONSTRAINT " : "", arbiter != NULL ? arbiter : "");
}

static bool insert(struct load *load, const char *rows, bool skips, struct result **result, struct err *err)
{
	char *conflict = skips ? load_skips(load) : mem_copy("");
	char *sql = mem_format("INSERT INTO %s (%s)%s VALUES %s%s", load->target.quoted, load->header.list,
	    load->target.kind == 'v' ? "" : " OVERRIDING SYSTEM VALUE", rows, conflict);
	bool ok = session_query_wait(load->session, sql, NULL, 0, 0, result, err);
	mem_free(conflict);
	mem_free(sql);
	return ok;
}

/* One of the batch is wrong: once more, one by one, until it is found. */
static void find_wrong(struct load *load, const struct batch *batch, bool skips, struct err *err)
{
	struct err ignored, why;
	if (!session_query_wait(load->session, "ROLLBACK TO SAVEPOINT pgtend_batch", NULL, 0, DEADLINE_MS, NULL, &ignored))
		return;
	for (size_t i = 0; i < batch->rows.count; i++) {
		struct result *result = NULL;
		bool ok = insert(load, batch->rows.v[i], skips, &result, &why);
		if (!ok && result != NULL && result_error(result) != NULL) {
			load_word_insert_error(load, result, &why);
			size_t name = strlen(load->file->name);
			err_set(err, why.kind, "%s:%d%s", load->file->name, batch->lines[i], why.text + (strlen(why.text) > name ? name : 0));
			memcpy(err->sqlstate, why.sqlstate, sizeof err->sqlstate);
			memcpy(err->hint, why.hint, sizeof err->hint);
		}
		result_free(result);
		if (!ok)
			return;
	}
}

static bool send_batch(struct load *load, struct batch *batch, bool skips, struct err *err)
{
	if (batch->rows.count == 0)
		return true;
	struct result *result = NULL;
	char *rows = words_join(&batch->rows, ",");
	bool ok = session_query_wait(load->session, "SAVEPOINT pgtend_batch", NULL, 0, DEADLINE_MS, NULL, err) &&
	          insert(load, rows, skips, &result, err);
	if (ok) {
		load->file->rows += load_rows_of(result_tag(result));
		load->copied += (int64_t)batch->rows.count;
		ok = session_query_wait(load->session, "RELEASE SAVEPOINT pgtend_batch", NULL, 0, DEADLINE_MS, NULL, err);
	} else {
		load_word_insert_error(load, result, err);
		if (err->kind != ERR_CANCELLED && err->kind != ERR_UNREACHABLE)
			find_wrong(load, batch, skips, err);
	}
	result_free(result);
	mem_free(rows);
	words_done(&batch->rows);
	batch->bytes = 0;
	return ok;
}

static bool add_row(struct load *load, struct batch *batch, const struct csv_record *record, struct err *err)
{
	struct text row = {0};
	if (record->count != load->header.count)
		return err_set(err, ERR_FAILED, "%s:%d: %d values, the header names %d columns", load->file->name, record->line, record->count,
		    load->header.count);
	for (int i = 0; i < record->count; i++) {
		const char *value = record->values[i].text;
		char *literal = value != NULL ? session_quote_literal(load->session, value) : NULL;
		if (value != NULL && literal == NULL) {
			text_done(&row);
			return err_set(err, ERR_FAILED, "%s:%d:%d: this is not valid UTF-8", load->file->name, record->values[i].line,
			    record->values[i].column);
		}
		text_addf(&row, "%s%s", i == 0 ? "(" : ",", literal != NULL ? literal : "NULL");
		mem_free(literal);
	}
	text_add_char(&row, ')');
	batch->lines[batch->rows.count] = record->line;
	batch->bytes += row.length;
	words_take(&batch->rows, text_take(&row));
	return true;
}

bool load_by_rows(struct load *load, bool skips, struct err *err)
{
	struct batch *batch = MEM_NEW(struct batch);
	struct csv_record record = {0};
	load->file->rows = 0;
	bool ok = watch_file(load, err);
	struct csv_reader *reader = ok ? csv_open(load->file->path, true, err) : NULL;
	ok = reader != NULL && csv_next(reader, &record);
	while (ok && csv_next(reader, &record)) {
		ok = add_row(load, batch, &record, err);
		if (ok && csv_is_cut(reader))
			ok = err_set(err, ERR_FAILED, "%s:%d: a value of more than 16 MB", load->file->name, record.line);
		if (ok && (batch->rows.count == BATCH_ROWS || batch->bytes > BATCH_BYTES))
			ok = send_batch(load, batch, skips, err);
		report_progress(load->run->report, record.end, load->size, "bytes");
	}
	ok = ok && send_batch(load, batch, skips, err);
	csv_close(reader);
	csv_record_done(&record);
	words_done(&batch->rows);
	mem_free(batch);
	return ok;
}
