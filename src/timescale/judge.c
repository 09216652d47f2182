/* Does a policy do its work: from the ranges of chunks (or the watermark) first, from what the job says of itself second.
 *
 * A chunk can be taken only when its whole range is past, and the job comes by once a schedule: data older than
 * drop_after is there rightly for a chunk's width and a schedule more. */
#include <string.h>

#include "internal.h"
#include "pgtend/core/mem.h"
#include "pgtend/core/units.h"

enum { LEAST_GRACE_S = 300 };

static double positive(double seconds)
{
	return seconds > 0 ? seconds : 0;
}

/* What the job may be late by: it comes once a schedule, and takes its time. */
static double patience(const struct policy_look *look)
{
	double grace_s = look->took_s * 2 > LEAST_GRACE_S ? look->took_s * 2 : LEAST_GRACE_S;

	return positive(look->schedule_s) + grace_s;
}

static bool is_late(const struct policy_look *look)
{
	if (look->due_chunks == 0)
		return false;
	/* integer time has no seconds: then the job must have come by within its schedule */
	if (look->due_s < 0)
		return look->ok_ago_s < 0 || look->ok_ago_s > patience(look);
	return look->due_s >= patience(look);
}

/* How much older the watermark is than it may be. Where the newest row is older still, that is how far an aggregate can come. */
static double stale_for(const struct policy_look *look)
{
	double end_s = positive(look->is_integer ? 0 : look->end_offset_s);
	double reachable_s = look->raw_lag_s > end_s ? look->raw_lag_s : end_s;

	return positive(look->lag_s - reachable_s - positive(look->bucket_s) - patience(look));
}

/* Integer time has no seconds: then the job must have come by within its schedule. */
static bool is_stale(const struct policy_look *look)
{
	if (look->is_integer)
		return look->is_behind && (look->ok_ago_s < 0 || look->ok_ago_s > patience(look));
	return stale_for(look) > 0;
}

/* Raw rows that retention dropped, and the refresh looks at their time again: it writes down that there are none. */
static bool is_erasing(const struct policy_look *look)
{
	return look->raw_drop_after_s >= 0 && (look->start_offset_s < 0 || look->start_offset_s > look->raw_drop_after_s);
}

/* As people write it: with the unit that leaves no remainder. Of integer time: the number. */
char *policy_interval(double seconds)
{
	static const struct { int64_t seconds; const char *word; } units[] = {{86400, "day"}, {3600, "hour"}, {60, "minute"}, {1, "second"}};
	int64_t whole = (int64_t)seconds;

	for (size_t i = 0; i < sizeof units / sizeof *units; i++)
		if (whole % units[i].seconds == 0 && (whole > 0 || units[i].seconds == 1)) {
			int64_t count = whole / units[i].seconds;

			return mem_format("%lld %s%s", (long long)count, units[i].word, count == 1 ? "" : "s");
		}
	return mem_copy("0 seconds");
}

static char *age_of(const struct policy_look *look, double age)
{
	return look->is_integer ? mem_format("%lld", (long long)age) : policy_interval(age);
}

/* What a policy's configuration is to become, as the value of one key in JSON. */
static char *reconfigure(const struct policy_look *look, const char *key, double age)
{
	char *words = age_of(look, age);
	char *statement = mem_format(look->is_integer
	                                 ? "select alter_job(%lld, config => jsonb_set(config, '{%s}', '%s')) from timescaledb_information.jobs where job_id = %lld"
	                                 : "select alter_job(%lld, config => jsonb_set(config, '{%s}', '\"%s\"')) from timescaledb_information.jobs where job_id = %lld",
	                             (long long)look->job_id, key, words, (long long)look->job_id);

	mem_free(words);
	return statement;
}

static void judge_erasing(const struct policy_look *look, struct policy_verdict *verdict)
{
	char *raw = age_of(look, look->raw_drop_after_s);
	char *from = look->start_offset_s < 0 ? NULL : age_of(look, look->start_offset_s);

	verdict->verdict = "erasing";
	verdict->cause = from ? mem_format("job %lld refreshes the last %s, raw rows are dropped after %s: what the aggregate holds of older time is erased",
	                                   (long long)look->job_id, from, raw)
	                      : mem_format("job %lld refreshes from the beginning, raw rows are dropped after %s: what the aggregate holds of older time is erased",
	                                   (long long)look->job_id, raw);
	verdict->mend = reconfigure(look, "start_offset", look->raw_drop_after_s);
	mem_free(raw);
	mem_free(from);
}

static void judge_never(const struct policy_look *look, struct policy_verdict *verdict)
{
	char *drop = age_of(look, look->raw_drop_after_s);
	char *compress = age_of(look, look->after_s);

	verdict->verdict = "never";
	verdict->cause = mem_format("chunks are dropped after %s, before compress_after (%s) has come", drop, compress);
	verdict->mend = reconfigure(look, "compress_after", (double)(int64_t)(look->raw_drop_after_s / 4));
	mem_free(drop);
	mem_free(compress);
}

/* What is odd in a policy that does its work: nobody is late, but it keeps more or less than people believe. */
static void find_smell(const struct policy_look *look, struct policy_verdict *verdict)
{
	double difference = look->after_s - look->expected_s;

	if (look->kind != POLICY_RETENTION || look->is_integer || look->after_s < 0)
		return;
	/* a month is 30 days here and 31 there */
	if (look->expected_s >= 0 && (difference > look->expected_s / 50 || -difference > look->expected_s / 50)) {
		char *policy = policy_interval(look->after_s);
		char *wanted = policy_interval(look->expected_s);
		char *rest = mem_format("'%s'", wanted);

		verdict->cause = mem_format("the policy drops after %s, the configuration says %s (key `retention`)", policy, wanted);
		verdict->mend = policy_command(look, "retention set", rest);
		mem_free(policy);
		mem_free(wanted);
		mem_free(rest);
	} else if (look->chunk_s > look->after_s) {
		char *policy = policy_interval(look->after_s);
		char *chunk = policy_interval(look->chunk_s);

		verdict->cause = mem_format("a chunk covers %s, more than the %s that are kept: rows go only with their whole chunk", chunk, policy);
		mem_free(policy);
		mem_free(chunk);
	}
}

static void judge_without_policy(const struct policy_look *look, struct policy_verdict *verdict)
{
	verdict->verdict = "no policy";
	if (look->is_apache && look->kind == POLICY_COMPRESSION) {
		verdict->cause = mem_copy("Apache edition: compression is not in this edition");
	} else if (look->is_apache) {
		verdict->cause = mem_copy("Apache edition: policies are not in this edition");
		if (look->kind == POLICY_RETENTION) {
			char *age = look->expected_s >= 0 ? policy_interval(look->expected_s) : NULL;
			char *rest = age ? mem_format("--older-than '%s'", age) : mem_copy("--older-than AGE");

			verdict->mend = policy_command(look, "drop-chunks", rest);
			mem_free(age);
			mem_free(rest);
		}
	} else if (look->kind == POLICY_RETENTION && look->expected_s >= 0) {
		char *wanted = policy_interval(look->expected_s);
		char *rest = mem_format("'%s'", wanted);

		verdict->cause = mem_format("the configuration says that %s are kept (key `retention`), and nothing drops what is older", wanted);
		verdict->mend = policy_command(look, "retention set", rest);
		mem_free(wanted);
		mem_free(rest);
	}
}

void policy_judge(const struct policy_look *look, struct policy_verdict *verdict)
{
	memset(verdict, 0, sizeof *verdict);
	verdict->verdict = "ok";
	if (look->job_id == 0) {
		judge_without_policy(look, verdict);
	} else if (look->kind == POLICY_REFRESH) {
		verdict->late_s = look->is_integer ? 0 : stale_for(look);
		if (is_erasing(look)) {
			judge_erasing(look, verdict);
		} else if (is_stale(look)) {
			verdict->verdict = "stale";
			policy_find_cause(look, true, verdict);
		}
	} else if (look->kind == POLICY_COMPRESSION && look->after_s >= 0 && look->raw_drop_after_s >= 0 && look->after_s >= look->raw_drop_after_s) {
		judge_never(look, verdict);
	} else if (is_late(look)) {
		verdict->verdict = "late";
		verdict->late_s = positive(look->due_s);
		verdict->late_chunks = look->due_chunks;
		policy_find_cause(look, true, verdict);
	} else {
		find_smell(look, verdict);
	}
}

void policy_judge_job(const struct policy_look *look, struct policy_verdict *verdict)
{
	memset(verdict, 0, sizeof *verdict);
	policy_find_cause(look, false, verdict);
	verdict->verdict = verdict->cause ? "late" : "ok";
}

void policy_verdict_done(struct policy_verdict *verdict)
{
	mem_free(verdict->cause);
	mem_free(verdict->mend);
	memset(verdict, 0, sizeof *verdict);
}
