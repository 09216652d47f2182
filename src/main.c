/* main: locale, options, which floor gets the work, the exit status. */
#include <fcntl.h>
#include <locale.h>
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "config.h"
#include "pgtend/backup/backup.h"
#include "pgtend/cli/arguments.h"
#include "pgtend/cli/oneshot.h"
#include "pgtend/cli/words.h"
#include "pgtend/commands/command.h"
#include "pgtend/config/trust.h"
#include "pgtend/console/console.h"
#include "pgtend/core/mem.h"
#include "pgtend/jobs/audit.h"
#include "pgtend/loop/task.h"
#include "pgtend/migrate/migrate.h"
#include "pgtend/timescale/timescale.h"
#include "pgtend/pitr/pitr.h"
#include "pgtend/probes/probe.h"
#include "pgtend/fresh/copies.h"
#include "pgtend/restore/act.h"
#include "pgtend/seeds/seeds.h"
#include "pgtend/sessions/sessions.h"

/* What lives from the first server to the last. */
struct house {
	struct loop *loop;
	struct event_bus *bus;
	struct config *config;
	struct fleet *fleet;
};

static int fail(const struct err *err)
{
	oneshot_error(NULL, err);
	return err_exit_status(err->kind);
}

/* Monitoring reads standard output and knows no other words for what it could not learn. */
static int fail_plugin(const struct err *err)
{
	char *visible = text_visible(err->text), *line = mem_format("UNKNOWN - %s\n", visible);
	(void)oneshot_write(line);
	mem_free(line);
	mem_free(visible);
	return 3;
}

static bool is_plugin(const char *verb)
{
	for (int i = 0; verb != NULL && i < verb_count; i++)
		if (strcmp(verbs[i]->name, verb) == 0)
			return verbs[i]->is_plugin;
	return false;
}

static bool is_config_free(const char *verb)
{
	for (int i = 0; verb != NULL && i < verb_count; i++)
		if (strcmp(verbs[i]->name, verb) == 0)
			return verbs[i]->is_config_free;
	return false;
}

/* A configuration that came with a cloned folder must not choose the file that pgtend appends to. */
static void take_settings(const struct config *config)
{
	trust_withhold_passwords(config);
	const struct section *own = config_section(config, SECTION_PGTEND, "");
	if (section_is_set(own, "audit") && trust_is_recorded(config))
		audit_set_path(section_text(own, "audit"));
	struct err untrusted;
	if (section_is_set(own, "pgbin") && trust_allows_command(config, own, "pgbin", &untrusted))
		setenv("PGTEND_PGBIN", section_text(own, "pgbin"), 1);
}

static bool is_about_databases(const char *verb)
{
	for (int i = 0; verb != NULL && i < verb_count; i++)
		if (strcmp(verbs[i]->name, verb) == 0 && verbs[i]->scope != VERB_NO_DATABASE)
			return true;
	return false;
}

static void house_done(struct house *house)
{
	fleet_free(house->fleet);
	config_free(house->config);
	event_bus_free(house->bus);
	if (house->loop != NULL)
		loop_free(house->loop);
}

static bool house_build(struct house *house, const struct arguments *arguments, bool without_config, struct err *err)
{
	house->loop = loop_new();
	house->bus = event_bus_new();
	house->config = without_config ? config_from_text("", "", err) : config_load(&arguments->config, err);
	if (house->config == NULL)
		return false;
	take_settings(house->config);
	house->fleet = fleet_new(house->loop, house->config, house->bus, err);
	return house->fleet != NULL;
}

/* --- nothing configured: every database of the server that the PG* variables name ------------------- */

/* The console shows itself first: a server that needs longer keeps the one database that was named. */
enum { LIST_DEADLINE_MS = 3000, CONSOLE_LIST_DEADLINE_MS = 800 };

struct listing {
	struct house *house;
	struct words dbnames;
	int deadline_ms;
	bool is_asked, is_done;
};

static void list(void *arg)
{
	struct listing *listing = arg;
	struct err ignored = {0};
	listing->is_asked = fleet_list_wait(listing->house->fleet, listing->deadline_ms, &listing->dbnames, &ignored);
}

static void list_done(void *arg)
{
	struct listing *listing = arg;
	listing->is_done = true;
}

/* When the server does not say what it has, the one database that was named stays, and shows why. */
static bool open_server(struct house *house, int deadline_ms, struct err *err)
{
	if (!config_is_fallback(house->config))
		return true;
	struct listing listing = {.house = house, .deadline_ms = deadline_ms};
	task_start(house->loop, list, list_done, &listing);
	while (!listing.is_done)
		loop_turn(house->loop, true);
	struct words *dbnames = &listing.dbnames;
	const char *named = getenv("PGDATABASE");
	if (listing.is_asked && named != NULL && *named != '\0' && !words_has(dbnames, house->fleet->databases[0]->dbname))
		words_add(dbnames, house->fleet->databases[0]->dbname);
	struct config *config = listing.is_asked && dbnames->count > 0 ? config_of_server(dbnames, err) : house->config;
	struct fleet *fleet = config == house->config ? house->fleet
	                      : config != NULL        ? fleet_new(house->loop, config, house->bus, err)
	                                              : NULL;
	words_done(dbnames);
	if (config != NULL && config != house->config) {
		fleet_free(house->fleet);
		config_free(house->config);
		house->config = config;
		house->fleet = fleet;
	}
	return fleet != NULL;
}

/* --- the ways through --------------------------------------------------------------------------- */

static void say_warnings(const struct config *config)
{
	const struct words *warnings = config_warnings(config);
	for (size_t i = 0; i < warnings->count; i++) {
		char *visible = text_visible(warnings->v[i]);
		fprintf(stderr, "pgtend: warning: %s\n", visible);
		mem_free(visible);
	}
}

static int run_console(const struct arguments *arguments)
{
	static const enum console_colour colours[] = {[COLOUR_AUTO] = CONSOLE_COLOUR_AUTO,
	    [COLOUR_ALWAYS] = CONSOLE_COLOUR_ALWAYS,
	    [COLOUR_NEVER] = CONSOLE_COLOUR_NEVER};
	struct err err = {0};
	if (!console_can_run(&err)) {
		oneshot_error(NULL, &err);
		return 2;
	}
	struct house house = {0};
	int status;
	if (!house_build(&house, arguments, false, &err) || !open_server(&house, CONSOLE_LIST_DEADLINE_MS, &err)) {
		status = fail(&err);
	} else {
		const struct console_options options = {
		    .has_no_mouse = arguments->has_no_mouse,
		    .is_ascii = arguments->is_ascii,
		    .colour = colours[arguments->colour],
		};
		status = console_run(house.fleet, &options);
	}
	house_done(&house);
	return status;
}

static enum colour_wish colour_of(const struct arguments *arguments, const struct config *config)
{
	const char *word = section_text(config_section(config, SECTION_PGTEND, ""), "color");
	if (arguments->colour != COLOUR_AUTO || word == NULL || strcmp(word, "auto") == 0)
		return arguments->colour;
	return strcmp(word, "always") == 0 ? COLOUR_ALWAYS : COLOUR_NEVER;
}

static int run_verb(const struct arguments *arguments, const char *verb, bool without_config)
{
	struct house house = {0};
	struct err err = {0};
	struct command *command = NULL;
	int status;
	if (house_build(&house, arguments, without_config || is_config_free(verb), &err) &&
	    (!is_about_databases(verb) || open_server(&house, LIST_DEADLINE_MS, &err)))
		command = command_parse(house.fleet, arguments->rest.v, (int)arguments->rest.count, NULL, &err);
	if (command == NULL) {
		status = is_plugin(verb) ? fail_plugin(&err) : fail(&err);
	} else {
		say_warnings(house.config);
		status = oneshot_run(house.fleet, command, colour_of(arguments, house.config));
	}
	house_done(&house);
	return status;
}

/* Help touches neither configuration nor network; only an alias has to be looked up there. */
static int help(const struct arguments *arguments, const char *verb)
{
	struct err err = {0};
	if (verb != NULL && !command_known(verb, NULL, &err))
		return run_verb(arguments, verb, false);
	if (verb != NULL)
		return run_verb(arguments, verb, true);
	char *text = command_help(NULL, NULL);
	int status = oneshot_write(text);
	mem_free(text);
	return status;
}

/* Asked by the shells' completion: never an error, never a word on standard error. */
static int complete(const struct arguments *arguments)
{
	struct house house = {0};
	struct err ignored = {0};
	struct arguments typed = {0};
	struct words candidates = {0};
	char *line = words_of_shell(&arguments->rest, &typed);
	bool is_built = line != NULL && house_build(&house, &typed, false, &ignored);
	if (line != NULL && !is_built) {
		/* Where the configuration is broken or missing, verbs and options are still known. */
		house_done(&house);
		house = (struct house){0};
		is_built = house_build(&house, &typed, true, &ignored);
	}
	if (is_built)
		words_candidates(house.fleet, line, &candidates);
	struct text list = {0};
	for (size_t i = 0; i < candidates.count; i++)
		text_addf(&list, "%s\n", candidates.v[i]);
	int status = oneshot_write(text_str(&list));
	text_done(&list);
	words_done(&candidates);
	mem_free(line);
	arguments_done(&typed);
	house_done(&house);
	return status;
}

/* Where a standard descriptor is closed, the next socket would take its number and be written into. Not writable: a result that
 * goes nowhere is an error. */
static void fill_standard_descriptors(void)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) == -1 && open("/dev/null", O_RDONLY) != fd)
			_exit(1);
}

/* A task has a thread, but never runs beside another: one heap serves all, and need not grow page by page as a thread's own does. */
static void share_heap(void)
{
#ifdef M_ARENA_MAX
	mallopt(M_ARENA_MAX, 1);
#endif
}

int main(int argc, char **argv)
{
	share_heap();
	fill_standard_descriptors();
	setlocale(LC_ALL, "");
	/* What servers and programs read and write has a point, whatever the user's language has. */
	setlocale(LC_NUMERIC, "C");
	/* A reader that goes away is an error of the write, said in a line, not a silent death. */
	signal(SIGPIPE, SIG_IGN);
	struct arguments arguments;
	struct err err = {0};
	int status;
	if (!arguments_read(&arguments, argc, argv, &err)) {
		arguments_done(&arguments);
		return fail(&err);
	}
	const char *verb = command_verb_word(arguments.rest.v, (int)arguments.rest.count);
	timescale_register();
	sessions_register();
	probe_register(&migrate_probe);
	probe_register(&backup_probe);
	probe_register(&archiver_probe);
	probe_register(&points_probe);
	probe_register(&restores_probe);
	probe_register(&seeds_probe);
	probe_register(&copies_probe);
	probe_register(&backups_probe);
	if (arguments.is_completing)
		status = complete(&arguments);
	else if (arguments.wants_version)
		status = oneshot_write("pgtend " PACKAGE_VERSION "\n");
	else if (arguments.wants_help)
		status = help(&arguments, verb);
	else if (verb != NULL || arguments.rest.count > 0)
		status = run_verb(&arguments, verb, false);
	else
		status = run_console(&arguments);
	arguments_done(&arguments);
	return status;
}
