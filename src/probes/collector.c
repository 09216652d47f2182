/* The console's collector: who asks what when. */
#include <string.h>

#include "pgtend/probes/collector.h"

#include "pgtend/core/mem.h"
#include "round.h"

/* How old facts may grow before they are asked again, by tier; TIER_TICK is every refresh. */
static const int tier_ms[] = {[TIER_TICK] = 0, [TIER_MINUTE] = 60 * 1000, [TIER_HOUR] = 3600 * 1000};
enum { UNFOCUSED_MS = 60 * 1000, CONNECT_DEADLINE_MS = 10 * 1000 };

struct asked {
	struct round round;
	struct database *first;   /* of a server: whose capabilities are learned through the shared session */
	int64_t last_pass_ms;     /* of a database: loop time of its last round; 0: never */
	int64_t oid;              /* of a database: which one was asked last; another one has none of its answers */
	int64_t last_ms[FACT_COUNT]; /* loop time when a fact was last asked; 0: never */
	struct collector *collector;
};

struct collector {
	struct fleet *fleet;
	struct asked *servers, *databases, *poolers;
	struct timer *timer;
	struct database *focus;
	bool is_unseen;           /* nothing of the focused database's own is on the screen */
	int refresh_ms;
	bool is_paused;
	bool is_watched[FACT_COUNT];
	int64_t skipped;
};

static void round_ended(struct round *round, void *arg);

static int64_t now_ms(const struct collector *collector)
{
	return loop_now_ms(collector->fleet->loop) + 1; /* 0 means never */
}

static bool is_due(const struct collector *collector, const struct asked *asked, const struct probe *probe)
{
	int64_t last = asked->last_ms[probe->fact];
	if (collector->is_watched[probe->fact])
		return true;
	/* A little early is on time: ticks drift against the tier's period. */
	return last == 0 || now_ms(collector) - last >= tier_ms[probe->tier] - collector->refresh_ms / 2;
}

/* A session that was refused comes back by itself at the time it tells; asking now would only hammer. */
static bool is_backing_off(const struct session *session)
{
	return session != NULL && (session_state(session) == SESSION_BACKOFF || session_state(session) == SESSION_DEAD);
}

/* Once for each reason, not at every tick: what did not change needs no drawing. */
static void tell_refusal(struct round *round, const struct probe *probe)
{
	const struct probe_target *target = &round->target;
	const struct err *err = session_error(round->session);
	struct facts *facts = round_facts(target, probe);
	if (facts->err.kind == err->kind && strcmp(facts->err.text, err->text) == 0)
		return;
	facts_fail(facts, err);
	const void *subject = target->pooler;
	if (probe->scope == PROBE_SERVER)
		subject = target->server;
	else if (probe->scope == PROBE_DATABASE)
		subject = target->database;
	event_emit(target->fleet->bus, EVENT_FACTS, subject, NULL);
}

/* What changes at each tick is answered before what is asked seldom, and is dearer. */
static void add_due(struct asked *asked, enum probe_scope scope, enum probe_tier tier)
{
	struct collector *collector = asked->collector;
	struct round *round = &asked->round;
	for (int fact = 0; fact < FACT_COUNT; fact++) {
		const struct probe *probe = probe_of((enum fact)fact);
		if (probe == NULL || probe->scope != scope || probe->tier != tier || !is_due(collector, asked, probe))
			continue;
		if (is_backing_off(round->session) && !probe->is_offline) {
			tell_refusal(round, probe);
			continue;
		}
		asked->last_ms[fact] = now_ms(collector);
		round_add(round, probe);
	}
}

static void start(struct asked *asked, enum probe_scope scope)
{
	struct collector *collector = asked->collector;
	struct round *round = &asked->round;
	if (round->is_running) {
		collector->skipped++;
		return;
	}
	for (enum probe_tier tier = TIER_TICK; tier <= TIER_HOUR; tier++)
		add_due(asked, scope, tier);
	if (round->due_count > 0)
		round_start(round);
}

/* The server's own limit, else everybody's. */
static int max_sessions(const struct collector *collector, const struct server *server)
{
	const struct config *config = collector->fleet->config;
	const char *named = section_text(server->section, "server");
	const struct section *section = named != NULL ? config_section(config, SECTION_SERVER, named) : NULL;
	int most = (int)section_int(section != NULL ? section : config_section(config, SECTION_PGTEND, ""), "max_sessions");
	return most > 1 ? most : 4;
}

/* Sessions of ours on this server: the shared one and those of its databases. */
static int open_sessions(const struct collector *collector, const struct server *server)
{
	int open = 1;
	for (int i = 0; i < collector->fleet->database_count; i++) {
		const struct database *database = collector->fleet->databases[i];
		if (database->server == server && database->session != NULL && session_state(database->session) != SESSION_CLOSED)
			open++;
	}
	return open;
}

static struct asked *asked_of(struct collector *collector, const struct database *database)
{
	for (int i = 0; i < collector->fleet->database_count; i++)
		if (collector->fleet->databases[i] == database)
			return &collector->databases[i];
	return NULL;
}

static void start_database(struct collector *collector, struct asked *asked)
{
	struct database *database = asked->round.target.database;
	bool is_focus = database == collector->focus && !collector->is_unseen;
	bool is_open = database->session != NULL && session_state(database->session) != SESSION_CLOSED;
	if (asked->round.is_running)
		return;
	if (!is_open && !is_focus && open_sessions(collector, database->server) >= max_sessions(collector, database->server))
		return; /* a slot comes free when another's round ends */
	asked->round.session = database_session(collector->fleet, database);
	asked->round.is_closing = !is_focus;
	asked->last_pass_ms = now_ms(collector);
	start(asked, PROBE_DATABASE);
}

static bool is_pass_due(const struct collector *collector, const struct asked *asked)
{
	return asked->last_pass_ms == 0 || now_ms(collector) - asked->last_pass_ms >= UNFOCUSED_MS;
}

/* Another database has the name since it was asked: whatever a round learned, nothing of this one is known. */
static void see_change(struct asked *asked)
{
	const struct database *database = asked->round.target.database;
	if (asked->oid == database->oid)
		return;
	if (asked->oid != 0) {
		memset(asked->last_ms, 0, sizeof asked->last_ms);
		asked->last_pass_ms = 0;
	}
	asked->oid = database->oid;
}

static void ask_databases(struct collector *collector)
{
	for (int i = 0; i < collector->fleet->database_count; i++)
		see_change(&collector->databases[i]);
	struct asked *focus = collector->focus != NULL && !collector->is_unseen ? asked_of(collector, collector->focus) : NULL;
	if (focus != NULL)
		start_database(collector, focus);
	for (int i = 0; i < collector->fleet->database_count; i++) {
		struct asked *asked = &collector->databases[i];
		if (asked != focus && is_pass_due(collector, asked))
			start_database(collector, asked);
	}
}

static void tick(void *arg)
{
	struct collector *collector = arg;
	if (collector->is_paused)
		return;
	for (int i = 0; i < collector->fleet->server_count; i++)
		start(&collector->servers[i], PROBE_SERVER);
	for (int i = 0; i < collector->fleet->pooler_count; i++)
		start(&collector->poolers[i], PROBE_POOLER);
	ask_databases(collector);
}

static void round_ended(struct round *round, void *arg)
{
	struct asked *asked = arg;
	struct collector *collector = asked->collector;
	/* The slot that came free belongs to the next database that waits for its pass. */
	if (round->target.database != NULL && !collector->is_paused)
		ask_databases(collector);
}

static void ask_again(struct asked *asked, enum probe_scope scope, const struct session *session)
{
	if (asked->round.session != session || asked->round.is_running)
		return;
	bool has_failed = false;
	for (int fact = 0; fact < FACT_COUNT; fact++) {
		const struct probe *probe = probe_of((enum fact)fact);
		if (probe == NULL || probe->scope != scope || round_facts(&asked->round.target, probe)->err.kind == ERR_NONE)
			continue;
		asked->last_ms[fact] = 0;
		has_failed = true;
	}
	if (has_failed)
		start(asked, scope);
}

/* A server that answers again is asked at once, not at the next tick. */
static void session_changed(const struct event *event, void *arg)
{
	struct collector *collector = arg;
	const struct session *session = event->subject;
	if (event->kind != EVENT_SESSION || collector->is_paused || session_state(session) != SESSION_READY)
		return;
	for (int i = 0; i < collector->fleet->server_count; i++)
		ask_again(&collector->servers[i], PROBE_SERVER, session);
	for (int i = 0; i < collector->fleet->database_count; i++)
		ask_again(&collector->databases[i], PROBE_DATABASE, session);
	for (int i = 0; i < collector->fleet->pooler_count; i++)
		ask_again(&collector->poolers[i], PROBE_POOLER, session);
}

static void init_asked(struct collector *collector, struct asked *asked)
{
	asked->collector = collector;
	asked->round.target.fleet = collector->fleet;
	asked->round.connect_deadline_ms = CONNECT_DEADLINE_MS;
	asked->round.ended = round_ended;
	asked->round.arg = asked;
}

static void init_servers(struct collector *collector)
{
	struct fleet *fleet = collector->fleet;
	collector->servers = mem_new(sizeof(struct asked) * ((size_t)fleet->server_count + 1));
	for (int i = 0; i < fleet->server_count; i++) {
		struct asked *asked = &collector->servers[i];
		init_asked(collector, asked);
		asked->round.target.server = fleet->servers[i];
		asked->round.session = server_session(fleet, fleet->servers[i]);
		for (int k = fleet->database_count - 1; k >= 0; k--)
			if (fleet->databases[k]->server == fleet->servers[i])
				asked->round.learn = fleet->databases[k];
	}
}

struct collector *collector_start(struct fleet *fleet, int refresh_ms)
{
	struct collector *collector = MEM_NEW(struct collector);
	collector->fleet = fleet;
	collector->refresh_ms = refresh_ms;
	init_servers(collector);
	collector->databases = mem_new(sizeof(struct asked) * ((size_t)fleet->database_count + 1));
	for (int i = 0; i < fleet->database_count; i++) {
		struct asked *asked = &collector->databases[i];
		init_asked(collector, asked);
		asked->round.target.database = fleet->databases[i];
		asked->round.target.server = fleet->databases[i]->server;
		asked->round.learn = fleet->databases[i];
	}
	collector->poolers = mem_new(sizeof(struct asked) * ((size_t)fleet->pooler_count + 1));
	for (int i = 0; i < fleet->pooler_count; i++) {
		struct asked *asked = &collector->poolers[i];
		init_asked(collector, asked);
		asked->round.target.pooler = fleet->poolers[i];
		asked->round.session = pooler_session(fleet, fleet->poolers[i]);
	}
	event_subscribe(fleet->bus, session_changed, collector);
	collector->timer = timer_start(fleet->loop, 0, refresh_ms, tick, collector);
	return collector;
}

static bool is_any_running(const struct asked *asked, int count)
{
	for (int i = 0; i < count; i++)
		if (asked[i].round.is_running)
			return true;
	return false;
}

static void cancel_all(struct asked *asked, int count)
{
	for (int i = 0; i < count; i++)
		round_cancel(&asked[i].round);
}

void collector_stop(struct collector *collector)
{
	if (collector == NULL)
		return;
	const struct fleet *fleet = collector->fleet;
	collector->is_paused = true;
	timer_stop(collector->timer);
	event_unsubscribe(fleet->bus, session_changed, collector);
	cancel_all(collector->servers, fleet->server_count);
	cancel_all(collector->databases, fleet->database_count);
	cancel_all(collector->poolers, fleet->pooler_count);
	while (is_any_running(collector->servers, fleet->server_count) || is_any_running(collector->databases, fleet->database_count) ||
		is_any_running(collector->poolers, fleet->pooler_count))
		loop_turn(fleet->loop, true);
	mem_free(collector->servers);
	mem_free(collector->databases);
	mem_free(collector->poolers);
	mem_free(collector);
}

void collector_set_refresh(struct collector *collector, int refresh_ms)
{
	timer_stop(collector->timer);
	collector->refresh_ms = refresh_ms;
	collector->timer = timer_start(collector->fleet->loop, refresh_ms, refresh_ms, tick, collector);
}

void collector_watch(struct collector *collector, const enum fact *facts)
{
	memset(collector->is_watched, 0, sizeof collector->is_watched);
	for (; *facts != FACT_COUNT; facts++)
		collector->is_watched[*facts] = true;
}

void collector_pause(struct collector *collector, bool is_paused)
{
	collector->is_paused = is_paused;
}

void collector_focus(struct collector *collector, struct database *database)
{
	struct asked *old = collector->focus != NULL ? asked_of(collector, collector->focus) : NULL;
	if (collector->focus == database)
		return;
	collector->focus = database;
	/* The old one's session is closed when it is idle; a round under way closes it at its end. */
	if (old != NULL && old->round.is_running)
		old->round.is_closing = true;
	else if (old != NULL)
		round_close(&old->round);
	if (database != NULL && !collector->is_paused)
		ask_databases(collector);
}

void collector_see(struct collector *collector, bool is_seen)
{
	if (collector->is_unseen == !is_seen)
		return;
	collector->is_unseen = !is_seen;
	if (is_seen && !collector->is_paused)
		ask_databases(collector);
}

void collector_ask_now(struct collector *collector, struct database *database)
{
	for (int i = 0; i < collector->fleet->database_count; i++) {
		struct asked *asked = &collector->databases[i];
		if (database != NULL && collector->fleet->databases[i] != database)
			continue;
		asked->last_pass_ms = 0;
		collector->fleet->databases[i]->tables_seen.taken_us = 0;
		for (int fact = 0; fact < FACT_COUNT; fact++)
			asked->last_ms[fact] = 0;
	}
	for (int i = 0; i < collector->fleet->server_count; i++)
		for (int fact = 0; fact < FACT_COUNT; fact++)
			collector->servers[i].last_ms[fact] = 0;
	tick(collector);
}
