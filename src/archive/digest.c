/* archive/digest.c - sha256 in hexadecimal digits, of texts, files and folders. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "internal.h"
#include "pgtend/core/mem.h"
#include "pgtend/core/places.h"

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

/* ---- files, in a thread ---------------------------------------------------------------- */

enum { READ_BYTES = 1 << 20 };

static bool hash_file(struct work *work, struct hashing *hashing, const char *path, int64_t *size, char hex[65])
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (fd < 0)
		return err_set(&hashing->err, ERR_FAILED, "%s: %s", path, strerror(errno));
	EVP_MD_CTX *digest = digest_new();
	char *bytes = mem_new(READ_BYTES);
	ssize_t got;
	*size = 0;
	while (((got = read(fd, bytes, READ_BYTES)) > 0 || (got < 0 && errno == EINTR)) && !work_is_cancelled(work)) {
		if (got < 0)
			continue;
		EVP_DigestUpdate(digest, bytes, (size_t)got);
		atomic_fetch_add(&hashing->bytes, got);
		*size += got;
	}
	int why = errno;
	digest_end(digest, hex);
	mem_free(bytes);
	close(fd);
	if (got < 0)
		return err_set(&hashing->err, ERR_FAILED, "%s: cannot be read: %s", path, strerror(why));
	return got == 0 || err_set(&hashing->err, ERR_CANCELLED, "cancelled");
}

static bool list_folder(const char *path, struct words *names, struct err *err)
{
	DIR *dir = opendir(path);
	struct dirent *entry;
	if (dir == NULL)
		return err_set(err, ERR_FAILED, "%s: %s", path, strerror(errno));
	while ((entry = readdir(dir)) != NULL)
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
			words_add(names, entry->d_name);
	closedir(dir);
	words_sort(names);
	return true;
}

static bool hash_folder(struct work *work, struct hashing *hashing)
{
	struct words names = {0};
	struct text lines = {0};
	bool ok = list_folder(hashing->path, &names, &hashing->err);
	hashing->files = json_array();
	for (size_t i = 0; ok && i < names.count; i++) {
		char *path = places_join(hashing->path, names.v[i]), hex[65];
		int64_t size;
		ok = hash_file(work, hashing, path, &size, hex);
		mem_free(path);
		if (!ok)
			break;
		json_array_append_new(hashing->files,
		    json_pack("{s:s, s:I, s:s}", "name", names.v[i], "size_bytes", (json_int_t)size, "sha256", hex));
		text_addf(&lines, "%s  %s\n", hex, names.v[i]);
	}
	digest_text(text_str(&lines), hashing->sha256);
	text_done(&lines);
	words_done(&names);
	return ok;
}

void hashing_run(struct work *work, void *arg)
{
	struct hashing *hashing = arg;
	struct stat info;
	int64_t size;
	if (stat(hashing->path, &info) != 0)
		hashing->is_good = err_set(&hashing->err, ERR_FAILED, "%s: %s", hashing->path, strerror(errno));
	else if (S_ISDIR(info.st_mode))
		hashing->is_good = hash_folder(work, hashing);
	else
		hashing->is_good = hash_file(work, hashing, hashing->path, &size, hashing->sha256);
}
