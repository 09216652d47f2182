/* archive/digest.c - sha256 in hexadecimal digits. */
#include <string.h>

#include "internal.h"
#include "pgtend/core/mem.h"

EVP_MD_CTX *digest_new(void)
{
	EVP_MD_CTX *digest = EVP_MD_CTX_new();
	if (digest == NULL || EVP_DigestInit_ex(digest, EVP_sha256(), NULL) != 1)
		mem_die("libcrypto has no sha256");
	return digest;
}

void digest_end(EVP_MD_CTX *digest, char hex[65])
{
	static const char digits[] = "0123456789abcdef";
	unsigned char bytes[EVP_MAX_MD_SIZE];
	unsigned length = 0;
	if (EVP_DigestFinal_ex(digest, bytes, &length) != 1 || length != 32)
		mem_die("libcrypto gave no sha256");
	EVP_MD_CTX_free(digest);
	for (unsigned i = 0; i < length; i++) {
		hex[2 * i] = digits[bytes[i] >> 4];
		hex[2 * i + 1] = digits[bytes[i] & 15];
	}
	hex[64] = '\0';
}

void digest_text(const char *text, char hex[65])
{
	EVP_MD_CTX *digest = digest_new();
	EVP_DigestUpdate(digest, text, strlen(text));
	digest_end(digest, hex);
}
