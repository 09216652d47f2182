/* See records.h. The file is the mark, then a line a record: RAN_US DURATION_MS and six texts, separated by tabs, names in byte order. */
#include "records.h"

#include <stdlib.h>
#include <string.h>

#include "pgtend/core/mem.h"
#include "pgtend/core/places.h"
#include "pgtend/migrate/checksum.h"
#include "sealed.h"

#define FIRST_LINE "pgtend records 1\n"
enum { TEXTS = 6 };
static const char none[] = "\001"; /* a text that is not there */

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

static const char *or_null(const char *text)
{
	return strcmp(text, none) == 0 ? NULL : text;
}

static bool take_line(char *line, struct migration_record *record)
{
	char *end, *texts[TEXTS];
	record->ran_us = strtoll(line, &end, 10);
	record->duration_ms = strtod(end, &end);
	if (*end != '\t' || !cut(end + 1, texts))
		return false;
	record->name = texts[0];
	record->action = texts[1];
	record->checksum = or_null(texts[2]);
	record->mode = or_null(texts[3]);
	record->version = or_null(texts[4]);
	record->who = or_null(texts[5]);
	return true;
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
		if (take_line(line, &ledger->records[ledger->record_count]))
			ledger->record_count++;
	}
}

static bool add_text(struct text *text, const char *value)
{
	text_add(text, "\t");
	text_add(text, value ? value : none);
	return !value || (!strpbrk(value, "\t\n") && strcmp(value, none) != 0);
}

void records_keep(const struct records_memory *memory, const char *mark, const struct ledger *ledger)
{
	struct text text = {0};
	bool is_plain = memory->path && !strchr(mark, '\n');
	text_addf(&text, FIRST_LINE "%s\n", mark);
	for (int i = 0; is_plain && i < ledger->record_count; i++) {
		const struct migration_record *record = &ledger->records[i];
		const char *const texts[TEXTS] = {record->name, record->action, record->checksum, record->mode, record->version, record->who};
		text_addf(&text, "%lld %.17g", (long long)record->ran_us, record->duration_ms);
		for (int k = 0; k < TEXTS; k++)
			is_plain = add_text(&text, texts[k]) && is_plain;
		text_add(&text, "\n");
	}
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
