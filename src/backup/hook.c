/* backup/hook.c - the team's own command after a good backup (a copy elsewhere, a message). Without a shell. */
#include <string.h>

#include "backup_internal.h"
#include "pgtend/config/trust.h"
#include "pgtend/core/mem.h"
#include "pgtend/loop/child.h"

/* %p path, %f file name, %d database, %% a per cent sign. */
static char *fill(const char *word, const char *path, const char *database)
{
	const char *slash = strrchr(path, '/');
	struct text filled = {0};
	for (const char *c = word; *c != '\0'; c++) {
		if (*c != '%' || c[1] == '\0' || strchr("pfd%", c[1]) == NULL) {
			text_add_char(&filled, *c);
			continue;
		}
		c++;
		text_add(&filled, *c == 'p'   ? path
		                  : *c == 'f' ? (slash != NULL ? slash + 1 : path)
		                  : *c == 'd' ? database
		                              : "%");
	}
	return text_take(&filled);
}

static void log_lines(const char *output, struct report *report)
{
	struct words lines = {0};
	words_split(&lines, output, "\n\r");
	for (size_t i = 0; i < lines.count && i < 50; i++)
		report_log(report, "after_backup: %s", lines.v[i]);
	words_done(&lines);
}

static bool run(struct fleet *fleet, const struct words *argv, struct report *report, struct err *err)
{
	struct text out = {0}, errors = {0};
	int status = 0;
	struct child_spec spec = {
	    .argv = (const char *const *)argv->v, .folder = config_folder(fleet->config), .stdout_fd = -1, .stderr_fd = -1};
	bool ok = child_run(fleet->loop, &spec, &status, &out, &errors, err);
	if (ok) {
		log_lines(text_str(&out), report);
		log_lines(text_str(&errors), report);
	}
	if (ok && status != 0)
		ok = err_set(err, ERR_PARTIAL, "ended with status %d", status);
	text_done(&out);
	text_done(&errors);
	return ok;
}

bool hook_run(
    struct fleet *fleet, const struct database *database, const char *path, struct report *report, struct err *err)
{
	const char *command = section_text(database->section, "after_backup");
	if (command == NULL || *command == '\0')
		return true;
	struct words words = {0}, argv = {0};
	words_split(&words, command, " \t");
	for (size_t i = 0; i < words.count; i++)
		words_take(&argv, fill(words.v[i], path, database->name));
	words_take(&argv, NULL);
	report_step(report, "after_backup");
	bool ok =
	    trust_allows_command(fleet->config, database->section, "after_backup", err) && run(fleet, &argv, report, err);
	if (!ok) {
		if (err->kind != ERR_CANCELLED)
			err->kind = ERR_PARTIAL;
		err_prefix(err, "the backup is good, but after_backup");
	}
	argv.count--;
	words_done(&argv);
	words_done(&words);
	return ok;
}
