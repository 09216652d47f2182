/* pgtend's own records through their own functions, for metadata.test: metadata_live FILE.ini DATABASE WORD...
 * look | make | up NAME | up-statements NAME | down NAME | note NAME ACTION | begin | end OUTCOME | progress NAME NUMBER | done NAME NUMBER |
 * how-far NAME | sql TEXT */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../lib/fleet_live.h"
#include "pgtend/core/mem.h"
#include "pgtend/migrate/metadata.h"

static struct database *database;
static struct session *session;
static struct ledger ledger;
static struct metadata metadata;
static char **words;
static int count;

static bool send(char *sql)
{
	struct err err = {0};
	if (!sql) {
		puts("nothing to send");
		return true;
	}
	bool is_done = session_query_wait(session, sql, NULL, 0, 5000, NULL, &err);
	if (!is_done)
		fleet_live_say(&err);
	mem_free(sql);
	return is_done;
}

static int file_of(const char *name)
{
	for (int i = 0; i < ledger.migration_count; i++)
		if (strcmp(ledger.files[i].name, name) == 0)
			return i;
	mem_die(name);
}

static bool how_far(const struct plan_step *step)
{
	struct metadata_progress progress;
	struct err err = {0};
	if (!metadata_read_progress(&ledger, step, session, &progress, &err)) {
		fleet_live_say(&err);
		return false;
	}
	if (progress.is_there)
		printf("%d done%s, %.8s\n", progress.done, progress.is_unsettled ? ", one unsettled" : "",
		    progress.checksum ? progress.checksum : "?");
	else
		puts("no progress");
	metadata_progress_done(&progress);
	return true;
}

static bool obey(int *i)
{
	struct err err = {0};
	const char *word = words[(*i)++], *name = *i < count ? words[*i] : "";
	struct plan_step step = {.is_up = true, .checksum = "0123456789abcdef"};
	if (strcmp(word, "look") == 0)
		return printf("%s%s\n", metadata.is_there ? "there" : metadata.may_make ? "may make" : "no: ",
		           metadata.why_not ? metadata.why_not : "") > 0;
	if (strcmp(word, "make") == 0) {
		bool is_made = metadata_make(database, session, &metadata, &err);
		if (!is_made)
			fleet_live_say(&err);
		return is_made;
	}
	if (strcmp(word, "begin") == 0)
		return send(metadata_begin_sql(&metadata, &ledger, "migrate up", session));
	++*i;
	if (strcmp(word, "end") == 0)
		return send(metadata_end_sql(&metadata, &ledger, name, session));
	if (strcmp(word, "sql") == 0)
		return send(mem_copy(name));
	step.file = file_of(name);
	if (strcmp(word, "how-far") == 0)
		return how_far(&step);
	if (strcmp(word, "up-statements") == 0)
		step.mode = PLAN_STATEMENTS;
	if (text_starts_with(word, "up"))
		return send(metadata_record_sql(&metadata, &ledger, &step, session));
	if (strcmp(word, "down") == 0)
		return send(metadata_forget_sql(&metadata, &ledger, &step, session));
	const char *more = words[(*i)++];
	if (strcmp(word, "note") == 0)
		return send(metadata_note_sql(&metadata, &ledger, &ledger.files[step.file], more, session));
	return send(metadata_progress_sql(&metadata, &ledger, &step, atoi(more), strcmp(word, "done") == 0, session));
}

static void run(struct fleet_live *live)
{
	struct err err = {0};
	database = live->database;
	words = live->words;
	count = live->count;
	session = database_action_session(live->fleet, database, NULL, "test", 1000, true);
	bool is_good = session_ready_wait(session, 10000, &err) && ledger_read(database, session, &ledger, &err) &&
	               metadata_look(database, session, &metadata, &err);
	if (!is_good)
		fleet_live_say(&err);
	for (int i = 0; is_good && i < count;)
		is_good = obey(&i);
	live->status = !is_good;
	metadata_done(&metadata);
	ledger_done(&ledger);
	session_free(session);
}

int main(int argc, char **argv)
{
	return fleet_live_main(argc, argv, 1, run);
}
