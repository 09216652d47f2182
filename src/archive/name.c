/* archive/name.c - how backups are called, and in which folder those of a database lie. */
#include <string.h>

#include "internal.h"
#include "pgtend/core/mem.h"
#include "pgtend/core/places.h"
#include "pgtend/core/units.h"

char *archive_name(const char *database)
{
	struct text name = {0};
	for (const unsigned char *c = (const unsigned char *)database; *c != '\0'; c++) {
		bool is_plain = (*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z') || (*c >= '0' && *c <= '9') || *c == '_' ||
		                *c == '-' || *c >= 0x80 || (*c == '.' && name.length > 0);
		if (is_plain)
			text_add_char(&name, (char)*c);
		else
			text_addf(&name, "%%%02X", *c);
	}
	return text_take(&name);
}

char *archive_folder(const struct database *database, const char *out_dir)
{
	char *top = places_absolute(out_dir != NULL ? out_dir : section_text(database->section, "backup_dir"));
	char *name = archive_name(database->name);
	char *folder = places_join(top, name);
	mem_free(top);
	mem_free(name);
	return folder;
}

static bool has_shape(const char *stamp)
{
	static const char shape[] = "00000000T000000Z";
	for (size_t i = 0; i < STAMP_LENGTH; i++)
		if (shape[i] == '0' ? stamp[i] < '0' || stamp[i] > '9' : stamp[i] != shape[i])
			return false;
	return true;
}

size_t id_split(const char *id, int64_t *taken_us)
{
	size_t length = strlen(id);
	int64_t us;
	if (length < STAMP_LENGTH + 2 || id[length - STAMP_LENGTH - 1] != '-' || !has_shape(id + length - STAMP_LENGTH))
		return 0;
	const char *s = id + length - STAMP_LENGTH;
	char *time = mem_format("%.4s-%.2s-%.2sT%.2s:%.2s:%.2sZ", s, s + 4, s + 6, s + 9, s + 11, s + 13);
	bool is_time = units_parse_time_us(time, &us);
	mem_free(time);
	if (!is_time)
		return 0;
	if (taken_us != NULL)
		*taken_us = us;
	return length - STAMP_LENGTH - 1;
}
