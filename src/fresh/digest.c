/* See fresh/digest.h. Each thing that counts is a line of a text, and the text is hashed: what a line says cannot run
 * into the next one. The sums of files come from the memory that migrations have (migrate/checksum.h), so that a large
 * CSV file is not read at every reset. */
#include "pgtend/fresh/digest.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "pgtend/core/mem.h"
#include "pgtend/core/places.h"
#include "pgtend/core/text.h"
#include "pgtend/migrate/checksum.h"

enum { MOST_DEPTH = 16 };

/* Another form of the text, or another way of building: templates of before do not fit any more. */
static const char form[] = "pgtend fresh 2";

/* --- files --------------------------------------------------------------------------------------------------- */

struct walk {
	struct text *text;
	struct checksums *sums;
	int files;
	int depth;
};

/* What tools and editors leave in any folder says nothing of what is built from it. */
static bool is_bystander(const char *name)
{
	static const char *const names[] = {".", "..", ".git", "node_modules", ".DS_Store"};
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (strcmp(name, names[i]) == 0)
			return true;
	return text_ends_with(name, "~") || text_ends_with(name, ".swp");
}

static bool add_entry(struct walk *walk, const char *path, const char *name, struct err *err);

static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static bool add_folder(struct walk *walk, const char *path, const char *name, struct err *err)
{
	struct dirent **entries;
	if (walk->depth == MOST_DEPTH)
		return err_set(err, ERR_FAILED, "%s: folders in folders, too deep", path);
	int count = scandir(path, &entries, NULL, by_name);
	if (count < 0)
		return err_set(err, ERR_FAILED, "%s: cannot be read: %s", path, strerror(errno));
	bool is_good = true;
	walk->depth++;
	for (int i = 0; i < count; i++) {
		if (is_good && !is_bystander(entries[i]->d_name)) {
			char *below = places_join(path, entries[i]->d_name), *whole = mem_format("%s/%s", name, entries[i]->d_name);
			is_good = add_entry(walk, below, whole, err);
			mem_free(below);
			mem_free(whole);
		}
		free(entries[i]);
	}
	walk->depth--;
	free(entries);
	return is_good;
}

/* The name is quoted by its length: it may hold anything. Whether it may be run decides whether it is a seed. */
static void add_file(struct walk *walk, const struct stat *info, const char *path, const char *name)
{
	char *sum = checksums_of(walk->sums, path);
	text_addf(walk->text, "file %zu %s %s ", strlen(name), name, (info->st_mode & 0111) != 0 ? "x" : "-");
	if (sum)
		text_addf(walk->text, "%s\n", sum);
	else /* too large for the memory, or not to be read by us */
		text_addf(walk->text, "%lld at %lld.%09ld\n", (long long)info->st_size, (long long)info->st_mtim.tv_sec,
		    info->st_mtim.tv_nsec);
	mem_free(sum);
	walk->files++;
}

static bool add_entry(struct walk *walk, const char *path, const char *name, struct err *err)
{
	struct stat info;
	if (stat(path, &info) != 0)
		return err_set(err, ERR_FAILED, "%s: cannot be read: %s", path, strerror(errno));
	if (S_ISDIR(info.st_mode))
		return add_folder(walk, path, name, err);
	if (S_ISREG(info.st_mode))
		add_file(walk, &info, path, name);
	return true;
}

/* A folder that is not there is one without files here: who runs what is in it says what is wrong. */
static bool add_path(struct text *text, const char *path, const char *what, bool must_be_there, int *files, struct err *err)
{
	struct stat info;
	text_addf(text, "%s\n", what);
	if (!path || stat(path, &info) != 0)
		return !must_be_there || !path ||
		       err_set(err, ERR_CONFIG, "%s: cannot be read: %s; it is named by reset_inputs", path, strerror(errno));
	struct walk walk = {.text = text, .sums = S_ISDIR(info.st_mode) ? checksums_open(path) : NULL};
	bool is_good = add_entry(&walk, path, S_ISDIR(info.st_mode) ? "" : what, err);
	checksums_close(walk.sums);
	if (files)
		*files += walk.files;
	return is_good;
}

static bool add_inputs(struct text *text, const struct database *database, struct err *err)
{
	struct words inputs = {0};
	bool is_good = true;
	section_words(database->section, "reset_inputs", &inputs);
	for (size_t i = 0; is_good && i < inputs.count; i++) {
		char *path = places_join(config_folder(database->config), inputs.v[i]), *what = mem_format("input %s", inputs.v[i]);
		is_good = add_path(text, path, what, true, NULL, err);
		mem_free(path);
		mem_free(what);
	}
	words_done(&inputs);
	return is_good;
}

/* --- all else ------------------------------------------------------------------------------------------------ */

/* How it is made, and how its migrations run. */
static void add_keys(struct text *text, const struct section *section)
{
	static const char *const keys[] = {"owner", "template", "encoding", "locale", "extensions", "dialect",
	    "migrations_schema", "migrations_table", "migrations_names", "migrations_checksum", "migrations_loader",
	    "transaction", "search_path", "metadata"};
	for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
		const char *value = section_text(section, keys[i]);
		if (value)
			text_addf(text, "key %s %zu %s\n", keys[i], strlen(value), value);
	}
}

static void add_runners(struct text *text, const struct database *database)
{
	const struct section *runners = config_section(database->config, SECTION_RUNNER, "");
	const char *name, *value;
	for (int i = 0; runners && (name = section_item(runners, i, &value)) != NULL; i++)
		text_addf(text, "runner %s %zu %s\n", name, strlen(value), value);
}

static void add_server(struct text *text, const struct database *database)
{
	const struct server *server = database->server;
	struct conninfo *copy = conninfo_copy(database->direct ? database->direct : database->info);
	const char *user = conninfo_effective(copy, "user"), *node_env = getenv("NODE_ENV");
	text_addf(text, "server %s %d role %s\n", server->label, server->version_num, user ? user : "");
	text_addf(text, "environment %s %s\n", environment_word(database->environment), node_env ? node_env : "");
	conninfo_free(copy);
}

bool fresh_digest(
    const struct database *database, const char *settings, const char *to, bool no_seeds, char digest[DIGEST_SIZE], struct err *err)
{
	struct text text = {0};
	const struct section *section = database->section;
	text_addf(&text, "%s\n", form);
	add_server(&text, database);
	add_keys(&text, section);
	if (to)
		text_addf(&text, "to %s\n", to);
	bool is_good = add_path(&text, section_text(section, "migrations"), "migrations", false, NULL, err);
	if (is_good && !no_seeds) {
		add_runners(&text, database);
		text_addf(&text, "settings %zu %s\n", settings ? strlen(settings) : 0, settings ? settings : "");
		is_good = add_path(&text, section_text(section, "seeds"), "seeds", false, NULL, err);
	}
	is_good = is_good && add_inputs(&text, database, err);
	if (is_good) {
		char hex[CHECKSUM_SIZE];
		checksum_of(text_str(&text), text.length, hex);
		memcpy(digest, hex, DIGEST_SIZE - 1);
		digest[DIGEST_SIZE - 1] = 0;
	}
	text_done(&text);
	return is_good;
}

bool fresh_has_seeds(const struct database *database)
{
	struct text ignored_text = {0};
	struct err ignored = {0};
	int files = 0;
	bool is_read = add_path(&ignored_text, section_text(database->section, "seeds"), "seeds", false, &files, &ignored);
	text_done(&ignored_text);
	return !is_read || files > 0;
}
