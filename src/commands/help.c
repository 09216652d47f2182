/* Help from the table of verbs: the list, and the page of one. */
#include "internal.h"

#include <string.h>

#include "pgtend/core/mem.h"

enum { HELP_COLS = 79, NAME_COLS = 26 };

/* Words wrapped at HELP_COLS, each line behind `indent` blanks; the first line is begun already at column `at`. */
static void add_wrapped(struct text *text, const char *s, size_t indent, size_t at)
{
	while (*s != '\0') {
		s += strspn(s, " ");
		size_t length = strcspn(s, " ");
		if (at > indent && at + 1 + length > HELP_COLS) {
			text_add_char(text, '\n');
			at = 0;
		}
		for (; at < indent; at++)
			text_add_char(text, ' ');
		if (at > indent) {
			text_add_char(text, ' ');
			at++;
		}
		text_add_n(text, s, length);
		at += length;
		s += length;
	}
	text_add_char(text, '\n');
}

static void add_pair(struct text *text, const char *name, const char *doc)
{
	text_addf(text, "  %-*s", NAME_COLS - 2, name);
	size_t at = 2 + strlen(name) > (size_t)NAME_COLS ? 2 + strlen(name) : NAME_COLS;
	if (at > (size_t)NAME_COLS - 1 && strlen(name) + 2 >= (size_t)NAME_COLS) {
		text_add_char(text, '\n');
		at = 0;
	}
	add_wrapped(text, doc, NAME_COLS, at);
}

const char *verb_databases_words(const struct verb *verb)
{
	switch (verb->scope) {
	case VERB_READS:
		return "a section's name of pgtend.ini, or the server's name of the database; none: the one selected in the "
		       "console, on the command "
		       "line all";
	case VERB_ACTS:
		return "a section's name of pgtend.ini, or the server's name of the database; none: the one selected in the "
		       "console, on the command "
		       "line the only one that is configured; all: every one";
	case VERB_ACTS_ONE:
		if (verb->may_be_all)
			return "a section's name of pgtend.ini, or the server's name of the database; none: the one selected in the "
			       "console, on the command "
			       "line the only one that is configured; all: every one, without a further word";
		return "a section's name of pgtend.ini, or the server's name of the database; none: the one selected in the "
		       "console, on the command "
		       "line the only one that is configured";
	case VERB_NO_DATABASE:
		break;
	}
	return NULL;
}

char *verb_exit_words(const struct verb *verb)
{
	struct text text = {0};
	if (verb->is_plugin)
		return mem_copy("0 ok; 1 warning; 2 critical; 3 unknown: no answer, or wrong usage or configuration; 130, 143, 129 ended by a signal");
	text_add(&text, "0 done; 1 failed, nothing half done; 2 wrong usage or configuration");
	if (verb_acts_on_databases(verb))
		text_add(&text, "; 3 partial: some databases failed, each is named");
	for (const struct verb_option *option = verb->options; option != NULL && option->name != NULL; option++)
		if (strcmp(option->name, "--check") == 0 && strcmp(verb->name, "migrate") == 0)
			text_add(&text, "; 4 migrations are pending");
	if (strcmp(verb->name, "migrate") == 0 && verb->subverb != NULL && strcmp(verb->subverb, "new") != 0)
		text_add(&text, "; 5 the order is broken");
	if ((strcmp(verb->name, "migrate") == 0 && verb->level > GUARD_L0) || strcmp(verb->name, "backup") == 0)
		text_add(&text, "; 6 another run holds the lock");
	if (verb->level > GUARD_L0 || verb->is_never_in_production)
		text_add(&text, "; 7 refused by a guard");
	else if (verb->scope != VERB_NO_DATABASE)
		text_add(&text, "; 7 the configuration is not trusted yet");
	text_add(&text, "; 130, 143, 129 ended by a signal, cleaned up");
	return text_take(&text);
}

char *verb_guard_words(const struct verb *verb)
{
	const char *words = guard_level_words(verb->level, verb->is_never_in_production, verb->is_ordered_by_config);
	if (verb->weigh != NULL)
		return mem_format("%s; where it would destroy: %s", words, guard_level_words(GUARD_L3, verb->is_never_in_production, false));
	return verb->guarded_by == NULL ? mem_copy(words)
	                                : mem_format("with %s %s; else it only looks, and nothing is asked", verb->guarded_by, words);
}

char *option_words(const struct verb_option *option)
{
	return option->type == OPTION_FLAG
	           ? mem_copy(option->name)
	           : mem_format("%s %s", option->name, option->value != NULL ? option->value : "VALUE");
}

static void add_options(struct text *text, const struct verb *verb)
{
	const struct verb_option *option;
	text_add(text, "\nOptions:\n");
	for (int i = 0; (option = option_at(verb, i)) != NULL; i++) {
		char *name = option_words(option);
		char *doc = option->is_repeatable ? mem_format("%s (repeatable)", option->doc) : mem_copy(option->doc);
		add_pair(text, name, doc);
		mem_free(name);
		mem_free(doc);
	}
}

static void add_verb(struct text *text, const struct verb *verb)
{
	char *usage = verb_usage(verb), *exits = verb_exit_words(verb);
	text_add(text, "Usage: ");
	add_wrapped(text, usage, 7, 7);
	text_add_char(text, '\n');
	add_wrapped(text, verb->title, 0, 0);
	if (verb->help != NULL) {
		text_add_char(text, '\n');
		add_wrapped(text, verb->help, 0, 0);
	}
	const char *databases = verb_databases_words(verb);
	if (databases != NULL || verb->words != NULL)
		text_add(text, "\nArguments:\n");
	if (databases != NULL)
		add_pair(text, "DATABASE", databases);
	if (verb->words != NULL)
		add_pair(text, verb->words, verb->least_words > 0 ? "needed" : "may be left out");
	add_options(text, verb);
	char *guard = verb_guard_words(verb);
	text_add(text, "\nGuard:\n");
	add_wrapped(text, guard, 2, 0);
	mem_free(guard);
	text_add(text, "\nExit status:\n");
	add_wrapped(text, exits, 2, 0);
	text_addf(text, "\nExample:\n  %s\n", verb->example);
	mem_free(usage);
	mem_free(exits);
}

static void add_list(struct text *text, const char *name)
{
	for (int i = 0; i < verb_count; i++) {
		if (name != NULL && strcmp(verbs[i]->name, name) != 0)
			continue;
		char *title = verb_title(verbs[i]);
		add_pair(text, title, verbs[i]->title);
		mem_free(title);
	}
}

const struct verb_option program_options[] = {
    {"-c FILE", OPTION_FILE, NULL, false,
        "the configuration; else $PGTEND_CONFIG, else pgtend.ini from the working directory upwards, else the XDG "
        "folder"},
    {"--url URI", OPTION_TEXT, NULL, true,
        "a database without a configuration; repeatable. Better without a password: ~/.pgpass is read"},
    {"--dir FOLDER", OPTION_FILE, NULL, true,
        "its migrations; the n-th belongs to the n-th --url. With sandbox: the sandbox's own folder"},
    {"--color auto|always|never", OPTION_CHOICE, NULL, false, "auto: on a terminal, unless NO_COLOR is set"},
    {"--no-mouse", OPTION_FLAG, NULL, false, "the console leaves the mouse to the terminal"},
    {"--ascii", OPTION_FLAG, NULL, false, "the console draws with plain characters only"},
    {"--version", OPTION_FLAG, NULL, false, "say which pgtend this is"},
    {"--help", OPTION_FLAG, NULL, false, "this help; behind a verb, the verb's"},
    {0},
};

static void add_all(struct text *text)
{
	text_add(text, "Usage: pgtend [OPTIONS] [VERB [SUBVERB] [DATABASE...|all] [OPTIONS]]\n\n"
	               "Tends a fleet of PostgreSQL databases. Without a verb: the console.\n\nVerbs:\n");
	add_list(text, NULL);
	text_add(text, "\nOptions, which may stand anywhere:\n");
	for (const struct verb_option *option = program_options; option->name != NULL; option++)
		add_pair(text, option->name, option->doc);
	text_add(text, "\nExit status:\n");
	add_wrapped(text,
	    "0 done; 1 failed, nothing half done; 2 wrong usage or configuration; 3 partial; 4 pending; 5 drift or order "
	    "broken; 6 "
	    "another run holds the lock; 7 refused by a guard; 130, 143, 129 ended by a signal, cleaned up",
	    2, 0);
	text_add(text, "\npgtend VERB --help says a verb's arguments, options, guard and an example.\n");
}

char *command_help(const char *name, const char *subverb)
{
	struct text text = {0};
	const struct verb *verb = name != NULL ? verb_row(name, subverb) : NULL;
	struct words subverbs = {0};
	if (name != NULL)
		verb_subverbs(name, &subverbs);
	if (name == NULL)
		add_all(&text);
	else if (verb != NULL)
		add_verb(&text, verb);
	/* A verb with subverbs: each of them whole, they are few. */
	if (name != NULL && subverb == NULL && subverbs.count > 0) {
		if (verb == NULL) {
			text_addf(&text, "Usage: pgtend %s SUBVERB ...\n\nSubverbs:\n", name);
			add_list(&text, name);
		}
		for (size_t i = 0; i < subverbs.count; i++) {
			text_add(&text, "\n----\n");
			add_verb(&text, verb_row(name, subverbs.v[i]));
		}
	}
	words_done(&subverbs);
	return text_take(&text);
}
