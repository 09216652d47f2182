/* How a plain runner writes names and checksums, learned from the rows that are there. See plain_internal.h. */
#include <string.h>

#include "pgtend/core/mem.h"
#include "pgtend/core/places.h"
#include "pgtend/migrate/checksum.h"
#include "plain_internal.h"

static size_t stem_length(const char *file_name)
{
	size_t length = strlen(file_name);
	return text_ends_with(file_name, ".sql") ? length - 4 : length;
}

static bool is_number(const char *s)
{
	return *s && s[strspn(s, "0123456789")] == 0;
}

/* The digits before the name, as a number: 002 is 2. */
static bool has_number(const char *file_name, const char *number)
{
	size_t digits = strspn(file_name, "0123456789"), zeros = strspn(file_name, "0");
	if (digits == 0)
		return false;
	zeros = zeros == digits ? digits - 1 : zeros;
	size_t wanted_zeros = strspn(number, "0");
	wanted_zeros = number[wanted_zeros] ? wanted_zeros : wanted_zeros - 1;
	return strlen(number + wanted_zeros) == digits - zeros &&
	       strncmp(number + wanted_zeros, file_name + zeros, digits - zeros) == 0;
}

static enum plain_name_form form_of(const char *name, const char *file_name)
{
	size_t stem = stem_length(file_name), digits = strspn(file_name, "0123456789");
	if (strcmp(name, file_name) == 0)
		return PLAIN_FILE;
	if (strlen(name) == stem && strncmp(name, file_name, stem) == 0)
		return PLAIN_STEM;
	if (is_number(name) && has_number(file_name, name))
		return strlen(name) == digits ? PLAIN_DIGITS : PLAIN_NUMBER;
	if (digits > 0 && stem > digits && strchr("_-.", file_name[digits]) && strlen(name) == stem - digits - 1 &&
	    strncmp(name, file_name + digits + 1, stem - digits - 1) == 0)
		return PLAIN_TITLE;
	return PLAIN_FORM_UNKNOWN;
}

bool plain_is_same(const char *row, const char *file_name)
{
	enum plain_name_form form = form_of(row, file_name);
	return form != PLAIN_FORM_UNKNOWN && form != PLAIN_TITLE;
}

char *plain_name_in_form(const char *file_name, enum plain_name_form form)
{
	size_t stem = stem_length(file_name), digits = strspn(file_name, "0123456789"), zeros = strspn(file_name, "0");
	switch (form) {
	case PLAIN_STEM:
		return mem_copy_n(file_name, stem);
	case PLAIN_DIGITS:
		return digits ? mem_copy_n(file_name, digits) : NULL;
	case PLAIN_NUMBER:
		zeros = zeros == digits && digits ? digits - 1 : zeros;
		return digits ? mem_copy_n(file_name + zeros, digits - zeros) : NULL;
	case PLAIN_TITLE:
		return stem > digits + 1 ? mem_copy_n(file_name + digits + 1, stem - digits - 1) : NULL;
	case PLAIN_FILE:
	case PLAIN_FORM_UNKNOWN:
		break;
	}
	return mem_copy(file_name);
}

/* --- checksums ------------------------------------------------------------------------------------------- */

char *plain_digest(const char *path, enum plain_checksum_form form)
{
	size_t length, digits = form == PLAIN_MD5 ? 32 : form == PLAIN_SHA1 ? 40 : 64;
	char *bytes = NULL, hex[CHECKSUM_SIZE];
	struct err unreadable = {0};
	if (!places_read_file(path, &bytes, &length, &unreadable))
		return NULL;
	bool is_done = checksum_of_kind(bytes, length, digits, hex);
	mem_free(bytes);
	return is_done ? mem_copy(hex) : NULL;
}

static enum plain_checksum_form checksum_form_of(const char *checksum, const char *path)
{
	size_t length = strlen(checksum);
	enum plain_checksum_form form = length == 64   ? PLAIN_SHA256
	                                : length == 40 ? PLAIN_SHA1
	                                : length == 32 ? PLAIN_MD5
	                                               : PLAIN_CHECKSUM_UNKNOWN;
	char *digest = form == PLAIN_CHECKSUM_UNKNOWN ? NULL : plain_digest(path, form);
	bool is_same = digest && strcmp(digest, checksum) == 0;
	mem_free(digest);
	return is_same ? form : PLAIN_CHECKSUM_UNKNOWN;
}

/* --- learning ------------------------------------------------------------------------------------------ */

static const struct migration_file *find_file(const struct ledger *ledger, const char *name)
{
	for (int i = 0; i < ledger->migration_count; i++)
		if (plain_is_same(name, ledger->files[i].name))
			return &ledger->files[i];
	return NULL;
}

/* The last few rows are enough: a runner writes all of them alike, and the last ones as it is now. */
void plain_learn(struct ledger *ledger, const struct words *names, const char *const *also, const char *const *checksums)
{
	enum { ROWS_MAX = 5 };
	struct plain_forms *forms = &ledger->plain;
	int seen = 0, without = 0;
	bool is_sum_known = forms->said_checksum != PLAIN_CHECKSUM_UNKNOWN;
	forms->name = forms->said_name;
	forms->also = PLAIN_FORM_UNKNOWN;
	forms->checksum = forms->said_checksum;
	for (size_t i = names->count; i-- > 0 && seen < ROWS_MAX;) {
		const struct migration_file *file = find_file(ledger, names->v[i]);
		if (!file)
			continue;
		seen++;
		if (forms->name == PLAIN_FORM_UNKNOWN)
			forms->name = form_of(names->v[i], file->name);
		if (also[i] && forms->also == PLAIN_FORM_UNKNOWN)
			forms->also = form_of(also[i], file->name);
		if (!checksums[i])
			without++;
		else if (forms->checksum == PLAIN_CHECKSUM_UNKNOWN)
			forms->checksum = checksum_form_of(checksums[i], file->path);
	}
	if (!is_sum_known && seen > 0 && without == seen)
		forms->checksum = PLAIN_NO_CHECKSUM;
}
