/* Words to a command: the verb, its options; resolve.c makes databases of the rest. */
#include "internal.h"

#include <string.h>

#include "pgtend/core/mem.h"
#include "pgtend/core/units.h"

static bool is_option(const char *word)
{
	return word[0] == '-' && word[1] != '\0' && !(word[1] >= '0' && word[1] <= '9');
}

/* --- which row ------------------------------------------------------------------------------- */

/* The index of the next word that is no option and no option's value, from `from`; count when there is none. verb: whose options they are, NULL: any. */
static size_t next_positional(const struct words *words, size_t from, const char *verb)
{
	for (size_t i = from; i < words->count; i++) {
		const char *word = words->v[i];
		if (strcmp(word, "--") == 0)
			return i + 1;
		if (!is_option(word))
			return i;
		if (option_takes_value(verb, word, i + 1 < words->count ? words->v[i + 1] : NULL))
			i++;
	}
	return words->count;
}

const char *command_verb_word(char *const *words, int count)
{
	const struct words line = {.v = (char **)words, .count = (size_t)count};
	size_t at = next_positional(&line, 0, NULL);
	return at < line.count ? words[at] : NULL;
}

static void move_to_front(struct words *words, size_t index, size_t front)
{
	char *word = words->v[index];
	memmove(words->v + front + 1, words->v + front, (index - front) * sizeof *words->v);
	words->v[front] = word;
}

static bool has_help(const struct words *words)
{
	for (size_t i = 0; i < words->count && strcmp(words->v[i], "--") != 0; i++)
		if (strcmp(words->v[i], "--help") == 0 || strcmp(words->v[i], "-h") == 0)
			return true;
	return false;
}

/* pgtend's own options, whose table holds their value's word as well: "-c FILE". */
static void add_program_options(struct words *names)
{
	for (const struct verb_option *option = program_options; option->name != NULL; option++)
		words_take(names, mem_copy_n(option->name, strcspn(option->name, " ")));
}

/* An option that nobody has before what should be the verb: perhaps that is only the option's value. */
static bool unknown_before_verb(const struct words *words, size_t verb_at, struct err *err)
{
	for (size_t i = 0; i < verb_at; i++) {
		char *name = mem_copy_n(words->v[i], strcspn(words->v[i], "="));
		bool is_unknown = is_option(name) && strcmp(name, "--") != 0 && option_find(NULL, name) == NULL;
		struct words names = {0};
		add_program_options(&names);
		const char *nearest = is_unknown ? text_nearest(name, (const char *const *)names.v, names.count) : NULL;
		if (nearest != NULL)
			err_set(err, ERR_USAGE, "there is no option %s; did you mean %s?", name, nearest);
		else if (is_unknown)
			err_set(err, ERR_USAGE, "there is no option %s; pgtend --help lists them", name);
		words_done(&names);
		mem_free(name);
		if (is_unknown)
			return true;
	}
	return false;
}

static const struct verb *first_row(const char *name)
{
	for (int i = 0; i < verb_count; i++)
		if (strcmp(verbs[i]->name, name) == 0)
			return verbs[i];
	return NULL;
}

/* Brings verb and subverb to the front and finds their row. *skip: how many words they are. */
static const struct verb *find_row(const struct fleet *fleet, struct words *words, size_t *skip, struct err *err)
{
	size_t at = next_positional(words, 0, NULL);
	bool is_certain = at < words->count && (verb_is_name(words->v[at]) || at == 0);
	if (!is_certain && unknown_before_verb(words, at < words->count ? at : words->count, err))
		return NULL;
	if (at >= words->count) {
		err_set(err, ERR_USAGE, "no verb was given; pgtend --help lists them");
		return NULL;
	}
	move_to_front(words, at, 0);
	if (!alias_expand(fleet, words, err))
		return NULL;
	const char *name = words->v[0];
	if (!verb_is_name(name)) {
		(void)verb_unknown(name, err);
		return NULL;
	}
	*skip = 1;
	at = next_positional(words, 1, name);
	/* Behind `--` stands a database, also when it is called like a subverb. */
	bool is_word = at < words->count && strcmp(words->v[at - 1], "--") != 0;
	const struct verb *row = is_word ? verb_row(name, words->v[at]) : NULL;
	if (row != NULL) {
		move_to_front(words, at, 1);
		*skip = 2;
		return row;
	}
	row = verb_row(name, NULL);
	if (row == NULL && !is_word && has_help(words))
		row = first_row(name);
	if (row == NULL)
		(void)verb_unknown_subverb(name, is_word ? words->v[at] : NULL, err);
	return row;
}

/* --- options --------------------------------------------------------------------------------- */

static bool unknown_option(const struct verb *verb, const char *name, struct err *err)
{
	struct words names = {0};
	const struct verb_option *option;
	for (int i = 0; (option = option_at(verb, i)) != NULL; i++)
		words_add(&names, option->name);
	add_program_options(&names);
	const char *nearest = text_nearest(name, (const char *const *)names.v, names.count);
	char *title = verb_title(verb);
	if (nearest != NULL)
		err_set(err, ERR_USAGE, "'%s' has no option %s; did you mean %s?", title, name, nearest);
	else
		err_set(err, ERR_USAGE, "'%s' has no option %s; pgtend %s --help lists them", title, name, title);
	mem_free(title);
	words_done(&names);
	return false;
}

static struct option_values *values_of(struct command *command, const struct verb_option *option)
{
	for (int i = 0; i < command->option_count; i++)
		if (command->options[i].option == option)
			return &command->options[i];
	command->options = mem_grow(command->options, (size_t)command->option_count + 1, sizeof *command->options);
	struct option_values *fresh = &command->options[command->option_count++];
	*fresh = (struct option_values){.option = option};
	return fresh;
}

static bool take_option(struct command *command, const struct words *words, size_t *i, struct err *err)
{
	const char *word = words->v[*i];
	const char *equals = strchr(word, '=');
	char *name = equals != NULL ? mem_copy_n(word, (size_t)(equals - word)) : mem_copy(word);
	const struct verb_option *option = option_find(command->verb, name);
	bool is_taken = false;
	if (option == NULL)
		(void)unknown_option(command->verb, name, err);
	else if (option->type == OPTION_FLAG && equals != NULL)
		err_set(err, ERR_USAGE, "%s takes no value", option->name);
	else if (option->type != OPTION_FLAG && equals == NULL && *i + 1 >= words->count)
		err_set(err, ERR_USAGE, "%s needs %s", option->name, option->value != NULL ? option->value : "a value");
	else {
		const char *value = option->type == OPTION_FLAG ? "" : equals != NULL ? equals + 1 : words->v[++*i];
		struct option_values *values = values_of(command, option);
		if (values->values.count > 0 && !option->is_repeatable && option->type != OPTION_FLAG)
			err_set(err, ERR_USAGE, "%s is given twice", option->name);
		else if (option_check(option, value, err)) {
			words_add(&values->values, value);
			is_taken = true;
		}
	}
	mem_free(name);
	return is_taken;
}

static bool has_required(const struct command *command, struct err *err)
{
	const char *name = command->verb->required;
	if (name == NULL || command_flag(command, name))
		return true;
	char *usage = verb_usage(command->verb);
	err_set(err, ERR_USAGE, "%s is missing: %s", name, usage);
	mem_free(usage);
	return false;
}

/* --- the whole ------------------------------------------------------------------------------- */

static bool parse(struct command *command, const struct fleet *fleet, struct words *words, size_t skip,
    struct database *selected, struct err *err)
{
	struct words rest = {0};
	bool is_good = true;
	for (size_t i = skip; i < words->count && is_good; i++) {
		if (strcmp(words->v[i], "--") == 0) {
			while (++i < words->count)
				words_add(&rest, words->v[i]);
		} else if (is_option(words->v[i]))
			is_good = take_option(command, words, &i, err);
		else
			words_add(&rest, words->v[i]);
	}
	command->wants_help = command_flag(command, "--help");
	if (is_good && !command->wants_help)
		is_good = command_take_positionals(command, fleet, &rest, selected, err) && has_required(command, err);
	words_done(&rest);
	return is_good;
}

struct command *command_parse(
    const struct fleet *fleet, char *const *given, int count, struct database *selected, struct err *err)
{
	struct words words = {0};
	for (int i = 0; i < count; i++)
		words_add(&words, given[i]);
	struct command *command = MEM_NEW(struct command);
	size_t skip = 0;
	command->verb = find_row(fleet, &words, &skip, err);
	bool is_good = command->verb != NULL;
	/* Who asks for help gets it, whatever else is wrong in the line. */
	if (is_good && has_help(&words)) {
		command->wants_help = true;
		command->wants_whole_help = skip < 2;
	} else if (is_good)
		is_good = parse(command, fleet, &words, skip, selected, err);
	words_done(&words);
	if (!is_good) {
		command_free(command);
		return NULL;
	}
	return command;
}

void command_free(struct command *command)
{
	if (command == NULL)
		return;
	for (int i = 0; i < command->option_count; i++)
		words_done(&command->options[i].values);
	mem_free(command->options);
	mem_free(command->databases);
	words_done(&command->words);
	mem_free(command->item);
	mem_free(command);
}

/* --- getters --------------------------------------------------------------------------------- */

const struct verb *command_verb(const struct command *command)
{
	return command->verb;
}

const struct words *command_option_all(const struct command *command, const char *option)
{
	static const struct words none;
	for (int i = 0; i < command->option_count; i++)
		if (strcmp(command->options[i].option->name, option) == 0)
			return &command->options[i].values;
	return &none;
}

bool command_flag(const struct command *command, const char *option)
{
	return command_option_all(command, option)->count > 0;
}

const char *command_option(const struct command *command, const char *option)
{
	const struct words *values = command_option_all(command, option);
	return values->count > 0 ? values->v[values->count - 1] : NULL;
}

int64_t command_int(const struct command *command, const char *option, int64_t otherwise)
{
	const char *text = command_option(command, option);
	int64_t value;
	return text != NULL && units_parse_int(text, &value) ? value : otherwise;
}

enum guard_level command_level(const struct command *command)
{
	struct words options = {0};
	bool is_guarded = command->verb->guarded_by == NULL;
	words_split(&options, is_guarded ? "" : command->verb->guarded_by, " ");
	for (size_t i = 0; i < options.count; i++)
		is_guarded = is_guarded || (text_starts_with(options.v[i], "--") ? command_option_all(command, options.v[i])->count > 0 : command->words.count > 0);
	words_done(&options);
	return is_guarded ? command->verb->level : GUARD_L0;
}

const char *command_item(const struct command *command)
{
	return command->item;
}

const struct words *command_words(const struct command *command)
{
	return &command->words;
}

const char *command_format(const struct command *command)
{
	const char *format = command_option(command, "--format");
	return format != NULL ? format : "table";
}

bool command_is_all(const struct command *command)
{
	return command->is_all;
}

bool command_wants_help(const struct command *command)
{
	return command->wants_help;
}
