/* seeds/load.c - one file of CSV into its table: streamed by COPY, in a transaction of its own.
 *
 * Rows whose key is there already stay as they are: seeds run again and again. COPY cannot leave rows out, so that they come by a table
 * of the session then; where nothing is there yet, straight.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "pgtend/core/mem.h"
#include "pgtend/core/places.h"
#include "pgtend/fleet/blocker.h"
#include "load.h"
#include "pgtend/sql_embedded.h"

enum { BLOCK_BYTES = 64 * 1024, PROGRESS_BYTES = 1 << 20, DEADLINE_MS = 15000 };

/* ---- the stream ------------------------------------------------------------------------ */

static ssize_t read_block(int fd, char *block)
{
	ssize_t got;
	do
		got = read(fd, block, BLOCK_BYTES);
	while (got < 0 && errno == EINTR);
	return got;
}

/* Every byte goes to the checksum, to the watch, and to the server. False: the server, or the watch, wants no more; or *why. */
static bool stream(struct load *load, struct copy_in *copy, int fd, char **why)
{
	struct checksum_stream *sum = checksum_stream_new();
	char *block = mem_new(BLOCK_BYTES);
	ssize_t got;
	bool is_wanted = true;
	int64_t done = 0;
	while (is_wanted && (got = read_block(fd, block)) > 0) {
		size_t skip = done == 0 && got >= 3 && memcmp(block, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;
		checksum_stream_add(sum, block, (size_t)got);
		is_wanted = csv_watch_add(&load->watch, block + skip, (size_t)got - skip) &&
		            copy_in_write_wait(copy, block + skip, (size_t)got - skip);
		done += got;
		if (done % PROGRESS_BYTES < got)
			report_progress(load->run->report, done, load->size, "bytes");
	}
	if (is_wanted && got < 0)
		*why = mem_format("%s: cannot be read: %s", load->file->name, strerror(errno));
	is_wanted = is_wanted && got == 0 && csv_watch_end(&load->watch);
	checksum_stream_end(sum, load->file->checksum);
	load->file->bytes = done;
	mem_free(block);
	return is_wanted;
}

/* into: a quoted table. */
static bool copy_into(struct load *load, const char *into, struct err *err)
{
	int fd = places_open_read(load->file->path, err);
	if (fd < 0)
		return err_prefix(err, "%s", load->file->name);
	char *sql = mem_format(
	    "COPY %s (%s) FROM STDIN WITH (FORMAT csv, HEADER true, ENCODING 'UTF8')", into, load->header.list);
	struct copy_in *copy = copy_in_start(load->session, sql);
	struct result *result = NULL;
	char *why = NULL;
	bool is_whole = stream(load, copy, fd, &why);
	bool ok = copy_in_end_wait(copy, is_whole ? NULL : "pgtend gave it up", &load->copied, &result, err);
	seed_log_notices(load->file, result, load->run->report);
	if (!ok && why != NULL)
		err_set(err, ERR_FAILED, "%s", why);
	else if (!ok)
		load_word_error(load, result, err);
	result_free(result);
	mem_free(why);
	mem_free(sql);
	close(fd);
	return ok;
}

/* ---- the ways -------------------------------------------------------------------------- */

/* Rows of a former run: only then, and only where the table itself would notice, are keys looked at. */
static bool must_look_at_keys(struct load *load, bool *must, struct err *err)
{
	struct result *result = NULL;
	*must = false;
	if (!load->target.has_key || !load->target.may_read || !load->header.has_key || (load->target.kind != 'r' && load->target.kind != 'p'))
		return true;
	bool ok = session_queryf_wait(load->session, DEADLINE_MS, &result, err, "SELECT EXISTS (SELECT FROM %s)", load->target.quoted);
	*must = ok && result_bool(result, 0, 0);
	result_free(result);
	return ok;
}

static bool run_sql(struct load *load, char *sql, struct result **result, struct err *err)
{
	bool ok = session_query_wait(load->session, sql, NULL, 0, 0, result, err);
	mem_free(sql);
	return ok;
}

/* With the columns of the header, and what must not be null in them: COPY then still names the line. */
static bool make_table(struct load *load, struct err *err)
{
	struct text sql = {0};
	int count = 0;
	text_addf(&sql, "CREATE TEMPORARY TABLE pgtend_seed ON COMMIT DROP AS SELECT %s FROM %s WITH NO DATA", load->header.list,
	    load->target.quoted);
	for (int i = 0; i < load->header.count; i++) {
		const struct target_column *column = &load->target.columns[load->header.columns[i]];
		if (!column->is_not_null)
			continue;
		char *name = session_quote_identifier(load->session, column->name);
		text_addf(&sql, "%s ALTER COLUMN %s SET NOT NULL", count++ == 0 ? "; ALTER TABLE pg_temp.pgtend_seed" : ",", name);
		mem_free(name);
	}
	return run_sql(load, text_take(&sql), NULL, err) || err_prefix(err, "%s", load->file->name);
}

/* A table of the session takes what COPY gives; then the rows that are new. */
static bool load_by_table(struct load *load, struct err *err)
{
	static const char name[] = "pg_temp.pgtend_seed";
	struct result *result = NULL;
	if (!make_table(load, err) || !copy_into(load, name, err))
		return false;
	char *skips = load_skips(load);
	bool ok = run_sql(load, mem_format("INSERT INTO %s (%s) OVERRIDING SYSTEM VALUE SELECT %s FROM %s%s", load->target.quoted,
	                            load->header.list, load->header.list, name, skips), &result, err);
	mem_free(skips);
	if (ok)
		load->file->rows = load_rows_of(result_tag(result));
	else
		load_word_insert_error(load, result, err);
	seed_log_notices(load->file, result, load->run->report);
	result_free(result);
	return ok;
}

static bool load_straight(struct load *load, struct err *err)
{
	bool ok = copy_into(load, load->target.quoted, err);
	load->file->rows = load->copied;
	return ok;
}

/* ---- sequences ------------------------------------------------------------------------- */

/* Keys that came with the rows leave the sequence behind: the next row without a key would take one that is there. ALTER SEQUENCE goes
 * with the transaction, setval() would not. */
static bool advance(struct load *load, const struct result *sequences, int row, struct err *err)
{
	const char *column = result_text(sequences, row, 0), *schema = result_text(sequences, row, 1), *name = result_text(sequences, row, 2);
	int64_t increment = result_int(sequences, row, 3, 1), least = result_int(sequences, row, 4, 1);
	int64_t most = result_int(sequences, row, 5, 0), last = result_int(sequences, row, 6, 0);
	struct result *result = NULL;
	if (!result_bool(sequences, row, 8)) {
		report_log(load->run->report, "%s: column %s may not be read: the next value of the sequence %s.%s may be taken", load->file->name,
		    column, schema, name);
		return true;
	}
	bool ok = session_queryf_wait(load->session, 0, &result, err, "SELECT %s(%I)::bigint FROM %s", increment > 0 ? "max" : "min", column,
	    load->target.quoted);
	const char *reached_text = ok && result_rows(result) == 1 ? result_text(result, 0, 0) : NULL;
	int64_t reached = reached_text != NULL ? strtoll(reached_text, NULL, 10) : 0, next = 0;
	bool is_behind = reached_text != NULL && (increment > 0 ? reached > last : reached < last) && reached >= least && reached <= most &&
	                 !__builtin_add_overflow(reached, increment, &next) && next >= least && next <= most;
	result_free(result);
	if (!ok || !is_behind)
		return ok;
	if (!result_bool(sequences, row, 7)) {
		report_log(load->run->report, "%s: the sequence %s.%s is behind column %s and belongs to somebody else: its next value may be taken",
		    load->file->name, schema, name, column);
		return true;
	}
	report_log(load->run->report, "%s: the sequence of %s goes on at %lld", load->file->name, column, (long long)next);
	return session_queryf_wait(load->session, 0, NULL, err, "ALTER SEQUENCE %I.%I RESTART WITH %lld", schema, name, (long long)next);
}

static bool is_in_header(const struct load *load, const char *column)
{
	for (int i = 0; i < load->header.count; i++)
		if (strcmp(load->target.columns[load->header.columns[i]].name, column) == 0)
			return true;
	return false;
}

static bool advance_sequences(struct load *load, struct err *err)
{
	if (load->file->rows <= 0)
		return true;
	struct result *result = NULL;
	const char *params[] = {load->target.oid};
	bool ok = session_query_wait(load->session, sql_seeds_sequences, params, 1, DEADLINE_MS, &result, err);
	for (int i = 0; ok && i < result_rows(result); i++)
		ok = !is_in_header(load, result_text(result, i, 0)) || advance(load, result, i, err);
	result_free(result);
	return ok || err_prefix(err, "%s", load->file->name);
}

/* ---- one file -------------------------------------------------------------------------- */

static bool open_load(struct load *load, struct session *session, struct err *err)
{
	bool is_absent;
	load->session = session;
	if (!target_find(session, load->file, &load->target, &is_absent, err))
		return false;
	mem_free(load->file->into);
	load->file->into = mem_format("%s.%s", load->target.schema, load->target.name);
	return header_read(session, load->file, &load->target, &load->header, err);
}

static void load_done(struct load *load)
{
	header_done(&load->header);
	target_done(&load->target);
}

static bool fill(struct load *load, struct err *err)
{
	struct database *database = load->run->database;
	bool must_look = false, has_copy = database->server->has[CAP_COPY_IN] && load->target.takes_copy;
	if (!must_look_at_keys(load, &must_look, err))
		return err_prefix(err, "%s", load->file->name);
	has_copy = has_copy && (!must_look || load->target.may_stage);
	bool ok = !has_copy ? load_by_rows(load, must_look, err) : must_look ? load_by_table(load, err) : load_straight(load, err);
	if (ok && must_look && load->file->rows < load->copied)
		report_log(load->run->report, "%s: %lld of %lld rows left out, their keys are there already", load->file->name,
		    (long long)(load->copied - load->file->rows), (long long)load->copied);
	return ok;
}

/* Who holds the table that it did not get. */
static void name_blocker(const struct load *load, struct err *err)
{
	if (strcmp(err->sqlstate, "55P03") != 0 || load->target.oid == NULL)
		return;
	char *oids = mem_format("{%s}", load->target.oid), *who = database_blocker(load->run->session, oids, false);
	if (who != NULL)
		err_hint(err, "%s", who);
	mem_free(oids);
	mem_free(who);
}

static int64_t size_of(const char *path)
{
	int64_t bytes = 0;
	struct err ignored;
	int fd = places_open_read(path, &ignored);
	if (fd >= 0) {
		bytes = (int64_t)lseek(fd, 0, SEEK_END);
		close(fd);
	}
	return bytes;
}

bool seed_run_csv(struct seed_run *run, struct session *session, struct seed_file *file, struct err *err)
{
	struct load load = {.run = run, .file = file, .size = size_of(file->path)};
	if (!seed_begin(run, session, err))
		return err_prefix(err, "%s", file->name);
	bool ok = open_load(&load, session, err);
	if (ok && load.header.count == 0) {
		report_log(run->report, "%s: is empty, it has not even a header", file->name);
		file->rows = 0;
		ok = checksum_of_file(file->path, file->checksum, &file->bytes) || err_set(err, ERR_FAILED, "%s: cannot be read", file->name);
	} else if (ok) {
		ok = fill(&load, err) && advance_sequences(&load, err);
	}
	ok = ok && seed_commit(run, session, file, err);
	if (!ok) {
		seed_rollback(session);
		name_blocker(&load, err);
	}
	load_done(&load);
	return ok;
}

bool seed_check_csv(struct seed_run *run, struct seed_file *file, bool may_be_absent, struct err *err)
{
	struct load load = {.run = run, .file = file};
	bool is_absent = false;
	load.session = run->session;
	bool ok = target_find(run->session, file, &load.target, &is_absent, err);
	if (!ok && is_absent && may_be_absent) {
		err_clear(err);
		return true;
	}
	if (ok) {
		mem_free(file->into);
		file->into = mem_format("%s.%s", load.target.schema, load.target.name);
		ok = header_read(run->session, file, &load.target, &load.header, err);
	}
	load_done(&load);
	return ok;
}
