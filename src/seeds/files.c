/* seeds/files.c - the seeds folder: which files are seeds, in which order, and how each of them runs. */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "pgtend/config/trust.h"
#include "pgtend/core/mem.h"
#include "pgtend/core/places.h"
#include "seeds_internal.h"

/* Beyond this a file is streamed by psql instead of travelling as one message. */
static const off_t session_most_bytes = 16 << 20;

static const char *extension_of(const char *name)
{
	const char *slash = strrchr(name, '/');
	const char *dot = strrchr(slash != NULL ? slash : name, '.');
	return dot != NULL ? dot + 1 : "";
}

static bool is_environment(const char *name)
{
	for (int i = ENVIRONMENT_DEVELOPMENT; i <= ENVIRONMENT_PRODUCTION; i++)
		if (strcmp(name, environment_word((enum environment)i)) == 0)
			return true;
	return false;
}

/* What lies in any folder of files and is plainly no seed: hidden files, notes, what editors leave behind, declarations of types. */
static bool is_plain_bystander(const char *name)
{
	static const char *const ends[] = {
	    "~", ".bak", ".orig", ".rej", ".swp", ".tmp", ".old", ".d.ts", ".d.mts", ".d.cts"};
	if (name[0] == '.' || name[0] == '#' || strncasecmp(name, "README", 6) == 0)
		return true;
	for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++)
		if (text_ends_with(name, ends[i]))
			return true;
	return false;
}

/* Languages whose files mean nothing but to be run, and which pgtend itself does not know how to. */
static bool is_script(const char *extension)
{
	static const char *const known[] = {"py", "rb", "sh", "bash", "pl", "php", "tsx", "jsx"};
	for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
		if (strcasecmp(extension, known[i]) == 0)
			return true;
	return false;
}

/* A seed that somebody packed: passed over, it would be missed. */
static bool is_packed(const char *name)
{
	static const char *const ends[] = {".csv.gz", ".sql.gz", ".csv.zst", ".sql.zst", ".csv.bz2", ".sql.bz2", ".csv.xz", ".sql.xz"};
	for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++)
		if (text_ends_with(name, ends[i]))
			return true;
	return false;
}

/* NULL: none. *key: how [runner] writes the extension. */
static const char *runner_of(const struct fleet *fleet, const char *extension, const char **key)
{
	const struct section *runners = config_section(fleet->config, SECTION_RUNNER, "");
	const char *value;
	for (int i = 0; runners != NULL && *extension != '\0' && (*key = section_item(runners, i, &value)) != NULL; i++)
		if (strcasecmp((*key)[0] == '.' ? *key + 1 : *key, extension) == 0)
			return value;
	return NULL;
}

static struct seed_file *add_file(struct seed_list *list, const char *name, const char *path)
{
	list->files = mem_grow(list->files, (size_t)list->count + 1, sizeof list->files[0]);
	struct seed_file *file = &list->files[list->count++];
	memset(file, 0, sizeof *file);
	file->name = mem_copy(name);
	file->path = mem_copy(path);
	file->rows = -1;
	return file;
}

static bool read_sql(struct seed_file *file, off_t size, struct err *err)
{
	file->way = SEED_PSQL;
	if (size > session_most_bytes)
		return true;
	char *bytes;
	size_t length;
	if (!places_read_file(file->path, &bytes, &length, err))
		return err_prefix(err, "%s", file->name);
	if (strlen(bytes) != length) {
		mem_free(bytes);
		return err_set(err, ERR_FAILED, "%s: holds a zero byte, this is no SQL text", file->name);
	}
	checksum_of(bytes, length, file->checksum);
	file->bytes = (int64_t)length;
	file->sql = mem_copy(text_starts_with(bytes, "\xEF\xBB\xBF") ? bytes + 3 : bytes);
	mem_free(bytes);
	seed_scan(file->sql, &file->scan);
	if (file->scan.meta_line == 0 && file->scan.copy_line == 0)
		file->way = SEED_SESSION;
	return true;
}

struct reading {
	const struct fleet *fleet;
	const struct database *database;
	const char *only;
	const char *environment;
	bool is_looking;
	struct seed_list *list;
	struct words others; /* names that `only` left out */
};

/* One file of a folder. is_taken: whether it became a seed. */
static bool classify(struct reading *reading, const char *name, const char *path, const struct stat *info,
    bool *is_taken, struct err *err)
{
	const struct fleet *fleet = reading->fleet;
	struct seed_list *list = reading->list;
	const char *extension = extension_of(name), *key = NULL, *runner = runner_of(fleet, extension, &key);
	*is_taken = true;
	if (strcasecmp(extension, "sql") == 0) {
		struct seed_file *file = add_file(list, name, path);
		/* psql has \! and COPY ... PROGRAM: such a file is a command too. */
		return read_sql(file, info->st_size, err) &&
		       (file->way == SEED_SESSION ||
		           trust_allows_command(fleet->config, reading->database->section, "seeds", err));
	}
	if (is_packed(name)) {
		err_set(err, ERR_FAILED, "%s: seeds are read as they are, not packed", name);
		return err_hint(err, "unpack it (gunzip), or move it out of the folder");
	}
	if (runner != NULL) {
		if (!trust_allows_command(fleet->config, config_section(fleet->config, SECTION_RUNNER, ""), key, err))
			return false;
		struct seed_file *file = add_file(list, name, path);
		file->way = SEED_RUNNER;
		seed_split_command(&file->runner, runner);
		return file->runner.count > 0 ||
		       err_set(err, ERR_CONFIG, "%s: the runner of .%s is empty",
		           section_where(config_section(fleet->config, SECTION_RUNNER, ""), NULL), extension);
	}
	if (strcasecmp(extension, "csv") == 0) {
		add_file(list, name, path)->way = SEED_CSV;
		return true;
	}
	bool is_module = seed_is_module(extension), may_run = (info->st_mode & 0111) != 0;
	if (is_module || may_run) {
		add_file(list, name, path)->way = may_run && (!is_module || seed_is_program(path)) ? SEED_EXECUTABLE : SEED_HELPER;
		return trust_allows_command(fleet->config, reading->database->section, "seeds", err);
	}
	*is_taken = false;
	if (!is_script(extension))
		return true;
	err_set(err, ERR_FAILED, "%s: nothing says how to run it", name);
	return err_hint(err, "make it executable (chmod +x), or name a program: `.%s = COMMAND` in [runner]", extension);
}

/* For who only looks, what cannot run is a seed all the same. */
static bool take(struct reading *reading, const char *name, const char *path, const struct stat *info, bool *is_taken, struct err *err)
{
	int before = reading->list->count;
	if (classify(reading, name, path, info, is_taken, err))
		return true;
	if (!reading->is_looking)
		return false;
	err_clear(err);
	if (reading->list->count == before)
		add_file(reading->list, name, path)->way = SEED_EXECUTABLE;
	*is_taken = true;
	return true;
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static bool read_entry(
    struct reading *reading, const char *folder, const char *prefix, const char *entry, struct err *err)
{
	if (is_plain_bystander(entry))
		return true;
	char *path = places_join(folder, entry);
	char *name = mem_format("%s%s", prefix, entry);
	struct stat info;
	bool is_taken = false;
	bool ok = stat(path, &info) == 0 || err_set(err, ERR_FAILED, "%s: cannot be read: %s", name, strerror(errno));
	if (ok && S_ISDIR(info.st_mode)) {
		is_taken = *prefix == '\0' && (is_environment(entry) || strcmp(entry, reading->environment) == 0);
	} else if (ok && reading->only != NULL && strcmp(name, reading->only) != 0) {
		words_add(&reading->others, name);
		is_taken = true;
	} else if (ok && S_ISREG(info.st_mode)) {
		ok = take(reading, name, path, &info, &is_taken, err);
	}
	if (ok && !is_taken)
		words_add(&reading->list->ignored, name);
	mem_free(name);
	mem_free(path);
	return ok;
}

static bool read_folder(struct reading *reading, const char *folder, const char *prefix, struct err *err)
{
	struct dirent **entries;
	int count = scandir(folder, &entries, NULL, by_name);
	if (count < 0)
		return err_set(err, ERR_FAILED, "%s: the seeds folder cannot be read: %s", folder, strerror(errno));
	bool ok = true;
	for (int i = 0; i < count; i++) {
		const char *entry = entries[i]->d_name;
		ok = ok &&
		     (strcmp(entry, ".") == 0 || strcmp(entry, "..") == 0 || read_entry(reading, folder, prefix, entry, err));
		free(entries[i]);
	}
	free(entries);
	return ok;
}

static bool read_environment_folder(struct reading *reading, const char *folder, struct err *err)
{
	const char *word = reading->environment;
	char *path = places_join(folder, word);
	char *prefix = mem_format("%s/", word);
	struct stat info;
	bool ok = stat(path, &info) != 0 || !S_ISDIR(info.st_mode) || read_folder(reading, path, prefix, err);
	mem_free(prefix);
	mem_free(path);
	return ok;
}

static bool find_only(const struct reading *reading, const char *folder, struct err *err)
{
	if (reading->only == NULL || reading->list->count > 0)
		return true;
	const char *nearest = text_nearest(reading->only, (const char *const *)reading->others.v, reading->others.count);
	err_set(err, ERR_USAGE, "--only %s: no seed of that name in %s", reading->only, folder);
	return nearest == NULL ? false : err_hint(err, "did you mean %s?", nearest);
}

static void file_done(struct seed_file *file)
{
	mem_free(file->name);
	mem_free(file->path);
	mem_free(file->sql);
	mem_free(file->into);
	mem_free(file->record_sql);
	seed_scan_done(&file->scan);
	words_done(&file->runner);
}

static void subfolders(const char *folder, struct words *names)
{
	struct dirent **entries;
	int count = scandir(folder, &entries, NULL, by_name);
	for (int i = 0; i < count; i++) {
		char *path = places_join(folder, entries[i]->d_name);
		struct stat info;
		if (entries[i]->d_name[0] != '.' && stat(path, &info) == 0 && S_ISDIR(info.st_mode))
			words_add(names, entries[i]->d_name);
		mem_free(path);
		free(entries[i]);
	}
	if (count >= 0)
		free(entries);
}

/* --env may name any subfolder; a word that neither is one nor an environment is a slip. */
static bool check_environment(const char *folder, const char *chosen, struct err *err)
{
	if (chosen == NULL)
		return true;
	if (strcasecmp(chosen, "production") == 0 || strcasecmp(chosen, "prod") == 0)
		return err_set(err, ERR_REFUSED, "--env %s: seed never runs for production", chosen);
	if (*chosen == '\0' || *chosen == '.' || strchr(chosen, '/') != NULL)
		return err_set(err, ERR_USAGE, "--env %s: this is no name of a subfolder of %s", chosen, folder);
	char *path = places_join(folder, chosen);
	struct stat info;
	bool is_there = stat(path, &info) == 0 && S_ISDIR(info.st_mode);
	mem_free(path);
	if (is_there || is_environment(chosen))
		return true;
	struct words names = {0};
	subfolders(folder, &names);
	const char *nearest = text_nearest(chosen, (const char *const *)names.v, names.count);
	err_set(err, ERR_USAGE, "--env %s: %s has no subfolder of that name", chosen, folder);
	if (nearest != NULL)
		err_hint(err, "did you mean %s?", nearest);
	words_done(&names);
	return false;
}

bool seed_list_read(struct fleet *fleet, struct database *database, const struct seeds_options *options,
    struct seed_list *list, struct err *err)
{
	memset(list, 0, sizeof *list);
	const char *folder = section_text(database->section, "seeds");
	if (folder == NULL) {
		err_set(err, ERR_UNSUPPORTED, "no folder of seeds is configured");
		return err_hint(err, "add `seeds = FOLDER` to [database %s]", database->name);
	}
	const char *chosen = options->environment;
	struct reading reading = {.fleet = fleet,
	    .database = database,
	    .only = options->only,
	    .is_looking = options->is_looking,
	    .environment = chosen != NULL ? chosen : environment_word(database->environment),
	    .list = list};
	bool ok = check_environment(folder, chosen, err) && read_folder(&reading, folder, "", err) &&
	          read_environment_folder(&reading, folder, err) && find_only(&reading, folder, err);
	words_done(&reading.others);
	for (int i = 0; i < list->count; i++) {
		list->files[i].info = database->direct != NULL ? database->direct : database->info;
		list->files[i].environment = reading.environment;
		list->files[i].is_environment_chosen = chosen != NULL;
	}
	if (!ok)
		seed_list_done(list);
	return ok;
}

void seed_list_done(struct seed_list *list)
{
	for (int i = 0; i < list->count; i++)
		file_done(&list->files[i]);
	mem_free(list->files);
	words_done(&list->ignored);
	memset(list, 0, sizeof *list);
}

const char *seed_way_word(enum seed_way way)
{
	switch (way) {
	case SEED_SESSION:
		return "sql";
	case SEED_CSV:
		return "csv";
	case SEED_PSQL:
		return "psql";
	case SEED_RUNNER:
		return "runner";
	case SEED_EXECUTABLE:
		return "program";
	case SEED_HELPER:
		return "helper";
	}
	return "";
}

bool seed_is_psql_single(const struct seed_file *file)
{
	return file->scan.transaction_line == 0 && !file->scan.is_without_transaction;
}
