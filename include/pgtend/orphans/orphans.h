/* orphans/orphans.h - rows whose target is gone, where no foreign key could hold it because it stands in another database.
 *
 * Both columns are read in key order by COPY and compared as they come: memory does not grow with the tables. Writes nothing; knows no configuration file.
 */
#ifndef PGTEND_ORPHANS_ORPHANS_H
#define PGTEND_ORPHANS_ORPHANS_H

#include "pgtend/config/reference.h"
#include "pgtend/core/report.h"
#include "pgtend/fleet/fleet.h"

/* One row a reference | one row a row whose target is gone. */
extern const struct table_shape orphans_shape, orphans_list_shape;

struct orphans_search {
	struct database *from, *to;
	const struct reference *reference;
	int64_t limit;          /* rows shown one by one */
};

/* In a task. Adds its row to `rows`, and the rows found to `list` (both the caller's), also where it fails: then the row says why. *orphans: how many there are.
 * The log names the rows found. */
PGTEND_CHECK bool orphans_find(struct fleet *fleet, const struct orphans_search *search, struct table *rows, struct table *list,
    struct report *report, int64_t *orphans, struct err *err);

#endif
