/* seeds/new.c - the next file of a seeds folder, numbered as the folder does it. */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "pgtend/core/mem.h"
#include "pgtend/core/places.h"
#include "pgtend/core/units.h"
#include "target.h"

enum { TITLE_MAX = 200, DATE_DIGITS = 14, MS_DIGITS = 13, WIDTH = 3 };

/* ---- what the folder does -------------------------------------------------------------- */

struct habit {
	int count;          /* numbered files */
	int64_t last, step; /* step: 10 where all numbers are tens */
	int width;
	char joint;         /* behind the number */
	int files, typescript; /* of any kind; of these .ts */
};

static bool is_seed_name(const char *name)
{
	return name[0] != '.' && strncasecmp(name, "README", 6) != 0 && !text_ends_with(name, "~");
}

static void take_name(struct habit *habit, const char *name)
{
	size_t digits = strspn(name, "0123456789");
	habit->files++;
	habit->typescript += text_ends_with(name, ".ts");
	if (digits == 0 || digits > 18 || (name[digits] != '_' && name[digits] != '-'))
		return;
	int64_t number = strtoll(name, NULL, 10);
	if (habit->count++ == 0 || number >= habit->last) {
		habit->last = number;
		habit->width = (int)digits;
		habit->joint = name[digits];
	}
	if (number % 10 != 0)
		habit->step = 1;
}

static bool read_habit(const char *folder, struct habit *habit, struct err *err)
{
	*habit = (struct habit){.step = 10, .width = WIDTH, .joint = '_'};
	DIR *entries = opendir(folder);
	if (entries == NULL && errno != ENOENT)
		return err_set(err, ERR_FAILED, "%s: the seeds folder cannot be read: %s", folder, strerror(errno));
	struct dirent *entry;
	while (entries != NULL && (entry = readdir(entries)) != NULL) {
		char *path = places_join(folder, entry->d_name);
		struct stat info;
		if (is_seed_name(entry->d_name) && stat(path, &info) == 0 && S_ISREG(info.st_mode))
			take_name(habit, entry->d_name);
		mem_free(path);
	}
	if (entries != NULL)
		closedir(entries);
	return true;
}

/* "004", "040", "20261122003000", the milliseconds of now; always behind the last one. */
static char *next_number(const struct habit *habit)
{
	int64_t now_ms = units_now_us() / 1000, next = habit->last + habit->step - (habit->last % habit->step);
	if (habit->count == 0)
		return mem_format("%0*d", WIDTH, 1);
	if (habit->width == DATE_DIGITS) {
		time_t now = (time_t)(now_ms / 1000);
		struct tm utc;
		char date[DATE_DIGITS + 1];
		gmtime_r(&now, &utc);
		strftime(date, sizeof date, "%Y%m%d%H%M%S", &utc);
		int64_t number = strtoll(date, NULL, 10);
		next = number > habit->last ? number : habit->last + 1;
	} else if (habit->width == MS_DIGITS) {
		next = now_ms > habit->last ? now_ms : habit->last + 1;
	}
	return mem_format("%0*lld", habit->width, (long long)next);
}

/* ---- its name -------------------------------------------------------------------------- */

static bool is_good_title(const char *title, struct err *err)
{
	size_t length = strlen(title);
	if (length == 0 || length > TITLE_MAX || !text_is_valid_utf8(title, length))
		return err_set(err, ERR_USAGE, length > TITLE_MAX ? "the name is longer than %d bytes" : "the name is empty or no valid text",
		    TITLE_MAX);
	for (const char *c = title; *c != '\0'; c++)
		if (!isalnum((unsigned char)*c) && strchr("-_ .", *c) == NULL && (*c & 0x80) == 0) {
			err_set(err, ERR_USAGE, "the name \"%s\" holds \"%c\"", title, *c);
			return err_hint(err, "letters, digits, - _ . and blanks, as in demo_users");
		}
	if (strchr(".- ", title[0]) != NULL || title[length - 1] == ' ' || title[length - 1] == '.') {
		err_set(err, ERR_USAGE, "the name \"%s\" begins with a dot, dash or blank, or ends with a dot or blank", title);
		return err_hint(err, "give the words alone, as in demo_users; the number is added");
	}
	return true;
}

/* "demo_users.ts" says its language itself. NULL: it does not. */
static const char *own_extension(const char *title)
{
	static const char *const known[] = {".sql", ".ts", ".mts", ".cts", ".js", ".mjs", ".cjs", ".sh", ".py", ".rb", ".csv"};
	for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
		if (text_ends_with(title, known[i]))
			return known[i];
	return NULL;
}

/* ---- what stands in it ----------------------------------------------------------------- */

static char *body_of(const char *name, const char *extension)
{
	static const char module[] =
	    "const seed = async (pool) => {\n"
	    "  // await pool.query('INSERT INTO ... ON CONFLICT DO NOTHING');\n"
	    "};\n";
	if (strcmp(extension, ".sql") == 0)
		return mem_format("-- %s: runs in one transaction, and again with every `pgtend seed`.\n"
		                  "-- INSERT INTO ... VALUES ... ON CONFLICT DO NOTHING;\n", name);
	if (strcmp(extension, ".ts") == 0 || strcmp(extension, ".mts") == 0)
		return mem_copy("import type { Pool } from 'pg';\n\n"
		                "const seed = async (pool: Pool): Promise<void> => {\n"
		                "  // await pool.query('INSERT INTO ... ON CONFLICT DO NOTHING');\n"
		                "};\n\n"
		                "export default seed;\n");
	if (strcmp(extension, ".mjs") == 0)
		return mem_format("%s\nexport default seed;\n", module);
	if (strcmp(extension, ".js") == 0 || strcmp(extension, ".cjs") == 0)
		return mem_format("%s\nmodule.exports = seed;\n", module);
	if (strcmp(extension, ".sh") == 0)
		return mem_copy("#!/bin/sh\nset -e\n# psql -X -v ON_ERROR_STOP=1 -c \"INSERT INTO ... ON CONFLICT DO NOTHING\"\n");
	return mem_copy("");
}

static void add_header_name(struct text *header, const char *name)
{
	bool must_quote = strpbrk(name, ",\"\r\n") != NULL || name[0] == ' ';
	text_add(header, must_quote ? "\"" : "");
	for (const char *c = name; *c != '\0'; c++)
		text_addf(header, *c == '"' ? "\"\"" : "%c", *c);
	text_add(header, must_quote ? "\"" : "");
}

/* ---- CSV ------------------------------------------------------------------------------- */

struct csv_draft {
	char *stem;   /* "users", "app.users" */
	char *header;
};

/* Names with a dot or an upper-case twin stand in quotes, as they must in the file's name. */
static char *stem_part(const char *name)
{
	return strpbrk(name, ".\"") == NULL ? mem_copy(name) : mem_format("\"%s\"", name);
}

static bool draft_csv(struct fleet *fleet, struct database *database, const struct seeds_new *wanted, struct csv_draft *draft, struct err *err)
{
	struct seed_file asked = {.name = mem_format("%s.csv", wanted->csv_table)};
	struct seed_target target;
	bool is_absent;
	/* As seed itself comes: the panes' session has no search path of the role's own. */
	struct session *session = database_action_session(fleet, database, NULL, "seed", 0, true);
	bool ok = session_ready_wait(session, 0, err) && target_find(session, &asked, &target, &is_absent, err);
	session_free(session);
	mem_free(asked.name);
	if (!ok)
		return err_prefix(err, "--csv %s", wanted->csv_table);
	struct text header = {0};
	for (int i = 0; i < target.column_count; i++)
		if (!target.columns[i].is_generated) {
			text_add(&header, header.length > 0 ? "," : "");
			add_header_name(&header, target.columns[i].name);
		}
	text_add_char(&header, '\n');
	char *schema = stem_part(target.schema), *name = stem_part(target.name);
	draft->stem = strchr(wanted->csv_table, '.') != NULL ? mem_format("%s.%s", schema, name) : mem_copy(name);
	draft->header = text_take(&header);
	mem_free(schema);
	mem_free(name);
	target_done(&target);
	return strchr(draft->stem, '/') == NULL ||
	       err_set(err, ERR_USAGE, "%s: a table of that name can stand in no file name", draft->stem);
}

/* The name of a CSV file says the table: another one would lead elsewhere. */
static bool check_title(const struct seeds_new *wanted, const char *stem, struct err *err)
{
	if (wanted->title == NULL || strcmp(wanted->title, stem) == 0 || strcmp(wanted->title, wanted->csv_table) == 0)
		return true;
	err_set(err, ERR_USAGE, "a CSV file is named after its table: it cannot be called %s", wanted->title);
	return err_hint(err, "leave the name out: NUMBER_%s.csv is made", stem);
}

/* ---- making it ------------------------------------------------------------------------- */

static bool write_new(const char *path, const char *body, struct err *err)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, text_ends_with(path, ".sh") ? 0755 : 0644);
	if (fd < 0)
		return err_set(err, ERR_FAILED, "%s: %s", path, strerror(errno));
	size_t length = strlen(body);
	bool is_written = length == 0 || write(fd, body, length) == (ssize_t)length;
	int why = errno;
	is_written = close(fd) == 0 && is_written;
	if (is_written)
		return true;
	unlink(path);
	return err_set(err, ERR_FAILED, "%s: %s", path, strerror(why));
}

static bool make(const char *folder, const char *title, const char *body, const struct seeds_new *wanted, char **made, struct err *err)
{
	struct habit habit;
	if (!read_habit(folder, &habit, err))
		return false;
	const char *own = own_extension(title);
	const char *extension = own != NULL ? own : habit.files > 0 && habit.typescript == habit.files ? ".ts" : ".sql";
	char *number = next_number(&habit), *name = mem_format("%s%c%s%s", number, habit.joint, title, own != NULL ? "" : extension);
	for (char *c = name; body == NULL && *c != '\0'; c++)
		if (*c == ' ')
			*c = habit.joint;
	char *own_body = body == NULL ? body_of(title, extension) : NULL;
	*made = places_join(folder, name);
	bool ok = wanted->is_dry_run ||
	          ((mkdir(folder, 0755) == 0 || errno == EEXIST || places_make_folder(folder, err)) &&
	              write_new(*made, body != NULL ? body : own_body, err));
	if (!ok) {
		mem_free(*made);
		*made = NULL;
	}
	mem_free(own_body);
	mem_free(name);
	mem_free(number);
	return ok;
}

static char *folder_of(const struct database *database, const struct seeds_new *wanted, struct err *err)
{
	const char *folder = section_text(database->section, "seeds");
	if (folder == NULL) {
		err_set(err, ERR_UNSUPPORTED, "no folder of seeds is configured");
		err_hint(err, "add `seeds = FOLDER` to [database %s]", database->name);
		return NULL;
	}
	const char *environment = wanted->environment;
	if (environment != NULL && (*environment == '\0' || *environment == '.' || strchr(environment, '/') != NULL)) {
		err_set(err, ERR_USAGE, "--env %s: this is no name of a subfolder of %s", environment, folder);
		return NULL;
	}
	return environment != NULL ? places_join(folder, environment) : mem_copy(folder);
}

bool seeds_new(struct fleet *fleet, struct database *database, const struct seeds_new *wanted, char **made, struct err *err)
{
	struct csv_draft draft = {0};
	*made = NULL;
	if (wanted->title == NULL && wanted->csv_table == NULL) {
		err_set(err, ERR_USAGE, "what shall it be called?");
		return err_hint(err, "pgtend seed new %s demo_users", database->name);
	}
	if (wanted->title != NULL && wanted->csv_table == NULL && !is_good_title(wanted->title, err))
		return false;
	if (wanted->csv_table == NULL && text_ends_with(wanted->title, ".csv")) {
		err_set(err, ERR_USAGE, "a CSV file takes its name and its header from its table");
		return err_hint(err, "pgtend seed new %s --csv TABLE", database->name);
	}
	char *folder = folder_of(database, wanted, err);
	if (folder == NULL)
		return false;
	bool ok = wanted->csv_table == NULL ||
	          (draft_csv(fleet, database, wanted, &draft, err) && check_title(wanted, draft.stem, err));
	char *title = draft.stem != NULL ? mem_format("%s.csv", draft.stem) : mem_copy(wanted->title);
	ok = ok && make(folder, title, draft.header, wanted, made, err);
	mem_free(title);
	mem_free(draft.stem);
	mem_free(draft.header);
	mem_free(folder);
	return ok;
}
