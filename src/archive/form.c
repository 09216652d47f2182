/* archive/form.c - the forms of a dump: their words and endings, and which of them a file is by its bytes. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <zlib.h>
#include <zstd.h>

#include "internal.h"
#include "pgtend/core/mem.h"
#include "pgtend/core/places.h"

/* ---- words ----------------------------------------------------------------------- */

static const struct {
	const char *word, *ending;
} forms[] = {
    [ARCHIVE_CUSTOM] = {"custom", ".dump"},
    [ARCHIVE_CUSTOM_ZSTD] = {"custom+zstd", ".dump.zst"},
    [ARCHIVE_DIRECTORY] = {"directory", ".dir"},
    [ARCHIVE_TAR] = {"tar", ".tar"},
    [ARCHIVE_PLAIN] = {"plain", ".sql"},
    [ARCHIVE_PLAIN_GZIP] = {"plain+gzip", ".sql.gz"},
    [ARCHIVE_PLAIN_ZSTD] = {"plain+zstd", ".sql.zst"},
};
enum { FORMS = sizeof forms / sizeof forms[0] };

const char *archive_form_word(enum archive_form form)
{
	return forms[form].word;
}

const char *archive_form_ending(enum archive_form form)
{
	return forms[form].ending;
}

bool form_from_word(const char *word, enum archive_form *form)
{
	for (int i = 0; word != NULL && i < FORMS; i++) {
		if (strcmp(forms[i].word, word) == 0) {
			*form = (enum archive_form)i;
			return true;
		}
	}
	return false;
}

bool form_is_folder(enum archive_form form)
{
	return form == ARCHIVE_DIRECTORY;
}

const char *form_ending_of(const char *path)
{
	for (int i = 0; i < FORMS; i++)
		if (text_ends_with(path, forms[i].ending))
			return forms[i].ending;
	return NULL;
}

const char *archive_depth_word(enum archive_depth depth)
{
	static const char *const words[] = {"none", "checksum", "read", "restored"};
	return words[depth];
}

/* ---- bytes ----------------------------------------------------------------------- */

/* zstd gives nothing before it has a whole block, of which the largest are 128 kB */
enum {
	HEAD_BYTES = 4096,
	PACKED_BYTES = 256 * 1024,
	GZIP_WINDOW = 15 + 32 /* with a header of zlib's or gzip's, whichever there is */
};

/* The beginning of a file, or of what is packed in it. */
struct head {
	unsigned char bytes[HEAD_BYTES];
	size_t length;
};

static bool begins(const struct head *head, const char *magic, size_t length)
{
	return head->length >= length && memcmp(head->bytes, magic, length) == 0;
}

/* Both stop where the packed bytes end, or are no good. */
static void unpack_gzip(unsigned char *packed, size_t length, struct head *head)
{
	z_stream stream = {
	    .next_in = packed, .avail_in = (unsigned)length, .next_out = head->bytes, .avail_out = HEAD_BYTES};
	if (inflateInit2(&stream, GZIP_WINDOW) != Z_OK)
		mem_die("zlib does not start");
	(void)inflate(&stream, Z_SYNC_FLUSH);
	head->length = HEAD_BYTES - stream.avail_out;
	inflateEnd(&stream);
}

static void unpack_zstd(const unsigned char *packed, size_t length, struct head *head)
{
	ZSTD_DStream *stream = ZSTD_createDStream();
	ZSTD_inBuffer in = {packed, length, 0};
	ZSTD_outBuffer out = {head->bytes, HEAD_BYTES, 0};
	if (stream == NULL)
		mem_die("libzstd does not start");
	size_t before;
	do {
		before = in.pos + out.pos;
		if (ZSTD_isError(ZSTD_decompressStream(stream, &out, &in)))
			break;
	} while (in.pos + out.pos > before && out.pos < HEAD_BYTES);
	ZSTD_freeDStream(stream);
	head->length = out.pos;
}

/* SQL is text. Anything that is none cannot be sent to a server as such. */
static bool is_text(const struct head *head)
{
	return head->length > 0 && memchr(head->bytes, '\0', head->length) == NULL;
}

static bool is_custom(const struct head *head)
{
	/* magic, version (3 bytes), sizes of integers and offsets, format: 1 is custom, 3 the table of contents inside a tar, 5 that of a folder */
	return begins(head, "PGDMP", 5) && head->length > 10 && head->bytes[10] == 1;
}

static const char *other_packing(const struct head *head)
{
	static const struct {
		const char *magic;
		size_t length;
		const char *name;
	} others[] = {{"\xfd"
	               "7zXZ",
	                  5, "xz"},
	    {"BZh", 3, "bzip2"}, {"\x04\x22\x4d\x18", 4, "lz4"}, {"PK\x03\x04", 4, "zip"}, {"7z\xbc\xaf", 4, "7z"},
	    {"Salted__", 8, "openssl enc"}};
	for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
		if (begins(head, others[i].magic, others[i].length))
			return others[i].name;
	return NULL;
}

static bool refuse(const char *path, const struct head *head, struct err *err)
{
	const char *packing = other_packing(head);
	if (head->length == 0)
		return err_set(err, ERR_FAILED, "%s: the file is empty", path);
	if (packing != NULL) {
		err_set(err, ERR_FAILED, "%s: is packed by %s, which is not read here", path, packing);
		return err_hint(err, "unpack it, and name what comes out");
	}
	if (begins(head, "PGDMP", 5)) {
		err_set(err, ERR_FAILED, "%s: is the table of contents of a dump in a folder", path);
		return err_hint(err, "name the folder");
	}
	return err_set(err, ERR_FAILED,
	    "%s: is no dump: neither custom, tar, a folder with toc.dat, nor SQL, plain or in gzip or zstd", path);
}

static bool read_bytes(const char *path, unsigned char *bytes, size_t size, size_t *length, struct err *err)
{
	/* a pipe of this name must not stop everything */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	ssize_t got = 1;
	*length = 0;
	if (fd < 0)
		return err_set(err, ERR_FAILED, "%s: %s", path, strerror(errno));
	while (*length < size && got > 0) {
		got = read(fd, bytes + *length, size - *length);
		*length += got > 0 ? (size_t)got : 0;
	}
	int why = errno;
	close(fd);
	return got >= 0 || err_set(err, ERR_FAILED, "%s: %s", path, strerror(why));
}

static bool judge_packed(const char *path, bool is_zstd, enum archive_form *form, struct err *err)
{
	unsigned char *packed = mem_new(PACKED_BYTES);
	struct head head = {.length = 0};
	size_t length;
	bool ok = read_bytes(path, packed, PACKED_BYTES, &length, err);
	if (ok && is_zstd)
		unpack_zstd(packed, length, &head);
	else if (ok)
		unpack_gzip(packed, length, &head);
	mem_free(packed);
	if (!ok)
		return false;
	*form = is_zstd ? ARCHIVE_PLAIN_ZSTD : ARCHIVE_PLAIN_GZIP;
	if (is_zstd && is_custom(&head))
		*form = ARCHIVE_CUSTOM_ZSTD;
	else if (head.length == 0)
		return err_set(err, ERR_FAILED, "%s: is damaged: nothing can be unpacked of it", path);
	else if (!is_text(&head) || begins(&head, "PGDMP", 5)) {
		err_set(err, ERR_FAILED, "%s: what is packed in it is no SQL", path);
		return err_hint(err, "unpack it, and name what comes out");
	}
	return true;
}

/* Frames begin with 28 B5 2F FD; pzstd begins with one that is passed over, 5X 2A 4D 18. */
static bool is_zstd(const struct head *head)
{
	return begins(head, "\x28\xb5\x2f\xfd", 4) ||
	       (head->length > 4 && (head->bytes[0] & 0xf0) == 0x50 && memcmp(head->bytes + 1, "\x2a\x4d\x18", 3) == 0);
}

static bool is_tar(const struct head *head)
{
	return begins(head, "toc.dat", sizeof "toc.dat") && head->length > 262 &&
	       memcmp(head->bytes + 257, "ustar", 5) == 0;
}

static bool judge(const char *path, const struct head *head, enum archive_form *form, struct err *err)
{
	if (is_zstd(head) || begins(head, "\x1f\x8b", 2))
		return judge_packed(path, is_zstd(head), form, err);
	if (is_custom(head))
		*form = ARCHIVE_CUSTOM;
	else if (is_tar(head))
		*form = ARCHIVE_TAR;
	else if (is_text(head) && !begins(head, "PGDMP", 5) && other_packing(head) == NULL)
		*form = ARCHIVE_PLAIN;
	else
		return refuse(path, head, err);
	return true;
}

static bool identify_folder(const char *path, enum archive_form *form, struct err *err)
{
	char *toc = places_join(path, "toc.dat");
	struct head head;
	struct stat info;
	bool ok = stat(toc, &info) == 0 && S_ISREG(info.st_mode);
	if (!ok)
		err_set(err, ERR_FAILED, "%s: is no dump: the folder has no toc.dat", path);
	else if (!read_bytes(toc, head.bytes, HEAD_BYTES, &head.length, err))
		ok = false;
	else if (!begins(&head, "PGDMP", 5))
		ok = err_set(err, ERR_FAILED, "%s: is no table of contents of a dump", toc);
	mem_free(toc);
	*form = ARCHIVE_DIRECTORY;
	return ok;
}

bool archive_identify(const char *path, enum archive_form *form, struct err *err)
{
	struct stat info;
	struct head head;
	if (stat(path, &info) != 0)
		return err_set(err, ERR_FAILED, "%s: %s", path, strerror(errno));
	if (S_ISDIR(info.st_mode))
		return identify_folder(path, form, err);
	if (!S_ISREG(info.st_mode))
		return err_set(err, ERR_FAILED, "%s: is neither a file nor a folder", path);
	return read_bytes(path, head.bytes, HEAD_BYTES, &head.length, err) && judge(path, &head, form, err);
}
