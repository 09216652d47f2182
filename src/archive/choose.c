/* archive/choose.c - which backups of a list count, whose they are, and which one is the latest. */
#include <string.h>

#include "pgtend/archive/archive.h"
#include "pgtend/core/mem.h"

enum { SKEW_MINUTES = 15 };
#define SKEW_US (SKEW_MINUTES * INT64_C(60000000))

bool archive_is_ahead(const struct archive *archive, int64_t now_us)
{
	return archive->taken_us > now_us + SKEW_US;
}

bool archive_is_good(const struct archive *archive, int64_t now_us)
{
	return archive->trouble == NULL && archive->depth != ARCHIVE_UNVERIFIED && archive->taken_us > 0 &&
	       !archive_is_ahead(archive, now_us);
}

const struct archive *archives_newest_good(const struct archives *archives, int64_t now_us)
{
	const struct archive *newest = NULL;
	for (int i = 0; i < archives->count; i++)
		if (archive_is_good(&archives->v[i], now_us) && (newest == NULL || archives->v[i].taken_us > newest->taken_us))
			newest = &archives->v[i];
	return newest;
}

/* --- whose they are ------------------------------------------------------------------------------ */

/* NULL: not known, as in manifests of format 1. */
static const char *known(const struct archive *archive, const char *key)
{
	const char *text = json_string_value(json_object_get(archive->manifest, key));
	return text != NULL && strcmp(text, "unknown") != 0 ? text : NULL;
}

static bool is_unlike(const char *a, const char *b)
{
	return a != NULL && b != NULL && strcmp(a, b) != 0;
}

bool archive_is_same(const struct archive *a, const struct archive *b)
{
	return !is_unlike(known(a, "system_identifier"), known(b, "system_identifier")) && !is_unlike(known(a, "dbname"), known(b, "dbname"));
}

/* The newest good one of this machine; NULL: none. */
static const struct archive *newest_here(const struct archives *archives, const char *host, int64_t now_us)
{
	const struct archive *newest = NULL;
	for (int i = 0; i < archives->count; i++) {
		const struct archive *archive = &archives->v[i];
		if (archive_is_good(archive, now_us) && !is_unlike(known(archive, "host"), host) &&
		    (newest == NULL || archive->taken_us > newest->taken_us))
			newest = archive;
	}
	return newest;
}

bool archives_are_hearsay(const struct archives *archives, const char *host, int64_t now_us)
{
	return archives_newest_good(archives, now_us) != NULL && newest_here(archives, host, now_us) == NULL;
}

/* Taken on another machine, and not of the database whose newest good one is `ours`. */
static bool is_foreign(const struct archive *archive, const struct archive *ours, const char *host)
{
	return is_unlike(known(archive, "host"), host) && ours != NULL && !archive_is_same(archive, ours);
}

static const struct archive *ours_of(const struct archives *archives, const char *host, int64_t now_us)
{
	const struct archive *ours = newest_here(archives, host, now_us);
	return ours != NULL ? ours : archives_newest_good(archives, now_us);
}

void archives_leave_others(struct archives *archives, const char *host, const char *server, int64_t now_us)
{
	const struct archive *ours = ours_of(archives, host, now_us);
	for (int i = 0; i < archives->count; i++) {
		struct archive *archive = &archives->v[i];
		if (archive->trouble != NULL || !is_unlike(known(archive, "host"), host))
			continue;
		archive->is_others = server != NULL ? is_unlike(known(archive, "system_identifier"), server) : is_foreign(archive, ours, host);
		if (archive->is_others)
			archive->trouble = mem_format("it is of another server or database, taken on %s", known(archive, "host"));
	}
}

struct archive *archives_newest_lying(const struct archives *archives, const char *host, int64_t now_us)
{
	const struct archive *ours = ours_of(archives, host, now_us);
	for (int i = 0; i < archives->count; i++)
		if (!is_foreign(&archives->v[i], ours, host) && !archive_is_ahead(&archives->v[i], now_us))
			return &archives->v[i];
	return archives->count > 0 ? &archives->v[0] : NULL;
}

char *archives_newer_trouble(const struct archives *archives, const struct archive *good, int64_t now_us)
{
	for (int i = 0; i < archives->count; i++) {
		const struct archive *archive = &archives->v[i];
		if (good != NULL && archive->taken_us <= good->taken_us)
			continue;
		if (archive->trouble != NULL)
			return mem_format("%s is no backup%s: %s", archive->id, archive->is_others ? " of it" : "", archive->trouble);
		if (archive_is_ahead(archive, now_us))
			return mem_format("%s is from the future", archive->id);
		if (archive->depth == ARCHIVE_UNVERIFIED)
			return mem_format("%s was never verified", archive->id);
	}
	return NULL;
}
