/* orphans/keys.c - the binary form of COPY as one value after the other. */
#include <string.h>

#include "orphans_internal.h"
#include "pgtend/core/mem.h"

static const char signature[11] = {'P', 'G', 'C', 'O', 'P', 'Y', '\n', '\377', '\r', '\n', '\0'};

static int64_t big_endian(const char *bytes, size_t length, bool is_unsigned)
{
	uint64_t value = !is_unsigned && ((unsigned char)bytes[0] & 0x80) ? UINT64_MAX : 0;

	for (size_t i = 0; i < length; i++)
		value = value << 8 | (unsigned char)bytes[i];
	return (int64_t)value;
}

/* --- bytes --------------------------------------------------------------------------------------- */

/* The next block behind what is left. False with *is_end: there is none. */
static bool take_block(struct keys *keys, bool *is_end, struct err *err)
{
	struct copy_block block;

	if (!copy_read_wait(keys->copy, &block, err))
		return err_prefix(err, "%s", keys->what);
	*is_end = block.length == 0;
	if (keys->at > 0) {
		size_t left = keys->come.length - keys->at;

		memmove(keys->come.s, keys->come.s + keys->at, left);
		keys->come.length = left;
		keys->at = 0;
	}
	text_add_n(&keys->come, block.bytes, block.length);
	return true;
}

static bool cut_short(const struct keys *keys, struct err *err)
{
	return err_set(err, ERR_FAILED, "%s: the server's COPY ended in the middle of a row", keys->what);
}

/* So many bytes at keys->at. */
static bool need(struct keys *keys, size_t length, struct err *err)
{
	while (keys->come.length - keys->at < length) {
		bool is_end;

		if (!take_block(keys, &is_end, err))
			return false;
		if (is_end)
			return cut_short(keys, err);
	}
	return true;
}

static int64_t take_number(struct keys *keys, size_t length)
{
	int64_t number = big_endian(keys->come.s + keys->at, length, false);

	keys->at += length;
	return number;
}

static bool take_header(struct keys *keys, struct err *err)
{
	if (!need(keys, sizeof signature + 8, err))
		return false;
	if (memcmp(keys->come.s, signature, sizeof signature) != 0)
		return err_set(err, ERR_FAILED, "%s: the server answered COPY in a form that is not known", keys->what);
	keys->at += sizeof signature + 4;
	int64_t more = take_number(keys, 4);

	if (more < 0 || !need(keys, (size_t)more, err))
		return cut_short(keys, err);
	keys->at += (size_t)more;
	return true;
}

/* --- values -------------------------------------------------------------------------------------- */

int keys_compare(enum key_form form, const struct key_value *a, const struct key_value *b)
{
	if (form == KEY_NUMBER)
		return a->number < b->number ? -1 : a->number > b->number;
	size_t shorter = a->length < b->length ? a->length : b->length;
	int order = memcmp(a->bytes, b->bytes, shorter);

	return order != 0 ? order : a->length < b->length ? -1 : a->length > b->length;
}

static bool check_order(struct keys *keys, struct err *err)
{
	struct key_value before = {keys->last.s, keys->last.length, keys->last_number, 0};

	if (keys->read > 0 && keys_compare(keys->form, &before, &keys->value) > 0) {
		err_set(err, ERR_FAILED, "%s: its values do not come in order: an index of the column is damaged", keys->what);
		return err_hint(err, "REINDEX it, then look again");
	}
	keys->last_number = keys->value.number;
	if (keys->form != KEY_NUMBER) {
		keys->last.length = 0;
		text_add_n(&keys->last, keys->value.bytes, keys->value.length);
	}
	return true;
}

/* One row: the value, and how many rows have it where the server has counted them. Nothing before keys->at moves meanwhile. */
static bool take_row(struct keys *keys, int fields, struct err *err)
{
	size_t length;

	if (!need(keys, 4, err))
		return false;
	length = (size_t)big_endian(keys->come.s + keys->at, 4, true);
	size_t whole = 4 + length + (fields == 2 ? 12 : 0);

	if (fields > 2 || length > INT32_MAX)
		return err_set(err, ERR_FAILED, "%s: the server's COPY has rows that were not asked for", keys->what);
	if (!need(keys, whole, err))
		return false;
	const char *bytes = keys->come.s + keys->at + 4;

	keys->value = (struct key_value){.bytes = bytes, .length = length, .count = 1};
	if (keys->form == KEY_NUMBER)
		keys->value.number = big_endian(bytes, length, false);
	if (fields == 2)
		keys->value.count = big_endian(bytes + length + 4, 8, false);
	keys->at += whole;
	return true;
}

/* Behind the last row stands nothing but the server's word that all went well. */
static bool take_end(struct keys *keys, struct err *err)
{
	bool is_end = false;

	while (!is_end)
		if (!take_block(keys, &is_end, err))
			return false;
	keys->is_over = true;
	return true;
}

bool keys_next(struct keys *keys, bool *is_end, struct err *err)
{
	*is_end = keys->is_over;
	if (keys->is_over)
		return true;
	if (!keys->has_begun && !take_header(keys, err))
		return false;
	keys->has_begun = true;
	if (!need(keys, 2, err))
		return false;
	int64_t fields = take_number(keys, 2);

	if (fields < 1) {
		*is_end = true;
		return take_end(keys, err);
	}
	if (!take_row(keys, (int)fields, err) || !check_order(keys, err))
		return false;
	keys->read++;
	return true;
}

void keys_done(struct keys *keys)
{
	text_done(&keys->come);
	text_done(&keys->last);
}

static void add_hex(struct text *text, const char *bytes, size_t length)
{
	for (size_t i = 0; i < length; i++)
		text_addf(text, "%02x", (unsigned)(unsigned char)bytes[i]);
}

char *keys_text(enum key_form form, const struct key_value *value)
{
	static const size_t parts[] = {4, 2, 2, 2, 6};
	struct text text = {0};
	size_t at = 0;

	switch (form) {
	case KEY_NUMBER:
		text_addf(&text, "%lld", (long long)value->number);
		break;
	case KEY_BYTES_16:
		for (size_t i = 0; i < sizeof parts / sizeof *parts && at + parts[i] <= value->length; at += parts[i++]) {
			text_add(&text, i > 0 ? "-" : "");
			add_hex(&text, value->bytes + at, parts[i]);
		}
		break;
	case KEY_TEXT_BYTES:
		text_add_n(&text, value->bytes, value->length);
		break;
	case KEY_RAW:
		text_add(&text, "\\x");
		add_hex(&text, value->bytes, value->length);
		break;
	}
	return text_take(&text);
}
