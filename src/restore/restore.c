/* See restore/restore.h. */
#include "pgtend/restore/restore.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "pgtend/config/trust.h"
#include "pgtend/core/mem.h"
#include "pgtend/core/units.h"
#include "pgtend/sql_embedded.h"
#include "act_internal.h"
#include "plain_fill.h"
#include "restore_internal.h"

void restored_done(struct restored *restored)
{
	mem_free(restored->dbname);
	mem_free(restored->jobs);
	memset(restored, 0, sizeof *restored);
}

enum { HEAD_BYTES = 2 << 20 };
static const double MOST_OF_IT = 0.6;

struct restoring {
	struct scratch scratch;
	const struct archive *archive;
	const struct restore_options *options;
	struct restored *restored;
	struct dump_tools tools;
	struct contents contents;
	struct fill_options fill;
	bool is_for_people; /* keeps owners, grants, a name that people use */
	bool stays;
	json_t *counts; /* of a plain dump */
};

/* --- before anything is made ----------------------------------------------------------------------------------- */

/* This machine's pg_restore; where it has none that is new enough, the one beside a server in a container. */
static bool find_tools(struct restoring *restoring, int major, struct err *err)
{
	const struct database *database = restoring->scratch.source;
	const char *client = section_text(database->section, "client");
	struct words words = {0};
	if (dump_tools_find(major, &restoring->tools, err))
		return true;
	if (!client || !*client || !trust_allows_command(database->config, database->section, "client", err))
		return false;
	err_clear(err);
	words_split(&words, client, " \t");
	bool is_found = dump_tools_find_in(restoring->scratch.fleet->loop, &words, major, &restoring->tools, err);
	words_done(&words);
	if (is_found && restoring->tools.is_restore_in_client && restoring->archive->form == ARCHIVE_DIRECTORY) {
		is_found = err_set(err, ERR_FAILED, "%s: `%s` leads to a pg_restore that cannot open a folder of this machine",
		    restoring->archive->path, client);
		err_hint(err, "install postgresql-client-%d on this machine", restoring->tools.major);
	}
	return is_found;
}

/* The oldest pg_restore that does: a newer one sends settings that an older server does not know. */
static bool read_contents(struct restoring *restoring, struct err *err)
{
	struct scratch *scratch = &restoring->scratch;
	const bool is_packed = restoring->archive->form == ARCHIVE_CUSTOM_ZSTD;
	const char *path = is_packed ? scratch->dump_path : restoring->archive->path;
	struct err trouble = {0};
	if (plain_is(restoring->archive->form)) {
		if (!contents_plain(scratch, restoring->archive, &restoring->contents, &restoring->counts, err))
			return false;
		restoring->fill.counts = restoring->counts;
		return true;
	}
	if (!find_tools(restoring, session_server_version(scratch->keeper) / 10000, err))
		return false;
	for (;;) {
		if (contents_read(scratch->fleet->loop, path, &restoring->tools, scratch->report, &restoring->contents, err))
			return contents_needs(&restoring->contents, err);
		contents_done(&restoring->contents);
		if (!strstr(err->text, "unsupported version"))
			return false;
		int major = restoring->tools.major;
		dump_tools_done(&restoring->tools);
		if (!find_tools(restoring, major + 1, &trouble)) {
			int made_by = (int)json_integer_value(json_object_get(restoring->archive->manifest, "pg_dump_major"));
			return err_hint(err, "it was made by a newer pg_dump: install postgresql-client-%d or newer", made_by > major ? made_by : major + 1);
		}
		err_clear(err);
	}
}

/* pg_restore -j looks for each table from the beginning of a dump that went through a pipe. Where one table has most of the rows, one pass over the
 * stream is quicker, and nothing needs the room; its list, which is all that is asked before, is at the beginning. Who is no superuser needs the
 * order of one run: grants come after the rows. */
static bool is_one_table(const struct restoring *restoring)
{
	const char *table;
	json_t *rows;
	int64_t most = 0, all = 0;
	json_object_foreach(json_object_get(restoring->archive->manifest, "counts"), table, rows)
	{
		most = json_integer_value(rows) > most ? json_integer_value(rows) : most;
		all += json_integer_value(rows);
	}
	return all > 0 && (double)most >= MOST_OF_IT * (double)all;
}

static bool read_head(struct restoring *restoring, struct err *err)
{
	struct scratch *scratch = &restoring->scratch;
	bool is_whole = false;
	if (!restore_unpack(scratch, restoring->archive, HEAD_BYTES, &is_whole, err) || !read_contents(restoring, err))
		return false;
	if (!is_whole && !restoring->tools.is_restore_in_client && !restoring->contents.has_timescale)
		restoring->contents.packed = restoring->archive;
	return is_whole || restoring->contents.packed ||
	       err_set(err, ERR_FAILED, "%s: only its beginning was read", restoring->archive->path);
}

static bool read_packed(struct restoring *restoring, struct err *err)
{
	bool is_whole = false;
	if (restoring->scratch.is_super && is_one_table(restoring)) {
		struct err trouble = {0};
		if (read_head(restoring, &trouble))
			return true;
		/* A list that is longer, TimescaleDB, which wants to be read beforehand, or damage: the whole tells. */
		contents_done(&restoring->contents);
		dump_tools_done(&restoring->tools);
		if (trouble.kind == ERR_CANCELLED) {
			*err = trouble;
			return false;
		}
	}
	return restore_unpack(&restoring->scratch, restoring->archive, 0, &is_whole, err) && read_contents(restoring, err);
}

static void add_all(struct words *all, const struct words *some)
{
	for (size_t i = 0; i < some->count; i++)
		if (!words_has(all, some->v[i]))
			words_add(all, some->v[i]);
}

static const char *version_of(const struct restoring *restoring, const char *extension)
{
	if (strcmp(extension, "timescaledb") == 0 && restoring->contents.timescale_version)
		return restoring->contents.timescale_version;
	const json_t *versions = json_object_get(restoring->archive->manifest, "extensions");
	const char *version = json_string_value(json_object_get(versions, extension));
	return version ? version : "";
}

/* What the server lacks, all of it at once. Without owners only what policies and user mappings name is needed. */
static bool check(struct restoring *restoring, struct err *err)
{
	struct contents *contents = &restoring->contents;
	struct fill_options *fill = &restoring->fill;
	struct words versions = {0}, roles = {0};
	for (size_t i = 0; i < contents->extensions.count; i++)
		words_add(&versions, version_of(restoring, contents->extensions.v[i]));
	add_all(&roles, &contents->named);
	if (restoring->options->role && !words_has(&roles, restoring->options->role))
		words_add(&roles, restoring->options->role);
	if (!fill->no_owner) {
		add_all(&roles, &contents->owners);
		add_all(&roles, &contents->grantees);
		if (contents->owner && !words_has(&roles, contents->owner))
			words_add(&roles, contents->owner);
	}
	struct restore_needs needs = {
	    .extensions = &contents->extensions,
	    .versions = &versions,
	    .roles = &roles,
	    .owners = fill->no_owner ? NULL : &contents->owners,
	    .role = restoring->options->role,
	    .tablespaces = restoring->is_for_people ? &contents->tablespaces : NULL,
	    .has_tablespaces = restoring->is_for_people ? &fill->keeps_tablespaces : NULL,
	    .server_major = contents->server_version ? atoi(contents->server_version) : 0,
	    .bytes = restoring->archive->database_bytes,
	};
	bool is_good = scratch_check(&restoring->scratch, &needs, err);
	words_done(&versions);
	words_done(&roles);
	return is_good;
}

/* Who is no superuser makes a scratch database without owners; for people that is theirs to say. */
static bool ask_who(struct restoring *restoring, struct err *err)
{
	struct restore_needs nothing = {.bytes = -1};
	if (!scratch_check(&restoring->scratch, &nothing, err))
		return false;
	if (!restoring->is_for_people && !restoring->scratch.is_super)
		restoring->fill.no_owner = true;
	return true;
}

static bool check_name(struct restoring *restoring, struct err *err)
{
	const struct restore_options *options = restoring->options;
	if (!options->dbname || (options->hooks && options->hooks->publish))
		return true;
	struct session *keeper = restoring->scratch.keeper;
	const char *params[] = {options->dbname};
	struct result *r = NULL;
	bool is_free = session_query_wait(
	    keeper, "SELECT FROM pg_catalog.pg_database WHERE datname = $1", params, 1, SCRATCH_DEADLINE_MS, &r, err);
	if (is_free && result_rows(r) > 0) {
		is_free = err_set(err, ERR_FAILED, "the database %s is there already on %s", options->dbname, restoring->scratch.where);
		err_hint(err, "choose another name with --as, or let it take the place of the old one: --replace");
	}
	result_free(r);
	r = NULL;
	/* Two at once would work in vain until one of them gets the name. */
	if (is_free && !restoring->options->is_dry_run)
		is_free = session_query_wait(keeper, sql_scratch_lock, params, 1, SCRATCH_DEADLINE_MS, &r, err) &&
		          (result_bool(r, 0, 0) || err_set(err, ERR_LOCKED, "another run is making %s on %s", options->dbname,
		                                       restoring->scratch.where));
	result_free(r);
	return is_free;
}

static bool prepare(struct restoring *restoring, struct err *err)
{
	struct scratch *scratch = &restoring->scratch;
	return scratch_open(scratch, NULL, err) && ask_who(restoring, err) && check_name(restoring, err) &&
	       scratch_claim(scratch, err) &&
	       (restoring->archive->form == ARCHIVE_CUSTOM_ZSTD ? read_packed(restoring, err) : read_contents(restoring, err)) &&
	       check(restoring, err);
}

/* --- the work ---------------------------------------------------------------------------------------------------- */

/* TimescaleDB's workers end with the old name. */
static void start_workers(struct restoring *restoring, const char *name)
{
	struct scratch *scratch = &restoring->scratch;
	struct err trouble = {0};
	if (!place_workers(scratch->fleet, scratch->source, name, &trouble))
		report_log(scratch->report, "TimescaleDB's workers do not run in %s: %s", name, trouble.text);
}

/* A name that people use is given at the end, to a database that is whole, and its marker goes in the same moment. */
static bool publish(struct restoring *restoring, struct err *err)
{
	const struct restore_hooks *hooks = restoring->options->hooks;
	const bool with_grants = restoring->is_for_people && !restoring->fill.no_owner;
	const bool is_hooked = hooks && hooks->publish;
	const char *name = is_hooked ? NULL : restoring->options->dbname;
	if (!settings_give(&restoring->scratch, &restoring->contents, with_grants, name, err))
		return false;
	if (name && restoring->contents.has_timescale)
		start_workers(restoring, name);
	return !is_hooked || hooks->publish(&restoring->scratch, restoring->restored, hooks->arg, &restoring->stays, err);
}

/* They were counted beside the dump's snapshot, so that a difference is told and no more. */
static void tell_chunks(const struct restoring *restoring)
{
	const struct restored *restored = restoring->restored;
	const json_t *said = json_object_get(restoring->archive->manifest, "timescaledb");
	const json_t *chunks = json_object_get(said, "chunks"), *hypertables = json_object_get(said, "hypertables");
	if (restored->chunks < 0 || !json_is_integer(chunks) || !json_is_integer(hypertables))
		return;
	if (json_integer_value(chunks) != restored->chunks || json_integer_value(hypertables) != restored->hypertables)
		report_log(restoring->scratch.report, "%lld hypertables and %lld chunks came; the manifest speaks of %lld and %lld",
		    (long long)restored->hypertables, (long long)restored->chunks, (long long)json_integer_value(hypertables),
		    (long long)json_integer_value(chunks));
}

static bool work(struct restoring *restoring, struct err *err)
{
	struct scratch *scratch = &restoring->scratch;
	const struct restore_hooks *hooks = restoring->options->hooks;
	struct filling filling = {.scratch = scratch,
	    .options = &restoring->fill,
	    .restored = restoring->restored,
	    .contents = &restoring->contents};
	return (!hooks || !hooks->claimed || hooks->claimed(scratch, hooks->arg, err)) && filling_do(&filling, err) &&
	       (tell_chunks(restoring), publish(restoring, err));
}

static bool restore(struct restoring *restoring, struct err *err)
{
	const struct archive *archive = restoring->archive;
	const json_t *counts = json_object_get(archive->manifest, "counts");
	restoring->fill = (struct fill_options){
	    .tools = &restoring->tools,
	    .jobs = archive->form == ARCHIVE_TAR ? 1 : restoring->options->jobs, /* a tar can only be read through */
	    .no_owner = restoring->options->no_owner,
	    .role = restoring->options->role,
	    .resume_jobs = restoring->options->resume_jobs,
	    .counts_rows = true,
	    .counts = json_is_object(counts) ? counts : NULL,
	    .bytes = archive->database_bytes,
	};
	bool is_done = prepare(restoring, err) && (restoring->options->is_dry_run || work(restoring, err));
	contents_done(&restoring->contents);
	dump_tools_done(&restoring->tools);
	json_decref(restoring->counts);
	return is_done;
}

bool restore_into_new(struct fleet *fleet, struct database *database, const struct archive *archive,
    const struct restore_options *options, struct restored *restored, struct report *report, struct err *err)
{
	struct restoring restoring = {
	    .scratch = {.fleet = fleet, .source = database, .report = report, .purpose = options->purpose, .lock_fd = -1},
	    .archive = archive,
	    .options = options,
	    .restored = restored,
	    .is_for_people = strcmp(options->purpose, "restore") == 0,
	};
	struct err trouble = {0};
	int64_t began_us = units_now_us();
	*restored = (struct restored){.rows = -1, .tables = -1, .different = -1, .hypertables = -1, .chunks = -1, .jobs_paused = -1};
	int held = archive_hold(archive);
	bool is_done = restore(&restoring, err);
	if (held >= 0)
		close(held);
	restored->took_s = (double)(units_now_us() - began_us) / 1e6;
	if (restoring.stays || (is_done && restoring.is_for_people && !options->is_dry_run)) {
		restored->dbname = mem_copy(options->dbname ? options->dbname : restoring.scratch.dbname);
		scratch_release(&restoring.scratch);
		return is_done;
	}
	if (!scratch_close(&restoring.scratch, &trouble)) {
		report_log(report, "%s", trouble.text);
		if (is_done) {
			*err = trouble;
			err->kind = ERR_PARTIAL;
			is_done = false;
		}
	}
	return is_done;
}
