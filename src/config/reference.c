/* config/reference.c - a reference from one database to another, as it is written. */
#include "pgtend/config/reference.h"

#include <string.h>

#include "config_internal.h"
#include "pgtend/core/mem.h"

static const char *skip_blanks(const char *at)
{
	return at + strspn(at, " \t");
}

static bool read_quoted(const char **at, struct text *name)
{
	const char *p = *at + 1;
	for (; *p && (*p != '"' || p[1] == '"'); p++) {
		p += *p == '"';
		text_add_char(name, *p);
	}
	*at = p + 1;
	return *p == '"' && name->length > 0;
}

static bool read_name(const char **at, struct words *names)
{
	struct text name = {0};
	bool is_good;
	if (**at == '"') {
		is_good = read_quoted(at, &name);
	} else {
		size_t length = strcspn(*at, " \t.\"");
		const char *arrow = strstr(*at, "->");
		if (arrow && arrow < *at + length)
			length = (size_t)(arrow - *at);
		text_add_n(&name, *at, length);
		*at += length;
		is_good = length > 0;
	}
	words_take(names, text_take(&name));
	return is_good;
}

/* "a.b.c"; *at stands behind it. */
static bool read_path(const char **at, struct words *names)
{
	*at = skip_blanks(*at);
	while (read_name(at, names)) {
		if (**at != '.')
			return true;
		(*at)++;
	}
	return false;
}

/* The i-th of the names counted from the end; NULL. */
static char *name_at(const struct words *names, size_t from_end)
{
	return names->count > from_end ? mem_copy(names->v[names->count - 1 - from_end]) : NULL;
}

bool reference_parse(const char *text, struct reference *reference, struct err *err)
{
	struct words from = {0}, to = {0};
	const char *at = text;
	bool is_good = read_path(&at, &from);
	at = skip_blanks(at);
	is_good = is_good && at[0] == '-' && at[1] == '>';
	at += is_good ? 2 : 0;
	is_good = is_good && read_path(&at, &to) && *skip_blanks(at) == '\0';
	is_good = is_good && from.count >= 2 && from.count <= 3 && to.count >= 3 && to.count <= 4;
	*reference = (struct reference){0};
	if (is_good)
		*reference = (struct reference){name_at(&from, 2), name_at(&from, 1), name_at(&from, 0), mem_copy(to.v[0]),
		    to.count == 4 ? mem_copy(to.v[1]) : NULL, name_at(&to, 1), name_at(&to, 0)};
	words_done(&from);
	words_done(&to);
	if (is_good)
		return true;
	char *shown = text_visible(text);
	err_set(err, ERR_USAGE, "reference = %s: expected [SCHEMA.]TABLE.COLUMN -> DATABASE.[SCHEMA.]TABLE.COLUMN", shown);
	mem_free(shown);
	return err_hint(err, "as vehicles.user_id -> core.users.id");
}

void reference_done(struct reference *reference)
{
	char *parts[] = {reference->schema, reference->table, reference->column, reference->to_database,
	    reference->to_schema, reference->to_table, reference->to_column};
	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
		mem_free(parts[i]);
	*reference = (struct reference){0};
}

const char *section_reference(const struct section *section, int i, const char **where)
{
	for (int k = 0; k < section->count; k++)
		if (section->values[k].key && section->values[k].key->type == KEY_REFERENCE && section->values[k].text && i-- == 0) {
			*where = section->values[k].where;
			return section->values[k].text;
		}
	return NULL;
}
