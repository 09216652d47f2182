/* The table of verbs, asked by name. */
#include "internal.h"

#include <string.h>

#include "pgtend/core/mem.h"

void verb_names(struct words *names)
{
	for (int i = 0; i < verb_count; i++)
		if (!words_has(names, verbs[i]->name))
			words_add(names, verbs[i]->name);
}

void verb_subverbs(const char *name, struct words *subverbs)
{
	for (int i = 0; i < verb_count; i++)
		if (verbs[i]->subverb != NULL && strcmp(verbs[i]->name, name) == 0)
			words_add(subverbs, verbs[i]->subverb);
}

bool verb_is_name(const char *name)
{
	for (int i = 0; i < verb_count; i++)
		if (strcmp(verbs[i]->name, name) == 0)
			return true;
	return false;
}

const struct verb *verb_row(const char *name, const char *subverb)
{
	for (int i = 0; i < verb_count; i++) {
		const struct verb *verb = verbs[i];
		if (strcmp(verb->name, name) != 0 || (verb->subverb == NULL) != (subverb == NULL))
			continue;
		if (subverb == NULL || strcmp(verb->subverb, subverb) == 0)
			return verb;
	}
	return NULL;
}

char *verb_title(const struct verb *verb)
{
	return verb->subverb != NULL ? mem_format("%s %s", verb->name, verb->subverb) : mem_copy(verb->name);
}

bool verb_acts_on_databases(const struct verb *verb)
{
	return verb->scope == VERB_ACTS || verb->scope == VERB_ACTS_ONE;
}

bool verb_unknown(const char *name, struct err *err)
{
	struct words names = {0};
	verb_names(&names);
	const char *nearest = text_nearest(name, (const char *const *)names.v, names.count);
	if (nearest != NULL)
		err_set(err, ERR_USAGE, "'%s' is no verb; did you mean '%s'?", name, nearest);
	else
		err_set(err, ERR_USAGE, "'%s' is no verb; pgtend --help lists them", name);
	words_done(&names);
	return false;
}

bool verb_unknown_subverb(const char *name, const char *subverb, struct err *err)
{
	struct words names = {0};
	verb_subverbs(name, &names);
	const char *nearest = subverb != NULL ? text_nearest(subverb, (const char *const *)names.v, names.count) : NULL;
	char *list = words_join(&names, ", ");
	if (names.count == 0)
		err_set(err, ERR_USAGE, "'%s' has no subverbs", name);
	else if (subverb == NULL)
		err_set(err, ERR_USAGE, "'%s' needs one of: %s", name, list);
	else if (nearest != NULL)
		err_set(err, ERR_USAGE, "'%s %s' is no verb; did you mean '%s %s'?", name, subverb, name, nearest);
	else
		err_set(err, ERR_USAGE, "'%s %s' is no verb; '%s' takes one of: %s", name, subverb, name, list);
	mem_free(list);
	words_done(&names);
	return false;
}

bool command_known(const char *name, const char *subverb, struct err *err)
{
	if (name == NULL)
		return true;
	if (!verb_is_name(name))
		return verb_unknown(name, err);
	return subverb == NULL || verb_row(name, subverb) != NULL || verb_unknown_subverb(name, subverb, err);
}

/* --- usage ----------------------------------------------------------------------------------- */

static void add_option(struct text *text, const struct verb_option *option, bool is_required)
{
	text_addf(text, " %s%s", is_required ? "" : "[", option->name);
	if (option->type != OPTION_FLAG)
		text_addf(text, " %s", option->value != NULL ? option->value : "VALUE");
	text_addf(text, "%s%s", is_required ? "" : "]", option->is_repeatable ? "..." : "");
}

char *verb_usage(const struct verb *verb)
{
	struct text text = {0};
	text_addf(&text, "pgtend %s", verb->name);
	if (verb->subverb != NULL)
		text_addf(&text, " %s", verb->subverb);
	if (verb->item != NULL)
		text_addf(&text, " %s", verb->is_item_list ? "ITEM[,ITEM...]" : verb->item);
	if (verb->scope == VERB_READS || verb->scope == VERB_ACTS)
		text_add(&text, " [DATABASE...|all]");
	else if (verb->scope == VERB_ACTS_ONE)
		text_add(&text, verb->may_be_all ? " [DATABASE|all]" : " [DATABASE]");
	if (verb->words != NULL)
		text_addf(&text, " %s", verb->words);
	const struct verb_option *option;
	for (int i = 0; (option = option_at(verb, i)) != NULL; i++)
		if (strcmp(option->name, "--help") != 0)
			add_option(&text, option, verb->required != NULL && strcmp(option->name, verb->required) == 0);
	return text_take(&text);
}
