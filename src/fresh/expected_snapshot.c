/* fresh/expected_snapshot.c - the schema of a snapshot, which lets nobody in: read from a clone of it. See fresh/expected.h. */
#include <string.h>

#include "expected_internal.h"
#include "pgtend/core/mem.h"
#include "pgtend/fresh/copy.h"
#include "pgtend/scratch/scratch.h"

/* NULL: none of that name that is whole. */
static const struct copy *find(const struct copies *copies, const struct database *database, const char *name)
{
	for (int i = 0; i < copies->count; i++) {
		const struct copy *copy = &copies->v[i];
		if (copy->kind == COPY_SNAPSHOT && copy->is_whole && copy->name && strcmp(copy->name, name) == 0 && copy_is_of(copy, database))
			return copy;
	}
	return NULL;
}

static bool read_clone(struct expecting *expecting, const char *dbname, const struct catalog_options *options, struct catalog *catalog, struct err *err)
{
	struct scratch scratch = {
	    .fleet = expecting->fleet, .source = expecting->database, .report = expecting->report, .purpose = "diff", .lock_fd = -1};
	struct err trouble = {0};
	char *quoted = NULL, *form = NULL;
	bool is_done = scratch_open(&scratch, NULL, err) && scratch_claim(&scratch, err);
	if (is_done) {
		quoted = session_quote_identifier(scratch.keeper, dbname);
		form = mem_format(" TEMPLATE %s", quoted);
		is_done = scratch_make(&scratch, form, NULL, err) && expected_read(expecting, &scratch.database, options, catalog, err);
	}
	if (!scratch_close(&scratch, &trouble))
		report_log(expecting->report, "%s", trouble.text);
	mem_free(quoted);
	mem_free(form);
	return is_done;
}

bool expected_snapshot_wait(struct fleet *fleet, struct database *database, const char *name, const struct catalog_options *options,
    bool *is_found, struct catalog *catalog, struct report *report, struct err *err)
{
	struct expecting expecting = {.fleet = fleet, .database = database, .report = report};
	struct copies copies = {0};
	*is_found = false;
	*catalog = (struct catalog){0};
	expecting.source = database_look_session(fleet, database, NULL, true);
	bool is_done = session_ready_wait(expecting.source, SCRATCH_READY_MS, err) &&
	               database_learn_wait(fleet, database, expecting.source, err);
	/* Without CREATE DATABASE there is no snapshot either. */
	struct err cannot = {0};
	if (is_done && database_can(database, CAP_CREATE_DATABASE, &cannot)) {
		is_done = copies_load_wait(expecting.source, database, false, &copies, err);
		const struct copy *copy = is_done ? find(&copies, database, name) : NULL;
		*is_found = copy != NULL;
		/* What makes the clone must not be kept waiting by our own questions. */
		if (copy)
			is_done = read_clone(&expecting, copy->dbname, options, catalog, err);
		copies_done(&copies);
	}
	session_free(expecting.source);
	return is_done;
}
