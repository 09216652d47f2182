/* seeds/exec.c - files that another program runs: psql for what only it understands, the team's own programs.
 * The connection goes by environment and passfile, never by argv. */
#include <stdlib.h>
#include <string.h>

#include "pgtend/core/mem.h"
#include "pgtend/loop/child.h"
#include "pgtend/pg/client_tool.h"
#include "seeds_internal.h"

static const struct conninfo *info_of(const struct database *database)
{
	return database->direct != NULL ? database->direct : database->info;
}

/* ---- its environment ------------------------------------------------------- */

/* Host and port stand among the parameters, where also a socket's folder and a list of hosts may stand. */
static char *url_of(const struct conninfo *info)
{
	struct conninfo *copy = conninfo_copy(info);
	struct text url = {0};
	text_add(&url, "DATABASE_URL=postgresql://");
	seed_add_encoded(&url, conninfo_effective(copy, "user"));
	if (conninfo_get(info, "password") != NULL) {
		text_add(&url, ":");
		seed_add_encoded(&url, conninfo_get(info, "password"));
	}
	const char *host = conninfo_effective(copy, "host");
	bool is_plain_host = host != NULL && host[0] != '/' && strchr(host, ',') == NULL;
	text_add(&url, "@");
	if (is_plain_host)
		seed_add_encoded(&url, host);
	const char *port = conninfo_effective(copy, "port");
	if (is_plain_host && port != NULL)
		text_addf(&url, ":%s", port);
	text_add(&url, "/");
	seed_add_encoded(&url, conninfo_effective(copy, "dbname"));
	char joint = '?';
	if (!is_plain_host && host != NULL) {
		text_add(&url, "?host=");
		seed_add_encoded(&url, host);
		text_addf(&url, "&port=%s", port != NULL ? port : "5432");
		joint = '&';
	}
	if (conninfo_get(info, "sslmode") != NULL)
		text_addf(&url, "%csslmode=%s", joint, conninfo_get(info, "sslmode"));
	conninfo_free(copy);
	return text_take(&url);
}

static void add_team_variables(struct words *env, const struct database *database, const struct seed_file *file)
{
	words_take(env, url_of(info_of(database)));
	words_take(env, mem_format("PGTEND_DATABASE=%s", database->name));
	if (file->is_environment_chosen || getenv("NODE_ENV") == NULL)
		words_take(env, mem_format("NODE_ENV=%s", file->environment));
}

static void forget(struct words *env)
{
	for (size_t i = 0; i < env->count; i++)
		if (text_starts_with(env->v[i], "DATABASE_URL="))
			explicit_bzero(env->v[i], strlen(env->v[i]));
	words_done(env);
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
	struct text out, errors;
};

static void program_done(struct program *program)
{
	program->argv.count--;
	words_done(&program->argv);
	forget(&program->env);
	text_done(&program->out);
	text_done(&program->errors);
	seed_speaker_done(&program->speaker);
}

static bool run(struct fleet *fleet, struct database *database, const struct seed_file *file, struct program *program,
    struct err *err)
{
	struct words *env = &program->env;
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
	    .data_fn = seed_hear,
	    .arg = &program->speaker,
	};
	bool ok = child_run(fleet->loop, &spec, &program->status, &program->out, &program->errors, err);
	env->count = env_count;
	mem_free(folder);
	conninfo_child_done(&child);
	conninfo_free(info);
	return ok;
}

/* "psql:/path/file.sql:12: ERROR:  text" -> "file.sql:12: text". The last such line is the one that ended it;
 * notices come before it. */
static void word_psql_error(const struct seed_file *file, const struct program *program, struct err *err)
{
	const char *errors = text_str(&program->errors);
	char *prefix = mem_format("psql:%s:", file->path);
	const char *last = NULL;
	for (const char *at = strstr(errors, prefix); at != NULL; at = strstr(at + 1, prefix))
		last = at + strlen(prefix);
	if (last != NULL) {
		char *line = mem_copy_n(last, strcspn(last, "\r\n"));
		const char *text = strstr(line, ":  "); /* behind the severity, in whatever language */
		err_set(err, ERR_FAILED, "%s:%d: %s", file->name, atoi(line),
		    text != NULL ? text + 3 : line + strspn(line, "0123456789: "));
		mem_free(line);
	} else {
		char *said = seed_last_line(&program->speaker, text_str(&program->errors));
		err_set(err, ERR_FAILED, "%s: psql ended with status %d%s%s", file->name, program->status,
		    said != NULL ? ": " : "", said != NULL ? said : "");
		mem_free(said);
	}
	mem_free(prefix);
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
	seed_speaker_init(&program.speaker, file, info_of(database), report);
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
	words_add(&program.env, "PGAPPNAME=pgtend seed");
	bool ok = run(fleet, database, file, &program, err);
	if (!ok)
		err_prefix(err, "%s", file->name);
	else if (program.status != 0) {
		word_psql_error(file, &program, err);
		ok = false;
	}
	program_done(&program);
	mem_free(psql);
	return ok;
}

static void word_program_error(const struct seed_file *file, const struct program *program, struct err *err)
{
	const char *spoken = program->errors.length > 0 ? text_str(&program->errors) : text_str(&program->out);
	char *said = seed_last_line(&program->speaker, spoken);
	err_set(err, ERR_FAILED, "%s: ended with status %d%s%s", file->name, program->status, said != NULL ? ": " : "",
	    said != NULL ? said : "");
	mem_free(said);
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
	add_team_variables(&program.env, database, file);
	bool ok = run(fleet, database, file, &program, err);
	if (!ok)
		err_prefix(err, "%s", file->name);
	else if (program.status != 0) {
		word_program_error(file, &program, err);
		ok = false;
	}
	program_done(&program);
	return ok;
}
