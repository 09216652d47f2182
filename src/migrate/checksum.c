/* See migrate/checksum.h. A line of the file is SIZE MTIME_NS CTIME_NS INODE SHA256 NAME, names in byte order; the last line is the sum
 * of all above it, so that no damage can make a file look edited. */
#include "pgtend/migrate/checksum.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <openssl/evp.h>

#include "pgtend/core/mem.h"
#include "pgtend/core/places.h"
#include "pgtend/core/text.h"
#include "sealed.h"

#define FIRST_LINE "pgtend checksums 1\n"
enum { BLOCK_BYTES = 256 * 1024 };

struct entry {
	const char *name; /* below the folder; borrowed from the text that was read, or from `names` */
	int64_t size, mtime_ns, ctime_ns;
	uint64_t inode;
	char hex[CHECKSUM_SIZE];
	bool is_used, is_kept;
};
struct checksums {
	char *folder, *path;
	int dir; /* the folder, so that each look begins there; -1 */
	char *text;            /* what was read; entries point into it */
	struct entry *entries; /* as read, by name */
	size_t count;
	struct entry *news; /* learned now */
	size_t news_count;
	struct words names;
	size_t used;
	size_t next; /* where to look first */
};
static bool reads_all;

void checksums_read_all(bool is_wanted)
{
	reads_all = is_wanted;
}

/* --- sums ---------------------------------------------------------------------------------------------- */

static void in_digits(const unsigned char *sum, unsigned size, char *hex)
{
	for (unsigned i = 0; i < size; i++) {
		hex[2 * i] = "0123456789abcdef"[sum[i] >> 4];
		hex[2 * i + 1] = "0123456789abcdef"[sum[i] & 15];
	}
	hex[2 * size] = 0;
}

static void digest(const EVP_MD *kind, const char *bytes, size_t length, char hex[CHECKSUM_SIZE])
{
	unsigned char sum[EVP_MAX_MD_SIZE];
	unsigned size = 0;
	if (EVP_Digest(bytes, length, sum, &size, kind, NULL) != 1 || size > 32)
		mem_die("libcrypto gives no checksum");
	in_digits(sum, size, hex);
}

void checksum_of(const char *bytes, size_t length, char hex[CHECKSUM_SIZE])
{
	digest(EVP_sha256(), bytes, length, hex);
}

bool checksum_of_kind(const char *bytes, size_t length, size_t digits, char hex[CHECKSUM_SIZE])
{
	const EVP_MD *kind = digits == 32 ? EVP_md5() : digits == 40 ? EVP_sha1() : digits == 64 ? EVP_sha256() : NULL;
	if (!kind)
		return false;
	digest(kind, bytes, length, hex);
	return true;
}

struct checksum_stream {
	EVP_MD_CTX *context;
};

struct checksum_stream *checksum_stream_new(void)
{
	struct checksum_stream *stream = MEM_NEW(struct checksum_stream);
	stream->context = EVP_MD_CTX_new();
	if (!stream->context || EVP_DigestInit_ex(stream->context, EVP_sha256(), NULL) != 1)
		mem_die("libcrypto gives no checksum");
	return stream;
}

void checksum_stream_add(struct checksum_stream *stream, const char *bytes, size_t length)
{
	if (EVP_DigestUpdate(stream->context, bytes, length) != 1)
		mem_die("libcrypto gives no checksum");
}

void checksum_stream_end(struct checksum_stream *stream, char hex[CHECKSUM_SIZE])
{
	unsigned char sum[EVP_MAX_MD_SIZE];
	unsigned size = 0;
	if (EVP_DigestFinal_ex(stream->context, sum, &size) != 1 || size != 32)
		mem_die("libcrypto gives no checksum");
	in_digits(sum, size, hex);
	EVP_MD_CTX_free(stream->context);
	mem_free(stream);
}

bool checksum_of_file(const char *path, char hex[CHECKSUM_SIZE], int64_t *bytes)
{
	struct err unreadable;
	int fd = places_open_read(path, &unreadable);
	if (fd < 0)
		return false;
	struct checksum_stream *stream = checksum_stream_new();
	char *block = mem_new(BLOCK_BYTES);
	int64_t all = 0;
	ssize_t got;
	while ((got = read(fd, block, BLOCK_BYTES)) > 0 || (got < 0 && errno == EINTR)) {
		checksum_stream_add(stream, block, got > 0 ? (size_t)got : 0);
		all += got > 0 ? got : 0;
	}
	checksum_stream_end(stream, hex);
	mem_free(block);
	close(fd);
	if (bytes)
		*bytes = all;
	return got == 0;
}

/* --- reading what is remembered ------------------------------------------------------------------------- */

static bool take_line(char *line, struct entry *entry)
{
	memset(entry, 0, sizeof *entry);
	entry->size = sealed_number(&line);
	entry->mtime_ns = sealed_number(&line);
	entry->ctime_ns = sealed_number(&line);
	entry->inode = (uint64_t)sealed_number(&line);
	if (strlen(line) < CHECKSUM_SIZE + 1 || line[CHECKSUM_SIZE - 1] != ' ')
		return false;
	memcpy(entry->hex, line, CHECKSUM_SIZE - 1);
	entry->name = line + CHECKSUM_SIZE;
	return true;
}

static void remember(struct checksums *checksums)
{
	size_t room = 0;
	char *next, *line = sealed_read(checksums->path, FIRST_LINE, &checksums->text);
	for (; line && *line; line = next) {
		char *end = strchr(line, '\n');
		if (!end)
			return;
		*end = 0;
		next = end + 1;
		if (checksums->count == room)
			checksums->entries = mem_grow(checksums->entries, room = room ? room * 2 : 256, sizeof *checksums->entries);
		if (take_line(line, &checksums->entries[checksums->count]))
			checksums->count++;
	}
}

struct checksums *checksums_open(const char *folder)
{
	struct checksums *checksums = MEM_NEW(struct checksums);
	char hex[CHECKSUM_SIZE];
	checksums->folder = places_absolute(folder);
	checksums->dir = open(checksums->folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
	checksum_of(checksums->folder, strlen(checksums->folder), hex);
	char *below = mem_format("checksums/%.16s", hex);
	checksums->path = places_cache(below);
	mem_free(below);
	remember(checksums);
	return checksums;
}

/* --- asking ---------------------------------------------------------------------------------------------- */

static int64_t ns_of(const struct timespec *time)
{
	return (int64_t)time->tv_sec * 1000000000 + time->tv_nsec;
}

static struct entry entry_of(const char *name, const struct stat *st)
{
	return (struct entry){.name = name,
	    .size = (int64_t)st->st_size,
	    .mtime_ns = ns_of(&st->st_mtim),
	    .ctime_ns = ns_of(&st->st_ctim),
	    .inode = (uint64_t)st->st_ino};
}

/* A file that was written a moment ago may be written again within the same tick of its file system's clock. */
static bool is_settled(const struct entry *entry)
{
	struct timespec now;
	clock_gettime(CLOCK_REALTIME, &now);
	bool is_coarse = entry->mtime_ns % 1000000000 == 0 && entry->ctime_ns % 1000000000 == 0;
	int64_t newest = entry->mtime_ns > entry->ctime_ns ? entry->mtime_ns : entry->ctime_ns;
	return ns_of(&now) - newest > (is_coarse ? 2500 : 50) * 1000000LL;
}

static int compare_name_to_entry(const void *name, const void *entry)
{
	return strcmp(name, ((const struct entry *)entry)->name);
}

static void learn(struct checksums *checksums, const struct entry *entry)
{
	if (strchr(entry->name, '\n') || !is_settled(entry))
		return;
	/* Grown by doubling: room is made whenever the count is a power of two. */
	size_t count = checksums->news_count;
	if ((count & (count - 1)) == 0)
		checksums->news = mem_grow(checksums->news, count ? count * 2 : 1, sizeof *checksums->news);
	words_add(&checksums->names, entry->name);
	checksums->news[count] = *entry;
	checksums->news[count].name = checksums->names.v[count];
	checksums->news_count++;
}

static const char *name_below(const struct checksums *checksums, const char *path)
{
	size_t length = strlen(checksums->folder);
	return strncmp(path, checksums->folder, length) == 0 && path[length] == '/' ? path + length + 1 : path;
}

static const char *recall(struct checksums *checksums, const struct entry *now)
{
	if (checksums->count == 0)
		return NULL;
	/* Mostly the one behind the last. */
	struct entry *known = &checksums->entries[checksums->next < checksums->count ? checksums->next : 0];
	if (strcmp(known->name, now->name) != 0)
		known = bsearch(now->name, checksums->entries, checksums->count, sizeof *checksums->entries, compare_name_to_entry);
	if (!known)
		return NULL;
	checksums->next = (size_t)(known - checksums->entries) + 1;
	checksums->used += !known->is_used;
	known->is_used = true;
	if (reads_all || known->size != now->size || known->mtime_ns != now->mtime_ns || known->ctime_ns != now->ctime_ns ||
	    known->inode != now->inode)
		return NULL;
	known->is_kept = true;
	return known->hex;
}

char *checksums_of(struct checksums *checksums, const char *path)
{
	struct stat st;
	const char *name = checksums ? name_below(checksums, path) : path;
	int dir = checksums && checksums->dir >= 0 ? checksums->dir : AT_FDCWD;
	if (fstatat(dir, dir >= 0 ? name : path, &st, 0) != 0 || !S_ISREG(st.st_mode))
		return NULL;
	struct entry now = entry_of(name, &st);
	const char *known = checksums ? recall(checksums, &now) : NULL;
	if (known)
		return mem_copy(known);
	/* Looked at before it is read: a change between the two makes the next look differ. */
	if (!checksum_of_file(path, now.hex, NULL))
		return NULL;
	if (checksums)
		learn(checksums, &now);
	return mem_copy(now.hex);
}

/* --- writing it down ------------------------------------------------------------------------------------- */

static int compare_entries(const void *a, const void *b)
{
	return strcmp((*(const struct entry *const *)a)->name, (*(const struct entry *const *)b)->name);
}

static void write_down(const struct checksums *checksums)
{
	size_t count = 0;
	const struct entry **all = mem_grow(NULL, checksums->count + checksums->news_count + 1, sizeof(struct entry *));
	struct text text = {0};
	for (size_t i = 0; i < checksums->count; i++)
		if (checksums->entries[i].is_kept)
			all[count++] = &checksums->entries[i];
	for (size_t i = 0; i < checksums->news_count; i++)
		all[count++] = &checksums->news[i];
	qsort(all, count, sizeof *all, compare_entries);
	text_add(&text, FIRST_LINE);
	for (size_t i = 0; i < count; i++)
		text_addf(&text, "%lld %lld %lld %llu %s %s\n", (long long)all[i]->size, (long long)all[i]->mtime_ns,
		    (long long)all[i]->ctime_ns, (unsigned long long)all[i]->inode, all[i]->hex, all[i]->name);
	sealed_write("checksums", checksums->path, &text);
	text_done(&text);
	mem_free(all);
}

void checksums_close(struct checksums *checksums)
{
	if (!checksums)
		return;
	if (checksums->news_count > 0 || checksums->used < checksums->count)
		write_down(checksums);
	if (checksums->dir >= 0)
		close(checksums->dir);
	words_done(&checksums->names);
	mem_free(checksums->news);
	mem_free(checksums->entries);
	mem_free(checksums->text);
	mem_free(checksums->folder);
	mem_free(checksums->path);
	mem_free(checksums);
}
