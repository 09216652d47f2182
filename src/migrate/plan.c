/* See migrate/plan.h. */
#include "pgtend/migrate/plan.h"

#include <string.h>
#include <unistd.h>

#include "pgtend/core/mem.h"
#include "pgtend/migrate/checksum.h"
#include "pgtend/migrate/folder.h"
#include "pgtend/migrate/marker.h"
#include "plan_internal.h"

const char *plan_mode_word(enum plan_mode mode)
{
	static const char *const words[] = {
	    [PLAN_TRANSACTION] = "transaction", [PLAN_STATEMENTS] = "statements", [PLAN_PSQL] = "psql"};
	return words[mode];
}

char *plan_place(const struct plan_step *step, size_t offset)
{
	size_t begin = offset;
	int column = 1;
	while (begin > 0 && step->text.sql[begin - 1] != '\n')
		begin--;
	for (size_t i = begin; i < offset; i++)
		column += ((unsigned char)step->text.sql[i] & 0xC0) != 0x80;
	return mem_format("%s:%d:%d", step->path, step->text.first_line - 1 + marker_line(step->text.sql, offset), column);
}

/* --- hashes ---------------------------------------------------------------------------------------------- */

static void hash_plan(const struct ledger *ledger, struct plan *plan)
{
	struct text lines = {0};
	text_addf(&lines, "%s %s\n", ledger->dialect->name, ledger->history);
	for (int i = 0; i < plan->count; i++) {
		const struct plan_step *step = &plan->steps[i];
		text_addf(&lines, "%s %s %s %s %d\n", step->is_up ? "up" : "down", ledger->files[step->file].name,
		    step->checksum, plan_mode_word(step->mode), step->transaction);
	}
	checksum_of(text_str(&lines), lines.length, plan->hash);
	text_done(&lines);
}

/* --- the texts, all read and judged before the first one runs ---------------------------------------------------- */

static char *path_of(const struct ledger *ledger, const struct migration_file *file, bool is_up)
{
	const struct dialect_run *how = ledger->dialect->run;
	return is_up || !how->down_path ? mem_copy(file->path) : how->down_path(ledger, file);
}

/* The server takes a byte order mark for a name. */
static void drop_mark(const struct ledger *ledger, struct plan_step *step, struct plan *plan)
{
	if (strncmp(step->text.sql, "\xEF\xBB\xBF", 3) != 0)
		return;
	words_take(&plan->warnings,
	    mem_format("%s begins with a byte order mark, which is left out (%s would send it, and fail)", step->path,
	        ledger->dialect->name));
	memmove(step->text.sql, step->text.sql + 3, strlen(step->text.sql + 3) + 1);
}

static bool read_step(const struct ledger *ledger, const struct database *database, struct plan_step *step, struct plan *plan,
    struct err *err)
{
	const struct dialect_run *how = ledger->dialect->run;
	const struct migration_file *file = &ledger->files[step->file];
	char *text, checksum[CHECKSUM_SIZE];
	if (file->only_by_tool) {
		err_set(err, ERR_FAILED, "%s %s, which pgtend cannot run", file->path, file->only_by_tool);
		return err_hint(err, "run it with the tool: %s; nothing was run", ledger->dialect->tool);
	}
	step->path = path_of(ledger, file, step->is_up);
	/* Only the dialect knows what is to be said where a down part is a file of its own that is not there. */
	bool is_absent = !step->is_up && how->down_path && access(step->path, F_OK) != 0;
	if (is_absent)
		return how->down_text(ledger, file, NULL, &step->text, err);
	if (!folder_text(step->path, &text, err))
		return false;
	checksum_of(text, strlen(text), checksum);
	step->checksum = mem_copy(checksum);
	bool is_good = (step->is_up ? how->up_text : how->down_text)(ledger, file, text, &step->text, err);
	if (is_good && step->text.path) {
		mem_free(step->path);
		step->path = mem_copy(step->text.path);
	}
	if (is_good && step->text.warning)
		words_take(&plan->warnings, mem_format("WARNING: %s %s", step->path, step->text.warning));
	if (is_good)
		drop_mark(ledger, step, plan);
	is_good = is_good && plan_judge(database, text, step, plan, err);
	mem_free(text);
	return is_good;
}

/* --- making it ------------------------------------------------------------------------------------------- */

static bool can_run(
    const struct ledger *ledger, const struct database *database, const struct migrate_options *options, struct err *err)
{
	if (!ledger->folder) {
		err_set(err, ERR_UNSUPPORTED, "%s has no migration folder", database->name);
		return err_hint(err, "say where it is with `migrations = FOLDER` in its section");
	}
	if (ledger->dialect->run)
		return true;
	err_set(err, ERR_UNSUPPORTED, "the migrations of %s are %s's, which pgtend shows but does not run", database->name,
	    ledger->dialect->name);
	return err_hint(err,
	    options->direction == MIGRATE_UP ? "run: %s" : "its own tool takes back what it can; to apply: %s",
	    ledger->dialect->tool);
}

bool plan_make(const struct ledger *ledger, const struct database *database, const struct migrate_options *options,
    struct plan *plan, struct err *err)
{
	memset(plan, 0, sizeof *plan);
	if (!can_run(ledger, database, options, err) ||
	    (ledger->dialect->check_order && !ledger->dialect->check_order(ledger, err)) ||
	    !plan_choose(ledger, options, plan, err))
		return false;
	bool (*can_record)(const struct ledger *, struct err *) = ledger->dialect->run->can_record;
	if (plan->count > 0 && can_record && !can_record(ledger, err))
		return false;
	for (int i = 0; i < plan->count; i++)
		if (!read_step(ledger, database, &plan->steps[i], plan, err))
			return false;
	plan_number(ledger, plan_transaction_mode(ledger, database, options), plan);
	hash_plan(ledger, plan);
	if (!options->plan_hash || strcmp(options->plan_hash, plan->hash) == 0)
		return true;
	err_set(err, ERR_DRIFT, "%s: the plan is another one now: %s, not %s", database->name, plan->hash, options->plan_hash);
	return err_hint(err, "files or history changed since: look again with `pgtend migrate plan %s`; nothing was run",
	    database->name);
}

void plan_done(struct plan *plan)
{
	for (int i = 0; i < plan->count; i++) {
		struct plan_step *step = &plan->steps[i];
		migration_text_done(&step->text);
		mem_free(step->path);
		mem_free(step->checksum);
		mem_free(step->mode_why);
		parse_done(&step->cuts);
	}
	mem_free(plan->steps);
	words_done(&plan->warnings);
	memset(plan, 0, sizeof *plan);
}
