/* commands/command.h - the table of verbs, and the one dispatcher through which all of them run.
 *
 * A verb is one file cmd_X.c (thin) and one line in registry.c. The row feeds parsing, help, completion (prompt,
 * bash, zsh), guards, the manual pages and the tests. A verb does not print and does not ask: it
 * fills a report (rows, log lines, hints); the dispatcher turns guards into ASK; console and cli ask and print in their own way.
 */
#ifndef PGTEND_COMMANDS_COMMAND_H
#define PGTEND_COMMANDS_COMMAND_H

#include "pgtend/core/err.h"
#include "pgtend/core/table.h"
#include "pgtend/core/text.h"
#include "pgtend/fleet/fleet.h"
#include "pgtend/jobs/guard.h"
#include "pgtend/jobs/job.h"

enum verb_scope {
	VERB_NO_DATABASE,    /* trust, sandbox, audit [DB] says so itself */
	VERB_READS,          /* databases; none named: all */
	VERB_ACTS,           /* databases; none named: the only one, or the selected one */
	VERB_ACTS_ONE,       /* exactly one database, then other words */
};

enum option_type { OPTION_FLAG, OPTION_INT, OPTION_TEXT, OPTION_DURATION, OPTION_TABLE, OPTION_FILE, OPTION_CHOICE };
struct verb_option {
	const char *name;      /* "--count" */
	enum option_type type;
	const char *value;     /* "N", "[SCHEMA.]NAME", or "a|b|c" for OPTION_CHOICE */
	bool is_repeatable;
	const char *doc;
};

struct command;            /* one parsed line; opaque parts below by getters */
struct action;             /* one verb on one database */

struct verb {
	const char *name;      /* "migrate" */
	const char *subverb;   /* "up" or NULL */
	const char *item;      /* "applied|pending": one of these stands before the databases; NULL: nothing does */
	bool is_item_list;     /* several of them may be given, parted by commas */
	enum verb_scope scope;
	const char *words;     /* what follows the databases, for usage: "NAME", "MINUTES REASON...", NULL */
	int least_words, most_words;
	const struct verb_option *options; /* name NULL ends; NULL: none. --format, --confirm, --dry-run, --with-deps, --help are everywhere they make sense */
	const char *required;      /* the option without which the line says nothing: "--older-than"; NULL */
	enum guard_level level;
	/* "--release": the level is that of a line with one of these options (blanks between them), or, without dashes, of one with words behind the database; any other line only looks, GUARD_L0. NULL:
	 * the level is that of every line. */
	const char *guarded_by;
	/* In a task, before anything is asked: the level of this very action where the line alone does not say it; `level` is the least that it has. NULL: `level`. */
	bool (*weigh)(struct action *action, enum guard_level *level, struct err *err);
	bool is_never_in_production;
	bool may_be_all;               /* diff: VERB_ACTS_ONE that also takes `all`, then without further words */
	bool takes_all;                /* VERB_ACTS, backup due: none named means all, also in the console */
	bool is_ordered_by_config;
	bool has_dry_run;
	bool stops_on_failure;         /* migrate: after one database failed no other is begun; those that run come to their end */
	bool is_unordered;             /* backup, verify: what becomes of one database says nothing of those that depend on it; nobody waits */
	bool limits_itself;            /* backup: all databases begin at once, it counts its own connections */
	bool is_dependents_first;      /* migrate down, clean: dependents go before what they depend on */
	bool wants_dependencies;       /* create, migrate up, seed: a missing or unmigrated dependency is said */
	bool previews_target;          /* its preview itself names server, clients and last backup; else the dispatcher does for L3 */
	bool pins_itself;              /* drop: what its preview has seen it checks itself, also of a database that lets nobody in */
	bool may_be_down;              /* pitr restore: a server that does not answer is no reason to refuse; it is pinned as absent */
	bool is_offline;               /* acts without a connection (migrate new, unlock): no trust is asked */
	bool is_of_files;              /* prune: it acts on files of ours, a server that is down does not stop it; trust is asked all the same */
	bool is_config_free;           /* init, sandbox: works where pgtend.ini is missing or broken */
	bool only_looks;               /* diff: VERB_ACTS_ONE for its words' sake; its rows are the result, as of a verb that reads, and what differs (ERR_DRIFT) is an answer */
	bool gives_log;                /* what it logs belongs to its result: standard output, behind the rows */
	bool is_plugin;                /* check: exit status of monitoring plug-ins, its summary is all that people see of the rows */
	bool is_quiet;                 /* VERB_NO_DATABASE that only reads: no line in the audit log */
	const char *title;     /* one line: "Apply pending migrations" */
	const char *help;      /* a paragraph */
	const char *example;   /* "pgtend migrate up core --count 1" */
	const struct table_shape *shape; /* of the rows it gives; NULL: none */
	const char *other_option;        /* "--list": with it the rows have other_shape; NULL: they never have */
	const struct table_shape *other_shape;
	/* What would happen, as lines in action->preview, before a question is asked. In a task. NULL: the title says it all.
	 * With --dry-run its lines are the result and run is not called; a verb without preview is run with is_dry_run instead. */
	bool (*preview)(struct action *action, struct err *err);
	/* In a task. For VERB_ACTS*: called once a database. For VERB_READS and VERB_NO_DATABASE: called once, action->database NULL, all databases in action->databases. */
	bool (*run)(struct action *action, struct err *err);
	/* ERR_UNSUPPORTED from run counts as skipped under `all`. */
};

struct action {
	const struct verb *verb;
	const struct command *command;
	struct fleet *fleet;
	struct database *database;          /* of an acting verb */
	struct database **databases;        /* of a reading verb */
	int database_count;
	struct report *report;              /* progress, log, rows, hints, summary go here */
	struct words preview;
	char *shown;                        /* what the preview leaves for run, so that it acts on what was shown; freed by the dispatcher; NULL */
	enum guard_level level;             /* under which it stands, and which it has passed when it runs */
	bool is_dry_run;
	struct event_bus *bus;
};

extern const struct verb *const verbs[];
extern const int verb_count;

/* Words of the line (already split; the first is the verb). selected: the console's database, NULL on the command line. err: ERR_USAGE with the nearest word. */
PGTEND_CHECK struct command *command_parse(const struct fleet *fleet, char *const *words, int count, struct database *selected, struct err *err);
/* Splits a prompt line as a shell would: quotes, backslash. */
PGTEND_CHECK bool command_split(const char *line, struct words *words, struct err *err);
/* The verb among words of which some are options: the first that is none and no option's value; NULL. Borrowed. */
const char *command_verb_word(char *const *words, int count);
void command_free(struct command *command);
const struct verb *command_verb(const struct command *command);
bool command_flag(const struct command *command, const char *option);
const char *command_option(const struct command *command, const char *option); /* last value; NULL */
const struct words *command_option_all(const struct command *command, const char *option); /* empty list when not given */
int64_t command_int(const struct command *command, const char *option, int64_t otherwise);
/* The guard that this line stands under: verb->level, or GUARD_L0 when it only looks. */
enum guard_level command_level(const struct command *command);
const char *command_item(const struct command *command); /* NULL: the verb has none */
const struct words *command_words(const struct command *command);
const char *command_format(const struct command *command); /* "table", "json", "csv" */
bool command_is_all(const struct command *command);
bool command_wants_help(const struct command *command);

/* --- running --------------------------------------------------------------------------------- */

struct ask {
	struct database *database;     /* NULL: one `y` stands for several databases, all in the preview and the question */
	const struct words *preview;   /* lines to show first, raw */
	const char *expect;            /* exact text to type */
	const char *question;          /* "Type the database's name, pshop_db, to clean it: " */
};

struct command_run; /* opaque: a command on its way */
struct command_callbacks {
	/* Show it, get an answer, then call command_answer() - at once or later. */
	void (*ask)(struct command_run *run, const struct ask *ask, void *arg);
	/* A job began, moved or ended (also sent as EVENT_JOB). */
	void (*job)(struct command_run *run, struct job *job, void *arg);
	/* All jobs ended. status: DESIGN 2. The run is freed after it. */
	void (*done)(struct command_run *run, int status, void *arg);
	void *arg;
};
/* Takes over the command. from: by key, prompt or script. */
struct command_run *command_start(struct fleet *fleet, struct command *command, enum guard_from from, const struct command_callbacks *callbacks);
/* typed: what the user typed, NULL: gave up. Anything but the exact text is a refusal (7). */
void command_answer(struct command_run *run, const char *typed);
void command_cancel(struct command_run *run);
int command_job_count(const struct command_run *run);
struct job *command_job(const struct command_run *run, int i);
const struct command *command_of(const struct command_run *run);
/* "done: core, atriz; failed: mextrack; not begun: pshop"; NULL where all went well or there was only one. Caller frees. */
char *command_standing(const struct command_run *run);

/* Candidates for the word under the cursor (verbs, subverbs, databases, tables known from facts, options, choices); *hint: the hint line for this argument (caller frees). */
void command_complete(const struct fleet *fleet, const char *line, int cursor, struct words *candidates, char **hint);
/* false: there is no such verb (subverb); err names the nearest. name NULL is known. */
PGTEND_CHECK bool command_known(const char *name, const char *subverb, struct err *err);
/* The usage text of a verb (or of a verb's subverbs, or of everything: name NULL): arguments, guard, example. Caller frees. */
char *command_help(const char *name, const char *subverb);

#endif
