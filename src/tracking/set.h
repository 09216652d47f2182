/* set.h - what set.c (does it) and set_say.c (what it would mean) share. */
#ifndef PGTEND_TRACKING_SET_H
#define PGTEND_TRACKING_SET_H

#include "internal.h"

struct setting {
	struct acts acts;
	const struct tracking_set *set;
	struct hyper_list list;
	bool is_off;
};
/* One hypertable: what it is now, what it would be, what would go, which other policies it would contradict. */
void set_say(struct setting *setting, const struct hyper *hyper);

#endif
