/* core/places.h - where pgtend keeps its own files (DESIGN 2, Places). Folders 0700, files 0600. */
#ifndef PGTEND_CORE_PLACES_H
#define PGTEND_CORE_PLACES_H

#include <stddef.h>

#include "pgtend/core/err.h"

char *places_state(const char *name);  /* $XDG_STATE_HOME/pgtend/NAME; caller frees */
char *places_cache(const char *name);
char *places_data(const char *name);
char *places_config(const char *name);
/* What pgtend brings along (the sandbox's schema, the helper for seeds): beside an installed program, else in the tree that it was built from;
 * PGTEND_SHARE names another folder. program: a path of the running program; NULL: it finds out. Caller frees. */
char *places_share(const char *program, const char *name);
char *places_join(const char *folder, const char *name); /* an absolute NAME wins; "~/" is the home folder */
char *places_absolute(const char *path);                  /* from the working directory; does not resolve links */
PGTEND_CHECK bool places_make_folder(const char *path, struct err *err);        /* with parents, mode 0700 for what it makes */
PGTEND_CHECK bool places_read_file(const char *path, char **bytes, size_t *length, struct err *err); /* at most 64 MB; NUL added */
/* Also from a pipe, for what the user names (`-c <(decrypt pgtend.ini)`): may wait. Files of our own are never waited for. */
PGTEND_CHECK bool places_read_any(const char *path, char **bytes, size_t *length, struct err *err);
int places_open_read(const char *path, struct err *err); /* -1: *err says why; a pipe, a socket and a terminal are no files */
PGTEND_CHECK bool places_write_file(const char *path, const char *bytes, size_t length, struct err *err); /* partial name, fsync, rename, 0600 */
PGTEND_CHECK bool places_append_line(const char *path, const char *line, struct err *err); /* O_APPEND, flock, fsync, newline added, 0600 */

#endif
