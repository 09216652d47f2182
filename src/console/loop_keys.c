/* The developer's loop by key, in FLEET and MIGRATIONS: migrate, seed, clean, reset, diff of the selected database; points in time at the prompt, because they
 * have names. What changes anything asks first, with its preview. */
#include <string.h>

#include "console_internal.h"
#include "pgtend/core/mem.h"

static const struct {
	char key;
	const char *line; /* before the database's name */
	bool is_typed;    /* at the prompt, for the name that follows */
} acts[] = {
	{ 'u', "migrate up", false },
	{ 's', "seed", false },
	{ 'c', "clean", false },
	{ 'x', "reset", false },
	{ 'D', "diff", false },
	{ 't', "snapshot", true },
	{ 'w', "rewind", true },
};

bool loop_key(struct console *console, char key)
{
	const struct database *database = console_database(console);
	char *name, *line;

	for (size_t i = 0; database && i < sizeof(acts) / sizeof(acts[0]); i++) {
		if (acts[i].key != key)
			continue;
		name = text_shell_word(database->name);
		line = mem_format("%s %s%s", acts[i].line, name, acts[i].is_typed ? " " : "");
		if (acts[i].is_typed)
			prompt_open(console->prompt, line);
		else
			console_command_by_key(console, line);
		mem_free(line);
		mem_free(name);
		return true;
	}
	return false;
}
