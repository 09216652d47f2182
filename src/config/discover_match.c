/* config/discover_match.c - which package, name, folders and dependencies a database has. */
#include <ctype.h>
#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "discover_internal.h"
#include "pgtend/core/mem.h"
#include "pgtend/core/places.h"

static bool is_one_of(const char *word, const char *const *list)
{
	for (; *list; list++)
		if (strcmp(word, *list) == 0)
			return true;
	return false;
}

/* What the shared database is called, be it by a variable, a package or a folder. */
static bool is_core_word(const char *word)
{
	static const char *const words[] = {"core", "shared", "auth", "users", "common", "identity", NULL};
	return is_one_of(word, words);
}

/* Words before _DATABASE_URL that say nothing about which database it is. */
static bool is_empty_word(const char *word)
{
	static const char *const words[] = {"", "relational", "postgres", "postgresql", "pg", "primary", "main", "default",
	    "app", "prisma", "db", "sql", NULL};
	return is_one_of(word, words);
}

static char *prefix_of_place(const struct occurrence *place)
{
	return discover_prefix(place->variable ? place->variable : "");
}

static bool has_prefix(const struct found_database *database, const char *word)
{
	bool has = false;
	for (int i = 0; !has && i < database->place_count; i++) {
		char *prefix = prefix_of_place(&database->places[i]);
		has = strcmp(prefix, word) == 0 || (is_core_word(prefix) && is_core_word(word));
		mem_free(prefix);
	}
	return has;
}

/* --- the core database ----------------------------------------------------------------------- */

static void find_core(struct repository *repository)
{
	struct found_database *core = NULL;
	for (int i = 0; i < repository->database_count; i++) {
		struct found_database *database = repository->databases[i];
		bool may_be = has_prefix(database, "core");
		for (int k = 0; k < database->place_count; k++) {
			char *prefix = prefix_of_place(&database->places[k]);
			may_be = may_be || (is_empty_word(prefix) && is_core_word(discover_base(database->places[k].package)));
			mem_free(prefix);
		}
		if (may_be && (!core || database->place_count > core->place_count))
			core = database;
	}
	if (core)
		core->is_core = true;
}

/* --- owner and name -------------------------------------------------------------------------- */

static int score_place(const struct occurrence *place)
{
	char *prefix = prefix_of_place(place);
	const char *base = discover_base(place->package);
	int score = 0;
	if (place->env_path)
		score += 8;
	if (*prefix && (strcmp(prefix, base) == 0 || (is_core_word(prefix) && is_core_word(base))))
		score += 4;
	if (place->variable && is_empty_word(prefix))
		score += 3;
	if (text_starts_with(place->package, "packages/"))
		score += 2;
	if (*place->package)
		score++;
	mem_free(prefix);
	return score;
}

static void find_owner(struct found_database *database)
{
	int best = -1;
	for (int i = 0; i < database->place_count; i++) {
		int score = score_place(&database->places[i]);
		if (score > best) {
			best = score;
			database->owner = i;
		}
	}
}

/* macro_ai_dev -> macro_ai, atriz_db -> atriz */
static char *bare_dbname(const char *dbname)
{
	static const char *const ends[] = {"_development", "_dev", "_staging", "_production", "_prod", "_db",
	    "-development", "-dev", "-staging", "-production", "-prod", "-db"};
	char *name = mem_copy(dbname);
	for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
		if (text_ends_with(name, ends[i]) && strlen(name) > strlen(ends[i])) {
			name[strlen(name) - strlen(ends[i])] = 0;
			i = (size_t)-1;
		}
	return name;
}

/* A package of the repository that is called like the shared database, though it names none itself. */
static const char *core_package(const struct repository *repository)
{
	for (size_t i = 0; i < repository->packages.count; i++)
		if (is_core_word(discover_base(repository->packages.v[i])))
			return repository->packages.v[i];
	return NULL;
}

static char *choose_name(const struct repository *repository, const struct found_database *database)
{
	const struct occurrence *owner = &database->places[database->owner];
	const char *base = discover_base(owner->package), *core = core_package(repository);
	char *prefix = prefix_of_place(owner);
	bool is_bare = is_empty_word(prefix);
	char *name;
	if (is_core_word(base) && (is_bare || is_core_word(prefix)))
		name = mem_copy(base);
	else if (database->is_core && core)
		name = mem_copy(discover_base(core));
	else if (!is_bare)
		name = mem_copy(prefix);
	else if (*base && strcasestr(database->dbname, base))
		name = mem_copy(base);
	else
		name = bare_dbname(database->dbname);
	mem_free(prefix);
	return name;
}

/* As a section may be called (config_read.c), and once only. */
static void give_name(const struct repository *repository, struct found_database *database, int count)
{
	char *wanted = choose_name(repository, database);
	struct text name = {0};
	for (const char *p = wanted; *p && name.length < 50; p++)
		text_add_char(
		    &name, isalnum((unsigned char)*p) || *p == '_' || (name.length > 0 && (*p == '-' || *p == '.')) ? *p : '_');
	if (!name.length || strcmp(name.s, "all") == 0)
		text_add(&name, "_db");
	mem_free(wanted);
	char *base = text_take(&name);
	database->name = mem_copy(base);
	for (int n = 2, i = 0; i < count; i++)
		if (strcmp(repository->databases[i]->name, database->name) == 0) {
			mem_free(database->name);
			database->name = mem_format("%s-%d", base, n++);
			i = -1;
		}
	mem_free(base);
}

/* --- folders --------------------------------------------------------------------------------- */

static bool is_plain_folder_name(const char *word)
{
	static const char *const words[] = {
	    "migrations", "migration", "drizzle", "seeds", "seed", "db", "database", "sql", NULL};
	return is_one_of(word, words);
}

static bool is_meant(const struct found_database *database, const char *word)
{
	return strcmp(database->name, word) == 0 || has_prefix(database, word) || (database->is_core && is_core_word(word));
}

static bool means_another(const struct repository *repository, const struct found_database *database, const char *word)
{
	for (int i = 0; i < repository->database_count; i++)
		if (repository->databases[i] != database && is_meant(repository->databases[i], word))
			return true;
	return false;
}

static int score_name(
    const struct repository *repository, const struct found_database *database, const char *word, int points)
{
	if (is_meant(database, word))
		return points;
	if (means_another(repository, database, word))
		return -20;
	return strcasestr(database->dbname, word) ? points / 2 : 0;
}

/* How sure it is that a folder is this database's. */
static int score_folder(
    const struct repository *repository, const struct found_database *database, const struct found_folder *folder)
{
	const char *base = discover_base(folder->path), *package = discover_base(folder->package);
	int score = repository->database_count == 1 ? 5 : 0;
	bool is_owner = strcmp(database->places[database->owner].package, folder->package) == 0, is_named = false;
	for (int i = 0; i < database->place_count; i++) {
		const struct occurrence *place = &database->places[i];
		is_named = is_named || strcmp(place->package, folder->package) == 0;
		if (folder->drizzle && folder->drizzle->variable && place->variable &&
		    strcmp(place->variable, folder->drizzle->variable) == 0)
			score += strcmp(place->package, folder->drizzle->package) == 0 ? 18 : 12;
	}
	score += is_owner ? 5 : is_named ? 1 : 0;
	if (*package)
		score += score_name(repository, database, package, 6);
	if (!is_plain_folder_name(base)) {
		int named = score_name(repository, database, base, 10);
		/* packages/core is the package of migrations/tracking, and yet only the last name counts */
		score += named != 0 ? named : -8;
		if (named > 0 && score < named)
			score = named;
	}
	return score;
}

/* The surest pairs first; a folder has one database, a database one folder of each kind. */
static void assign_folders(struct repository *repository, bool is_seeds)
{
	enum { SURE_ENOUGH = 5 };
	for (;;) {
		struct found_folder *best_folder = NULL;
		struct found_database *best_database = NULL;
		int best = SURE_ENOUGH - 1;
		for (int f = 0; f < repository->folder_count; f++) {
			struct found_folder *folder = repository->folders[f];
			if (folder->is_seeds != is_seeds || folder->is_taken)
				continue;
			for (int d = 0; d < repository->database_count; d++) {
				struct found_database *database = repository->databases[d];
				if (is_seeds ? database->seeds != NULL : database->migrations != NULL)
					continue;
				int score = score_folder(repository, database, folder);
				if (score > best) {
					best = score;
					best_folder = folder;
					best_database = database;
				}
			}
		}
		if (!best_folder)
			return;
		best_folder->is_taken = true;
		*(is_seeds ? &best_database->seeds : &best_database->migrations) = best_folder;
	}
}

/* --- what the files of a folder need --------------------------------------------------------- */

static void take_extension(struct found_folder *folder, const char *at)
{
	at += strspn(at, " \t\r\n");
	if (strncasecmp(at, "if not exists", 13) == 0)
		at += 13 + strspn(at + 13, " \t\r\n");
	at += *at == '"';
	size_t length = 0;
	while (isalnum((unsigned char)at[length]) || at[length] == '_' || at[length] == '-')
		length++;
	char *name = mem_copy_n(at, length);
	if (*name && !words_has(&folder->extensions, name))
		words_add(&folder->extensions, name);
	mem_free(name);
}

static void blank_comments(char *sql)
{
	for (char *p = strstr(sql, "--"); p; p = strstr(p, "--"))
		while (*p && *p != '\n')
			*p++ = ' ';
}

static void read_sql(
    const struct repository *repository, struct found_folder *folder, const char *path, bool *uses_vector)
{
	char *sql;
	size_t length;
	struct err err;
	if (!discover_read(repository, path, &sql, &length, &err))
		return;
	blank_comments(sql);
	for (const char *at = strcasestr(sql, "create extension"); at; at = strcasestr(at + 1, "create extension"))
		take_extension(folder, at + strlen("create extension"));
	folder->has_hypertables =
	    folder->has_hypertables || strcasestr(sql, "create_hypertable") || strcasestr(sql, "timescaledb.");
	*uses_vector = *uses_vector || strcasestr(sql, " vector(");
	mem_free(sql);
}

static void read_folder(struct repository *repository, struct found_folder *folder)
{
	struct dirent **entries = NULL;
	char *absolute = places_join(repository->root, folder->path);
	int count = scandir(absolute, &entries, NULL, alphasort);
	bool uses_vector = false;
	for (int i = 0; i < count; i++) {
		bool is_folder_migration =
		    folder->dialect && strcmp(folder->dialect, "drizzle-v1") == 0 && entries[i]->d_name[0] != '.';
		char *name =
		    is_folder_migration ? mem_format("%s/migration.sql", entries[i]->d_name) : mem_copy(entries[i]->d_name);
		char *path = discover_join(folder->path, name);
		if (text_ends_with(name, ".sql"))
			read_sql(repository, folder, path, &uses_vector);
		mem_free(path);
		mem_free(name);
		free(entries[i]);
	}
	free(entries);
	mem_free(absolute);
	if (folder->has_hypertables && !words_has(&folder->extensions, "timescaledb"))
		words_add(&folder->extensions, "timescaledb");
	if (uses_vector && !words_has(&folder->extensions, "vector")) {
		words_add(&folder->extensions, "vector");
		words_take(&repository->notes,
		    mem_format("%s: the type vector is used, but no file creates the extension", folder->path));
	}
}

static void complete_folder(struct repository *repository, struct found_folder *folder)
{
	folder->package = discover_package_of(repository, folder->path);
	if (folder->is_seeds)
		return;
	bool runs_it = words_has(&repository->runs_node_pg_migrate, folder->package);
	bool may_run_it = runs_it || words_has(&repository->runs_node_pg_migrate, "");
	if ((!folder->dialect && may_run_it) || (folder->dialect && strcmp(folder->dialect, "plain") == 0 && runs_it))
		folder->dialect = "node-pg-migrate";
	read_folder(repository, folder);
}

/* --- dependencies ---------------------------------------------------------------------------- */

static bool share_a_package(const struct found_database *one, const struct found_database *two)
{
	for (int i = 0; i < one->place_count; i++)
		for (int k = 0; k < two->place_count; k++)
			if (*one->places[i].package && strcmp(one->places[i].package, two->places[k].package) == 0)
				return true;
	return false;
}

/* A package that has both URLs uses both; so do several prefixed ones in one file at the root. */
static void find_dependencies(struct repository *repository)
{
	const struct found_database *core = NULL;
	for (int i = 0; i < repository->database_count; i++)
		if (repository->databases[i]->is_core)
			core = repository->databases[i];
	for (int i = 0; core && i < repository->database_count; i++) {
		struct found_database *database = repository->databases[i];
		bool are_at_root = !*core->places[core->owner].package && !*database->places[database->owner].package;
		if (database != core && (are_at_root || share_a_package(core, database)))
			words_add(&database->depends, core->name);
	}
}

/* What others depend on comes first. */
static void put_core_first(struct repository *repository)
{
	for (int i = 1; i < repository->database_count; i++)
		if (repository->databases[i]->is_core) {
			struct found_database *core = repository->databases[i];
			memmove(repository->databases + 1, repository->databases, (size_t)i * sizeof(struct found_database *));
			repository->databases[0] = core;
		}
}

static void note_what_is_left(struct repository *repository)
{
	for (int i = 0; i < repository->folder_count; i++) {
		const struct found_folder *folder = repository->folders[i];
		if (!folder->is_taken)
			words_take(&repository->notes, mem_format("%s: no variable names the database of these %s", folder->path,
			                                   folder->is_seeds ? "seeds" : "migrations"));
	}
	for (int i = 0; i < repository->database_count; i++) {
		const struct found_database *database = repository->databases[i];
		if (!database->migrations)
			words_take(&repository->notes, mem_format("%s: no folder of migrations was found for it", database->name));
		if (database->needs_parts)
			words_take(&repository->notes, mem_format("%s: libpq does not know all parameters of its URL, so its parts "
			                                          "were written; the password belongs into ~/.pgpass",
			                                   database->name));
		if (database->has_literal_password)
			words_take(&repository->notes,
			    mem_format("%s: its password stands in %s and was not copied; put it into a .env file or ~/.pgpass",
			        database->name, database->compose));
	}
}

void discover_match(struct repository *repository)
{
	for (int i = 0; i < repository->folder_count; i++)
		complete_folder(repository, repository->folders[i]);
	find_core(repository);
	for (int i = 0; i < repository->database_count; i++) {
		find_owner(repository->databases[i]);
		give_name(repository, repository->databases[i], i);
	}
	assign_folders(repository, false);
	assign_folders(repository, true);
	find_dependencies(repository);
	put_core_first(repository);
	note_what_is_left(repository);
}
