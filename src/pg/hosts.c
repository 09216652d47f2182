/* pg/hosts.c - which servers a connection may go to, and what libpq is told about each. */
#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "pgtend/core/mem.h"
#include "session_private.h"

/* Empty parts count: "a,,b" names three. */
static void split_commas(struct words *words, const char *s)
{
	if (!s)
		return;
	for (;;) {
		size_t length = strcspn(s, ",");

		words_take(words, mem_copy_n(s, length));
		if (!s[length])
			return;
		s += length + 1;
	}
}

static const char *part(const struct words *words, size_t i)
{
	const char *value = i < words->count ? words->v[i] : NULL;

	return value && *value ? value : NULL;
}

/* As libpq counts: hostaddr decides when it is given, one port serves all. */
void session_hosts_init(struct session *session)
{
	struct words hosts = {0}, addresses = {0}, ports = {0};

	session_hosts_done(session);
	split_commas(&hosts, conninfo_effective(session->info, "host"));
	split_commas(&addresses, conninfo_effective(session->info, "hostaddr"));
	split_commas(&ports, conninfo_effective(session->info, "port"));
	size_t count = addresses.count > 0 && part(&addresses, 0) ? addresses.count : hosts.count > 0 ? hosts.count : 1;

	session->hosts = mem_new(count * sizeof *session->hosts);
	session->host_count = (int)count;
	for (size_t i = 0; i < count; i++) {
		const char *address = part(&addresses, i), *host = part(&hosts, i);
		const char *port = part(&ports, ports.count == 1 ? 0 : i);

		session->hosts[i].host = mem_copy(host ? host : address ? address : "localhost");
		session->hosts[i].hostaddr = mem_copy(address);
		session->hosts[i].port = mem_copy(port ? port : "5432");
	}
	words_done(&hosts);
	words_done(&addresses);
	words_done(&ports);
}

void session_hosts_done(struct session *session)
{
	for (int i = 0; i < session->host_count; i++) {
		mem_free(session->hosts[i].host);
		mem_free(session->hosts[i].hostaddr);
		mem_free(session->hosts[i].port);
	}
	mem_free(session->hosts);
	session->hosts = NULL;
	session->host_count = 0;
}

/* The address that needs no question: given, a Unix socket (""), or written as a number. NULL: a name. */
const char *host_address(const struct host *host)
{
	unsigned char bytes[sizeof(struct in6_addr)];

	if (host->hostaddr)
		return host->hostaddr;
	if (host->host[0] == '/' || host->host[0] == '@')
		return "";
	if (inet_pton(AF_INET, host->host, bytes) == 1 || strchr(host->host, ':'))
		return host->host;
	return NULL;
}

const struct host *session_host(const struct session *session)
{
	return session->host_index >= 0 && session->host_index < session->host_count ? &session->hosts[session->host_index] : NULL;
}

const char *session_address(const struct session *session)
{
	return session->address_index < session->addresses.count ? session->addresses.v[session->address_index] : "";
}

struct connect_place session_connect_place(struct session *session)
{
	const struct host *host = session_host(session);

	return (struct connect_place){
		.host = host ? host->host : "?",
		.port = host ? host->port : "?",
		.user = conninfo_effective(session->info, "user"),
		.dbname = conninfo_effective(session->info, "dbname"),
		.sslmode = conninfo_effective(session->info, "sslmode"),
	};
}

char *session_place(struct session *session)
{
	struct connect_place place = session_connect_place(session);

	return connect_place_text(&place);
}

/* --- what libpq is told ------------------------------------------------------------------------ */

struct parameters {
	const char **keywords, **values;
	size_t count;
};

/* Overrides what is given. NULL: leaves it alone. */
static void set(struct parameters *p, const char *keyword, const char *value)
{
	if (!value)
		return;
	for (size_t i = 0; i < p->count; i++)
		if (strcmp(p->keywords[i], keyword) == 0) {
			p->values[i] = value;
			return;
		}
	p->keywords = mem_grow(p->keywords, p->count + 2, sizeof *p->keywords);
	p->values = mem_grow(p->values, p->count + 2, sizeof *p->values);
	p->keywords[p->count] = keyword;
	p->values[p->count++] = value;
	p->keywords[p->count] = p->values[p->count] = NULL;
}

static void set_default(struct session *session, struct parameters *p, const char *keyword, const char *value)
{
	const char *configured = conninfo_effective(session->info, keyword);

	if (!configured || !*configured)
		set(p, keyword, value);
}

/* libpq ignores a password file that others may read and says so on standard error, in the middle of the screen. NULL: nothing is wrong with it. */
const char *session_unfit_passfile(struct session *session)
{
	const char *path = conninfo_effective(session->info, "passfile");
	struct stat st;

	if (!path || !*path || stat(path, &st) != 0 || (S_ISREG(st.st_mode) && !(st.st_mode & (S_IRWXG | S_IRWXO))))
		return NULL;
	return path;
}

PGconn *session_connect_libpq(struct session *session)
{
	const struct host *host = session_host(session);
	const char *address = session_address(session);
	struct parameters p = {NULL, NULL, 0};
	char *options = NULL;

	conninfo_arrays(session->info, &p.keywords, &p.values);
	while (p.keywords[p.count])
		p.count++;
	set(&p, "host", host->host);
	set(&p, "hostaddr", *address ? address : NULL);
	set(&p, "port", host->port);
	/* libpq asks for GSS encryption first by default: one more round trip that a pooler may answer with an error */
	if (!conninfo_get(session->info, "gssencmode") && !getenv("PGGSSENCMODE"))
		set(&p, "gssencmode", "disable");
	set(&p, "client_encoding", "UTF8"); /* screen, JSON and files are UTF-8 */
	set(&p, "fallback_application_name", "pgtend");
	/* a peer that vanished without a word is noticed within 20 s */
	set_default(session, &p, "keepalives_idle", "5");
	set_default(session, &p, "keepalives_interval", "5");
	set_default(session, &p, "keepalives_count", "3");
	set_default(session, &p, "tcp_user_timeout", "20000");
	if (session_unfit_passfile(session))
		set(&p, "passfile", "/dev/null/none");
	if (session->rounds > 1)
		set(&p, "target_session_attrs", session->round == 0 ? "standby" : "any");
	session->has_sent_options = false;
	if (!session->are_options_refused && !session->options.is_admin_console && !session->is_short) {
		options = pooler_startup_options(session);
		session->has_sent_options = options != NULL;
		set(&p, "options", options);
	}
	PGconn *conn = PQconnectStartParams(p.keywords, p.values, 0);
	mem_free(p.keywords);
	mem_free(p.values);
	mem_free(options);
	return conn;
}
