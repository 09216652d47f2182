/* config/ini.h - the text of an INI file as sections, names and values with their lines.
 *
 * inih splits the lines. Around it stands a reader of ours, because inih gives no line numbers, drops empty
 * sections, cuts section names at 49 bytes and, as
 * compiled, long lines at 200 and values at " ;". Knows no key and no type. pgBackRest has files of this kind too.
 */
#ifndef PGTEND_CONFIG_INI_H
#define PGTEND_CONFIG_INI_H

#include <stddef.h>

#include "pgtend/core/err.h"

struct ini_entry {
	int line;
	char *name;
	char *value; /* trimmed; nothing else was done to it */
};

struct ini_section {
	int line;
	char *title; /* what stands in [ ], trimmed */
	struct ini_entry *entries;
	int count;
};

struct ini {
	struct ini_section *sections; /* file order */
	int count;
};

/* name: of the file, for messages. err is ERR_CONFIG "NAME:LINE: what was expected". On true the caller calls
 * ini_done(). */
PGTEND_CHECK bool ini_read(const char *name, const char *bytes, size_t length, struct ini *ini, struct err *err);
void ini_done(struct ini *ini);

#endif
