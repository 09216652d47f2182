/* Where pgBackRest runs for a server: on this machine as the owner of the data, or behind the words that the configuration says. */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "pgtend/config/trust.h"
#include "pgtend/core/mem.h"
#include "pgtend/core/places.h"
#include "pgtend/probes/collector.h"
#include "pitr_internal.h"

enum { FACTS_DEADLINE_MS = 8000, IDENTIFIER_BYTES = 8 };

/* Where pgBackRest itself looks, the first before the second. */
const char *const pitr_own_config = "/etc/pgbackrest/pgbackrest.conf";
static const char *const own_places[] = {"/etc/pgbackrest/pgbackrest.conf", "/etc/pgbackrest.conf"};

bool pitr_is_name(const char *text)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
	size_t length = strlen(text);
	return length > 0 && length < 128 && text[0] != '-' && text[0] != '.' && strspn(text, letters) == length;
}

/* --- what the server says ------------------------------------------------------------------------ */

static void take_facts(struct pitr_place *place)
{
	const struct facts *facts = database_facts(place->database, FACT_ARCHIVER);
	if (facts->table != NULL && table_rows(facts->table) > 0 && facts->err.kind == ERR_NONE) {
		place->archiver = table_new(&archiver_shape);
		table_copy_row(place->archiver, table_add_row(place->archiver), facts->table, 0);
		place->data = mem_copy(table_get_text(facts->table, 0, "data_directory"));
		return;
	}
	place->silence = facts->err;
	if (place->silence.kind == ERR_NONE)
		err_set(&place->silence, ERR_TIMEOUT, "no answer in time");
}

static const char *said(const struct pitr_place *place, const char *column)
{
	return place->archiver != NULL ? table_get_text(place->archiver, 0, column) : NULL;
}

const char *pitr_place_identifier(const struct pitr_place *place)
{
	return said(place, "system_identifier");
}

/* --- command, configuration, stanza --------------------------------------------------------------- */

static bool find_command(struct pitr_place *place, struct err *err)
{
	const char *words = section_text(place->database->section, "pgbackrest");
	words_split(&place->command, words != NULL && *words != '\0' ? words : "pgbackrest", " \t");
	const char *last = place->command.v[place->command.count - 1];
	const char *name = strrchr(last, '/') != NULL ? strrchr(last, '/') + 1 : last;
	place->is_elsewhere = place->command.count > 1;
	if (strstr(name, "pgbackrest") != NULL)
		/* A configuration names programs to run, too. */
		return trust_allows_command(place->fleet->config, place->database->section, "pgbackrest", err) &&
		       trust_allows_command(place->fleet->config, place->database->section, "pgbackrest_config", err);
	err_set(err, ERR_CONFIG, "%s: pgbackrest = %s does not end in pgbackrest", section_where(place->database->section, "pgbackrest"), words);
	return err_hint(err, "pgbackrest = docker exec -u postgres NAME pgbackrest");
}

/* archive_command is a superuser's word on the server; that a file is read on this machine because of it must not hand this machine to him. */
static bool is_safe(const char *path)
{
	struct stat st;
	if (stat(path, &st) != 0 || !S_ISREG(st.st_mode) || (st.st_mode & 022) != 0)
		return false;
	const struct passwd *postgres = getpwnam("postgres");
	return st.st_uid == 0 || st.st_uid == geteuid() || (postgres != NULL && st.st_uid == postgres->pw_uid);
}

static void find_config(struct pitr_place *place)
{
	const char *key = section_text(place->database->section, "pgbackrest_config"), *named = said(place, "config_path");
	place->is_config_said = true;
	if (key != NULL && *key != '\0') {
		place->config = mem_copy(key);
		return;
	}
	if (named != NULL && (place->is_elsewhere || is_safe(named))) {
		place->config = mem_copy(named);
		return;
	}
	place->is_config_said = false;
	for (size_t i = 0; !place->is_elsewhere && place->config == NULL && i < sizeof own_places / sizeof own_places[0]; i++)
		if (access(own_places[i], F_OK) == 0)
			place->config = mem_copy(own_places[i]);
}

static bool find_stanza(struct pitr_place *place, const char *wanted, struct err *err)
{
	const char *key = section_text(place->database->section, "pgbackrest_stanza");
	const char *name = wanted != NULL ? wanted : key != NULL && *key != '\0' ? key : said(place, "stanza");
	if (name == NULL)
		return true;
	if (!pitr_is_name(name)) {
		enum err_kind kind = wanted != NULL ? ERR_USAGE : ERR_CONFIG;
		return err_set(err, kind, "'%s' is no name of a stanza: letters, digits, . _ and -", name);
	}
	place->stanza = mem_copy(name);
	return true;
}

/* --- whose data ------------------------------------------------------------------------------------ */

/* The first eight bytes of global/pg_control are the system identifier, in the machine's own order. */
static bool read_identifier(const char *data, uint64_t *identifier)
{
	char *path = mem_format("%s/global/pg_control", data);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	bool ok = fd >= 0 && read(fd, identifier, IDENTIFIER_BYTES) == IDENTIFIER_BYTES;
	if (fd >= 0)
		close(fd);
	mem_free(path);
	return ok;
}

/* The folder of that name on this machine is the server's: by its identifier where the server answers. Where it does not, the configuration of the
 * stanza named it; it may be damaged or gone, which is when a restore is wanted. */
static bool is_servers_own(const struct pitr_place *place)
{
	uint64_t identifier = 0;
	const char *wanted = pitr_place_identifier(place);
	if (!trust_is_local(place->database->info))
		return false;
	if (place->archiver == NULL)
		return true;
	return read_identifier(place->data, &identifier) && (wanted == NULL || strtoull(wanted, NULL, 10) == identifier);
}

static bool is_owned(const char *path, struct stat *st)
{
	return path != NULL && stat(path, st) == 0 && st->st_uid != 0;
}

static void find_user(struct pitr_place *place)
{
	struct stat st;
	const struct passwd *postgres;
	if (geteuid() != 0 || place->is_elsewhere)
		return;
	/* Run by root it would leave files that the archiver may not read. */
	char *repo = place->stanza != NULL ? pitr_conf_get(place->config, place->stanza, "repo1-path") : NULL;
	bool is_known = is_owned(place->data, &st) || is_owned(repo, &st);
	mem_free(repo);
	if (is_known) {
		const struct passwd *owner = getpwuid(st.st_uid);
		place->uid = st.st_uid;
		place->gid = owner != NULL ? owner->pw_gid : st.st_gid;
		place->has_user = true;
	} else if ((postgres = getpwnam("postgres")) != NULL) {
		place->uid = postgres->pw_uid;
		place->gid = postgres->pw_gid;
		place->has_user = true;
	}
}

bool pitr_place_find(struct fleet *fleet, struct database *database, const char *stanza, struct pitr_place *place, struct err *err)
{
	*place = (struct pitr_place){.fleet = fleet, .database = database};
	take_facts(place);
	bool ok = find_command(place, err);
	if (ok) {
		find_config(place);
		ok = find_stanza(place, stanza, err);
	}
	if (ok && place->data == NULL && place->stanza != NULL && !place->is_elsewhere)
		place->data = pitr_conf_get(place->config, place->stanza, "pg1-path");
	if (!ok) {
		pitr_place_done(place);
		return false;
	}
	place->is_here = !place->is_elsewhere && place->data != NULL && is_servers_own(place);
	find_user(place);
	return true;
}

bool pitr_place_open(struct fleet *fleet, struct database *database, const char *stanza, struct pitr_place *place, struct err *err)
{
	static const enum fact wanted[] = {FACT_ARCHIVER, FACT_COUNT};
	collect_wait(fleet, &database, 1, wanted, FACTS_DEADLINE_MS);
	return pitr_place_find(fleet, database, stanza, place, err);
}

void pitr_place_done(struct pitr_place *place)
{
	table_free(place->archiver);
	words_done(&place->command);
	mem_free(place->stanza);
	mem_free(place->config);
	mem_free(place->data);
	memset(place, 0, sizeof *place);
}

/* --- whether it can be run --------------------------------------------------------------------------- */

/* NULL: nowhere. Caller frees. */
static char *find_in_path(const char *name)
{
	struct words folders = {0};
	char *found = strchr(name, '/') != NULL && access(name, X_OK) == 0 ? mem_copy(name) : NULL;
	const char *path = getenv("PATH");
	words_split(&folders, strchr(name, '/') == NULL && path != NULL ? path : "", ":");
	for (size_t i = 0; i < folders.count && found == NULL; i++) {
		char *file = places_join(folders.v[i], name);
		if (access(file, X_OK) == 0)
			found = mem_copy(file);
		mem_free(file);
	}
	words_done(&folders);
	return found;
}

static bool is_in_path(const char *name)
{
	char *found = find_in_path(name);
	mem_free(found);
	return found != NULL;
}

char *pitr_place_program(const struct pitr_place *place)
{
	const char *last = place->command.v[place->command.count - 1];
	char *found = place->is_elsewhere ? NULL : find_in_path(last);
	return found != NULL ? found : mem_copy(last);
}

static bool is_not_here(const struct pitr_place *place, struct err *err)
{
	const struct database *database = place->database;
	const char *client = section_text(database->section, "client");
	const struct server *server = database->server;
	if (server->is_known && !server->has[CAP_DUMP])
		return err_set(err, ERR_UNSUPPORTED, "there is nothing for pgBackRest: %s", server->lacks[CAP_DUMP] != NULL ? server->lacks[CAP_DUMP] : "it has no cluster of files");
	if (client != NULL && *client != '\0') {
		err_set(err, ERR_UNSUPPORTED, "%s runs behind `client = %s`, and where pgBackRest is there is not said", database->server->label, client);
		return err_hint(err, "in pgtend.ini: pgbackrest = docker exec -u postgres NAME pgbackrest");
	}
	struct stat st;
	bool is_locked = place->data != NULL && trust_is_local(database->info) && geteuid() != 0 &&
	                 (stat(place->data, &st) == 0 ? st.st_uid != geteuid() : errno == EACCES);
	if (is_locked) {
		err_set(err, ERR_UNSUPPORTED, "pgBackRest works as the owner of %s, who you are not", place->data);
		return err_hint(err, "run pgtend as the owner or as root, or say pgbackrest = sudo -n -u postgres pgbackrest");
	}
	if (place->data == NULL && place->archiver != NULL && trust_is_local(database->info)) {
		err_set(err, ERR_UNSUPPORTED, "where %s keeps its data this role may not know (data_directory)", database->server->label);
		const char *user = conninfo_effective(database->info, "user");
		char *role = text_sql_name(user != NULL ? user : "");
		err_hint(err, "GRANT pg_read_all_settings TO %s, or set pgbackrest_stanza and pgbackrest", role);
		mem_free(role);
		return false;
	}
	err_set(err, ERR_UNSUPPORTED, "%s does not keep its data on this machine, and pgBackRest runs on the database's host or on its repository's", database->server->label);
	return err_hint(err, "run pgtend there, or say in pgtend.ini how to get there: pgbackrest = ssh HOST pgbackrest, or docker exec -u postgres NAME pgbackrest");
}

bool pitr_place_can(const struct pitr_place *place, bool needs_stanza, struct err *err)
{
	if (!place->is_elsewhere && !is_in_path(place->command.v[0])) {
		err_set(err, ERR_UNSUPPORTED, "%s is not installed here", place->command.v[0]);
		return err_hint(err, "apt-get install pgbackrest");
	}
	/* A repository's host has the configuration, not the data. */
	char *host = place->stanza != NULL ? pitr_conf_get(place->config, place->stanza, "pg1-host") : NULL;
	bool is_repository = host != NULL;
	mem_free(host);
	if (!place->is_elsewhere && !place->is_here && !is_repository)
		return is_not_here(place, err);
	if (needs_stanza && place->stanza == NULL) {
		err_set(err, ERR_FAILED, "%s is not set up for pgBackRest: archive_command names no stanza, nor does pgbackrest_stanza", place->database->server->label);
		return err_hint(err, "pgtend pitr setup %s", place->database->name);
	}
	return true;
}
