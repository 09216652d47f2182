/* orphans/again.c - a second look at what was found: the two columns were not read at the same moment. */
#include "orphans_internal.h"
#include "pgtend/core/mem.h"

enum { DEADLINE_MS = 0 };

/* {"a","b"} */
static char *array_of(const struct side *side, const struct found *found, int count)
{
	struct text array = {0};

	text_add_char(&array, '{');
	for (int i = 0; i < count; i++) {
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

/* Marks those that stand in the column now. */
static bool mark(struct side *side, const struct found *found, bool *is_there, struct err *err)
{
	char *array = array_of(side, found, found->kept_count);
	char *sql = mem_format("SELECT k.i FROM unnest($1::%s) WITH ORDINALITY k(v, i) WHERE EXISTS (SELECT FROM %s t WHERE %s%s = k.v)", side->array, side->from,
		side->value, side->collate);
	const char *params[] = {array};
	struct result *r = NULL;
	bool is_good = side_begin(side, err) && session_query_wait(side->session, sql, params, 1, DEADLINE_MS, &r, err);

	for (int row = 0; is_good && row < result_rows(r); row++)
		is_there[result_int(r, row, 0, 1) - 1] = true;
	result_free(r);
	mem_free(sql);
	mem_free(array);
	return is_good && side_end(side, err);
}

static void leave_out(struct found *found, int i)
{
	found->orphans -= found->kept[i].rows;
	found->values--;
	mem_free(found->kept[i].value);
}

/* The reference is asked first: a row that comes now together with its target is not seen at all. */
bool again_look(struct side *from, struct side *to, struct found *found, struct err *err)
{
	size_t size = found->kept_count > 0 ? (size_t)found->kept_count : 1;
	bool *is_referenced = mem_new(size * sizeof *is_referenced), *has_target = mem_new(size * sizeof *has_target);
	bool is_good = mark(from, found, is_referenced, err) && mark(to, found, has_target, err);
	int left = 0;

	for (int i = 0; is_good && i < found->kept_count; i++) {
		if (is_referenced[i] && !has_target[i])
			found->kept[left++] = found->kept[i];
		else
			leave_out(found, i);
	}
	if (is_good)
		found->kept_count = left;
	mem_free(is_referenced);
	mem_free(has_target);
	return is_good;
}

/* A table without a key names its rows by their place; a view cannot. */
static char *row_of(const struct side *side)
{
	if (side->row_key)
		return mem_format("json_build_object(%s)::text", side->row_key);
	return mem_copy(side->kind == 'r' || side->kind == 'p' || side->kind == 'm' ? "json_build_object('ctid', t.ctid)::text" : "'{}'");
}

bool again_list(struct side *from, const struct found *found, int64_t limit, struct result **rows, struct err *err)
{
	int count = found->kept_count < limit ? found->kept_count : (int)limit;
	char *array = array_of(from, found, count), *row = row_of(from), *most = mem_format("%lld", (long long)limit);
	char *sql = mem_format("SELECT k.i, %s FROM unnest($1::%s) WITH ORDINALITY k(v, i) JOIN %s t ON %s%s = k.v ORDER BY k.i LIMIT $2::int8", row, from->array,
		from->from, from->value, from->collate);
	const char *params[] = {array, most};
	bool is_good = side_begin(from, err) && session_query_wait(from->session, sql, params, 2, DEADLINE_MS, rows, err) && side_end(from, err);

	mem_free(sql);
	mem_free(most);
	mem_free(row);
	mem_free(array);
	return is_good;
}
