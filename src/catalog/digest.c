/* catalog/digest.c - one hash over a database's structure, made by its server. See catalog/catalog.h. */
#include "pgtend/catalog/catalog.h"

#include <string.h>

#include <openssl/sha.h>

#include "catalog_internal.h"
#include "pgtend/core/mem.h"
#include "pgtend/sql_embedded.h"

void catalog_hash(const char *bytes, size_t length, char digest[CATALOG_DIGEST_SIZE])
{
	static const char digits[] = "0123456789abcdef";
	unsigned char raw[SHA256_DIGEST_LENGTH];
	SHA256((const unsigned char *)bytes, length, raw);
	for (size_t i = 0; i < sizeof raw; i++) {
		digest[2 * i] = digits[raw[i] >> 4];
		digest[2 * i + 1] = digits[raw[i] & 15];
	}
	digest[2 * sizeof raw] = '\0';
}

static bool ask(struct session *session, const char *sql, char digest[CATALOG_DIGEST_SIZE], bool *has_timescaledb, struct err *err)
{
	struct result *r = NULL;
	bool is_done = session_query_wait(session, sql, NULL, 0, CATALOG_DEADLINE_MS, &r, err);
	const char *text = is_done ? result_text(r, 0, 0) : NULL;
	if (is_done && (text == NULL || strlen(text) != CATALOG_DIGEST_SIZE - 1))
		is_done = err_set(err, ERR_FAILED, "the server gave no digest of its catalogs");
	if (is_done) {
		memcpy(digest, text, CATALOG_DIGEST_SIZE);
		*has_timescaledb = result_bool(r, 0, result_column(r, "has_timescaledb"));
	}
	result_free(r);
	return is_done;
}

bool catalog_digest_wait(struct session *session, char digest[CATALOG_DIGEST_SIZE], struct err *err)
{
	char both[2 * CATALOG_DIGEST_SIZE];
	bool has_timescaledb = false, ignored;
	if (!ask(session, sql_catalog_digest, digest, &has_timescaledb, err))
		return false;
	if (!has_timescaledb)
		return true;
	memcpy(both, digest, CATALOG_DIGEST_SIZE);
	if (!ask(session, sql_catalog_digest_timescale, both + CATALOG_DIGEST_SIZE, &ignored, err))
		return false;
	catalog_hash(both, sizeof both, digest);
	return true;
}
