/* compress.h - what compress.c (which chunks, told beforehand) and compress_do.c (one after the other) share. */
#ifndef PGTEND_TRACKING_COMPRESS_H
#define PGTEND_TRACKING_COMPRESS_H

#include "internal.h"

struct compressing {
	struct acts acts;
	const struct tracking_compress *compress;
	struct hyper_list list;
};
/* The chunks of every hypertable that is meant. */
PGTEND_CHECK bool compress_choose(struct compressing *compressing, struct err *err);
void compress_say(struct compressing *compressing);
PGTEND_CHECK bool compress_each(struct compressing *compressing, struct err *err);
int compress_count(const struct compressing *compressing, int64_t *bytes); /* bytes may be NULL */

#endif
