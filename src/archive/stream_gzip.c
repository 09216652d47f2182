/* archive/stream_gzip.c - gzip (RFC 1952): dumps that others compressed are read, rows that are archived are written. */
#include <string.h>

#include <zlib.h>

#include "pgtend/core/mem.h"
#include "stream_internal.h"

struct inflation {
	struct stream_state *state;
	z_stream z;
	unsigned char *out;
	bool is_inside; /* a member is begun and not at its end */
	bool has_any;
};

static bool damaged(struct inflation *inflation, int status)
{
	const char *why = inflation->z.msg != NULL ? inflation->z.msg : zError(status);
	return stream_fail(
	    inflation->state, "%s: damaged (gzip: %s)", stream_of(inflation->state)->in_name, why);
}

static bool is_padding(const z_stream *z)
{
	for (unsigned i = 0; i < z->avail_in; i++)
		if (z->next_in[i] != 0)
			return false;
	return true;
}

/* One step; what was read of z.next_in is taken. */
static bool inflate_some(struct inflation *inflation)
{
	z_stream *z = &inflation->z;
	z->next_out = inflation->out;
	z->avail_out = STREAM_CHUNK_BYTES;
	inflation->is_inside = true;
	inflation->has_any = true;
	int status = inflate(z, Z_NO_FLUSH);
	if (status != Z_OK && status != Z_STREAM_END && status != Z_BUF_ERROR)
		return damaged(inflation, status);
	if (status == Z_STREAM_END) {
		inflation->is_inside = false;
		inflateReset(z);
	}
	return stream_put(inflation->state, inflation->out, STREAM_CHUNK_BYTES - z->avail_out);
}

static bool inflate_all(struct inflation *inflation, unsigned char *bytes, size_t length)
{
	z_stream *z = &inflation->z;
	z->next_in = bytes;
	z->avail_in = (unsigned)length;
	do {
		/* tapes and some writers leave zeroes behind the last member */
		if (!inflation->is_inside && inflation->has_any && is_padding(z))
			return true;
		if (!inflate_some(inflation))
			return false;
	} while (z->avail_in > 0 || (inflation->is_inside && z->avail_out == 0));
	return true;
}

bool stream_expand_gzip(struct stream_state *state)
{
	struct inflation inflation = {.state = state};
	/* 15: the largest window; 16 more: gzip and nothing else */
	if (inflateInit2(&inflation.z, 15 + 16) != Z_OK)
		mem_die("zlib cannot begin");
	unsigned char *bytes = mem_new(STREAM_CHUNK_BYTES);
	inflation.out = mem_new(STREAM_CHUNK_BYTES);
	ssize_t got;
	bool ok = true;
	while (ok && (got = stream_get(state, bytes, STREAM_CHUNK_BYTES)) != 0)
		ok = got > 0 && inflate_all(&inflation, bytes, (size_t)got);
	if (ok && (inflation.is_inside || !inflation.has_any))
		ok = stream_fail(state, "%s: damaged (it ends in the middle)", stream_of(state)->in_name);
	mem_free(inflation.out);
	mem_free(bytes);
	inflateEnd(&inflation.z);
	return ok;
}

/* ---- into a member ----------------------------------------------------------------------- */

static bool deflate_some(struct stream_state *state, z_stream *z, unsigned char *out, int flush)
{
	int status;
	do {
		z->next_out = out;
		z->avail_out = STREAM_CHUNK_BYTES;
		status = deflate(z, flush);
		if (status == Z_STREAM_ERROR)
			return stream_fail(state, "%s: gzip: %s", stream_of(state)->out_name, zError(status));
		if (!stream_put(state, out, STREAM_CHUNK_BYTES - z->avail_out))
			return false;
	} while (z->avail_out == 0);
	return true;
}

bool stream_compress_gzip(struct stream_state *state)
{
	z_stream z = {0};
	int level = stream_of(state)->level > 0 ? stream_of(state)->level : Z_DEFAULT_COMPRESSION;
	if (deflateInit2(&z, level > 9 ? 9 : level, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK)
		mem_die("zlib cannot begin");
	unsigned char *bytes = mem_new(STREAM_CHUNK_BYTES), *out = mem_new(STREAM_CHUNK_BYTES);
	ssize_t got;
	bool ok;
	do {
		got = stream_get(state, bytes, STREAM_CHUNK_BYTES);
		z.next_in = bytes;
		z.avail_in = got > 0 ? (unsigned)got : 0;
		ok = got >= 0 && deflate_some(state, &z, out, got == 0 ? Z_FINISH : Z_NO_FLUSH);
	} while (ok && got > 0);
	mem_free(out);
	mem_free(bytes);
	deflateEnd(&z);
	return ok;
}
