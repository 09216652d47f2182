/* Where the new database comes from: a spare that stands ready, a clone of a template, or one built anew. See
 * reset_internal.h. */
#include <string.h>

#include "pgtend/core/mem.h"
#include "pgtend/core/units.h"
#include "pgtend/fresh/clone.h"
#include "pgtend/loop/task.h"
#include "reset_internal.h"

const char *fresh_way_word(enum fresh_way way)
{
	return way == FRESH_SPARE ? "spare" : way == FRESH_TEMPLATE ? "template" : "build";
}

void made_done(struct made *made)
{
	mem_free(made->dbname);
	memset(made, 0, sizeof *made);
}

/* --- choosing ---------------------------------------------------------------------------------------------------- */

static bool is_of_tree(const struct fresh *fresh, const struct copy *copy, enum copy_kind kind)
{
	return copy->kind == kind && copy->is_marked && copy->is_ours && copy->digest &&
	       strcmp(copy->digest, fresh->digest) == 0;
}

static double age_s(const struct copy *copy)
{
	return (double)(units_now_us() - copy->made_us) / 1e6;
}

/* Only seeds (and what they call) say something else tomorrow. */
static bool is_too_old(const struct fresh *fresh, const struct copy *copy)
{
	double most = section_seconds(fresh->database->section, "template_max_age");
	return most > 0 && age_s(copy) > most && !fresh->options->no_seeds && fresh_has_seeds(fresh->database);
}

static const struct copy *newest(const struct fresh *fresh, enum copy_kind kind)
{
	for (int i = 0; i < fresh->copies.count; i++) {
		const struct copy *copy = &fresh->copies.v[i];
		if (is_of_tree(fresh, copy, kind) && copy->is_whole && !copy->is_held)
			return copy;
	}
	return NULL;
}

const struct copy *fresh_template(const struct fresh *fresh)
{
	const struct copy *copy = newest(fresh, COPY_TEMPLATE);
	return copy && !is_too_old(fresh, copy) ? copy : NULL;
}

static char *why_build(const struct fresh *fresh)
{
	const struct copy *old = newest(fresh, COPY_TEMPLATE);
	char age[UNITS_SIZE];
	if (fresh->options->is_rebuild)
		return mem_copy("--rebuild");
	if (!section_bool(fresh->database->section, "templates"))
		return mem_copy("templates = no");
	if (old)
		return mem_format("the template of this state is %s old: seeds may say now() (template_max_age)",
		    units_age(age, (int64_t)age_s(old)));
	for (int i = 0; i < fresh->copies.count; i++)
		if (fresh->copies.v[i].kind == COPY_TEMPLATE && fresh->copies.v[i].is_whole)
			return mem_copy("migrations, seeds, configuration or server are not those of any template that is kept");
	return mem_copy("no template is kept yet");
}

/* A spare is as old as what it was cloned from, which is gone only when it was pruned. */
enum fresh_way fresh_choose(const struct fresh *fresh, const struct copy **copy, char **why)
{
	*copy = NULL;
	if (!fresh->options->is_rebuild && section_bool(fresh->database->section, "templates")) {
		const struct copy *template = newest(fresh, COPY_TEMPLATE), *spare = newest(fresh, COPY_SPARE);
		/* What belongs to a database itself is no part of a clone: the live one has it, or the template. */
		bool is_of_it = spare && (template ? spare->made_us >= template->made_us : fresh->beside.oid != 0);
		if (is_of_it && !is_too_old(fresh, template ? template : spare)) {
			*copy = spare;
			*why = mem_copy("a clone of this state stands ready");
			return FRESH_SPARE;
		}
		if (template && !is_too_old(fresh, template)) {
			*copy = template;
			*why = mem_copy("a template of this state is kept, no clone of it stands ready");
			return FRESH_TEMPLATE;
		}
	}
	*why = why_build(fresh);
	return FRESH_BUILD;
}

/* --- others ------------------------------------------------------------------------------------------------------- */

/* Its maker lives as long as the lock is held, which ends with his session. Only templates are made in steps that others
 * can see. */
static const struct copy *in_the_making(const struct fresh *fresh)
{
	for (int i = 0; i < fresh->copies.count; i++) {
		const struct copy *copy = &fresh->copies.v[i];
		if (is_of_tree(fresh, copy, COPY_TEMPLATE) && copy->is_held && !copy->is_whole)
			return copy;
	}
	return NULL;
}

bool fresh_wait_for_others(struct fresh *fresh, struct err *err)
{
	enum { ROUND_MS = 30 };
	while (!fresh->options->is_rebuild && !newest(fresh, COPY_SPARE) && in_the_making(fresh)) {
		report_step(fresh->report, "another pgtend is making the template of this state");
		task_sleep(ROUND_MS);
		if (task_is_cancelled())
			return err_set(err, ERR_CANCELLED, "cancelled");
		if (!fresh_look(fresh, err))
			return false;
	}
	return true;
}

/* --- cloning ------------------------------------------------------------------------------------------------------ */

bool fresh_clone(struct fresh *fresh, const struct made *template, struct made *made, struct err *err)
{
	struct clone clone = {
	    .fleet = fresh->fleet,
	    .database = fresh->database,
	    .keeper = fresh->keeper,
	    .report = fresh->report,
	    .verb = fresh->verb,
	    .kind = COPY_SPARE,
	    .source = template->dbname,
	    .source_oid = template->oid,
	    .source_bytes = template->bytes,
	    .digest = fresh->digest,
	    .state = "whole",
	};
	memset(made, 0, sizeof *made);
	report_step(fresh->report, "cloning %s", template->dbname);
	if (!clone_make_wait(&clone, err))
		return false;
	/* Nobody may connect to it before it has a name that people use: a session in it would hold up the change of names. */
	*made = (struct made){.dbname = clone.dbname, .oid = clone.oid, .bytes = template->bytes, .is_closed = true};
	return true;
}
