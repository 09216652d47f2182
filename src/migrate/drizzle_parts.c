/* What Drizzle before and from 1.0 has in common: hash and breakpoints. See dialect_internal.h. */
#include <string.h>

#include <openssl/evp.h>

#include "pgtend/core/mem.h"
#include "pgtend/core/places.h"
#include "dialect_internal.h"

char *dialect_hash_of(const char *path)
{
	char *bytes = NULL;
	size_t length;
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned size = 0;
	struct err unreadable = {0};
	if (!places_read_file(path, &bytes, &length, &unreadable))
		return NULL;
	bool is_done = EVP_Digest(bytes, length, digest, &size, EVP_sha256(), NULL) == 1;
	mem_free(bytes);
	struct text hex = {0};
	for (unsigned i = 0; is_done && i < size; i++)
		text_addf(&hex, "%02x", digest[i]);
	return is_done ? text_take(&hex) : NULL;
}

bool dialect_breakpoint_text(const struct ledger *ledger, const struct migration_file *file, const char *text,
    struct migration_text *out, struct err *err)
{
	static const char mark[] = "--> statement-breakpoint";
	if (!dialect_whole_text(ledger, file, text, out, err))
		return false;
	for (char *at = strstr(out->sql, mark); at; at = strstr(at, mark)) {
		memset(at, ' ', sizeof mark - 1);
		*at = ';';
	}
	return true;
}
