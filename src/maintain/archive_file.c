/* maintain/archive_file.c - the file that rows are written to before they are gone, and what stands beside it. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <strings.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "archive.h"
#include "pgtend/archive/stream.h"
#include "pgtend/core/json.h"
#include "pgtend/core/places.h"
#include "pgtend/loop/work.h"

enum { ZSTD_LEVEL = 3 };

struct export {
	char *path, *journal;
	int fd;
	bool is_csv;
	enum stream_how how;
	json_t *about;
	int64_t bytes, rows; /* on the disk and written down */
	int64_t bytes_before, rows_before; /* the same before the last batch */
	bool is_headed;      /* the header stands */
	/* one batch */
	struct stream stream;
	struct work *work;
	int pipe_fd;
};

/* --- names ------------------------------------------------------------------------------------- */

/* "archive/public.v.csv.gz": its stem ends before ".csv.gz". */
static size_t stem_length(const char *path)
{
	const char *slash = strrchr(path, '/'), *name = slash != NULL ? slash + 1 : path;
	size_t stem = strlen(path) - (text_ends_with(path, ".gz") ? 3 : text_ends_with(path, ".zst") ? 4 : 0);
	const char *first = name + (*name == '.'), *dot = memrchr(first, '.', (size_t)(path + stem - first));
	return dot != NULL ? (size_t)(dot - path) : stem;
}

static char *name_of_run(const char *path)
{
	char stamp[UNITS_SIZE];
	size_t stem = stem_length(path);
	int64_t now_us = units_now_us();
	for (;; now_us += 1000000) {
		char *name = mem_format("%.*s-%s%s", (int)stem, path, units_stamp(stamp, now_us), path + stem);
		if (access(name, F_OK) != 0)
			return name;
		mem_free(name); /* two runs within a second */
	}
}

static void decide_form(struct export *export)
{
	const char *endings = export->path + stem_length(export->path);
	export->is_csv = strncasecmp(endings, ".csv", 4) == 0;
	export->how = text_ends_with(endings, ".gz")    ? STREAM_COMPRESS_GZIP
	              : text_ends_with(endings, ".zst") ? STREAM_COMPRESS
	                                                : STREAM_COPY;
}

/* --- what stands beside it ------------------------------------------------------------------------ */

static bool write_journal(struct export *export, const char *state, struct err *err)
{
	char stamp[UNITS_SIZE];
	json_object_set_new(export->about, "state", json_string(state));
	json_object_set_new(export->about, "bytes", json_integer(export->bytes));
	json_object_set_new(export->about, "rows", json_integer(export->rows));
	json_object_set_new(export->about, "written", json_string(units_rfc3339(stamp, units_now_us() / 1000000 * 1000000)));
	return json_write_file(export->journal, export->about, err);
}

static json_t *about_json(const struct export *export, const struct export_about *about)
{
	json_t *json = json_object();
	json_object_set_new(json, "form", json_string("pgtend archive 1"));
	json_object_set_new(json, "database", json_string(about->database));
	json_object_set_new(json, "table", json_string(about->table));
	json_object_set_new(json, "older_than", json_string(about->age));
	json_object_set_new(json, "by_column", json_string(about->column));
	json_object_set_new(json, "columns", json_string(about->columns));
	json_object_set_new(json, "copy", json_string(export->is_csv ? "csv, header" : "text"));
	char *back = mem_format("COPY %s (%s) FROM STDIN%s", about->table, about->columns, export->is_csv ? " (FORMAT csv, HEADER)" : "");
	json_object_set_new(json, "bring_back", json_string(back));
	mem_free(back);
	return json;
}

static bool is_text(const json_t *json, const char *key, const char *value)
{
	const char *text = json_string_value(json_object_get(json, key));
	return text != NULL && strcmp(text, value) == 0;
}

/* --- an interrupted run ----------------------------------------------------------------------------- */

/* The journal of `path` if it says that the file is open and of the same table and columns, else NULL. */
static json_t *open_journal(const char *journal, const struct export_about *about)
{
	json_t *json = NULL;
	struct err ignored;
	if (json_read_file(journal, &json, &ignored) && is_text(json, "form", "pgtend archive 1") && is_text(json, "state", "open") &&
	    is_text(json, "database", about->database) && is_text(json, "table", about->table) && is_text(json, "columns", about->columns))
		return json;
	json_decref(json);
	return NULL;
}

/* Whether the name still leads to the file that we have in hand: nobody moved, removed or replaced it. */
static bool is_in_place(const char *path, int fd, struct stat *own)
{
	struct stat there;
	return fstat(fd, own) == 0 && lstat(path, &there) == 0 && there.st_ino == own->st_ino && there.st_dev == own->st_dev;
}

/* A file that another run writes to is its own; what the journal said before the lock was ours may be old by now. */
static int lock_open(const char *path, const char *journal, const struct export_about *about, json_t **json, struct err *err)
{
	*json = open_journal(journal, about);
	int fd = *json != NULL ? open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW) : -1;
	bool is_ours = fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) == 0;
	if (fd >= 0 && !is_ours)
		err_set(err, ERR_LOCKED, "another run writes to %s now", path);
	json_decref(*json);
	*json = is_ours ? open_journal(journal, about) : NULL;
	if (*json != NULL)
		return fd;
	if (fd >= 0)
		close(fd);
	return -1;
}

/* Takes over a file that an interrupted run left. false: it is none, or *err says what. */
static bool take_over(struct export *export, const char *path, const struct export_about *about, struct err *err)
{
	char *journal = mem_format("%s.json", path);
	json_t *json = NULL;
	struct stat info;
	int fd = lock_open(path, journal, about, &json, err);
	int64_t bytes = json_integer_value(json_object_get(json, "bytes"));
	/* Shorter than what was written down: somebody else had it in hand, and it stays as it is. */
	if (fd >= 0 && is_in_place(path, fd, &info) && info.st_size >= bytes && ftruncate(fd, bytes) == 0 && lseek(fd, bytes, SEEK_SET) == bytes) {
		export->fd = fd;
		export->path = mem_copy(path);
		export->journal = journal;
		export->about = json;
		export->bytes = bytes;
		export->rows = json_integer_value(json_object_get(json, "rows"));
		export->bytes_before = export->bytes;
		export->rows_before = export->rows;
		export->is_headed = bytes > 0;
		return true;
	}
	if (fd >= 0)
		close(fd);
	json_decref(json);
	mem_free(journal);
	return false;
}

static void find_open(struct export *export, const char *path, const struct export_about *about, struct err *err)
{
	size_t stem = stem_length(path);
	const char *slash = strrchr(path, '/');
	char *folder = mem_copy_n(path, (size_t)(slash - path)), *prefix = mem_format("%.*s-", (int)(path + stem - slash - 1), slash + 1);
	char *ending = mem_format("%s.json", path + stem);
	DIR *dir = opendir(*folder != '\0' ? folder : "/");
	const struct dirent *entry;
	while (dir != NULL && export->fd < 0 && err->kind == ERR_NONE && (entry = readdir(dir)) != NULL) {
		if (!text_starts_with(entry->d_name, prefix) || !text_ends_with(entry->d_name, ending))
			continue;
		char *found = mem_format("%s/%.*s", folder, (int)(strlen(entry->d_name) - strlen(".json")), entry->d_name);
		(void)take_over(export, found, about, err);
		mem_free(found);
	}
	if (dir != NULL)
		closedir(dir);
	mem_free(folder);
	mem_free(prefix);
	mem_free(ending);
}

/* --- open, close --------------------------------------------------------------------------------------- */

static void export_free(struct export *export)
{
	if (export->fd >= 0)
		close(export->fd);
	json_decref(export->about);
	mem_free(export->path);
	mem_free(export->journal);
	mem_free(export);
}

static bool make_folder(const char *path, struct err *err)
{
	char *folder = mem_copy_n(path, (size_t)(strrchr(path, '/') - path));
	bool ok = *folder == '\0' || places_make_folder(folder, err);
	mem_free(folder);
	return ok;
}

bool export_open(const char *path, const struct export_about *about, struct export **out, struct err *err)
{
	struct export *export = MEM_NEW(struct export);
	struct err own = {0};
	export->fd = export->pipe_fd = -1;
	find_open(export, path, about, &own);
	if (own.kind != ERR_NONE) {
		*err = own;
		export_free(export);
		return false;
	}
	bool is_new = export->fd < 0;
	if (is_new) {
		export->path = name_of_run(path);
		export->journal = mem_format("%s.json", export->path);
	}
	decide_form(export);
	bool ok = true;
	if (is_new) {
		export->about = about_json(export, about);
		ok = make_folder(export->path, err);
		export->fd = ok ? open(export->path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600) : -1;
		if (ok && export->fd < 0)
			ok = err_set(err, ERR_FAILED, "%s cannot be made: %s", export->path, strerror(errno));
		if (ok && flock(export->fd, LOCK_EX | LOCK_NB) != 0)
			ok = err_set(err, ERR_LOCKED, "another run writes to %s now", export->path);
		ok = ok && write_journal(export, "open", err);
	}
	if (!ok) {
		export_free(export);
		return false;
	}
	*out = export;
	return true;
}

const char *export_path(const struct export *export)
{
	return export->path;
}

const char *export_copy_options(const struct export *export)
{
	return !export->is_csv ? "" : export->is_headed ? " (format csv)" : " (format csv, header)";
}

static bool checksum(struct export *export, struct loop *loop, struct err *err)
{
	struct stream stream = {.how = STREAM_COPY, .in_fd = export->fd, .out_fd = -1, .in_name = export->path, .out_name = export->path};
	if (lseek(export->fd, 0, SEEK_SET) != 0)
		return err_set(err, ERR_FAILED, "%s: cannot be read: %s", export->path, strerror(errno));
	work_wait(work_start(loop, stream_run, &stream));
	if (!stream.is_good) {
		*err = stream.err;
		return false;
	}
	json_object_set_new(export->about, "sha256", json_string(stream.sha256));
	return true;
}

bool export_close(struct export *export, struct loop *loop, bool is_whole, int64_t *rows, struct err *err)
{
	bool ok = true;
	if (export == NULL)
		return true;
	if (rows != NULL)
		*rows = export->rows;
	if (export->rows == 0) {
		/* Nothing came of it. */
		unlink(export->path);
		unlink(export->journal);
	} else if (is_whole) {
		ok = checksum(export, loop, err) && write_journal(export, "whole", err);
	}
	export_free(export);
	return ok;
}

/* --- one batch -------------------------------------------------------------------------------------------- */

bool export_batch_begin(struct export *export, struct loop *loop, struct err *err)
{
	int in = -1;
	if (!stream_pipe(&in, &export->pipe_fd, err))
		return false;
	export->stream = (struct stream){.how = export->how, .in_fd = in, .out_fd = export->fd, .closes_in = true, .in_name = "the server",
	    .out_name = export->path, .level = ZSTD_LEVEL, .syncs_out = true};
	export->work = work_start(loop, stream_run, &export->stream);
	return true;
}

/* Whatever the thread says tells more than that its pipe is closed. */
static bool end_stream(struct export *export, struct err *err)
{
	if (export->pipe_fd >= 0)
		close(export->pipe_fd);
	export->pipe_fd = -1;
	if (export->work == NULL)
		return true;
	work_wait(export->work);
	export->work = NULL;
	if (!export->stream.is_good)
		*err = export->stream.err;
	return export->stream.is_good;
}

bool export_batch_put(struct export *export, const char *bytes, size_t length, struct err *err)
{
	while (length > 0) {
		ssize_t put = write(export->pipe_fd, bytes, length);
		if (put > 0) {
			bytes += put;
			length -= (size_t)put;
		} else if (put < 0 && errno != EINTR) {
			int why = errno;
			if (end_stream(export, err))
				err_set(err, ERR_FAILED, "%s: cannot be written: %s", export->path, strerror(why));
			return false;
		}
	}
	return true;
}

bool export_batch_close(struct export *export, int64_t rows, struct err *err)
{
	if (!end_stream(export, err))
		return false;
	struct stat info;
	if (!is_in_place(export->path, export->fd, &info))
		return err_set(err, ERR_FAILED, "%s was moved, removed or replaced meanwhile: its rows stay in the database", export->path);
	off_t end = lseek(export->fd, 0, SEEK_CUR);
	if (end < export->bytes)
		return err_set(err, ERR_FAILED, "%s: its end is not known: %s", export->path, strerror(errno));
	export->bytes_before = export->bytes;
	export->rows_before = export->rows;
	export->bytes = end;
	export->rows += rows;
	return write_journal(export, "open", err);
}

void export_batch_done(struct export *export)
{
	export->bytes_before = export->bytes;
	export->rows_before = export->rows;
	export->is_headed = true;
}

bool export_batch_drop(struct export *export, struct err *err)
{
	struct err ignored;
	(void)end_stream(export, &ignored);
	bool was_written = export->bytes != export->bytes_before;
	export->bytes = export->bytes_before;
	export->rows = export->rows_before;
	if (ftruncate(export->fd, export->bytes) != 0 || lseek(export->fd, export->bytes, SEEK_SET) != export->bytes)
		return err_set(err, ERR_FAILED, "%s cannot be cut back to its last batch: %s", export->path, strerror(errno));
	return !was_written || write_journal(export, "open", err);
}
