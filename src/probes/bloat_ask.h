/* bloat_ask.h - the statistics that bloat.h computes from, asked of the server. */
#ifndef PGTEND_PROBES_BLOAT_ASK_H
#define PGTEND_PROBES_BLOAT_ASK_H

#include "bloat.h"
#include "pgtend/core/table.h"
#include "pgtend/pg/session.h"

enum bloat_known { BLOAT_KNOWN, BLOAT_UNKNOWN /* nobody analyzed it */, BLOAT_HIDDEN /* its columns may not be read */ };

struct bloat_statistics; /* opaque: columns of some relations */

/* relations: "{1,2,3}". *statistics is the caller's. */
PGTEND_CHECK bool bloat_ask(struct session *session, const char *relations, struct bloat_statistics **statistics, struct err *err);
void bloat_free(struct bloat_statistics *statistics); /* NULL is nothing */
/* All columns of a relation, up to `most`; *count is how many. */
enum bloat_known bloat_columns(const struct bloat_statistics *statistics, int64_t relation, struct bloat_column *columns, int most, int *count);
/* One column. */
enum bloat_known bloat_column(const struct bloat_statistics *statistics, int64_t relation, int64_t attribute, struct bloat_column *column);

#endif
