/* config/discover.c - see discover.h. The steps of a look at a repository, and their small tools. */
#include "pgtend/config/discover.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "discover_internal.h"
#include "pgtend/core/mem.h"
#include "pgtend/core/places.h"

enum { LARGEST_FILE_BYTES = 1024 * 1024 };

const char *discover_base(const char *path)
{
	const char *slash = strrchr(path, '/');
	return slash ? slash + 1 : path;
}

char *discover_join(const char *folder, const char *name)
{
	struct words parts = {0}, kept = {0};
	if (name[0] != '/')
		words_split(&parts, folder, "/");
	words_split(&parts, name, "/");
	for (size_t i = 0; i < parts.count; i++) {
		if (strcmp(parts.v[i], "..") == 0 && kept.count > 0)
			mem_free(kept.v[--kept.count]);
		else if (strcmp(parts.v[i], ".") != 0)
			words_add(&kept, parts.v[i]);
	}
	char *path = words_join(&kept, "/");
	words_done(&parts);
	words_done(&kept);
	return path;
}

char *discover_package_of(const struct repository *repository, const char *path)
{
	char *folder = mem_copy(path);
	while (*folder && !words_has(&repository->packages, folder)) {
		char *slash = strrchr(folder, '/');
		*(slash ? slash : folder) = 0;
	}
	return folder;
}

bool discover_read(const struct repository *repository, const char *path, char **bytes, size_t *length, struct err *err)
{
	struct stat st;
	char *absolute = places_join(repository->root, path);
	bool ok = stat(absolute, &st) == 0 && S_ISREG(st.st_mode);
	if (!ok)
		err_set(err, ERR_FAILED, "%s: is no file", absolute);
	else if (st.st_size > LARGEST_FILE_BYTES)
		ok = err_set(err, ERR_FAILED, "%s: is larger than 1 MB", absolute);
	else
		ok = places_read_file(absolute, bytes, length, err);
	mem_free(absolute);
	return ok;
}

static struct found_folder *find_folder(const struct repository *repository, const char *path)
{
	for (int i = 0; i < repository->folder_count; i++)
		if (strcmp(repository->folders[i]->path, path) == 0)
			return repository->folders[i];
	return NULL;
}

struct found_folder *discover_add_folder(struct repository *repository, const char *path, bool is_seeds)
{
	struct found_folder *folder = find_folder(repository, path);
	if (folder)
		return folder;
	folder = MEM_NEW(struct found_folder);
	folder->path = mem_copy(path);
	folder->is_seeds = is_seeds;
	repository->folders =
	    mem_grow(repository->folders, (size_t)repository->folder_count + 1, sizeof(struct found_folder *));
	repository->folders[repository->folder_count++] = folder;
	return folder;
}

/* --- the end of it --------------------------------------------------------------------------- */

static void free_database(struct found_database *database)
{
	char *texts[] = {database->name, database->host, database->port, database->dbname, database->user,
	    database->password_variable, database->compose};
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		mem_free(texts[i]);
	for (int i = 0; i < database->place_count; i++) {
		mem_free(database->places[i].package);
		mem_free(database->places[i].variable);
	}
	mem_free(database->places);
	words_done(&database->depends);
	mem_free(database);
}

static void free_service(struct found_service *service)
{
	mem_free(service->compose);
	mem_free(service->name);
	mem_free(service->container);
	mem_free(service->port);
	dotenv_done(&service->env);
	words_done(&service->raw);
	mem_free(service);
}

static void free_drizzle(struct found_drizzle *drizzle)
{
	char *texts[] = {drizzle->path, drizzle->package, drizzle->out, drizzle->variable, drizzle->schema, drizzle->table};
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		mem_free(texts[i]);
	mem_free(drizzle);
}

void discover_done(struct repository *repository)
{
	for (int i = 0; i < repository->env_count; i++) {
		mem_free(repository->envs[i]->folder);
		mem_free(repository->envs[i]->path);
		mem_free(repository->envs[i]->trouble);
		dotenv_done(&repository->envs[i]->env);
		mem_free(repository->envs[i]);
	}
	for (int i = 0; i < repository->folder_count; i++) {
		mem_free(repository->folders[i]->path);
		mem_free(repository->folders[i]->package);
		words_done(&repository->folders[i]->extensions);
		mem_free(repository->folders[i]);
	}
	for (int i = 0; i < repository->database_count; i++)
		free_database(repository->databases[i]);
	for (int i = 0; i < repository->service_count; i++)
		free_service(repository->services[i]);
	for (int i = 0; i < repository->drizzle_count; i++)
		free_drizzle(repository->drizzles[i]);
	mem_free(repository->envs);
	mem_free(repository->folders);
	mem_free(repository->databases);
	mem_free(repository->services);
	mem_free(repository->drizzles);
	words_done(&repository->packages);
	words_done(&repository->compose_files);
	words_done(&repository->drizzle_files);
	words_done(&repository->runs_node_pg_migrate);
	mem_free(repository->runner_path);
	words_done(&repository->notes);
	mem_free(repository->root);
}

/* Dumps hold everything: they do not belong into a repository. */
static void note_backups(struct repository *repository)
{
	struct stat st;
	struct err err;
	char *git = places_join(repository->root, ".git"), *ignored = NULL;
	size_t length = 0;
	bool is_repository = stat(git, &st) == 0;
	if (is_repository &&
	    (!discover_read(repository, ".gitignore", &ignored, &length, &err) || !strstr(ignored, "backups")))
		words_add(&repository->notes, "backups/ does not stand in .gitignore");
	mem_free(ignored);
	mem_free(git);
}

static bool look(struct repository *repository, struct err *err)
{
	if (!discover_scan(repository, err))
		return false;
	discover_env(repository);
	discover_compose(repository);
	discover_drizzle(repository);
	discover_match(repository);
	note_backups(repository);
	return true;
}

/* --- the face -------------------------------------------------------------------------------- */

static const struct table_column columns[] = {
    {"name", CELL_TEXT, "database", 0, "Name that the section got."},
    {"dbname", CELL_TEXT, "dbname", 1, "The database's name in the connection."},
    {"host", CELL_TEXT, "host", 1, "Host, as it is reached from this machine."},
    {"port", CELL_TEXT, "port", 1, "Port, as it is reached from this machine."},
    {"env_file", CELL_TEXT, ".env", 2, "The .env file that names it; null when none does."},
    {"migrations", CELL_TEXT, "migrations", 0, "Folder of its migrations."},
    {"dialect", CELL_TEXT, "dialect", 0, "Whose migrations they are; null when the folder does not tell."},
    {"seeds", CELL_TEXT, "seeds", 3, "Folder of its seeds."},
    {"depends", CELL_WORDS, "depends on", 2, "Databases that come before it."},
};
const struct table_shape discovery_shape = {"init", columns, (int)(sizeof columns / sizeof columns[0])};

static void add_row(struct table *table, const struct found_database *database)
{
	int row = table_add_row(table);
	bool is_published = database->service && database->service->port;
	table_set_text(table, row, "name", database->name);
	table_set_text(table, row, "dbname", database->dbname);
	table_set_text(
	    table, row, "host", is_published || !database->host || !*database->host ? "localhost" : database->host);
	table_set_text(table, row, "port", is_published ? database->service->port : database->port);
	table_set_text(table, row, "env_file", database->places[database->owner].env_path);
	table_set_text(table, row, "migrations", database->migrations ? database->migrations->path : NULL);
	table_set_text(table, row, "dialect", database->migrations ? database->migrations->dialect : NULL);
	table_set_text(table, row, "seeds", database->seeds ? database->seeds->path : NULL);
	table_add_word(table, row, "depends", NULL);
	for (size_t i = 0; i < database->depends.count; i++)
		table_add_word(table, row, "depends", database->depends.v[i]);
}

bool discover(const char *folder, struct discovery *found, struct err *err)
{
	struct repository repository = {.root = places_absolute(folder)};
	struct stat st;
	memset(found, 0, sizeof *found);
	errno = ENOTDIR;
	bool ok = stat(repository.root, &st) == 0 && S_ISDIR(st.st_mode);
	if (!ok)
		err_set(err, ERR_USAGE, "%s: %s", repository.root, strerror(errno));
	ok = ok && look(&repository, err);
	if (ok) {
		discover_write(&repository, &found->ini);
		found->rows = table_new(&discovery_shape);
		for (int i = 0; i < repository.database_count; i++) {
			words_add(&found->databases, repository.databases[i]->name);
			add_row(found->rows, repository.databases[i]);
		}
		for (size_t i = 0; i < repository.notes.count; i++)
			words_add(&found->notes, repository.notes.v[i]);
	}
	discover_done(&repository);
	return ok;
}

void discovery_done(struct discovery *found)
{
	text_done(&found->ini);
	table_free(found->rows);
	found->rows = NULL;
	words_done(&found->databases);
	words_done(&found->notes);
}
