/* What a server must have before a dump is restored there: everything that lacks is told at once. See restore/fill.h. */
#include <string.h>
#include <sys/statvfs.h>

#include "pgtend/core/mem.h"
#include "pgtend/core/units.h"
#include "pgtend/sql_embedded.h"
#include "restore_internal.h"

bool restore_has_room(const char *folder, int64_t needs_bytes, const char *what, const char *hint, struct err *err)
{
	struct statvfs info;
	if (!folder || statvfs(folder, &info) != 0)
		return true;
	int64_t left = (int64_t)info.f_bavail * (int64_t)info.f_frsize;
	char has[UNITS_SIZE], needs[UNITS_SIZE];
	if (left >= needs_bytes)
		return true;
	err_set(err, ERR_FAILED, "%s has %s left, and %s needs about %s", folder, units_bytes(has, left), what,
	    units_bytes(needs, needs_bytes));
	return hint ? err_hint(err, "%s", hint) : false;
}

/* A folder of the server's is ours to look at only when it is this machine's. */
static bool is_on_this_machine(const struct conninfo *info)
{
	struct conninfo *copy = conninfo_copy(info);
	const char *host = conninfo_effective(copy, "hostaddr");
	if (!host || !*host)
		host = conninfo_effective(copy, "host");
	bool is_here = !host || !*host || host[0] == '/' || strcmp(host, "localhost") == 0 ||
	               strncmp(host, "127.", 4) == 0 || strcmp(host, "::1") == 0;
	conninfo_free(copy);
	return is_here;
}

/* Of PostgreSQL's array input. */
static char *array_of(const struct words *words)
{
	struct text array = {0};
	text_add(&array, "{");
	for (size_t i = 0; words && i < words->count; i++) {
		text_add(&array, i > 0 ? ",\"" : "\"");
		for (const char *c = words->v[i]; *c; c++) {
			if (*c == '"' || *c == '\\')
				text_add_char(&array, '\\');
			text_add_char(&array, *c);
		}
		text_add(&array, "\"");
	}
	text_add(&array, "}");
	return text_take(&array);
}

/* --- what lacks ------------------------------------------------------------------------------------------------ */

static void add_lack(struct text *lacks, const struct result *r, const char *column, const char *words)
{
	const char *names = result_text(r, 0, result_column(r, column));
	if (names)
		text_addf(lacks, "%s%s %s", lacks->length > 0 ? "; " : "", words, names);
}

static bool check_lacks(const struct scratch *scratch, const struct result *r, struct err *err)
{
	struct text lacks = {0};
	const bool is_super = result_bool(r, 0, result_column(r, "is_maker_super"));
	const char *maker = result_text(r, 0, result_column(r, "maker"));
	add_lack(&lacks, r, "extensions", "the extensions");
	add_lack(&lacks, r, "versions", "the versions of extensions");
	add_lack(&lacks, r, "roles", "the roles");
	if (lacks.length > 0)
		err_set(err, ERR_FAILED, "%s lacks %s", scratch->where, text_str(&lacks));
	else if (!is_super && result_text(r, 0, result_column(r, "guarded")))
		err_set(err, ERR_FAILED, "only a superuser may make the extensions %s, and %s is none",
		    result_text(r, 0, result_column(r, "guarded")), maker);
	else if (!is_super && result_text(r, 0, result_column(r, "foreign_roles")))
		err_set(err, ERR_FAILED, "%s may not give objects to the roles %s, whose member it is not", maker,
		    result_text(r, 0, result_column(r, "foreign_roles")));
	else
		return true;
	if (lacks.length > 0 && (result_text(r, 0, result_column(r, "extensions")) ||
	                            result_text(r, 0, result_column(r, "versions"))))
		err_hint(err, "install the packages of these extensions there%s",
		    result_text(r, 0, result_column(r, "roles")) ? "; --no-owner needs none of the roles" : "");
	else
		err_hint(err, "make the roles, or --no-owner: all then belongs to the role that restores");
	text_done(&lacks);
	return false;
}

static bool check_server(struct scratch *scratch, const struct restore_needs *needs, const struct result *r, struct err *err)
{
	const char *role = result_text(r, 0, result_column(r, "role"));
	const char *started = result_text(r, 0, result_column(r, "started"));
	int major = (int)(result_int(r, 0, result_column(r, "version_num"), 0) / 10000);
	scratch->is_super = result_bool(r, 0, result_column(r, "is_super"));
	scratch->is_elsewhere = needs->started && (!started || strcmp(started, needs->started) != 0);
	if (result_bool(r, 0, result_column(r, "is_in_recovery")))
		return err_set(err, ERR_UNSUPPORTED, "%s is a standby: no database can be made there", scratch->where);
	if (!result_bool(r, 0, result_column(r, "may_create"))) {
		err_set(err, ERR_FAILED, "the role %s may not create databases on %s, and a %s needs one", role, scratch->where,
		    scratch_noun(scratch));
		char *name = text_sql_name(role);
		err_hint(err, "as a superuser: ALTER ROLE %s CREATEDB%s", name,
		    strcmp(scratch->purpose, "rehearse") == 0 ? "; or rehearse elsewhere with --on" : "");
		mem_free(name);
		return false;
	}
	if (!check_lacks(scratch, r, err))
		return false;
	if (major < needs->server_major)
		return err_set(err, ERR_FAILED,
		    "%s is PostgreSQL %d, older than the %d of the dump of %s: it cannot be restored there", scratch->where,
		    major, needs->server_major, scratch->source->name);
	return true;
}

/* What does not keep the dump from being restored, but should be known. */
static void say_differences(struct scratch *scratch, const struct restore_needs *needs, const struct result *r)
{
	const char *other = result_text(r, 0, result_column(r, "other_versions"));
	const char *spaces = result_text(r, 0, result_column(r, "tablespaces"));
	if (other)
		report_log(scratch->report, "other versions of extensions than in the dump: %s", other);
	if (needs->has_tablespaces) {
		*needs->has_tablespaces = !spaces;
		if (spaces)
			report_log(scratch->report, "%s lacks the tablespaces %s: all goes into its default one", scratch->where, spaces);
	}
}

bool scratch_check(struct scratch *scratch, const struct restore_needs *needs, struct err *err)
{
	enum { ARRAYS = 5, PARAMS };
	char *arrays[ARRAYS] = {array_of(needs->extensions), array_of(needs->versions), array_of(needs->roles),
	    array_of(needs->owners), array_of(needs->tablespaces)};
	const char *params[PARAMS] = {arrays[0], arrays[1], arrays[2], arrays[3], arrays[4], needs->role};
	struct result *r = NULL;
	bool is_good =
	    session_query_wait(scratch->keeper, sql_restore_target, params, PARAMS, SCRATCH_DEADLINE_MS, &r, err) &&
	    check_server(scratch, needs, r, err) &&
	    (needs->bytes < 0 || !is_on_this_machine(scratch->info) ||
	        restore_has_room(result_text(r, 0, result_column(r, "data_directory")), needs->bytes,
	            "a copy of the database", needs->hint, err));
	if (is_good)
		say_differences(scratch, needs, r);
	result_free(r);
	for (int i = 0; i < ARRAYS; i++)
		mem_free(arrays[i]);
	return is_good;
}
