/* What `init` saw in a folder, for its tests: the file it writes is read back as a configuration and checked by what it means. */
#ifndef TESTS_CONFIG_SEEN_H
#define TESTS_CONFIG_SEEN_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdbool.h>

#include "files.h"
#include "pgtend/config/config.h"
#include "pgtend/config/discover.h"

struct seen {
	char *folder;
	struct discovery found;
	struct config *config;
};

struct seen seen_look(const char *folder);
void seen_done(struct seen *seen);
const struct section *seen_database(const struct seen *seen, const char *name); /* fails when there is none */
/* What [database NAME] says of a key: "" is not set; paths are relative to the folder. */
void seen_is(const struct seen *seen, const char *name, const char *key, const char *wanted);
/* Where [database NAME] connects, without and with its password. */
void seen_connects(const struct seen *seen, const char *name, const char *safe, const char *password);
bool seen_has_note(const struct seen *seen, const char *part);
void seen_note(const struct seen *seen, const char *part);

#endif
