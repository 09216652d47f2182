/* config/weakness.h - passwords that everybody guesses, and variables that are set nowhere: in pgtend.ini and in a repository's .env files.
 *
 * Owns: saying where, never what. No password leaves it, nothing is tried against a server.
 */
#ifndef PGTEND_CONFIG_WEAKNESS_H
#define PGTEND_CONFIG_WEAKNESS_H

#include "pgtend/config/config.h"

/* Why anybody would guess this password of that role for that database: "is the role's own name"; NULL: nobody would, or there is none. Either name may
 * be NULL. Static. */
const char *weakness_of(const char *user, const char *dbname, const char *password);
/* The same of a connection string's own password. */
const char *weakness_of_conninfo(const struct conninfo *info);
bool weakness_has_password(const struct conninfo *info);

/* --- what one section of pgtend.ini names as ${NAME} --------------------------------------------- */

struct variable_use {
	char *name;
	const char *key, *where; /* "url", "FILE:LINE"; borrowed from the configuration */
	const char *from;        /* the .env file that has it, or "the environment"; NULL: nothing has, what stands behind :- counts */
	bool is_empty;
};
struct variable_uses { struct variable_use *v; int count; };
void config_variables(const struct config *config, const struct section *section, struct variable_uses *uses);
void variable_uses_done(struct variable_uses *uses);
/* NODE_ENV of the section's .env files, where it stands for another environment than the section says: seeds and the team's tools would take the
 * database for what it is not. NULL: it does not. Borrowed; *from: the file. */
const char *config_other_node_env(const struct config *config, const struct section *database, const char **from);

/* --- the .env files of a repository -------------------------------------------------------------- */

enum env_fault {
	ENV_BROKEN,    /* cannot be read: what = FILE:LINE: why */
	ENV_LACKS,     /* what: variables that the example beside it has, and neither it nor the environment */
	ENV_WEAK,      /* what: "DATABASE_URL: the password is the role's own name" */
	ENV_UNSAFE,    /* what: "DATABASE_URL: db1 is another machine, and sslmode does not ask for TLS" */
};
struct env_finding {
	enum env_fault fault;
	char *path; /* below the folder, or absolute; of ENV_LACKS the file that should be there */
	char *what;
	char *example; /* ENV_LACKS: the file that has them; NULL */
};
struct env_look {
	struct env_finding *v;
	int count;
	int files, examples;  /* looked at */
	struct words notes; /* what was not looked at */
};
/* Every .env file below the folder (examples are only compared with), and those that the configuration names. false: the folder cannot be read. */
PGTEND_CHECK bool env_look(const char *folder, const struct config *config, struct env_look *look, struct err *err);
void env_look_done(struct env_look *look);

#endif
