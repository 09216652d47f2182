/* rehearse/record.h - what became of rehearsals, kept on this machine ($XDG_STATE_HOME/pgtend/rehearsals): of each file of a database the last one, with
 * the checksum that the file had then.
 *
 * Owns: the files of records. A record that cannot be read is none: the file is to be rehearsed again.
 */
#ifndef PGTEND_REHEARSE_RECORD_H
#define PGTEND_REHEARSE_RECORD_H

#include "pgtend/core/err.h"
#include "pgtend/fleet/fleet.h"

struct rehearse_record {
	char *name;           /* as migrate status names the migration */
	char *checksum;       /* sha256 of the file's bytes as it was rehearsed */
	int64_t ended_us;     /* wall clock */
	bool is_ok;
	bool is_schema_only;  /* on a copy without rows */
	double duration_ms;   /* negative: it did not come to its end */
	char *error;          /* FILE:LINE:COL: why it failed; NULL */
};
struct rehearse_records { struct rehearse_record *v; int count; };

void rehearse_records_read(const struct database *database, struct rehearse_records *records);
/* The last rehearsal of the file, whatever it was then; NULL: none. */
const struct rehearse_record *rehearse_records_find(const struct rehearse_records *records, const char *name);
/* Puts these in the place of older ones of the same names. Takes nothing over. */
PGTEND_CHECK bool rehearse_records_keep(const struct database *database, const struct rehearse_records *fresh, struct err *err);
void rehearse_records_done(struct rehearse_records *records);

#endif
