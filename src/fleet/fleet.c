#include "pgtend/fleet/fleet.h"

#include <stdlib.h>
#include <string.h>

#include "pgtend/core/mem.h"
#include "pgtend/core/places.h"
#include "pgtend/core/units.h"
#include "pgtend/fleet/limits.h"

/* ---- facts ---------------------------------------------------------------- */

void facts_put(struct facts *facts, struct table *table, double took_ms)
{
	table_free(facts->before);
	facts->before = facts->table;
	facts->before_us = facts->taken_us;
	facts->table = table;
	facts->taken_us = units_now_us();
	facts->took_ms = took_ms;
	err_clear(&facts->err);
}

struct table *facts_take(struct facts *facts)
{
	struct table *table = facts->table;
	facts->table = NULL;
	return table;
}

void facts_fail(struct facts *facts, const struct err *err)
{
	facts->err = *err;
}

void facts_forget(struct facts *facts)
{
	bool is_asked = facts->is_asked;
	int64_t asked_ms = facts->asked_ms;

	table_free(facts->table);
	table_free(facts->before);
	memset(facts, 0, sizeof *facts);
	facts->is_asked = is_asked;
	facts->asked_ms = asked_ms;
}

static void facts_done(struct facts facts[FACT_COUNT])
{
	for (int i = 0; i < FACT_COUNT; i++) {
		table_free(facts[i].table);
		table_free(facts[i].before);
	}
}

/* ---- servers -------------------------------------------------------------- */

static const char *first_host(struct conninfo *info, char *out, size_t size)
{
	const char *host = conninfo_effective(info, "host");
	if (host == NULL || *host == '\0')
		host = conninfo_effective(info, "hostaddr");
	if (host == NULL || *host == '\0')
		host = "localhost";
	size_t length = strcspn(host, ",");
	if (length >= size)
		length = size - 1;
	memcpy(out, host, length);
	out[length] = '\0';
	return out;
}

static int first_port(struct conninfo *info)
{
	const char *port = conninfo_effective(info, "port");
	int number = port != NULL ? atoi(port) : 0;
	return number > 0 ? number : 5432;
}

/* Behind a pooler the address says nothing about the server: each such database stands for a server of its own,
 * unless `direct` or `server` names the real one. */
static char *server_key(struct database *database, const char *host, int port)
{
	const char *named = section_text(database->section, "server");
	if (named != NULL)
		return mem_format("server %s", named);
	if (database->direct == NULL && section_text(database->section, "pooler") != NULL)
		return mem_format("%s:%d/%s", host, port, database->dbname);
	return mem_format("%s:%d", host, port);
}

static struct server *server_of(struct fleet *fleet, struct database *database)
{
	struct conninfo *info = database->direct != NULL ? database->direct : database->info;
	char host[256];
	first_host(info, host, sizeof host);
	int port = first_port(info);
	char *key = server_key(database, host, port);
	for (int i = 0; i < fleet->server_count; i++)
		if (strcmp(fleet->servers[i]->label, key) == 0) {
			mem_free(key);
			return fleet->servers[i];
		}
	struct server *server = MEM_NEW(struct server);
	server->label = key;
	server->host = mem_copy(host);
	server->port = port;
	server->info = conninfo_copy(info);
	server->config = fleet->config;
	server->section = database->section;
	fleet->servers = mem_grow(fleet->servers, (size_t)fleet->server_count + 1, sizeof fleet->servers[0]);
	fleet->servers[fleet->server_count++] = server;
	return server;
}

static void server_free(struct server *server)
{
	if (server->session != NULL)
		session_free(server->session);
	facts_done(server->facts);
	conninfo_free(server->info);
	for (int i = 0; i < CAP_COUNT; i++)
		mem_free(server->lacks[i]);
	mem_free(server->label);
	mem_free(server->host);
	mem_free(server->version);
	mem_free(server->system_identifier);
	mem_free(server);
}

/* ---- databases ------------------------------------------------------------ */

static void database_free(struct database *database)
{
	if (database->session != NULL)
		session_free(database->session);
	facts_done(database->facts);
	conninfo_free(database->info);
	conninfo_free(database->direct);
	mem_free(database->dbname);
	mem_free(database->timescaledb_version);
	mem_free(database->timescaledb_license);
	mem_free(database);
}

static bool add_database(struct fleet *fleet, const struct section *section, struct err *err)
{
	struct conninfo *info = config_conninfo(fleet->config, section, err);
	if (info == NULL)
		return false;
	struct database *database = MEM_NEW(struct database);
	fleet->databases = mem_grow(fleet->databases, (size_t)fleet->database_count + 1, sizeof fleet->databases[0]);
	fleet->databases[fleet->database_count++] = database;
	database->name = section_name(section);
	database->config = fleet->config;
	database->section = section;
	database->info = info;
	database->response_ms = -1;
	database->environment = config_environment(fleet->config, section);
	if (!config_direct(fleet->config, section, &database->direct, err))
		return false;
	const char *dbname = conninfo_effective(info, "dbname");
	if (dbname == NULL || *dbname == '\0')
		dbname = conninfo_effective(info, "user");
	database->dbname = mem_copy(dbname != NULL ? dbname : database->name);
	database->server = server_of(fleet, database);
	return true;
}

static struct database *by_section(const struct fleet *fleet, const char *name)
{
	for (int i = 0; i < fleet->database_count; i++)
		if (strcmp(fleet->databases[i]->name, name) == 0)
			return fleet->databases[i];
	return NULL;
}

/* The section of that name which this machine cannot fill; NULL: none. */
static const struct section *left_out(const struct fleet *fleet, const char *name)
{
	const struct section *section = config_section(fleet->config, SECTION_DATABASE, name);
	return section != NULL && section_lacks(section) != NULL ? section : NULL;
}

static bool say_left_out(const struct section *section, struct err *err)
{
	*err = *section_lacks(section);
	return err_prefix(err, "%s is left out", section_name(section));
}

static bool link_dependencies(struct fleet *fleet, struct database *database, struct err *err)
{
	struct words names = {0};
	bool ok = true;
	section_words(database->section, "depends", &names);
	for (size_t i = 0; i < names.count && ok; i++) {
		struct database *other = by_section(fleet, names.v[i]);
		if (other == NULL && left_out(fleet, names.v[i]) != NULL)
			continue;
		if (other == NULL) /* config_load() has checked every name */
			mem_die("a database that is not configured was depended on");
		if (other == database)
			ok = err_set(err, ERR_CONFIG, "%s: \"%s\" depends on itself", section_where(database->section, "depends"), names.v[i]);
		else if (database->depends_count == (int)(sizeof database->depends / sizeof database->depends[0]))
			ok = err_set(err, ERR_CONFIG, "%s: more than %d names", section_where(database->section, "depends"), database->depends_count);
		else
			database->depends[database->depends_count++] = other;
	}
	words_done(&names);
	return ok;
}

/* Depth first; marks: 0 new, 1 on the way, 2 placed. False when a circle is met. */
static bool place_in_order(const struct fleet *fleet, struct database *database, char *marks, struct database **order, int *count)
{
	int index = 0;
	while (fleet->databases[index] != database)
		index++;
	if (marks[index] == 2)
		return true;
	if (marks[index] == 1)
		return false;
	marks[index] = 1;
	for (int i = 0; i < database->depends_count; i++)
		if (!place_in_order(fleet, database->depends[i], marks, order, count))
			return false;
	marks[index] = 2;
	order[(*count)++] = database;
	return true;
}

struct database **fleet_in_order(const struct fleet *fleet)
{
	size_t n = (size_t)fleet->database_count;
	struct database **order = mem_grow(NULL, n + 1, sizeof *order);
	char *marks = mem_new(n + 1);
	int count = 0;
	for (int i = 0; i < fleet->database_count; i++)
		if (!place_in_order(fleet, fleet->databases[i], marks, order, &count)) {
			mem_free(order);
			order = NULL;
			break;
		}
	mem_free(marks);
	return order;
}

bool fleet_is_whole(const struct fleet *fleet, struct err *err)
{
	const struct section *first = NULL;
	struct text names = {0};
	for (int i = 0; i < config_count(fleet->config, SECTION_DATABASE) && fleet->left_out_count > 0; i++) {
		const struct section *section = config_at(fleet->config, SECTION_DATABASE, i);
		if (section_lacks(section) == NULL)
			continue;
		text_addf(&names, "%s%s", first != NULL ? ", " : "", section_name(section));
		if (first == NULL)
			first = section;
	}
	if (first != NULL) {
		*err = *section_lacks(first);
		err_prefix(err, "%s %s left out", text_str(&names), fleet->left_out_count == 1 ? "is" : "are");
		if (fleet->database_count > 0)
			err_hint(err, "what this machine has can be worked on by name: %s%s", fleet->databases[0]->name, fleet->database_count > 1 ? " ..." : "");
	}
	text_done(&names);
	return first == NULL;
}

/* ---- the fleet ------------------------------------------------------------ */

static bool add_pooler(struct fleet *fleet, const struct section *section, struct err *err)
{
	struct conninfo *info = config_conninfo(fleet->config, section, err);
	if (info == NULL)
		return false;
	struct pooler *pooler = MEM_NEW(struct pooler);
	pooler->name = section_name(section);
	pooler->config = fleet->config;
	pooler->section = section;
	pooler->info = info;
	fleet->poolers = mem_grow(fleet->poolers, (size_t)fleet->pooler_count + 1, sizeof fleet->poolers[0]);
	fleet->poolers[fleet->pooler_count++] = pooler;
	return true;
}

static bool fill(struct fleet *fleet, struct err *err)
{
	const struct config *config = fleet->config;
	for (int i = 0; i < config_count(config, SECTION_DATABASE); i++) {
		const struct section *section = config_at(config, SECTION_DATABASE, i);
		if (section_lacks(section) != NULL)
			fleet->left_out_count++;
		else if (!add_database(fleet, section, err))
			return false;
	}
	/* nothing at all is here: that is a mistake, no half of a fleet */
	if (fleet->database_count == 0 && !fleet_is_whole(fleet, err))
		return false;
	for (int i = 0; i < config_count(config, SECTION_POOLER); i++)
		if (!add_pooler(fleet, config_at(config, SECTION_POOLER, i), err))
			return false;
	for (int i = 0; i < fleet->database_count; i++)
		if (!link_dependencies(fleet, fleet->databases[i], err))
			return false;
	struct database **order = fleet_in_order(fleet);
	if (order == NULL)
		return err_set(err, ERR_CONFIG, "%s: the `depends` of the databases form a circle", config_path(config));
	mem_free(order);
	return true;
}

struct fleet *fleet_new(struct loop *loop, const struct config *config, struct event_bus *bus, struct err *err)
{
	struct fleet *fleet = MEM_NEW(struct fleet);
	fleet->loop = loop;
	fleet->config = config;
	fleet->bus = bus;
	fleet->memory = limits_memory_new();
	if (!limits_check(config, err) || !fill(fleet, err)) {
		fleet_free(fleet);
		return NULL;
	}
	return fleet;
}

void fleet_free(struct fleet *fleet)
{
	if (fleet == NULL)
		return;
	for (int i = 0; i < fleet->database_count; i++)
		database_free(fleet->databases[i]);
	for (int i = 0; i < fleet->server_count; i++)
		server_free(fleet->servers[i]);
	for (int i = 0; i < fleet->pooler_count; i++) {
		struct pooler *pooler = fleet->poolers[i];
		if (pooler->session != NULL)
			session_free(pooler->session);
		facts_done(pooler->facts);
		conninfo_free(pooler->info);
		mem_free(pooler);
	}
	limits_memory_free(fleet->memory);
	mem_free(fleet->databases);
	mem_free(fleet->servers);
	mem_free(fleet->poolers);
	mem_free(fleet);
}

static bool unknown_database(const struct fleet *fleet, const char *name, struct err *err)
{
	struct words names = {0};
	for (int i = 0; i < fleet->database_count; i++) {
		words_add(&names, fleet->databases[i]->name);
		words_add(&names, fleet->databases[i]->dbname);
	}
	const char *nearest = text_nearest(name, (const char *const *)names.v, names.count);
	err_set(err, ERR_USAGE, "no database is called \"%s\"", name);
	if (nearest != NULL)
		err_hint(err, "did you mean \"%s\"?", nearest);
	else if (fleet->database_count == 0)
		err_hint(err, "no database is configured: `pgtend init`, or --url URI");
	words_done(&names);
	return false;
}

struct database *fleet_find(const struct fleet *fleet, const char *name, struct err *err)
{
	struct database *found = by_section(fleet, name);
	if (found != NULL)
		return found;
	const struct section *missing = left_out(fleet, name);
	if (missing != NULL) {
		(void)say_left_out(missing, err);
		return NULL;
	}
	for (int i = 0; i < fleet->database_count; i++) {
		if (strcmp(fleet->databases[i]->dbname, name) != 0)
			continue;
		if (found != NULL) {
			err_set(err, ERR_USAGE, "\"%s\" is the database of both [database %s] and [database %s]", name, found->name,
				fleet->databases[i]->name);
			err_hint(err, "give the section's name");
			return NULL;
		}
		found = fleet->databases[i];
	}
	if (found == NULL)
		(void)unknown_database(fleet, name, err);
	return found;
}

const struct facts *database_facts(const struct database *database, enum fact fact)
{
	switch (fact) {
	case FACT_SERVER:
	case FACT_DATABASES:
	case FACT_ACTIVITY:
	case FACT_LOCKS:
	case FACT_HORIZON:
	case FACT_PROGRESS:
	case FACT_REPLICATION:
	case FACT_WAL:
	case FACT_WRAPAROUND:
	case FACT_SETTINGS:
	case FACT_DISK:
	case FACT_TLS:
	case FACT_ARCHIVER:
	case FACT_POINTS:
		return &database->server->facts[fact];
	default:
		return &database->facts[fact];
	}
}

int database_row(const struct database *database, const struct table *databases)
{
	if (databases == NULL)
		return -1;
	for (int row = 0; row < table_rows(databases); row++) {
		const char *dbname = table_get_text(databases, row, "dbname");
		if (dbname != NULL && strcmp(dbname, database->dbname) == 0)
			return row;
	}
	/* PGlite calls its only database template1, whatever the connection asked for. */
	return database->server->is_known && !database->server->has[CAP_CREATE_DATABASE] && table_rows(databases) == 1 ? 0 : -1;
}

char *database_state_path(const struct database *database, const char *folder, const char *suffix)
{
	char *file = mem_format("%s-%d-%s%s%s.json", database->server->host, database->server->port, database->dbname, suffix ? "-" : "", suffix ? suffix : "");
	for (char *c = file; *c != '\0'; c++)
		if (strchr("/\\ :", *c) != NULL || (unsigned char)*c < 0x20)
			*c = '_';
	char *name = mem_format("%s/%s", folder, file), *path = places_state(name);
	mem_free(file);
	mem_free(name);
	return path;
}
