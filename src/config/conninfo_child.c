/* config/conninfo_child.c - environment and passfile that lead a child to the same database. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "conninfo_internal.h"
#include "pgtend/core/mem.h"

enum { PLACE_COUNT = 3, SWEEP_AFTER_S = 5 };
static const char *const names[] = {"pass", "service"}; /* all that ever lies in a folder of ours */

static void private_places(const char *places[PLACE_COUNT])
{
	places[0] = getenv("XDG_RUNTIME_DIR");
	places[1] = getenv("TMPDIR");
	places[2] = "/tmp";
	for (int i = 0; i < PLACE_COUNT; i++)
		if (places[i] && places[i][0] != '/')
			places[i] = NULL;
}

static bool make_folder(struct conninfo_child *child, struct err *err)
{
	if (child->folder)
		return true;
	const char *places[PLACE_COUNT];
	private_places(places);
	for (int i = 0; i < PLACE_COUNT; i++) {
		if (!places[i])
			continue;
		char *folder = mem_format("%s/pgtend.XXXXXX", places[i]);
		if (mkdtemp(folder)) { /* 0700 */
			child->folder = folder;
			child->lock = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
			if (child->lock >= 0)
				(void)flock(child->lock, LOCK_SH);
			return true;
		}
		mem_free(folder);
	}
	return err_set(err, ERR_FAILED, "cannot make a private folder for the passfile in /tmp: %s", strerror(errno));
}

/* Ours, by name, owner and mode; nobody holds it; not of this very moment, when its maker may not hold it yet. */
static bool is_left_behind(int place, const char *name, int *folder)
{
	struct stat st;
	*folder = -1;
	if (strncmp(name, "pgtend.", 7) != 0 || strlen(name) != strlen("pgtend.XXXXXX"))
		return false;
	*folder = openat(place, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	return *folder >= 0 && fstat(*folder, &st) == 0 && st.st_uid == geteuid() && (st.st_mode & 0777) == 0700 &&
	       time(NULL) - st.st_mtime >= SWEEP_AFTER_S && flock(*folder, LOCK_EX | LOCK_NB) == 0;
}

static int sweep_place(const char *path)
{
	int swept = 0, folder;
	DIR *place = opendir(path);
	for (const struct dirent *entry; place && (entry = readdir(place)) != NULL;) {
		if (is_left_behind(dirfd(place), entry->d_name, &folder)) {
			for (size_t i = 0; i < sizeof names / sizeof *names; i++)
				unlinkat(folder, names[i], 0);
			swept += unlinkat(dirfd(place), entry->d_name, AT_REMOVEDIR) == 0;
		}
		if (folder >= 0)
			close(folder);
	}
	if (place)
		closedir(place);
	return swept;
}

int conninfo_child_sweep(void)
{
	const char *places[PLACE_COUNT];
	int swept = 0;
	private_places(places);
	for (int i = 0; i < PLACE_COUNT; i++)
		if (places[i])
			swept += sweep_place(places[i]);
	return swept;
}

static bool write_private(const struct conninfo_child *child, const char *name, const char *text, struct err *err)
{
	char *path = mem_format("%s/%s", child->folder, name);
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	size_t length = strlen(text), done = 0;
	while (fd >= 0 && done < length) {
		ssize_t n = write(fd, text + done, length - done);
		if (n < 0 && errno != EINTR)
			break;
		if (n > 0)
			done += (size_t)n;
	}
	int why = errno;
	bool ok = fd >= 0 && done == length;
	if (fd >= 0)
		close(fd);
	if (!ok)
		err_set(err, ERR_FAILED, "cannot write %s: %s", path, strerror(why));
	mem_free(path);
	return ok;
}

static void add_pass_field(struct text *line, const char *value)
{
	for (; *value; value++) {
		if (*value == ':' || *value == '\\')
			text_add_char(line, '\\');
		text_add_char(line, *value);
	}
}

/* One line for each host, any database of it: a child may have to begin at "postgres". libpq looks a socket in its
 * default folder up as "localhost". */
static void add_pass_lines(struct text *file, const char *hosts, const char *password)
{
	struct words host = {0};
	words_split(&host, hosts, ",");
	if (host.count == 0 || host.v[0][0] == '/')
		words_add(&host, "localhost");
	for (size_t i = 0; i < host.count; i++) {
		add_pass_field(file, host.v[i]);
		text_add(file, ":*:*:*:");
		add_pass_field(file, password);
		text_add_char(file, '\n');
	}
	words_done(&host);
}

static void text_done_secret(struct text *text)
{
	if (text->s)
		explicit_bzero(text->s, text->size);
	text_done(text);
}

static const char *effective(struct conninfo *info, const char *keyword)
{
	const PQconninfoOption *options = conninfo_options();
	for (int i = 0; i < conninfo_option_count(); i++)
		if (strcmp(options[i].keyword, keyword) == 0)
			return conninfo_effective_at(info, i);
	return NULL;
}

static bool add_passfile(struct conninfo_child *child, struct conninfo *info, struct err *err)
{
	const char *password = effective(info, "password");
	if (!password || !*password)
		return true;
	if (strpbrk(password, "\r\n"))
		return err_set(err, ERR_FAILED, "the password holds a line break, which a passfile cannot");
	if (!make_folder(child, err))
		return false;
	const char *host = effective(info, "host"), *address = effective(info, "hostaddr");
	struct text file = {0};
	add_pass_lines(&file, host && *host ? host : address ? address : "", password);
	bool ok = write_private(child, "pass", text_str(&file), err);
	text_done_secret(&file);
	words_take(&child->env, mem_format("PGPASSFILE=%s/pass", child->folder));
	/* an inherited PGPASSWORD would win over the file; an empty one does not */
	words_add(&child->env, "PGPASSWORD=");
	return ok;
}

static bool is_password(const PQconninfoOption *option)
{
	return strcmp(option->keyword, "password") == 0;
}

/* Some parameters have no variable, and a service wins over every variable: then all goes into a service file of
 * our own. */
static bool needs_service(struct conninfo *info)
{
	const PQconninfoOption *options = conninfo_options();
	const char *service = effective(info, "service");
	if (service && *service)
		return true;
	for (int i = 0; i < conninfo_option_count(); i++)
		if (conninfo_given_at(info, i) && !options[i].envvar && conninfo_is_secret(&options[i]))
			return true;
	return false;
}

static bool add_service(struct conninfo_child *child, struct conninfo *info, struct err *err)
{
	const PQconninfoOption *options = conninfo_options();
	if (!needs_service(info))
		return true;
	if (!make_folder(child, err))
		return false;
	struct text file = {0};
	text_add(&file, "[pgtend]\n");
	for (int i = 0; i < conninfo_option_count(); i++) {
		const char *value = conninfo_effective_at(info, i);
		bool is_left_out = is_password(&options[i]) || strcmp(options[i].keyword, "service") == 0 ||
		                   strcmp(options[i].keyword, "passfile") == 0;
		if (value && *value && !is_left_out && !strpbrk(value, "\r\n"))
			text_addf(&file, "%s=%s\n", options[i].keyword, value);
	}
	bool ok = write_private(child, "service", text_str(&file), err);
	text_done_secret(&file);
	words_take(&child->env, mem_format("PGSERVICEFILE=%s/service", child->folder));
	words_add(&child->env, "PGSERVICE=pgtend");
	return ok;
}

static void add_variables(struct conninfo_child *child, struct conninfo *info)
{
	static const char *const always[] = {"host", "port", "user", "dbname"};
	const PQconninfoOption *options = conninfo_options();
	const char *password = effective(info, "password");
	bool has_password = password && *password;
	for (int i = 0; i < conninfo_option_count(); i++) {
		bool is_wanted = conninfo_given_at(info, i) != NULL;
		for (size_t k = 0; k < sizeof always / sizeof *always; k++)
			is_wanted = is_wanted || strcmp(options[i].keyword, always[k]) == 0;
		const char *value = conninfo_effective_at(info, i);
		/* these two are said by add_service() and, with a password, by add_passfile() */
		if (strcmp(options[i].keyword, "service") == 0 || (has_password && strcmp(options[i].keyword, "passfile") == 0))
			continue;
		if (is_wanted && value && options[i].envvar && !conninfo_is_secret(&options[i]))
			words_take(&child->env, mem_format("%s=%s", options[i].envvar, value));
	}
}

bool conninfo_child_init(struct conninfo_child *child, struct conninfo *info, struct err *err)
{
	memset(child, 0, sizeof *child);
	add_variables(child, info);
	if (add_service(child, info, err) && add_passfile(child, info, err))
		return true;
	conninfo_child_done(child);
	return false;
}

void conninfo_child_done(struct conninfo_child *child)
{
	for (size_t i = 0; child->folder && i < sizeof names / sizeof *names; i++) {
		char *path = mem_format("%s/%s", child->folder, names[i]);
		unlink(path);
		mem_free(path);
	}
	if (child->folder)
		rmdir(child->folder);
	if (child->folder && child->lock >= 0)
		close(child->lock);
	mem_free(child->folder);
	child->folder = NULL;
	words_done(&child->env);
}
