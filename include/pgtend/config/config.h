/* config/config.h - pgtend.ini as values: found, read, checked, variables filled in.
 *
 * Owns: finding the file (DESIGN 2), its sections and values with file and line, .env files, --url and
 * --dir, what is configured when nothing is. Must not know: sessions, screens.
 */
#ifndef PGTEND_CONFIG_CONFIG_H
#define PGTEND_CONFIG_CONFIG_H

#include <stdbool.h>
#include <stdint.h>

#include "pgtend/config/keys.h"
#include "pgtend/core/err.h"
#include "pgtend/core/text.h"
#include "pgtend/config/conninfo.h"

/* One section. Values are kept by key. What a database does not say itself is looked for in its [server], then in
 * [pgtend], where they have such a key (never for addresses: config_conninfo() puts those together); then the default of
 * the key table counts. An empty value hides what stands above.
 * A key that the table does not have for this section is a mistake in pgtend and dies. */
struct section; /* opaque */
enum section_kind section_kind(const struct section *section);
const char *section_name(const struct section *section);  /* "core"; "" for [pgtend] */
const char *section_text(const struct section *section, const char *key); /* NULL: not set and no default. KEY_PATH is absolute, from the file's folder. Borrowed */
bool section_is_set(const struct section *section, const char *key);
int64_t section_int(const struct section *section, const char *key);
bool section_bool(const struct section *section, const char *key);
double section_seconds(const struct section *section, const char *key); /* KEY_DURATION; -1 when not set and no default */
void section_words(const struct section *section, const char *key, struct words *words);
/* The i-th value of a KEY_LINES that this section itself gives, and its "FILE:LINE" (where may be NULL); NULL at the end. Borrowed. */
const char *section_line(const struct section *section, const char *key, int i, const char **where);
/* "FILE:LINE" where the key (or, with NULL, the section) stands; for messages. Borrowed. */
const char *section_where(const struct section *section, const char *key);
/* A database whose variable or .env file this machine has not: what is missing and where it is named; NULL: nothing is. Its other values are not to be
 * read then. Borrowed. */
const struct err *section_lacks(const struct section *section);
/* As it stands in the file, variables not filled in, quotes not taken off: "${DATABASE_URL}". NULL: not set in this section. Borrowed. */
const char *section_written(const struct section *section, const char *key);
/* Free keys of [threshold], [runner], [alias]: the i-th name and value; NULL at the end. */
const char *section_item(const struct section *section, int i, const char **value);

enum environment { ENVIRONMENT_DEVELOPMENT, ENVIRONMENT_TEST, ENVIRONMENT_STAGING, ENVIRONMENT_PRODUCTION };
const char *environment_word(enum environment environment);

struct config; /* opaque */

struct config_options {           /* what stood on the command line */
	const char *file;             /* -c FILE; NULL: look for one */
	struct words urls;            /* --url, in order */
	struct words folders;         /* --dir, in order */
};

/* Finds, reads, checks. Nothing found and no --url: the PG* variables or a service file (is_fallback). */
PGTEND_CHECK struct config *config_load(const struct config_options *options, struct err *err);
/* The same without a file, for these databases of the server that the PG* variables or a service name (fleet_list_wait() asks it). */
PGTEND_CHECK struct config *config_of_server(const struct words *dbnames, struct err *err);
/* A configuration from a text, for tests: the file is called `name`. */
PGTEND_CHECK struct config *config_from_text(const char *name, const char *ini, struct err *err);
void config_free(struct config *config);
const char *config_path(const struct config *config);     /* NULL when there is no file */
const char *config_folder(const struct config *config);   /* of the file, else the working directory */
bool config_is_given(const struct config *config);        /* -c, $PGTEND_CONFIG, --url, or the user's own in the XDG folder: trusted by being named */
bool config_is_fallback(const struct config *config);     /* no file, no --url: every database of one server, panes only */
const struct words *config_env_files(const struct config *config); /* absolute paths that were read */
const struct words *config_warnings(const struct config *config);
const struct section *config_section(const struct config *config, enum section_kind kind, const char *name); /* NULL: none. [pgtend], [threshold], [runner], [alias] always exist */
int config_count(const struct config *config, enum section_kind kind);
const struct section *config_at(const struct config *config, enum section_kind kind, int i); /* file order */

/* How to reach what a section names: url, then the keys beside it, then the [server]'s. Caller frees. */
PGTEND_CHECK struct conninfo *config_conninfo(const struct config *config, const struct section *section, struct err *err);
/* The `direct =` address of a database that is reached through a pooler; NULL without err when it has none. */
PGTEND_CHECK bool config_direct(const struct config *config, const struct section *section, struct conninfo **direct, struct err *err);
/* One item of `applications`, parted by commas: "api:20". name: the caller's to free; NULL when it is none. */
char *config_application(const char *item, int64_t *most);
enum environment config_environment(const struct config *config, const struct section *database); /* key `environment`, else NODE_ENV of its .env, else development */

#endif
