/* Values that nobody should run a server of use with, or only knowingly: what each does, and how bad that is. */
#include <string.h>

#include "internal.h"
#include "pgtend/core/mem.h"
#include "pgtend/core/units.h"
#include "pgtend/probes/shapes.h"

/* The verdicts' words are those of limits.h: this floor has none of its own. */
#define CRIT "crit"
#define WARN "warn"
#define NOTE "ok"

struct concern {
	const char *name, *value; /* value NULL: `test` decides */
	const char *verdict;
	const char *words;
	bool (*test)(const struct table *settings, const char *value);
};

static const char *value_of(const struct table *settings, const char *name)
{
	for (int row = 0; row < table_rows(settings); row++)
		if (strcmp(table_get_text(settings, row, "name"), name) == 0 && strcmp(table_get_text(settings, row, "scope"), "server") == 0)
			return table_get_text(settings, row, "value");
	return NULL;
}

/* Sockets and this machine's own addresses need no TLS. */
static bool listens_beyond(const struct table *settings, const char *value)
{
	static const char *const here[] = {"", "localhost", "127.0.0.1", "::1", "127.0.0.1, ::1", "127.0.0.1,::1", "localhost,127.0.0.1", "localhost, 127.0.0.1"};
	const char *listen = value_of(settings, "listen_addresses");

	if (!listen || strcmp(value, "off") != 0)
		return false;
	for (size_t i = 0; i < sizeof here / sizeof *here; i++)
		if (strcmp(listen, here[i]) == 0)
			return false;
	return true;
}

static bool has_replication(const struct table *settings, const char *value)
{
	const char *level = value_of(settings, "wal_level");

	return strcmp(value, "-1") == 0 && level && strcmp(level, "minimal") != 0;
}

static bool is_beyond_a_billion(const struct table *settings, const char *value)
{
	int64_t age = 0;

	(void)settings;
	return units_parse_int(value, &age) && age > 1000000000;
}

static bool is_default_memory(const struct table *settings, const char *value)
{
	(void)settings;
	return strcmp(value, "128MB") == 0;
}

static const struct concern concerns[] = {
	{"fsync", "off", CRIT, "a crash of the machine destroys the whole cluster", NULL},
	{"full_page_writes", "off", CRIT, "a crash of the machine may leave torn pages that nothing mends", NULL},
	{"zero_damaged_pages", "on", CRIT, "damaged pages are thrown away without a word", NULL},
	{"ignore_checksum_failure", "on", CRIT, "pages known to be broken are read as if they were good", NULL},
	{"ignore_system_indexes", "on", CRIT, "the catalogs are read without their indexes: a mode for repairs", NULL},
	{"ignore_invalid_pages", "on", CRIT, "recovery goes on over pages that are not there: a mode for repairs", NULL},
	{"allow_system_table_mods", "on", CRIT, "the catalogs may be changed by hand", NULL},
	{"autovacuum", "off", CRIT, "dead rows stay, statistics grow old, until the server vacuums by force against wraparound", NULL},
	{"track_counts", "off", CRIT, "autovacuum sees nothing to do, and no table's counters count", NULL},
	{"track_activities", "off", WARN, "nobody sees what sessions do or wait for", NULL},
	{"ssl", NULL, WARN, "passwords and data cross the network in the clear (listen_addresses goes beyond this machine)", listens_beyond},
	{"password_encryption", "md5", WARN, "new passwords are kept as md5, which can be guessed and replayed: scram-sha-256", NULL},
	{"log_statement", "all", WARN, "every statement goes to the log, with the values that stand in it: costly, and a leak", NULL},
	{"log_min_duration_statement", "0", WARN, "every statement goes to the log with its time: costly", NULL},
	{"log_duration", "on", WARN, "a line in the log for every statement: costly", NULL},
	{"log_statement_stats", "on", WARN, "resource use of every statement goes to the log: costly", NULL},
	{"synchronous_commit", "off", WARN, "a crash loses the last commits, though their clients were told that they are kept", NULL},
	{"autovacuum_freeze_max_age", NULL, WARN, "so late that little time is left before wraparound when freezing fails", is_beyond_a_billion},
	{"restart_after_crash", "off", WARN, "the server stays down after one session crashed", NULL},
	{"max_slot_wal_keep_size", NULL, NOTE, "without a limit a forgotten slot fills the disk with log", has_replication},
	{"shared_buffers", NULL, NOTE, "the built-in default, small for a machine of today", is_default_memory},
	{"track_io_timing", "off", NOTE, "nobody knows how long reads and writes take", NULL},
	{"data_checksums", "off", NOTE, "a page that the disk broke is not noticed", NULL},
	{"wal_level", "minimal", NOTE, "no standby and no recovery to a point in time", NULL},
};

/* A planner that may not use one of its ways was told so once, for one query, and stays so for all. */
static bool is_planner_switch(const char *name, const char *value, const char *usual)
{
	return text_starts_with(name, "enable_") && strcmp(value, "off") == 0 && usual && strcmp(usual, "on") == 0;
}

static bool applies(const struct concern *concern, const struct table *settings, const char *name, const char *value)
{
	if (strcmp(concern->name, name) != 0)
		return false;
	return concern->test ? concern->test(settings, value) : strcmp(concern->value, value) == 0;
}

static void set(struct table *settings, int row, const char *verdict, const char *words)
{
	table_set_text(settings, row, "verdict", verdict);
	table_set_text(settings, row, "concern", words);
}

static void judge(struct table *settings, int row)
{
	const char *name = table_get_text(settings, row, "name"), *value = table_get_text(settings, row, "value");

	if (!value)
		return;
	for (size_t i = 0; i < sizeof concerns / sizeof *concerns; i++)
		if (applies(&concerns[i], settings, name, value)) {
			set(settings, row, concerns[i].verdict, concerns[i].words);
			return;
		}
	if (is_planner_switch(name, value, table_get_text(settings, row, "default_value")))
		set(settings, row, WARN, "the planner may not use it, for any query");
	else if (table_get_int(settings, row, "is_pending_restart", 0))
		set(settings, row, NOTE, "was changed in its file: this is the value until the next restart");
}

void setting_judge(struct table *settings)
{
	for (int row = 0; row < table_rows(settings); row++)
		judge(settings, row);
}
