#include "pgtend/cli/arguments.h"

#include <string.h>

#include "pgtend/commands/command.h"
#include "pgtend/core/mem.h"

enum own { OWN_CONFIG, OWN_URL, OWN_DIR, OWN_COLOUR, OWN_MOUSE, OWN_ASCII, OWN_VERSION, OWN_HELP, OWN_COMPLETE };
static const struct own_option {
	const char *name;
	enum own own;
	const char *value; /* what it needs; NULL: a flag */
} own_options[] = {
    {"-c", OWN_CONFIG, "FILE"},
    {"--config", OWN_CONFIG, "FILE"},
    {"--url", OWN_URL, "URI"},
    {"--dir", OWN_DIR, "FOLDER"},
    {"--color", OWN_COLOUR, "auto|always|never"},
    {"--colour", OWN_COLOUR, "auto|always|never"},
    {"--no-mouse", OWN_MOUSE, NULL},
    {"--ascii", OWN_ASCII, NULL},
    {"--version", OWN_VERSION, NULL},
    {"-V", OWN_VERSION, NULL},
    {"--help", OWN_HELP, NULL},
    {"-h", OWN_HELP, NULL},
    {"--complete-words", OWN_COMPLETE, NULL},
};

static const struct own_option *find_own(const char *name, size_t length)
{
	for (size_t i = 0; i < sizeof own_options / sizeof own_options[0]; i++)
		if (strlen(own_options[i].name) == length && strncmp(own_options[i].name, name, length) == 0)
			return &own_options[i];
	return NULL;
}

static bool take_colour(struct arguments *arguments, const char *value, struct err *err)
{
	static const char *const words[] = {[COLOUR_AUTO] = "auto", [COLOUR_ALWAYS] = "always", [COLOUR_NEVER] = "never"};
	for (int i = COLOUR_AUTO; i <= COLOUR_NEVER; i++)
		if (strcmp(words[i], value) == 0) {
			arguments->colour = (enum colour_wish)i;
			return true;
		}
	const char *nearest = text_nearest(value, words, 3);
	if (nearest != NULL)
		return err_set(
		    err, ERR_USAGE, "--color takes auto, always or never, not '%s'; did you mean '%s'?", value, nearest);
	return err_set(err, ERR_USAGE, "--color takes auto, always or never, not '%s'", value);
}

/* Other users can read a program's arguments: a password is taken out of them as soon as it was read. */
static void hide_password(char *uri)
{
	char *user = strstr(uri, "://"), *word = strcasestr(uri, "password=");
	char *end = user != NULL ? strrchr(user, '@') : NULL;
	char *colon = end != NULL ? memchr(user + 3, ':', (size_t)(end - user - 3)) : NULL;
	if (colon != NULL)
		memset(colon + 1, '*', (size_t)(end - colon - 1));
	if (word != NULL)
		memset(word + strlen("password="), '*', strcspn(word + strlen("password="), " &"));
}

static bool take(struct arguments *arguments, enum own own, const char *value, const char *word, struct err *err)
{
	switch (own) {
	case OWN_CONFIG:
		if (arguments->config.file != NULL)
			return err_set(err, ERR_USAGE, "-c is given twice");
		arguments->config.file = arguments->file = mem_copy(value);
		return true;
	case OWN_URL:
		words_add(&arguments->config.urls, value);
		return true;
	case OWN_DIR:
		words_add(&arguments->config.folders, value);
		return true;
	case OWN_COLOUR:
		return take_colour(arguments, value, err);
	case OWN_MOUSE:
		arguments->has_no_mouse = true;
		return true;
	case OWN_ASCII:
		arguments->is_ascii = true;
		return true;
	case OWN_VERSION:
		arguments->wants_version = true;
		return true;
	case OWN_HELP:
		/* It stays among the words as well: the parser knows whose help is meant. */
		arguments->wants_help = true;
		words_add(&arguments->rest, word);
		return true;
	case OWN_COMPLETE:
		arguments->is_completing = true;
		return true;
	}
	return true;
}

/* `sandbox` has a --dir of its own: its folder. */
static void give_back_folders(struct arguments *arguments)
{
	const char *verb = command_verb_word(arguments->rest.v, (int)arguments->rest.count);
	if (verb == NULL || strcmp(verb, "sandbox") != 0)
		return;
	/* Before the other words: behind a `--` they would be no options any more. */
	struct words words = {0};
	for (size_t i = 0; i < arguments->config.folders.count; i++) {
		words_add(&words, "--dir");
		words_add(&words, arguments->config.folders.v[i]);
	}
	for (size_t i = 0; i < arguments->rest.count; i++)
		words_add(&words, arguments->rest.v[i]);
	words_done(&arguments->rest);
	arguments->rest = words;
	words_done(&arguments->config.folders);
}

static void take_rest(struct arguments *arguments, int from, int argc, char **argv)
{
	for (int i = from; i < argc; i++)
		words_add(&arguments->rest, argv[i]);
}

bool arguments_read(struct arguments *arguments, int argc, char **argv, struct err *err)
{
	*arguments = (struct arguments){0};
	for (int i = 1; i < argc; i++) {
		const char *word = argv[i];
		if (strcmp(word, "--") == 0 || arguments->is_completing) {
			take_rest(arguments, i, argc, argv);
			break;
		}
		const char *equals = text_starts_with(word, "--") ? strchr(word, '=') : NULL;
		const struct own_option *own =
		    word[0] == '-' ? find_own(word, equals != NULL ? (size_t)(equals - word) : strlen(word)) : NULL;
		if (own == NULL) {
			words_add(&arguments->rest, word);
			continue;
		}
		if (own->value == NULL && equals != NULL)
			return err_set(err, ERR_USAGE, "%s takes no value", own->name);
		if (own->value != NULL && equals == NULL && i + 1 >= argc)
			return err_set(err, ERR_USAGE, "%s needs %s", own->name, own->value);
		const char *value = own->value == NULL ? NULL : equals != NULL ? equals + 1 : argv[++i];
		if (value != NULL && *value == '\0')
			return err_set(err, ERR_USAGE, "%s needs %s, an empty text was given", own->name, own->value);
		bool is_taken = take(arguments, own->own, value, word, err);
		if (own->own == OWN_URL)
			hide_password(argv[i]);
		if (!is_taken)
			return false;
	}
	if (!arguments->is_completing)
		give_back_folders(arguments);
	return true;
}

void arguments_done(struct arguments *arguments)
{
	mem_free(arguments->file);
	words_done(&arguments->config.urls);
	words_done(&arguments->config.folders);
	words_done(&arguments->rest);
}
