/* Guards, previews, questions: everything between the command and its work. */
#include "dispatch.h"

#include <string.h>

#include "pgtend/config/trust.h"
#include "pgtend/core/mem.h"
#include "pgtend/health/health.h"
#include "pgtend/jobs/audit.h"
#include "pgtend/probes/collector.h"

enum { PIN_DEADLINE_MS = 10000, FACTS_DEADLINE_MS = 5000 };

/* --- without a connection: trust, then guards ------------------------------------------------- */

static bool is_trusted(const struct command_run *run, const struct database *database, struct err *err)
{
	if (run->command->verb->is_offline || run->command->verb->scope == VERB_NO_DATABASE)
		return true;
	return trust_allows_connection(run->fleet->config, database->section, err);
}

/* What the guard says to this action at its level: slot->expect is what must be typed. */
static bool ask_guard(struct slot *slot, struct err *err)
{
	const struct command_run *run = slot->run;
	const struct verb *verb = slot->action.verb;
	struct database *database = slot->action.database;
	const struct guard_request request = {
	    .level = slot->action.level,
	    .from = run->from,
	    .is_never_in_production = verb->is_never_in_production,
	    .is_ordered_by_config = verb->is_ordered_by_config,
	    .confirmed = command_option_all(run->command, "--confirm"),
	};
	mem_free(slot->expect);
	slot->expect = NULL;
	if (guard_decide(&request, database, &slot->expect, err) == GUARD_REFUSED)
		return false;
	/* NODE_ENV says so before anybody is asked, not after the name was typed. */
	if (verb->is_never_in_production && !database_refuse_production(database, verb->name, err))
		return false;
	bool is_production = database->environment == ENVIRONMENT_PRODUCTION;
	if (slot->expect == NULL && request.level > GUARD_L0 && words_has(request.confirmed, database->dbname))
		slot->answer = "confirm";
	else if (slot->expect == NULL && verb->is_ordered_by_config && run->from == GUARD_BY_SCRIPT && is_production)
		slot->answer = "config";
	return true;
}

static bool check_slot(struct slot *slot, struct err *err)
{
	struct command_run *run = slot->run;
	struct database *database = slot->action.database;
	if (config_is_fallback(run->fleet->config) && !slot->action.verb->is_offline)
		return err_set(err, ERR_USAGE,
		    "nothing is configured, so pgtend only looks; name the database with --url URI, or write a pgtend.ini with "
		    "pgtend init");
	if (!is_trusted(run, database, err))
		return false;
	if (run_is_dry(run))
		return true;
	if (!ask_guard(slot, err))
		return false;
	/* What cannot be written down is not done in production. */
	if (database->environment == ENVIRONMENT_PRODUCTION && slot->action.level > GUARD_L0 && !audit_is_writable(err)) {
		err->kind = ERR_REFUSED;
		return false;
	}
	return true;
}

/* A --confirm that names no database of the command is a slip of the fingers: nothing is done. */
static bool check_confirmed(struct command_run *run, struct err *err)
{
	const struct words *names = command_option_all(run->command, "--confirm");
	for (size_t i = 0; i < names->count; i++) {
		bool is_one = false;
		for (int s = 0; s < run->slot_count; s++)
			is_one |= run->slots[s].action.database != NULL &&
			          strcmp(run->slots[s].action.database->dbname, names->v[i]) == 0;
		if (!is_one)
			return err_set(err, ERR_REFUSED,
			    "--confirm %s: no database of this command has that name in its connection", names->v[i]);
	}
	return true;
}

static bool is_unconfirmed(const struct err *err)
{
	return text_starts_with(err->hint, "give --confirm ");
}

/* Whoever must say it of five databases is not told so one after the other. */
static void add_unconfirmed(struct command_run *run, int after, struct err *err)
{
	for (int i = after + 1; i < run->slot_count; i++) {
		struct err other = {0};
		if (run->slots[i].action.database != NULL && !check_slot(&run->slots[i], &other) && is_unconfirmed(&other)) {
			char *so_far = mem_copy(err->hint);
			err_hint(err, "%s --confirm %s", so_far, run->slots[i].action.database->dbname);
			mem_free(so_far);
		}
	}
}

bool ask_check(struct command_run *run)
{
	struct err err = {0};
	if (!check_confirmed(run, &err)) {
		run_refuse(&run->slots[0], &err);
		return false;
	}
	for (int i = 0; i < run->command->database_count && run->slots[0].action.database == NULL; i++)
		if (!is_trusted(run, run->command->databases[i], &err)) {
			run_refuse(&run->slots[0], &err);
			return false;
		}
	for (int i = 0; i < run->slot_count; i++)
		if (run->slots[i].action.database != NULL && !check_slot(&run->slots[i], &err)) {
			if (is_unconfirmed(&err))
				add_unconfirmed(run, i, &err);
			run_refuse(&run->slots[i], &err);
			return false;
		}
	return true;
}

/* --- the pin ---------------------------------------------------------------------------------- */

static bool read_pin_wait(struct slot *slot, struct pin *pin, struct err *err)
{
	struct database *database = slot->action.database;
	struct session *session = database_session(slot->run->fleet, database);
	memset(pin, 0, sizeof *pin);
	if (session_ready_wait(session, PIN_DEADLINE_MS, err) &&
	    database_identity_wait(slot->run->fleet, database, session, &pin->identity, err)) {
		pin->is_set = true;
		return true;
	}
	/* What is about to be created need not be there. */
	bool is_down = slot->action.verb->may_be_down && (err->kind == ERR_UNREACHABLE || err->kind == ERR_TIMEOUT);
	pin->is_absent = pin->is_set = is_down || strcmp(err->sqlstate, "3D000") == 0;
	if (pin->is_absent)
		err_clear(err);
	return pin->is_absent;
}

static bool is_same(const struct pin *a, const struct pin *b)
{
	return a->is_absent == b->is_absent && a->identity.oid == b->identity.oid &&
	       strcmp(a->identity.system_identifier, b->identity.system_identifier) == 0 &&
	       strcmp(a->identity.dbname, b->identity.dbname) == 0;
}

bool pin_check_wait(struct slot *slot, struct err *err)
{
	if (!slot->pin.is_set)
		return true;
	struct pin now;
	if (!read_pin_wait(slot, &now, err))
		return false;
	if (is_same(&slot->pin, &now))
		return true;
	err_set(err, ERR_REFUSED,
	    "%s is not the database that was shown: another server or another database answers there now",
	    slot->action.database->name);
	return err_hint(err, "look again, then repeat the command");
}

/* --- preparing: pin and preview --------------------------------------------------------------- */

/* What a person must know before a name is typed: which server, who is on it, what would bring it back. */
static void preview_target(struct slot *slot)
{
	static const enum fact wanted[] = {FACT_DATABASES, FACT_BACKUP, FACT_COUNT};
	struct database *database = slot->action.database;
	struct words *preview = &slot->action.preview;
	words_take(preview,
	    mem_format("%s on %s, %s", database->dbname, database->server->label, environment_word(database->environment)));
	if (slot->action.level < GUARD_L3)
		return;
	collect_wait(slot->run->fleet, &database, 1, wanted, FACTS_DEADLINE_MS);
	struct table *overview = health_overview(slot->run->fleet, &database, 1);
	int size = table_column(table_shape(overview), "size_bytes"),
	    used = table_column(table_shape(overview), "connections.used");
	int age = table_column(table_shape(overview), "backup.age_s");
	char *size_text = table_cell_text(overview, 0, size), *used_text = table_cell_text(overview, 0, used);
	bool has_backup = table_cell(overview, 0, age)->has_value;
	char *age_text = has_backup ? table_cell_text(overview, 0, age) : mem_copy("none");
	words_take(preview, mem_format("size %s, connections %s, last backup %s%s", size_text, used_text, age_text,
	                        has_backup ? " ago" : ""));
	mem_free(size_text);
	mem_free(used_text);
	mem_free(age_text);
	table_free(overview);
}

static bool is_yes(const struct slot *slot)
{
	return strcmp(slot->expect, "y") == 0;
}

/* Only what is there says how much this line destroys. */
static bool weigh(struct slot *slot, struct err *err)
{
	struct action *action = &slot->action;
	enum guard_level least = action->level, level = least;
	if (action->verb->weigh == NULL)
		return true;
	if (!action->verb->weigh(action, &level, err))
		return false;
	action->level = level > least ? level : least;
	return action->level == least || ask_guard(slot, err);
}

static void prepare(void *arg)
{
	struct slot *slot = arg;
	const struct verb *verb = slot->action.verb;
	run_hold(slot, 1);
	slot->is_good = (verb->is_of_files || verb->pins_itself || read_pin_wait(slot, &slot->pin, &slot->err)) && weigh(slot, &slot->err);
	bool is_asked = slot->is_good && slot->expect != NULL;
	if (is_asked && !is_yes(slot) && !verb->previews_target)
		preview_target(slot);
	if (is_asked && verb->preview != NULL)
		slot->is_good = verb->preview(&slot->action, &slot->err);
	if (slot->is_good && task_is_cancelled())
		slot->is_good = err_set(&slot->err, ERR_CANCELLED, "cancelled");
	run_hold(slot, -1);
}

static void prepare_done(void *arg)
{
	struct slot *slot = arg;
	slot->task = NULL;
	slot->run->tasks--;
	slot->is_prepared = true;
	if (!slot->is_good)
		run_end_slot(slot, false, &slot->err);
	ask_prepare(slot->run);
}

/* --- asking ----------------------------------------------------------------------------------- */

static bool waits_for_answer(const struct slot *slot)
{
	return slot->expect != NULL && !slot->is_ended && !slot->is_answered;
}

static void add_preview(struct command_run *run, const struct slot *slot, bool is_headed)
{
	if (is_headed)
		words_take(&run->ask_preview, mem_format("%s:", slot->job->title));
	for (size_t i = 0; i < slot->action.preview.count; i++)
		words_take(&run->ask_preview, mem_format("%s%s", is_headed ? "  " : "", slot->action.preview.v[i]));
}

static void ask_name(struct command_run *run, struct slot *slot)
{
	char *title = verb_title(slot->action.verb);
	run->asked = slot;
	add_preview(run, slot, false);
	/* "to clean it", but not "to migrate down it" */
	bool is_phrase = slot->action.verb->subverb != NULL;
	run->ask_question = mem_format("Type the database's name, %s, to %s%s %s: ", slot->expect, is_phrase ? "run " : "",
	    title, is_phrase ? "on it" : "it");
	run->ask = (struct ask){slot->action.database, &run->ask_preview, slot->expect, run->ask_question};
	mem_free(title);
}

/* One `y` for all that want one: a question for each would only be clicked away. */
static void ask_yes(struct command_run *run, struct slot *first)
{
	struct words names = {0};
	for (int i = 0; i < run->slot_count; i++)
		if (waits_for_answer(&run->slots[i]) && is_yes(&run->slots[i]))
			words_add(&names, run->slots[i].action.database->name);
	for (int i = 0; i < run->slot_count; i++)
		if (waits_for_answer(&run->slots[i]) && is_yes(&run->slots[i]))
			add_preview(run, &run->slots[i], names.count > 1);
	char *title = verb_title(first->action.verb), *list = words_join(&names, ", ");
	run->asked = NULL;
	run->ask_question = mem_format("Type y for %s %s: ", title, list);
	run->ask = (struct ask){names.count > 1 ? NULL : first->action.database, &run->ask_preview, "y", run->ask_question};
	mem_free(title);
	mem_free(list);
	words_done(&names);
}

static void ask_next(void *arg)
{
	struct command_run *run = arg;
	struct slot *slot = NULL;
	if (run->phase == RUN_END)
		return;
	for (int i = 0; i < run->slot_count && slot == NULL; i++)
		if (waits_for_answer(&run->slots[i]))
			slot = &run->slots[i];
	if (slot == NULL) {
		work_schedule(run);
		return;
	}
	run->phase = RUN_ASK;
	words_done(&run->ask_preview);
	mem_free(run->ask_question);
	if (is_yes(slot))
		ask_yes(run, slot);
	else
		ask_name(run, slot);
	run->is_asking = true;
	run->callbacks.ask(run, &run->ask, run->callbacks.arg);
}

void command_answer(struct command_run *run, const char *typed)
{
	if (run->phase != RUN_ASK || !run->is_asking)
		return;
	run->is_asking = false;
	if (typed == NULL || strcmp(typed, run->ask.expect) != 0) {
		struct slot *slot = run->asked;
		for (int i = 0; i < run->slot_count && slot == NULL; i++)
			if (waits_for_answer(&run->slots[i]))
				slot = &run->slots[i];
		struct err err = {0};
		err_set(&err, ERR_REFUSED, "not confirmed: '%s' was to be typed", run->ask.expect);
		run_refuse(slot, &err);
		run_finish(run);
		return;
	}
	for (int i = 0; i < run->slot_count; i++) {
		struct slot *slot = &run->slots[i];
		bool is_meant = run->asked != NULL ? slot == run->asked : waits_for_answer(slot) && is_yes(slot);
		if (is_meant) {
			slot->is_answered = true;
			slot->answer = is_yes(slot) ? "y" : "name";
		}
	}
	loop_defer(run->fleet->loop, ask_next, run);
}

void ask_prepare(struct command_run *run)
{
	run->phase = RUN_PREPARE;
	bool is_ready = true;
	for (int i = 0; i < run->slot_count; i++) {
		struct slot *slot = &run->slots[i];
		bool is_weighed = slot->action.verb->weigh != NULL && slot->action.database != NULL && !run_is_dry(run);
		if ((slot->expect == NULL && !is_weighed) || slot->is_prepared || slot->is_ended)
			continue;
		is_ready = false;
		if (slot->task != NULL || run->tasks >= MOST_AT_ONCE || run->is_cancelled)
			continue;
		run->tasks++;
		slot->task = task_start(run->fleet->loop, prepare, prepare_done, slot);
	}
	if (run->is_cancelled && run->tasks == 0)
		work_schedule(run);
	else if (is_ready)
		ask_next(run);
}
