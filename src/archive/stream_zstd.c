/* archive/stream_zstd.c - zstd (RFC 8878), both ways. */
#include <zstd.h>

#include "pgtend/core/mem.h"
#include "stream_internal.h"

/* ---- in a frame ------------------------------------------------------------------------ */

static ZSTD_CCtx *begin(const struct stream *stream)
{
	ZSTD_CCtx *context = ZSTD_createCCtx();
	if (context == NULL)
		mem_die("libzstd cannot begin");
	ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, stream->level);
	/* so that a byte that changes is seen */
	ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1);
	/* a libzstd without threads says no, and compresses here */
	ZSTD_CCtx_setParameter(context, ZSTD_c_nbWorkers, stream->workers);
	return context;
}

static bool feed(struct stream_state *state, ZSTD_CCtx *context, ZSTD_inBuffer *in, ZSTD_outBuffer *out, bool is_last)
{
	size_t left;
	do {
		out->pos = 0;
		left = ZSTD_compressStream2(context, out, in, is_last ? ZSTD_e_end : ZSTD_e_continue);
		if (ZSTD_isError(left))
			return stream_fail(state, "%s: zstd: %s", stream_of(state)->out_name, ZSTD_getErrorName(left));
		if (!stream_put(state, out->dst, out->pos))
			return false;
	} while (is_last ? left > 0 : in->pos < in->size);
	return true;
}

bool stream_compress(struct stream_state *state)
{
	ZSTD_CCtx *context = begin(stream_of(state));
	char *bytes = mem_new(STREAM_CHUNK_BYTES);
	ZSTD_outBuffer out = {mem_new(STREAM_CHUNK_BYTES), STREAM_CHUNK_BYTES, 0};
	ssize_t got;
	bool ok;
	do {
		got = stream_get(state, bytes, STREAM_CHUNK_BYTES);
		ZSTD_inBuffer in = {bytes, got > 0 ? (size_t)got : 0, 0};
		ok = got >= 0 && feed(state, context, &in, &out, got == 0);
	} while (ok && got > 0);
	mem_free(out.dst);
	mem_free(bytes);
	ZSTD_freeCCtx(context);
	return ok;
}

/* ---- out of frames --------------------------------------------------------------------- */

struct expansion {
	struct stream_state *state;
	ZSTD_DCtx *context;
	ZSTD_outBuffer out;
	size_t wanted; /* what ZSTD_decompressStream() said last; 0: between two frames */
	bool has_any;
};

static bool expand(struct expansion *expansion, ZSTD_inBuffer *in)
{
	const char *name = stream_of(expansion->state)->in_name;
	bool is_full;
	do {
		expansion->out.pos = 0;
		expansion->wanted = ZSTD_decompressStream(expansion->context, &expansion->out, in);
		if (ZSTD_isError(expansion->wanted))
			return stream_fail(
			    expansion->state, "%s: damaged (zstd: %s)", name, ZSTD_getErrorName(expansion->wanted));
		expansion->has_any = true;
		is_full = expansion->out.pos == expansion->out.size;
		if (!stream_put(expansion->state, expansion->out.dst, expansion->out.pos))
			return false;
		/* a full buffer may have more behind it even when all input is taken; at a frame's end it has not */
	} while (in->pos < in->size || (is_full && expansion->wanted != 0));
	return true;
}

bool stream_expand_zstd(struct stream_state *state)
{
	struct expansion expansion = {.state = state, .context = ZSTD_createDCtx()};
	if (expansion.context == NULL)
		mem_die("libzstd cannot begin");
	char *bytes = mem_new(STREAM_CHUNK_BYTES);
	expansion.out = (ZSTD_outBuffer){mem_new(STREAM_CHUNK_BYTES), STREAM_CHUNK_BYTES, 0};
	ssize_t got;
	bool ok = true;
	while (ok && (got = stream_get(state, bytes, STREAM_CHUNK_BYTES)) != 0) {
		ZSTD_inBuffer in = {bytes, got > 0 ? (size_t)got : 0, 0};
		ok = got > 0 && expand(&expansion, &in);
	}
	if (ok && (expansion.wanted != 0 || !expansion.has_any))
		ok = stream_fail(state, "%s: damaged (it ends in the middle)", stream_of(state)->in_name);
	mem_free(expansion.out.dst);
	mem_free(bytes);
	ZSTD_freeDCtx(expansion.context);
	return ok;
}
