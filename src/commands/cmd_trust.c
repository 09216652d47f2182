/* trust: shows what a pgtend.ini that was found would run and reach, and records that it may. */
#include "pgtend/commands/command.h"

#include <dirent.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "pgtend/config/keys.h"
#include "pgtend/config/trust.h"
#include "pgtend/core/mem.h"
#include "pgtend/core/places.h"

static const struct table_column columns[] = {
    {"kind", CELL_TEXT, "kind", 0, "connects, runs, reads, lacks (a database whose variable or .env file is missing here), or trusted (with --list)."},
    {"section", CELL_TEXT, "section", 0, "The section that says so."},
    {"what", CELL_TEXT, "what", 0, "The address without its password, the command, or the file."},
    {"password", CELL_BOOL, "password", 1,
        "Whether the configuration or its .env files give a password to send there."},
    {"local", CELL_BOOL, "this machine", 1, "Whether the address is this machine, which is reached before, but sent no password."},
    {"where", CELL_TEXT, "where", 2, "File and line."},
};
static const struct table_shape shape = {"trust", columns, (int)(sizeof columns / sizeof columns[0])};

static int add_row(
    struct table *table, const char *kind, const struct section *section, const char *what, const char *where)
{
	int row = table_add_row(table);
	table_set_text(table, row, "kind", kind);
	if (section != NULL) {
		char *title = mem_format("%s%s%s", config_section_word(section_kind(section)),
		    *section_name(section) ? " " : "", section_name(section));
		table_set_text(table, row, "section", title);
		mem_free(title);
	}
	table_set_text(table, row, "what", what);
	table_set_text(table, row, "where", where);
	return row;
}

static void add_address(struct table *table, const struct section *section, struct conninfo *info, const char *key)
{
	char *safe = conninfo_safe(info);
	int row = add_row(table, "connects", section, safe, section_where(section, key));
	table_set_int(table, row, "password", conninfo_get(info, "password") != NULL);
	table_set_int(table, row, "local", trust_is_local(info));
	mem_free(safe);
}

static bool add_connections(
    struct table *table, const struct config *config, const struct section *section, struct err *err)
{
	struct conninfo *direct = NULL, *info = config_conninfo(config, section, err);
	bool is_good =
	    info != NULL && (section_kind(section) != SECTION_DATABASE || config_direct(config, section, &direct, err));
	if (is_good) {
		add_address(table, section, info, "url");
		if (direct != NULL)
			add_address(table, section, direct, "direct");
	}
	conninfo_free(info);
	conninfo_free(direct);
	return is_good;
}

/* Executables among the seeds run too. */
static void add_seeds(struct table *table, const struct section *section)
{
	const char *folder = section_text(section, "seeds");
	DIR *dir = folder != NULL ? opendir(folder) : NULL;
	for (struct dirent *entry; dir != NULL && (entry = readdir(dir)) != NULL;) {
		struct stat st;
		char *path = places_join(folder, entry->d_name);
		if (stat(path, &st) == 0 && S_ISREG(st.st_mode) && (st.st_mode & 0111) != 0 && !text_ends_with(path, ".sql"))
			add_row(table, "runs", section, path, section_where(section, "seeds"));
		mem_free(path);
	}
	if (dir != NULL)
		closedir(dir);
}

static void add_command(
    struct table *table, const struct section *section, const char *name, const char *value, const char *where)
{
	char *line = mem_format("%s = %s", name, value);
	add_row(table, "runs", section, line, where);
	mem_free(line);
}

/* Keys that a section takes from one above it are shown where they stand. */
static void add_commands(struct table *table, const struct section *section)
{
	for (int i = 0; i < config_key_count; i++) {
		const struct config_key *key = &config_keys[i];
		bool is_command = key->type == KEY_COMMAND || strcmp(key->name, "pgbin") == 0 || strcmp(key->name, "pgbackrest_config") == 0;
		if (key->section == section_kind(section) && is_command && section_is_set(section, key->name))
			add_command(table, section, key->name, section_text(section, key->name), section_where(section, key->name));
	}
	enum section_kind kind = section_kind(section);
	const char *name, *value;
	for (int i = 0;
	     (kind == SECTION_RUNNER || kind == SECTION_ALIAS) && (name = section_item(section, i, &value)) != NULL; i++)
		add_command(table, section, name, value, section_where(section, name));
}

static bool show(struct table *table, const struct config *config, struct err *err)
{
	for (int kind = 0; kind < SECTION_KINDS; kind++)
		for (int i = 0; i < config_count(config, (enum section_kind)kind); i++) {
			const struct section *section = config_at(config, (enum section_kind)kind, i);
			if (section_lacks(section) != NULL) {
				add_row(table, "lacks", section, section_lacks(section)->text, section_where(section, NULL));
				continue;
			}
			if ((kind == SECTION_DATABASE || kind == SECTION_POOLER) && !add_connections(table, config, section, err))
				return false;
			add_commands(table, section);
			if (kind == SECTION_DATABASE)
				add_seeds(table, section);
		}
	const struct words *files = config_env_files(config);
	for (size_t i = 0; i < files->count; i++)
		add_row(table, "reads", NULL, files->v[i], NULL);
	return true;
}

static bool record(struct action *action, struct err *err)
{
	const struct config *config = action->fleet->config;
	const char *path = config_path(config);
	if (path == NULL || *path == '\0') {
		err_set(err, ERR_CONFIG, "there is no pgtend.ini here to trust");
		return err_hint(err, "pgtend init writes one");
	}
	struct table *rows = table_new(&shape);
	if (!show(rows, config, err)) {
		table_free(rows);
		return false;
	}
	report_rows(action->report, rows);
	bool was_trusted = !config_is_given(config) && trust_is_recorded(config);
	if (action->is_dry_run || was_trusted) {
		report_summary(
		    action->report, was_trusted ? "%s is trusted already" : "dry run: %s would be trusted with all this", path);
		return true;
	}
	if (!trust_record(config, err))
		return false;
	report_summary(action->report, "trusted: %s with its %zu .env file%s, until one of them changes", path,
	    config_env_files(config)->count, config_env_files(config)->count == 1 ? "" : "s");
	return true;
}

static bool list(struct action *action, struct err *err)
{
	struct words paths = {0};
	bool is_read = trust_list(&paths, err);
	struct table *rows = table_new(&shape);
	for (size_t i = 0; i < paths.count; i++)
		add_row(rows, "trusted", NULL, paths.v[i], NULL);
	report_rows(action->report, rows);
	words_done(&paths);
	return is_read;
}

static bool forget(struct action *action, const char *path, struct err *err)
{
	bool was_there;
	if (!trust_forget(path, &was_there, err))
		return false;
	if (!was_there) {
		err_set(err, ERR_USAGE, "%s was not trusted", path);
		return err_hint(err, "pgtend trust --list shows what is");
	}
	report_summary(action->report, "no longer trusted: %s", path);
	return true;
}

static bool run(struct action *action, struct err *err)
{
	const char *forgotten = command_option(action->command, "--forget");
	if (forgotten != NULL)
		return forget(action, forgotten, err);
	return command_flag(action->command, "--list") ? list(action, err) : record(action, err);
}

static const struct verb_option options[] = {
    {"--list", OPTION_FLAG, NULL, false, "show which files are trusted"},
    {"--forget", OPTION_FILE, "FILE", false, "take the trust in that pgtend.ini away"},
    {0},
};

const struct verb verb_trust = {
    .name = "trust",
    .scope = VERB_NO_DATABASE,
    .options = options,
    .level = GUARD_L0,
    .has_dry_run = true,
    .title = "Trust the pgtend.ini that was found here",
    .help = "Shows which commands the pgtend.ini would run, where it connects to and which .env files it reads, and "
            "records their hash. Before that, and after any "
            "change, a pgtend.ini that was found (not named by -c or $PGTEND_CONFIG) runs nothing and reaches no other "
            "machine, so that a cloned repository "
            "cannot take passwords. --dry-run only shows.",
    .example = "pgtend trust --dry-run",
    .shape = &shape,
    .run = run,
};
