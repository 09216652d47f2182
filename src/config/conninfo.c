/* config/conninfo.c - see conninfo.h. */
#include "pgtend/config/conninfo.h"

#include <ctype.h>
#include <fcntl.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "conninfo_internal.h"
#include "pgtend/core/mem.h"

struct conninfo {
	char **given;    /* by position in conninfo_options(); NULL: not given */
	char **resolved; /* the same as libpq would take it; NULL: not asked since the last change */
};

const PQconninfoOption *conninfo_options(void)
{
	static PQconninfoOption *options;
	if (!options) {
		options = PQconninfoParse("", NULL);
		if (!options)
			mem_die("libpq gives no list of its keywords");
	}
	return options;
}

int conninfo_option_count(void)
{
	static int count;
	if (!count)
		for (const PQconninfoOption *option = conninfo_options(); option->keyword; option++)
			count++;
	return count;
}

static int find_option(const char *keyword)
{
	const PQconninfoOption *options = conninfo_options();
	for (int i = 0; i < conninfo_option_count(); i++)
		if (strcmp(options[i].keyword, keyword) == 0)
			return i;
	return -1;
}

bool conninfo_is_secret(const PQconninfoOption *option)
{
	/* "*" is libpq's mark for a password field; sslkey and the like are paths */
	return option->dispchar && option->dispchar[0] == '*';
}

static char **values_new(void)
{
	return mem_new((size_t)conninfo_option_count() * sizeof(char *));
}

static void values_free(char **values)
{
	if (!values)
		return;
	for (int i = 0; i < conninfo_option_count(); i++)
		mem_free_secret(values[i]);
	mem_free(values);
}

static void forget_resolved(struct conninfo *info)
{
	values_free(info->resolved);
	info->resolved = NULL;
}

static struct conninfo *conninfo_new(void)
{
	struct conninfo *info = MEM_NEW(struct conninfo);
	info->given = values_new();
	return info;
}

void conninfo_free(struct conninfo *info)
{
	if (!info)
		return;
	values_free(info->given);
	forget_resolved(info);
	mem_free(info);
}

struct conninfo *conninfo_copy(const struct conninfo *info)
{
	struct conninfo *copy = conninfo_new();
	for (int i = 0; i < conninfo_option_count(); i++)
		copy->given[i] = mem_copy(info->given[i]);
	return copy;
}

/* --- reading --------------------------------------------------------------------------------- */

static const char *nearest_keyword(const char *word)
{
	const char **names = mem_new((size_t)conninfo_option_count() * sizeof(char *));
	for (int i = 0; i < conninfo_option_count(); i++)
		names[i] = conninfo_options()[i].keyword;
	const char *nearest = text_nearest(word, names, (size_t)conninfo_option_count());
	mem_free(names);
	return nearest;
}

/* libpq quotes parts of what it was given, which may be the password. Only its reason is kept; a word
 * is repeated when it is so near to a keyword that it can be nothing else. */
static bool word_parse_error(const char *message, struct err *err)
{
	static const struct {
		const char *begin, *words;
	} reasons[] = {
	    {"missing \"=\"", "a word without \"=\" (write keyword=value, and values with blanks as 'a b')"},
	    {"unterminated quoted string", "a quote that is not closed"},
	    {"invalid percent-encoded token", "a % without two hexadecimal digits behind it (write %25 for % itself)"},
	    {"forbidden value %00", "%00 stands in it"},
	    {"unexpected character",
	        "an unexpected character behind the host (characters like / : @ in a password are written %2F %3A %40)"},
	    {"end of string reached when looking for matching \"]\"", "an IPv6 address without its closing ]"},
	    {"IPv6 host address may not be empty", "an empty IPv6 address"},
	    {"extra key/value separator", "a second \"=\" in one parameter behind the ?"},
	    {"missing key/value separator", "a parameter without \"=\" behind the ?"},
	    {"invalid URI propagated", "it is no URI of PostgreSQL"},
	};
	for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++)
		if (text_starts_with(message, reasons[i].begin))
			return err_set(err, ERR_CONFIG, "cannot read the connection string: %s", reasons[i].words);
	const char *quote = strchr(message, '"');
	const char *end = quote ? strchr(quote + 1, '"') : NULL;
	if (end && (text_starts_with(message, "invalid connection option") ||
	               text_starts_with(message, "invalid URI query parameter"))) {
		char *word = mem_copy_n(quote + 1, (size_t)(end - quote - 1));
		const char *nearest = nearest_keyword(word);
		if (nearest)
			err_set(err, ERR_CONFIG,
			    "cannot read the connection string: unknown parameter \"%s\"; did you mean \"%s\"?", word, nearest);
		else
			err_set(err, ERR_CONFIG, "cannot read the connection string: it has a parameter that libpq does not know");
		mem_free_secret(word);
		return false;
	}
	return err_set(
	    err, ERR_CONFIG, "cannot read the connection string: it is neither postgresql://... nor keyword=value ...");
}

/* A raw "/" in a password shifts everything: "host:pass/rest@host". libpq would then show the password as a wrong
 * port. */
static bool check_port(const char *port, struct err *err)
{
	for (const char *p = port ? port : ""; *p; p++)
		if (!isdigit((unsigned char)*p) && *p != ',')
			return err_set(err, ERR_CONFIG,
			    "cannot read the connection string: the port is no number (a password with / : @ in it is written with "
			    "%%2F %%3A %%40)");
	return true;
}

/* A raw "@" in a password ends it there, and its rest became a part of the host, which is shown everywhere; a raw "/" behind digits made it a part of the
 * database's name. A folder of sockets may have any name, and one that is abstract begins with "@". */
static bool check_at(const char *text, const struct conninfo *info, struct err *err)
{
	struct words hosts = {0};
	bool is_shifted = false;
	words_split(&hosts, conninfo_get(info, "host") ? conninfo_get(info, "host") : "", ",");
	for (size_t i = 0; i < hosts.count; i++)
		is_shifted = is_shifted || (hosts.v[i][0] != '/' && hosts.v[i][0] != '@' && strchr(hosts.v[i], '@'));
	words_done(&hosts);
	if (text_starts_with(text, "postgres") && strstr(text, "://") && !conninfo_get(info, "user")) {
		size_t before = strcspn(text, "@?");
		is_shifted = is_shifted || (text[before] == '@' && conninfo_get(info, "port"));
	}
	if (is_shifted)
		return err_set(err, ERR_CONFIG,
		    "cannot read the connection string: an @ stands in the host or behind it (a password with / : @ in it is written with %%2F %%3A %%40)");
	return true;
}

/* A URL of something else. Only known words are repeated: what else stands before "://" may be a part of a password. */
static bool says_foreign_scheme(const char *text, struct err *err)
{
	static const char *const known[] = {"cockroachdb", "file", "http", "https", "jdbc:postgresql", "mariadb", "mongodb",
	    "mongodb+srv", "mssql", "mysql", "prisma", "redis", "sqlite", "sqlserver"};
	const char *end = strstr(text, "://");
	if (end == NULL || text_starts_with(text, "postgres") || strcspn(text, " =@/") != (size_t)(end - text) + 1)
		return false;
	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (strlen(known[i]) == (size_t)(end - text) && text_starts_with(text, known[i])) {
			err_set(err, ERR_CONFIG, "cannot read the connection string: it begins with %s:// (expected postgresql://)",
			    known[i]);
			return true;
		}
	err_set(err, ERR_CONFIG, "cannot read the connection string: it is a URL, but does not begin with postgresql://");
	return true;
}

struct conninfo *conninfo_parse(const char *text, struct err *err)
{
	struct conninfo *info = conninfo_new();
	if (!text)
		return info;
	char *message = NULL;
	/* the reasons are told apart by libpq's English words */
	locale_t c = newlocale(LC_MESSAGES_MASK, "C", (locale_t)0);
	locale_t before = c ? uselocale(c) : (locale_t)0;
	PQconninfoOption *parsed = PQconninfoParse(text, &message);
	if (c) {
		uselocale(before);
		freelocale(c);
	}
	if (!parsed && says_foreign_scheme(text, err)) {
		PQfreemem(message);
		conninfo_free(info);
		return NULL;
	}
	if (!parsed) {
		word_parse_error(message ? message : "", err);
		if (message)
			memset(message, 0, strlen(message));
		PQfreemem(message);
		conninfo_free(info);
		return NULL;
	}
	for (const PQconninfoOption *option = parsed; option->keyword; option++)
		if (option->val)
			info->given[find_option(option->keyword)] = mem_copy(option->val);
	PQconninfoFree(parsed);
	if (!check_port(conninfo_get(info, "port"), err) || !check_at(text, info, err)) {
		conninfo_free(info);
		return NULL;
	}
	return info;
}

bool conninfo_set(struct conninfo *info, const char *keyword, const char *value, struct err *err)
{
	int i = find_option(keyword);
	if (i < 0) {
		const char *nearest = nearest_keyword(keyword);
		return err_set(err, ERR_USAGE, "libpq has no connection parameter \"%s\"%s%s%s", keyword,
		    nearest ? "; did you mean \"" : "", nearest ? nearest : "", nearest ? "\"?" : "");
	}
	char *copy = mem_copy(value);
	mem_free_secret(info->given[i]);
	info->given[i] = copy;
	forget_resolved(info);
	return true;
}

/* --- asking ---------------------------------------------------------------------------------- */

const char *conninfo_given_at(const struct conninfo *info, int i)
{
	return info->given[i];
}

const char *conninfo_get(const struct conninfo *info, const char *keyword)
{
	int i = find_option(keyword);
	return i < 0 ? NULL : info->given[i];
}

/* What libpq falls back to when the service cannot be read: the connection itself will say why. */
static void resolve_without_libpq(struct conninfo *info)
{
	const PQconninfoOption *options = conninfo_options();
	for (int i = 0; i < conninfo_option_count(); i++) {
		const char *value = info->given[i];
		if (!value && options[i].envvar)
			value = getenv(options[i].envvar);
		info->resolved[i] = mem_copy(value ? value : options[i].compiled);
	}
}

/* Only a connection object merges service file, environment and defaults exactly as a connection will. This one
 * cannot connect: libpq checks channel_binding before it opens anything, and there is no such binding. */
static void resolve(struct conninfo *info)
{
	const char **keywords, **values;
	info->resolved = values_new();
	conninfo_arrays(info, &keywords, &values);
	size_t count = 0;
	int channel_binding = find_option("channel_binding");
	for (; keywords[count]; count++)
		if (strcmp(keywords[count], "channel_binding") == 0)
			values[count] = "none of these";
	if (!info->given[channel_binding]) {
		keywords = mem_grow(keywords, count + 2, sizeof *keywords);
		values = mem_grow(values, count + 2, sizeof *values);
		keywords[count] = "channel_binding";
		values[count] = "none of these";
		keywords[count + 1] = values[count + 1] = NULL;
	}
	/* libpq says on standard error what it dislikes of a password file; the session that connects says it in words */
	int saved = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3), nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
	if (saved >= 0 && nowhere >= 0)
		dup2(nowhere, STDERR_FILENO);
	PGconn *conn = PQconnectStartParams(keywords, values, 0);
	if (saved >= 0)
		dup2(saved, STDERR_FILENO);
	close(saved);
	close(nowhere);
	PQconninfoOption *merged = conn ? PQconninfo(conn) : NULL;
	bool has_user = false;
	for (const PQconninfoOption *option = merged; option && option->keyword; option++) {
		info->resolved[find_option(option->keyword)] = mem_copy(option->val);
		has_user = has_user || (option->val && strcmp(option->keyword, "user") == 0);
	}
	if (!has_user) {
		values_free(info->resolved);
		info->resolved = values_new();
		resolve_without_libpq(info);
	} else {
		const char *host = PQhost(conn);
		int i = find_option("host");
		if (!info->resolved[i] && host && *host)
			info->resolved[i] = mem_copy(host);
		mem_free(info->resolved[channel_binding]);
		const char *env = getenv("PGCHANNELBINDING");
		info->resolved[channel_binding] = mem_copy(info->given[channel_binding] ? info->given[channel_binding]
		                                           : env                        ? env
		                                                 : conninfo_options()[channel_binding].compiled);
	}
	PQconninfoFree(merged);
	PQfinish(conn);
	mem_free(keywords);
	mem_free(values);
}

const char *conninfo_effective_at(struct conninfo *info, int i)
{
	if (!info->resolved)
		resolve(info);
	return info->resolved[i];
}

const char *conninfo_effective(struct conninfo *info, const char *keyword)
{
	int i = find_option(keyword);
	if (i < 0)
		return NULL;
	if (conninfo_is_secret(&conninfo_options()[i]))
		mem_die("a secret was asked for by conninfo_effective()");
	return conninfo_effective_at(info, i);
}

void conninfo_arrays(const struct conninfo *info, const char ***keywords, const char ***values)
{
	size_t count = 0, size = (size_t)conninfo_option_count() + 1;
	*keywords = mem_new(size * sizeof(char *));
	*values = mem_new(size * sizeof(char *));
	for (int i = 0; i < conninfo_option_count(); i++)
		if (info->given[i]) {
			(*keywords)[count] = conninfo_options()[i].keyword;
			(*values)[count++] = info->given[i];
		}
}

/* --- the safe text --------------------------------------------------------------------------- */

static void add_encoded(struct text *text, const char *s, const char *also)
{
	for (; *s; s++) {
		unsigned char c = (unsigned char)*s;
		if (isalnum(c) || strchr("-._~", c) || strchr(also, c))
			text_add_char(text, *s);
		else
			text_addf(text, "%%%02X", c);
	}
}

static void add_one_host(struct text *text, const char *host, const char *port)
{
	bool is_v6 = strchr(host, ':') != NULL;
	if (is_v6)
		text_addf(text, "[%s]", host);
	else
		add_encoded(text, host, "");
	if (port && *port) {
		text_add_char(text, ':');
		add_encoded(text, port, "");
	}
}

/* "a,b" and "5432,5433" (or one port for all) become a:5432,b:5433; ",5433" leaves the first port open. */
static void add_hosts(struct text *text, const char *hosts, const char *ports)
{
	bool is_one_port = ports && !strchr(ports, ',');
	for (;;) {
		size_t host_length = strcspn(hosts, ","), port_length = ports ? strcspn(ports, ",") : 0;
		char *host = mem_copy_n(hosts, host_length), *port = ports ? mem_copy_n(ports, port_length) : NULL;
		add_one_host(text, host, port);
		mem_free(host);
		mem_free(port);
		if (!hosts[host_length])
			break;
		text_add_char(text, ',');
		hosts += host_length + 1;
		if (ports && !is_one_port)
			ports = ports[port_length] ? ports + port_length + 1 : NULL;
	}
}

static bool stands_in_authority(const char *keyword, bool has_network_host)
{
	if (strcmp(keyword, "user") == 0 || strcmp(keyword, "dbname") == 0)
		return true;
	return has_network_host && (strcmp(keyword, "host") == 0 || strcmp(keyword, "port") == 0);
}

char *conninfo_safe(const struct conninfo *info)
{
	struct text text = {0};
	const char *host = conninfo_get(info, "host"), *user = conninfo_get(info, "user"),
	           *dbname = conninfo_get(info, "dbname");
	bool has_network_host = host && *host && *host != '/' && *host != '@' && !strstr(host, ",/");
	text_add(&text, "postgresql://");
	if (user) {
		add_encoded(&text, user, "");
		text_add_char(&text, '@');
	}
	if (has_network_host)
		add_hosts(&text, host, conninfo_get(info, "port"));
	if (dbname) {
		text_add_char(&text, '/');
		add_encoded(&text, dbname, "");
	}
	char separator = '?';
	const PQconninfoOption *options = conninfo_options();
	for (int i = 0; i < conninfo_option_count(); i++) {
		if (!info->given[i] || conninfo_is_secret(&options[i]) ||
		    stands_in_authority(options[i].keyword, has_network_host))
			continue;
		text_addf(&text, "%c%s=", separator, options[i].keyword);
		add_encoded(&text, info->given[i], "/:,@");
		separator = '&';
	}
	return text_take(&text);
}
