/* Credentials: how the server keeps passwords, when they end, and passwords that anybody would guess. Nothing is tried, nothing is shown. */
#include <string.h>
#include <sys/stat.h>

#include "internal.h"
#include "pgtend/config/weakness.h"
#include "pgtend/core/mem.h"
#include "pgtend/core/units.h"
#include "pgtend/fleet/limits.h"
#include "pgtend/sql_embedded.h"

static const char credentials[] = "credentials";
enum { SHOWN = 8, SOON_S = 7 * 24 * 3600 };

/* --- how the server keeps them ---------------------------------------------------------------------------- */

static bool look_at_encryption(struct preflight *preflight, const struct database *database)
{
	const char *how = line_server_text(preflight, "password_encryption");
	if (how == NULL || strcmp(how, "scram-sha-256") == 0)
		return true;
	line_add(preflight, database, credentials, database->server->label, LINE_FINDING, mem_format("new passwords are kept as %s (password_encryption)", how),
	    mem_copy("ALTER SYSTEM SET password_encryption = 'scram-sha-256'; SELECT pg_reload_conf()"));
	return false;
}

static void say_unseen(struct preflight *preflight, struct database *database, struct session *session)
{
	const char *who = line_server_text(preflight, "who");
	char *quoted = session_quote_identifier(session, who != NULL ? who : "");
	line_add(preflight, database, credentials, database->server->label, LINE_NOTE,
	    mem_format("whether every role's password is kept as SCRAM is not seen: %s may not read pg_authid", who != NULL ? who : "the role"),
	    mem_format("as a superuser: GRANT SELECT ON pg_catalog.pg_authid TO %s", quoted));
	mem_free(quoted);
}

static bool look_at_kept(struct preflight *preflight, struct database *database, struct session *session, bool *is_seen)
{
	struct result *result;
	struct words old = {0};
	*is_seen = line_server_bool(preflight, "sees_passwords");
	if (!*is_seen) {
		say_unseen(preflight, database, session);
		return true;
	}
	if (!line_ask(preflight, database, session, credentials, sql_preflight_passwords, &result))
		return false;
	for (int row = 0; row < result_rows(result); row++) {
		const char *kept = result_text(result, row, 1);
		if (kept != NULL && (strcmp(kept, "md5") == 0 || strcmp(kept, "other") == 0))
			words_add(&old, result_text(result, row, 0));
	}
	result_free(result);
	bool is_good = old.count == 0;
	if (!is_good) {
		char *list = line_list(&old, SHOWN);
		line_add(preflight, database, credentials, database->server->label, LINE_FINDING,
		    mem_format("%zu role%s password kept as MD5, not SCRAM: %s", old.count, old.count == 1 ? " has its" : "s have their", list),
		    mem_copy("set them again (\\password in psql) under password_encryption = scram-sha-256"));
		mem_free(list);
	}
	words_done(&old);
	return is_good;
}

/* A password that ends next week ends in the middle of what is deployed today. */
static bool look_at_ends(struct preflight *preflight, struct database *database, struct session *session)
{
	struct result *result;
	bool is_good = true;
	if (!line_ask(preflight, database, session, credentials, sql_preflight_roles, &result))
		return false;
	for (int row = 0; row < result_rows(result); row++) {
		const char *role = result_text(result, row, 0);
		char age[UNITS_SIZE];
		int64_t left_s = result_int(result, row, 1, INT64_MAX);
		if (left_s >= SOON_S)
			continue;
		line_add(preflight, database, credentials, role, LINE_FINDING,
		    left_s <= 0 ? mem_format("the password of role %s ended %s ago", role, units_age(age, -left_s))
		                : mem_format("the password of role %s ends in %s", role, units_age(age, left_s)),
		    mem_copy("set a new one, and ALTER ROLE ... VALID UNTIL"));
		is_good = false;
	}
	result_free(result);
	return is_good;
}

void line_roles(struct preflight *preflight, struct database *database, struct session *session)
{
	bool is_seen = false;
	bool is_scram = look_at_encryption(preflight, database), is_kept = look_at_kept(preflight, database, session, &is_seen);
	bool is_lasting = look_at_ends(preflight, database, session);
	if (is_scram && is_kept && is_lasting)
		line_add(preflight, database, credentials, database->server->label, LINE_OK,
		    mem_copy(is_seen ? "all passwords are kept as SCRAM, none ends soon" : "new passwords are kept as SCRAM, none ends soon"), NULL);
}

/* --- passwords of pgtend.ini ------------------------------------------------------------------------------- */

/* The file that holds it: PostgreSQL keeps no age of a password, but one in a file is at least as old as the file's last change. Borrowed from uses or
 * the configuration. */
static const char *holder_of(const struct config *config, const struct section *section, const struct variable_uses *uses)
{
	for (int i = 0; i < uses->count; i++) {
		const char *key = uses->v[i].key;
		if ((strcmp(key, "password") == 0 || strcmp(key, "url") == 0) && uses->v[i].from != NULL && uses->v[i].from[0] == '/')
			return uses->v[i].from;
	}
	return section_is_set(section, "password") || section_is_set(section, "url") ? config_path(config) : NULL;
}

static bool look_at_age(struct preflight *preflight, const struct database *database, const char *holder)
{
	struct stat st;
	char age[UNITS_SIZE];
	if (holder == NULL || stat(holder, &st) != 0)
		return true;
	double age_s = (double)units_now_us() / 1e6 - (double)st.st_mtim.tv_sec;
	if (age_s <= limits_value(preflight->fleet, "password_age_warn"))
		return true;
	line_add(preflight, database, credentials, database->name, LINE_FINDING,
	    mem_format("the password is at least %s old: %s, which holds it, was not changed since", units_age(age, (int64_t)age_s), holder),
	    mem_copy("set a new one (threshold password_age_warn)"));
	return false;
}

void line_password(struct preflight *preflight, struct database *database)
{
	const struct conninfo *infos[] = {database->info, database->direct};
	static const char *const keys[] = {"url", "direct"};
	struct variable_uses uses = {0};
	bool has_any = false, is_good = true;
	config_variables(database->config, database->section, &uses);
	for (int i = 0; i < 2; i++) {
		if (infos[i] == NULL || !weakness_has_password(infos[i]))
			continue;
		const char *weakness = weakness_of_conninfo(infos[i]), *user = conninfo_get(infos[i], "user");
		const char *key = i == 0 && section_is_set(database->section, "password") ? "password" : keys[i];
		has_any = true;
		if (weakness == NULL)
			continue;
		line_add(preflight, database, credentials, user, LINE_FINDING,
		    mem_format("%s of [database %s] (%s): %s", key, database->name, section_where(database->section, section_is_set(database->section, key) ? key : NULL), weakness),
		    mem_copy("a password that nobody guesses: openssl rand -base64 24"));
		is_good = false;
		break;
	}
	is_good = is_good && (!has_any || look_at_age(preflight, database, holder_of(database->config, database->section, &uses)));
	if (is_good)
		line_add(preflight, database, credentials, database->name, LINE_OK,
		    mem_copy(has_any ? "its password is none that everybody tries" : "pgtend.ini holds no password for it"), NULL);
	variable_uses_done(&uses);
}
