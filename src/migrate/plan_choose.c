/* Which migrations a run is about, and in which order. See plan_internal.h. */
#include <string.h>

#include "pgtend/core/mem.h"
#include "pgtend/migrate/folder.h"
#include "plan_internal.h"

static struct plan_step *add_step(struct plan *plan, int file, bool is_up)
{
	/* Grown by doubling: room is made whenever the count is a power of two. */
	if ((plan->count & (plan->count - 1)) == 0)
		plan->steps = mem_grow(plan->steps, (size_t)(plan->count ? plan->count * 2 : 1), sizeof *plan->steps);
	struct plan_step *step = &plan->steps[plan->count++];
	*step = (struct plan_step){.file = file, .is_up = is_up};
	return step;
}

/* --- up -------------------------------------------------------------------------------------------------- */

static bool choose_up(const struct ledger *ledger, const struct migrate_options *options, struct plan *plan, struct err *err)
{
	int last = options->to ? ledger_find_file(ledger, options->to, "--to ", err) : ledger->migration_count - 1;
	if (options->to && last < 0)
		return false;
	for (int i = 0; i <= last && (options->count == 0 || plan->count < options->count); i++) {
		const struct migration_file *file = &ledger->files[i];
		if (options->only && !words_has(options->only, file->name))
			continue;
		if (file->row < 0 && !file->is_skipped)
			add_step(plan, i, true);
		else if (file->is_skipped)
			words_take(&plan->warnings, mem_format("%s is not applied and stays so: %s", file->name,
			                                file->note ? file->note : "its own tool skips it for ever"));
	}
	return true;
}

/* --- down ------------------------------------------------------------------------------------------------ */

/* The last rows of the history, newest first; a name that stands there twice is one migration. */
static bool choose_down(const struct ledger *ledger, int count, struct plan *plan, struct err *err)
{
	struct words gone = {0};
	for (int i = 0; i < ledger->migration_count; i++)
		if (ledger->files[i].is_dirty) {
			err_set(err, ERR_DRIFT, "%s is half done: it began and did not end", ledger->files[i].name);
			return err_hint(err, "`migrate up` goes on with it, `pgtend migrate repair` shows what else can be done; nothing was taken back");
		}
	for (int i = ledger->row_count - 1; i >= 0 && ledger->row_count - i <= count; i--) {
		const struct migration_row *row = &ledger->rows[i];
		if (row->file < 0) {
			words_add(&gone, row->name);
			continue;
		}
		bool is_there = false;
		for (int k = 0; k < plan->count; k++)
			is_there = is_there || plan->steps[k].file == row->file;
		if (!is_there)
			add_step(plan, row->file, false);
	}
	bool is_whole = gone.count == 0;
	if (!is_whole) {
		char *names = words_join(&gone, ", ");
		err_set(err, ERR_FAILED, "the files of %s are gone: there is no down part to run", names);
		err_hint(err, "bring them back from version control; nothing was taken back");
		mem_free(names);
	}
	words_done(&gone);
	return is_whole;
}

bool plan_choose(const struct ledger *ledger, const struct migrate_options *options, struct plan *plan, struct err *err)
{
	if (options->direction == MIGRATE_UP)
		return choose_up(ledger, options, plan, err);
	if (!choose_down(ledger, options->count > 0 ? options->count : 1, plan, err))
		return false;
	/* What was taken back last was applied first. */
	if (options->direction == MIGRATE_REDO)
		for (int i = plan->count - 1; i >= 0; i--)
			add_step(plan, plan->steps[i].file, true);
	return true;
}
