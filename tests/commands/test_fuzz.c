/* Lines that nobody would type: splitting, parsing and completing them ends, and says something. */
#include "fixture.h"

#include <stdlib.h>

static int setup(void **state)
{
	(void)state;
	return make_fleet(THREE_DATABASES "[alias]\nst = status --format json\nab = st core\n");
}

static unsigned seed = 20261121;

static unsigned next(unsigned below)
{
	seed = seed * 1103515245u + 12345u;
	return (seed >> 8) % below;
}

/* Pieces that mean something, so that the lines get deep into the parser. */
static void make_line(char *line, size_t size)
{
	static const char *const pieces[] = {"status", "migrate", "up", "vacuum", "full", "unlock", "core", "all", "st",
	    "ab", "--format", "--format=", "json", "--count", "1", "--", "-", "--table", "--dry-run", "--confirm", "'",
	    "\"", "\\", " ", "  ", "=", "help", "audit", "--since", "new", "sandbox", "incident", "\xff", "\xc3\xa9", "\t",
	    "-h", "--help", "seed", "--with-deps"};
	size_t length = 0;
	for (unsigned n = next(9); n > 0; n--) {
		const char *piece = pieces[next(sizeof pieces / sizeof pieces[0])];
		if (length + strlen(piece) + 2 >= size)
			break;
		length += (size_t)snprintf(line + length, size - length, "%s%s", piece, next(4) > 0 ? " " : "");
	}
	line[length] = '\0';
	/* And one byte that is anything. */
	if (length > 0 && next(5) == 0)
		line[next((unsigned)length)] = (char)(1 + next(255));
}

static void parse_one(const char *line)
{
	struct words words = {0};
	struct err err = {0};
	struct database *selected = next(3) == 0 ? fleet->databases[next(3)] : NULL;
	if (command_split(line, &words, &err)) {
		struct command *command = command_parse(fleet, words.v, (int)words.count, selected, &err);
		if (command == NULL)
			assert_true(err.kind == ERR_USAGE && err.text[0] != '\0' && strchr(err.text, '\n') == NULL);
		else
			assert_non_null(command_verb(command));
		command_free(command);
	} else {
		assert_int_equal(err.kind, ERR_USAGE);
	}
	words_done(&words);
}

static void complete_one(const char *line)
{
	struct words candidates = {0};
	char *hint = NULL;
	command_complete(fleet, line, (int)next((unsigned)strlen(line) + 2), &candidates, &hint);
	assert_non_null(hint);
	mem_free(hint);
	words_done(&candidates);
}

static void any_line_ends_well(void **state)
{
	(void)state;
	const char *campaign = getenv("CAMPAIGN");
	long lines = 20000 * (campaign != NULL && atol(campaign) > 0 ? atol(campaign) : 1);
	char line[256] = "";
	for (long i = 0; i < lines; i++) {
		make_line(line, sizeof line);
		parse_one(line);
		complete_one(line);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(any_line_ends_well)};
	return cmocka_run_group_tests(tests, setup, drop_fleet);
}
