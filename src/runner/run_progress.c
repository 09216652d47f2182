/* How far a file outside a transaction came: in pgtend's own table, else in a file of pgtend's. See run_internal.h. */
#include <string.h>
#include <unistd.h>

#include "pgtend/core/json.h"
#include "pgtend/core/mem.h"
#include "pgtend/core/places.h"
#include "pgtend/migrate/checksum.h"
#include "run_internal.h"

/* One a database and migration: a database that was dropped and made again is another one. Caller frees. */
static char *place_of(struct run *run, const struct plan_step *step, struct err *err)
{
	struct identity identity;
	if (!database_identity_wait(run->fleet, run->database, run->session, &identity, err))
		return NULL;
	char hex[CHECKSUM_SIZE];
	char *key = mem_format("%s/%lld/%s/%s/%s", identity.system_identifier, (long long)identity.oid, run->ledger.history,
	    run_file(run, step)->name, step->is_up ? "up" : "down");
	checksum_of(key, strlen(key), hex);
	char *name = mem_format("progress/%s.json", hex), *path = places_state(name);
	mem_free(name);
	mem_free(key);
	return path;
}

static bool read_file(struct run *run, const struct plan_step *step, struct progress *progress, struct err *err)
{
	progress->path = place_of(run, step, err);
	if (!progress->path)
		return false;
	if (access(progress->path, F_OK) != 0)
		return true;
	json_t *root = NULL;
	struct err broken = {0};
	if (!json_read_file(progress->path, &root, &broken)) {
		report_log(run->report, "%s: not used", broken.text);
		return true;
	}
	const char *checksum = json_string_value(json_object_get(root, "checksum")),
	           *xid = json_string_value(json_object_get(root, "xid"));
	progress->is_there = checksum != NULL;
	progress->checksum = mem_copy(checksum);
	progress->done = (int)json_integer_value(json_object_get(root, "done"));
	progress->begun = (int)json_integer_value(json_object_get(root, "begun"));
	if (xid && strspn(xid, "0123456789") == strlen(xid) && strlen(xid) < sizeof progress->xid)
		strcpy(progress->xid, xid);
	json_decref(root);
	return true;
}

bool run_progress_read(struct run *run, const struct plan_step *step, struct progress *progress, struct err *err)
{
	memset(progress, 0, sizeof *progress);
	if (!run->metadata.is_there)
		return read_file(run, step, progress, err);
	struct metadata_progress kept;
	if (!metadata_read_progress(&run->ledger, step, run->session, &kept, err))
		return false;
	progress->is_there = kept.is_there;
	progress->done = kept.done;
	progress->begun = kept.done + kept.is_unsettled;
	progress->checksum = mem_copy(kept.checksum);
	metadata_progress_done(&kept);
	return true;
}

bool run_progress_write(struct run *run, const struct plan_step *step, const struct progress *progress, int begun, int done,
    const char *xid, struct err *err)
{
	if (run->metadata.is_there) {
		char *sql = metadata_progress_sql(&run->metadata, &run->ledger, step, begun == done ? done - 1 : done, begun == done, run->session);
		struct result *result = NULL;
		bool is_written = run_ask(run, sql, &result, err) || err_prefix(err, "writing down how far %s came", step->path);
		result_free(result);
		mem_free(sql);
		return is_written;
	}
	char *folder = mem_copy_n(progress->path, (size_t)(strrchr(progress->path, '/') - progress->path));
	json_t *root = json_pack("{s:s, s:i, s:i, s:s, s:s}", "checksum", step->checksum, "begun", begun, "done", done,
	    "xid", xid ? xid : "", "migration", run_file(run, step)->name);
	bool is_written = places_make_folder(folder, err) && json_write_file(progress->path, root, err);
	json_decref(root);
	mem_free(folder);
	return is_written;
}

void run_progress_done(struct progress *progress, bool is_over)
{
	if (is_over && progress->path)
		(void)unlink(progress->path);
	mem_free(progress->path);
	mem_free(progress->checksum);
	memset(progress, 0, sizeof *progress);
}
