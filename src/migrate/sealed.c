/* See sealed.h. */
#include "sealed.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "pgtend/core/mem.h"
#include "pgtend/core/places.h"
#include "pgtend/migrate/checksum.h"

static char *unseal(char *text, size_t length, const char *first_line)
{
	char hex[CHECKSUM_SIZE];
	if (length < CHECKSUM_SIZE + strlen(first_line) || !text_starts_with(text, first_line) || strlen(text) != length)
		return NULL;
	size_t body = length - CHECKSUM_SIZE; /* 64 digits and a newline */
	if (text[length - 1] != '\n' || text[body - 1] != '\n')
		return NULL;
	checksum_of(text, body, hex);
	if (strncmp(text + body, hex, CHECKSUM_SIZE - 1) != 0)
		return NULL;
	text[body] = 0;
	return text + strlen(first_line);
}

char *sealed_read(const char *path, const char *first_line, char **text)
{
	struct err unreadable = {0};
	struct stat st;
	size_t length;
	*text = NULL;
	/* Under sudo the cache folder may be somebody else's. */
	if (stat(path, &st) != 0 || st.st_uid != geteuid())
		return NULL;
	if (!places_read_file(path, text, &length, &unreadable))
		return NULL;
	return unseal(*text, length, first_line);
}

void sealed_write(const char *below, const char *path, struct text *text)
{
	char hex[CHECKSUM_SIZE], *folder = places_cache(below);
	struct err ignored = {0};
	checksum_of(text_str(text), text->length, hex);
	text_addf(text, "%s\n", hex);
	/* A cache that cannot be written costs time, nothing else. */
	if (places_make_folder(folder, &ignored) && !places_write_file(path, text_str(text), text->length, &ignored))
		err_clear(&ignored);
	mem_free(folder);
}

long long sealed_number(char **at)
{
	char *c = *at;
	bool is_negative = *c == '-';
	unsigned long long number = 0;
	for (c += is_negative; *c >= '0' && *c <= '9'; c++)
		number = number * 10 + (unsigned)(*c - '0');
	*at = *c == ' ' ? c + 1 : c;
	return is_negative ? -(long long)number : (long long)number;
}
