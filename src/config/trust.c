/* config/trust.c - see trust.h. One line a file: "SHA256 PATH". */
#include "pgtend/config/trust.h"

#include <arpa/inet.h>
#include <errno.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "config_internal.h"
#include "pgtend/core/mem.h"
#include "pgtend/core/places.h"

/* --- the file of hashes ---------------------------------------------------------------------- */

/* Over the very bytes that were read, so that nobody can change the file in between. */
static char *hash_of(const struct config *config)
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned length = 0;
	if (!EVP_Digest(text_str(&config->hashed), config->hashed.length, digest, &length, EVP_sha256(), NULL))
		mem_die("libcrypto computes no sha256");
	struct text hex = {0};
	for (unsigned i = 0; i < length; i++)
		text_addf(&hex, "%02x", digest[i]);
	return text_take(&hex);
}

/* The lines; none when there is no file yet. */
static bool read_lines(struct words *lines, struct err *err)
{
	char *path = places_state("trust"), *bytes = NULL;
	size_t length;
	struct stat st;
	bool is_there = stat(path, &st) == 0 || errno != ENOENT;
	bool ok = !is_there || places_read_file(path, &bytes, &length, err);
	if (ok && bytes)
		words_split(lines, bytes, "\n");
	mem_free(bytes);
	mem_free(path);
	return ok;
}

static bool write_lines(const struct words *lines, struct err *err)
{
	char *path = places_state("trust"), *folder = places_state("");
	struct text text = {0};
	for (size_t i = 0; i < lines->count; i++)
		text_addf(&text, "%s\n", lines->v[i]);
	bool ok = places_make_folder(folder, err) && places_write_file(path, text_str(&text), text.length, err);
	text_done(&text);
	mem_free(folder);
	mem_free(path);
	return ok;
}

static const char *path_of_line(const char *line)
{
	const char *blank = strchr(line, ' ');
	return blank ? blank + 1 : "";
}

/* All lines but those of that path. */
static void leave_out(const struct words *lines, const char *shown_path, struct words *rest)
{
	for (size_t i = 0; i < lines->count; i++)
		if (strcmp(path_of_line(lines->v[i]), shown_path) != 0)
			words_add(rest, lines->v[i]);
}

static bool look_up(const struct config *config)
{
	struct words lines = {0};
	struct err err;
	char *hash = hash_of(config);
	bool is_there = false;
	if (read_lines(&lines, &err))
		for (size_t i = 0; !is_there && i < lines.count; i++)
			is_there = text_starts_with(lines.v[i], hash) && lines.v[i][strlen(hash)] == ' ';
	words_done(&lines);
	mem_free(hash);
	return is_there;
}

bool trust_is_recorded(const struct config *config)
{
	return config->is_given || look_up(config);
}

/* What libpq finds by itself: PGPASSWORD and ~/.pgpass. It knows no way to leave them out but these variables. */
static struct {
	bool is_withheld;
	char *password, *passfile;
} own;

void trust_withhold_passwords(const struct config *config)
{
	if (own.is_withheld || !config->path || trust_is_recorded(config))
		return;
	own.is_withheld = true;
	own.password = mem_copy(getenv("PGPASSWORD"));
	own.passfile = mem_copy(getenv("PGPASSFILE"));
	unsetenv("PGPASSWORD");
	setenv("PGPASSFILE", "/dev/null/none", 1); /* there cannot be such a file; of /dev/null itself libpq would complain */
}

static void put_back(const char *name, char **value)
{
	if (*value)
		setenv(name, *value, 1);
	else
		unsetenv(name);
	mem_free_secret(*value);
	*value = NULL;
}

static void give_passwords_back(void)
{
	if (!own.is_withheld)
		return;
	own.is_withheld = false;
	put_back("PGPASSWORD", &own.password);
	put_back("PGPASSFILE", &own.passfile);
}

bool trust_record(const struct config *config, struct err *err)
{
	if (!config->path)
		return err_set(err, ERR_CONFIG, "there is no pgtend.ini to trust");
	struct words lines = {0}, rest = {0};
	bool ok = read_lines(&lines, err);
	if (ok) {
		char *hash = hash_of(config), *shown = text_visible(config->path);
		leave_out(&lines, shown, &rest);
		words_take(&rest, mem_format("%s %s", hash, shown));
		ok = write_lines(&rest, err);
		mem_free(hash);
		mem_free(shown);
	}
	words_done(&lines);
	words_done(&rest);
	if (ok)
		give_passwords_back();
	return ok;
}

bool trust_list(struct words *paths, struct err *err)
{
	struct words lines = {0};
	bool ok = read_lines(&lines, err);
	for (size_t i = 0; i < lines.count; i++)
		words_add(paths, path_of_line(lines.v[i]));
	words_sort(paths);
	words_done(&lines);
	return ok;
}

bool trust_forget(const char *path, bool *was_there, struct err *err)
{
	struct words lines = {0}, rest = {0};
	char *absolute = places_absolute(path), *shown = text_visible(absolute);
	bool ok = read_lines(&lines, err);
	leave_out(&lines, shown, &rest);
	*was_there = rest.count < lines.count;
	if (ok && *was_there)
		ok = write_lines(&rest, err);
	words_done(&lines);
	words_done(&rest);
	mem_free(absolute);
	mem_free(shown);
	return ok;
}

/* --- what is allowed before ------------------------------------------------------------------ */

static bool is_loopback_address(const char *host)
{
	struct in_addr v4;
	struct in6_addr v6;
	if (inet_pton(AF_INET, host, &v4) == 1)
		return (ntohl(v4.s_addr) >> 24) == 127;
	if (inet_pton(AF_INET6, host, &v6) != 1)
		return false;
	return IN6_IS_ADDR_LOOPBACK(&v6) || (IN6_IS_ADDR_V4MAPPED(&v6) && v6.s6_addr[12] == 127);
}

static bool is_local_host(const char *host)
{
	return host[0] == '/' || host[0] == '@' || strcmp(host, "localhost") == 0 || is_loopback_address(host);
}

static bool are_local(const char *list, bool (*is_local)(const char *host))
{
	struct words hosts = {0};
	words_split(&hosts, list, ",");
	bool ok = true;
	for (size_t i = 0; ok && i < hosts.count; i++)
		ok = is_local(hosts.v[i]);
	words_done(&hosts);
	return ok;
}

bool trust_is_local(struct conninfo *info)
{
	const char *address = conninfo_effective(info, "hostaddr");
	if (address && *address && !are_local(address, is_loopback_address))
		return false;
	const char *host = conninfo_effective(info, "host");
	return !host || are_local(host, is_local_host);
}

static bool say_what_to_do(struct err *err)
{
	return err_hint(err, "Read the file, then run `pgtend trust`; or name it with -c");
}

/* Not through one of the file's own ways: written there, in a .env file of its, in a passfile or service that it picks. */
static bool sends_password(struct conninfo *info)
{
	static const char *const ways[] = {"password", "passfile", "sslpassword"};
	for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
		const char *value = conninfo_get(info, ways[i]);
		if (value && *value)
			return true;
	}
	const char *service = conninfo_effective(info, "service");
	return service && *service;
}

static bool check_password(
    const struct config *config, const struct section *section, struct conninfo *info, struct err *err)
{
	if (!sends_password(info) || trust_is_recorded(config))
		return true;
	const char *host = conninfo_effective(info, "host");
	char *shown = text_visible(host && *host ? host : "this machine");
	err_set(err, ERR_REFUSED, "%s was found, not given: before it is trusted no password is sent, not even to %s (%s)",
	    config->path, shown, section->where);
	mem_free(shown);
	return say_what_to_do(err);
}

static bool check_address(
    const struct config *config, const struct section *section, struct conninfo *info, const char *key, struct err *err)
{
	/* the hash is asked for last: a socket of this machine, as a developer's databases have, needs none */
	if (trust_is_local(info))
		return check_password(config, section, info, err);
	if (trust_is_recorded(config))
		return true;
	const char *host = conninfo_effective(info, "hostaddr");
	if (!host || !*host)
		host = conninfo_effective(info, "host");
	char *shown = text_visible(host);
	err_set(err, ERR_REFUSED, "%s was found, not given: before it is trusted nothing is sent to %s (%s)", config->path,
	    shown, section_where(section, key));
	mem_free(shown);
	return say_what_to_do(err);
}

bool trust_allows_connection(const struct config *config, const struct section *section, struct err *err)
{
	if (config->is_given)
		return true;
	struct conninfo *info = config_conninfo(config, section, err), *direct = NULL;
	bool ok = info != NULL;
	if (ok)
		ok = check_address(config, section, info, section_own(section, "host") ? "host" : "url", err);
	if (ok && section->kind == SECTION_DATABASE)
		ok = config_direct(config, section, &direct, err) &&
		     (!direct || check_address(config, section, direct, "direct", err));
	conninfo_free(info);
	conninfo_free(direct);
	return ok;
}

bool trust_allows_command(const struct config *config, const struct section *section, const char *key, struct err *err)
{
	bool is_known = config_find_key(section->kind, key) != NULL;
	bool is_named = is_known ? section_is_set(section, key) : section_own(section, key) != NULL;
	if (!is_named || trust_is_recorded(config))
		return true;
	char *shown = text_visible(key);
	err_set(err, ERR_REFUSED, "%s was found, not given: before it is trusted, `%s` runs nothing (%s)", config->path,
	    shown, section_where(section, key));
	mem_free(shown);
	return say_what_to_do(err);
}
