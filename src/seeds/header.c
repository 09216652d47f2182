/* seeds/header.c - the first line of a file of CSV against the columns of its table. See target.h. */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "pgtend/core/mem.h"
#include "target.h"

static int column_named(const struct seed_target *target, const char *name)
{
	for (int i = 0; i < target->column_count; i++)
		if (strcmp(target->columns[i].name, name) == 0)
			return i;
	/* As SQL would read it: nobody quotes in a header. */
	for (int i = 0; i < target->column_count; i++) {
		const char *own = target->columns[i].name;
		bool is_lower = true;
		for (const char *c = own; *c != '\0'; c++)
			is_lower = is_lower && !isupper((unsigned char)*c);
		if (is_lower && strcasecmp(own, name) == 0)
			return i;
	}
	return -1;
}

/* "users.csv:1:4", where the column of the header begins. */
static bool refuse(const struct seed_file *file, const struct csv_value *value, struct err *err)
{
	return err_prefix(err, "%s:%d:%d", file->name, value->line, value->column);
}

static bool refuse_unknown(
    const struct seed_file *file, const struct seed_target *target, const struct csv_value *value, struct err *err)
{
	struct words names = {0};
	if (strpbrk(value->text, "\r\n") != NULL) {
		err_set(err, ERR_FAILED, "the quote that opens here is not closed in its line");
		return refuse(file, value, err);
	}
	for (int i = 0; i < target->column_count; i++)
		words_add(&names, target->columns[i].name);
	const char *nearest = text_nearest(value->text, (const char *const *)names.v, names.count);
	err_set(err, ERR_FAILED, "%s.%s has no column %s", target->schema, target->name, value->text);
	if (nearest != NULL)
		err_hint(err, "did you mean %s?", nearest);
	else if (strpbrk(value->text, ";\t") != NULL)
		err_hint(err, "values are parted by commas, not by %s", strchr(value->text, ';') != NULL ? "semicolons" : "tabs");
	else
		err_hint(err, "the first line names the columns");
	words_done(&names);
	return refuse(file, value, err);
}

static bool take_column(const struct seed_file *file, const struct seed_target *target, const struct csv_record *record, int number,
    struct seed_header *header, struct err *err)
{
	const struct csv_value *value = &record->values[number];
	if (value->text == NULL || *value->text == '\0') {
		err_set(err, ERR_FAILED, "the header names no column here");
		return refuse(file, value, err);
	}
	int column = column_named(target, value->text);
	if (column < 0)
		return refuse_unknown(file, target, value, err);
	for (int i = 0; i < number; i++)
		if (header->columns[i] == column) {
			err_set(err, ERR_FAILED, "the header names the column %s twice", target->columns[column].name);
			return refuse(file, value, err);
		}
	if (target->columns[column].is_generated) {
		err_set(err, ERR_FAILED, "the column %s is generated: the server computes it", target->columns[column].name);
		err_hint(err, "leave it out of the file");
		return refuse(file, value, err);
	}
	header->columns[header->count++] = column;
	header->has_key = header->has_key || target->columns[column].is_key;
	return true;
}

static bool check_missing(
    const struct seed_file *file, const struct seed_target *target, const struct seed_header *header, struct err *err)
{
	struct text missing = {0};
	int count = 0;
	for (int i = 0; i < target->column_count; i++) {
		bool is_named = !target->columns[i].is_needed;
		for (int k = 0; k < header->count && !is_named; k++)
			is_named = header->columns[k] == i;
		if (!is_named)
			text_addf(&missing, "%s%s", count++ > 0 ? ", " : "", target->columns[i].name);
	}
	if (count > 0)
		err_set(err, ERR_FAILED, "%s:1:1: the header leaves out %s, which must not be null and %s no default", file->name,
		    text_str(&missing), count == 1 ? "has" : "have");
	text_done(&missing);
	return count == 0;
}

/* UTF-16 as spreadsheets save it is no text to the server. */
static bool check_encoding(const struct seed_file *file, const struct csv_value *value, struct err *err)
{
	const unsigned char *text = (const unsigned char *)value->text;
	if (text == NULL || !((text[0] == 0xFF && text[1] == 0xFE) || (text[0] == 0xFE && text[1] == 0xFF)))
		return true;
	err_set(err, ERR_FAILED, "%s:1:1: this is UTF-16", file->name);
	return err_hint(err, "save it as UTF-8");
}

static char *quoted_list(struct session *session, const struct seed_target *target, const struct seed_header *header)
{
	struct text list = {0};
	for (int i = 0; i < header->count; i++) {
		char *name = session_quote_identifier(session, target->columns[header->columns[i]].name);
		text_addf(&list, "%s%s", i > 0 ? ", " : "", name != NULL ? name : "\"\"");
		mem_free(name);
	}
	return text_take(&list);
}

bool header_read(struct session *session, const struct seed_file *file, const struct seed_target *target,
    struct seed_header *header, struct err *err)
{
	struct csv_record record = {0};
	memset(header, 0, sizeof *header);
	struct csv_reader *reader = csv_open(file->path, true, err);
	if (reader == NULL)
		return err_prefix(err, "%s", file->name);
	bool ok = true;
	if (csv_next(reader, &record)) {
		header->columns = mem_new((size_t)record.count * sizeof header->columns[0]);
		ok = check_encoding(file, &record.values[0], err);
		for (int i = 0; i < record.count && ok; i++)
			ok = take_column(file, target, &record, i, header, err);
		ok = ok && check_missing(file, target, header, err);
		if (ok)
			header->list = quoted_list(session, target, header);
	}
	csv_close(reader);
	csv_record_done(&record);
	if (!ok)
		header_done(header);
	return ok;
}

void header_done(struct seed_header *header)
{
	mem_free(header->columns);
	mem_free(header->list);
	memset(header, 0, sizeof *header);
}
