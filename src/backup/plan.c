/* See plan.h. */
#include "plan.h"

#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "pgtend/core/units.h"

/* Below FOLDER_BYTES a second connection is not worth a folder of files. pg_dump packs with zlib before version 16, which knows no zstd: there one
 * pg_dump into our own zstd is as quick as three of its workers (measured: zlib at level 1 does 90 MB/s, zstd 380 MB/s). */
enum { FOLDER_BYTES_MB = 256, ZSTD_MAJOR = 16, WORKERS_ZSTD = 2, WORKERS_ZLIB = 4, COMPRESSORS_MOST = 4 };
static const double largest_share = 0.6; /* of the whole, when one table is more than that its worker is the last one to end */
/* A dump is seldom more than half of its database (indexes are not in it, and it is compressed); less than a tenth is common. */
static const double doubt_share = 0.1;

enum plan_wish plan_wish_of(const struct section *section)
{
	const char *word = section_text(section, "backup_form");
	if (word == NULL)
		return PLAN_AUTO;
	return strcmp(word, "file") == 0 ? PLAN_FILE : strcmp(word, "directory") == 0 ? PLAN_FOLDER : PLAN_AUTO;
}

static int processors(void)
{
	long count = sysconf(_SC_NPROCESSORS_ONLN);
	return count > 1 ? (int)count : 1;
}

/* One is left for the server. One of them packs what two connections of a server give (measured: 350 MB/s against 130). */
int plan_compressors(void)
{
	int count = processors() - 1;
	return count < 1 ? 1 : count < COMPRESSORS_MOST ? count : COMPRESSORS_MOST;
}

/* pg_dump writes a folder itself, so there must be one that both it and we can see. */
static bool may_be_folder(const struct plan_size *what, const struct dump_tools *tools, enum plan_wish wish)
{
	if (tools->client.count > 0 || wish == PLAN_FILE)
		return false;
	if (wish == PLAN_FOLDER)
		return true;
	return what->database_bytes >= (int64_t)FOLDER_BYTES_MB << 20 &&
	       (double)what->largest_bytes <= largest_share * (double)what->database_bytes;
}

/* pg_dump -j N is one connection that watches over the snapshot and N that work. */
static int least_workers(const struct dump_tools *tools)
{
	return tools->major >= ZSTD_MAJOR ? WORKERS_ZSTD : WORKERS_ZLIB;
}

int plan_connections(const struct plan_size *what, const struct dump_tools *tools, enum plan_wish wish, int size)
{
	int workers = size - 1 < processors() ? size - 1 : processors();
	if (!may_be_folder(what, tools, wish))
		return 1;
	if (wish == PLAN_FOLDER)
		return workers > 1 ? workers + 1 : 1;
	return workers >= least_workers(tools) ? workers + 1 : 1;
}

enum archive_form plan_form(const struct plan_size *what, const struct dump_tools *tools, enum plan_wish wish, int connections)
{
	if (may_be_folder(what, tools, wish) && (wish == PLAN_FOLDER || connections - 1 >= least_workers(tools)))
		return ARCHIVE_DIRECTORY;
	return tools->major >= ZSTD_MAJOR ? ARCHIVE_CUSTOM : ARCHIVE_CUSTOM_ZSTD;
}

/* ---- room ------------------------------------------------------------------------------ */

int64_t plan_expected_bytes(const struct archives *archives, int64_t database_bytes)
{
	const struct archive *last = archives_newest(archives);
	if (last == NULL || last->database_bytes <= 0)
		return 0;
	return (int64_t)((double)database_bytes * (double)last->size_bytes / (double)last->database_bytes);
}

bool plan_check_room(
    const char *folder, const struct database *database, int64_t expected_bytes, int64_t database_bytes, struct report *report, struct err *err)
{
	struct statvfs info;
	char has[UNITS_SIZE], needs[UNITS_SIZE];
	if (statvfs(folder, &info) != 0)
		return true;
	int64_t left = (int64_t)info.f_bavail * (int64_t)info.f_frsize;
	if (expected_bytes > 0 && left < expected_bytes)
		return err_set(err, ERR_FAILED, "%s: has %s left, a dump of %s needs about %s", folder, units_bytes(has, left),
		    database->name, units_bytes(needs, expected_bytes));
	if (expected_bytes == 0 && (double)left < doubt_share * (double)database_bytes)
		report_log(report, "%s has %s left, and %s is %s: its dump may not fit", folder, units_bytes(has, left), database->name,
		    units_bytes(needs, database_bytes));
	return true;
}
