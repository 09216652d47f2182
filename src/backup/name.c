/* See name.h. */
#include "name.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "config.h"
#include "pgtend/core/mem.h"
#include "pgtend/core/units.h"
#include "pgtend/loop/task.h"
#include "pgtend/loop/work.h"

void name_describe(struct naming *naming, const struct dump_tools *tools, const struct archive_contents *contents, double took_s)
{
	const struct archive_place *place = naming->place;
	json_t *manifest = naming->manifest, *verified = json_array();
	char stamp[UNITS_SIZE];
	json_array_append_new(verified, manifest_verification(ARCHIVE_READ));
	json_object_set_new(manifest, "pgtend", json_string(PACKAGE_VERSION));
	json_object_set_new(manifest, "id", json_string(place->base));
	json_object_set_new(manifest, "taken_at", json_string(units_rfc3339(stamp, place->stamp_us)));
	json_object_set_new(manifest, "duration_ms", json_integer((json_int_t)(took_s * 1000)));
	json_object_set_new(manifest, "form", json_string(archive_form_word(place->form)));
	json_object_set_new(manifest, "client", json_string(tools->version != NULL ? tools->version : "pg_dump"));
	json_object_set_new(manifest, "pg_dump_major", json_integer(tools->major));
	json_object_set_new(manifest, "file", json_string(strrchr(place->dump, '/') + 1));
	json_object_set_new(manifest, "size_bytes", json_integer(contents->size_bytes));
	json_object_set_new(manifest, "sha256", json_string(contents->sha256));
	json_object_set_new(manifest, "entries", json_integer(contents->entries));
	json_object_set_new(manifest, "tables", json_integer(contents->tables));
	json_object_set_new(manifest, "rows", json_integer(contents->rows));
	json_object_set(manifest, "counts", contents->counts);
	if (contents->files != NULL)
		json_object_set(manifest, "files", contents->files);
	json_object_set_new(manifest, "verified", verified);
}

static bool rename_part(const char *part, const char *path, struct err *err)
{
	return rename(part, path) == 0 || err_set(err, ERR_FAILED, "%s: could not be renamed: %s", part, strerror(errno));
}

/* The dump's name comes last: a dump without a manifest beside it never comes from here, and a manifest without its dump counts as nothing. */
static bool give(const struct naming *naming, struct err *err)
{
	const struct archive_place *place = naming->place;
	if (json_is_object(json_object_get(naming->manifest, "globals"))) {
		char *part = mem_format("%s.part", place->globals);
		bool ok = rename_part(part, place->globals, err);
		mem_free(part);
		if (!ok)
			return false;
	}
	return manifest_write(place->manifest, naming->manifest, err) && archive_place_sync(place, err) &&
	       rename_part(place->part, place->dump, err) && archive_place_sync(place, err);
}

static void run(struct work *work, void *arg)
{
	struct naming *naming = arg;
	(void)work;
	naming->is_good = give(naming, &naming->err);
}

bool name_give(struct loop *loop, struct naming *naming, struct err *err)
{
	if (task_is_cancelled())
		return err_set(err, ERR_CANCELLED, "cancelled, nothing was kept");
	work_wait(work_start(loop, run, naming));
	if (!naming->is_good)
		*err = naming->err;
	return naming->is_good;
}
