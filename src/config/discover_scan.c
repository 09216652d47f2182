/* config/discover_scan.c - walks the repository: .env files, packages, compose and drizzle files, migration and
 * seed folders. */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include <jansson.h>

#include "discover_internal.h"
#include "dotenv_internal.h"
#include "pgtend/core/mem.h"
#include "pgtend/core/places.h"

enum { DEEPEST = 8, MOST_FOLDERS = 5000 };

struct walk {
	struct repository *repository;
	int folders;
	struct err *err;
};

static bool is_one_of(const char *name, const char *const *list)
{
	for (; *list; list++)
		if (strcmp(name, *list) == 0)
			return true;
	return false;
}

/* What others made: libraries, results of builds, version control (hidden ones are left out anyway). */
static bool is_left_out(const char *name)
{
	static const char *const names[] = {"node_modules", "dist", "build", "out", "vendor", "target", "coverage", "venv",
	    "__pycache__", "bower_components", "backups", NULL};
	return name[0] == '.' || is_one_of(name, names);
}

static bool add_env(struct walk *walk, const char *folder, const char *name, bool is_example)
{
	struct repository *repository = walk->repository;
	struct found_env *found = MEM_NEW(struct found_env);
	found->folder = mem_copy(folder);
	found->path = discover_join(folder, name);
	found->is_example = is_example;
	char *bytes;
	size_t length;
	char *absolute = places_join(repository->root, found->path);
	bool ok = discover_read(repository, found->path, &bytes, &length, walk->err);
	if (ok) {
		struct err broken_example;
		ok = dotenv_parse(absolute, bytes, length, NULL, &found->env, is_example ? &broken_example : walk->err) ||
		     is_example;
		explicit_bzero(bytes, length);
		mem_free(bytes);
	}
	mem_free(absolute);
	repository->envs = mem_grow(repository->envs, (size_t)repository->env_count + 1, sizeof(struct found_env *));
	repository->envs[repository->env_count++] = found;
	if (!ok && repository->wants_every_env) {
		found->trouble = mem_copy(walk->err->text);
		err_clear(walk->err);
		return true;
	}
	return ok;
}

/* package.json: does this package run node-pg-migrate? */
static void look_at_package(struct walk *walk, const char *folder)
{
	static const char *const groups[] = {"dependencies", "devDependencies"};
	char *name = discover_join(folder, "package.json"), *path = places_join(walk->repository->root, name);
	json_t *package = json_load_file(path, 0, NULL);
	for (int i = 0; i < 2; i++)
		if (json_object_get(json_object_get(package, groups[i]), "node-pg-migrate"))
			words_add(&walk->repository->runs_node_pg_migrate, folder);
	json_decref(package);
	mem_free(path);
	mem_free(name);
}

static bool is_compose(const char *name)
{
	bool is_yaml = text_ends_with(name, ".yml") || text_ends_with(name, ".yaml");
	return is_yaml && (text_starts_with(name, "docker-compose") || text_starts_with(name, "compose."));
}

/* .env.production, .env.staging: `init` leaves them alone, because what it writes is for the machine that it runs on. */
static bool is_other_env(const char *name)
{
	static const char *const ends[] = {".example", ".sample", ".template", ".dist", ".vault", ".keys", ".bak", ".orig", "~"};
	bool is_env = text_starts_with(name, ".env.");
	for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
		is_env = is_env && !text_ends_with(name, ends[i]);
	return is_env;
}

static bool take_file(struct walk *walk, const char *folder, const char *name)
{
	static const char *const envs[] = {".env", ".env.local", ".env.development", NULL};
	static const char *const examples[] = {
	    "env.example", ".env.example", ".env.sample", ".env.template", "example.env", NULL};
	static const char *const packages[] = {
	    "package.json", "go.mod", "Cargo.toml", "pyproject.toml", "composer.json", NULL};
	struct repository *repository = walk->repository;
	bool is_env = is_one_of(name, envs), is_example = is_one_of(name, examples);
	is_env = is_env || (repository->wants_every_env && !is_example && is_other_env(name));
	if (is_env || is_example || is_one_of(name, packages))
		if (!words_has(&repository->packages, folder))
			words_add(&repository->packages, folder);
	if (strcmp(name, "package.json") == 0)
		look_at_package(walk, folder);
	if (is_compose(name))
		words_take(&repository->compose_files, discover_join(folder, name));
	if (text_starts_with(name, "drizzle.config."))
		words_take(&repository->drizzle_files, discover_join(folder, name));
	if (discover_is_script(name)) {
		char *path = discover_join(folder, name);
		discover_look_at_script(repository, path);
		mem_free(path);
	}
	return (!is_env && !is_example) || add_env(walk, folder, name, is_example);
}

static bool walk_folder(struct walk *walk, const char *folder, int depth);

/* Folders straight below these are packages, whatever they hold. */
static bool is_shelf(const char *folder)
{
	static const char *const names[] = {"packages", "apps", "services", "libs", NULL};
	return is_one_of(discover_base(folder), names);
}

static bool has_only_words(const struct repository *repository, const char *folder)
{
	char *path = places_join(repository->root, folder);
	DIR *dir = opendir(path);
	bool has_other = !dir;
	for (struct dirent *entry; dir && (entry = readdir(dir));)
		has_other = has_other || (entry->d_name[0] != '.' && strncasecmp(entry->d_name, "readme", 6) != 0);
	if (dir)
		closedir(dir);
	mem_free(path);
	return !has_other;
}

/* Migrations: those of a known dialect, and folders that hold nothing yet. */
static void consider_migrations(struct repository *repository, const char *folder, bool is_named_so)
{
	char *path = places_join(repository->root, folder);
	const char *dialect = discover_dialect(path);
	bool is_drizzle = dialect && text_starts_with(dialect, "drizzle");
	if ((dialect && (is_named_so || is_drizzle)) || (is_named_so && has_only_words(repository, folder)))
		discover_add_folder(repository, folder, false)->dialect = dialect;
	mem_free(path);
}

static bool is_environment(const char *name)
{
	static const char *const names[] = {"development", "dev", "test", "staging", "production", "prod", NULL};
	return is_one_of(name, names);
}

/* seeds/ with files, or with a folder for each environment, is one folder of seeds; seeds/core and seeds/shop are
 * two. */
static bool holds_seeds(const struct repository *repository, const char *folder)
{
	char *path = places_join(repository->root, folder);
	DIR *dir = opendir(path);
	bool holds = false, has_folders = false;
	for (struct dirent *entry; dir && (entry = readdir(dir));) {
		struct stat st;
		char *inner = places_join(path, entry->d_name);
		bool is_there = entry->d_name[0] != '.' && stat(inner, &st) == 0;
		has_folders = has_folders || (is_there && S_ISDIR(st.st_mode));
		holds = holds || (is_there && (S_ISDIR(st.st_mode) ? is_environment(entry->d_name)
		                                                   : strncasecmp(entry->d_name, "readme", 6) != 0));
		mem_free(inner);
	}
	if (dir)
		closedir(dir);
	mem_free(path);
	return holds || !has_folders;
}

static void consider_folder(struct repository *repository, const char *folder)
{
	static const char *const migrations[] = {"migrations", "migration", "drizzle", NULL};
	static const char *const seeds[] = {"seeds", "seed", NULL};
	const char *base = discover_base(folder), *slash = strrchr(folder, '/');
	char *parent = slash ? mem_copy_n(folder, (size_t)(slash - folder)) : mem_copy("");
	bool is_in_seeds = is_one_of(discover_base(parent), seeds) && !is_environment(base);
	if (is_in_seeds || is_one_of(base, seeds)) {
		if (holds_seeds(repository, folder))
			discover_add_folder(repository, folder, true);
	} else {
		consider_migrations(
		    repository, folder, is_one_of(base, migrations) || is_one_of(discover_base(parent), migrations));
	}
	mem_free(parent);
}

static bool take_entry(struct walk *walk, const char *folder, const char *name, int depth)
{
	struct stat st, link;
	char *path = discover_join(folder, name), *absolute = places_join(walk->repository->root, path);
	bool ok = true;
	if (stat(absolute, &st) != 0 || lstat(absolute, &link) != 0)
		ok = true; /* a link to nowhere */
	else if (S_ISREG(st.st_mode))
		ok = take_file(walk, folder, name);
	else if (S_ISDIR(link.st_mode) && !is_left_out(name)) {
		if (is_shelf(folder) && !words_has(&walk->repository->packages, path))
			words_add(&walk->repository->packages, path);
		ok = walk_folder(walk, path, depth + 1);
	}
	mem_free(path);
	mem_free(absolute);
	return ok;
}

static bool walk_folder(struct walk *walk, const char *folder, int depth)
{
	if (depth > DEEPEST || ++walk->folders > MOST_FOLDERS) {
		if (walk->folders == MOST_FOLDERS + 1)
			words_take(&walk->repository->notes,
			    mem_format("more than %d folders: what lies behind %s was not looked at", MOST_FOLDERS, folder));
		return true;
	}
	struct dirent **entries = NULL;
	char *absolute = places_join(walk->repository->root, folder);
	int count = scandir(absolute, &entries, NULL, alphasort);
	bool ok = true;
	if (count < 0 && !*folder)
		ok = err_set(walk->err, ERR_FAILED, "%s: %s", absolute, strerror(errno));
	else if (count < 0)
		words_take(&walk->repository->notes, mem_format("%s: %s", folder, strerror(errno)));
	for (int i = 0; i < count; i++) {
		if (ok && strcmp(entries[i]->d_name, ".") != 0 && strcmp(entries[i]->d_name, "..") != 0)
			ok = take_entry(walk, folder, entries[i]->d_name, depth);
		free(entries[i]);
	}
	free(entries);
	mem_free(absolute);
	if (ok && *folder)
		consider_folder(walk->repository, folder);
	return ok;
}

bool discover_scan(struct repository *repository, struct err *err)
{
	struct walk walk = {.repository = repository, .err = err};
	return walk_folder(&walk, "", 0);
}
