/* archive/tar.c - whether a tar is there to its end: pg_restore looks for the rest of one that was cut off for ever. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "internal.h"

enum { BLOCK = 512, SIZE_AT = 124, SIZE_LENGTH = 12, MAGIC_AT = 257 };

/* Octal digits; from 8 GB on bytes, the highest first, behind one with its highest bit set. -1: neither. */
static int64_t member_bytes(const unsigned char *header)
{
	const unsigned char *at = header + SIZE_AT;
	int64_t size = 0;
	if (at[0] & 0x80) {
		for (int i = 4; i < SIZE_LENGTH; i++)
			size = (size & (INT64_MAX >> 9)) << 8 | at[i];
		return size;
	}
	for (int i = 0; i < SIZE_LENGTH && at[i] != ' ' && at[i] != '\0'; i++) {
		if (at[i] < '0' || at[i] > '7')
			return -1;
		size = size << 3 | (at[i] - '0');
	}
	return size;
}

static bool is_end(const unsigned char *header)
{
	static const unsigned char zeros[BLOCK];
	return memcmp(header, zeros, BLOCK) == 0;
}

bool tar_is_whole(const char *path, struct err *err)
{
	unsigned char header[BLOCK];
	struct stat info;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	bool is_whole = false, is_tar = fd >= 0 && fstat(fd, &info) == 0;
	if (!is_tar)
		err_set(err, ERR_FAILED, "%s: %s", path, strerror(errno));
	for (int64_t at = 0; is_tar && !is_whole; at += BLOCK) {
		if (pread(fd, header, BLOCK, at) != BLOCK) {
			is_tar = err_set(err, ERR_FAILED, "%s: is damaged: it was cut off after %lld bytes", path, (long long)info.st_size);
			break;
		}
		int64_t size = member_bytes(header);
		is_whole = is_end(header);
		if (!is_whole && (size < 0 || memcmp(header + MAGIC_AT, "ustar", 5) != 0))
			is_tar = err_set(err, ERR_FAILED, "%s: is damaged: no file of the tar begins at byte %lld", path, (long long)at);
		else if (!is_whole && size > info.st_size - at)
			is_tar = err_set(err, ERR_FAILED, "%s: is damaged: it was cut off after %lld bytes", path, (long long)info.st_size);
		else
			at += (size + BLOCK - 1) / BLOCK * BLOCK;
	}
	if (fd >= 0)
		close(fd);
	return is_whole && is_tar;
}
