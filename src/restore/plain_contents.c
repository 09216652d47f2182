/* restore/plain_contents.c - what a plain dump needs of a server, in the words of restore_internal.h. The file says
 * little: no versions of extensions but TimescaleDB's, and without pg_dump --create nothing of the database itself, which
 * is then made like the one in whose name it is restored. */
#include <string.h>

#include "pgtend/core/mem.h"
#include "pgtend/sql_embedded.h"
#include "plain_fill.h"
#include "restore_internal.h"

static void copy_words(struct words *to, const struct words *from)
{
	for (size_t i = 0; i < from->count; i++)
		words_add(to, from->v[i]);
}

/* Encoding and locale of the live database; NULL where there is none: the server's usual ones. */
static char *form_of_live(struct scratch *scratch)
{
	const char *params[] = {scratch->source->dbname};
	struct result *r = NULL;
	struct err ignored = {0};
	char *form = NULL;
	if (session_query_wait(scratch->keeper, sql_scratch_form, params, 1, SCRATCH_DEADLINE_MS, &r, &ignored) &&
	    result_rows(r) > 0)
		form = mem_copy(result_text(r, 0, 0));
	result_free(r);
	return form;
}

bool contents_plain(struct scratch *scratch, const struct archive *archive, struct contents *contents, json_t **counts, struct err *err)
{
	struct plain *plain = NULL;
	bool is_good = plain_check(scratch->fleet->loop, archive, &plain, scratch->report, err);
	if (is_good) {
		const struct plain_facts *facts = plain_facts(plain);
		*contents = (struct contents){
		    .loop = scratch->fleet->loop,
		    .path = archive->path,
		    .report = scratch->report,
		    .plain = archive,
		    .dbname = mem_copy(facts->created),
		    .has_timescale = words_has(&facts->extensions, "timescaledb"),
		    .timescale_version = mem_copy(facts->timescaledb_version),
		    .form = facts->form ? mem_copy(facts->form) : form_of_live(scratch),
		};
		copy_words(&contents->extensions, &facts->extensions);
		copy_words(&contents->owners, &facts->owners);
		copy_words(&contents->grantees, &facts->grantees);
		/* Of a file that nobody's pg_dump wrote nobody knows what it does with its rows afterwards. */
		*counts = facts->is_of_pg_dump && !facts->has_inserts && !facts->has_odd_names ? json_incref(facts->counts) : NULL;
		if (facts->created)
			report_log(scratch->report, "%s was made with --create: what it says of the database %s itself is left out",
			    archive->path, facts->created);
	}
	plain_free(plain);
	return is_good;
}
