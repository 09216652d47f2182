/* migrate/order.h - the order in which node-pg-migrate runs the files of a folder.
 *
 * By the number before the first underscore; among equal numbers as JavaScript's localeCompare does (digits by value,
 * punctuation ignored): that is ICU's work, opened only when two numbers are equal. Without ICU bytes decide.
 */
#ifndef PGTEND_MIGRATE_ORDER_H
#define PGTEND_MIGRATE_ORDER_H

#include <stdbool.h>
#include <stddef.h>

/* The number by which a file name sorts; NAN for 17 digits that are no time. 13 digits are milliseconds since the
 * epoch, 17 digits
 * (YYYYMMDDHHMMSSmmm) become such; *is_time (may be NULL): it was one of both. */
double order_prefix(const char *file_name, bool *is_time);
/* As localeCompare(numeric, ignorePunctuation); <0, 0, >0. */
int order_compare_names(const char *a, const char *b);
/* As localeCompare() without options, by which Drizzle 1.x sorts its folders. */
int order_compare_plain(const char *a, const char *b);
/* Sorts items of file names (base names with suffix) into `index`: index[i] is the number of the i-th. Stable over
 * byte order, as the tool's reading of the folder is. is_9: as version 9 does, whose number ends at the first that is no digit. */
void order_sort(const char *const *file_names, size_t count, bool is_9, size_t *index);
/* true: names had to be compared, and ICU was not to be had, so that the tool's order may be another one. */
bool order_lacked_icu(void);

#endif
