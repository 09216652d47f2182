/* seeds/exec.c - files that another program runs: psql for what only it understands, the team's own programs.
 * The connection goes by environment and passfile, never by argv. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "pgtend/core/json.h"
#include "pgtend/core/mem.h"
#include "pgtend/loop/child.h"
#include "pgtend/loop/task.h"
#include "pgtend/pg/client_tool.h"
#include "pgtend/sql_embedded.h"
#include "seeds_internal.h"

enum { END_LEFT_MS = 5000 };

static const struct conninfo *info_of(const struct database *database)
{
	return database->direct != NULL ? database->direct : database->info;
}

/* ---- running --------------------------------------------------------------- */

static char *folder_of(const char *path)
{
	const char *slash = strrchr(path, '/');
	return slash == NULL ? mem_copy(".") : slash == path ? mem_copy("/") : mem_copy_n(path, (size_t)(slash - path));
}

struct program {
	struct words argv, env; /* argv's last word is NULL */
	struct seed_speaker speaker;
	int status;
	int signal_number; /* 0: it ended by itself */
	char *application; /* what the server's sessions of this run are called */
};

static void program_done(struct program *program)
{
	program->argv.count--;
	words_done(&program->argv);
	seed_forget_environment(&program->env);
	seed_speaker_done(&program->speaker);
	mem_free(program->application);
}

static void hear(enum child_stream stream, const char *bytes, size_t length, void *arg)
{
	seed_hear(stream, bytes, length, &((struct program *)arg)->speaker);
}

static void ended(int status, int signal_number, void *arg)
{
	(void)status;
	((struct program *)arg)->signal_number = signal_number;
}

/* A program that is ended takes its connection along, but the server finishes the statement that it has begun, and commits it where that is
 * all of a transaction. Behind our back nothing more must happen. */
static void end_left(struct fleet *fleet, struct database *database, const struct program *program)
{
	struct err ignored;
	if (!database_can(database, CAP_ACTIVITY, &ignored))
		return;
	task_shield();
	struct session *session = database_action_session(fleet, database, NULL, "seed", 0, true);
	const char *const params[] = {program->application};
	if (session_ready_wait(session, END_LEFT_MS, &ignored))
		(void)!session_query_wait(session, sql_seeds_end_left, params, 1, END_LEFT_MS, NULL, &ignored);
	session_free(session);
	task_unshield();
}

static bool run(struct fleet *fleet, struct database *database, const struct seed_file *file, struct program *program,
    struct err *err)
{
	static int runs;
	struct words *env = &program->env;
	program->application = mem_format("pgtend seed %ld.%d", (long)getpid(), ++runs);
	words_take(env, mem_format("PGAPPNAME=%s", program->application));
	struct conninfo *info = conninfo_copy(info_of(database));
	struct conninfo_child child;
	if (!conninfo_child_init(&child, info, err)) {
		conninfo_free(info);
		return false;
	}
	for (size_t i = 0; i < child.env.count; i++)
		words_add(env, child.env.v[i]);
	char *folder = folder_of(file->path);
	size_t env_count = env->count;
	words_take(env, NULL); /* both lists end with NULL */
	struct child_spec spec = {
	    .argv = (const char *const *)program->argv.v,
	    .env = (const char *const *)env->v,
	    .folder = folder,
	    .stdout_fd = -1,
	    .stderr_fd = -1,
	    .data_fn = hear,
	    .exit_fn = ended,
	    .arg = program,
	};
	bool ok = child_run(fleet->loop, &spec, &program->status, NULL, NULL, err);
	seed_speaker_end(&program->speaker);
	if (!ok || program->signal_number > 0)
		end_left(fleet, database, program);
	env->count = env_count;
	mem_free(folder);
	conninfo_child_done(&child);
	conninfo_free(info);
	return ok;
}

/* "ended with status 3" or "was ended by signal 11 (Segmentation fault)", and the last thing that it said. */
static void word_end(const struct seed_file *file, const char *who, const struct program *program, struct err *err)
{
	const char *said = seed_last_line(&program->speaker);
	struct text end = {0};
	if (program->signal_number > 0)
		text_addf(&end, "%swas ended by signal %d (%s)", who, program->signal_number, strsignal(program->signal_number));
	else
		text_addf(&end, "%sended with status %d", who, program->status);
	err_set(err, ERR_FAILED, "%s: %s%s%s", file->name, text_str(&end), said != NULL ? ": " : "", said != NULL ? said : "");
	text_done(&end);
}

/* "psql:/path/file.sql:12: ERROR:  text" -> "file.sql:12: text". The last such line is the one that ended it;
 * notices come before it. */
static void word_psql_error(const struct seed_file *file, const struct program *program, struct err *err)
{
	const struct seed_speaker *speaker = &program->speaker;
	if (speaker->found == NULL) {
		word_end(file, "psql ", program, err);
		return;
	}
	const char *line = speaker->found + strlen(speaker->wanted);
	const char *text = strstr(line, ":  "); /* behind the severity, in whatever language */
	err_set(err, ERR_FAILED, "%s:%d: %s", file->name, atoi(line),
	    text != NULL ? text + 3 : line + strspn(line, "0123456789: "));
}

static void add_argv(struct words *argv, const char *const *more)
{
	for (; *more != NULL; more++)
		words_add(argv, *more);
}

bool seed_run_psql(
    struct fleet *fleet, struct database *database, struct seed_file *file, struct report *report, struct err *err)
{
	char *psql;
	struct err first;
	if (!client_tool_find("psql", database->server->version_num / 10000, &psql, NULL, &first) &&
	    !client_tool_find("psql", 0, &psql, NULL, err))
		return err_prefix(err, "%s", file->name);
	struct program program = {0};
	char *wanted = mem_format("psql:%s:", file->path);
	seed_speaker_init(&program.speaker, file, info_of(database), report);
	program.speaker.wanted = wanted;
	const char *const options[] = {psql, "-X", "-q", "-w", "-v", "ON_ERROR_STOP=1", NULL};
	const char *const one[] = {"--single-transaction", NULL}, *const which[] = {"-f", file->path, NULL};
	add_argv(&program.argv, options);
	if (seed_is_psql_single(file))
		add_argv(&program.argv, one);
	add_argv(&program.argv, which);
	if (file->record_sql != NULL) {
		words_add(&program.argv, "-c");
		words_add(&program.argv, file->record_sql);
	}
	words_take(&program.argv, NULL);
	bool ok = run(fleet, database, file, &program, err);
	if (!ok)
		err_prefix(err, "%s", file->name);
	else if (program.status != 0) {
		word_psql_error(file, &program, err);
		ok = false;
	}
	program_done(&program);
	mem_free(wanted);
	mem_free(psql);
	return ok;
}

/* {"line": 4, "column": 9, "message": "...", "hint": "...", "sqlstate": "23505"}, from helpers/seed.mjs. */
static bool word_verdict(const struct seed_file *file, const struct program *program, struct err *err)
{
	const char *said = program->speaker.verdict;
	json_t *verdict = said != NULL ? json_loads(said, 0, NULL) : NULL;
	const char *message = json_string_value(json_object_get(verdict, "message"));
	const char *hint = json_string_value(json_object_get(verdict, "hint"));
	const char *sqlstate = json_string_value(json_object_get(verdict, "sqlstate"));
	long long line = json_integer_value(json_object_get(verdict, "line"));
	long long column = json_integer_value(json_object_get(verdict, "column"));
	bool is_known = message != NULL;
	if (is_known) {
		char *clean = seed_without_secrets(&program->speaker, message);
		struct text place = {0};
		text_add(&place, file->name);
		if (line > 0)
			text_addf(&place, ":%lld", line);
		if (line > 0 && column > 0)
			text_addf(&place, ":%lld", column);
		err_set(err, ERR_FAILED, "%s: %s", text_str(&place), clean);
		if (sqlstate != NULL && strlen(sqlstate) < sizeof err->sqlstate)
			memcpy(err->sqlstate, sqlstate, strlen(sqlstate) + 1);
		text_done(&place);
		mem_free(clean);
	}
	if (is_known && hint != NULL) {
		char *clean = seed_without_secrets(&program->speaker, hint);
		err_hint(err, "%s", clean);
		mem_free(clean);
	}
	json_decref(verdict);
	return is_known;
}

bool seed_run_program(
    struct fleet *fleet, struct database *database, struct seed_file *file, struct report *report, struct err *err)
{
	struct program program = {0};
	seed_speaker_init(&program.speaker, file, info_of(database), report);
	for (size_t i = 0; i < file->runner.count; i++)
		words_add(&program.argv, file->runner.v[i]);
	words_add(&program.argv, file->path);
	words_take(&program.argv, NULL);
	if (file->way == SEED_RUNNER)
		seed_tell_uncalled(file, report);
	words_take(&program.env, mem_format("PGTEND_FOLDER=%s", config_folder(fleet->config)));
	seed_add_environment(&program.env, database, file);
	bool ok = run(fleet, database, file, &program, err);
	if (!ok)
		err_prefix(err, "%s", file->name);
	else if (program.status != 0) {
		if (!word_verdict(file, &program, err))
			word_end(file, "", &program, err);
		ok = false;
	}
	program_done(&program);
	return ok;
}
