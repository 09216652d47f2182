#include "internal.h"

#include <string.h>

#include "pgtend/core/mem.h"
#include "pgtend/core/units.h"

const struct verb_option common_options[] = {
    {"--dry-run", OPTION_FLAG, NULL, false, "say what would be done, do nothing"},
    {"--confirm", OPTION_TEXT, "NAME", true,
        "in a script: the database's name in the connection, once for each database, where a terminal would be asked "
        "for it"},
    {"--with-deps", OPTION_FLAG, NULL, false, "include the databases that the named ones depend on, those first"},
    {"--format", OPTION_CHOICE, "table|json|csv", false, "how results are written (table)"},
    {"--help", OPTION_FLAG, NULL, false, "show this help"},
    {0},
};

static bool makes_sense(const struct verb *verb, const char *name)
{
	if (strcmp(name, "--dry-run") == 0)
		return verb->has_dry_run;
	if (strcmp(name, "--confirm") == 0)
		return verb->level > GUARD_L0;
	if (strcmp(name, "--with-deps") == 0)
		return verb->scope == VERB_ACTS;
	if (strcmp(name, "--format") == 0)
		return verb->shape != NULL || !verb->is_quiet;
	return true;
}

static const struct verb_option *find_in(const struct verb_option *options, const char *name)
{
	for (; options != NULL && options->name != NULL; options++)
		if (strcmp(options->name, name) == 0)
			return options;
	return NULL;
}

const struct verb_option *option_find(const struct verb *verb, const char *name)
{
	if (strcmp(name, "-h") == 0)
		name = "--help";
	const struct verb_option *common = find_in(common_options, name);
	if (verb != NULL) {
		const struct verb_option *own = find_in(verb->options, name);
		return own != NULL ? own : common != NULL && makes_sense(verb, name) ? common : NULL;
	}
	for (int i = 0; i < verb_count && common == NULL; i++)
		common = find_in(verbs[i]->options, name);
	return common;
}

bool option_takes_value(const char *verb, const char *name, const char *next)
{
	const struct verb_option *common = find_in(common_options, name);
	bool is_flag = common != NULL && common->type == OPTION_FLAG, has_value = common != NULL && common->type != OPTION_FLAG;
	for (int i = 0; i < verb_count; i++) {
		const struct verb_option *own = verb == NULL || strcmp(verbs[i]->name, verb) == 0 ? find_in(verbs[i]->options, name) : NULL;
		is_flag |= own != NULL && own->type == OPTION_FLAG;
		has_value |= own != NULL && own->type != OPTION_FLAG;
	}
	return has_value && !(is_flag && next != NULL && verb_is_name(next));
}

const struct verb_option *option_at(const struct verb *verb, int i)
{
	for (const struct verb_option *own = verb->options; own != NULL && own->name != NULL; own++)
		if (i-- == 0)
			return own;
	for (const struct verb_option *common = common_options; common->name != NULL; common++)
		if (makes_sense(verb, common->name) && find_in(verb->options, common->name) == NULL && i-- == 0)
			return common;
	return NULL;
}

static bool check_choice(const struct verb_option *option, const char *value, struct err *err)
{
	struct words choices = {0};
	words_split(&choices, option->value, "|");
	bool is_one = words_has(&choices, value);
	if (!is_one) {
		const char *nearest = text_nearest(value, (const char *const *)choices.v, choices.count);
		char *list = words_join(&choices, ", ");
		if (nearest != NULL)
			err_set(err, ERR_USAGE, "%s takes %s, not '%s'; did you mean '%s'?", option->name, list, value, nearest);
		else
			err_set(err, ERR_USAGE, "%s takes %s, not '%s'", option->name, list, value);
		mem_free(list);
	}
	words_done(&choices);
	return is_one;
}

bool option_check(const struct verb_option *option, const char *value, struct err *err)
{
	int64_t number;
	double seconds;
	switch (option->type) {
	case OPTION_FLAG:
		return true;
	case OPTION_INT:
		/* every one of them counts something; said here, before any guard is asked */
		return (units_parse_int(value, &number) && number >= 1) ||
		       err_set(err, ERR_USAGE, "%s takes a whole number from 1 on, not '%s'", option->name, value);
	case OPTION_DURATION:
		return units_parse_duration_s(value, &seconds) ||
		       err_set(err, ERR_USAGE, "%s takes a duration such as '30 s', '5 min' or '2 days', not '%s'",
		           option->name, value);
	case OPTION_CHOICE:
		return check_choice(option, value, err);
	case OPTION_TEXT:
	case OPTION_TABLE:
	case OPTION_FILE:
		return *value != '\0' || err_set(err, ERR_USAGE, "%s needs %s, an empty text was given", option->name,
		                             option->value ? option->value : "a value");
	}
	return true;
}
