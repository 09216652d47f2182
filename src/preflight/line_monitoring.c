/* Monitoring: whether what watches the databases can be reached, by the team's own command. */
#include <string.h>

#include "internal.h"
#include "pgtend/config/trust.h"
#include "pgtend/core/mem.h"
#include "pgtend/loop/child.h"

static const char monitoring[] = "monitoring";
enum { LIMIT_MS = 15000 };

/* The last line that it said, made visible; NULL: none. Caller frees. */
static char *last_line(const struct text *said)
{
	struct words lines = {0};
	words_split(&lines, text_str(said), "\r\n");
	char *line = lines.count > 0 ? text_visible(lines.v[lines.count - 1]) : NULL;
	words_done(&lines);
	return line;
}

static void say_status(struct preflight *preflight, const char *program, int status, const struct text *out, const struct text *errors)
{
	char *said = last_line(errors->length > 0 ? errors : out);
	if (status == 0)
		line_add(preflight, NULL, monitoring, program, LINE_OK, mem_format("%s answers", program), NULL);
	else
		line_add(preflight, NULL, monitoring, program, LINE_FINDING,
		    mem_format("%s ended with status %d%s%s", program, status, said != NULL ? ": " : "", said != NULL ? said : ""), NULL);
	mem_free(said);
}

/* Without a shell. Its words may hold a token: only its first is told. */
static void run(struct preflight *preflight, const char *command)
{
	struct words argv = {0};
	struct text out = {0}, errors = {0};
	struct err why = {0};
	int status = 0;
	words_split(&argv, command, " \t");
	words_take(&argv, NULL);
	struct child_spec spec = {.argv = (const char *const *)argv.v,
	    .folder = config_folder(preflight->fleet->config),
	    .stdout_fd = -1,
	    .stderr_fd = -1,
	    .limit_ms = LIMIT_MS};
	report_step(preflight->report, "asking %s", argv.v[0]);
	if (child_run(preflight->fleet->loop, &spec, &status, &out, &errors, &why))
		say_status(preflight, argv.v[0], status, &out, &errors);
	else
		line_add(preflight, NULL, monitoring, argv.v[0], LINE_FINDING, mem_copy(why.text), why.hint[0] != '\0' ? mem_copy(why.hint) : NULL);
	argv.count--;
	words_done(&argv);
	text_done(&out);
	text_done(&errors);
}

/* Nobody is woken for a developer's own database. */
static bool is_serious(const struct preflight *preflight)
{
	for (int i = 0; i < preflight->count; i++)
		if (preflight->databases[i]->environment == ENVIRONMENT_PRODUCTION || preflight->databases[i]->environment == ENVIRONMENT_STAGING)
			return true;
	return false;
}

void line_monitoring(struct preflight *preflight)
{
	const struct config *config = preflight->fleet->config;
	const struct section *section = config_section(config, SECTION_PGTEND, "");
	const char *command = section_text(section, monitoring);
	struct err why = {0};
	if (command == NULL || command[strspn(command, " \t")] == '\0')
		line_add(preflight, NULL, monitoring, NULL, is_serious(preflight) ? LINE_FINDING : LINE_NOTE,
		    mem_copy("nothing in pgtend.ini says what watches these databases"),
		    mem_copy("monitoring = COMMAND in [pgtend]: curl -fsS https://HOST/health"));
	else if (!trust_allows_command(config, section, monitoring, &why))
		line_add_error(preflight, NULL, monitoring, NULL, &why);
	else
		run(preflight, command);
}
