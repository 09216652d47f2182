/* See globals.h. Without passwords unless key backup_passwords allows them: then it takes a superuser. */
#include "globals.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <openssl/evp.h>

#include "backup_internal.h"
#include "pgtend/core/mem.h"
#include "pgtend/loop/task.h"
#include "pgtend/loop/work.h"

enum { WAIT_MS = 20 };

/* One server's, as it was at some moment of this command. */
struct globals {
	struct globals *next;
	const struct server *server;
	bool has_passwords;
	bool is_running;
	char *text; /* NULL: there are none, why says it */
	size_t length;
	struct err why;
};

static void forget_all(void *common)
{
	for (struct globals *globals = common, *next; globals != NULL; globals = next) {
		next = globals->next;
		if (globals->text != NULL)
			explicit_bzero(globals->text, globals->length);
		mem_free(globals->text);
		mem_free(globals);
	}
}

/* ---- asking ------------------------------------------------------------------------ */

static bool read_whole(int fd, char **text, size_t *length, struct err *err)
{
	off_t size = lseek(fd, 0, SEEK_END);
	*length = size > 0 ? (size_t)size : 0;
	*text = mem_new(*length + 1);
	if (size >= 0 && pread(fd, *text, *length, 0) == (ssize_t)*length)
		return true;
	mem_free(*text);
	*text = NULL;
	return err_set(err, ERR_FAILED, "what pg_dumpall wrote could not be read: %s", strerror(errno));
}

/* pg_dumpall ends what it writes with a line of its own: half of it is not taken for the whole. */
static bool is_whole(const char *text)
{
	return strstr(text, "database cluster dump complete") != NULL;
}

static bool run(struct fleet *fleet, struct database *database, const struct dump_tools *tools, bool has_passwords, int fd, struct err *err)
{
	struct words argv = {0};
	char *pg_dumpall = dump_tools_other(tools, "pg_dumpall", err);
	if (pg_dumpall == NULL)
		return false;
	struct report quiet = {0};
	struct text target = {0};
	dump_add_parameter(&target, "dbname", database->dbname);
	words_take(&argv, pg_dumpall);
	words_add(&argv, "--globals-only");
	words_take(&argv, mem_format("--database=%s", text_str(&target)));
	text_done(&target);
	if (!has_passwords)
		words_add(&argv, "--no-role-passwords");
	struct dump_run dump = {.loop = fleet->loop,
	    .info = database->direct != NULL ? database->direct : database->info,
	    .application = "pgtend backup",
	    .argv = &argv,
	    .client = &tools->client,
	    .stdout_fd = fd,
	    .disk = "memory",
	    .report = &quiet};
	bool ok = dump_run(&dump, NULL, err);
	report_done(&quiet);
	words_done(&argv);
	return ok;
}

static void ask(struct globals *globals, struct fleet *fleet, struct database *database, const struct dump_tools *tools)
{
	struct err *err = &globals->why;
	int fd = memfd_create("globals", MFD_CLOEXEC);
	if (fd < 0) {
		err_set(err, ERR_FAILED, "no memory for what pg_dumpall writes: %s", strerror(errno));
		return;
	}
	bool ok = run(fleet, database, tools, globals->has_passwords, fd, err) && read_whole(fd, &globals->text, &globals->length, err);
	close(fd);
	if (ok && !is_whole(globals->text)) {
		mem_free(globals->text);
		globals->text = NULL;
		err_set(err, ERR_FAILED, "pg_dumpall ended before its end");
	}
}

/* Who comes second waits for the first: it holds a connection of the budget too, and is as quick. */
static const struct globals *globals_of(
    struct fleet *fleet, struct database *database, const struct dump_tools *tools, struct budget *budget)
{
	struct globals **common = (struct globals **)budget_common(budget, forget_all), *globals = *common;
	bool has_passwords = section_bool(database->section, "backup_passwords");
	while (globals != NULL && (globals->server != database->server || globals->has_passwords != has_passwords ||
	                              (!globals->is_running && globals->text == NULL)))
		globals = globals->next;
	if (globals == NULL) {
		globals = MEM_NEW(struct globals);
		globals->server = database->server;
		globals->has_passwords = has_passwords;
		globals->is_running = true;
		globals->next = *common;
		*common = globals;
		ask(globals, fleet, database, tools);
		globals->is_running = false;
	}
	while (globals->is_running && !task_is_cancelled())
		task_sleep(WAIT_MS);
	return globals;
}

/* ---- writing -------------------------------------------------------------------------- */

static bool write_all(int fd, const char *text, size_t length)
{
	while (length > 0) {
		ssize_t sent = write(fd, text, length);
		if (sent < 0 && errno != EINTR)
			return false;
		text += sent > 0 ? sent : 0;
		length -= sent > 0 ? (size_t)sent : 0;
	}
	return true;
}

struct writing {
	const struct archive_place *place;
	const struct globals *globals;
	struct err *err;
	bool is_good;
};

static bool write_and_sync(const struct archive_place *place, const struct globals *globals, struct err *err)
{
	char *path = mem_format("%s.part", place->globals);
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	bool ok = fd >= 0 && write_all(fd, globals->text, globals->length) && fsync(fd) == 0;
	if (!ok)
		err_set(err, ERR_FAILED, "%s: cannot be written: %s", path, strerror(errno));
	if (fd >= 0 && close(fd) != 0 && ok)
		ok = err_set(err, ERR_FAILED, "%s: could not be closed: %s", path, strerror(errno));
	mem_free(path);
	return ok;
}

static void write_run(struct work *work, void *arg)
{
	struct writing *writing = arg;
	(void)work;
	writing->is_good = write_and_sync(writing->place, writing->globals, writing->err);
}

/* A disk that is busy with dumps takes its time, and the loop has none. */
static bool write_part(struct loop *loop, const struct archive_place *place, const struct globals *globals, struct err *err)
{
	struct writing writing = {.place = place, .globals = globals, .err = err};
	work_wait(work_start(loop, write_run, &writing));
	return writing.is_good;
}

static json_t *describe(const struct archive_place *place, const struct globals *globals)
{
	unsigned char sum[EVP_MAX_MD_SIZE];
	unsigned length = 0;
	char hex[65] = "";
	if (EVP_Digest(globals->text, globals->length, sum, &length, EVP_sha256(), NULL) != 1 || length != 32)
		mem_die("libcrypto has no sha256");
	for (unsigned i = 0; i < length; i++) {
		static const char digits[] = "0123456789abcdef";
		hex[2 * i] = digits[sum[i] >> 4];
		hex[2 * i + 1] = digits[sum[i] & 15];
	}
	return json_pack("{s:s, s:s, s:I, s:b}", "file", strrchr(place->globals, '/') + 1, "sha256", hex, "size_bytes",
	    (json_int_t)globals->length, "passwords", globals->has_passwords);
}

bool globals_take(struct fleet *fleet, struct database *database, const struct dump_tools *tools, struct budget *budget,
    const struct archive_place *place, json_t **about, struct report *report, struct err *err)
{
	*about = json_null();
	report_step(report, "roles and tablespaces");
	const struct globals *globals = globals_of(fleet, database, tools, budget);
	if (task_is_cancelled())
		return err_set(err, ERR_CANCELLED, "cancelled, nothing was kept");
	if (globals->text == NULL) {
		report_log(report, "without roles and tablespaces: %s", globals->why.text);
		return true;
	}
	if (!write_part(fleet->loop, place, globals, err))
		return false;
	*about = describe(place, globals);
	return true;
}
