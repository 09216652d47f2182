#include "pgtend/jobs/audit.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "pgtend/core/json.h"
#include "pgtend/core/mem.h"
#include "pgtend/core/places.h"
#include "pgtend/core/units.h"
#include "pgtend/core/who.h"

static const struct table_column columns[] = {
    {"time", CELL_TIME, "time", 0, "When the action ended."},
    {"user", CELL_TEXT, "user", 1,
        "Name of the operating system's user; with sudo the one who called it, then `as` and the other."},
    {"tty", CELL_TEXT, "tty", 5, "The terminal; null when there was none."},
    {"host", CELL_TEXT, "host", 4, "The machine on which pgtend ran."},
    {"server", CELL_TEXT, "server", 4, "The server acted on; null when the verb has none."},
    {"database", CELL_TEXT, "database", 0, "Name of the database's section."},
    {"dbname", CELL_TEXT, "dbname", 3, "The database's name in the connection."},
    {"environment", CELL_TEXT, "environment", 3, "development, test, staging or production, as configured then."},
    {"verb", CELL_TEXT, "verb", 0, "The verb with its subverb."},
    {"arguments", CELL_WORDS, "arguments", 2,
        "Further words and options, without secrets and without the value of --confirm."},
    {"answer", CELL_TEXT, "answer", 2,
        "What let it pass: y, name, confirm, config, dry-run, or none when nothing was asked."},
    {"result", CELL_TEXT, "result", 0, "done, failed, refused, skipped, cancelled or partial."},
    {"detail", CELL_TEXT, "detail", 1, "The error or the summary in one line."},
    {"duration_ms", CELL_MS, "took", 3, "How long it took."},
    {"chain", CELL_TEXT, "chain", 0,
        "ok, or broken when the line does not follow the line before it (edited, cut out or put in)."},
};
const struct table_shape audit_shape = {"audit", columns, (int)(sizeof columns / sizeof columns[0])};

static const char first_hash[] = "0000000000000000000000000000000000000000000000000000000000000000";
enum { HASH_SIZE = 65 };

static void hash_line(const char *line, size_t length, char hex[HASH_SIZE])
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned size = 0;
	if (EVP_Digest(line, length, digest, &size, EVP_sha256(), NULL) != 1 || size != 32)
		mem_die("sha256 is not to be had");
	for (unsigned i = 0; i < size; i++)
		snprintf(hex + 2 * i, 3, "%02x", digest[i]);
}

/* --- one line -------------------------------------------------------------------------------- */

/* Anything that looks like a secret is left out: passwords in URIs and in keyword strings. */
static char *without_secrets(const char *s)
{
	struct text text = {0};
	while (*s != '\0') {
		const char *uri = strstr(s, "://"), *word = strcasestr(s, "password=");
		const char *next = uri == NULL || (word != NULL && word < uri) ? word : uri;
		if (next == NULL)
			break;
		if (next == word) {
			next += strlen("password=");
			text_add_n(&text, s, (size_t)(next - s));
			text_add(&text, "***");
			s = next + strcspn(next, " &'\"");
			continue;
		}
		next += strlen("://");
		size_t authority = strcspn(next, " /?'\""), user = strcspn(next, ":@ /?");
		const char *at = memrchr(next, '@', authority);
		if (at != NULL && next[user] == ':') {
			text_add_n(&text, s, (size_t)(next - s) + user);
			text_add(&text, ":***");
			s = at;
		} else {
			text_add_n(&text, s, (size_t)(next - s));
			s = next;
		}
	}
	text_add(&text, s);
	return text_take(&text);
}

static json_t *text_or_null(const char *text)
{
	if (!text)
		return json_null();
	char *visible = text_visible(text);
	json_t *value = json_string(visible);
	mem_free(visible);
	return value ? value : json_null();
}

static json_t *secretless(const char *text)
{
	char *safe = text != NULL ? without_secrets(text) : NULL;
	json_t *value = text_or_null(safe);
	mem_free(safe);
	return value;
}

static json_t *entry_object(const struct audit_entry *entry, const char *previous)
{
	json_t *object = json_object();
	char stamp[UNITS_SIZE], tty[128];
	char *user = who_user(), *host = who_host();
	bool has_tty = ttyname_r(STDIN_FILENO, tty, sizeof tty) == 0 || ttyname_r(STDERR_FILENO, tty, sizeof tty) == 0;
	json_object_set_new(object, "time", json_string(units_rfc3339(stamp, units_now_us())));
	json_object_set_new(object, "user", text_or_null(user));
	json_object_set_new(object, "tty", text_or_null(has_tty ? tty : NULL));
	json_object_set_new(object, "host", text_or_null(host));
	const struct database *database = entry->database;
	json_object_set_new(object, "server", text_or_null(database && database->server ? database->server->label : NULL));
	json_object_set_new(object, "database", text_or_null(database ? database->name : NULL));
	json_object_set_new(object, "dbname", text_or_null(database ? database->dbname : NULL));
	json_object_set_new(object, "environment", text_or_null(database ? environment_word(database->environment) : NULL));
	json_object_set_new(object, "verb", text_or_null(entry->verb));
	json_t *arguments = json_array();
	for (size_t i = 0; entry->arguments && i < entry->arguments->count; i++)
		json_array_append_new(arguments, secretless(entry->arguments->v[i]));
	json_object_set_new(object, "arguments", arguments);
	json_object_set_new(object, "answer", text_or_null(entry->answer));
	json_object_set_new(object, "result", text_or_null(entry->result));
	json_object_set_new(object, "detail", secretless(entry->detail));
	json_object_set_new(object, "duration_ms", json_real(entry->duration_ms));
	json_object_set_new(object, "previous", json_string(previous));
	mem_free(user);
	mem_free(host);
	return object;
}

/* --- writing --------------------------------------------------------------------------------- */

static bool file_error(const char *path, struct err *err)
{
	err_set(err, ERR_FAILED, "audit log %s: %s", path, strerror(errno));
	return err_hint(err, "it lies in $XDG_STATE_HOME/pgtend, or where `audit` of [pgtend] says");
}

/* Finds the last line without reading the whole file. *is_cut: the file does not end in a newline (a crash, a full disk). */
static bool last_hash(int fd, char hex[HASH_SIZE], bool *is_cut)
{
	struct stat stat;
	*is_cut = false;
	memcpy(hex, first_hash, HASH_SIZE);
	if (fstat(fd, &stat) != 0)
		return false;
	off_t end = stat.st_size;
	struct text tail = {0};
	char block[4096];
	bool is_found = false;
	while (end > 0 && !is_found) {
		size_t size = end > (off_t)sizeof block ? sizeof block : (size_t)end;
		if (pread(fd, block, size, end - (off_t)size) != (ssize_t)size) {
			text_done(&tail);
			return false;
		}
		end -= (off_t)size;
		struct text longer = {0};
		text_add_n(&longer, block, size);
		text_add_n(&longer, text_str(&tail), tail.length);
		text_done(&tail);
		tail = longer;
		is_found = tail.length > 1 && memrchr(tail.s, '\n', tail.length - 1);
	}
	if (tail.length > 0) {
		*is_cut = tail.s[tail.length - 1] != '\n';
		size_t length = tail.length - (*is_cut ? 0 : 1);
		const char *newline = memrchr(tail.s, '\n', length);
		const char *begin = newline ? newline + 1 : tail.s;
		hash_line(begin, length - (size_t)(begin - tail.s), hex);
	}
	text_done(&tail);
	return true;
}

static bool write_all(int fd, const char *bytes, size_t length)
{
	while (length > 0) {
		ssize_t n = write(fd, bytes, length);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return false;
		bytes += n;
		length -= (size_t)n;
	}
	return true;
}

static bool append(int fd, const struct audit_entry *entry)
{
	char previous[HASH_SIZE];
	bool is_cut;
	if (!last_hash(fd, previous, &is_cut))
		return false;
	json_t *object = entry_object(entry, previous);
	char *line = json_dumps(object, JSON_COMPACT | JSON_PRESERVE_ORDER | JSON_REAL_PRECISION(15));
	json_decref(object);
	struct text text = {0};
	if (is_cut)
		text_add_char(&text, '\n');
	text_add(&text, line);
	text_add_char(&text, '\n');
	free(line);
	struct stat before;
	bool is_known = fstat(fd, &before) == 0;
	bool is_written = write_all(fd, text.s, text.length) && fsync(fd) == 0;
	text_done(&text);
	/* Half a line, from a full disk, would break the chain for good. */
	int why = errno;
	if (!is_written && is_known && ftruncate(fd, before.st_size) != 0)
		why = errno;
	errno = why;
	return is_written;
}

static char *configured_path;

void audit_set_path(const char *path)
{
	mem_free(configured_path);
	configured_path = mem_copy(path);
}

static char *log_path(void)
{
	return configured_path != NULL ? mem_copy(configured_path) : places_state("audit.jsonl");
}

static int open_log(char **path, struct err *err)
{
	*path = log_path();
	const char *slash = strrchr(*path, '/');
	char *folder = mem_copy_n(*path, slash != NULL ? (size_t)(slash - *path) : 0);
	bool is_there = *folder == '\0' || places_make_folder(folder, err);
	mem_free(folder);
	if (!is_there)
		return -1;
	int fd = open(*path, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
	struct stat st;
	/* What goes into a pipe cannot be read again, so no line could follow the one before. */
	if (fd >= 0 && fstat(fd, &st) == 0 && S_ISFIFO(st.st_mode)) {
		close(fd);
		fd = -1;
		errno = ESPIPE;
	}
	if (fd < 0)
		file_error(*path, err);
	return fd;
}

bool audit_append(const struct audit_entry *entry, struct err *err)
{
	char *path;
	int fd = open_log(&path, err);
	/* The hash of the last line and the new line belong together: both under one lock. */
	bool is_done = fd >= 0 && flock(fd, LOCK_EX) == 0 && append(fd, entry);
	if (fd >= 0 && !is_done)
		file_error(path, err);
	if (fd >= 0)
		close(fd);
	mem_free(path);
	return is_done;
}

/* A disk that is full is found out by keeping the room for some lines; file systems that cannot do that are taken at their word. */
static bool has_room(int fd)
{
	enum { ROOM_BYTES = 16384 };
	struct stat stat;
	return fstat(fd, &stat) != 0 || !S_ISREG(stat.st_mode) ||
	       fallocate(fd, FALLOC_FL_KEEP_SIZE, stat.st_size, ROOM_BYTES) == 0 || (errno != ENOSPC && errno != EDQUOT);
}

bool audit_is_writable(struct err *err)
{
	char *path;
	int fd = open_log(&path, err);
	bool is_writable = fd >= 0 && has_room(fd);
	if (fd >= 0 && !is_writable)
		file_error(path, err);
	if (fd >= 0)
		close(fd);
	mem_free(path);
	return is_writable;
}

/* --- reading --------------------------------------------------------------------------------- */

static const char *member(const json_t *object, const char *key)
{
	return json_string_value(json_object_get(object, key));
}

static void add_row(struct table *table, const json_t *object, int64_t time_us, bool is_ok)
{
	static const char *const texts[] = {
	    "user", "tty", "host", "server", "database", "dbname", "environment", "verb", "answer", "result", "detail"};
	int row = table_add_row(table);
	if (time_us)
		table_set_int(table, row, "time", time_us);
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
		table_set_text(table, row, texts[i], member(object, texts[i]));
	const json_t *arguments = json_object_get(object, "arguments");
	table_add_word(table, row, "arguments", NULL);
	for (size_t i = 0; i < json_array_size(arguments); i++)
		if (json_is_string(json_array_get(arguments, i)))
			table_add_word(table, row, "arguments", json_string_value(json_array_get(arguments, i)));
	if (json_is_number(json_object_get(object, "duration_ms")))
		table_set_real(table, row, "duration_ms", json_number_value(json_object_get(object, "duration_ms")));
	table_set_text(table, row, "chain", is_ok ? "ok" : "broken");
}

static bool is_wanted(const json_t *object, const char *database)
{
	if (!database)
		return true;
	const char *section = member(object, "database"), *dbname = member(object, "dbname");
	return (section && strcmp(section, database) == 0) || (dbname && strcmp(dbname, database) == 0);
}

/* One line: a row when it is wanted. A line that cannot be read is always shown: it is the news. */
static void read_line(
    const char *line, size_t length, const char *previous, const char *database, int64_t since_us, struct table *table)
{
	json_t *object = json_loadb(line, length, 0, NULL);
	const char *time = member(object, "time"), *hash = member(object, "previous");
	int64_t time_us = 0;
	bool is_readable = json_is_object(object) && time && units_parse_time_us(time, &time_us);
	bool is_ok = is_readable && hash && strcmp(hash, previous) == 0;
	if (!is_readable || (is_wanted(object, database) && time_us >= since_us))
		add_row(table, object, time_us, is_ok);
	json_decref(object);
}

bool audit_read(const char *database, int64_t since_us, struct table *table, struct err *err)
{
	char *path = log_path();
	if (access(path, F_OK) != 0 && errno == ENOENT) {
		mem_free(path);
		return true;
	}
	int fd = places_open_read(path, err);
	FILE *file = fd < 0 ? NULL : fdopen(fd, "r");
	if (!file) {
		err_prefix(err, "audit log");
		if (fd >= 0)
			close(fd);
		mem_free(path);
		return false;
	}
	char previous[HASH_SIZE];
	memcpy(previous, first_hash, HASH_SIZE);
	char *line = NULL;
	size_t size = 0;
	ssize_t length;
	/* Shared: a line that is being written is waited for, not read in half. */
	flock(fileno(file), LOCK_SH);
	while ((length = getline(&line, &size, file)) > 0) {
		size_t bytes = (size_t)length - (line[length - 1] == '\n' ? 1 : 0);
		read_line(line, bytes, previous, database, since_us, table);
		hash_line(line, bytes, previous);
	}
	bool is_read = !ferror(file);
	if (!is_read)
		file_error(path, err);
	free(line);
	fclose(file);
	mem_free(path);
	return is_read;
}
