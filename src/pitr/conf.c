/* pgBackRest's configuration: what stands in it. The text of it is read by the reader of pgtend.ini, which knows no key. */
#include <string.h>

#include "pgtend/config/ini.h"
#include "pgtend/core/mem.h"
#include "pgtend/core/places.h"
#include "pitr_internal.h"

static bool read_conf(const char *path, struct ini *ini)
{
	struct err ignored;
	char *bytes = NULL;
	size_t length = 0;
	if (path == NULL || !places_read_file(path, &bytes, &length, &ignored))
		return false;
	bool ok = ini_read(path, bytes, length, ini, &ignored);
	mem_free_secret(bytes);
	return ok;
}

static const char *value_in(const struct ini *ini, const char *title, const char *key)
{
	for (int i = 0; i < ini->count; i++)
		for (int k = 0; strcmp(ini->sections[i].title, title) == 0 && k < ini->sections[i].count; k++)
			if (strcmp(ini->sections[i].entries[k].name, key) == 0)
				return ini->sections[i].entries[k].value;
	return NULL;
}

char *pitr_conf_get(const char *path, const char *stanza, const char *key)
{
	struct ini ini;
	if (!read_conf(path, &ini))
		return NULL;
	const char *value = stanza != NULL ? value_in(&ini, stanza, key) : NULL;
	if (value == NULL)
		value = value_in(&ini, "global", key);
	char *copy = mem_copy(value);
	ini_done(&ini);
	return copy;
}

bool pitr_conf_has_stanza(const char *path, const char *stanza)
{
	struct ini ini;
	if (stanza == NULL || !read_conf(path, &ini))
		return false;
	bool is_there = false;
	for (int i = 0; i < ini.count; i++)
		is_there = is_there || strcmp(ini.sections[i].title, stanza) == 0;
	ini_done(&ini);
	return is_there;
}

bool pitr_conf_is_secret(const char *key)
{
	static const char *const ends[] = {"-pass", "-key", "-key-secret", "-token", "-passphrase", "-secret", "-password"};
	for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++)
		if (text_ends_with(key, ends[i]))
			return true;
	return false;
}
