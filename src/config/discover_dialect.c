/* config/discover_dialect.c - whose migrations a folder holds, from names and contents alone. */
#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include <jansson.h>

#include "pgtend/config/discover.h"
#include "pgtend/core/mem.h"
#include "pgtend/core/places.h"

enum { HEAD_BYTES = 16384, MOST_FILES_READ = 20 };

struct counts {
	int sql;          /* files */
	int milliseconds; /* 13 or 17 digits before the first "_" */
	int pairs;        /* NNN_x.up.sql, NNN_x.down.sql */
	int numbered;     /* begins with digits */
	int versioned;    /* V1__x.sql: Flyway's */
	int folders;      /* 14 digits_x/migration.sql */
	int marks_npm, marks_dbmate, marks_other;
	int read;
};

static bool exists_in(const char *folder, const char *name)
{
	struct stat st;
	char *path = places_join(folder, name);
	bool is_there = stat(path, &st) == 0;
	mem_free(path);
	return is_there;
}

static size_t digits_of(const char *name)
{
	return strspn(name, "0123456789");
}

/* A line that begins with the mark. */
static bool has_line(const char *text, const char *mark, bool is_any_case)
{
	size_t length = strlen(mark);
	for (const char *line = text; line; line = strchr(line, '\n')) {
		line += *line == '\n';
		if ((is_any_case ? strncasecmp : strncmp)(line, mark, length) == 0)
			return true;
	}
	return false;
}

/* node-pg-migrate: blanks, "--", then blanks and more dashes, then the words. */
static bool has_npm_mark(const char *text, const char *word)
{
	for (const char *at = strstr(text, "--"); at; at = strstr(at + 1, "--")) {
		const char *from = at;
		while (from > text && (from[-1] == ' ' || from[-1] == '\t'))
			from--;
		if (from > text && from[-1] != '\n' && from[-1] != '\xbf')
			continue;
		const char *p = at + 2 + strspn(at + 2, " \t-");
		if (strncasecmp(p, word, strlen(word)) != 0)
			continue;
		p += strlen(word);
		size_t blanks = strspn(p, " \t");
		if (blanks > 0 && strncasecmp(p + blanks, "migration", 9) == 0)
			return true;
	}
	return false;
}

static void read_marks(const char *path, struct counts *counts)
{
	char head[HEAD_BYTES + 1];
	int fd = counts->read < MOST_FILES_READ ? open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK) : -1;
	if (fd < 0)
		return;
	ssize_t length = read(fd, head, HEAD_BYTES);
	close(fd);
	if (length < 0)
		return;
	head[length] = 0;
	counts->read++;
	counts->marks_npm += has_npm_mark(head, "up") || has_npm_mark(head, "down");
	counts->marks_dbmate += has_line(head, "-- migrate:up", false) || has_line(head, "--migrate:up", false);
	counts->marks_other += has_line(head, "-- +goose", true) || has_line(head, "-- +migrate", true);
}

static void count_file(const char *folder, const char *name, struct counts *counts)
{
	size_t digits = digits_of(name);
	bool is_sql = text_ends_with(name, ".sql");
	bool is_script = text_ends_with(name, ".js") || text_ends_with(name, ".ts") || text_ends_with(name, ".mjs") ||
	                 text_ends_with(name, ".cjs");
	if ((is_sql || is_script) && (digits == 13 || digits == 17) && name[digits] == '_')
		counts->milliseconds++;
	if (!is_sql)
		return;
	counts->sql++;
	counts->numbered += digits > 0;
	counts->pairs +=
	    digits > 0 && name[digits] == '_' && (text_ends_with(name, ".up.sql") || text_ends_with(name, ".down.sql"));
	counts->versioned += (name[0] == 'V' || name[0] == 'R' || name[0] == 'U') && strstr(name, "__") != NULL;
	char *path = places_join(folder, name);
	read_marks(path, counts);
	mem_free(path);
}

static void count_entries(const char *folder, struct counts *counts)
{
	DIR *dir = opendir(folder);
	for (struct dirent *entry; dir && (entry = readdir(dir));) {
		if (entry->d_name[0] == '.')
			continue;
		struct stat st;
		char *path = places_join(folder, entry->d_name);
		bool is_there = stat(path, &st) == 0;
		if (is_there && S_ISREG(st.st_mode))
			count_file(folder, entry->d_name, counts);
		else if (is_there && S_ISDIR(st.st_mode))
			counts->folders +=
			    digits_of(entry->d_name) == 14 && entry->d_name[14] == '_' && exists_in(path, "migration.sql");
		mem_free(path);
	}
	if (dir)
		closedir(dir);
}

/* A journal of another database (mysql, sqlite) is none of ours. */
static bool is_journal_of_postgres(const char *folder)
{
	char *path = places_join(folder, "meta/_journal.json");
	json_t *journal = json_load_file(path, 0, NULL);
	const char *dialect = json_string_value(json_object_get(journal, "dialect"));
	bool is_ours = journal && (!dialect || strcmp(dialect, "postgresql") == 0 || strcmp(dialect, "pg") == 0);
	json_decref(journal);
	mem_free(path);
	return is_ours;
}

/* Tools that pgtend does not know leave a file that names them. */
static bool is_of_another_tool(const char *folder)
{
	static const char *const names[] = {
	    "atlas.sum", "migration_lock.toml", "sqitch.plan", "../sqitch.plan", "../supabase/config.toml"};
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (exists_in(folder, names[i]))
			return true;
	return false;
}

const char *discover_dialect(const char *folder)
{
	struct counts counts = {0};
	if (exists_in(folder, "meta/_journal.json"))
		return is_journal_of_postgres(folder) ? "drizzle" : NULL;
	if (is_of_another_tool(folder))
		return NULL;
	count_entries(folder, &counts);
	if (counts.folders > 0 && counts.sql == 0)
		return "drizzle-v1";
	if (counts.marks_dbmate > 0)
		return "dbmate";
	if (counts.milliseconds > 0 || counts.marks_npm > 0)
		return "node-pg-migrate";
	if (counts.marks_other > 0 || counts.versioned > 0)
		return NULL;
	if (counts.pairs > 0 && counts.pairs == counts.sql)
		return "golang-migrate";
	return counts.numbered > 0 ? "plain" : NULL;
}
