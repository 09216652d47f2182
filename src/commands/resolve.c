/* Positional words to databases and further words: names, `all`, defaults, dependencies. */
#include "internal.h"

#include <string.h>

#include "pgtend/core/mem.h"

static bool has_database(const struct command *command, const struct database *database)
{
	for (int i = 0; i < command->database_count; i++)
		if (command->databases[i] == database)
			return true;
	return false;
}

static void add_database(struct command *command, struct database *database)
{
	if (has_database(command, database))
		return;
	command->databases = mem_grow(command->databases, (size_t)command->database_count + 1, sizeof *command->databases);
	command->databases[command->database_count++] = database;
}

/* None is passed over without a word: one that this machine cannot fill stops what is asked of all. */
static bool add_all(struct command *command, const struct fleet *fleet, struct err *err)
{
	if (!fleet_is_whole(fleet, err))
		return false;
	for (int i = 0; i < fleet->database_count; i++)
		add_database(command, fleet->databases[i]);
	command->is_all = true;
	return true;
}

/* Nobody need say which. */
static bool is_only_one(const struct fleet *fleet)
{
	return fleet->database_count == 1 && fleet->left_out_count == 0;
}

/* One line says it all: the hint is drawn into the text. */
static struct database *find_database(const struct fleet *fleet, const char *name, struct err *err)
{
	struct database *found = fleet_find(fleet, name, err);
	if (found == NULL && err->hint[0] != '\0') {
		struct err whole = *err;
		err_set(err, whole.kind, "%s; %s", whole.text, whole.hint);
	}
	return found;
}

static bool nothing_configured(const struct fleet *fleet, struct err *err)
{
	if (fleet->database_count > 0)
		return false;
	err_set(err, ERR_USAGE, "no database is configured: write a pgtend.ini with pgtend init, or give --url URI");
	return true;
}

static bool default_databases(
    struct command *command, const struct fleet *fleet, struct database *selected, struct err *err)
{
	if (nothing_configured(fleet, err))
		return false;
	if (selected != NULL && !command->verb->takes_all)
		add_database(command, selected);
	else if (command->verb->scope == VERB_READS || command->verb->takes_all)
		return add_all(command, fleet, err);
	else if (is_only_one(fleet))
		add_database(command, fleet->databases[0]);
	else if (fleet->database_count == 1) {
		/* which of them is meant nobody knows, one being here or not */
		return fleet_is_whole(fleet, err);
	} else {
		char *title = verb_title(command->verb);
		err_set(err, ERR_USAGE, "'%s' needs a database (or `all`): %d are configured, from %s to %s", title,
		    fleet->database_count, fleet->databases[0]->name, fleet->databases[fleet->database_count - 1]->name);
		mem_free(title);
		return false;
	}
	return true;
}

/* What a database that is left out depends on is not to be had either. */
static bool add_dependencies(struct command *command, const struct fleet *fleet, struct err *err)
{
	struct words names = {0};
	bool ok = true;
	/* The list grows while it is walked: dependencies of dependencies come too. */
	for (int i = 0; ok && i < command->database_count; i++) {
		section_words(command->databases[i]->section, "depends", &names);
		for (size_t d = 0; ok && d < names.count; d++) {
			struct database *other = find_database(fleet, names.v[d], err);
			ok = other != NULL;
			if (ok)
				add_database(command, other);
		}
		words_done(&names);
	}
	return ok;
}

static bool take_databases(struct command *command, const struct fleet *fleet, const struct words *rest,
    struct database *selected, struct err *err)
{
	if (rest->count == 0 && !default_databases(command, fleet, selected, err))
		return false;
	for (size_t i = 0; i < rest->count; i++) {
		if (strcmp(rest->v[i], "all") == 0) {
			if (nothing_configured(fleet, err) || !add_all(command, fleet, err))
				return false;
			continue;
		}
		struct database *database = find_database(fleet, rest->v[i], err);
		if (database == NULL)
			return false;
		add_database(command, database);
	}
	return !command_flag(command, "--with-deps") || add_dependencies(command, fleet, err);
}

static bool check_words(const struct command *command, size_t count, const char *first_surplus, struct err *err)
{
	const struct verb *verb = command->verb;
	size_t least = (size_t)verb->least_words, most = (size_t)verb->most_words;
	if (count >= least && count <= most)
		return true;
	char *usage = verb_usage(verb);
	if (count < least)
		err_set(err, ERR_USAGE, "%s is missing: %s", verb->words != NULL ? verb->words : "a word", usage);
	else
		err_set(err, ERR_USAGE, "'%s' is one word too many: %s", first_surplus, usage);
	mem_free(usage);
	return false;
}

/* `all`, where each is taken by itself. */
static bool take_every_database(struct command *command, const struct fleet *fleet, const struct words *rest, struct err *err)
{
	if (nothing_configured(fleet, err))
		return false;
	if (rest->count > 1) {
		char *title = verb_title(command->verb);
		err_set(err, ERR_USAGE, "'%s': %s all takes no further words; one database does: %s DATABASE %s", rest->v[1], title, title,
		    command->verb->words);
		mem_free(title);
		return false;
	}
	return add_all(command, fleet, err);
}

/* DB WORD...: the database may be left out where it goes without saying. */
static bool take_one_database(
    struct command *command, const struct fleet *fleet, struct words *rest, struct database *selected, struct err *err)
{
	const struct verb *verb = command->verb;
	size_t from = 0;
	struct err unknown = {0};
	/* A database where the only word is missing would be taken for that word. */
	bool may_be_named = rest->count > (size_t)verb->least_words || (rest->count == 1 && verb->least_words == 1);
	struct database *named = may_be_named ? fleet_find(fleet, rest->v[0], &unknown) : NULL;
	bool has_default = selected != NULL || is_only_one(fleet);
	if (unknown.kind == ERR_CONFIG)
		return find_database(fleet, rest->v[0], err) != NULL;
	/* A first word that names nothing is a further word only where a default exists and the count fits. */
	if (named != NULL)
		from = 1;
	else if (rest->count > 0 && (!has_default || rest->count > (size_t)verb->most_words))
		return find_database(fleet, rest->v[0], err) != NULL && check_words(command, 0, NULL, err);
	if (named != NULL)
		add_database(command, named);
	else if (!default_databases(command, fleet, selected, err))
		return false;
	for (size_t i = from; i < rest->count; i++)
		words_add(&command->words, rest->v[i]);
	return check_words(command, command->words.count, rest->count > 0 ? rest->v[rest->count - 1] : "", err);
}

/* The first part of the word that is none of the choices; NULL: all are. Caller frees. */
static char *unknown_item(const struct verb *verb, const struct words *choices, const char *word)
{
	struct words parts = {0};
	char *unknown = NULL;
	words_split(&parts, word, verb->is_item_list ? "," : "\n");
	for (size_t i = 0; i < parts.count && unknown == NULL; i++)
		if (!words_has(choices, parts.v[i]))
			unknown = mem_copy(parts.v[i]);
	if (parts.count == 0)
		unknown = mem_copy(word);
	words_done(&parts);
	return unknown;
}

/* The word before the databases. */
static bool take_item(struct command *command, struct words *rest, struct err *err)
{
	struct words choices = {0};
	words_split(&choices, command->verb->item, "|");
	char *unknown = rest->count > 0 ? unknown_item(command->verb, &choices, rest->v[0]) : NULL;
	bool is_there = rest->count > 0 && unknown == NULL;
	if (is_there) {
		command->item = rest->v[0];
		memmove(rest->v, rest->v + 1, --rest->count * sizeof *rest->v);
	} else {
		char *usage = verb_usage(command->verb);
		const char *nearest = unknown != NULL ? text_nearest(unknown, (const char *const *)choices.v, choices.count) : NULL;
		if (nearest != NULL)
			err_set(err, ERR_USAGE, "'%s' is none of %s; did you mean '%s'?", unknown, command->verb->item, nearest);
		else if (unknown != NULL)
			err_set(err, ERR_USAGE, "'%s' is none of %s", unknown, command->verb->item);
		else
			err_set(err, ERR_USAGE, "%s is missing: %s", command->verb->item, usage);
		mem_free(usage);
	}
	mem_free(unknown);
	words_done(&choices);
	return is_there;
}

bool command_take_positionals(
    struct command *command, const struct fleet *fleet, struct words *rest, struct database *selected, struct err *err)
{
	if (command->verb->item != NULL && !take_item(command, rest, err))
		return false;
	switch (command->verb->scope) {
	case VERB_NO_DATABASE:
		for (size_t i = 0; i < rest->count; i++)
			words_add(&command->words, rest->v[i]);
		return check_words(command, rest->count, rest->count > 0 ? rest->v[rest->count - 1] : "", err);
	case VERB_READS:
	case VERB_ACTS:
		return take_databases(command, fleet, rest, selected, err);
	case VERB_ACTS_ONE:
		if (command->verb->may_be_all && rest->count > 0 && strcmp(rest->v[0], "all") == 0)
			return take_every_database(command, fleet, rest, err);
		return take_one_database(command, fleet, rest, selected, err);
	}
	return true;
}
