/* config/config_read.c - from lines to sections: names, duplicates, unknown keys. Values stay as they were written. */
#include <string.h>

#include "config_internal.h"
#include "pgtend/core/mem.h"

static bool has_free_keys(enum section_kind kind)
{
	return kind == SECTION_THRESHOLD || kind == SECTION_RUNNER || kind == SECTION_ALIAS;
}

static bool has_name(enum section_kind kind)
{
	return kind == SECTION_DATABASE || kind == SECTION_SERVER || kind == SECTION_POOLER;
}

struct section *config_add_section(struct config *config, enum section_kind kind, const char *name, const char *where)
{
	struct section *section = MEM_NEW(struct section);
	section->kind = kind;
	section->name = mem_copy(name);
	section->where = mem_copy(where);
	config->sections = mem_grow(config->sections, (size_t)config->count + 1, sizeof(struct section *));
	config->sections[config->count++] = section;
	return section;
}

void section_add_value(
    struct section *section, const struct config_key *key, const char *name, const char *text, const char *where)
{
	section->values = mem_grow(section->values, (size_t)section->count + 1, sizeof *section->values);
	section->values[section->count++] = (struct value){.key = key,
	    .name = mem_copy(name),
	    .text = mem_copy(text),
	    .written = mem_copy(text),
	    .where = mem_copy(where)};
}

void config_set_value(struct section *section, const char *key, const char *text, const char *where)
{
	section_add_value(section, config_find_key(section->kind, key), key, text, where);
	section->values[section->count - 1].is_verbatim = true;
}

/* --- section headers ------------------------------------------------------------------------- */

static enum section_kind kind_of(const char *word)
{
	int kind = 0;
	while (kind < SECTION_KINDS && strcmp(config_section_word((enum section_kind)kind), word) != 0)
		kind++;
	return (enum section_kind)kind;
}

static bool unknown_section(const char *where, const char *title, const char *word, const char *name, struct err *err)
{
	const char *kinds[SECTION_KINDS];
	for (int i = 0; i < SECTION_KINDS; i++)
		kinds[i] = config_section_word((enum section_kind)i);
	const char *nearest = text_nearest(word, kinds, SECTION_KINDS);
	char *shown = text_visible(title);
	if (nearest)
		err_set(err, ERR_CONFIG, "%s: unknown section [%s]; did you mean [%s%s%s]?", where, shown, nearest,
		    *name ? " " : "", name);
	else
		err_set(err, ERR_CONFIG, "%s: unknown section [%s]; a database is written [database NAME]", where, shown);
	mem_free(shown);
	return false;
}

/* Names are typed as words of a command, and are folders below backup_dir. */
static bool check_name(const char *where, const char *kind, const char *name, struct err *err)
{
	if (!*name)
		return err_set(err, ERR_CONFIG, "%s: expected a name: [%s NAME]", where, kind);
	char *shown = text_visible(name);
	bool ok = true;
	if (name[0] == '-' || name[0] == '.' || strpbrk(name, " \t,;/\\'\"`[]"))
		ok = err_set(err, ERR_CONFIG,
		    "%s: \"%s\" cannot be a name: expected one word without blanks, commas, quotes, slashes, and no - or . in "
		    "front",
		    where, shown);
	else if (strcmp(name, "all") == 0)
		ok = err_set(err, ERR_CONFIG, "%s: \"all\" cannot be a name: it means every database", where);
	else if (strlen(name) > 63)
		ok = err_set(err, ERR_CONFIG, "%s: the name \"%s\" is longer than 63 bytes", where, shown);
	mem_free(shown);
	return ok;
}

static const struct section *same_section(const struct config *config, enum section_kind kind, const char *name)
{
	for (int i = 0; i < config->count; i++)
		if (config->sections[i]->kind == kind && strcmp(config->sections[i]->name, name) == 0)
			return config->sections[i];
	return NULL;
}

static struct section *take_header(struct config *config, const char *where, const char *title, struct err *err)
{
	size_t length = strcspn(title, " \t");
	char *word = mem_copy_n(title, length);
	const char *name = title + length + strspn(title + length, " \t");
	enum section_kind kind = kind_of(word);
	const struct section *same = kind < SECTION_KINDS ? same_section(config, kind, name) : NULL;
	bool ok;
	if (kind >= SECTION_KINDS)
		ok = unknown_section(where, title, word, name, err);
	else if (has_name(kind))
		ok = check_name(where, word, name, err);
	else
		ok = !*name || err_set(err, ERR_CONFIG, "%s: expected [%s] without a name", where, word);
	if (ok && same)
		ok = err_set(
		    err, ERR_CONFIG, "%s: the section [%s] stands here a second time (first in %s)", where, title, same->where);
	mem_free(word);
	return ok ? config_add_section(config, kind, name, where) : NULL;
}

/* --- keys ------------------------------------------------------------------------------------ */

const struct config_key *config_find_key(enum section_kind kind, const char *name)
{
	for (int i = 0; i < config_key_count; i++)
		if (config_keys[i].section == kind && strcmp(config_keys[i].name, name) == 0)
			return &config_keys[i];
	return NULL;
}

/* "[database core]", "[pgtend]" */
static char *title_of(const struct section *section)
{
	return mem_format("[%s%s%s]", config_section_word(section->kind), *section->name ? " " : "", section->name);
}

static bool unknown_key(const struct section *section, const char *where, const char *name, struct err *err)
{
	const char **names = mem_new((size_t)config_key_count * sizeof *names);
	size_t count = 0;
	for (int i = 0; i < config_key_count; i++)
		if (config_keys[i].section == section->kind)
			names[count++] = config_keys[i].name;
	const char *nearest = text_nearest(name, names, count);
	mem_free(names);
	char *title = title_of(section), *shown = text_visible(name);
	const char *elsewhere = NULL;
	for (int kind = 0; !nearest && !elsewhere && kind < SECTION_KINDS; kind++)
		if (config_find_key((enum section_kind)kind, name))
			elsewhere = config_section_word((enum section_kind)kind);
	if (nearest)
		err_set(err, ERR_CONFIG, "%s: unknown key \"%s\" in %s; did you mean \"%s\"?", where, shown, title, nearest);
	else if (elsewhere)
		err_set(err, ERR_CONFIG, "%s: unknown key \"%s\" in %s; it is one of [%s]", where, shown, title, elsewhere);
	else
		err_set(err, ERR_CONFIG, "%s: unknown key \"%s\" in %s", where, shown, title);
	mem_free(title);
	mem_free(shown);
	return false;
}

static bool take_entry(struct section *section, const char *where, const struct ini_entry *entry, struct err *err)
{
	const struct value *same = section_own(section, entry->name);
	const struct config_key *key = config_find_key(section->kind, entry->name);
	if (!key && !has_free_keys(section->kind))
		return unknown_key(section, where, entry->name, err);
	if (same && (!key || (key->type != KEY_REFERENCE && key->type != KEY_LINES))) {
		char *title = title_of(section);
		err_set(err, ERR_CONFIG, "%s: the key \"%s\" of %s is given a second time (first in %s)", where, entry->name,
		    title, same->where);
		mem_free(title);
		return false;
	}
	if (section->kind == SECTION_RUNNER && (entry->name[0] != '.' || !entry->name[1]))
		return err_set(err, ERR_CONFIG, "%s: expected \".EXTENSION = COMMAND\", such as \".ts = npx tsx\"", where);
	section_add_value(section, key, entry->name, entry->value, where);
	return true;
}

bool config_take_ini(struct config *config, const char *file, const struct ini *ini, struct err *err)
{
	bool ok = true;
	for (int i = 0; ok && i < ini->count; i++) {
		const struct ini_section *lines = &ini->sections[i];
		char *where = mem_format("%s:%d", file, lines->line);
		struct section *section = take_header(config, where, lines->title, err);
		mem_free(where);
		ok = section != NULL;
		for (int k = 0; ok && k < lines->count; k++) {
			where = mem_format("%s:%d", file, lines->entries[k].line);
			ok = take_entry(section, where, &lines->entries[k], err);
			mem_free(where);
		}
	}
	return ok;
}
