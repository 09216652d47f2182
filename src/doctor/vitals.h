/* vitals.h - the tables' half of the vital signs. For vitals.c. */
#ifndef PGTEND_DOCTOR_VITALS_PRIVATE_H
#define PGTEND_DOCTOR_VITALS_PRIVATE_H

#include "pgtend/doctor/vitals.h"

/* Reads the first page of each table; fills the columns about tables. False: they cannot be read, and error and mend of the row say why. */
bool vitals_tables(struct session *session, const struct vitals_options *options, struct table *table, int row);

#endif
