/* What the files of src/preflight share: preflight.c walks, line_X.c looks at one line of the list. */
#ifndef PGTEND_PREFLIGHT_INTERNAL_H
#define PGTEND_PREFLIGHT_INTERNAL_H

#include "pgtend/migrate/plan.h"
#include "pgtend/preflight/preflight.h"

enum line_state {
	LINE_OK,
	LINE_NOTE,    /* nothing to mend, but to know */
	LINE_SKIPPED, /* does not apply here */
	LINE_FINDING,
	LINE_UNKNOWN, /* could not be looked at */
};

struct preflight {
	struct fleet *fleet;
	struct report *report;
	struct table *rows;
	struct database *const *databases; /* those that were asked for */
	int count;
	struct result *server; /* sql/server.sql of the database that is looked at; NULL: it did not answer */
	int findings, unknown;
};
/* A column of that one row. */
const char *line_server_text(const struct preflight *preflight, const char *column);
int64_t line_server_int(const struct preflight *preflight, const char *column);
bool line_server_bool(const struct preflight *preflight, const char *column);

/* Adds a row. database NULL: the whole repository. subject may be NULL; what and mend are taken over, mend may be NULL. */
void line_add(struct preflight *preflight, const struct database *database, const char *line, const char *subject, enum line_state state, char *what,
    char *mend);
/* A question that failed. A missing privilege or capability is no finding, but is said. */
void line_add_error(struct preflight *preflight, const struct database *database, const char *line, const char *subject, const struct err *err);
/* "a, b, c and 4 more". Caller frees. */
char *line_list(const struct words *words, size_t most);
/* Asks one of sql/X.sql; false: a row says why. */
bool line_ask(struct preflight *preflight, struct database *database, struct session *session, const char *line, const char *sql, struct result **result);

/* --- of one database, with a session that is live ------------------------------------------------ */

/* rehearsed, way-back; ledger and plan stay the line's own. history: "schema.table" of the migrations' own table, caller frees; NULL. */
void line_migrations(struct preflight *preflight, struct database *database, struct session *session, char **history);
void line_utc(struct preflight *preflight, struct database *database, struct session *session, const char *history);
void line_tls(struct preflight *preflight, struct database *database, struct session *session, bool is_first_of_server);

/* --- of a server, once, by the first database on it ---------------------------------------------- */

void line_pools(struct preflight *preflight, struct database *database);
void line_roles(struct preflight *preflight, struct database *database, struct session *session);

/* --- without a session --------------------------------------------------------------------------- */

void line_backup(struct preflight *preflight, struct database *database);
/* A verified backup that is fresh enough to go back to; *words names it, caller frees (NULL: false). */
bool line_has_fresh_backup(const struct fleet *fleet, const struct database *database, char **words);
void line_variables(struct preflight *preflight, struct database *database);
void line_password(struct preflight *preflight, struct database *database);
/* .env files of the whole repository: passwords, what the examples have, addresses without TLS. */
void line_env_files(struct preflight *preflight);
void line_poolers(struct preflight *preflight);
void line_monitoring(struct preflight *preflight);

#endif
