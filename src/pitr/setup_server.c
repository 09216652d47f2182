/* The server's half of a setup: its settings of archiving, what they should be, and ALTER SYSTEM. */
#include <string.h>

#include "pgtend/core/mem.h"
#include "pgtend/core/units.h"
#include "pgtend/sql_embedded.h"
#include "pitr_internal.h"

enum { DEADLINE_MS = 15000, MODE = 0, LEVEL = 1, COMMAND = 2, TIMEOUT = 3 };

static const char *get(const struct result *result, const char *column)
{
	return result_text(result, 0, result_column(result, column));
}

static void set(struct pitr_setting *setting, const char *name, const char *now, const char *wanted, bool needs_restart)
{
	*setting = (struct pitr_setting){.name = name, .now = mem_copy(now != NULL ? now : ""), .wanted = mem_copy(wanted), .needs_restart = needs_restart};
}

bool pitr_server_ask(const struct pitr_place *place, struct session *session, struct pitr_server *server, struct err *err)
{
	struct result *result = NULL;
	bool ok = session_query_wait(session, sql_pitr_setup, NULL, 0, DEADLINE_MS, &result, err);
	(void)place;
	*server = (struct pitr_server){0};
	if (ok) {
		const char *mode = get(result, "archive_mode"), *level = get(result, "wal_level"), *timeout = get(result, "archive_timeout");
		const char *library = get(result, "archive_library"), *command = get(result, "archive_command");
		bool is_on = mode != NULL && strcmp(mode, "off") != 0;
		bool is_replica = level != NULL && strcmp(level, "minimal") != 0;
		int64_t port = 0;
		server->socket = mem_copy(get(result, "socket"));
		server->role = mem_copy(get(result, "role"));
		server->port = units_parse_int(get(result, "port") != NULL ? get(result, "port") : "", &port) ? port : 0;
		server->is_superuser = result_bool(result, 0, result_column(result, "is_superuser"));
		server->is_in_recovery = result_bool(result, 0, result_column(result, "is_in_recovery"));
		set(&server->settings[MODE], "archive_mode", mode, is_on ? mode : "on", true);
		set(&server->settings[LEVEL], "wal_level", level, is_replica ? level : "replica", true);
		set(&server->settings[COMMAND], "archive_command", library != NULL && *library != '\0' ? library : command, NULL, false);
		server->settings[COMMAND].state = library != NULL && *library != '\0' ? PITR_IN_THE_WAY : PITR_OK;
		/* A quiet server's last rows would wait for a full segment. */
		bool is_timed = timeout == NULL || strcmp(timeout, "0") != 0;
		set(&server->settings[TIMEOUT], "archive_timeout", timeout, is_timed ? timeout : "5min", false);
		server->settings[MODE].state = result_bool(result, 0, result_column(result, "is_mode_pending")) ? PITR_RESTART : is_on ? PITR_OK : PITR_TO_DO;
		server->settings[LEVEL].state = result_bool(result, 0, result_column(result, "is_level_pending")) ? PITR_RESTART : is_replica ? PITR_OK : PITR_TO_DO;
		server->settings[TIMEOUT].state = is_timed ? PITR_OK : PITR_TO_DO;
	}
	result_free(result);
	return ok;
}

/* Whatever else it says (a wrapper, more options): it pushes into our stanza. */
static bool is_ours(const char *command, const char *stanza)
{
	char *named = pitr_option_of(command, "--stanza");
	bool is_it = strstr(command, "pgbackrest") != NULL && strstr(command, "archive-push") != NULL && named != NULL && strcmp(named, stanza) == 0;
	mem_free(named);
	return is_it;
}

void pitr_server_judge(const struct pitr_place *place, const char *config, struct pitr_server *server)
{
	struct pitr_setting *command = &server->settings[COMMAND];
	if (command->state == PITR_IN_THE_WAY)
		return;
	if (is_ours(command->now, place->stanza)) {
		command->wanted = mem_copy(command->now);
		return;
	}
	char *program = pitr_place_program(place), *word = text_shell_word(program);
	bool is_named = config != NULL && (place->is_config_said || strcmp(config, pitr_own_config) != 0);
	char *path = is_named ? text_shell_word(config) : NULL;
	command->wanted = mem_format("%s%s%s --stanza=%s archive-push %%p", word, path != NULL ? " --config=" : "", path != NULL ? path : "", place->stanza);
	command->state = *command->now == '\0' ? PITR_TO_DO : PITR_IN_THE_WAY;
	mem_free(program);
	mem_free(word);
	mem_free(path);
}

static bool is_any_to_do(const struct pitr_server *server)
{
	for (size_t i = 0; i < sizeof server->settings / sizeof server->settings[0]; i++)
		if (server->settings[i].state == PITR_TO_DO)
			return true;
	return false;
}

bool pitr_server_write(struct session *session, struct pitr_server *server, struct err *err)
{
	if (!is_any_to_do(server))
		return true;
	for (size_t i = 0; i < sizeof server->settings / sizeof server->settings[0]; i++) {
		struct pitr_setting *setting = &server->settings[i];
		if (setting->state != PITR_TO_DO)
			continue;
		if (!session_queryf_wait(session, DEADLINE_MS, NULL, err, "alter system set %I = %L", setting->name, setting->wanted))
			return err_prefix(err, "ALTER SYSTEM SET %s", setting->name);
		setting->state = setting->needs_restart ? PITR_RESTART : PITR_DONE;
	}
	return session_query_wait(session, sql_pitr_reload, NULL, 0, DEADLINE_MS, NULL, err);
}

void pitr_server_done(struct pitr_server *server)
{
	mem_free(server->socket);
	mem_free(server->role);
	for (size_t i = 0; i < sizeof server->settings / sizeof server->settings[0]; i++) {
		mem_free(server->settings[i].now);
		mem_free(server->settings[i].wanted);
	}
	memset(server, 0, sizeof *server);
}
