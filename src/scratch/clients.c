/* See scratch/clients.h. */
#include "pgtend/scratch/clients.h"

#include <stdio.h>
#include <string.h>

#include "pgtend/core/mem.h"
#include "pgtend/core/units.h"
#include "pgtend/sql_embedded.h"

enum { DEADLINE_MS = 15000 };

/* --- finding --------------------------------------------------------------------------------------------------- */

static enum client_kind kind_of(const char *word)
{
	return strcmp(word, "pgtend") == 0         ? CLIENT_PGTEND
	       : strcmp(word, "worker") == 0       ? CLIENT_WORKER
	       : strcmp(word, "subscription") == 0 ? CLIENT_SUBSCRIPTION
	                                           : CLIENT_OTHER;
}

static char *text_of(const struct result *r, int row, const char *column)
{
	return mem_copy(result_text(r, row, result_column(r, column)));
}

bool clients_load_wait(struct session *session, int64_t oid, struct clients *clients, struct err *err)
{
	char number[24];
	const char *params[] = {number};
	struct result *r = NULL;
	memset(clients, 0, sizeof *clients);
	(void)snprintf(number, sizeof number, "%lld", (long long)oid);
	if (!session_query_wait(session, sql_scratch_clients, params, 1, DEADLINE_MS, &r, err)) {
		result_free(r);
		return false;
	}
	clients->count = result_rows(r);
	clients->v = clients->count > 0 ? mem_new((size_t)clients->count * sizeof *clients->v) : NULL;
	for (int i = 0; i < clients->count; i++)
		clients->v[i] = (struct client){
		    .pid = (int)result_int(r, i, result_column(r, "pid"), 0),
		    .kind = kind_of(result_text(r, i, result_column(r, "kind"))),
		    .application = text_of(r, i, "application"),
		    .user = text_of(r, i, "user"),
		    .address = text_of(r, i, "address"),
		    .state = text_of(r, i, "state"),
		    .since_s = result_int(r, i, result_column(r, "since_s"), 0),
		    .may_end = result_bool(r, i, result_column(r, "may_end")),
		};
	result_free(r);
	return true;
}

void clients_done(struct clients *clients)
{
	for (int i = 0; i < clients->count; i++) {
		mem_free(clients->v[i].application);
		mem_free(clients->v[i].user);
		mem_free(clients->v[i].address);
		mem_free(clients->v[i].state);
	}
	mem_free(clients->v);
	memset(clients, 0, sizeof *clients);
}

int clients_of_others(const struct clients *clients)
{
	int count = 0;
	for (int i = 0; i < clients->count; i++)
		count += clients->v[i].kind == CLIENT_OTHER;
	return count;
}

/* --- words ----------------------------------------------------------------------------------------------------- */

char *client_words(const struct client *client)
{
	char age[UNITS_SIZE];
	struct text words = {0};
	text_addf(&words, "pid %d (%s, user %s", client->pid, client->application, client->user);
	if (*client->address)
		text_addf(&words, ", from %s", client->address);
	if (*client->state)
		text_addf(&words, ", %s", client->state);
	text_addf(&words, ", since %s)", units_age(age, client->since_s < 0 ? 0 : client->since_s));
	return text_take(&words);
}

void clients_say(const struct clients *clients, const char *fate, struct words *lines)
{
	for (int i = 0; i < clients->count; i++) {
		if (clients->v[i].kind != CLIENT_OTHER)
			continue;
		char *who = client_words(&clients->v[i]);
		words_take(lines, mem_format("connected: %s: %s", who, fate));
		mem_free(who);
	}
	if (clients_of_others(clients) == 0)
		words_add(lines, "connected: nobody");
}

/* --- consent ---------------------------------------------------------------------------------------------------- */

/* An application's pool changes its connections all the time: who it is, not which connection, is what was shown. */
static char *line_of(const struct client *client)
{
	struct text line = {0};
	text_add_visible(&line, client->application);
	text_add_char(&line, '\t');
	text_add_visible(&line, client->user);
	text_add_char(&line, '\n');
	return text_take(&line);
}

char *clients_shown(const struct clients *clients)
{
	struct text shown = {0};
	text_add_char(&shown, '\n');
	for (int i = 0; i < clients->count; i++)
		if (clients->v[i].kind == CLIENT_OTHER) {
			char *line = line_of(&clients->v[i]);
			text_add(&shown, line);
			mem_free(line);
		}
	return text_take(&shown);
}

static bool is_shown(const struct client *client, const char *shown)
{
	if (!shown || client->kind == CLIENT_PGTEND || client->kind == CLIENT_WORKER)
		return true;
	char *line = line_of(client), *framed = mem_format("\n%s", line);
	bool is_there = client->kind == CLIENT_OTHER && strstr(shown, framed) != NULL;
	mem_free(framed);
	mem_free(line);
	return is_there;
}

static bool refuse(const struct client *client, const char *dbname, struct err *err)
{
	char *who = client_words(client);
	if (client->kind == CLIENT_SUBSCRIPTION) {
		err_set(err, ERR_FAILED, "%s is fed by a subscription, whose worker stays connected to it: %s", dbname, who);
		err_hint(err, "ALTER SUBSCRIPTION ... DISABLE first");
	} else if (!client->may_end) {
		err_set(err, ERR_FAILED, "our role may not end a session in %s: %s", dbname, who);
		err_hint(err, client->kind == CLIENT_WORKER ? "workers of extensions are ended by superusers only"
		                                            : "have it end, or GRANT pg_signal_backend to the role (a superuser's only a superuser ends)");
	} else {
		err_set(err, ERR_REFUSED, "somebody is connected to %s who was not shown before: %s", dbname, who);
		err_hint(err, "look again, and say whether he may be disconnected");
	}
	mem_free(who);
	return false;
}

bool clients_allow(const struct clients *clients, const char *dbname, const char *shown, struct err *err)
{
	for (int i = 0; i < clients->count; i++) {
		const struct client *client = &clients->v[i];
		if (client->kind == CLIENT_SUBSCRIPTION || !client->may_end || !is_shown(client, shown))
			return refuse(client, dbname, err);
	}
	return true;
}

bool clients_end_wait(struct session *session, int64_t oid, const char *shown)
{
	char number[24];
	struct clients clients;
	struct err ignored = {0};
	struct text pids = {0};
	bool is_clear = true;
	(void)snprintf(number, sizeof number, "%lld", (long long)oid);
	if (!clients_load_wait(session, oid, &clients, &ignored))
		return true;
	for (int i = 0; i < clients.count; i++) {
		const struct client *client = &clients.v[i];
		if (client->may_end && is_shown(client, shown))
			text_addf(&pids, "%s%d", pids.length > 0 ? "," : "", client->pid);
		else
			is_clear = false;
	}
	char *array = mem_format("{%s}", text_str(&pids));
	const char *params[] = {number, array};
	/* Who has ended by himself meanwhile is no failure; whoever stays is seen in the next round. */
	if (pids.length > 0 && !session_query_wait(session, sql_scratch_end_these, params, 2, DEADLINE_MS, NULL, &ignored))
		err_clear(&ignored);
	mem_free(array);
	text_done(&pids);
	clients_done(&clients);
	return is_clear;
}
