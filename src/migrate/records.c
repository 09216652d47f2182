/* See records.h. The file is the mark, then a line a record: RAN_US DURATION_NS and six texts, separated by tabs, names in byte order. */
#include "records.h"

#include <math.h>
#include <string.h>

#include "pgtend/core/mem.h"
#include "pgtend/core/places.h"
#include "pgtend/migrate/checksum.h"
#include "sealed.h"

#define FIRST_LINE "pgtend records 1\n"
enum { TEXTS = 6 };
static const char none[] = "\001"; /* a text that is not there */
static const char same[] = "\002"; /* the same as in the line above */

struct records_memory *records_recall(const char *place)
{
	struct records_memory *memory = MEM_NEW(struct records_memory);
	char hex[CHECKSUM_SIZE];
	if (!place)
		return memory;
	checksum_of(place, strlen(place), hex);
	char *below = mem_format("records/%.16s", hex);
	memory->path = places_cache(below);
	mem_free(below);
	char *mark = sealed_read(memory->path, FIRST_LINE, &memory->text), *end = mark ? strchr(mark, '\n') : NULL;
	if (end) {
		*end = 0;
		memory->mark = mark;
		memory->rest = end + 1;
	}
	return memory;
}

/* The texts of one line, cut apart in place. */
static bool cut(char *line, char *texts[TEXTS])
{
	for (int i = 0; i < TEXTS; i++) {
		texts[i] = line;
		char *end = line ? strchr(line, '\t') : NULL;
		if (!end != (i == TEXTS - 1))
			return false;
		if (end)
			*end = 0;
		line = end ? end + 1 : NULL;
	}
	return true;
}

static const char *told(const char *text, const char *above)
{
	return strcmp(text, same) == 0 ? above : strcmp(text, none) == 0 ? NULL : text;
}

/* above: the record before; NULL. */
static bool take_line(char *line, const struct migration_record *above, struct migration_record *record)
{
	static const struct migration_record nothing = {0};
	char *texts[TEXTS];
	above = above ? above : &nothing;
	record->ran_us = sealed_number(&line);
	record->duration_ms = (double)sealed_number(&line) / 1e6;
	if (*line != '\t' || !cut(line + 1, texts))
		return false;
	record->name = told(texts[0], above->name);
	record->action = told(texts[1], above->action);
	record->checksum = told(texts[2], above->checksum);
	record->mode = told(texts[3], above->mode);
	record->version = told(texts[4], above->version);
	record->who = told(texts[5], above->who);
	return record->name && record->action;
}

void records_take(const struct records_memory *memory, struct ledger *ledger)
{
	size_t room = 0;
	for (char *line = memory->rest, *next; *line; line = next) {
		char *end = strchr(line, '\n');
		next = end ? end + 1 : line + strlen(line);
		if (end)
			*end = 0;
		if ((size_t)ledger->record_count == room)
			ledger->records = mem_grow(ledger->records, room = room ? room * 2 : 256, sizeof *ledger->records);
		struct migration_record *record = &ledger->records[ledger->record_count];
		if (take_line(line, ledger->record_count > 0 ? record - 1 : NULL, record))
			ledger->record_count++;
	}
}

/* false: it holds what would end it. */
static bool add_text(struct text *text, const char *value, const char *above)
{
	text_add(text, "\t");
	text_add(text, !value ? none : above && strcmp(value, above) == 0 ? same : value);
	return !value || (!strpbrk(value, "\t\n") && strcmp(value, none) != 0 && strcmp(value, same) != 0);
}

static bool add_record(struct text *text, const struct migration_record *record, const struct migration_record *above)
{
	const char *const texts[TEXTS] = {record->name, record->action, record->checksum, record->mode, record->version, record->who};
	const char *const before[TEXTS] = {above->name, above->action, above->checksum, above->mode, above->version, above->who};
	bool is_plain = true;
	text_addf(text, "%lld %lld", (long long)record->ran_us, (long long)llround(record->duration_ms * 1e6));
	for (int i = 0; i < TEXTS; i++)
		is_plain = add_text(text, texts[i], before[i]) && is_plain;
	text_add(text, "\n");
	return is_plain;
}

void records_keep(const struct records_memory *memory, const char *mark, const struct ledger *ledger)
{
	struct text text = {0};
	bool is_plain = memory->path && !strchr(mark, '\n');
	text_addf(&text, FIRST_LINE "%s\n", mark);
	static const struct migration_record nothing = {0};
	for (int i = 0; is_plain && i < ledger->record_count; i++)
		is_plain = add_record(&text, &ledger->records[i], i > 0 ? &ledger->records[i - 1] : &nothing);
	/* A name with a line's end in it is asked for each time. */
	if (is_plain)
		sealed_write("records", memory->path, &text);
	text_done(&text);
}

void records_forget(struct records_memory *memory)
{
	if (!memory)
		return;
	mem_free(memory->path);
	mem_free(memory->text);
	mem_free(memory);
}
