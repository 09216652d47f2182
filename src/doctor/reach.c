/* doctor/reach.c - name and port: where it leads to, whether anybody is there, and who. */
#include <arpa/inet.h>
#include <netdb.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "internal.h"
#include "pgtend/core/mem.h"
#include "pgtend/core/units.h"
#include "pgtend/loop/resolve.h"
#include "pgtend/loop/task.h"
#include "pgtend/pg/knock.h"

enum { RESOLVE_MS = 10000, KNOCK_MS = 2000, MOST_KNOCKS = 4 };

static const char *const host_keys[] = {"host", "url", NULL}, *const port_keys[] = {"port", "host", "url", NULL};

/* --- name -------------------------------------------------------------------------------------- */

struct asking {
	struct task *task;
	struct words *addresses;
	struct err err;
	bool is_over, is_late;
};

static void on_resolved(const char *const *addresses, const struct err *err, void *arg)
{
	struct asking *asking = arg;

	for (size_t i = 0; addresses && addresses[i]; i++)
		words_add(asking->addresses, addresses[i]);
	if (!addresses)
		asking->err = *err;
	asking->is_over = true;
	task_wake(asking->task);
}

static void on_late(void *arg)
{
	struct asking *asking = arg;

	asking->is_late = true;
	task_wake(asking->task);
}

static bool resolve_wait(struct walk *walk, const char *host, struct words *addresses, struct err *err)
{
	struct asking asking = {.task = task_self(), .addresses = addresses};
	struct timer *timer = timer_start(walk->fleet->loop, RESOLVE_MS, 0, on_late, &asking);
	struct resolve *resolve = resolve_start(walk->fleet->loop, host, on_resolved, &asking);

	while (!asking.is_over && !asking.is_late && !task_is_cancelled())
		task_wait();
	timer_stop(timer);
	if (!asking.is_over)
		resolve_cancel(resolve);
	if (!asking.is_over)
		return err_set(err, ERR_UNREACHABLE, "no answer within %d s", RESOLVE_MS / 1000);
	*err = asking.err;
	return asking.err.kind == ERR_NONE;
}

static bool is_number(const char *host)
{
	unsigned char bytes[16];

	return inet_pton(AF_INET, host, bytes) == 1 || strchr(host, ':') != NULL;
}

/* A host of the other databases, or one that this machine itself names, which it may have been meant to be. */
static char *nearest_host(const struct walk *walk, const char *host)
{
	struct words known = {0};
	struct hostent *entry;

	for (int i = 0; i < walk->fleet->database_count; i++) {
		const char *other = conninfo_effective(walk->fleet->databases[i]->info, "host");

		if (other && other[0] != '/' && strcmp(other, host) != 0 && !is_number(other))
			words_add(&known, other);
	}
	sethostent(0);
	while ((entry = gethostent()) && known.count < 1000)
		if (strcmp(entry->h_name, host) != 0)
			words_add(&known, entry->h_name);
	endhostent();
	const char *nearest = known.count > 0 ? text_nearest(host, (const char *const *)known.v, known.count) : NULL;
	char *copy = mem_copy(nearest);

	words_done(&known);
	return copy;
}

static char *name_mend(const struct walk *walk, const char *host)
{
	char *nearest = nearest_host(walk, host), *where = walk_where(walk, host_keys), *mend;

	if (nearest)
		mend = mem_format("did you mean %s? %s", nearest, where);
	else if (!strchr(host, '.'))
		mend = mem_format("correct %s; a name of docker compose is known inside of its network only: publish the port, and host = localhost", where);
	else
		mend = mem_format("correct %s, or ask whoever keeps the names (DNS, /etc/hosts)", where);
	mem_free(nearest);
	mem_free(where);
	return mend;
}

/* "db.exmple: Name or service not known" says the name once more. */
static const char *without_name(const char *text, const char *host)
{
	size_t length = strlen(host);

	return strncmp(text, host, length) == 0 && strncmp(text + length, ": ", 2) == 0 ? text + length + 2 : text;
}

static void name_one(struct walk *walk, const char *host, const char *port, struct text *good, struct text *bad)
{
	struct words found = {0};
	struct err err = {0};

	if (host[0] == '/' || host[0] == '@') {
		struct stat st;

		if (host[0] == '@' || stat(host, &st) == 0)
			words_add(&found, host);
		else
			text_addf(bad, "%sthe folder %s of the socket is not there", bad->length ? "; " : "", host);
	} else if (is_number(host)) {
		words_add(&found, host);
	} else if (!resolve_wait(walk, host, &found, &err)) {
		text_addf(bad, "%sthe name %s is not resolved: %s", bad->length ? "; " : "", host, without_name(err.text, host));
	}
	if (found.count > 0) {
		char *list = words_join(&found, ", ");

		text_addf(good, "%s%s%s%s", good->length ? "; " : "", host[0] == '/' || host[0] == '@' ? "Unix socket in " : "", host,
			is_number(host) || host[0] == '/' || host[0] == '@' ? "" : " is ");
		if (!is_number(host) && host[0] != '/' && host[0] != '@')
			text_add(good, list);
		mem_free(list);
	}
	for (size_t i = 0; i < found.count; i++) {
		words_add(&walk->addresses, found.v[i]);
		words_add(&walk->ports, port);
	}
	words_done(&found);
}

bool step_name(struct walk *walk)
{
	const char *host = conninfo_effective(walk->database->info, "hostaddr"), *port = conninfo_effective(walk->database->info, "port");
	struct text good = {0}, bad = {0};
	struct words hosts = {0}, ports = {0};
	int64_t started_us = units_now_us();

	if (!host || !*host)
		host = conninfo_effective(walk->database->info, "host");
	words_split(&hosts, host && *host ? host : "localhost", ",");
	words_split(&ports, port && *port ? port : "5432", ",");
	for (size_t i = 0; i < hosts.count && !task_is_cancelled(); i++)
		name_one(walk, hosts.v[i], i < ports.count ? ports.v[i] : ports.count > 0 ? ports.v[0] : "5432", &good, &bad);
	step_took(walk, STEP_NAME, (double)(units_now_us() - started_us) / 1000.0);
	bool leads_on = walk->addresses.count > 0;

	if (good.length > 0)
		step_say(walk, STEP_NAME, FOUND_OK, mem_copy(text_str(&good)), NULL);
	if (bad.length > 0)
		step_say(walk, STEP_NAME, leads_on ? FOUND_NOTE : FOUND_FAILED, mem_copy(text_str(&bad)), name_mend(walk, hosts.v[0]));
	text_done(&good);
	text_done(&bad);
	words_done(&hosts);
	words_done(&ports);
	return leads_on && !task_is_cancelled();
}

/* --- port -------------------------------------------------------------------------------------- */

static char *place_of(const char *address, const char *port)
{
	if (address[0] == '/' || address[0] == '@')
		return mem_format("socket %s/.s.PGSQL.%s", address, port);
	return mem_format(strchr(address, ':') ? "[%s]:%s" : "%s:%s", address, port);
}

static void say_listener(struct walk *walk, const char *address, const char *port)
{
	struct listener listener;
	char *place = place_of(address, port), *who = NULL;

	if (listener_find(address, port, &listener) && listener.pid)
		who = listener_words(&listener);
	step_say(walk, STEP_PORT, FOUND_OK, who ? mem_format("%s listens at %s", who, place) : mem_format("%s answers", place), NULL);
	mem_free(who);
	mem_free(place);
}

/* Nobody is there: what else is, on this machine, may be what was meant. */
static char *nobody_mend(const struct walk *walk, const char *address)
{
	struct words others = {0};
	char *where = walk_where(walk, port_keys), *mend, *list;

	if (listener_is_here(address))
		listener_others(&others);
	list = words_join(&others, ", ");
	if (others.count > 0)
		mend = mem_format("start the server, or correct %s: here listens %s", where, list);
	else
		mend = mem_format("start the server, or correct %s", where);
	mem_free(list);
	mem_free(where);
	words_done(&others);
	return mend;
}

static void say_mute(struct walk *walk, const char *address, const char *port, const char *place)
{
	struct listener listener;
	bool is_found = listener_find(address, port, &listener) && listener.pid;
	char *who = is_found ? listener_words(&listener) : NULL;

	if (is_found && (listener.state == 'T' || listener.state == 't'))
		step_say(walk, STEP_PORT, FOUND_FAILED, mem_format("%s listens at %s, but its process is stopped", who, place), mem_format("kill -CONT %ld", (long)listener.pid));
	else
		step_say(walk, STEP_PORT, FOUND_FAILED, mem_format("%s%s%s takes the connection and says nothing", who ? who : "", who ? " at " : "", place),
			mem_copy("is the server stopped, or overloaded? look at its log and at its machine"));
	mem_free(who);
}

static void say_foreign(struct walk *walk, const char *address, const char *port, const char *place, const struct knock *knock)
{
	struct listener listener;
	char *who = listener_find(address, port, &listener) && listener.pid ? listener_words(&listener) : mem_copy("something");
	char *where = walk_where(walk, port_keys);

	step_say(walk, STEP_PORT, FOUND_FAILED, mem_format("%s at %s does not speak PostgreSQL's protocol: \"%s\"", who, place, knock->words), mem_format("correct %s", where));
	mem_free(where);
	mem_free(who);
}

static void say_knock(struct walk *walk, const char *address, const char *port, const struct knock *knock)
{
	char *place = place_of(address, port);

	switch (knock->answer) {
	case KNOCK_REFUSED:
	case KNOCK_NO_SOCKET:
		step_say(walk, STEP_PORT, FOUND_FAILED, mem_format(knock->answer == KNOCK_REFUSED ? "nobody listens at %s" : "there is no %s", place), nobody_mend(walk, address));
		break;
	case KNOCK_DENIED:
		step_say(walk, STEP_PORT, FOUND_FAILED, mem_format("%s may not be opened by this user (permission denied)", place),
			mem_copy("see unix_socket_permissions and unix_socket_group of the server"));
		break;
	case KNOCK_UNREACHABLE:
		step_say(walk, STEP_PORT, FOUND_FAILED, mem_format("no way to %s: %s", place, knock->words), mem_copy("see the routes and the network of this machine"));
		break;
	case KNOCK_LOST:
		step_say(walk, STEP_PORT, FOUND_FAILED, mem_format("no answer from %s within %d s, not even a refusal", place, KNOCK_MS / 1000),
			mem_copy("a packet filter stands between (or a security group of the cloud), or the machine is off"));
		break;
	case KNOCK_FULL:
		step_say(walk, STEP_PORT, FOUND_FAILED, mem_format("the queue of new connections of %s is full", place), mem_copy("is the server stopped?"));
		break;
	case KNOCK_MUTE:
		say_mute(walk, address, port, place);
		break;
	case KNOCK_CLOSED:
		step_say(walk, STEP_PORT, FOUND_FAILED, mem_format("%s takes the connection and closes it", place), mem_copy("is it a proxy or a tunnel whose server is gone?"));
		break;
	case KNOCK_FOREIGN:
		say_foreign(walk, address, port, place, knock);
		break;
	case KNOCK_SERVER:
		if (!pooler_explains(walk, STEP_PORT))
			step_say(walk, STEP_PORT, FOUND_FAILED, mem_format("%s, though PostgreSQL or a pooler is there", walk->err.text), walk->err.hint[0] ? mem_copy(walk->err.hint)
				: mem_copy("is it overloaded, or its pool without a free connection? look at its log"));
		break;
	}
	mem_free(place);
}

/* What the server itself has said needs no second look. */
static const char *words_of_server(const char *sqlstate)
{
	static const struct {
		const char *sqlstate, *mend;
	} known[] = {
		{"57P03", "wait until it has started; its log tells how far it is"},
		{"53300", "end idle sessions (pgtend activity), put a pooler in front, or raise max_connections"},
		{"57P01", "wait until it is back"},
		{"57P02", "its log tells why it crashed"},
	};

	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (strcmp(known[i].sqlstate, sqlstate) == 0)
			return known[i].mend;
	return NULL;
}

static void find_out(struct walk *walk)
{
	for (size_t i = 0; i < walk->addresses.count && i < MOST_KNOCKS && !task_is_cancelled(); i++) {
		struct knock knock;
		struct err err = {0};

		if (knock_wait(walk->fleet->loop, walk->addresses.v[i], walk->ports.v[i], KNOCK_MS, &knock, &err))
			say_knock(walk, walk->addresses.v[i], walk->ports.v[i], &knock);
		else if (err.kind != ERR_CANCELLED)
			step_say(walk, STEP_PORT, FOUND_FAILED, mem_copy(err.text), NULL);
	}
}

/* The folder of the socket that we came through. */
static const char *socket_of(const struct walk *walk)
{
	for (size_t i = 0; i < walk->addresses.count; i++)
		if (walk->addresses.v[i][0] == '/' || walk->addresses.v[i][0] == '@')
			return walk->addresses.v[i];
	return walk->addresses.v[0];
}

void step_port(struct walk *walk)
{
	const char *mend = words_of_server(walk->err.sqlstate);

	if (walk->is_in) {
		const char *address = session_peer_address(walk->session);

		say_listener(walk, *address ? address : socket_of(walk), session_peer_port(walk->session));
	} else if (walk->stage > SESSION_STAGE_PORT) {
		say_listener(walk, walk->addresses.v[0], walk->ports.v[0]);
	} else if (walk->err.sqlstate[0]) {
		step_say(walk, STEP_PORT, FOUND_FAILED, mem_copy(walk->err.text), mem_copy(mend ? mend : walk->err.hint[0] ? walk->err.hint : NULL));
	} else {
		find_out(walk);
	}
}
