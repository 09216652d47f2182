/* The parts of a restore (into a scratch database, scratch/): contents.c says what the dump holds and needs, check.c whether the server has it, fill.c leads the filling, timescale.c knows TimescaleDB's
 * order, settings.c gives it what belongs to the database itself, restore.c is the whole. All in a task. */
#ifndef PGTEND_RESTORE_INTERNAL_H
#define PGTEND_RESTORE_INTERNAL_H

#include "pgtend/pg/dump.h"
#include "pgtend/restore/fill.h"
#include "pgtend/restore/restore.h"
#include "pgtend/scratch/scratch.h"

/* --- what the dump holds ---------------------------------------------------------------------------------------- */

struct contents {
	struct loop *loop;
	const char *path;
	const struct dump_tools *tools;
	struct report *report;
	const struct archive *packed;  /* path is only the beginning of this .dump.zst, from which the rows come; NULL: it is all */
	const struct archive *plain;   /* it is SQL, which psql reads; NULL: pg_restore does */
	char *dbname, *server_version; /* where it was dumped */
	struct words entries;          /* lines of pg_restore --list --create */
	struct words extensions;
	bool has_timescale;
	char *timescale_version;       /* NULL: the dump does not say */
	char *form, *owner;            /* of CREATE DATABASE: all behind the name; NULL: the dump does not say */
	char *form_tablespace;         /* of the same, as SQL; NULL: the usual one */
	struct words before, behind;   /* statements about the database, cut at its name */
	/* contents_needs(): roles that own, that are granted something, that policies and user mappings name; tablespaces */
	struct words owners, grantees, named, tablespaces;
};
PGTEND_CHECK bool contents_read(struct loop *loop, const char *path, const struct dump_tools *tools,
    struct report *report, struct contents *contents, struct err *err);
PGTEND_CHECK bool contents_needs(struct contents *contents, struct err *err);
/* The same of a plain dump. *counts: rows by table; NULL: not known. */
PGTEND_CHECK bool contents_plain(struct scratch *scratch, const struct archive *archive, struct contents *contents,
    json_t **counts, struct err *err);
void contents_done(struct contents *contents);
/* The entry without its numbers: "TABLE public users ann"; NULL: a comment. */
const char *contents_words(const char *line);
/* Whether the entry begins with these words: "TABLE DATA public ". */
bool contents_is(const char *line, const char *kind);
/* Some of its entries, for pg_restore --use-list. Caller frees. */
char *contents_list(const struct contents *contents, bool (*is_taken)(const char *line, const void *arg), const void *arg);
/* What pg_restore writes with these options; list: the entries that are taken, NULL: all. Caller frees; NULL: err. */
char *contents_ask(const struct contents *contents, const char *const *options, const char *list, struct err *err);
/* Without psql's commands between the statements. Caller frees. */
char *contents_without_psql(const char *script);
/* A descriptor with this text, for a child to read, or (NULL) to write into. -1: err. */
int contents_memory(const char *text, struct err *err);

/* --- filling ------------------------------------------------------------------------------------------------------ */

struct filling {
	struct scratch *scratch;
	const struct fill_options *options;
	struct restored *restored;
	const struct contents *contents;
	bool is_fed;        /* pg_restore runs in a container: it reads the dump from its standard input, whole */
	bool raises_memory; /* its sessions get more maintenance_work_mem than the server gives */
	int rows_fd;        /* of packed: with has_rows, where the rows come from */
	bool has_rows;
	int ticks;
	bool is_asked; /* how large it is by now: the question is on its way */
};
/* Makes it and fills it: rows compared, TimescaleDB's last step done, statistics made. */
PGTEND_CHECK bool filling_do(struct filling *filling, struct err *err);
/* pg_restore of these entries; section NULL: all. */
PGTEND_CHECK bool filling_run(struct filling *filling, const char *section, const char *list, int jobs, struct err *err);
bool filling_takes(const char *line, const void *filling);
/* psql of a plain dump. */
PGTEND_CHECK bool filling_psql(struct filling *filling, struct err *err);
/* packed.c: rows out of the stream, dealt to the connections that we may have; before and after it as ever. */
PGTEND_CHECK bool packed_fill(struct filling *filling, struct err *err);
/* --section's entries of the list. */
PGTEND_CHECK bool filling_step(struct filling *filling, const char *section, int jobs, struct err *err);
PGTEND_CHECK bool timescale_fill(struct filling *filling, struct err *err);
/* Jobs paused, unless they shall go on, and timescaledb_post_restore(). */
PGTEND_CHECK bool timescale_end(struct filling *filling, struct err *err);
/* Counts every table; ERR_FAILED when the rows are not those that are wanted ({"public.t": 12}; NULL: not known). */
PGTEND_CHECK bool restore_count(struct scratch *scratch, const json_t *wanted, struct restored *restored, struct err *err);

/* --- what belongs to the database itself -------------------------------------------------------------------------- */

/* Its settings as the dump has them; with_grants: also what others may do with it, its limits and (with new_name) its
 * comment. new_name: it gets this name in the same transaction, and its marker goes. */
PGTEND_CHECK bool settings_give(struct scratch *scratch, const struct contents *contents, bool with_grants,
    const char *new_name, struct err *err);

/* --- on this machine ---------------------------------------------------------------------------------------------- */

PGTEND_CHECK bool restore_has_room(const char *folder, int64_t needs_bytes, const char *what, const char *hint, struct err *err);
/* A .dump.zst becomes dump_path; most_bytes: its beginning, with the list of what it holds, is enough (0: all). */
PGTEND_CHECK bool restore_unpack(
    struct scratch *scratch, const struct archive *archive, int64_t most_bytes, bool *is_whole, struct err *err);

#endif
