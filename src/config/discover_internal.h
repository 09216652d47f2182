/* src/config/discover_internal.h - what `init` sees in a repository, shared by discover*.c.
 *
 * scan: files and folders; env: databases out of .env files; compose, drizzle: what else names databases and folders;
 * match: which folder belongs to which database; write: the pgtend.ini. All paths are relative to the root, which is "".
 */
#ifndef PGTEND_CONFIG_DISCOVER_INTERNAL_H
#define PGTEND_CONFIG_DISCOVER_INTERNAL_H

#include <stdbool.h>

#include "pgtend/config/conninfo.h"
#include "pgtend/config/discover.h"
#include "pgtend/config/dotenv.h"

struct found_env {
	char *folder;
	char *path;
	bool is_example;
	char *trouble; /* with wants_every_env: why it could not be read; NULL */
	struct dotenv env;
};

struct found_service { /* of a compose file */
	char *compose;     /* path of the file */
	char *name;
	char *container; /* container_name; NULL */
	bool is_postgres;
	char *port;        /* published for 5432 on this machine; NULL: none */
	struct dotenv env; /* variables of .env filled in */
	struct words raw;  /* values as written, parallel to env */
};

struct found_drizzle {
	char *path;
	char *package;
	char *out;            /* folder of the migrations; NULL */
	char *variable;       /* of the URL; NULL */
	char *schema, *table; /* of the history table; NULL: its own */
};

struct found_folder {
	char *path;
	char *package;
	bool is_seeds;
	const char *dialect;     /* NULL: empty, or not to be told */
	struct words extensions; /* that its files need */
	bool has_hypertables;
	const struct found_drizzle *drizzle;
	bool is_taken; /* it has its database */
};

struct occurrence { /* a place that names a database */
	char *package;
	char *variable;       /* "SHARED_DATABASE_URL"; NULL: PG* or DB_* variables, compose */
	const char *env_path; /* borrowed of found_env; NULL */
};

struct found_database {
	char *name;
	char *host, *port, *dbname, *user;
	bool is_example;                     /* only an example file names it */
	bool needs_parts;                    /* libpq cannot read the URL: its parts are written instead */
	const char *prefix_pg;               /* "PG" or "DB_": parts come from such variables; NULL */
	char *password_variable;             /* compose: ${VAR} of a .env that holds it; NULL */
	bool has_literal_password;           /* compose: written there, and not copied by us */
	const struct found_service *service; /* its host is this one; NULL */
	char *compose;                       /* named by this compose file; NULL */
	struct occurrence *places;
	int place_count, owner; /* owner: the place whose package it belongs to */
	bool is_core;           /* others depend on it */
	struct words depends;
	struct found_folder *migrations, *seeds;
};

struct repository {
	char *root;            /* absolute */
	bool wants_every_env;  /* .env.production and its kind too, and one that is broken keeps no other from being looked at */
	struct words packages; /* folders that hold a package.json and the like */
	struct words compose_files, drizzle_files;
	struct words runs_node_pg_migrate; /* packages whose package.json depends on it */
	int scripts;           /* looked at */
	char *runner_path;     /* the first script that lets node-pg-migrate's runner have a transaction for each file; NULL */
	bool has_other_runner; /* another script wants one for all, or does not tell */
	struct found_env **envs;
	int env_count;
	struct found_service **services;
	int service_count;
	struct found_drizzle **drizzles;
	int drizzle_count;
	struct found_folder **folders;
	int folder_count;
	struct found_database **databases;
	int database_count;
	struct found_env *server; /* the .env with PGHOST or PGUSER and no PGDATABASE; borrowed; NULL */
	struct words notes;
};

/* What a script lets node-pg-migrate's runner do. */
enum discover_runner { RUNNER_NONE, RUNNER_FILE, RUNNER_ALL, RUNNER_UNKNOWN };
enum discover_runner discover_runner(char *text); /* blanks the comments in it */
bool discover_is_script(const char *name);
void discover_look_at_script(struct repository *repository, const char *path);
/* Comments of a JavaScript or TypeScript text become blanks; what stands in quotes stays. */
void discover_blank_comments(char *text);

void discover_done(struct repository *repository);
PGTEND_CHECK bool discover_scan(struct repository *repository, struct err *err);
void discover_env(struct repository *repository);
void discover_compose(struct repository *repository);
void discover_drizzle(struct repository *repository);
void discover_match(struct repository *repository);
void discover_write(const struct repository *repository, struct text *ini);

/* The package that a path lies in: the nearest folder of `packages` above it. Caller frees. */
char *discover_package_of(const struct repository *repository, const char *path);
/* "core" of "packages/core"; "" of "". Borrowed. */
const char *discover_base(const char *path);
char *discover_join(const char *folder, const char *name); /* relative ones; "./" and "../" are worked off */
struct found_folder *discover_add_folder(struct repository *repository, const char *path, bool is_seeds);
/* Adds the database or, when it is known by its address, one more place that names it. info is borrowed. */
struct found_database *discover_add_database(struct repository *repository, const struct conninfo *info,
    const char *package, const char *variable, const char *env_path, bool is_example);
/* A postgresql:// value; NULL: it is none. *needs_parts: parameters that libpq does not know were left out. */
struct conninfo *discover_read_url(const char *value, bool *needs_parts);
/* The words that stand before _DATABASE_URL, _DB_URL, ... in lower case; "" for DATABASE_URL itself. Caller frees. */
char *discover_prefix(const char *variable);
PGTEND_CHECK bool discover_read(
    const struct repository *repository, const char *path, char **bytes, size_t *length, struct err *err);

#endif
