/* From where a file outside a transaction stopped, and what its session had by then. See run_internal.h. */
#include <string.h>
#include <strings.h>

#include "pgtend/core/mem.h"
#include "run_internal.h"

bool run_resume(struct work *work, struct err *err)
{
	struct run *run = work->run;
	const struct plan_step *step = work->step;
	struct progress *progress = &work->progress;
	if (!run_progress_read(run, step, progress, err))
		return false;
	if (!progress->is_there || progress->begun == 0)
		return true;
	bool is_same = progress->checksum && strcmp(progress->checksum, step->checksum) == 0, is_committed = false;
	if (!is_same && progress->done == 0)
		return true;
	if (!is_same) {
		err_set(err, ERR_DRIFT, "%s was changed after %d of its statements had run: where to go on is not known", step->path,
		    progress->done);
		return err_hint(err, "bring back what it was, or see `pgtend migrate repair %s`; nothing was run", run->database->name);
	}
	bool is_unsettled = progress->begun > progress->done;
	if (is_unsettled && progress->xid[0] && !run_fate(run, progress->xid, &is_committed, err))
		return false;
	if (is_committed)
		progress->done = progress->begun;
	work->number = work->stays = progress->done;
	/* Of a transaction the server has just said it. */
	work->is_again = work->is_unsettled = is_unsettled && !progress->xid[0];
	if (work->number < step->cuts.count) {
		char *place = plan_place(step, step->cuts.statements[work->number].begin);
		report_log(run->report, "%s: %d of %d statements had run before: it goes on at %s%s", run_file(run, step)->name,
		    work->number, step->cuts.count, place,
		    work->is_unsettled ? ", which was begun, and nobody saw its end" : "");
		mem_free(place);
	}
	return true;
}

/* --- what the session had ---------------------------------------------------------------------------------------------- */

/* SET and RESET last as long as the session; SET LOCAL, SET TRANSACTION and SET CONSTRAINTS do not. */
static bool is_setting(const char *s, const char *end)
{
	char word[16];
	const char *at = parse_take_word(parse_skip_blank(s, end), end, word);
	if (strcmp(word, "RESET") == 0)
		return true;
	/* pg_dump's way to say it */
	if (strcmp(word, "SELECT") == 0)
		return strcasestr(s, "set_config") && !parse_has_word(at, end, "FROM");
	if (strcmp(word, "SET") != 0)
		return false;
	parse_take_word(parse_skip_blank(at, end), end, word);
	return strcmp(word, "LOCAL") != 0 && strcmp(word, "TRANSACTION") != 0 && strcmp(word, "CONSTRAINTS") != 0;
}

bool run_resume_settings(struct work *work, struct err *err)
{
	const struct plan_step *step = work->step;
	for (int i = 0; i < work->number; i++) {
		const struct parse_statement *cut = &step->cuts.statements[i];
		char *statement = mem_copy_n(step->text.sql + cut->begin, cut->end - cut->begin);
		struct result *result = NULL;
		bool is_done = !is_setting(statement, statement + strlen(statement)) || run_ask(work->run, statement, &result, err);
		result_free(result);
		mem_free(statement);
		if (is_done)
			continue;
		char *place = plan_place(step, cut->begin);
		err_prefix(err, "%s: setting again what the session had", place);
		mem_free(place);
		return false;
	}
	return true;
}
