/* seeds/program.c - which program runs a file that is no SQL, found before anything runs: the team's [runner], the file itself, or
 * pgtend's own helper (helpers/seed.mjs), which calls the function that a JavaScript or TypeScript file exports with a `pg` Pool. */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "pgtend/config/config.h"
#include "pgtend/core/mem.h"
#include "pgtend/core/places.h"
#include "seeds_internal.h"

enum { CHECK_LIMIT_MS = 60000, FIRST_LINE_BYTES = 256 };

bool seed_is_module(const char *extension)
{
	static const char *const known[] = {"ts", "mts", "cts", "js", "mjs", "cjs"};
	for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
		if (strcasecmp(extension, known[i]) == 0)
			return true;
	return false;
}

static bool is_typescript(const char *path)
{
	const char *dot = strrchr(path, '.');
	return dot != NULL && strcasestr(dot, "ts") != NULL;
}

/* ---- looking for programs ------------------------------------------------------- */

static bool is_runnable(const char *path)
{
	struct stat st;
	return stat(path, &st) == 0 && S_ISREG(st.st_mode) && access(path, X_OK) == 0;
}

static char *in_path(const char *name)
{
	const char *path = getenv("PATH");
	struct words folders = {0};
	words_split(&folders, path != NULL ? path : "/usr/local/bin:/usr/bin:/bin", ":");
	char *found = NULL;
	for (size_t i = 0; i < folders.count && found == NULL; i++) {
		found = places_join(folders.v[i], name);
		if (!is_runnable(found)) {
			mem_free(found);
			found = NULL;
		}
	}
	words_done(&folders);
	return found;
}

/* NAME below the folder or any folder above that. Caller frees; NULL: nowhere. */
static char *above(const char *start, const char *name)
{
	char *folder = realpath(start, NULL), *found = NULL;
	while (folder != NULL && found == NULL) {
		found = places_join(folder, name);
		if (access(found, F_OK) != 0) {
			mem_free(found);
			found = NULL;
		}
		char *slash = strrchr(folder, '/');
		if (slash == NULL || folder[1] == '\0')
			break;
		slash[slash == folder ? 1 : 0] = '\0';
	}
	free(folder);
	return found;
}

/* What the file's own project has, else the one in which the configuration stands. */
static char *in_project(const struct fleet *fleet, const char *file, const char *name)
{
	char *real = realpath(file, NULL), *slash = real != NULL ? strrchr(real, '/') : NULL;
	if (slash != NULL)
		slash[slash == real ? 1 : 0] = '\0';
	char *found = real != NULL ? above(real, name) : NULL;
	free(real);
	return found != NULL ? found : above(config_folder(fleet->config), name);
}

/* As npm's scripts look: what the file's own project has installed wins. */
static char *find_program(const struct fleet *fleet, const char *name, const char *file)
{
	char *bin = mem_format("node_modules/.bin/%s", name), *found = in_project(fleet, file, bin);
	mem_free(bin);
	if (found != NULL && is_runnable(found))
		return found;
	mem_free(found);
	return in_path(name);
}

/* ---- [runner] --------------------------------------------------------------------- */

void seed_split_command(struct words *words, const char *command)
{
	while (*(command += strspn(command, " \t")) != '\0') {
		struct text word = {0};
		char quote = '\0';
		for (; *command != '\0' && (quote != '\0' || (*command != ' ' && *command != '\t')); command++) {
			if (*command == quote)
				quote = '\0';
			else if (quote == '\0' && (*command == '"' || *command == '\''))
				quote = *command;
			else
				text_add_char(&word, *command);
		}
		words_take(words, text_take(&word));
	}
}

static bool find_runner(const struct fleet *fleet, struct seed_file *file, struct err *err)
{
	const char *word = file->runner.v[0];
	bool is_path = strchr(word, '/') != NULL;
	/* a path counts from the configuration, in whose folder it was written, not from the seeds */
	char *found = is_path ? places_join(config_folder(fleet->config), word) : find_program(fleet, word, file->path);
	if (found != NULL && is_runnable(found)) {
		mem_free(file->runner.v[0]);
		file->runner.v[0] = found;
		return true;
	}
	if (is_path)
		err_set(err, ERR_FAILED, "%s: its [runner] %s is %s", file->name, found,
		    access(found, F_OK) == 0 ? "no program that may be run" : "not there");
	else
		err_set(err, ERR_FAILED, "%s: its [runner] %s is not installed: it is in no node_modules/.bin above the file and not in PATH",
		    file->name, word);
	mem_free(found);
	return err_hint(err, "install it, or name another program in [runner]");
}

/* `.ts = npx tsx` loads the file and is content: who exports a function waits for somebody to call it, and the seed would be done without
 * having done anything. */
void seed_tell_uncalled(const struct seed_file *file, struct report *report)
{
	static const char *const loaders[] = {"tsx", "node", "bun", "ts-node", "esno", "jiti", "deno", "run", "npx"};
	const char *dot = strrchr(file->path, '.'), *last = file->runner.v[file->runner.count - 1];
	const char *slash = strrchr(last, '/');
	bool is_loader = false;
	for (size_t i = 0; i < sizeof loaders / sizeof loaders[0]; i++)
		is_loader = is_loader || strcmp(slash != NULL ? slash + 1 : last, loaders[i]) == 0;
	char *text;
	size_t length;
	struct err ignored;
	if (!is_loader || dot == NULL || !seed_is_module(dot + 1) || !places_read_file(file->path, &text, &length, &ignored))
		return;
	if (strstr(text, "export default") != NULL || strstr(text, "module.exports") != NULL)
		report_log(report,
		    "%s: exports a function, which %s only loads and does not call; pgtend calls it when no [runner] names %s", file->name,
		    last, dot);
	mem_free(text);
}

/* ---- the file itself ----------------------------------------------------------------- */

static size_t first_bytes(const char *path, char bytes[FIRST_LINE_BYTES])
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	ssize_t got = fd >= 0 ? read(fd, bytes, FIRST_LINE_BYTES - 1) : -1;
	if (fd >= 0)
		close(fd);
	bytes[got > 0 ? got : 0] = '\0';
	return got > 0 ? (size_t)got : 0;
}

bool seed_is_program(const char *path)
{
	char bytes[FIRST_LINE_BYTES];
	size_t length = first_bytes(path, bytes);
	return text_starts_with(bytes, "#!") || (length >= 4 && memcmp(bytes, "\177ELF", 4) == 0);
}

/* The kernel says only "no such file" when the program that the first line names is missing. */
static bool check_executable(const struct seed_file *file, struct err *err)
{
	char bytes[FIRST_LINE_BYTES];
	first_bytes(file->path, bytes);
	if (!text_starts_with(bytes, "#!")) {
		if (seed_is_program(file->path))
			return true;
		err_set(err, ERR_FAILED, "%s: may be run (mode +x), but neither is it a binary nor does its first line name a program",
		    file->name);
		return err_hint(err, "begin it with `#!/bin/sh` or the like, or name its program in [runner]");
	}
	bytes[strcspn(bytes, "\n")] = '\0';
	struct words words = {0};
	words_split(&words, bytes + 2, " \t\r");
	size_t named = words.count > 1 && text_ends_with(words.v[0], "/env") ? 1 : 0;
	while (named > 0 && named < words.count && (words.v[named][0] == '-' || strchr(words.v[named], '=') != NULL))
		named++;
	char *found = named >= words.count ? NULL : named == 0 ? mem_copy(words.v[0]) : in_path(words.v[named]);
	bool is_ok = named >= words.count || (found != NULL && is_runnable(found));
	if (!is_ok) {
		err_set(err, ERR_FAILED, "%s: its first line names %s, which is not installed", file->name, words.v[named]);
		err_hint(err, "install it, or name another program in [runner]");
	}
	mem_free(found);
	words_done(&words);
	return is_ok;
}

/* ---- the helper -------------------------------------------------------------------------- */

/* TypeScript by the project's own tsx inside node, else by bun, which reads it as it is, else by a node that strips types; the helper itself
 * knows whether that one does. */
static bool find_helper(const struct fleet *fleet, struct seed_file *file, struct err *err)
{
	char *tsx = is_typescript(file->path) ? in_project(fleet, file->path, "node_modules/tsx/package.json") : NULL;
	bool wants_bun = is_typescript(file->path) && tsx == NULL;
	char *node = wants_bun ? find_program(fleet, "bun", file->path) : NULL;
	mem_free(tsx);
	if (node == NULL)
		node = find_program(fleet, "node", file->path);
	if (node == NULL)
		node = find_program(fleet, "bun", file->path);
	if (node == NULL) {
		err_set(err, ERR_FAILED, "%s: neither node nor bun is in PATH to run it", file->name);
		return err_hint(err, "install one (apt-get install nodejs), or name another program in [runner]");
	}
	char *helper = places_share(NULL, "helpers/seed.mjs");
	words_take(&file->runner, node);
	words_take(&file->runner, helper);
	return access(helper, R_OK) == 0 ||
	       err_set(err, ERR_FAILED, "%s: pgtend's helper %s cannot be read: %s", file->name, helper, strerror(errno));
}

static const struct seed_file *file_of(const struct seed_list *list, const char *path)
{
	for (int i = 0; i < list->count; i++)
		if (strcmp(list->files[i].path, path) == 0)
			return &list->files[i];
	return NULL;
}

/* Standard output of the check: PATH, what is missing, what to do; by tabs, a line each. The first line is enough. */
static bool word_check(const struct seed_list *list, const char *out, const char *errors, int status, struct err *err)
{
	struct words lines = {0}, parts = {0};
	words_split(&lines, out, "\n");
	if (lines.count > 0)
		words_split(&parts, lines.v[0], "\t");
	const struct seed_file *file = parts.count > 1 ? file_of(list, parts.v[0]) : NULL;
	if (file != NULL) {
		err_set(err, ERR_FAILED, "%s: %s", file->name, parts.v[1]);
		if (parts.count > 2)
			err_hint(err, "%s", parts.v[2]);
	} else {
		words_done(&lines);
		words_split(&lines, errors, "\n");
		err_set(err, ERR_FAILED, "the helper for seeds ended with status %d%s%s", status, lines.count > 0 ? ": " : "",
		    lines.count > 0 ? lines.v[0] : "");
	}
	words_done(&lines);
	words_done(&parts);
	return false;
}

/* What can be seen from here needs no start of node: the project has pg, and tsx where the file is TypeScript. */
static bool is_ready(const struct fleet *fleet, const struct seed_file *file)
{
	char *pg = in_project(fleet, file->path, "node_modules/pg/package.json");
	char *tsx = is_typescript(file->path) ? in_project(fleet, file->path, "node_modules/tsx/package.json") : NULL;
	bool is_ok = pg != NULL && (tsx != NULL || !is_typescript(file->path));
	mem_free(pg);
	mem_free(tsx);
	return is_ok;
}

/* One start of a program asks for all files that it would run. */
static bool check_helper(struct fleet *fleet, const struct seed_list *list, const char *program, struct err *err)
{
	struct words argv = {0};
	for (int i = 0; i < list->count; i++) {
		const struct seed_file *file = &list->files[i];
		if (file->way != SEED_HELPER || strcmp(file->runner.v[0], program) != 0 || is_ready(fleet, file))
			continue;
		if (argv.count == 0) {
			words_add(&argv, program);
			words_add(&argv, file->runner.v[1]);
			words_add(&argv, "--check");
		}
		words_add(&argv, file->path);
	}
	if (argv.count == 0)
		return true;
	words_take(&argv, NULL);
	char *folder = mem_format("PGTEND_FOLDER=%s", config_folder(fleet->config));
	const char *const env[] = {folder, NULL};
	struct child_spec spec = {
	    .argv = (const char *const *)argv.v,
	    .env = env,
	    .stdout_fd = -1,
	    .stderr_fd = -1,
	    .limit_ms = CHECK_LIMIT_MS,
	};
	struct text out = {0}, errors = {0};
	int status = 0;
	bool ok = child_run(fleet->loop, &spec, &status, &out, &errors, err) &&
	          (status == 0 || word_check(list, text_str(&out), text_str(&errors), status, err));
	text_done(&out);
	text_done(&errors);
	argv.count--;
	words_done(&argv);
	mem_free(folder);
	return ok;
}

bool seed_find_programs(struct fleet *fleet, struct database *database, const struct seed_list *list, struct err *err)
{
	(void)database;
	struct words asked = {0};
	bool ok = true;
	for (int i = 0; i < list->count && ok; i++) {
		struct seed_file *file = &list->files[i];
		if (file->way == SEED_RUNNER)
			ok = find_runner(fleet, file, err);
		else if (file->way == SEED_EXECUTABLE)
			ok = check_executable(file, err);
		else if (file->way == SEED_HELPER && file->runner.count == 0)
			ok = find_helper(fleet, file, err);
	}
	for (int i = 0; i < list->count && ok; i++) {
		const struct seed_file *file = &list->files[i];
		if (file->way != SEED_HELPER || words_has(&asked, file->runner.v[0]))
			continue;
		words_add(&asked, file->runner.v[0]);
		ok = check_helper(fleet, list, file->runner.v[0], err);
	}
	words_done(&asked);
	return ok;
}
