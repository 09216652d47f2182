/* settings: what was set, what is dangerous, what differs between servers. */
#include <string.h>

#include "gather.h"
#include "pgtend/core/mem.h"
#include "pgtend/probes/shapes.h"

static const struct table_column columns[] = {
	{"server", CELL_TEXT, "server", 1, "Address of the server."},
	SETTINGS_COLUMNS,
	{"elsewhere", CELL_WORDS, "elsewhere", 4, "The other servers that were asked and have another value of it, with that value."},
};
static const struct table_shape shape = {"settings", columns, sizeof columns / sizeof *columns};

static const struct verb_option options[] = {
	{"--all", OPTION_FLAG, NULL, false, "all settings, also those that nobody set"},
	{"--drift", OPTION_FLAG, NULL, false, "only what differs between the servers"},
	{"--concerns", OPTION_FLAG, NULL, false, "only what is dangerous, costly or waits for a restart"},
	{0},
};

/* Names, places and addresses are a server's own: they differ by right. */
static bool is_own(const char *name)
{
	static const char *const names[] = {"port", "listen_addresses", "cluster_name", "unix_socket_directories", "data_directory", "config_file", "hba_file",
	                                    "ident_file", "external_pid_file", "log_directory", "log_filename", "stats_temp_directory", "primary_conninfo",
	                                    "primary_slot_name", "in_hot_standby", "transaction_read_only", "event_source", "recovery_target_time", "ssl_cert_file",
	                                    "ssl_key_file", "ssl_ca_file", "bonjour_name", "server_version_num", "is_superuser", "session_authorization",
	                                    "shared_memory_size", "shared_memory_size_in_huge_pages"};

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (strcmp(name, names[i]) == 0)
			return true;
	return false;
}

static bool is_same(const struct table *all, int row, int other, const char *column)
{
	const char *a = table_get_text(all, row, column), *b = table_get_text(all, other, column);

	return a && b && strcmp(a, b) == 0;
}

/* Where the rows of one server begin and end; the rows of each stand together, in the order of names. */
struct part { int first, end; };

static int parts_of(const struct table *all, struct part *parts)
{
	int count = 0;

	for (int row = 0; row < table_rows(all); row++) {
		if (count == 0 || !is_same(all, row, parts[count - 1].first, "server"))
			parts[count++].first = row;
		parts[count - 1].end = row + 1;
	}
	return count;
}

static int find(const struct table *all, const struct part *part, int row)
{
	for (int other = part->first; other < part->end; other++)
		if (is_same(all, row, other, "name") && is_same(all, row, other, "scope"))
			return other;
	return -1;
}

static void compare(struct table *all, const struct part *parts, int count, int row)
{
	if (is_own(table_get_text(all, row, "name")))
		return;
	for (int i = 0; i < count; i++) {
		int other = row >= parts[i].first && row < parts[i].end ? row : find(all, &parts[i], row);

		if (other < 0 || other == row || is_same(all, row, other, "value"))
			continue;
		char *words = mem_format("%s: %s", table_get_text(all, other, "server"), table_get_text(all, other, "value"));

		table_add_word(all, row, "elsewhere", words);
		mem_free(words);
	}
}

static bool is_shown(const struct action *action, const struct table *all, int row)
{
	if (command_flag(action->command, "--drift"))
		return table_get(all, row, "elsewhere")->has_value;
	if (command_flag(action->command, "--concerns"))
		return table_get_text(all, row, "concern") != NULL;
	return command_flag(action->command, "--all") || table_get_int(all, row, "is_changed", 0) || table_get_text(all, row, "concern") != NULL;
}

static bool run(struct action *action, struct err *err)
{
	static const enum fact facts[] = {FACT_SETTINGS, FACT_COUNT};
	struct table *all = gather_servers(action, facts, FACT_SETTINGS, &shape), *shown = table_new(&shape);
	struct part *parts = mem_new(sizeof *parts * ((size_t)action->database_count + 1));
	int count = parts_of(all, parts);

	for (int row = 0; row < table_rows(all); row++)
		compare(all, parts, count, row);
	for (int row = 0; row < table_rows(all); row++)
		if (is_shown(action, all, row))
			table_copy_row(shown, table_add_row(shown), all, row);
	mem_free(parts);
	table_free(all);
	if (command_flag(action->command, "--drift") && count < 2)
		report_hint(action->report, "only one server was asked: nothing to compare");
	gather_hint_grant(action, shown, "pg_read_all_settings");
	report_rows(action->report, shown);
	return gather_server_verdict(action, FACT_SETTINGS, err);
}

const struct verb verb_settings = {
	.name = "settings",
	.scope = VERB_READS,
	.options = options,
	.level = GUARD_L0,
	.title = "Show what was set, what is dangerous, what differs between servers",
	.help = "Settings that differ from their default, those of single databases and roles (ALTER DATABASE, ALTER ROLE ... SET), and what is known against a value: "
			"fsync off, everything logged, TLS off, a change that waits for a restart. --drift compares servers, and leaves out what is a server's own. "
			"Values that may hold passwords are not shown. What pgtend's session sets for itself (its timeouts) is left out.",
	.example = "pgtend settings all --drift",
	.shape = &shape,
	.run = run,
};
