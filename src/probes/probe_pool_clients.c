/* FACT_POOL_CLIENTS: who works through a PgBouncer, and which process of the server works for him.
 *
 * A console of thousands of clients sends thousands of rows and serves nobody meanwhile: they are asked for rarely then, and only those that hold a
 * connection or wait for one keep a row of their own. */
#include <stdlib.h>
#include <string.h>

#include "internal.h"
#include "pgtend/core/mem.h"
#include "pgtend/core/units.h"
#include "pgtend/probes/shapes.h"
#include "pooler_answer.h"

static const struct table_column columns[] = {POOL_CLIENTS_COLUMNS};
const struct table_shape pool_clients_shape = {"pool_clients", columns, sizeof columns / sizeof *columns};

enum { DEADLINE_MS = 5000, MANY = 1000, MANY_EVERY_S = 30, MOST_WAITING = 500 };

static const char show_clients[] = "SHOW CLIENTS";
static const char show_servers[] = "SHOW SERVERS";

/* One answer with the numbers of the columns that are read for each row. */
struct sockets {
	const struct result *result;
	int database, user, application, state, addr, port, wait, wait_us, request, ptr, link, pid, tls;
};

static struct sockets sockets_of(const struct result *result)
{
	return (struct sockets){
		.result = result,
		.database = result_column(result, "database"),
		.user = result_column(result, "user"),
		.application = result_column(result, "application_name"),
		.state = result_column(result, "state"),
		.addr = result_column(result, "addr"),
		.port = result_column(result, "port"),
		.wait = result_column(result, "wait"),
		.wait_us = result_column(result, "wait_us"),
		.request = result_column(result, "request_time"),
		.ptr = result_column(result, "ptr"),
		.link = result_column(result, "link"),
		.pid = result_column(result, "remote_pid"),
		.tls = result_column(result, "tls"),
	};
}

/* Empty is nothing. */
static const char *word(const struct sockets *sockets, int row, int column)
{
	const char *text = result_text(sockets->result, row, column);

	return text && *text ? text : NULL;
}

enum kind { KIND_LINKED, KIND_WAITING, KIND_OTHER };

struct client {
	const struct sockets *sockets;
	int row;
	enum kind kind;
	double wait_s;
};

static int compare_words(const char *a, const char *b)
{
	return strcmp(a ? a : "", b ? b : "");
}

/* What makes two clients one row. */
static int compare_groups(const struct client *a, const struct client *b)
{
	int order = compare_words(word(a->sockets, a->row, a->sockets->database), word(b->sockets, b->row, b->sockets->database));

	if (order == 0)
		order = compare_words(word(a->sockets, a->row, a->sockets->user), word(b->sockets, b->row, b->sockets->user));
	if (order == 0)
		order = compare_words(word(a->sockets, a->row, a->sockets->application), word(b->sockets, b->row, b->sockets->application));
	return order;
}

/* Those that have a connection, those that wait (the longest first), the others by application. */
static int compare_clients(const void *left, const void *right)
{
	const struct client *a = left, *b = right;

	if (a->kind != b->kind)
		return a->kind < b->kind ? -1 : 1;
	if (a->kind == KIND_WAITING && a->wait_s != b->wait_s)
		return a->wait_s > b->wait_s ? -1 : 1;
	int order = a->kind == KIND_OTHER ? compare_groups(a, b) : 0;

	return order != 0 ? order : a->row - b->row;
}

static int compare_folded(const void *left, const void *right)
{
	return compare_groups(left, right);
}

static bool is_console(const struct sockets *sockets, int row)
{
	const char *database = word(sockets, row, sockets->database);

	return database && strcmp(database, "pgbouncer") == 0;
}

static struct client *sort_clients(const struct sockets *sockets, int *count)
{
	int rows = result_rows(sockets->result);
	struct client *clients = mem_grow(NULL, (size_t)rows + 1, sizeof *clients);

	*count = 0;
	for (int row = 0; row < rows; row++) {
		const char *state = word(sockets, row, sockets->state);
		struct client *client = &clients[*count];

		if (is_console(sockets, row))
			continue;
		*client = (struct client){.sockets = sockets, .row = row, .kind = KIND_OTHER};
		if (word(sockets, row, sockets->link))
			client->kind = KIND_LINKED;
		else if (state && strncmp(state, "waiting", strlen("waiting")) == 0)
			client->kind = KIND_WAITING;
		/* of a client that has its connection the console tells something else here */
		if (client->kind == KIND_WAITING)
			client->wait_s = pooler_wait_s(sockets->result, row, "wait", "wait_us");
		(*count)++;
	}
	qsort(clients, (size_t)*count, sizeof *clients, compare_clients);
	return clients;
}

static char *address(const struct sockets *sockets, int row)
{
	const char *addr = word(sockets, row, sockets->addr), *port = word(sockets, row, sockets->port);

	if (!addr || strcmp(addr, "unix") == 0 || !port)
		return mem_copy(addr);
	return mem_format(strchr(addr, ':') ? "[%s]:%s" : "%s:%s", addr, port);
}

/* "2026-11-21 20:52:36 UTC": the name of another zone is no offset that anybody could rely on. */
static void set_request(const struct sockets *sockets, int from, struct table *table, int row)
{
	const char *text = word(sockets, from, sockets->request);
	int64_t time_us = 0;

	if (!text || !text_ends_with(text, " UTC"))
		return;
	char *time = mem_format("%.*s+00", (int)(strlen(text) - strlen(" UTC")), text);

	if (units_parse_time_us(time, &time_us))
		table_set_int(table, row, "request", time_us);
	mem_free(time);
}

static int add_row(const struct client *client, struct table *table)
{
	const struct sockets *sockets = client->sockets;
	const char *state = word(sockets, client->row, sockets->state);
	int row = table_add_row(table);

	table_set_text(table, row, "database", word(sockets, client->row, sockets->database));
	table_set_text(table, row, "user", word(sockets, client->row, sockets->user));
	table_set_text(table, row, "application", word(sockets, client->row, sockets->application));
	if (sockets->application < 0)
		table_set_missing(table, row, "application", MISSING_VERSION);
	/* before 1.25 the console calls it active, too */
	table_set_text(table, row, "state", client->kind == KIND_OTHER && state && strcmp(state, "active") == 0 ? "idle" : state);
	table_set_int(table, row, "clients", 1);
	return row;
}

static void add_client(const struct client *client, struct table *table)
{
	const struct sockets *sockets = client->sockets;
	int row = add_row(client, table);
	char *from = address(sockets, client->row);

	table_set_text(table, row, "client", from);
	mem_free(from);
	table_set_text(table, row, "tls", word(sockets, client->row, sockets->tls));
	if (client->kind == KIND_WAITING)
		table_set_real(table, row, "wait_s", client->wait_s);
	set_request(sockets, client->row, table, row);
}

/* Clients of one application as one row each group; sorted by group. */
static void add_folded(struct client *clients, int count, struct table *table)
{
	int row = -1;

	for (int i = 0; i < count; i++) {
		if (i == 0 || compare_groups(&clients[i - 1], &clients[i]) != 0)
			row = add_row(&clients[i], table);
		else
			table_set_int(table, row, "clients", table_get_int(table, row, "clients", 0) + 1);
		if (clients[i].kind == KIND_WAITING && clients[i].wait_s > table_get_real(table, row, "wait_s", 0))
			table_set_real(table, row, "wait_s", clients[i].wait_s);
	}
}

static int row_of_ptr(const struct sockets *servers, const char *ptr)
{
	for (int row = 0; ptr && row < result_rows(servers->result); row++) {
		const char *other = word(servers, row, servers->ptr);

		if (other && strcmp(other, ptr) == 0)
			return row;
	}
	return -1;
}

static void set_server(const struct sockets *servers, int from, struct table *table, int row)
{
	int64_t pid = from < 0 ? 0 : result_int(servers->result, from, servers->pid, 0);

	if (from < 0)
		return;
	if (pid > 0)
		table_set_int(table, row, "server_pid", pid);
	char *server = address(servers, from);

	table_set_text(table, row, "server", server);
	mem_free(server);
	table_set_text(table, row, "server_state", word(servers, from, servers->state));
	table_set_text(table, row, "server_tls", word(servers, from, servers->tls));
}

/* Connections that nobody uses now: whoever counts sessions must know that they are the pooler's. */
static void add_free(const struct sockets *servers, struct table *table)
{
	for (int from = 0; from < result_rows(servers->result); from++) {
		const struct client server = {.sockets = servers, .row = from, .kind = KIND_LINKED};

		if (word(servers, from, servers->link) || is_console(servers, from))
			continue;
		int row = add_row(&server, table);

		table_set_text(table, row, "application", NULL);
		table_set_text(table, row, "state", "free");
		table_set_int(table, row, "clients", 0);
		set_server(servers, from, table, row);
	}
}

static void fill(const struct sockets *clients, const struct sockets *servers, struct table *table)
{
	int count = 0, i = 0;
	struct client *sorted = sort_clients(clients, &count);

	for (; i < count && sorted[i].kind == KIND_LINKED; i++) {
		add_client(&sorted[i], table);
		set_server(servers, row_of_ptr(servers, word(clients, sorted[i].row, clients->link)), table, table_rows(table) - 1);
	}
	int waiting = i;

	for (; i < count && sorted[i].kind == KIND_WAITING && i - waiting < MOST_WAITING; i++)
		add_client(&sorted[i], table);
	int beyond = i;

	while (i < count && sorted[i].kind == KIND_WAITING)
		i++;
	qsort(&sorted[beyond], (size_t)(i - beyond), sizeof *sorted, compare_folded);
	add_folded(&sorted[beyond], i - beyond, table);
	add_folded(&sorted[i], count - i, table);
	add_free(servers, table);
	mem_free(sorted);
}

/* How many there are, which FACT_POOLS has just told. */
static int64_t clients_of(const struct pooler *pooler)
{
	const struct table *pools = pooler->facts[FACT_POOLS].table;
	int64_t count = 0;

	for (int row = 0; pools && row < table_rows(pools); row++)
		count += table_get_int(pools, row, "cl_active", 0) + table_get_int(pools, row, "cl_waiting", 0);
	return count;
}

static bool reuse(const struct pooler *pooler, struct table *table)
{
	const struct table *before = pooler->facts[FACT_POOL_CLIENTS].table;
	int64_t taken = before && table_rows(before) > 0 ? table_get_int(before, 0, "taken", 0) : 0;

	if (clients_of(pooler) <= MANY || units_now_us() - taken > (int64_t)MANY_EVERY_S * 1000000)
		return false;
	for (int row = 0; row < table_rows(before); row++)
		table_copy_row(table, table_add_row(table), before, row);
	return true;
}

static bool ask(const struct probe_target *target, struct session *session, struct table *table, struct err *err)
{
	struct result *clients = NULL, *servers = NULL;

	if (reuse(target->pooler, table))
		return true;
	/* a connection to the server keeps its process, so what is between both answers does no harm */
	bool is_answered = session_query_wait(session, show_servers, NULL, 0, DEADLINE_MS, &servers, err) &&
	                   session_query_wait(session, show_clients, NULL, 0, DEADLINE_MS, &clients, err);

	if (is_answered) {
		const struct sockets of_clients = sockets_of(clients), of_servers = sockets_of(servers);

		fill(&of_clients, &of_servers, table);
		for (int row = 0; row < table_rows(table); row++)
			table_set_int(table, row, "taken", units_now_us());
	}
	result_free(clients);
	result_free(servers);
	return is_answered;
}

const struct probe probe_pool_clients = {
	.fact = FACT_POOL_CLIENTS,
	.name = "pool_clients",
	.scope = PROBE_POOLER,
	.tier = TIER_TICK,
	.deadline_ms = DEADLINE_MS,
	.shape = &pool_clients_shape,
	.ask = ask,
};
