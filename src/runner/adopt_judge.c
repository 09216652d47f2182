/* Which pending files are wholly there, and which of them may be recorded. See adopt_internal.h. */
#include <string.h>

#include "adopt_internal.h"
#include "pgtend/core/mem.h"
#include "pgtend/migrate/dialect.h"
#include "pgtend/migrate/folder.h"

const char *adopt_verdict_word(enum adopt_verdict verdict)
{
	static const char *const words[] = {
	    [ADOPT_ALL] = "all", [ADOPT_PART] = "part", [ADOPT_NONE] = "none", [ADOPT_UNKNOWN] = "unknown"};
	return words[verdict];
}

/* --- reading the files ---------------------------------------------------------------------------------------- */

/* psql's own commands stand on lines of their own; the parser knows none of them, and they make nothing. */
static void blank_psql(char *sql)
{
	for (char *line = sql; line; line = strchr(line, '\n')) {
		line += *line == '\n';
		for (char *c = line; *line == '\\' && *c && *c != '\n'; c++)
			if (c > line)
				*c = ' ';
		if (*line == '\\')
			*line = ' ';
	}
}

static void read_statements(struct walk *walk, char *sql)
{
	struct parse parse;
	parse_text(sql, true, &parse);
	if (parse.how == PARSE_UNCUT || parse.how == PARSE_SCANNED) {
		parse_done(&parse);
		blank_psql(sql);
		parse_text(sql, true, &parse);
	}
	for (int i = 0; i < parse.count; i++)
		adopt_read_statement(walk, &parse.statements[i]);
	if (parse.how == PARSE_ABSENT)
		walk->adopt->files[walk->file].why_unread = mem_copy("the parser (libpg_query) is not on this machine");
	else if (parse.how == PARSE_UNCUT)
		walk->adopt->files[walk->file].why_unread = mem_copy(parse.error ? parse.error : "the parser cannot read it");
	parse_done(&parse);
}

static void read_file(struct adopt *adopt, int index, const char *schema)
{
	const struct migration_file *file = &adopt->ledger->files[adopt->files[index].file];
	struct migration_text text = {0};
	struct err why = {0};
	char *whole = NULL;
	struct walk walk = {.adopt = adopt, .file = index, .schema = mem_copy(schema)};
	adopt->files[index].first_want = adopt->want_count;
	if (file->only_by_tool)
		adopt->files[index].why_unread = mem_copy(file->only_by_tool);
	else if (folder_text(file->path, &whole, &why) &&
	         adopt->ledger->dialect->run->up_text(adopt->ledger, file, whole, &text, &why))
		read_statements(&walk, text.sql);
	else
		adopt->files[index].why_unread = mem_copy(why.text);
	migration_text_done(&text);
	mem_free(whole);
	mem_free(walk.schema);
	adopt->files[index].want_end = adopt->want_count;
}

/* --- judging -------------------------------------------------------------------------------------------------------- */

/* Where a table is missing that the same file makes, nobody wants to read of each of its columns. */
static bool is_told_by_table(const struct adopt *adopt, const struct adopt_file *file, const struct want *want)
{
	if (want->is_absent || (want->kind == WANT_RELATION && !want->of))
		return false;
	const char *table = want->of ? want->of : want->name;
	for (int i = file->first_want; i < file->want_end; i++) {
		const struct want *other = &adopt->wants[i];
		if (other->kind == WANT_RELATION && !other->is_found && !other->is_absent && strcmp(other->name, table) == 0 &&
		    strcmp(other->schema, want->schema) == 0)
			return true;
	}
	return false;
}

static void count(struct adopt *adopt, const struct want *want)
{
	struct adopt_file *file = &adopt->files[want->file];
	if (want->is_overtaken && (want->is_absent || !want->is_found))
		return;
	file->wanted++;
	file->found += want->is_found;
	file->seen += want->is_found && !want->is_absent;
	if (!want->is_found && !is_told_by_table(adopt, file, want))
		words_take(&file->missing, want_words(want));
}

static enum adopt_verdict judge(const struct adopt_file *file)
{
	/* What is gone may never have been there: it alone proves nothing. */
	if (file->wanted == 0 || (file->seen == 0 && file->found == file->wanted))
		return ADOPT_UNKNOWN;
	if (file->found == file->wanted)
		return ADOPT_ALL;
	return file->seen == 0 ? ADOPT_NONE : ADOPT_PART;
}

/* The longest beginning of the pending files that ends with one that is wholly there and holds none that is partly there or not at all. */
static void choose(struct adopt *adopt, bool is_all)
{
	int end = is_all ? adopt->count : 0;
	for (int i = 0; !is_all && i < adopt->count; i++) {
		if (adopt->files[i].verdict == ADOPT_ALL)
			end = i + 1;
		else if (adopt->files[i].verdict != ADOPT_UNKNOWN)
			break;
	}
	for (int i = 0; i < end; i++)
		adopt->files[i].is_chosen = true;
}

static void add_pending(struct adopt *adopt)
{
	const struct ledger *ledger = adopt->ledger;
	adopt->files = mem_grow(NULL, (size_t)ledger->migration_count + 1, sizeof *adopt->files);
	for (int i = 0; i < ledger->migration_count; i++)
		if (ledger->files[i].row < 0)
			adopt->files[adopt->count++] = (struct adopt_file){.file = i};
}

bool adopt_judge(struct adopt *adopt, struct session *session, bool is_all, struct err *err)
{
	const char *schema = adopt->path.count > 0 ? adopt->path.v[0] : "public";
	add_pending(adopt);
	for (int i = 0; i < adopt->count; i++)
		read_file(adopt, i, schema);
	if (adopt->want_count > 0 && !adopt_look_up(adopt, session, err))
		return false;
	for (int i = 0; i < adopt->want_count; i++)
		count(adopt, &adopt->wants[i]);
	for (int i = 0; i < adopt->count; i++)
		adopt->files[i].verdict = judge(&adopt->files[i]);
	choose(adopt, is_all);
	return true;
}

void adopt_done(struct adopt *adopt)
{
	for (int i = 0; i < adopt->count; i++) {
		words_done(&adopt->files[i].missing);
		words_done(&adopt->files[i].unknown);
		mem_free(adopt->files[i].why_unread);
	}
	mem_free(adopt->files);
	words_done(&adopt->path);
	wants_done(adopt);
	memset(adopt, 0, sizeof *adopt);
}
