/* src/config/config_internal.h - the configuration as config_*.c and trust.c share it. */
#ifndef PGTEND_CONFIG_CONFIG_INTERNAL_H
#define PGTEND_CONFIG_CONFIG_INTERNAL_H

#include "pgtend/config/ini.h"
#include "pgtend/config/config.h"
#include "pgtend/config/dotenv.h"

struct value {
	const struct config_key *key; /* NULL: a free key */
	char *name;
	char *
	    text; /* variables filled in, quotes taken off, paths absolute; NULL: set to nothing, which hides what is above */
	char *written;    /* as it stands in the file: what messages show, because variables may hold secrets */
	char *where;      /* "FILE:LINE" */
	bool is_verbatim; /* not from a file: no variables, no quotes */
	bool is_default;  /* the key table's, made absolute */
};

struct section {
	enum section_kind kind;
	char *name;
	char *where;
	struct value *values;
	int count;
	const struct section *above[2]; /* where a key is looked for that is not set here: [server], [pgtend]; NULL */
	struct dotenv *env;             /* of its env_file; borrowed from the configuration; NULL */
	struct err lacks;               /* a database's: the variable or the .env file that this machine has not; ERR_NONE */
};

struct env_file {
	char *path;
	struct dotenv env;
};

struct config {
	char *path; /* absolute; NULL */
	char *folder;
	bool is_given, is_fallback;
	struct section **sections; /* file order; those that always exist behind them */
	int count;
	struct env_file **env_files;
	int env_file_count;
	struct words env_paths;
	struct words warnings;
	struct text hashed; /* the very bytes that were read, for trust: path, length, bytes of each file */
};

/* --- config_find.c */
struct found {
	char *path;    /* NULL: none */
	bool is_given; /* named, or the user's own in the XDG folder */
};
PGTEND_CHECK bool config_find(const char *option, struct found *found, struct words *warnings, struct err *err);

/* --- config_read.c: from lines to sections */
struct section *config_add_section(struct config *config, enum section_kind kind, const char *name, const char *where);
void section_add_value(
    struct section *section, const struct config_key *key, const char *name, const char *text, const char *where);
PGTEND_CHECK bool config_take_ini(struct config *config, const char *file, const struct ini *ini, struct err *err);

/* --- config_value.c: variables, types */
const struct config_key *config_find_key(enum section_kind kind, const char *name);
/* Reads the .env files, fills in variables, checks each value against its type. */
PGTEND_CHECK bool config_fill_values(struct config *config, struct err *err);

/* The variable as this section sees it: its .env file, those above, the environment; NULL. */
const char *config_variable(const struct section *section, const char *name);
bool config_parse_bool(const char *s, bool *value);
/* For values that stand in no file: --url, --dir (from the working directory). */
void config_set_value(struct section *section, const char *key, const char *text, const char *where);

/* --- config_check.c: what one section says of another */
PGTEND_CHECK bool config_check_names(const struct config *config, struct err *err);
/* Adds a warning when the file holds a password and others may read it. */
void config_warn_of_passwords(struct config *config);

/* --- config_connect.c */
bool config_is_connection_key(const char *name);
enum environment config_node_environment(const char *word);

/* The value as it stands in this section itself; NULL when not set there. */
const struct value *section_own(const struct section *section, const char *key);

#endif
