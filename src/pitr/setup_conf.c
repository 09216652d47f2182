/* What a stanza needs in pgBackRest's configuration, and adding it: behind what stands there, which is never changed. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "pgtend/config/ini.h"
#include "pgtend/core/mem.h"
#include "pgtend/core/places.h"
#include "pitr_internal.h"

enum { KEEP_FULL = 2, FILE_MODE = 0640, FOLDER_MODE = 0750 };
static const char own_repository[] = "/var/lib/pgbackrest";

/* --- the lines --------------------------------------------------------------------------------------- */

static bool has_line(const struct words *lines, const char *key)
{
	size_t length = strlen(key);
	for (size_t i = 0; i < lines->count; i++)
		if (strncmp(lines->v[i], key, length) == 0 && lines->v[i][length] == '=')
			return true;
	return false;
}

/* Unless the lines or [global] of the file have it. */
static void add_default(const struct pitr_wanted *wanted, struct words *lines, const char *key, char *value)
{
	char *there = wanted->is_new ? NULL : pitr_conf_get(wanted->path, NULL, key);
	if (there == NULL && !has_line(lines, key))
		words_take(lines, mem_format("%s=%s", key, value));
	mem_free(there);
	mem_free(value);
}

static bool check_option(const char *path, const struct ini_entry *entry, struct err *err)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789-";
	if (strspn(entry->name, letters) == strlen(entry->name) && *entry->value != '\0')
		return true;
	return err_set(err, ERR_USAGE, "%s:%d: expected a line for pgBackRest, as repo1-type=s3", path, entry->line - 1);
}

static bool check_alone(const char *path, bool has_secret, struct err *err)
{
	struct stat st;
	if (!has_secret || (stat(path, &st) == 0 && (st.st_mode & 077) == 0))
		return true;
	err_set(err, ERR_REFUSED, "%s holds secrets, and others may read it", path);
	return err_hint(err, "chmod 600 %s", path);
}

static bool read_options(const char *path, struct words *lines, struct err *err)
{
	char *bytes = NULL;
	size_t length = 0;
	struct ini ini;
	if (!places_read_file(path, &bytes, &length, err))
		return false;
	char *text = mem_format("[global]\n%s", bytes);
	bool ok = ini_read(path, text, strlen(text), &ini, err), has_secret = false;
	mem_free_secret(bytes);
	mem_free_secret(text);
	if (!ok)
		return false;
	if (ini.count != 1)
		ok = err_set(err, ERR_USAGE, "%s:%d: the lines go into the stanza's section, a file with sections of its own does not", path, ini.sections[1].line - 1);
	for (int i = 0; ok && i < ini.sections[0].count; i++) {
		const struct ini_entry *entry = &ini.sections[0].entries[i];
		ok = check_option(path, entry, err);
		has_secret = has_secret || pitr_conf_is_secret(entry->name);
		if (ok)
			words_take(lines, mem_format("%s=%s", entry->name, entry->value));
	}
	ini_done(&ini);
	return ok && check_alone(path, has_secret, err);
}

static void add_server(const struct pitr_place *place, const struct pitr_server *server, struct words *lines)
{
	words_take(lines, mem_format("pg1-path=%s", place->data != NULL ? place->data : "(data_directory of the server)"));
	if (server->port > 0)
		words_take(lines, mem_format("pg1-port=%lld", (long long)server->port));
	if (server->socket != NULL && *server->socket == '/')
		words_take(lines, mem_format("pg1-socket-path=%s", server->socket));
	if (server->is_superuser && server->role != NULL)
		words_take(lines, mem_format("pg1-user=%s", server->role));
}

static bool fill_lines(const struct pitr_place *place, const struct pitr_server *server, const struct pitr_setup *setup, struct pitr_wanted *wanted, struct err *err)
{
	struct words lines = {0};
	if (setup->options != NULL && !read_options(setup->options, &lines, err)) {
		words_done(&lines);
		return false;
	}
	bool is_folder = !has_line(&lines, "repo1-type") && !has_line(&lines, "repo1-host");
	if (setup->repo != NULL && !has_line(&lines, "repo1-path"))
		words_take(&lines, mem_format("repo1-path=%s", setup->repo));
	add_default(wanted, &lines, "repo1-path", mem_copy(own_repository));
	if (setup->keep > 0)
		words_take(&lines, mem_format("repo1-retention-full=%lld", (long long)setup->keep));
	add_default(wanted, &lines, "repo1-retention-full", mem_format("%d", KEEP_FULL));
	add_default(wanted, &lines, "start-fast", mem_copy("y"));
	add_default(wanted, &lines, "compress-type", mem_copy("zst"));
	add_default(wanted, &lines, "process-max", mem_copy("2"));
	for (size_t i = 0; i < lines.count && is_folder; i++)
		if (strncmp(lines.v[i], "repo1-path=", strlen("repo1-path=")) == 0)
			wanted->repo = mem_copy(lines.v[i] + strlen("repo1-path="));
	words_take(&wanted->lines, mem_format("[%s]", place->stanza));
	for (size_t i = 0; i < lines.count; i++)
		words_add(&wanted->lines, lines.v[i]);
	add_server(place, server, &wanted->lines);
	words_done(&lines);
	return true;
}

/* Two clusters that push into one stanza spoil it for both. */
static bool check_stanza(const struct pitr_place *place, const struct pitr_wanted *wanted, struct err *err)
{
	char *path = pitr_conf_get(wanted->path, place->stanza, "pg1-path");
	bool is_other = path != NULL && place->data != NULL && strcmp(path, place->data) != 0;
	if (is_other) {
		err_set(err, ERR_FAILED, "%s: stanza %s is for %s, this server's data lie in %s", wanted->path, place->stanza, path, place->data);
		err_hint(err, "choose another name: --stanza NAME");
	}
	mem_free(path);
	return !is_other;
}

/* What the command line, a file or the server says becomes a line, and never two. */
static bool check_lines(const struct pitr_wanted *wanted, struct err *err)
{
	for (size_t i = 0; i < wanted->lines.count; i++)
		if (strpbrk(wanted->lines.v[i], "\n\r") != NULL)
			return err_set(err, ERR_USAGE, "%.*s: a line's end in it would make another line of the configuration",
				(int)strcspn(wanted->lines.v[i], "="), wanted->lines.v[i]);
	return wanted->repo == NULL || wanted->repo[0] == '/' || err_set(err, ERR_USAGE, "the repository is a whole path, not %s", wanted->repo);
}

bool pitr_wanted_find(const struct pitr_place *place, const struct pitr_server *server, const struct pitr_setup *setup, struct pitr_wanted *wanted, struct err *err)
{
	*wanted = (struct pitr_wanted){0};
	wanted->path = mem_copy(place->config != NULL ? place->config : pitr_own_config);
	wanted->is_new = place->is_elsewhere || access(wanted->path, F_OK) != 0;
	wanted->has_stanza = !place->is_elsewhere && pitr_conf_has_stanza(wanted->path, place->stanza);
	bool ok = wanted->has_stanza ? check_stanza(place, wanted, err)
	                             : fill_lines(place, server, setup, wanted, err) && check_lines(wanted, err);
	if (!ok)
		pitr_wanted_done(wanted);
	return ok;
}

void pitr_wanted_done(struct pitr_wanted *wanted)
{
	mem_free(wanted->path);
	mem_free(wanted->repo);
	for (size_t i = 0; i < wanted->lines.count; i++)
		memset(wanted->lines.v[i], 0, strlen(wanted->lines.v[i]));
	words_done(&wanted->lines);
	memset(wanted, 0, sizeof *wanted);
}

char *pitr_wanted_shown(const char *line)
{
	const char *equals = strchr(line, '=');
	char *key = equals != NULL ? mem_copy_n(line, (size_t)(equals - line)) : NULL;
	char *shown = key != NULL && pitr_conf_is_secret(key) ? mem_format("%s=(not shown)", key) : text_visible(line);
	mem_free(key);
	return shown;
}

/* --- writing ------------------------------------------------------------------------------------------- */

static bool make_folder(const struct pitr_place *place, const char *path, bool is_owners, struct err *err)
{
	struct stat st;
	if (stat(path, &st) == 0)
		return S_ISDIR(st.st_mode) || err_set(err, ERR_FAILED, "%s is no folder", path);
	char *parent = mem_copy(path), *slash = strrchr(parent, '/');
	bool ok = true;
	if (slash != NULL && slash != parent) {
		*slash = '\0';
		ok = make_folder(place, parent, false, err);
	}
	mem_free(parent);
	if (!ok)
		return false;
	/* What is on the way must let the owner of the repository through. */
	if (mkdir(path, is_owners ? FOLDER_MODE : 0755) != 0 && errno != EEXIST)
		return err_set(err, ERR_FAILED, "%s cannot be made: %s", path, strerror(errno));
	if (is_owners && place->has_user && chown(path, place->uid, place->gid) != 0)
		return err_set(err, ERR_FAILED, "%s cannot be given to its owner: %s", path, strerror(errno));
	return true;
}

static bool write_all(int fd, const char *bytes, size_t length)
{
	while (length > 0) {
		ssize_t n = write(fd, bytes, length);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		bytes += n;
		length -= (size_t)n;
	}
	return true;
}

/* Under another name first, with the owner and mode of the old one; a new one belongs to the owner of the data, for it may hold secrets. */
static bool replace(const struct pitr_place *place, const char *path, const char *text, struct err *err)
{
	struct stat st;
	bool is_old = stat(path, &st) == 0;
	char *part = mem_format("%s.part", path);
	int fd = open(part, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	bool ok = fd >= 0 && write_all(fd, text, strlen(text));
	if (ok && is_old)
		ok = (geteuid() != 0 || fchown(fd, st.st_uid, st.st_gid) == 0) && fchmod(fd, st.st_mode & 07777) == 0;
	else if (ok)
		ok = (!place->has_user || fchown(fd, place->uid, place->gid) == 0) && fchmod(fd, FILE_MODE) == 0;
	ok = ok && fsync(fd) == 0 && rename(part, path) == 0;
	if (!ok)
		err_set(err, ERR_FAILED, "%s cannot be written: %s", path, strerror(errno));
	if (fd >= 0) {
		close(fd);
		if (!ok)
			unlink(part);
	}
	mem_free(part);
	return ok;
}

bool pitr_wanted_write(const struct pitr_place *place, const struct pitr_wanted *wanted, struct err *err)
{
	struct text text = {0};
	char *old = NULL, *folder = mem_copy(wanted->path), *slash = strrchr(folder, '/');
	size_t length = 0;
	bool ok = wanted->is_new || places_read_file(wanted->path, &old, &length, err);
	if (ok && slash != NULL && slash != folder) {
		*slash = '\0';
		ok = make_folder(place, folder, false, err);
	}
	if (ok && old != NULL)
		text_addf(&text, "%s%s\n", old, length > 0 && old[length - 1] != '\n' ? "\n" : "");
	for (size_t i = 0; i < wanted->lines.count; i++)
		text_addf(&text, "%s\n", wanted->lines.v[i]);
	ok = ok && replace(place, wanted->path, text_str(&text), err) && (wanted->repo == NULL || make_folder(place, wanted->repo, true, err));
	mem_free_secret(old);
	mem_free(folder);
	char *bytes = text_take(&text);
	mem_free_secret(bytes);
	return ok;
}
