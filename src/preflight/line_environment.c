/* Variables that pgtend.ini names, and the .env files of the repository: what is missing, empty, guessed by anybody. */
#include <string.h>

#include "internal.h"
#include "pgtend/config/weakness.h"
#include "pgtend/core/mem.h"
#include "pgtend/loop/work.h"

static const char variables[] = "variables", env_example[] = "env-example", credentials[] = "credentials", tls[] = "tls";
enum { SHOWN = 8 };

/* --- ${NAME} of one section -------------------------------------------------------------------------------- */

/* A variable that stands nowhere is an error of the configuration, so that pgtend does not even begin. What is left is empty ones, and those for which
 * only the part behind :- counts. */
void line_variables(struct preflight *preflight, struct database *database)
{
	struct variable_uses uses = {0};
	struct words good = {0};
	bool is_good = true;
	config_variables(database->config, database->section, &uses);
	for (int i = 0; i < uses.count; i++) {
		const struct variable_use *use = &uses.v[i];
		if (use->from != NULL && !use->is_empty) {
			if (!words_has(&good, use->name))
				words_add(&good, use->name);
			continue;
		}
		line_add(preflight, database, variables, use->name, use->is_empty ? LINE_FINDING : LINE_NOTE,
		    use->is_empty ? mem_format("%s, which %s names (%s), is empty in %s", use->name, use->key, use->where, use->from)
		                  : mem_format("%s, which %s names (%s), is set nowhere: what stands behind :- counts", use->name, use->key, use->where),
		    NULL);
		is_good = is_good && !use->is_empty;
	}
	const char *from, *node_env = config_other_node_env(database->config, database->section, &from);
	if (node_env != NULL) {
		line_add(preflight, database, variables, "NODE_ENV", LINE_FINDING,
		    mem_format("NODE_ENV is %s in %s, pgtend.ini calls the database %s", node_env, from, environment_word(database->environment)), NULL);
		is_good = false;
	}
	char *list = line_list(&good, SHOWN);
	if (is_good)
		line_add(preflight, database, variables, NULL, LINE_OK,
		    good.count > 0 ? mem_format("set: %s", list) : mem_copy("its section of pgtend.ini names none that is missing"), NULL);
	mem_free(list);
	words_done(&good);
	variable_uses_done(&uses);
}

/* --- .env files --------------------------------------------------------------------------------------------- */

static void tell(struct preflight *preflight, const struct env_finding *finding)
{
	switch (finding->fault) {
	case ENV_BROKEN:
		line_add(preflight, NULL, variables, finding->path, LINE_FINDING, mem_copy(finding->what), NULL);
		break;
	case ENV_LACKS:
		line_add(preflight, NULL, env_example, finding->path, LINE_FINDING, mem_format("lacks %s, which %s has", finding->what, finding->example),
		    mem_format("set them in %s, or in the environment", finding->path));
		break;
	case ENV_WEAK:
		line_add(preflight, NULL, credentials, finding->path, LINE_FINDING, mem_copy(finding->what),
		    mem_copy("a password that nobody guesses: openssl rand -base64 24"));
		break;
	case ENV_UNSAFE:
		line_add(preflight, NULL, tls, finding->path, LINE_FINDING, mem_copy(finding->what), mem_copy("?sslmode=verify-full, with sslrootcert"));
		break;
	}
}

/* Thousands of folders would hold up the loop: a thread walks through them. */
struct walk {
	const struct config *config;
	struct env_look look;
	bool is_read;
	struct err err;
};

static void walk(struct work *work, void *arg)
{
	struct walk *all = arg;
	(void)work;
	all->is_read = env_look(config_folder(all->config), all->config, &all->look, &all->err);
}

static bool has_fault(const struct env_look *look, enum env_fault fault)
{
	for (int i = 0; i < look->count; i++)
		if (look->v[i].fault == fault)
			return true;
	return false;
}

void line_env_files(struct preflight *preflight)
{
	const struct config *config = preflight->fleet->config;
	struct walk all = {.config = config};
	const struct env_look *look = &all.look;
	/* Without a file of configuration there is no repository, only the folder where somebody happens to be. */
	if (config_path(config) == NULL) {
		line_add(preflight, NULL, env_example, NULL, LINE_SKIPPED, mem_copy("no pgtend.ini says which repository this is"), NULL);
		return;
	}
	report_step(preflight->report, "looking at .env files");
	work_wait(work_start(preflight->fleet->loop, walk, &all));
	if (!all.is_read) {
		line_add_error(preflight, NULL, env_example, config_folder(config), &all.err);
		return;
	}
	for (int i = 0; i < look->count; i++)
		tell(preflight, &look->v[i]);
	for (size_t i = 0; i < look->notes.count; i++)
		line_add(preflight, NULL, env_example, NULL, LINE_NOTE, mem_copy(look->notes.v[i]), NULL);
	if (!has_fault(look, ENV_LACKS))
		line_add(preflight, NULL, env_example, NULL, look->examples > 0 ? LINE_OK : LINE_SKIPPED,
		    look->examples > 0 ? mem_format("every variable of %d example%s is set", look->examples, look->examples == 1 ? "" : "s")
		                       : mem_copy("there is no env.example"), NULL);
	if (!has_fault(look, ENV_WEAK) && look->files > 0)
		line_add(preflight, NULL, credentials, ".env", LINE_OK,
		    mem_format("no password in %d .env file%s is one that everybody tries", look->files, look->files == 1 ? "" : "s"), NULL);
	env_look_done(&all.look);
}
