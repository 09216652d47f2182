/* backup/shapes.h - the columns of facts about backups: the pane BACKUPS draws them, `backups` prints them.
 *
 * Must not know: how the rows are drawn. Reads no files: who has listed them (archive_list()) gives them here.
 */
#ifndef PGTEND_BACKUP_SHAPES_H
#define PGTEND_BACKUP_SHAPES_H

#include "pgtend/archive/archive.h"
#include "pgtend/core/table.h"

/* FACT_BACKUPS: one row a backup, newest first; what is damaged too. A database without any has no row. */
#define BACKUPS_COLUMNS \
	{"database", CELL_TEXT, "database", 0, "Name of the [database] section."}, \
	{"id", CELL_TEXT, "id", 1, "Its file name without ending: what `verify --backup` and `restore` take."}, \
	{"state", CELL_TEXT, "state", 0, "ok, late (the newest one is older than its policy allows), damaged, other (another machine took it, of another server of the same name), skipped (this server cannot be dumped), none."}, \
	{"taken_at", CELL_TIME, "taken", 1, "When its snapshot began."}, \
	{"age_s", CELL_SECONDS, "age", 0, "Since then."}, \
	{"size_bytes", CELL_BYTES, "size", 0, "Size of the dump on disk."}, \
	{"trend", CELL_RATIO, "change", 1, "How much larger (or, negative, smaller) it is than the good one before it: 0.05 is 5 %; null where that one was compressed in another way."}, \
	{"verified", CELL_BOOL, NULL, 0, "Whether it was read back, and is what its manifest says as far as its size tells."}, \
	{"verified_how", CELL_TEXT, "verified", 0, "How deep: restored (into a scratch database, rows compared), read (every row, counted), checksum (bytes and table of contents), none."}, \
	{"verified_at", CELL_TIME, "when", 2, "When it was verified so deep."}, \
	{"rows", CELL_COUNT, "rows", 2, "Rows in it, counted while it was read back."}, \
	{"tables", CELL_COUNT, "tables", 3, "Tables whose rows are in it."}, \
	{"database_bytes", CELL_BYTES, "of", 3, "pg_database_size() when it began."}, \
	{"migrations", CELL_COUNT, "migr", 2, "Migrations that had been applied when it was taken."}, \
	{"migration_last", CELL_TEXT, "last migration", 4, "The last one of them."}, \
	{"dialect", CELL_TEXT, NULL, 0, "Whose history table that is."}, \
	{"form", CELL_TEXT, "form", 4, "custom, custom+zstd or directory."}, \
	{"duration_s", CELL_SECONDS, "took", 4, "Dump, reading back and checksum."}, \
	{"after_backup", CELL_TEXT, "off site", 2, "What the command of key after_backup came to: done, failed, or pending (not yet, or interrupted); null: there was none."}, \
	{"server_version", CELL_TEXT, NULL, 0, "Of the server that it is of."}, \
	{"path", CELL_TEXT, "file", 5, "The dump."}, \
	{"sha256", CELL_TEXT, NULL, 0, "Checksum of the dump, in hexadecimal digits; of a folder that of its list of checksums."}, \
	{"reason", CELL_TEXT, "what", 3, "What is wrong with it; of a database without one why there is none."}
extern const struct table_shape backups_shape;

/* Adds a row for each; trend compares it with the next older one without trouble. state is ok or damaged: what a policy makes of the newest one is not known here. */
void backups_add(struct table *table, const struct database *database, const struct archives *archives, int64_t now_us);

#endif
