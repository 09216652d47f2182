#include "pgtend/jobs/guard.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "pgtend/core/json.h"
#include "pgtend/core/mem.h"
#include "pgtend/core/places.h"
#include "pgtend/core/text.h"
#include "pgtend/core/units.h"

/* --- the decision ---------------------------------------------------------------------------- */

/* The name is the answer wherever a mistake cannot be taken back, and for everything in production. */
static bool wants_name(const struct guard_request *request, const struct database *database)
{
	return request->level == GUARD_L3 || database->environment == ENVIRONMENT_PRODUCTION;
}

/* A script gives no `y`: outside production L1 and L2 run there without a question. */
static bool wants_yes(const struct guard_request *request)
{
	switch (request->from) {
	case GUARD_BY_KEY:
		return true;
	case GUARD_BY_PROMPT:
		return request->level == GUARD_L2;
	case GUARD_BY_SCRIPT:
		return false;
	}
	return true;
}

static bool is_destructive_allowed(const struct database *database, struct err *err)
{
	if (!section_bool(database->section, "allow_destructive")) {
		err_set(err, ERR_REFUSED, "%s is production and its configuration does not allow destructive verbs",
		    database->name);
		err_hint(err, "set allow_destructive = yes in [database %s]", database->name);
		return false;
	}
	if (guard_unlocked_s(database) <= 0) {
		err_set(err, ERR_REFUSED, "%s is production and locked", database->name);
		err_hint(err, "pgtend unlock %s MINUTES REASON", database->name);
		return false;
	}
	return true;
}

static enum guard_answer refuse_unconfirmed(
    const struct guard_request *request, const struct database *database, struct err *err)
{
	char *given = request->confirmed && request->confirmed->count > 0 ? words_join(request->confirmed, ", ") : NULL;
	if (given)
		err_set(err, ERR_REFUSED, "%s: --confirm %s is needed, given was %s", database->name, database->dbname, given);
	else
		err_set(err, ERR_REFUSED, "%s: nobody can be asked here (standard input is no terminal)", database->name);
	err_hint(err, "give --confirm %s", database->dbname);
	mem_free(given);
	return GUARD_REFUSED;
}

enum guard_answer guard_decide(
    const struct guard_request *request, const struct database *database, char **expect, struct err *err)
{
	*expect = NULL;
	bool is_production = database->environment == ENVIRONMENT_PRODUCTION;
	if (request->is_never_in_production && is_production) {
		err_set(err, ERR_REFUSED, "%s is production: this is never done there", database->name);
		return GUARD_REFUSED;
	}
	if (request->level == GUARD_L0)
		return GUARD_GO;
	/* What the configuration orders (backup, prune, maintain) runs from cron, where nobody can be asked. */
	if (request->is_ordered_by_config && request->from == GUARD_BY_SCRIPT)
		return GUARD_GO;
	if (request->level == GUARD_L3 && is_production && !is_destructive_allowed(database, err))
		return GUARD_REFUSED;
	if (wants_name(request, database)) {
		if (request->from == GUARD_BY_SCRIPT) {
			if (request->confirmed && words_has(request->confirmed, database->dbname))
				return GUARD_GO;
			return refuse_unconfirmed(request, database, err);
		}
		*expect = mem_copy(database->dbname);
		return GUARD_ASK;
	}
	if (wants_yes(request)) {
		*expect = mem_copy("y");
		return GUARD_ASK;
	}
	return GUARD_GO;
}

const char *guard_level_words(enum guard_level level, bool is_never_in_production, bool is_ordered_by_config)
{
	switch (level) {
	case GUARD_L0:
		return is_never_in_production ? "asks nothing; refused in production" : "asks nothing";
	case GUARD_L1:
		if (is_never_in_production)
			return "a key asks y; the prompt, the shell and scripts ask nothing; refused in production";
		if (is_ordered_by_config)
			return "a key asks y; the prompt and the shell ask nothing; in production the database's name is asked; a "
			       "script asks for nothing, because "
			       "the configuration orders it";
		return "a key asks y; the prompt, the shell and scripts ask nothing; in production the database's name is "
		       "asked, in a script it is "
		       "given as --confirm NAME";
	case GUARD_L2:
		if (is_never_in_production)
			return "asks y, and says what it locks; a script asks nothing; refused in production";
		if (is_ordered_by_config)
			return "asks y, and says what it locks; in production the database's name is asked; a script asks for "
			       "nothing, because the "
			       "configuration orders it";
		return "asks y, and says what it locks; a script asks nothing; in production the database's name is asked, in "
		       "a script it is given "
		       "as --confirm NAME";
	case GUARD_L3:
		if (is_never_in_production)
			return "asks the database's name after a preview; in a script it is given as --confirm NAME, once for each "
			       "database; refused in "
			       "production";
		if (is_ordered_by_config)
			return "asks the database's name after a preview; in production only while unlocked (pgtend unlock) and "
			       "with allow_destructive "
			       "= yes; a script asks for nothing, because the configuration orders it";
		return "asks the database's name after a preview; in a script it is given as --confirm NAME, once for each "
		       "database; in production "
		       "only while unlocked (pgtend unlock) and with allow_destructive = yes";
	}
	return "";
}

/* --- unlock ---------------------------------------------------------------------------------- */

/* The same section of another file, or another database under the same name, is another lock. */
static char *unlock_key(const struct database *database)
{
	const char *where = section_where(database->section, NULL);
	size_t length = where ? strlen(where) : 0;
	const char *colon = where ? strrchr(where, ':') : NULL;
	if (colon)
		length = (size_t)(colon - where);
	return mem_format("%.*s %s %s %s:%d", (int)length, where ? where : "", database->name, database->dbname,
	    database->server && database->server->host ? database->server->host : "",
	    database->server ? database->server->port : 0);
}

/* A missing or unreadable file is a locked one. */
static json_t *read_unlocks(const char *path)
{
	struct err ignored = {0};
	json_t *all = NULL;
	if (access(path, F_OK) != 0 || !json_read_file(path, &all, &ignored) || !json_is_object(all)) {
		json_decref(all);
		return json_object();
	}
	return all;
}

static void drop_ended(json_t *all, int64_t now_us)
{
	const char *key;
	json_t *one;
	void *next;
	json_object_foreach_safe(all, next, key, one) if (json_integer_value(json_object_get(one, "until_us")) <= now_us)
	    json_object_del(all, key);
}

/* The lock file lies beside, because json_write_file() replaces the file itself. */
static int take_lock(const char *path, struct err *err)
{
	char *name = mem_format("%s.lock", path);
	int fd = open(name, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0 || flock(fd, LOCK_EX) != 0) {
		err_set(err, ERR_FAILED, "%s: %s", name, strerror(errno));
		if (fd >= 0)
			close(fd);
		fd = -1;
	}
	mem_free(name);
	return fd;
}

static bool write_unlock(
    const char *path, const struct database *database, int minutes, const char *reason, struct err *err)
{
	int lock = take_lock(path, err);
	if (lock < 0)
		return false;
	json_t *all = read_unlocks(path);
	int64_t now_us = units_now_us();
	drop_ended(all, now_us);
	char *key = unlock_key(database);
	json_object_set_new(all, key,
	    json_pack("{s:I, s:I, s:s}", "since_us", (json_int_t)now_us, "until_us",
	        (json_int_t)(now_us + (int64_t)minutes * 60000000), "reason", reason));
	mem_free(key);
	bool is_written = json_write_file(path, all, err);
	json_decref(all);
	close(lock);
	return is_written;
}

bool guard_unlock(const struct database *database, int minutes, const char *reason, struct err *err)
{
	if (minutes < 1 || minutes > GUARD_UNLOCK_MOST_MINUTES)
		return err_set(err, ERR_USAGE, "unlock %s: MINUTES is 1 to %d", database->name, GUARD_UNLOCK_MOST_MINUTES);
	if (!reason || reason[strspn(reason, " \t\r\n")] == '\0')
		return err_set(err, ERR_USAGE, "unlock %s: a reason is needed, it stands in the audit log", database->name);
	char *folder = places_state("");
	char *path = places_state("unlock");
	bool is_done = places_make_folder(folder, err) && write_unlock(path, database, minutes, reason, err);
	mem_free(path);
	mem_free(folder);
	return is_done;
}

int guard_unlocked_s(const struct database *database)
{
	char *path = places_state("unlock");
	json_t *all = read_unlocks(path);
	mem_free(path);
	char *key = unlock_key(database);
	const json_t *one = json_object_get(all, key);
	mem_free(key);
	int64_t now_us = units_now_us();
	int64_t since_us = json_integer_value(json_object_get(one, "since_us"));
	int64_t until_us = json_integer_value(json_object_get(one, "until_us"));
	json_decref(all);
	/* A clock that was set back must not open a lock again, nor one open it longer than was allowed. */
	if (!one || now_us < since_us || now_us >= until_us ||
	    until_us - since_us > (int64_t)GUARD_UNLOCK_MOST_MINUTES * 60000000)
		return 0;
	return (int)((until_us - now_us + 999999) / 1000000);
}
