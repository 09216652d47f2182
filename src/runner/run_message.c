/* Several steps as one message: BEGIN, text, history row, COMMIT of each, and who is meant when the server says an error. See run_internal.h. */
#include <string.h>

#include "pgtend/core/mem.h"
#include "run_internal.h"

enum { MESSAGE_BYTES_MAX = 512 * 1024, LAZY_MS_MAX = 1000 };

static size_t count_characters(const char *s)
{
	size_t count = 0;
	for (; *s; s++)
		count += ((unsigned char)*s & 0xC0) != 0x80;
	return count;
}

static void put(struct message *message, const char *sql)
{
	text_add(&message->sql, sql);
	message->chars += count_characters(sql);
}

static void put_text(struct run *run, struct message *message, int step)
{
	message->parts = mem_grow(message->parts, (size_t)message->count + 1, sizeof *message->parts);
	struct message_part *part = &message->parts[message->count++];
	*part = (struct message_part){.step = step, .begin_chars = message->chars, .answers = message->answers};
	put(message, run->plan.steps[step].text.sql);
	part->end_chars = message->chars;
	put(message, "\n;\n");
	message->answers = 0;
}

/* A file that may have set what the session has: the one behind it gets it again. */
static void look_what_it_takes(struct run *run, const char *sql)
{
	bool may_discard = strcasestr(sql, "discard") != NULL || strcasestr(sql, "deallocate") != NULL;
	if (may_discard)
		run->metadata.is_prepared = false;
	if (may_discard || strcasestr(sql, "set") != NULL)
		run->has_settings = run->is_hasty = false;
}

/* While several commit in a row, only the last waits for the disk, and one a second: nothing is said of them before. Where the session is
 * ours it stays hasty until the one that waits. It is set at the end, because a file may have set it too. */
static void put_commit(struct run *run, struct message *message, bool is_lazy)
{
	message->is_lazy = is_lazy;
	if (!is_lazy) {
		put(message, run_wait_sql(run));
		run->is_hasty = false;
	} else if (!run->is_hasty) {
		put(message, run->is_pooled ? "SET LOCAL synchronous_commit = off;" : "SET synchronous_commit = off;");
		run->is_hasty = !run->is_pooled;
	}
	put(message, "COMMIT;\n");
}

static bool joins(const struct run *run, int i, const struct message *message)
{
	if (i >= run->plan.count)
		return false;
	const struct plan_step *step = &run->plan.steps[i], *before = &run->plan.steps[i - 1];
	if (step->mode != PLAN_TRANSACTION || step->is_watched || run->options->watch || step->is_up != before->is_up)
		return false;
	/* A message is whole transactions, or a piece of one. */
	if (run_is_begin(run, i) && !run_is_end(run, i))
		return false;
	if (run_is_begin(run, i) && !run_is_begin(run, message->parts[0].step))
		return false;
	return message->count < run->most && message->sql.length + strlen(step->text.sql) < MESSAGE_BYTES_MAX;
}

/* Another transaction follows at once that will wait for the disk, for this one too. */
static bool may_be_lazy(const struct run *run, int next, bool is_joined)
{
	if (is_joined)
		return true;
	return next < run->plan.count && run->plan.steps[next].mode == PLAN_TRANSACTION && !run->options->watch &&
	       run->plan.steps[next].is_up == run->plan.steps[next - 1].is_up &&
	       loop_now_ms(run->fleet->loop) - run->durable_ms < LAZY_MS_MAX;
}

void run_message_fill(struct run *run, int from, struct message *message)
{
	int64_t rows = run->history_rows;
	for (int i = from;; i++) {
		const struct plan_step *step = &run->plan.steps[i];
		if (run_is_begin(run, i)) {
			int answers;
			char *head = run_head(run, step, rows, &answers);
			put(message, head);
			message->answers += answers;
			mem_free(head);
		}
		put_text(run, message, i);
		look_what_it_takes(run, step->text.sql);
		char *lock = run_keep_lock_sql(run, step->text.sql);
		put(message, lock ? lock : "");
		mem_free(lock);
		char *history = run_history_sql(run, step);
		put(message, history);
		put(message, ";\n");
		mem_free(history);
		rows = run_rows_after(run, step, rows);
		bool is_joined = joins(run, i + 1, message);
		if (run_is_end(run, i))
			put_commit(run, message, may_be_lazy(run, i + 1, is_joined));
		else
			put(message, "SELECT 1 AS pgtend_step;\n");
		if (!is_joined)
			break;
	}
	/* What becomes of a transaction that goes on in the next message, its number tells. */
	if (!run_is_end(run, message->parts[message->count - 1].step))
		put(message, "SELECT pg_catalog.txid_current()");
}

void run_message_done(struct message *message)
{
	text_done(&message->sql);
	mem_free(message->parts);
	memset(message, 0, sizeof *message);
}

/* The answer with which a part ends. */
bool run_message_is_mark(struct result *result, int answer)
{
	result_choose(result, answer);
	const char *column = result_column_name(result, 0);
	return strcmp(result_tag(result), "COMMIT") == 0 || (column && strcmp(column, "pgtend_step") == 0);
}

int run_message_ended(const struct message *message, struct result *result, int *answers)
{
	int ended = 0;
	*answers = 0;
	for (int i = 0; i < result_count(result) && ended < message->count; i++)
		if (run_message_is_mark(result, i)) {
			ended++;
			*answers = i + 1;
		}
	return ended;
}

const struct message_part *run_message_failed(const struct message *message, const struct result *result, int ended)
{
	const struct result_error *error = result_error(result);
	size_t at = error && error->position > 0 ? (size_t)error->position - 1 : message->chars;
	for (int i = 0; i < message->count; i++)
		if (at >= message->parts[i].begin_chars && at < message->parts[i].end_chars)
			return &message->parts[i];
	return &message->parts[ended < message->count ? ended : message->count - 1];
}
