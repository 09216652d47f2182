/* orphans/merge.c - two columns in the same order, read side by side once. */
#include "orphans_internal.h"
#include "pgtend/core/mem.h"

enum { TELL_EVERY = 1 << 18 };


/* The first values stay, for a second look and for people. */
static void keep(struct found *found, enum key_form form, const struct key_value *value)
{
	if (found->kept_count >= KEPT_VALUES || found->kept_bytes + value->length > KEPT_BYTES)
		return;
	if (found->kept_count % 64 == 0)
		found->kept = mem_grow(found->kept, (size_t)found->kept_count + 64, sizeof *found->kept);
	found->kept[found->kept_count++] = (struct kept){keys_text(form, value), value->count, false};
	found->kept_bytes += value->length;
}

/* Rows with the same value follow each other. */
static void add_orphan(struct found *found, const struct keys *from, bool is_same)
{
	found->orphans += from->value.count;
	if (!is_same) {
		found->values++;
		keep(found, from->form, &from->value);
	} else if (found->values == found->kept_count) {
		found->kept[found->kept_count - 1].rows += from->value.count;
	}
}

/* Whether it is the value before it. Asked before the next is read, because that takes the bytes away. */
static bool is_repeated(const struct keys *from, const struct text *before, int64_t before_number)
{
	struct key_value last = {before->s, before->length, before_number, 0};

	return keys_compare(from->form, &last, &from->value) == 0;
}

static void remember(struct text *before, int64_t *before_number, const struct keys *from)
{
	*before_number = from->value.number;
	if (from->form != KEY_NUMBER) {
		before->length = 0;
		text_add_n(before, from->value.bytes, from->value.length);
	}
}

static bool merge(struct keys *from, struct keys *to, struct text *before, struct report *report, int64_t expected, struct found *found,
    struct err *err)
{
	bool is_end = false, is_to_end = false, has_orphan = false;
	int64_t before_number = 0, told = 0;

	if (!keys_next(to, &is_to_end, err))
		return false;
	for (;;) {
		if (!keys_next(from, &is_end, err))
			return false;
		if (is_end)
			break;
		found->references += from->value.count;
		int order = 1;

		while (!is_to_end && (order = keys_compare(from->form, &to->value, &from->value)) < 0)
			if (!keys_next(to, &is_to_end, err))
				return false;
		if (is_to_end || order != 0) {
			add_orphan(found, from, has_orphan && is_repeated(from, before, before_number));
			remember(before, &before_number, from);
			has_orphan = true;
		}
		if (found->references - told >= TELL_EVERY) {
			told = found->references;
			report_progress(report, told, told > expected ? told : expected, "rows");
		}
	}
	while (!is_to_end)
		if (!keys_next(to, &is_to_end, err))
			return false;
	found->targets = to->read;
	return true;
}

bool merge_run(struct keys *from, struct keys *to, struct report *report, int64_t expected, struct found *found, struct err *err)
{
	struct text before = {0};
	bool is_good = merge(from, to, &before, report, expected, found, err);

	text_done(&before);
	return is_good;
}

void found_done(struct found *found)
{
	for (int i = 0; i < found->kept_count; i++)
		mem_free(found->kept[i].value);
	mem_free(found->kept);
	*found = (struct found){0};
}
