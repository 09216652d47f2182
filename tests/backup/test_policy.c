/* When a backup is due and which may go: rules of a list and a clock. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "pgtend/backup/policy.h"
#include "pgtend/core/mem.h"
#include "pgtend/core/units.h"

enum { MOST = 40 };
static struct archive list[MOST];
static struct archives archives;
static const struct backup_policy daily = {.every = BACKUP_DAILY, .keep_s = 7 * 86400.0, .keep_min = 3},
	weekly = {.every = BACKUP_WEEKLY, .keep_s = 30 * 86400.0, .keep_min = 2}, none = {.every = BACKUP_NEVER, .keep_s = 7 * 86400.0, .keep_min = 3};

static int64_t at(const char *time)
{
	int64_t us = 0;
	assert_true(units_parse_time_us(time, &us));
	return us;
}

static struct archive *add(const char *time)
{
	assert_true(archives.count < MOST);
	struct archive *archive = &list[archives.count++];
	*archive = (struct archive){.id = mem_format("core-%s", time), .depth = ARCHIVE_READ, .taken_us = at(time), .size_bytes = 100};
	return archive;
}

static void damage(struct archive *archive)
{
	archive->trouble = mem_copy("the dump has 12 bytes less than its manifest says");
}

static int begin(void **state)
{
	(void)state;
	archives = (struct archives){.v = list};
	return 0;
}

static int end(void **state)
{
	(void)state;
	for (int i = 0; i < archives.count; i++) {
		mem_free(list[i].id);
		mem_free(list[i].trouble);
		json_decref(list[i].manifest);
	}
	return 0;
}

static void expect_due(const struct backup_policy *policy, const char *now, bool wanted, const char *because)
{
	char *why = NULL;
	bool is_due = backup_is_due(policy, &archives, at(now), &why);
	if (is_due != wanted || strstr(why, because) == NULL)
		fail_msg("at %s: %s (%s), wanted %s (%s)", now, is_due ? "due" : "not due", why, wanted ? "due" : "not due", because);
	mem_free(why);
}

/* --- due --------------------------------------------------------------------------------------- */

static void without_a_policy_none_is_due(void **state)
{
	(void)state;
	expect_due(&none, "2026-11-21T02:30:00Z", false, "its policy is none");
}

static void the_first_one_is_due_at_once(void **state)
{
	(void)state;
	expect_due(&daily, "2026-11-21T02:30:00Z", true, "there is none yet");
	expect_due(&weekly, "2026-11-21T02:30:00Z", true, "there is none yet");
}

static void daily_is_once_a_day_of_utc(void **state)
{
	(void)state;
	add("2026-11-20T02:31:00Z");
	expect_due(&daily, "2026-11-20T02:32:00Z", false, "the last good one is 1m old");
	expect_due(&daily, "2026-11-20T23:59:59Z", false, "old");
	/* a timer that comes a minute earlier than yesterday does not lose the day */
	expect_due(&daily, "2026-11-21T02:30:00Z", true, "23h");
	expect_due(&daily, "2026-11-21T00:00:00Z", true, "21h");
}

static void one_taken_by_hand_in_the_day_does_not_take_the_nights_away(void **state)
{
	(void)state;
	add("2026-11-20T16:00:00Z");
	expect_due(&daily, "2026-11-21T02:30:00Z", true, "10h");
}

static void tries_around_midnight_take_one(void **state)
{
	(void)state;
	add("2026-11-20T23:30:00Z");
	expect_due(&daily, "2026-11-21T00:30:00Z", false, "1h");
	expect_due(&daily, "2026-11-21T01:30:00Z", false, "2h");
	expect_due(&daily, "2026-11-21T23:30:00Z", true, "1d");
}

/* Europe went to winter time on 2026-10-25 at 01:00 UTC and to summer time on 2026-03-29: a timer of local time shifts by an hour. */
static void summer_time_neither_loses_nor_doubles_a_day(void **state)
{
	(void)state;
	add("2026-10-24T00:30:00Z");
	expect_due(&daily, "2026-10-25T00:30:00Z", true, "1d");
	add("2026-10-25T00:30:00Z");
	expect_due(&daily, "2026-10-25T01:30:00Z", false, "1h");
	expect_due(&daily, "2026-10-26T01:30:00Z", true, "1d 1h");
	end(state);
	begin(state);
	add("2026-03-28T01:30:00Z");
	expect_due(&daily, "2026-03-29T00:30:00Z", true, "23h");
}

static void weekly_is_by_days_too(void **state)
{
	(void)state;
	add("2026-11-14T02:40:00Z");
	expect_due(&weekly, "2026-11-20T23:00:00Z", false, "6d");
	expect_due(&weekly, "2026-11-21T02:30:00Z", true, "6d 23h");
}

static void a_damaged_or_unverified_one_counts_for_nothing(void **state)
{
	(void)state;
	damage(add("2026-11-21T02:30:00Z"));
	add("2026-11-20T02:30:00Z");
	expect_due(&daily, "2026-11-21T08:00:00Z", true, "(core-2026-11-21T02:30:00Z is no backup: the dump has 12 bytes less");
	list[0].trouble[0] = 'T';
	mem_free(list[0].trouble);
	list[0].trouble = NULL;
	list[0].depth = ARCHIVE_UNVERIFIED;
	expect_due(&daily, "2026-11-21T08:00:00Z", true, "1d 5h");
	list[0].depth = ARCHIVE_CHECKSUM;
	expect_due(&daily, "2026-11-21T08:00:00Z", false, "5h old");
}

static void one_from_the_future_counts_for_nothing(void **state)
{
	(void)state;
	add("2036-01-01T00:00:00Z");
	expect_due(&daily, "2026-11-21T02:30:00Z", true, "there is no good one (core-2036-01-01T00:00:00Z is from the future)");
	/* two clocks differ by some minutes: a folder that two hosts share */
	end(state);
	begin(state);
	add("2026-11-21T02:40:00Z");
	expect_due(&daily, "2026-11-21T02:30:00Z", false, "0s");
}

static void before_the_epoch_days_are_counted_too(void **state)
{
	(void)state;
	add("1970-01-01T00:00:01Z");
	expect_due(&daily, "1970-01-01T23:00:00Z", false, "");
	expect_due(&daily, "1970-01-02T00:00:00Z", true, "");
}

/* --- prune ------------------------------------------------------------------------------------- */

/* One letter a backup, newest first: F forever, Y young, L least, S stopped, A ahead, D damaged, R remove, H husk. */
static void expect_fates(const struct backup_policy *policy, const char *now, const char *wanted)
{
	static const char letters[] = {[PRUNE_FOREVER] = 'F', [PRUNE_YOUNG] = 'Y', [PRUNE_LEAST] = 'L', [PRUNE_STOPPED] = 'S',
		[PRUNE_AHEAD] = 'A', [PRUNE_DAMAGED] = 'D', [PRUNE_REMOVE] = 'R', [PRUNE_HUSK] = 'H'};
	enum prune_fate fates[MOST];
	char got[MOST + 1] = "";
	backup_prune_plan(policy, &archives, at(now), fates);
	for (int i = 0; i < archives.count; i++)
		got[i] = letters[fates[i]];
	assert_string_equal(got, wanted);
}

static void add_days(int newest, int oldest)
{
	for (int day = newest; day >= oldest; day--) {
		char time[32];
		snprintf(time, sizeof time, "2026-11-%02dT02:30:00Z", day);
		add(time);
	}
}

static void what_is_older_than_keep_goes(void **state)
{
	(void)state;
	add_days(21, 12);
	/* seven days and an hour before 03:30 of the 21st is 02:30 of the 14th */
	expect_fates(&daily, "2026-11-21T03:30:00Z", "YYYYYYYRRR");
}

static void without_keep_nothing_goes(void **state)
{
	(void)state;
	add_days(21, 1);
	const struct backup_policy ever = {.every = BACKUP_DAILY, .keep_s = -1, .keep_min = 1};
	expect_fates(&ever, "2026-11-21T03:30:00Z", "FFFFFFFFFFFFFFFFFFFFF");
}

static void keep_min_stays_whatever_its_age(void **state)
{
	(void)state;
	add_days(21, 18);
	const struct backup_policy tight = {.every = BACKUP_DAILY, .keep_s = 0, .keep_min = 3};
	expect_fates(&tight, "2026-11-21T03:30:00Z", "LLLR");
	const struct backup_policy nothing = {.every = BACKUP_DAILY, .keep_s = 0, .keep_min = 0};
	expect_fates(&nothing, "2026-11-21T03:30:00Z", "LRRR");
}

static void damaged_ones_protect_nothing_and_are_left_alone(void **state)
{
	(void)state;
	add_days(21, 10);
	damage(&list[0]);
	list[1].depth = ARCHIVE_UNVERIFIED;
	const struct backup_policy tight = {.every = BACKUP_DAILY, .keep_s = 86400, .keep_min = 2};
	expect_fates(&tight, "2026-11-21T03:30:00Z", "DLLLRRRRRRRR");
	/* all of them damaged but the oldest */
	for (int i = 1; i < archives.count - 1; i++)
		damage(&list[i]);
	expect_fates(&tight, "2026-11-21T03:30:00Z", "DDDDDDDDDDDL");
}

static void a_clock_that_went_back_makes_nothing_old(void **state)
{
	(void)state;
	add_days(21, 10);
	expect_fates(&daily, "2026-11-15T03:30:00Z", "AAAAAAYYYYYY");
	expect_fates(&daily, "2020-01-01T00:00:00Z", "AAAAAAAAAAAA");
	/* what lies ahead protects nothing either: of the others keep_min stay */
	const struct backup_policy tight = {.every = BACKUP_DAILY, .keep_s = 0, .keep_min = 3};
	expect_fates(&tight, "2026-11-15T03:30:00Z", "AAAAAALLLRRR");
}

static void a_clock_that_ran_ahead_or_backups_that_stopped_remove_nothing(void **state)
{
	(void)state;
	add_days(21, 10);
	expect_fates(&daily, "2027-11-21T03:30:00Z", "LLLSSSSSSSSS");
	expect_fates(&daily, "2026-11-30T03:30:00Z", "LLLSSSSSSSSS");
	/* without a policy nobody expects new ones */
	expect_fates(&none, "2026-11-30T03:30:00Z", "LLLRRRRRRRRR");
	/* weekly ones are a week old before the next comes */
	const struct backup_policy weeks = {.every = BACKUP_WEEKLY, .keep_s = 3 * 86400.0, .keep_min = 2};
	expect_fates(&weeks, "2026-11-28T03:30:00Z", "LLRRRRRRRRRR");
}

static void a_manifest_alone_goes_as_its_dump_would(void **state)
{
	(void)state;
	add_days(21, 10);
	damage(&list[11]);
	list[11].is_gone = true;
	damage(&list[1]);
	list[1].is_gone = true;
	/* its manifest is not right either */
	damage(&list[10]);
	expect_fates(&daily, "2026-11-21T03:30:00Z", "YYYYYYYRRRDH");
}

static void without_a_time_it_is_left_alone(void **state)
{
	(void)state;
	add_days(21, 12);
	list[9].taken_us = 0;
	expect_fates(&daily, "2026-11-21T03:30:00Z", "YYYYYYYRRD");
}

/* --- a folder that two machines share -------------------------------------------------------------- */

static void of(struct archive *archive, const char *host, const char *server, const char *dbname)
{
	archive->manifest = json_pack("{s:s, s:s?, s:s}", "host", host, "system_identifier", server, "dbname", dbname);
}

static const char *troubles(void)
{
	static char got[MOST + 1];
	for (int i = 0; i < archives.count; i++)
		got[i] = list[i].trouble == NULL ? '.' : 'o';
	got[archives.count] = '\0';
	return got;
}

static void those_of_another_server_are_left_alone(void **state)
{
	(void)state;
	add_days(21, 12);
	for (int i = 0; i < archives.count; i++)
		of(&list[i], i % 2 == 0 ? "here" : "there", i % 2 == 0 ? "111" : "222", "core_db");
	int64_t now = at("2026-11-21T03:30:00Z");
	assert_false(archives_are_hearsay(&archives, "here", now));
	archives_leave_others(&archives, "here", NULL, now);
	assert_string_equal(troubles(), ".o.o.o.o.o");
	/* of the five others two stay, though eight newer ones are there */
	const struct backup_policy tight = {.every = BACKUP_DAILY, .keep_s = 86400, .keep_min = 2};
	expect_fates(&tight, "2026-11-21T03:30:00Z", "YDLDRDRDRD");
}

static void two_machines_may_tend_one_server(void **state)
{
	(void)state;
	add_days(21, 12);
	for (int i = 0; i < archives.count; i++)
		of(&list[i], i % 2 == 0 ? "here" : "there", i % 3 == 0 ? "unknown" : "111", "core_db");
	archives_leave_others(&archives, "here", NULL, at("2026-11-21T03:30:00Z"));
	assert_string_equal(troubles(), "..........");
}

static void what_others_say_is_hearsay(void **state)
{
	(void)state;
	int64_t now = at("2026-11-21T03:30:00Z");
	assert_false(archives_are_hearsay(&archives, "here", now));
	add_days(21, 18);
	for (int i = 0; i < archives.count; i++)
		of(&list[i], "there", i < 2 ? "222" : "111", "core_db");
	assert_true(archives_are_hearsay(&archives, "here", now));
	archives_leave_others(&archives, "here", "111", now);
	assert_string_equal(troubles(), "oo..");
	expect_due(&daily, "2026-11-21T03:30:00Z", true, "(core-2026-11-21T02:30:00Z is no backup of it: it is of another server or database, taken on there)");
}

static void a_server_that_was_replaced_leaves_its_last_ones(void **state)
{
	(void)state;
	add_days(21, 12);
	for (int i = 0; i < archives.count; i++)
		of(&list[i], "here", i < 4 ? "222" : "111", "core_db");
	archives_leave_others(&archives, "here", NULL, at("2026-11-21T03:30:00Z"));
	const struct backup_policy tight = {.every = BACKUP_DAILY, .keep_s = 86400, .keep_min = 2};
	expect_fates(&tight, "2026-11-21T03:30:00Z", "YLRRLLRRRR");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(without_a_policy_none_is_due),
		TEST(the_first_one_is_due_at_once),
		TEST(daily_is_once_a_day_of_utc),
		TEST(one_taken_by_hand_in_the_day_does_not_take_the_nights_away),
		TEST(tries_around_midnight_take_one),
		TEST(summer_time_neither_loses_nor_doubles_a_day),
		TEST(weekly_is_by_days_too),
		TEST(a_damaged_or_unverified_one_counts_for_nothing),
		TEST(one_from_the_future_counts_for_nothing),
		TEST(before_the_epoch_days_are_counted_too),
		TEST(what_is_older_than_keep_goes),
		TEST(without_keep_nothing_goes),
		TEST(keep_min_stays_whatever_its_age),
		TEST(damaged_ones_protect_nothing_and_are_left_alone),
		TEST(a_clock_that_went_back_makes_nothing_old),
		TEST(a_clock_that_ran_ahead_or_backups_that_stopped_remove_nothing),
		TEST(a_manifest_alone_goes_as_its_dump_would),
		TEST(without_a_time_it_is_left_alone),
		TEST(those_of_another_server_are_left_alone),
		TEST(two_machines_may_tend_one_server),
		TEST(what_others_say_is_hearsay),
		TEST(a_server_that_was_replaced_leaves_its_last_ones),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
