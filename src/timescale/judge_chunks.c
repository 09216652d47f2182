/* What the jobs say of a hypertable, and both verdicts on it, in its row of FACT_CHUNKS. */
#include <string.h>

#include "internal.h"
#include "pgtend/core/mem.h"

/* The columns of one policy in chunks_shape; NULL: there is none. */
struct columns {
	const char *kind;
	const char *after_s, *job_id, *state, *next, *ok, *failures;
	const char *verdict, *late_s, *late_chunks, *cause, *mend;
};

static const struct columns retention_columns = {
	"retention", "drop_after_s", "retention_job_id", "retention_state", "retention_next", "retention_ok", "retention_failures",
	"verdict", "late_s", "late_chunks", "cause", "mend",
};
static const struct columns compression_columns = {
	"compression", "compress_after_s", "compression_job_id", "compression_state", NULL, NULL, NULL,
	"compress_verdict", "compress_late_s", "compress_late_chunks", "compress_cause", "compress_mend",
};

/* The name that a verb takes. */
static char *relation_of(const struct table *chunks, int row)
{
	const char *schema = table_get_text(chunks, row, "schema");
	const char *name = table_get_text(chunks, row, "name");

	return !schema || strcmp(schema, "public") == 0 ? mem_copy(name) : mem_format("%s.%s", schema, name);
}

static void copy_cell(struct table *to, int row, const char *column, const struct table *from, int from_row, const char *from_column)
{
	const struct cell *cell = column ? table_get(from, from_row, from_column) : NULL;

	if (!cell)
		return;
	if (!cell->has_value)
		table_set_missing(to, row, column, cell->missing);
	else if (strcmp(from_column, "state") == 0)
		table_set_text(to, row, column, cell->u.text);
	else if (strcmp(from_column, "after_s") == 0)
		table_set_real(to, row, column, cell->u.real);
	else
		table_set_int(to, row, column, cell->u.integer);
}

static void set_job(const struct columns *columns, const struct table *policies, int job, struct table *chunks, int row)
{
	copy_cell(chunks, row, columns->after_s, policies, job, "after_s");
	copy_cell(chunks, row, columns->job_id, policies, job, "job_id");
	copy_cell(chunks, row, columns->state, policies, job, "state");
	copy_cell(chunks, row, columns->next, policies, job, "next_start");
	copy_cell(chunks, row, columns->ok, policies, job, "last_ok");
	copy_cell(chunks, row, columns->failures, policies, job, "consecutive_failures");
}

static void set_verdict(const struct columns *columns, const struct policy_look *look, struct table *chunks, int row)
{
	struct policy_verdict verdict;

	policy_judge(look, &verdict);
	table_set_text(chunks, row, columns->verdict, verdict.verdict);
	table_set_text(chunks, row, columns->cause, verdict.cause);
	table_set_text(chunks, row, columns->mend, verdict.mend);
	if (look->job_id) {
		table_set_real(chunks, row, columns->late_s, verdict.late_s);
		table_set_int(chunks, row, columns->late_chunks, verdict.late_chunks);
	}
	policy_verdict_done(&verdict);
}

static bool is_by_creation(const struct table *policies, int row)
{
	return table_get_int(policies, row, "is_by_creation", 0) != 0;
}

static void judge_one(const struct probe_target *target, const struct columns *columns, const struct table *policies, struct table *chunks,
                      int row, const struct chunks_due *due)
{
	int job = policies_find(policies, columns->kind, table_get_int(chunks, row, "hypertable_id", -1));
	int other = policies_find(policies, "retention", table_get_int(chunks, row, "hypertable_id", -1));
	const char *kind = table_get_text(chunks, row, "kind");
	bool is_aggregate = kind && strcmp(kind, "aggregate") == 0;
	char *relation = relation_of(chunks, row);
	struct policy_look look;

	policy_look_fill(target, policies, job, &look);
	look.kind = columns == &compression_columns ? POLICY_COMPRESSION : POLICY_RETENTION;
	look.relation = relation;
	look.chunk_s = table_get_real(chunks, row, "chunk_interval_s", -1);
	look.due_chunks = due->chunks;
	look.due_s = due->since_s;
	look.frozen_chunks = due->frozen;
	if (is_aggregate)
		look.expected_s = -1; /* the key speaks of raw data */
	if (other >= 0 && job >= 0 && is_by_creation(policies, other) == is_by_creation(policies, job))
		look.raw_drop_after_s = look.is_integer ? (double)table_get_int(policies, other, "after_integer", -1) : table_get_real(policies, other, "after_s", -1);
	if (job >= 0)
		set_job(columns, policies, job, chunks, row);
	set_verdict(columns, &look, chunks, row);
	mem_free(relation);
}

void chunks_judge(const struct probe_target *target, const struct table *policies, struct table *chunks, int row,
                  const struct chunks_due *retention, const struct chunks_due *compression)
{
	judge_one(target, &retention_columns, policies, chunks, row, retention);
	judge_one(target, &compression_columns, policies, chunks, row, compression);
}
