/* src/restore/plain_fill.h - a plain dump goes into a new database by way of psql, which is told nothing but what
 * plain.h lets through, and stands in its restricted mode meanwhile. In a task. */
#ifndef PGTEND_RESTORE_PLAIN_FILL_H
#define PGTEND_RESTORE_PLAIN_FILL_H

#include "pgtend/archive/archive.h"
#include "pgtend/scratch/scratch.h"
#include "plain.h"

bool plain_is(enum archive_form form);
/* Reads all of it before anything is made. *plain (caller frees) holds the facts. */
PGTEND_CHECK bool plain_check(struct loop *loop, const struct archive *archive, struct plain **plain,
    struct report *report, struct err *err);

struct plain_fill_options {
	int server_version; /* server_version_num */
	bool no_owner;
	bool no_comments;   /* of extensions: for who is no superuser */
	const char *role;   /* SET ROLE; NULL */
};
PGTEND_CHECK bool plain_fill(struct scratch *scratch, const struct archive *archive,
    const struct plain_fill_options *options, struct err *err);

#endif
