/* lifecycle/drop_preview.c - what a drop would take, in lines, and what was seen, for the drop itself. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "drop_internal.h"
#include "pgtend/core/mem.h"
#include "pgtend/core/text.h"
#include "pgtend/core/units.h"
#include "pgtend/probes/last_backup.h"

static char *contents_words(const struct dropping *dropping)
{
	char size[UNITS_SIZE], count[UNITS_SIZE];
	struct text words = {0};
	text_addf(&words, "size %s", dropping->bytes >= 0 ? units_bytes(size, dropping->bytes) : "not told");
	if (dropping->tables >= 0)
		text_addf(&words, ", %lld table%s", (long long)dropping->tables, dropping->tables == 1 ? "" : "s");
	if (dropping->rows >= 0)
		text_addf(&words, ", about %s row%s", units_count(count, dropping->rows), dropping->rows == 1 ? "" : "s");
	if (dropping->is_invalid)
		text_add(&words, "; what an interrupted DROP DATABASE left: nobody can connect to it");
	else if (dropping->tables < 0)
		text_add(&words, "; it lets nobody look inside");
	return text_take(&words);
}

static void add_dependents(const struct dropping *dropping, struct words *lines)
{
	const struct fleet *fleet = dropping->fleet;
	for (int i = 0; i < fleet->database_count; i++)
		for (int k = 0; k < fleet->databases[i]->depends_count; k++)
			if (fleet->databases[i]->depends[k] == dropping->database)
				words_take(lines, mem_format("%s depends on it", fleet->databases[i]->name));
}

static void add_copies(const struct dropping *dropping, const struct lifecycle_more *more, struct words *lines)
{
	struct words copies = {0};
	more->tell(dropping->keeper, dropping->database, &copies);
	for (size_t i = 0; i < copies.count; i++)
		words_take(lines, mem_format("stays: %s", copies.v[i]));
	words_done(&copies);
}

static void describe(struct dropping *dropping, const struct lifecycle_more *more, struct words *lines)
{
	const struct database *database = dropping->database;
	words_take(lines, mem_format("%s on %s (%s), owner %s: would be dropped for good", dropping->name, database->server->label,
	                      environment_word(database->environment), dropping->owner));
	words_take(lines, contents_words(dropping));
	words_take(lines, last_backup_words(dropping->fleet, dropping->database));
	clients_say(&dropping->clients, "would be ended", lines);
	for (size_t i = 0; i < dropping->idle_slots.count; i++)
		words_take(lines, mem_format("the replication slot %s goes with it", dropping->idle_slots.v[i]));
	add_dependents(dropping, lines);
	if (more != NULL)
		add_copies(dropping, more, lines);
}

bool lifecycle_drop_preview(struct fleet *fleet, struct database *database, const struct lifecycle_more *more,
    struct words *lines, char **shown, struct err *err)
{
	struct dropping dropping;
	*shown = NULL;
	bool ok = drop_look(&dropping, fleet, database, err);
	if (ok && !dropping.is_there) {
		words_take(lines, mem_format("%s does not exist on %s: there is nothing to drop", dropping.name, database->server->label));
	} else if (ok) {
		drop_look_inside(&dropping);
		/* Seen once more: our own look inside is over. */
		ok = drop_may(&dropping, err) && drop_load_clients(&dropping, err);
		drop_close_own(&dropping);
		if (ok)
			describe(&dropping, more, lines);
	}
	if (ok) {
		char *clients = clients_shown(&dropping.clients);
		*shown = mem_format("%" PRId64 " %s\n%s", dropping.oid, dropping.system, clients);
		mem_free(clients);
	}
	drop_done(&dropping);
	return ok;
}
