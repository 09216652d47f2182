/* One statement over several chunks of a hypertable. */
#include <string.h>

#include "ingest.h"
#include "pgtend/core/mem.h"

enum { DEADLINE_MS = 5000 };

/* The plan is not left to estimates: a chunk that was never analyzed looks empty, and a scan of it cheap. */
static const char by_index_only[] = "select set_config('enable_seqscan', 'off', true), set_config('enable_bitmapscan', 'off', true), "
									"set_config('enable_sort', 'off', true);\n";

bool ingest_can_ask(const struct ingest_look *look, const struct ingest_chunk *chunk, const char *lead)
{
	if (chunk->is_compressed || chunk->is_locked || !chunk->is_readable)
		return false;
	if (!lead)
		return chunk->has_time;
	return look->source_column && strcmp(lead, look->source_column) == 0 ? chunk->has_source : words_has(&chunk->leads, lead);
}

static char *number(int64_t value)
{
	return mem_format("%lld", (long long)value);
}

void ingest_question_add(struct ingest_question *question, const char *sql, const struct ingest_part *part)
{
	char buffer[64];
	char *from = ingest_bound(question->hypertable, part->from_us);
	char *to = ingest_bound(question->hypertable, part->to_us);
	char *piece = number(part->piece);
	char *most = number(part->most);
	char *leads = number(part->leads);
	const struct ingest_fill fills[] = {
		{"schema", part->chunk->schema}, {"chunk", part->chunk->name}, {"time", question->hypertable->time_column},
		{"epoch", ingest_epoch(question->hypertable, buffer)}, {"before", to}, {"from", from}, {"to", to}, {"piece", piece},
		{"most", most}, {"leads", leads}, {"lead", question->lead ? question->lead : ""}, {"source", part->source ? part->source : ""},
		{NULL, NULL},
	};

	text_add(&question->sql, question->parts++ ? "union all (\n" : "(\n");
	ingest_fill_sql(question->look->session, &question->sql, sql, fills);
	text_add(&question->sql, ")\n");
	mem_free(from);
	mem_free(to);
	mem_free(piece);
	mem_free(most);
	mem_free(leads);
}

bool ingest_question_ask(struct ingest_question *question, struct result **result, struct err *err)
{
	char *sql = mem_format("%s%s", by_index_only, text_str(&question->sql));
	bool is_answered = session_query_wait(question->look->session, sql, NULL, 0, DEADLINE_MS, result, err);

	mem_free(sql);
	text_done(&question->sql);
	question->parts = 0;
	return is_answered;
}
