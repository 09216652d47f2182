/* probes/shapes.h - the columns of every set of facts, in one place by subject: probes fill them, panes draw them, verbs
 * print them with a database in front, the page of JSON keys and `?` quote their documentation.
 *
 * Each is a list for the inside of an array of struct table_column: name, type, title (NULL: for programs only),
 * priority (0 always shown), and where the number comes from.
 */
#ifndef PGTEND_PROBES_SHAPES_H
#define PGTEND_PROBES_SHAPES_H

#include "pgtend/probes/shapes_activity.h"
#include "pgtend/probes/shapes_indexes.h"
#include "pgtend/probes/shapes_pools.h"
#include "pgtend/probes/shapes_statements.h"
#include "pgtend/probes/shapes_server.h"
#include "pgtend/probes/shapes_tables.h"
#include "pgtend/probes/shapes_tls.h"

#endif
