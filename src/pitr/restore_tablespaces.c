/* Tablespaces and a restore beside the server. Those in the backup are sent elsewhere by pgBackRest; one that was made since is made again by the
 * replay of the log, at its old place: the copy would then write into the files of the server itself. */
#include <dirent.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "pgtend/core/mem.h"
#include "pgtend/core/places.h"
#include "pgtend/core/units.h"
#include "pgtend/sql_embedded.h"
#include "pitr_internal.h"

enum { DEADLINE_MS = 60000 };

/* Numbers of those in the backup. */
static bool read_backed_up(const struct pitr_place *place, const char *label, struct words *oids, struct err *err)
{
	struct words options = {0};
	struct text out = {0};
	words_add(&options, "--output=json");
	words_take(&options, mem_format("--set=%s", label));
	const struct pitr_run run = {.place = place, .command = "info", .options = &options, .deadline_ms = DEADLINE_MS};
	bool ok = pitr_run(&run, &out, err);
	json_t *all = ok ? json_loads(text_str(&out), 0, NULL) : NULL, *tablespace;
	const json_t *backup = json_array_get(json_object_get(json_array_get(all, 0), "backup"), 0);
	size_t i;
	json_array_foreach(json_object_get(backup, "tablespace"), i, tablespace)
		words_take(oids, mem_format("%lld", (long long)json_integer_value(json_object_get(tablespace, "oid"))));
	json_decref(all);
	words_done(&options);
	text_done(&out);
	return ok;
}

/* The links of the data folder; without rights, or a folder, none. */
static void read_links(const struct pitr_place *place, struct words *oids)
{
	char *folder = mem_format("%s/pg_tblspc", place->data);
	DIR *dir = opendir(folder);
	for (struct dirent *entry; dir != NULL && (entry = readdir(dir)) != NULL;)
		if (entry->d_name[0] != '.')
			words_add(oids, entry->d_name);
	if (dir != NULL)
		closedir(dir);
	mem_free(folder);
}

static bool read_now(const struct pitr_place *place, struct session *session, struct words *oids, struct err *err)
{
	struct result *result = NULL;
	if (session == NULL) {
		if (!place->is_elsewhere && place->data != NULL)
			read_links(place, oids);
		return true;
	}
	bool ok = session_query_wait(session, sql_pitr_tablespaces, NULL, 0, DEADLINE_MS, &result, err);
	for (int row = 0; ok && row < result_rows(result); row++)
		words_add(oids, result_text(result, row, 0));
	result_free(result);
	return ok;
}

/* Its link was made with it: recovery stops before that. */
static bool is_later(const struct pitr_place *place, const char *oid, int64_t to_us)
{
	struct stat st;
	if (to_us == 0 || place->is_elsewhere || place->data == NULL)
		return false;
	char *link = mem_format("%s/pg_tblspc/%s", place->data, oid);
	bool is_it = lstat(link, &st) == 0 && (int64_t)st.st_mtim.tv_sec * 1000000 > to_us;
	mem_free(link);
	return is_it;
}

bool pitr_tablespaces_check(const struct pitr_place *place, struct session *session, const char *label, int64_t to_us, struct err *err)
{
	struct words now = {0}, then = {0};
	bool ok = read_now(place, session, &now, err);
	if (ok && now.count > 0)
		ok = read_backed_up(place, label, &then, err);
	for (size_t i = 0; ok && i < now.count; i++)
		if (!words_has(&then, now.v[i]) && !is_later(place, now.v[i], to_us)) {
			ok = err_set(err, ERR_REFUSED, "tablespace %s of the server is not in backup %s: the replay of its making would write into the server's own files", now.v[i], label);
			err_hint(err, "take a backup, and restore a time after it; or restore on another machine");
		}
	words_done(&now);
	words_done(&then);
	return ok;
}
