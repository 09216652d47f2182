/* config/discover_compose.c - compose files: a URL whose host is a service is reached by the published port on
 * this machine. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include <yaml.h>

#include "discover_internal.h"
#include "pgtend/core/mem.h"

/* --- the YAML tree --------------------------------------------------------------------------- */

static const char *scalar(const yaml_node_t *node)
{
	return node && node->type == YAML_SCALAR_NODE ? (const char *)node->data.scalar.value : NULL;
}

/* `<<: *defaults` merges another map; an alias may lead back to itself, so only some steps are taken. */
enum { MOST_MERGES = 5 };

static yaml_node_t *entry_at(yaml_document_t *document, const yaml_node_t *map, const char *key, int merges)
{
	if (!map || map->type != YAML_MAPPING_NODE || merges > MOST_MERGES)
		return NULL;
	for (yaml_node_pair_t *pair = map->data.mapping.pairs.start; pair < map->data.mapping.pairs.top; pair++) {
		const char *name = scalar(yaml_document_get_node(document, pair->key));
		if (name && strcmp(name, key) == 0)
			return yaml_document_get_node(document, pair->value);
	}
	yaml_node_t *merged = strcmp(key, "<<") != 0 ? entry_at(document, map, "<<", merges) : NULL;
	return merged ? entry_at(document, merged, key, merges + 1) : NULL;
}

static yaml_node_t *entry(yaml_document_t *document, const yaml_node_t *map, const char *key)
{
	return entry_at(document, map, key, 0);
}

/* --- ${NAME} in values ----------------------------------------------------------------------- */

/* As compose does: from the .env beside the file, then the environment. */
static const char *variable(const struct repository *repository, const char *folder, const char *name)
{
	for (int i = 0; i < repository->env_count; i++) {
		const struct found_env *env = repository->envs[i];
		const char *value = !env->is_example && strcmp(env->folder, folder) == 0 ? dotenv_get(&env->env, name) : NULL;
		if (value)
			return value;
	}
	return getenv(name);
}

/* at: behind the $. Returns what follows the variable. */
static const char *add_variable(
    const struct repository *repository, const char *folder, const char *at, struct text *out)
{
	bool is_braced = *at == '{';
	const char *from = at + is_braced, *end = from;
	while (isalnum((unsigned char)*end) || *end == '_')
		end++;
	const char *close = is_braced ? strchr(end, '}') : end;
	if (end == from || !close) {
		text_add_char(out, '$');
		return at;
	}
	char *name = mem_copy_n(from, (size_t)(end - from));
	const char *value = variable(repository, folder, name);
	mem_free(name);
	const char *otherwise = *end == ':' ? end + 1 : end;
	if (value && *value)
		text_add(out, value);
	else if (is_braced && *otherwise == '-')
		text_add_n(out, otherwise + 1, (size_t)(close - otherwise) - 1);
	return close + is_braced;
}

static char *fill_in(const struct repository *repository, const char *folder, const char *value)
{
	struct text out = {0};
	while (*value) {
		if (value[0] == '$' && value[1] == '$') {
			text_add_char(&out, '$');
			value += 2;
		} else if (*value == '$') {
			value = add_variable(repository, folder, value + 1, &out);
		} else {
			text_add_char(&out, *value++);
		}
	}
	return text_take(&out);
}

/* --- services -------------------------------------------------------------------------------- */

static void add_variable_of(const struct repository *repository, const char *folder, struct found_service *service,
    const char *name, size_t length, const char *raw)
{
	words_take(&service->env.names, mem_copy_n(name, length));
	words_take(&service->env.values, fill_in(repository, folder, raw));
	words_add(&service->raw, raw);
}

static void take_map(const struct repository *repository, const char *folder, yaml_document_t *document,
    const yaml_node_t *map, struct found_service *service, int merges)
{
	if (!map || map->type != YAML_MAPPING_NODE || merges > MOST_MERGES)
		return;
	for (yaml_node_pair_t *pair = map->data.mapping.pairs.start; pair < map->data.mapping.pairs.top; pair++) {
		const char *name = scalar(yaml_document_get_node(document, pair->key)),
		           *value = scalar(yaml_document_get_node(document, pair->value));
		if (name && value)
			add_variable_of(repository, folder, service, name, strlen(name), value);
	}
	take_map(repository, folder, document, entry_at(document, map, "<<", MOST_MERGES), service, merges + 1);
}

/* environment: a map, or a list of NAME=value. */
static void take_environment(const struct repository *repository, const char *folder, yaml_document_t *document,
    const yaml_node_t *node, struct found_service *service)
{
	take_map(repository, folder, document, node, service, 0);
	if (!node || node->type != YAML_SEQUENCE_NODE)
		return;
	for (yaml_node_item_t *item = node->data.sequence.items.start; item < node->data.sequence.items.top; item++) {
		const char *line = scalar(yaml_document_get_node(document, *item)), *equals = line ? strchr(line, '=') : NULL;
		if (equals)
			add_variable_of(repository, folder, service, line, (size_t)(equals - line), equals + 1);
	}
}

/* "[IP:]HOST:CONTAINER[/tcp]" with CONTAINER 5432: HOST. */
static char *short_port(const char *text)
{
	char *copy = mem_copy(text);
	copy[strcspn(copy, "/")] = 0;
	char *colon = strrchr(copy, ':');
	char *port = NULL;
	if (colon && strcmp(colon + 1, "5432") == 0) {
		*colon = 0;
		char *before = strrchr(copy, ':');
		const char *host = before ? before + 1 : copy;
		bool is_number = *host && strspn(host, "0123456789") == strlen(host);
		port = is_number ? mem_copy(host) : NULL;
	}
	mem_free(copy);
	return port;
}

static void take_port(const struct repository *repository, const char *folder, yaml_document_t *document,
    const yaml_node_t *node, struct found_service *service)
{
	char *port = NULL;
	if (scalar(node)) {
		char *filled = fill_in(repository, folder, scalar(node));
		port = short_port(filled);
		mem_free(filled);
	} else {
		const char *target = scalar(entry(document, node, "target")),
		           *published = scalar(entry(document, node, "published"));
		if (target && published && strcmp(target, "5432") == 0)
			port = fill_in(repository, folder, published);
	}
	if (port && !service->port && *port)
		service->port = port;
	else
		mem_free(port);
}

static bool is_postgres_image(const char *image)
{
	static const char *const words[] = {"postgres", "timescale", "postgis", "pgvector"};
	for (size_t i = 0; image && i < sizeof words / sizeof *words; i++)
		if (strstr(image, words[i]) && !strstr(image, "exporter") && !strstr(image, "backup"))
			return true;
	return false;
}

static void take_service(struct repository *repository, const char *compose, const char *folder,
    yaml_document_t *document, const char *name, const yaml_node_t *node)
{
	struct found_service *service = MEM_NEW(struct found_service);
	service->compose = mem_copy(compose);
	service->name = mem_copy(name);
	service->container = mem_copy(scalar(entry(document, node, "container_name")));
	take_environment(repository, folder, document, entry(document, node, "environment"), service);
	const yaml_node_t *ports = entry(document, node, "ports");
	if (ports && ports->type == YAML_SEQUENCE_NODE)
		for (yaml_node_item_t *item = ports->data.sequence.items.start; item < ports->data.sequence.items.top; item++)
			take_port(repository, folder, document, yaml_document_get_node(document, *item), service);
	service->is_postgres = is_postgres_image(scalar(entry(document, node, "image"))) ||
	                       dotenv_get(&service->env, "POSTGRES_DB") || dotenv_get(&service->env, "POSTGRES_PASSWORD");
	repository->services =
	    mem_grow(repository->services, (size_t)repository->service_count + 1, sizeof(struct found_service *));
	repository->services[repository->service_count++] = service;
}

static void take_document(struct repository *repository, const char *path, yaml_document_t *document)
{
	const char *slash = strrchr(path, '/');
	char *folder = slash ? mem_copy_n(path, (size_t)(slash - path)) : mem_copy("");
	const yaml_node_t *services = entry(document, yaml_document_get_root_node(document), "services");
	if (services && services->type == YAML_MAPPING_NODE)
		for (yaml_node_pair_t *pair = services->data.mapping.pairs.start; pair < services->data.mapping.pairs.top;
		     pair++) {
			const char *name = scalar(yaml_document_get_node(document, pair->key));
			if (name)
				take_service(repository, path, folder, document, name, yaml_document_get_node(document, pair->value));
		}
	mem_free(folder);
}

/* A compose file that cannot be read is worth a note, not a failure: nothing else depends on it. */
static void take_file(struct repository *repository, const char *path)
{
	char *bytes;
	size_t length;
	struct err err;
	if (!discover_read(repository, path, &bytes, &length, &err)) {
		words_add(&repository->notes, err.text);
		return;
	}
	yaml_parser_t parser;
	yaml_document_t document;
	if (!yaml_parser_initialize(&parser))
		mem_die("libyaml gives no parser");
	yaml_parser_set_input_string(&parser, (const unsigned char *)bytes, length);
	if (yaml_parser_load(&parser, &document)) {
		take_document(repository, path, &document);
		yaml_document_delete(&document);
	} else {
		words_take(&repository->notes, mem_format("%s:%zu: %s", path, parser.problem_mark.line + 1,
		                                   parser.problem ? parser.problem : "cannot be read"));
	}
	yaml_parser_delete(&parser);
	mem_free(bytes);
}

/* --- databases ------------------------------------------------------------------------------- */

static const struct found_service *service_of_host(const struct repository *repository, const char *host)
{
	const struct found_service *found = NULL;
	for (int i = 0; host && i < repository->service_count; i++) {
		const struct found_service *service = repository->services[i];
		bool is_it = service->is_postgres && (strcmp(service->name, host) == 0 ||
		                                         (service->container && strcmp(service->container, host) == 0));
		/* of several compose files (development, production) the one that publishes a port is the reachable one */
		if (is_it && (!found || (!found->port && service->port)))
			found = service;
	}
	return found;
}

static char *folder_of(const char *path)
{
	const char *slash = strrchr(path, '/');
	return slash ? mem_copy_n(path, (size_t)(slash - path)) : mem_copy("");
}

/* The password of "postgresql://user:PASSWORD@..." or a whole value, as written: only a plain ${NAME} of a .env
 * file is named, nothing is copied. */
static void note_password(
    struct repository *repository, struct found_database *database, const char *raw, const char *compose)
{
	char *folder = folder_of(compose);
	const char *open = strstr(raw, "://") ? strchr(strstr(raw, "://") + 3, ':') : raw - 1;
	const char *at = open ? open + 1 : "";
	size_t length = strncmp(at, "${", 2) == 0
	                    ? strspn(at + 2, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_")
	                    : 0;
	char *name = mem_copy_n(length > 0 ? at + 2 : "", length);
	for (int i = 0; *name && !database->password_variable && i < repository->env_count; i++) {
		const struct found_env *env = repository->envs[i];
		if (!env->is_example && strcmp(env->folder, folder) == 0 && dotenv_get(&env->env, name)) {
			database->password_variable = mem_copy(name);
			database->places[0].env_path = env->path;
		}
	}
	database->has_literal_password = !database->password_variable;
	mem_free(name);
	mem_free(folder);
}

/* URLs that stand in the compose file itself, for the programs beside the database. */
static void take_urls(struct repository *repository, const struct found_service *service)
{
	char *folder = folder_of(service->compose), *package = discover_package_of(repository, folder);
	for (size_t i = 0; i < service->env.names.count; i++) {
		bool needs_parts;
		struct conninfo *info = discover_read_url(service->env.values.v[i], &needs_parts);
		if (!info)
			continue;
		int before = repository->database_count;
		struct found_database *database = discover_add_database(repository, info, package, NULL, NULL, false);
		if (repository->database_count > before) {
			database->compose = mem_copy(service->compose);
			note_password(repository, database, service->raw.v[i], service->compose);
		}
		conninfo_free(info);
	}
	mem_free(package);
	mem_free(folder);
}

static bool has_database(const struct repository *repository, const struct found_service *service)
{
	for (int i = 0; i < repository->database_count; i++) {
		const char *host = repository->databases[i]->host;
		bool is_by_name =
		    host && (strcmp(host, service->name) == 0 || (service->container && strcmp(service->container, host) == 0));
		bool is_by_port = service->port && strcmp(repository->databases[i]->port, service->port) == 0 &&
		                  (!host || strcmp(host, "localhost") == 0 || strcmp(host, "127.0.0.1") == 0);
		if (is_by_name || is_by_port)
			return true;
	}
	return false;
}

/* A server that no URL leads to: its own POSTGRES_DB. */
static void take_own_database(struct repository *repository, const struct found_service *service)
{
	const char *user = dotenv_get(&service->env, "POSTGRES_USER"), *dbname = dotenv_get(&service->env, "POSTGRES_DB");
	struct err err;
	struct conninfo *info = conninfo_parse(NULL, &err);
	if (!info)
		return;
	if (!user || !*user)
		user = "postgres";
	bool ok = conninfo_set(info, "host", service->name, &err) && conninfo_set(info, "user", user, &err) &&
	          conninfo_set(info, "dbname", dbname && *dbname ? dbname : user, &err);
	char *folder = folder_of(service->compose), *package = discover_package_of(repository, folder);
	int before = repository->database_count;
	struct found_database *database = ok ? discover_add_database(repository, info, package, NULL, NULL, false) : NULL;
	if (database && repository->database_count > before) {
		database->compose = mem_copy(service->compose);
		for (size_t i = 0; i < service->env.names.count; i++)
			if (strcmp(service->env.names.v[i], "POSTGRES_PASSWORD") == 0)
				note_password(repository, database, service->raw.v[i], service->compose);
	}
	mem_free(package);
	mem_free(folder);
	conninfo_free(info);
}

static void lead_to_port(struct repository *repository, struct found_database *database)
{
	database->service = service_of_host(repository, database->host);
	if (database->service && !database->service->port)
		words_take(&repository->notes, mem_format("%s: the service %s publishes no port, so %s cannot be reached from "
		                                          "here; add ports: [\"127.0.0.1:5432:5432\"]",
		                                   database->service->compose, database->service->name, database->dbname));
}

void discover_compose(struct repository *repository)
{
	for (size_t i = 0; i < repository->compose_files.count; i++)
		take_file(repository, repository->compose_files.v[i]);
	for (int i = 0; i < repository->service_count; i++)
		take_urls(repository, repository->services[i]);
	for (int i = 0; i < repository->service_count; i++)
		if (repository->services[i]->is_postgres && !has_database(repository, repository->services[i]))
			take_own_database(repository, repository->services[i]);
	for (int i = 0; i < repository->database_count; i++)
		lead_to_port(repository, repository->databases[i]);
}
