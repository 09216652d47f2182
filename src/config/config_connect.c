/* config/config_connect.c - from sections to connection parameters and environments. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "config_internal.h"
#include "pgtend/core/mem.h"

/* Keys that are called as libpq calls them. */
static const char *const keywords[] = {"host", "port", "dbname", "user", "password", "sslmode", "sslrootcert",
    "sslcert", "sslkey", "gssencmode", "passfile", "service"};
enum { KEYWORD_COUNT = (int)(sizeof keywords / sizeof *keywords) };

bool config_is_connection_key(const char *name)
{
	for (int i = 0; i < KEYWORD_COUNT; i++)
		if (strcmp(keywords[i], name) == 0)
			return true;
	return strcmp(name, "url") == 0 || strcmp(name, "direct") == 0;
}

static const char *own_text(const struct section *section, const char *key)
{
	const struct value *value = section_own(section, key);
	return value && !value->is_default ? value->text : NULL;
}

/* A mistake of ours when libpq does not know the keyword: the table above is its list. */
static void set(struct conninfo *info, const char *keyword, const char *value)
{
	struct err err;
	if (!conninfo_set(info, keyword, value, &err))
		mem_die(err.text);
}

/* The URL, and the keys beside it over its parts. */
static struct conninfo *read_section(const struct section *section, struct err *err)
{
	const char *url = own_text(section, "url");
	struct conninfo *info = conninfo_parse(url, err);
	if (!info) {
		err->kind = ERR_CONFIG;
		err_prefix(err, "%s: url", section_where(section, "url"));
		return NULL;
	}
	for (int i = 0; i < KEYWORD_COUNT; i++) {
		const char *value = own_text(section, keywords[i]);
		if (!value)
			continue;
		set(info, keywords[i], value);
		if (strcmp(keywords[i], "host") == 0)
			set(info, "hostaddr", NULL); /* it would win over the host */
	}
	return info;
}

static bool has_address(const struct conninfo *info)
{
	return conninfo_get(info, "host") || conninfo_get(info, "hostaddr") || conninfo_get(info, "service");
}

/* What is not said yet is taken over; the address as a whole, and a password only with the role that it belongs to. */
static void fill_from_server(struct conninfo *info, const struct conninfo *server)
{
	static const char *const address[] = {"host", "hostaddr", "port", "service"};
	static const char *const others[] = {"sslmode", "sslrootcert", "sslcert", "sslkey", "gssencmode", "passfile"};
	bool takes_address = !has_address(info);
	for (size_t i = 0; takes_address && i < sizeof address / sizeof *address; i++)
		if (!conninfo_get(info, address[i]) && conninfo_get(server, address[i]))
			set(info, address[i], conninfo_get(server, address[i]));
	for (size_t i = 0; i < sizeof others / sizeof *others; i++)
		if (!conninfo_get(info, others[i]) && conninfo_get(server, others[i]))
			set(info, others[i], conninfo_get(server, others[i]));
	const char *user = conninfo_get(info, "user"), *server_user = conninfo_get(server, "user");
	bool is_same_user = !user || (server_user && strcmp(user, server_user) == 0);
	/* an address of its own is perhaps another machine, which must not be sent this password */
	if (is_same_user && takes_address && !conninfo_get(info, "password"))
		set(info, "password", conninfo_get(server, "password"));
	if (!user)
		set(info, "user", server_user);
}

static bool has_service(const struct conninfo *info)
{
	const char *env = getenv("PGSERVICE");
	return conninfo_get(info, "service") || (env && *env);
}

static void add_defaults(const struct config *config, const struct section *section, struct conninfo *info)
{
	if (section->kind == SECTION_POOLER && !conninfo_get(info, "dbname"))
		set(info, "dbname", "pgbouncer");
	if (section->kind == SECTION_DATABASE && !own_text(section, "url") && !conninfo_get(info, "dbname") &&
	    !conninfo_get(info, "service") && !config->is_fallback)
		set(info, "dbname", section->name);
	/* libpq's own default, prefer, costs a round trip to the ticket cache, and a start-up of Kerberos */
	if (!conninfo_get(info, "gssencmode") && !getenv("PGGSSENCMODE") && !has_service(info))
		set(info, "gssencmode", "disable");
}

struct conninfo *config_conninfo(const struct config *config, const struct section *section, struct err *err)
{
	struct conninfo *info = read_section(section, err);
	if (!info)
		return NULL;
	const struct section *server = section->kind == SECTION_DATABASE ? section->above[0] : NULL;
	if (server) {
		struct conninfo *from = read_section(server, err);
		if (!from) {
			conninfo_free(info);
			return NULL;
		}
		fill_from_server(info, from);
		conninfo_free(from);
	}
	add_defaults(config, section, info);
	return info;
}

bool config_direct(
    const struct config *config, const struct section *section, struct conninfo **direct, struct err *err)
{
	*direct = NULL;
	const char *text = own_text(section, "direct");
	if (!text)
		return true;
	struct conninfo *differs = conninfo_parse(text, err);
	if (!differs) {
		err->kind = ERR_CONFIG;
		return err_prefix(err, "%s: direct", section_where(section, "direct"));
	}
	struct conninfo *info = config_conninfo(config, section, err);
	if (info) {
		if (conninfo_get(differs, "host") || conninfo_get(differs, "hostaddr")) {
			set(info, "host", NULL);
			set(info, "hostaddr", NULL);
			set(info, "port", NULL); /* the pooler's */
		}
		const char **names, **values;
		conninfo_arrays(differs, &names, &values);
		for (int i = 0; names[i]; i++)
			set(info, names[i], values[i]);
		mem_free(names);
		mem_free(values);
	}
	conninfo_free(differs);
	*direct = info;
	return info != NULL;
}

/* --- environment ----------------------------------------------------------------------------- */

const char *environment_word(enum environment environment)
{
	static const char *const words[] = {"development", "test", "staging", "production"};
	return words[environment];
}

/* NODE_ENV is free text: what looks like one of ours is, everything else is somebody's development. */
enum environment config_node_environment(const char *word)
{
	static const struct {
		const char *word;
		enum environment environment;
	} known[] = {
	    {"production", ENVIRONMENT_PRODUCTION},
	    {"prod", ENVIRONMENT_PRODUCTION},
	    {"live", ENVIRONMENT_PRODUCTION},
	    {"staging", ENVIRONMENT_STAGING},
	    {"stage", ENVIRONMENT_STAGING},
	    {"preview", ENVIRONMENT_STAGING},
	    {"test", ENVIRONMENT_TEST},
	    {"testing", ENVIRONMENT_TEST},
	    {"ci", ENVIRONMENT_TEST},
	};
	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (strcasecmp(word, known[i].word) == 0)
			return known[i].environment;
	return ENVIRONMENT_DEVELOPMENT;
}
