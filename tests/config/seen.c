#include "seen.h"

#include <stdio.h>
#include <string.h>

#include "pgtend/core/mem.h"

struct seen seen_look(const char *folder)
{
	struct err err;
	struct seen seen = {.folder = mem_copy(folder)};
	if (!discover(folder, &seen.found, &err))
		fail_msg("%s", err.text);
	files_write(folder, "pgtend.ini", text_str(&seen.found.ini));
	char *path = mem_format("%s/pgtend.ini", folder);
	seen.config = config_load(&(struct config_options){.file = path}, &err);
	if (!seen.config)
		fail_msg("%s\n%s", err.text, text_str(&seen.found.ini));
	assert_int_equal(config_count(seen.config, SECTION_DATABASE), seen.found.databases.count);
	assert_int_equal(config_warnings(seen.config)->count, 0);
	/* variables are named, passwords are not copied */
	if (strstr(text_str(&seen.found.ini), "hunter2"))
		fail_msg("%s", text_str(&seen.found.ini));
	mem_free(path);
	return seen;
}

void seen_done(struct seen *seen)
{
	config_free(seen->config);
	discovery_done(&seen->found);
	mem_free(seen->folder);
}

const struct section *seen_database(const struct seen *seen, const char *name)
{
	const struct section *section = config_section(seen->config, SECTION_DATABASE, name);
	if (!section)
		fail_msg("no [database %s] in\n%s", name, text_str(&seen->found.ini));
	return section;
}

void seen_is(const struct seen *seen, const char *name, const char *key, const char *wanted)
{
	const char *value = section_text(seen_database(seen, name), key);
	if (value && text_starts_with(value, seen->folder))
		value += strlen(seen->folder) + 1;
	if (strcmp(value ? value : "", wanted) != 0)
		fail_msg("[database %s] %s\n got:    %s\n wanted: %s\n%s", name, key, value ? value : "", wanted,
		    text_str(&seen->found.ini));
}

void seen_connects(const struct seen *seen, const char *name, const char *safe, const char *password)
{
	struct err err;
	struct conninfo *info = config_conninfo(seen->config, seen_database(seen, name), &err);
	if (!info)
		fail_msg("%s", err.text);
	assert_true(conninfo_set(info, "gssencmode", NULL, &err));
	char *text = conninfo_safe(info);
	assert_string_equal(text, safe);
	assert_string_equal(conninfo_get(info, "password") ? conninfo_get(info, "password") : "", password);
	mem_free(text);
	conninfo_free(info);
}

bool seen_has_note(const struct seen *seen, const char *part)
{
	for (size_t i = 0; i < seen->found.notes.count; i++)
		if (strstr(seen->found.notes.v[i], part))
			return true;
	return false;
}

void seen_note(const struct seen *seen, const char *part)
{
	if (seen_has_note(seen, part))
		return;
	char *notes = words_join(&seen->found.notes, "\n ");
	fail_msg("no note \"%s\" in\n %s", part, notes);
}
