/* config/config_check.c - what one section says of another, and what deserves a warning. */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "config_internal.h"
#include "pgtend/config/archive_rule.h"
#include "pgtend/config/reference.h"
#include "pgtend/core/mem.h"
#include "pgtend/core/units.h"

static bool check_reference_at(const struct config *config, const char *where, const char *key, const char *name,
    enum section_kind kind, struct err *err)
{
	if (config_section(config, kind, name))
		return true;
	const char **names = mem_new((size_t)config->count * sizeof *names);
	size_t count = 0;
	for (int i = 0; i < config->count; i++)
		if (config->sections[i]->kind == kind)
			names[count++] = config->sections[i]->name;
	const char *nearest = text_nearest(name, names, count);
	mem_free(names);
	char *shown = text_visible(name);
	err_set(err, ERR_CONFIG, "%s: %s: there is no section [%s %s]%s%s%s", where, key,
	    config_section_word(kind), shown, nearest ? "; did you mean \"" : "", nearest ? nearest : "",
	    nearest ? "\"?" : "");
	mem_free(shown);
	return false;
}

static bool check_reference(const struct config *config, const struct section *section, const char *key,
    const char *name, enum section_kind kind, struct err *err)
{
	return check_reference_at(config, section_where(section, key), key, name, kind, err);
}

/* `reference = ... -> core....`: core is a database. */
static bool check_targets(const struct config *config, const struct section *section, struct err *err)
{
	const char *where, *text;
	bool ok = true;
	for (int i = 0; ok && (text = section_reference(section, i, &where)) != NULL; i++) {
		struct reference reference;
		ok = reference_parse(text, &reference, err) &&
		     check_reference_at(config, where, "reference", reference.to_database, SECTION_DATABASE, err);
		reference_done(&reference);
	}
	return ok;
}

static bool check_list(const struct config *config, const struct section *section, const char *key, struct err *err)
{
	struct words names = {0};
	section_words(section, key, &names);
	bool ok = true;
	for (size_t i = 0; ok && i < names.count; i++)
		ok = check_reference(config, section, key, names.v[i], SECTION_DATABASE, err);
	words_done(&names);
	return ok;
}

static bool check_archives(const struct section *section, struct err *err)
{
	const char *text, *where;
	for (int i = 0; (text = section_line(section, "archive", i, &where)) != NULL; i++) {
		struct archive_rule rule;
		if (!archive_rule_parse(text, where, &rule, err))
			return false;
		archive_rule_done(&rule);
	}
	return true;
}

char *config_application(const char *item, int64_t *most)
{
	const char *colon = strrchr(item, ':');
	const char *number = colon ? colon + 1 + strspn(colon + 1, " ") : NULL;
	if (!colon || colon == item || !units_parse_int(number, most) || *most < 1 || *most > 1000000)
		return NULL;
	size_t length = (size_t)(colon - item);
	while (length > 1 && item[length - 1] == ' ')
		length--;
	return mem_copy_n(item, length);
}

static bool check_applications(const struct section *section, struct err *err)
{
	struct words items = {0};
	const char *text = section_text(section, "applications");
	bool ok = true;
	words_split(&items, text ? text : "", ",");
	for (size_t i = 0; ok && i < items.count; i++) {
		int64_t most = 0;
		char *name = config_application(items.v[i], &most), *shown = text_visible(items.v[i]);
		if (!name)
			ok = err_set(err, ERR_CONFIG, "%s: applications takes NAME:CONNECTIONS, parted by commas (api:20, worker:10), not \"%s\"",
			    section_where(section, "applications"), shown);
		mem_free(shown);
		mem_free(name);
	}
	words_done(&items);
	return ok;
}

static bool is_pool_mode(const char *word)
{
	return strcmp(word, "transaction") == 0 || strcmp(word, "session") == 0 || strcmp(word, "statement") == 0;
}

static bool check_database(const struct config *config, const struct section *section, struct err *err)
{
	const char *server = section_text(section, "server"), *pooler = section_text(section, "pooler");
	if (server && !check_reference(config, section, "server", server, SECTION_SERVER, err))
		return false;
	if (pooler && !is_pool_mode(pooler) && !check_reference(config, section, "pooler", pooler, SECTION_POOLER, err)) {
		err_hint(err, "Without a section it is the pool's mode: transaction, session or statement");
		return false;
	}
	return check_archives(section, err) && check_applications(section, err) && check_list(config, section, "depends", err) &&
	       check_targets(config, section, err);
}

bool config_check_names(const struct config *config, struct err *err)
{
	for (int i = 0; i < config->count; i++) {
		const struct section *section = config->sections[i];
		if (section->kind == SECTION_DATABASE && section->lacks.kind == ERR_NONE && !check_database(config, section, err))
			return false;
		if (section->kind == SECTION_POOLER && !check_list(config, section, "for", err))
			return false;
	}
	return true;
}

/* Only what is written in the file itself: a variable's password lies elsewhere. */
static bool holds_password(const struct value *value)
{
	if (!value->key || value->key->type != KEY_SECRET || !value->text || strstr(value->written, "${"))
		return false;
	if (strcmp(value->name, "password") == 0)
		return true;
	struct err err;
	struct conninfo *info = conninfo_parse(value->text, &err);
	bool holds = info && conninfo_get(info, "password");
	conninfo_free(info);
	return holds;
}

void config_warn_of_passwords(struct config *config)
{
	struct stat st;
	if (!config->path || stat(config->path, &st) != 0 || !(st.st_mode & (S_IRGRP | S_IROTH)))
		return;
	for (int i = 0; i < config->count; i++)
		for (int k = 0; k < config->sections[i]->count; k++)
			if (holds_password(&config->sections[i]->values[k])) {
				words_take(&config->warnings,
				    mem_format("%s: a password stands here and others may read the file (chmod 600 %s)",
				        config->sections[i]->values[k].where, config->path));
				return;
			}
}
