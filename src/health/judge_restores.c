/* Restores that were interrupted: what they made stands on the server until somebody says what is to become of it. */
#include "internal.h"

#include "pgtend/core/mem.h"

static void judge_restores(struct judging *judging)
{
	const struct table *table = judging_table(judging, FACT_RESTORES);
	int interrupted = 0;
	if (table == NULL)
		return;
	for (int row = 0; row < table_rows(table); row++) {
		const char *words = table_get_text(table, row, "words");
		if (table_get_int(table, row, "is_running", 0) != 0)
			continue;
		struct finding *finding = finding_new(judging, NULL);
		finding_raise(finding, VERDICT_WARN, mem_copy(words != NULL ? words : "a restore was interrupted"));
		finding->mend = mem_copy(table_get_text(table, row, "mend"));
		interrupted++;
	}
	if (interrupted > 0)
		return;
	finding_new(judging, NULL)->note = mem_copy(table_rows(table) > 0 ? "a restore is at work" : "none was interrupted");
}

static const enum fact restores_facts[] = {FACT_RESTORES, FACT_COUNT};
static const struct measure_kind restores_measures[] = {{0}};
const struct health_check check_restores = {"restores", NULL, restores_facts, false, restores_measures,
	"restores that were interrupted", "tells nothing of restores", judge_restores};
