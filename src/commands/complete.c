/* Candidates for the word under the cursor, and the hint line for it. */
#include "internal.h"

#include <dirent.h>
#include <string.h>
#include <sys/stat.h>

#include "pgtend/core/mem.h"
#include "pgtend/core/places.h"

/* More than this nobody reads, and a schema may have tens of thousands of tables. */
enum { CANDIDATES_MOST = 500 };

/* What stands before the cursor. */
struct context {
	const struct fleet *fleet;
	struct words before;              /* whole words before the one under the cursor */
	char *word;                       /* the part of the word that stands before the cursor */
	char quote;                       /* the quote that is open there, else 0 */
	const char *name;                 /* the verb; NULL: not typed yet */
	const struct verb *verb;          /* its row; NULL: the subverb is not typed yet */
	struct words positionals;         /* behind verb and subverb */
	const struct verb_option *option; /* whose value stands under the cursor; NULL */
	struct words *candidates;
};

/* --- reading the line ------------------------------------------------------------------------ */

/* As command_split(), but an open quote is no mistake: the user is still typing. */
static void read_line(struct context *context, const char *line, size_t length)
{
	struct text word = {0};
	bool is_word = false;
	for (size_t i = 0; i < length; i++) {
		char c = line[i];
		if (context->quote != 0) {
			if (c == context->quote)
				context->quote = 0;
			else
				text_add_char(&word, c);
		} else if (c == '\'' || c == '"') {
			context->quote = c;
			is_word = true;
		} else if (c == ' ' || c == '\t') {
			if (is_word)
				words_take(&context->before, text_take(&word));
			is_word = false;
		} else {
			if (c == '\\' && i + 1 < length)
				c = line[++i];
			text_add_char(&word, c);
			is_word = true;
		}
	}
	context->word = text_take(&word);
}

static void read_words(struct context *context)
{
	for (size_t i = 0; i < context->before.count; i++) {
		const char *word = context->before.v[i];
		context->option = NULL;
		if (word[0] == '-' && word[1] != '\0') {
			const struct verb_option *option = strchr(word, '=') != NULL ? NULL : option_find(context->verb, word);
			if (option == NULL || option->type == OPTION_FLAG)
				continue;
			if (i + 1 == context->before.count)
				context->option = option;
			i++;
		} else if (context->name == NULL) {
			context->name = word;
			context->verb = verb_row(word, NULL);
		} else if (context->positionals.count == 0 && verb_row(context->name, word) != NULL &&
		           (context->verb == NULL || context->verb->subverb == NULL)) {
			context->verb = verb_row(context->name, word);
		} else {
			words_add(&context->positionals, word);
		}
	}
}

/* --- candidates ------------------------------------------------------------------------------ */

static void offer(struct context *context, const char *candidate)
{
	if (context->candidates->count < CANDIDATES_MOST && text_starts_with(candidate, context->word) &&
	    !words_has(context->candidates, candidate))
		words_add(context->candidates, candidate);
}

static void offer_all(struct context *context, const struct words *words)
{
	for (size_t i = 0; i < words->count; i++)
		offer(context, words->v[i]);
}

static void offer_verbs(struct context *context)
{
	struct words names = {0};
	verb_names(&names);
	offer_all(context, &names);
	words_done(&names);
	const struct section *aliases =
	    context->fleet->config != NULL ? config_section(context->fleet->config, SECTION_ALIAS, "") : NULL;
	const char *name, *value;
	for (int i = 0; aliases != NULL && (name = section_item(aliases, i, &value)) != NULL; i++)
		offer(context, name);
}

static void offer_subverbs(struct context *context)
{
	struct words names = {0};
	verb_subverbs(context->name, &names);
	offer_all(context, &names);
	words_done(&names);
}

static void offer_databases(struct context *context, bool with_all)
{
	for (int i = 0; i < context->fleet->database_count; i++)
		if (!words_has(&context->positionals, context->fleet->databases[i]->name))
			offer(context, context->fleet->databases[i]->name);
	if (with_all && context->positionals.count == 0)
		offer(context, "all");
}

static void offer_options(struct context *context)
{
	const struct verb_option *option;
	if (context->verb == NULL) {
		offer(context, "--help");
		return;
	}
	for (int i = 0; (option = option_at(context->verb, i)) != NULL; i++)
		if (option->is_repeatable || !words_has(&context->before, option->name))
			offer(context, option->name);
}

/* The tables of the databases named in the line, as far as they are known from facts already: no server is asked. */
static void offer_tables(struct context *context)
{
	for (int i = 0; i < context->fleet->database_count; i++) {
		const struct database *database = context->fleet->databases[i];
		bool is_named =
		    words_has(&context->positionals, database->name) || words_has(&context->positionals, database->dbname);
		const struct table *tables = database->facts[FACT_TABLES].table;
		if (tables == NULL || (context->positionals.count > 0 && !is_named && !words_has(&context->positionals, "all")))
			continue;
		int schema = table_column(table_shape(tables), "schema"), name = table_column(table_shape(tables), "name");
		for (int row = 0;
		     schema >= 0 && name >= 0 && row < table_rows(tables) && context->candidates->count < CANDIDATES_MOST;
		     row++) {
			const struct cell *s = table_cell(tables, row, schema), *n = table_cell(tables, row, name);
			if (!s->has_value || !n->has_value)
				continue;
			char *whole = mem_format("%s.%s", s->u.text, n->u.text);
			offer(context, whole);
			if (strcmp(s->u.text, "public") == 0)
				offer(context, n->u.text);
			mem_free(whole);
		}
	}
}

static void offer_files(struct context *context, bool folders_only)
{
	const char *slash = strrchr(context->word, '/');
	char *prefix = slash != NULL ? mem_copy_n(context->word, (size_t)(slash - context->word) + 1) : mem_copy("");
	char *folder = places_absolute(*prefix != '\0' ? prefix : ".");
	DIR *dir = opendir(folder);
	struct dirent *entry;
	while (dir != NULL && (entry = readdir(dir)) != NULL) {
		char *path = mem_format("%s/%s", folder, entry->d_name);
		struct stat stat_of;
		bool is_folder = stat(path, &stat_of) == 0 && S_ISDIR(stat_of.st_mode);
		bool is_hidden = entry->d_name[0] == '.' && (slash == NULL ? context->word[0] : slash[1]) != '.';
		char *whole = mem_format("%s%s%s", prefix, entry->d_name, is_folder ? "/" : "");
		if (!is_hidden && (is_folder || !folders_only))
			offer(context, whole);
		mem_free(whole);
		mem_free(path);
	}
	if (dir != NULL)
		closedir(dir);
	mem_free(folder);
	mem_free(prefix);
}

/* What is known already of the databases in the line, else of all: no server is asked. kind: of rows that are of several kinds; NULL. */
static void offer_known(struct context *context, enum fact fact, const char *column, const char *kind)
{
	for (int i = 0; i < context->fleet->database_count; i++) {
		const struct database *database = context->fleet->databases[i];
		const struct table *rows = database->facts[fact].table;
		bool is_named = words_has(&context->positionals, database->name) || words_has(&context->positionals, database->dbname);
		if (rows == NULL || (context->positionals.count > 0 && !is_named && !words_has(&context->positionals, "all")))
			continue;
		for (int row = 0; row < table_rows(rows) && context->candidates->count < CANDIDATES_MOST; row++) {
			const char *value = table_get_text(rows, row, column), *is = kind != NULL ? table_get_text(rows, row, "kind") : NULL;
			if (value != NULL && (kind == NULL || (is != NULL && strcmp(is, kind) == 0)))
				offer(context, value);
		}
	}
}

/* Files by the panes' facts: up to which migration, which seed alone. */
static void offer_named_files(struct context *context, const struct verb_option *option)
{
	bool is_migration = option->value != NULL && (strcmp(option->value, "NAME") == 0 || strcmp(option->value, "MIGRATION") == 0);
	if (strcmp(option->name, "--to") == 0 && is_migration)
		offer_known(context, FACT_MIGRATIONS, "name", NULL);
	else if (strcmp(option->name, "--only") == 0)
		offer_known(context, FACT_SEEDS, "file", NULL);
}

static void offer_value(struct context *context, const struct verb_option *option)
{
	struct words choices = {0};
	switch (option->type) {
	case OPTION_CHOICE:
		words_split(&choices, option->value, "|");
		offer_all(context, &choices);
		words_done(&choices);
		break;
	case OPTION_TABLE:
		offer_tables(context);
		break;
	case OPTION_FILE:
		offer_files(context, false);
		break;
	case OPTION_TEXT:
		for (int i = 0; strcmp(option->name, "--confirm") == 0 && i < context->fleet->database_count; i++)
			offer(context, context->fleet->databases[i]->dbname);
		offer_named_files(context, option);
		break;
	case OPTION_FLAG:
	case OPTION_INT:
	case OPTION_DURATION:
		break;
	}
}

/* "--format=js": the candidates keep the option's part, because readline replaces the whole word. */
static void offer_attached_value(struct context *context, char *equals)
{
	char *name = mem_copy_n(context->word, (size_t)(equals - context->word));
	const struct verb_option *option = option_find(context->verb, name);
	struct words values = {0}, *all = context->candidates;
	char *word = context->word;
	context->candidates = &values;
	context->word = equals + 1;
	if (option != NULL && option->type != OPTION_FLAG)
		offer_value(context, option);
	context->word = word;
	context->candidates = all;
	for (size_t i = 0; i < values.count; i++)
		words_take(all, mem_format("%s=%s", name, values.v[i]));
	words_done(&values);
	context->option = option;
	mem_free(name);
}

/* Words that are no databases: what the usage calls them says what they are. */
static void offer_word(struct context *context)
{
	const struct verb *verb = context->verb;
	const char *words = verb->words != NULL ? verb->words : "";
	if (strcmp(verb->name, "help") == 0) {
		if (context->positionals.count == 0)
			offer_verbs(context);
		else {
			context->name = context->positionals.v[0];
			offer_subverbs(context);
		}
	} else if (context->positionals.count > 0)
		return;
	else if (strstr(words, "DATABASE") != NULL)
		offer_databases(context, false);
	else if (strstr(words, "DIR") != NULL || strstr(words, "FOLDER") != NULL)
		offer_files(context, true);
	else if (strchr(words, '|') != NULL) {
		struct words choices = {0};
		words_split(&choices, words, "|[] ");
		offer_all(context, &choices);
		words_done(&choices);
	}
}

/* As the MIGRATIONS pane knows them: those that can be marked so. */
static void offer_migrations(struct context *context)
{
	bool is_applied = context->positionals.count > 0 && strcmp(context->positionals.v[0], "applied") == 0;
	for (int i = 0; i < context->fleet->database_count; i++) {
		const struct database *database = context->fleet->databases[i];
		const struct table *rows = database->facts[FACT_MIGRATIONS].table;
		if (rows == NULL ||
		    (!words_has(&context->positionals, database->name) && !words_has(&context->positionals, database->dbname)))
			continue;
		for (int row = 0; row < table_rows(rows); row++) {
			const char *name = table_get_text(rows, row, "name"), *state = table_get_text(rows, row, "state");
			bool is_pending = state != NULL && (strcmp(state, "pending") == 0 || strcmp(state, "skipped") == 0);
			if (name != NULL && is_pending == is_applied && !words_has(&context->positionals, name))
				offer(context, name);
		}
	}
}

/* What is known already of the named databases: aggregates by the facts about them, jobs by theirs. In the console the selected one has them. */
static void offer_facts(struct context *context, enum fact fact, const char *column)
{
	for (int i = 0; i < context->fleet->database_count; i++) {
		const struct database *database = context->fleet->databases[i];
		const struct table *rows = database->facts[fact].table;
		bool is_named = words_has(&context->positionals, database->name) || words_has(&context->positionals, database->dbname);
		for (int row = 0; rows != NULL && is_named && row < table_rows(rows) && context->candidates->count < CANDIDATES_MOST; row++) {
			char *value = table_cell_text(rows, row, table_column(table_shape(rows), column));
			offer(context, value);
			mem_free(value);
		}
	}
}

/* The word behind the one database. */
static void offer_further(struct context *context)
{
	const struct verb *verb = context->verb;
	if (strcmp(verb->name, "migrate") == 0 && verb->item != NULL)
		offer_migrations(context);
	else if (context->positionals.count == 1 && strcmp(verb->name, "refresh") == 0)
		offer_facts(context, FACT_AGGREGATES, "name");
	else if (context->positionals.count == 1 && strcmp(verb->name, "jobs") == 0)
		offer_facts(context, FACT_POLICIES, "job_id");
	else if (context->positionals.count == 1 && (strcmp(verb->name, "rewind") == 0 || strcmp(verb->name, "snapshot") == 0))
		offer_known(context, FACT_COPIES, "name", "snapshot");
	else if (context->positionals.count == 1 && strcmp(verb->name, "diff") == 0) {
		offer_databases(context, false);
		offer_known(context, FACT_COPIES, "name", "snapshot");
	}
}

/* The word before the databases; behind a comma the next one of a list. */
static void offer_items(struct context *context)
{
	const char *comma = context->verb->is_item_list ? strrchr(context->word, ',') : NULL;
	size_t before = comma != NULL ? (size_t)(comma + 1 - context->word) : 0;
	struct words choices = {0}, given = {0};
	words_split(&choices, context->verb->item, "|");
	char *typed = mem_copy_n(context->word, before);
	words_split(&given, typed, ",");
	for (size_t i = 0; i < choices.count; i++) {
		if (words_has(&given, choices.v[i]))
			continue;
		char *whole = mem_format("%s%s", typed, choices.v[i]);
		offer(context, whole);
		mem_free(whole);
	}
	mem_free(typed);
	words_done(&given);
	words_done(&choices);
}

static void offer_positional(struct context *context)
{
	if (context->positionals.count == 0 && (context->verb == NULL || context->verb->subverb == NULL))
		offer_subverbs(context);
	if (context->verb == NULL)
		return;
	if (context->verb->item != NULL && context->positionals.count == 0) {
		offer_items(context);
		return;
	}
	switch (context->verb->scope) {
	case VERB_READS:
	case VERB_ACTS:
		offer_databases(context, true);
		break;
	case VERB_ACTS_ONE:
		if (context->positionals.count == (context->verb->item != NULL))
			offer_databases(context, context->verb->may_be_all);
		else if (!context->verb->may_be_all || !words_has(&context->positionals, "all"))
			offer_further(context);
		break;
	case VERB_NO_DATABASE:
		offer_word(context);
		break;
	}
}

/* --- the hint line --------------------------------------------------------------------------- */

static char *make_hint(const struct context *context)
{
	if (context->option != NULL) {
		char *option = option_words(context->option), *hint = mem_format("%s: %s", option, context->option->doc);
		mem_free(option);
		return hint;
	}
	if (context->name == NULL) {
		const struct verb *verb = context->candidates->count == 1 ? verb_row(context->candidates->v[0], NULL) : NULL;
		return verb != NULL ? mem_format("%s: %s", verb->name, verb->title) : mem_copy("a verb; help lists them");
	}
	if (context->verb == NULL) {
		struct words names = {0};
		verb_subverbs(context->name, &names);
		char *list = words_join(&names, ", ");
		char *hint =
		    names.count > 0 ? mem_format("%s: %s", context->name, list) : mem_format("'%s' is no verb", context->name);
		words_done(&names);
		mem_free(list);
		return hint;
	}
	char *title = verb_title(context->verb);
	const char *words = context->verb->words;
	char *hint;
	if (context->verb->scope == VERB_READS || context->verb->scope == VERB_ACTS)
		hint = mem_format("%s %s[DATABASE...|all]: %s", title, context->verb->is_item_list ? "ITEM[,ITEM...] " : "", context->verb->title);
	else
		hint = mem_format("%s %s%s%s%s%s: %s", title, context->verb->item != NULL ? context->verb->item : "",
		    context->verb->item != NULL ? " " : "", context->verb->scope != VERB_ACTS_ONE ? "" : context->verb->may_be_all ? "[DATABASE|all]" : "[DATABASE]",
		    context->verb->scope == VERB_ACTS_ONE && words != NULL ? " " : "", words != NULL ? words : "",
		    context->verb->title);
	mem_free(title);
	return hint;
}

void command_complete(const struct fleet *fleet, const char *line, int cursor, struct words *candidates, char **hint)
{
	struct context context = {.fleet = fleet, .candidates = candidates};
	size_t length = strlen(line);
	read_line(&context, line, cursor >= 0 && (size_t)cursor < length ? (size_t)cursor : length);
	struct err ignored = {0};
	if (context.before.count > 0 && !alias_expand(fleet, &context.before, &ignored))
		context.verb = NULL;
	read_words(&context);
	char *equals = text_starts_with(context.word, "--") ? strchr(context.word, '=') : NULL;
	if (equals != NULL)
		offer_attached_value(&context, equals);
	else if (context.option != NULL)
		offer_value(&context, context.option);
	else if (context.word[0] == '-')
		offer_options(&context);
	else if (context.name == NULL)
		offer_verbs(&context);
	else
		offer_positional(&context);
	words_sort(candidates);
	if (hint != NULL)
		*hint = make_hint(&context);
	words_done(&context.before);
	words_done(&context.positionals);
	mem_free(context.word);
}
