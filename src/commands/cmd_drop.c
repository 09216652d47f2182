/* drop: databases go for good. */
#include "pgtend/commands/command.h"
#include "pgtend/core/mem.h"
#include "pgtend/core/units.h"
#include "pgtend/fresh/copies.h"
#include "pgtend/lifecycle/lifecycle.h"

static void tell_copies(struct session *session, const struct database *database, struct words *lines)
{
	struct copies copies = {0};
	struct err err = {0};
	char size[UNITS_SIZE];
	if (!copies_load_wait(session, database, true, &copies, &err))
		words_take(lines, mem_format("templates and snapshots of it cannot be seen: %s", err.text));
	for (int i = 0; i < copies.count; i++) {
		const struct copy *copy = &copies.v[i];
		/* What a reset has put aside goes with it. */
		if (copy->kind == COPY_OLD && copy->is_ours && !copy->is_held)
			continue;
		words_take(lines, mem_format("%s %s%s%s%s", copy_kind_word(copy->kind), copy->name != NULL ? copy->name : copy->dbname,
		                      copy->bytes >= 0 ? " (" : "", copy->bytes >= 0 ? units_bytes(size, copy->bytes) : "",
		                      copy->bytes >= 0 ? ")" : ""));
	}
	copies_done(&copies);
}

static void hint_copies(struct report *report, const struct database *database)
{
	report_hint(report, "what stays goes by: pgtend snapshots %s, pgtend snapshot drop %s NAME; pgtend templates %s, pgtend templates prune %s --templates",
	    database->name, database->name, database->name, database->name);
}

static const struct lifecycle_more copies = {copies_drop_old, tell_copies, hint_copies};

static bool preview(struct action *action, struct err *err)
{
	mem_free(action->shown);
	action->shown = NULL;
	return lifecycle_drop_preview(action->fleet, action->database, &copies, &action->preview, &action->shown, err);
}

static bool run(struct action *action, struct err *err)
{
	return lifecycle_drop(action->fleet, action->database, &copies, action->shown, action->report, err);
}

const struct verb verb_drop = {
    .name = "drop",
    .scope = VERB_ACTS,
    .level = GUARD_L3,
    .has_dry_run = true,
    .is_dependents_first = true,
    .previews_target = true,
    .pins_itself = true,
    .title = "Drop databases for good",
    .help = "Shows what would go (size, tables, rows, the last backup, replication slots) and who is connected, one by one; the "
            "name that is then typed is consent to end them, and nobody else: who came meanwhile keeps the database. In a script --confirm "
            "NAME ends whoever is there, and each is named. Subscriptions, prepared transactions and replication slots in use are told with what "
            "to do, before anything is done. Templates, spares and snapshots of it stay. A database that does not exist is no failure. "
            "Killed at any moment, it is there or gone.",
    .example = "pgtend drop mextrack --confirm mextrack_db",
    .shape = &drop_shape,
    .preview = preview,
    .run = run,
};
