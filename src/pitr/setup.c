/* pitr setup: pgBackRest's configuration, the server's settings, the stanza, the proof; each looked at first, and done only when it is to be written. */
#include <string.h>

#include "pgtend/core/mem.h"
#include "pitr_internal.h"

static const struct table_column columns[] = {
    {"database", CELL_TEXT, "database", 0, "Name of the [database] section that named the server."},
    {"step", CELL_TEXT, "step", 0, "configuration, setting, stanza or check."},
    {"item", CELL_TEXT, "what", 0, "The file, the setting, the stanza, or what is checked."},
    {"now", CELL_TEXT, "now", 1, "As it is; a command of somebody else's is not shown."},
    {"wanted", CELL_TEXT, "wanted", 1, "As it should be."},
    {"state", CELL_TEXT, "state", 0, "ok, to do, done, restart (in effect after one), by hand (pgtend does not reach it), or in the way (somebody else's)."},
};
const struct table_shape pitr_setup_shape = {"pitr_setup", columns, sizeof columns / sizeof columns[0]};

static const char *const state_words[] = {"ok", "to do", "restart", "in the way", "done"};

struct setting_up {
	struct pitr_place place;
	struct pitr_server server;
	struct pitr_wanted wanted;
	struct session *session;
	const struct pitr_setup *setup;
	struct table *rows;
	struct err cannot; /* why pgBackRest is not run from here; ERR_NONE: it is */
};

static void add_row(struct setting_up *up, const char *step, const char *item, const char *now, const char *wanted, const char *state)
{
	int row = table_add_row(up->rows);
	table_set_text(up->rows, row, "database", up->place.database->name);
	table_set_text(up->rows, row, "step", step);
	table_set_text(up->rows, row, "item", item);
	table_set_text(up->rows, row, "now", now);
	table_set_text(up->rows, row, "wanted", wanted);
	table_set_text(up->rows, row, "state", state);
}

/* --- looking --------------------------------------------------------------------------------------- */

static bool open_up(struct fleet *fleet, struct database *database, const struct pitr_setup *setup, struct setting_up *up, struct err *err)
{
	*up = (struct setting_up){.setup = setup};
	if (!pitr_place_open(fleet, database, setup->stanza, &up->place, err))
		return false;
	if (up->place.stanza == NULL)
		up->place.stanza = mem_copy("main");
	if (pitr_place_can(&up->place, false, &up->cannot))
		err_clear(&up->cannot);
	up->session = database_action_session(fleet, database, NULL, "pitr setup", 0, true);
	bool ok = session_ready_wait(up->session, 0, err) && pitr_server_ask(&up->place, up->session, &up->server, err) &&
	          pitr_wanted_find(&up->place, &up->server, setup, &up->wanted, err);
	if (ok)
		pitr_server_judge(&up->place, up->wanted.path, &up->server);
	return ok;
}

static void close_up(struct setting_up *up)
{
	session_free(up->session);
	pitr_wanted_done(&up->wanted);
	pitr_server_done(&up->server);
	pitr_place_done(&up->place);
}

static bool is_secretive(const struct pitr_setting *setting)
{
	return setting->state == PITR_IN_THE_WAY;
}

static void say_conf(const struct setting_up *up, struct words *lines)
{
	if (up->wanted.has_stanza)
		return;
	words_take(lines, mem_format("%s %s%s:", up->wanted.is_new ? "write" : "add to", up->wanted.path, up->place.is_elsewhere ? " (there, by hand)" : ""));
	for (size_t i = 0; i < up->wanted.lines.count; i++)
		words_take(lines, pitr_wanted_shown(up->wanted.lines.v[i]));
}

static void say_settings(const struct setting_up *up, struct words *lines)
{
	for (size_t i = 0; i < sizeof up->server.settings / sizeof up->server.settings[0]; i++) {
		const struct pitr_setting *setting = &up->server.settings[i];
		if (setting->state == PITR_TO_DO)
			words_take(lines, mem_format("ALTER SYSTEM SET %s = '%s';%s", setting->name, setting->wanted, setting->needs_restart ? "  -- in effect after a restart" : ""));
		else if (setting->state == PITR_RESTART)
			words_take(lines, mem_format("-- %s waits for a restart of the server", setting->name));
		else if (setting->state == PITR_IN_THE_WAY)
			words_take(lines, mem_format("-- %s is set to something else, which is not touched", setting->name));
	}
}

static bool may_write(const struct setting_up *up, struct err *err)
{
	const struct pitr_setting *command = &up->server.settings[2];
	if (up->cannot.kind != ERR_NONE) {
		*err = up->cannot;
		return false;
	}
	if (up->server.is_in_recovery)
		return err_set(err, ERR_FAILED, "%s is a standby: set up its primary", up->place.database->server->label);
	if (command->state == PITR_IN_THE_WAY) {
		err_set(err, ERR_FAILED, "archive_command (or archive_library) is set, and does not push into stanza %s: it is not replaced", up->place.stanza);
		return err_hint(err, "if that archive is no longer wanted: ALTER SYSTEM SET archive_command = ''");
	}
	if (!up->server.is_superuser) {
		err_set(err, ERR_FAILED, "%s is no superuser: ALTER SYSTEM and a backup of the whole cluster need one", up->server.role);
		return err_hint(err, "without --write it is said what a superuser has to do");
	}
	return true;
}

bool pitr_setup_preview(struct fleet *fleet, struct database *database, const struct pitr_setup *setup, struct words *lines, struct err *err)
{
	struct setting_up up;
	bool ok = open_up(fleet, database, setup, &up, err) && may_write(&up, err);
	if (ok) {
		say_conf(&up, lines);
		say_settings(&up, lines);
		words_take(lines, mem_format("make the stanza %s in the repository, unless it is there; check it: one segment of the log is closed early", up.place.stanza));
	}
	close_up(&up);
	return ok;
}

/* --- doing ------------------------------------------------------------------------------------------ */

static bool do_conf(struct setting_up *up, struct report *report, struct err *err)
{
	const char *state = up->wanted.has_stanza ? "ok" : up->place.is_elsewhere ? "by hand" : "to do";
	char *section = mem_format("[%s]", up->place.stanza);
	bool ok = true;
	if (up->setup->is_written && strcmp(state, "to do") == 0) {
		report_step(report, "writing %s", up->wanted.path);
		ok = pitr_wanted_write(&up->place, &up->wanted, err);
		state = "done";
		if (ok && up->place.config == NULL)
			up->place.config = mem_copy(up->wanted.path);
	}
	if (ok)
		add_row(up, "configuration", up->wanted.path, up->wanted.has_stanza ? section : NULL, section, state);
	mem_free(section);
	return ok;
}

static bool do_settings(struct setting_up *up, struct report *report, struct err *err)
{
	bool ok = true;
	if (up->setup->is_written) {
		report_step(report, "settings of the server");
		ok = pitr_server_write(up->session, &up->server, err);
	}
	for (size_t i = 0; i < sizeof up->server.settings / sizeof up->server.settings[0]; i++) {
		const struct pitr_setting *setting = &up->server.settings[i];
		add_row(up, "setting", setting->name, is_secretive(setting) ? NULL : setting->now, setting->wanted, state_words[setting->state]);
	}
	return ok;
}

static bool do_stanza(struct setting_up *up, struct report *report, struct err *err)
{
	struct pitr_info info;
	/* Without a configuration that names it there is nothing to ask. */
	if (!up->setup->is_written && !up->wanted.has_stanza && !up->place.is_elsewhere) {
		add_row(up, "stanza", up->place.stanza, NULL, NULL, "to do");
		return true;
	}
	if (!pitr_info_read(&up->place, PITR_INFO_MS, &info, err)) {
		if (up->setup->is_written || err->kind == ERR_CANCELLED)
			return false;
		/* Its configuration is what is to be written. */
		report_log(report, "-- %s", err->text);
		err_clear(err);
		add_row(up, "stanza", up->place.stanza, NULL, NULL, "to do");
		return true;
	}
	bool is_there = info.code == 0 || info.code == 2, ok = true;
	if (!is_there && info.code != 1)
		ok = err_set(err, ERR_FAILED, "the repository: %s", info.message);
	if (ok && !is_there && up->setup->is_written) {
		const struct pitr_run run = {.place = &up->place, .command = "stanza-create", .is_logged = true, .report = report};
		report_step(report, "making stanza %s", up->place.stanza);
		ok = pitr_run(&run, NULL, err);
	}
	if (ok)
		add_row(up, "stanza", up->place.stanza, is_there ? up->place.stanza : NULL, NULL, is_there ? "ok" : up->setup->is_written ? "done" : "to do");
	pitr_info_done(&info);
	return ok;
}

static bool waits_for_restart(const struct setting_up *up)
{
	for (size_t i = 0; i < sizeof up->server.settings / sizeof up->server.settings[0]; i++)
		if (up->server.settings[i].state == PITR_RESTART)
			return true;
	return false;
}

/* pgBackRest closes a segment and waits until it lies in the repository. */
static bool do_check(struct setting_up *up, struct report *report, struct err *err)
{
	static const char what[] = "a segment of the log arrives";
	const char *name = up->place.database->name;
	if (waits_for_restart(up)) {
		add_row(up, "check", what, NULL, NULL, "restart");
		if (!up->setup->is_written)
			return true;
		err_set(err, ERR_PARTIAL, "all is written, and archive_mode or wal_level waits for a restart of the server");
		return err_hint(err, "restart it, then pgtend pitr setup %s --write checks it", name);
	}
	if (!up->setup->is_written) {
		add_row(up, "check", what, NULL, NULL, "to do");
		return true;
	}
	const struct pitr_run run = {.place = &up->place, .command = "check", .is_logged = true, .report = report};
	report_step(report, "checking stanza %s", up->place.stanza);
	if (!pitr_run(&run, NULL, err))
		return false;
	add_row(up, "check", what, NULL, NULL, "done");
	report_summary(report, "stanza %s works: its log is archived", up->place.stanza);
	report_hint(report, "pgtend pitr backup %s --type full", name);
	return true;
}

static void say_all(const struct setting_up *up, struct report *report)
{
	struct words lines = {0};
	say_conf(up, &lines);
	say_settings(up, &lines);
	for (size_t i = 0; i < lines.count; i++)
		report_log(report, "%s", lines.v[i]);
	if (up->cannot.kind != ERR_NONE)
		report_log(report, "-- from here it can only be said: %s%s%s", up->cannot.text, *up->cannot.hint != '\0' ? "; " : "", up->cannot.hint);
	words_done(&lines);
}

bool pitr_setup(struct fleet *fleet, struct database *database, const struct pitr_setup *setup, struct report *report, struct err *err)
{
	struct setting_up up;
	bool ok = open_up(fleet, database, setup, &up, err) && (!setup->is_written || may_write(&up, err));
	up.rows = table_new(&pitr_setup_shape);
	if (ok && !setup->is_written)
		say_all(&up, report);
	ok = ok && do_conf(&up, report, err) && do_settings(&up, report, err);
	if (ok && up.cannot.kind == ERR_NONE)
		ok = do_stanza(&up, report, err) && do_check(&up, report, err);
	report_rows(report, up.rows);
	if (ok && !setup->is_written)
		report_summary(report, "nothing was written");
	close_up(&up);
	return ok;
}
