/* orphans/again.c - a second look at what was found: the two columns were not read at the same moment. */
#include "orphans_internal.h"
#include "pgtend/core/mem.h"

enum { DEADLINE_MS = 0 };

/* {"a","b"} */
static char *array_of(const struct side *side, const struct found *found)
{
	struct text array = {0};

	text_add_char(&array, '{');
	for (int i = 0; i < found->kept_count; i++) {
		text_add(&array, i > 0 ? ",\"" : "\"");
		if (side->is_converted && side->form == KEY_TEXT_BYTES) {
			text_add(&array, "\\\\x");
			for (const char *p = found->kept[i].value; *p; p++)
				text_addf(&array, "%02x", (unsigned)(unsigned char)*p);
		} else {
			for (const char *p = found->kept[i].value; *p; p++) {
				if (*p == '"' || *p == '\\')
					text_add_char(&array, '\\');
				text_add_char(&array, *p);
			}
		}
		text_add_char(&array, '"');
	}
	text_add_char(&array, '}');
	return text_take(&array);
}

/* Asks about all values that were kept, in a moment of its own: rows whose first column is the value's number. */
static bool ask(struct side *side, const struct found *found, const char *sql, const char *limit, bool *is_there, struct result **r, struct err *err)
{
	char *array = array_of(side, found);
	const char *params[] = {array, limit};
	bool is_good = side_begin(side, err) && session_query_wait(side->session, sql, params, limit ? 2 : 1, DEADLINE_MS, r, err) && side_end(side, err);

	for (int row = 0; is_good && row < result_rows(*r); row++)
		is_there[result_int(*r, row, 0, 1) - 1] = true;
	mem_free(array);
	return is_good;
}

/* A table without a key names its rows by their place; a view cannot. */
static char *row_of(const struct side *side)
{
	if (side->row_key)
		return mem_format("json_build_object(%s)::text", side->row_key);
	return mem_copy(side->kind == 'r' || side->kind == 'p' || side->kind == 'm' ? "json_build_object('ctid', t.ctid)::text" : "'{}'");
}

/* One pass over the table: a row of each value, and as many of the first ones as are shown. */
static bool ask_references(struct side *from, const struct found *found, int64_t limit, bool *is_there, struct result **rows, struct err *err)
{
	char *row = row_of(from), *most = mem_format("%lld", (long long)limit);
	char *sql = mem_format("SELECT i, row FROM (SELECT k.i, %s AS row, row_number() OVER (PARTITION BY k.i) AS p FROM unnest($1::%s) WITH ORDINALITY k(v, i) "
						   "JOIN %s t ON %s%s = k.v) x WHERE p = 1 OR (i <= $2::int8 AND p <= $2::int8) ORDER BY i, p",
		row, from->array, from->from, from->value, from->collate);
	bool is_good = ask(from, found, sql, most, is_there, rows, err);

	mem_free(sql);
	mem_free(most);
	mem_free(row);
	return is_good;
}

static bool ask_targets(struct side *to, const struct found *found, bool *is_there, struct err *err)
{
	char *sql = mem_format("SELECT k.i FROM unnest($1::%s) WITH ORDINALITY k(v, i) WHERE EXISTS (SELECT FROM %s t WHERE %s%s = k.v)", to->array, to->from, to->value,
		to->collate);
	struct result *r = NULL;
	bool is_good = ask(to, found, sql, NULL, is_there, &r, err);

	result_free(r);
	mem_free(sql);
	return is_good;
}

static void leave_out(struct found *found, struct kept *kept)
{
	found->orphans -= kept->rows;
	found->values--;
	kept->is_none = true;
}

/* The reference is asked first: a row that comes now together with its target is not seen at all. */
bool again_look(struct side *from, struct side *to, struct found *found, int64_t limit, struct result **rows, struct err *err)
{
	size_t size = found->kept_count > 0 ? (size_t)found->kept_count : 1;
	bool *is_referenced = mem_new(size * sizeof *is_referenced), *has_target = mem_new(size * sizeof *has_target);
	bool is_good = ask_references(from, found, limit, is_referenced, rows, err) && ask_targets(to, found, has_target, err);

	for (int i = 0; is_good && i < found->kept_count; i++)
		if (!is_referenced[i] || has_target[i])
			leave_out(found, &found->kept[i]);
	mem_free(is_referenced);
	mem_free(has_target);
	return is_good;
}
