/* Copies that runs which died left beside a database: they cost room until somebody takes them away. */
#include "internal.h"

#include <string.h>

#include "pgtend/core/mem.h"

static void judge_copies(struct judging *judging)
{
	const struct table *table = judging_table(judging, FACT_COPIES);
	int left = 0;
	if (table == NULL)
		return;
	for (int row = 0; row < table_rows(table); row++) {
		const char *words = table_get_text(table, row, "what");
		if (words == NULL)
			continue;
		struct finding *finding = finding_new(judging, NULL);
		finding_raise(finding, VERDICT_WARN, mem_copy(words));
		finding->mend = mem_copy(table_get_text(table, row, "mend"));
		left++;
	}
	if (left == 0)
		finding_new(judging, NULL)->note = mem_copy("nothing was left");
}

static const enum fact copies_facts[] = {FACT_COPIES, FACT_COUNT};
static const struct measure_kind copies_measures[] = {{0}};
const struct health_check check_copies = {"copies", NULL, copies_facts, false, copies_measures,
	"what interrupted resets, rewinds and snapshots left", "tells nothing of copies", judge_copies};
