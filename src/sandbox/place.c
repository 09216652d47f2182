/* The sandbox's folder: who may work in it, what is known about it, and the lock that keeps two runs apart. */
#include <dirent.h>
#include <errno.h>
#include <linux/capability.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "internal.h"
#include "pgtend/core/json.h"
#include "pgtend/core/mem.h"
#include "pgtend/core/places.h"

const char sandbox_marker[] = ".pgtend-sandbox";

char *place_path(const struct place *place, const char *name)
{
	return places_join(place->folder, name);
}

/* PostgreSQL refuses to run as root. */
static bool find_user(struct place *place, struct err *err)
{
	if (geteuid() != 0)
		return true;
	const struct passwd *user = getpwnam("postgres");
	if (user == NULL)
		user = getpwnam("nobody");
	if (user == NULL)
		return err_set(err, ERR_FAILED, "PostgreSQL does not run as root, and there is no user postgres or nobody");
	place->user_name = mem_copy(user->pw_name);
	place->uid = user->pw_uid;
	place->gid = user->pw_gid;
	return true;
}

/* By the mode bits of one folder; access control lists are beyond it. */
static bool may_enter(const struct stat *st, uid_t uid, gid_t gid)
{
	if (st->st_uid == uid)
		return st->st_mode & S_IXUSR;
	if (st->st_gid == gid)
		return st->st_mode & S_IXGRP;
	return st->st_mode & S_IXOTH;
}

bool place_is_reachable(const struct place *place, const char *path, struct err *err)
{
	if (place->user_name == NULL)
		return true;
	char *part = mem_copy(path);
	bool is_ok = true;
	for (char *slash = part; is_ok && slash != NULL; slash = strchr(slash + 1, '/')) {
		struct stat st;
		char kept = slash[1];
		slash[1] = '\0'; /* "/", "/var/", "/var/lib/": a final slash follows links */
		if (stat(part, &st) == 0 && S_ISDIR(st.st_mode) && !may_enter(&st, place->uid, place->gid))
			is_ok = err_set(err, ERR_FAILED, "PostgreSQL must run as user %s here, who cannot enter %s",
			            place->user_name, part) ||
			        err_hint(err, "choose another --dir, as /var/lib/pgtend/sandbox");
		slash[1] = kept;
	}
	mem_free(part);
	return is_ok;
}

/* A folder made by mktemp as root is closed to the servers' user. What they lack is the right to search the folders above, and that right alone
 * can be given, where this system lets us. */
static bool make_reachable(struct place *place, struct err *err)
{
	if (place_is_reachable(place, place->folder, err))
		return true;
	place->needs_search = prctl(PR_CAPBSET_READ, CAP_DAC_READ_SEARCH, 0, 0, 0) == 1;
	return place->needs_search;
}

char *sandbox_default_folder(void)
{
	struct place place = {0};
	struct err err;
	char *folder = places_data("sandbox");
	if (geteuid() == 0 && find_user(&place, &err) && !place_is_reachable(&place, folder, &err)) {
		mem_free(folder);
		folder = mem_copy("/var/lib/pgtend/sandbox");
	}
	mem_free(place.user_name);
	return folder;
}

bool place_own_folder(const struct place *place, const char *path, struct err *err)
{
	if (mkdir(path, 0700) != 0 && errno != EEXIST)
		return err_set(err, ERR_FAILED, "cannot make %s: %s", path, strerror(errno));
	if (place->user_name != NULL && lchown(path, place->uid, place->gid) != 0)
		return err_set(err, ERR_FAILED, "cannot give %s to user %s: %s", path, place->user_name, strerror(errno));
	return true;
}

bool place_own_file(const struct place *place, const char *path, const char *text, struct err *err)
{
	if (!places_write_file(path, text, strlen(text), err))
		return false;
	if (place->user_name != NULL && lchown(path, place->uid, place->gid) != 0)
		return err_set(err, ERR_FAILED, "cannot give %s to user %s: %s", path, place->user_name, strerror(errno));
	return true;
}

/* --- the marker ------------------------------------------------------------------------------- */

static void take_text(const json_t *object, const char *name, char **value)
{
	const char *text = json_string_value(json_object_get(object, name));
	if (text != NULL)
		*value = mem_copy(text);
}

static bool read_marker(struct place *place, const char *path, struct err *err)
{
	json_t *object;
	if (!json_read_file(path, &object, err))
		return false;
	char *folder = realpath(place->folder, NULL);
	const char *made_as = json_string_value(json_object_get(object, "folder"));
	/* the processes that a copy names are those of the original */
	bool is_same = folder != NULL && made_as != NULL && strcmp(folder, made_as) == 0;
	if (!is_same) {
		err_set(err, ERR_FAILED, "%s was made as %s and works only there", place->folder,
		    made_as != NULL ? made_as : "another folder");
		err_hint(err, "move it back, or remove it by hand");
		json_decref(object);
		free(folder);
		return false;
	}
	free(folder);
	place->cluster_port = (int)json_integer_value(json_object_get(object, "cluster_port"));
	place->pooler_port = (int)json_integer_value(json_object_get(object, "pooler_port"));
	place->tracking_port = (int)json_integer_value(json_object_get(object, "tracking_port"));
	place->is_native = json_is_true(json_object_get(object, "is_native"));
	place->is_filled = json_is_true(json_object_get(object, "is_filled"));
	place->is_lite_filled = json_is_true(json_object_get(object, "is_lite_filled"));
	place->tended_us = json_integer_value(json_object_get(object, "tended_us"));
	take_text(object, "socket_folder", &place->run);
	take_text(object, "password", &place->password);
	json_decref(object);
	return true;
}

bool place_save(const struct place *place, struct err *err)
{
	char *folder = realpath(place->folder, NULL);
	json_t *object = json_pack("{s:s, s:s, s:s?, s:i, s:i, s:i, s:s?, s:b, s:b, s:b, s:I}", "made_by",
	    "pgtend sandbox up", "folder", folder != NULL ? folder : place->folder, "socket_folder", place->run,
	    "cluster_port", place->cluster_port, "pooler_port", place->pooler_port, "tracking_port", place->tracking_port,
	    "password", place->password, "is_native", place->is_native, "is_filled", place->is_filled, "is_lite_filled",
	    place->is_lite_filled, "tended_us", (json_int_t)place->tended_us);
	free(folder);
	if (object == NULL)
		mem_die("the sandbox's marker cannot be written as JSON");
	char *path = place_path(place, sandbox_marker);
	bool is_done = json_write_file(path, object, err);
	mem_free(path);
	json_decref(object);
	return is_done;
}

/* --- open and close --------------------------------------------------------------------------- */

static bool is_empty_folder(const char *path)
{
	DIR *folder = opendir(path);
	if (folder == NULL)
		return false;
	int entries = 0;
	while (entries <= 2 && readdir(folder) != NULL)
		entries++;
	closedir(folder);
	return entries == 2; /* "." and ".." */
}

static bool has_marker(const struct place *place)
{
	char *path = place_path(place, sandbox_marker);
	struct stat st;
	/* somebody else's file says nothing about what we made */
	bool has = lstat(path, &st) == 0 && S_ISREG(st.st_mode) && st.st_uid == geteuid();
	mem_free(path);
	return has;
}

/* The parents that are missing are made so that the servers' user can pass. */
static bool make_parents(const struct place *place, struct err *err)
{
	char *parent = mem_copy(place->folder);
	char *slash = strrchr(parent, '/');
	bool is_ok = true;
	if (slash != parent) {
		*slash = '\0';
		is_ok = share_make_folders(parent, place->user_name != NULL ? 0755 : 0700, err);
	}
	mem_free(parent);
	return is_ok;
}

static bool make_folder(struct place *place, struct err *err)
{
	struct stat st;
	if (lstat(place->folder, &st) == 0 && !is_empty_folder(place->folder))
		return err_set(err, ERR_FAILED, "%s is no sandbox: it holds other files", place->folder) ||
		       err_hint(err, "choose another --dir");
	if (!make_reachable(place, err) || !make_parents(place, err))
		return false;
	if (mkdir(place->folder, 0700) != 0 && errno != EEXIST)
		return err_set(err, ERR_FAILED, "cannot make %s: %s", place->folder, strerror(errno));
	/* the servers' user passes through to its own folders, and reads nothing else: files are 0600 */
	if (chmod(place->folder, place->user_name != NULL ? 0711 : 0700) != 0)
		return err_set(err, ERR_FAILED, "%s: %s", place->folder, strerror(errno));
	return place_save(place, err);
}

static bool take_lock(struct place *place, struct err *err)
{
	char *path = place_path(place, "lock");
	place->lock_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	bool is_ok = true;
	if (place->lock_fd < 0)
		is_ok = err_set(err, ERR_FAILED, "%s: %s", path, strerror(errno));
	else if (flock(place->lock_fd, LOCK_EX | LOCK_NB) != 0)
		is_ok = err_set(err, ERR_LOCKED, "another pgtend is at work in %s", place->folder);
	mem_free(path);
	return is_ok;
}

static bool choose_password(struct place *place, struct err *err)
{
	unsigned char bytes[16];
	if (place->password != NULL)
		return true;
	if (getrandom(bytes, sizeof bytes, 0) != (ssize_t)sizeof bytes)
		return err_set(err, ERR_FAILED, "no random bytes: %s", strerror(errno));
	struct text text = {0};
	for (size_t i = 0; i < sizeof bytes; i++)
		text_addf(&text, "%02x", bytes[i]);
	place->password = text_take(&text);
	return true;
}

/* The path of a socket may have 107 bytes; a deep folder gets a short one beside it. */
static bool choose_run(struct place *place, struct err *err)
{
	if (place->run == NULL) {
		place->run = place_path(place, "run");
		if (strlen(place->run) + strlen("/.s.PGSQL.65535.lock") > SANDBOX_SOCKET_PATH_MOST) {
			mem_free(place->run);
			place->run = mem_copy("/tmp/pgtend-XXXXXX");
			if (mkdtemp(place->run) == NULL)
				return err_set(err, ERR_FAILED, "cannot make a folder for sockets in /tmp: %s", strerror(errno));
		}
	}
	struct stat st;
	/* a short one in /tmp may be gone after a restart of the machine; nobody else's is taken */
	if (lstat(place->run, &st) == 0 && (!S_ISDIR(st.st_mode) || (st.st_uid != geteuid() && st.st_uid != place->uid)))
		return err_set(err, ERR_FAILED, "%s belongs to somebody else", place->run) ||
		       err_hint(err, "pgtend sandbox destroy, then up");
	return place_own_folder(place, place->run, err);
}

static bool prepare(struct place *place, struct err *err)
{
	char *log = place_path(place, "log");
	bool is_ok =
	    choose_password(place, err) && choose_run(place, err) && places_make_folder(log, err) && place_save(place, err);
	mem_free(log);
	return is_ok;
}

static bool open_known(struct place *place, struct err *err)
{
	char *path = place_path(place, sandbox_marker);
	bool is_ok = make_reachable(place, err) && read_marker(place, path, err);
	mem_free(path);
	return is_ok;
}

bool place_open(struct place *place, struct loop *loop, const char *folder, enum place_use use, struct report *report,
    struct err *err)
{
	*place = (struct place){.loop = loop, .report = report, .lock_fd = -1, .uid = geteuid(), .gid = getegid()};
	char *chosen = folder != NULL ? mem_copy(folder) : sandbox_default_folder();
	place->folder = places_absolute(chosen);
	mem_free(chosen);
	size_t length = strlen(place->folder);
	while (length > 1 && place->folder[length - 1] == '/')
		place->folder[--length] = '\0';
	if (!find_user(place, err))
		return false;
	if (has_marker(place))
		return (use == PLACE_READING || take_lock(place, err)) && open_known(place, err) &&
		       (use != PLACE_MAKING || prepare(place, err));
	if (use != PLACE_MAKING)
		return err_set(err, ERR_FAILED, "%s is no sandbox that pgtend sandbox up made", place->folder);
	return make_folder(place, err) && take_lock(place, err) && prepare(place, err);
}

void place_close(struct place *place)
{
	if (place->lock_fd >= 0)
		close(place->lock_fd);
	mem_free(place->folder);
	mem_free(place->run);
	mem_free(place->user_name);
	mem_free_secret(place->password);
	*place = (struct place){.lock_fd = -1};
}
