/* archive/readback.c - reads a dump as a restore would: its list, every block of it, and its checksum. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/evp.h>

#include "pgtend/archive/readback.h"
#include "pgtend/core/mem.h"
#include "pgtend/loop/child.h"
#include "pgtend/loop/task.h"

/* Between two reads the loop has its turn: keys must not wait for a checksum. */
enum { READ_BYTES = 1 << 20 };

/* ---- pg_restore ------------------------------------------------------------------ */

/* Counts the list as it comes: it may be larger than what child_run() keeps. */
struct listing {
	struct readback *readback;
	struct text line;
};

static void end_line(struct listing *listing)
{
	const char *line = text_str(&listing->line);
	if (*line != ';' && *line != '\0')
		listing->readback->entries++;
	if (*line != ';' && strstr(line, " TABLE DATA ") != NULL)
		listing->readback->tables++;
	text_done(&listing->line);
}

static void heard(enum child_stream stream, const char *bytes, size_t length, void *arg)
{
	struct listing *listing = arg;
	for (size_t i = 0; stream == CHILD_STDOUT && i < length; i++) {
		if (bytes[i] == '\n')
			end_line(listing);
		else if (bytes[i] != '\0')
			text_add_char(&listing->line, bytes[i]);
	}
}

static bool restore(struct fleet *fleet, const struct dump_tools *tools, const char *const *options, const char *path,
    child_data_fn data_fn, void *arg, struct err *err)
{
	struct words argv = {0};
	struct text out = {0}, errors = {0};
	int status = 0;
	words_add(&argv, tools->pg_restore);
	for (; *options != NULL; options++)
		words_add(&argv, *options);
	words_add(&argv, path);
	words_take(&argv, NULL);
	static const char *const env[] = {"LC_MESSAGES=C", NULL};
	struct child_spec spec = {.argv = (const char *const *)argv.v,
	    .env = env,
	    .stdout_fd = -1,
	    .stderr_fd = -1,
	    .data_fn = data_fn,
	    .arg = arg};
	bool ok = child_run(fleet->loop, &spec, &status, &out, &errors, err);
	if (ok && status != 0) {
		size_t length = strcspn(text_str(&errors), "\n");
		ok = err_set(err, ERR_FAILED, "the dump could not be read back: %.*s (status %d)", (int)length,
		    text_str(&errors), status);
	}
	argv.count--;
	words_done(&argv);
	text_done(&out);
	text_done(&errors);
	return ok;
}

static bool read_list(
    struct fleet *fleet, const struct dump_tools *tools, const char *path, struct readback *readback, struct err *err)
{
	static const char *const options[] = {"--list", NULL};
	struct listing listing = {.readback = readback};
	bool ok = restore(fleet, tools, options, path, heard, &listing, err);
	end_line(&listing);
	return ok;
}

static bool read_all(struct fleet *fleet, const struct dump_tools *tools, const char *path, struct err *err)
{
	static const char *const options[] = {"--file=/dev/null", NULL};
	return restore(fleet, tools, options, path, NULL, NULL, err);
}

/* ---- sha256 ------------------------------------------------------------------------ */

static bool digest_file(int fd, EVP_MD_CTX *context, struct readback *readback, struct report *report, int *why)
{
	unsigned char *bytes = mem_new(READ_BYTES);
	ssize_t got;
	int64_t done = 0;
	while ((got = read(fd, bytes, READ_BYTES)) > 0 && !task_is_cancelled()) {
		EVP_DigestUpdate(context, bytes, (size_t)got);
		done += got;
		report_progress(report, done, readback->size_bytes, "bytes");
		task_sleep(0);
	}
	*why = got < 0 ? errno : 0;
	mem_free(bytes);
	return got == 0 && done == readback->size_bytes;
}

static void write_hex(char out[65], const unsigned char *digest, unsigned length)
{
	static const char digits[] = "0123456789abcdef";
	for (unsigned i = 0; i < length && i < 32; i++) {
		out[2 * i] = digits[digest[i] >> 4];
		out[2 * i + 1] = digits[digest[i] & 15];
	}
	out[64] = '\0';
}

static bool checksum(const char *path, struct readback *readback, struct report *report, struct err *err)
{
	int why = 0, fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return err_set(err, ERR_FAILED, "%s: cannot be read: %s", path, strerror(errno));
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned length = 0;
	if (context == NULL || EVP_DigestInit_ex(context, EVP_sha256(), NULL) != 1)
		mem_die("libcrypto has no sha256");
	bool ok = digest_file(fd, context, readback, report, &why);
	EVP_DigestFinal_ex(context, digest, &length);
	EVP_MD_CTX_free(context);
	close(fd);
	if (ok)
		write_hex(readback->sha256, digest, length);
	else if (task_is_cancelled())
		err_set(err, ERR_CANCELLED, "cancelled while the dump was read back, nothing was kept");
	else
		err_set(err, ERR_FAILED, "%s: cannot be read whole: %s", path, why != 0 ? strerror(why) : "its size changed");
	return ok;
}

bool readback_run(struct fleet *fleet, const struct dump_tools *tools, const char *path, struct readback *readback,
    struct report *report, struct err *err)
{
	struct stat info;
	memset(readback, 0, sizeof *readback);
	if (stat(path, &info) != 0)
		return err_set(err, ERR_FAILED, "%s: cannot be read: %s", path, strerror(errno));
	readback->size_bytes = info.st_size;
	if (readback->size_bytes == 0)
		return err_set(err, ERR_FAILED, "%s: pg_dump wrote nothing", path);
	report_step(report, "reading it back");
	if (!read_list(fleet, tools, path, readback, err) || !read_all(fleet, tools, path, err))
		return false;
	report_step(report, "checksum");
	return checksum(path, readback, report, err);
}
