/* Which relation a word names: one, never all that are called alike. What is dropped of another schema's table by chance is gone. */
#include <string.h>

#include "internal.h"
#include "pgtend/core/mem.h"

enum { FIT_BARE = 1, FIT_SHOWN, FIT_FULL };

/* "mine.events" itself, "events" as public.events is shown, or "events" of whichever schema. */
static int fit_of(const char *word, const char *schema, const char *name)
{
	if (*name == '\0')
		return 0;
	char *full = mem_format("%s.%s", schema, name), *shown = acts_shown(schema, name);
	int fit = strcmp(word, full) == 0 ? FIT_FULL : strcmp(word, shown) == 0 ? FIT_SHOWN : strcmp(word, name) == 0 ? FIT_BARE : 0;
	mem_free(full);
	mem_free(shown);
	return fit;
}

static bool ambiguous(const char *word, const struct words *schemas, const struct words *names, int fit, struct err *err)
{
	struct words all = {0};
	for (size_t i = 0; i < names->count; i++) {
		char *one = mem_format("%s.%s", schemas->v[i], names->v[i]);
		if (fit_of(word, schemas->v[i], names->v[i]) == fit && !words_has(&all, one))
			words_add(&all, one);
		mem_free(one);
	}
	char *list = words_join(&all, ", ");
	err_set(err, ERR_USAGE, "\"%s\" is the name of several: %s", word, list);
	mem_free(list);
	words_done(&all);
	return err_hint(err, "name it with its schema");
}

bool acts_meant(const char *word, const struct words *schemas, const struct words *names, int *found, struct err *err)
{
	int best = 0;
	bool is_ambiguous = false;
	*found = -1;
	for (size_t i = 0; i < names->count; i++) {
		int fit = fit_of(word, schemas->v[i], names->v[i]);
		if (fit > best) {
			best = fit;
			*found = (int)i;
			is_ambiguous = false;
		} else if (fit > 0 && fit == best)
			is_ambiguous |= !acts_is_same(schemas, names, *found, (int)i);
	}
	return !is_ambiguous || ambiguous(word, schemas, names, best, err);
}

bool acts_is_same(const struct words *schemas, const struct words *names, int a, int b)
{
	return strcmp(schemas->v[a], schemas->v[b]) == 0 && strcmp(names->v[a], names->v[b]) == 0;
}
