/* Each question has a thread of its own. libuv's pool has four, so that four names whose servers are
 * dead would hold up all others, and it is joined at exit: quitting would wait for the dead ones. */
#include "pgtend/loop/resolve.h"

#include <netdb.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>

#include "loop_private.h"
#include "pgtend/core/mem.h"
#include "pgtend/core/text.h"

enum { STACK_BYTES = 256 * 1024 };

/* Shared by the loop and the threads; the last one out frees it. */
struct resolve_hub {
	struct handle_owner owner;
	uv_async_t async;
	pthread_mutex_t mutex;
	bool is_left; /* the loop is gone: answers go nowhere */
	int users;    /* the loop and the running threads */
	struct resolve *answered;
};

struct resolve {
	struct resolve_hub *hub;
	struct loop *loop;
	struct resolve *next; /* among the answered */
	char *host;
	struct addrinfo *found; /* NULL: failed with `status` */
	int status;
	resolve_fn fn; /* NULL: cancelled */
	void *arg;
};

static void resolve_free(struct resolve *resolve)
{
	if (resolve->found)
		freeaddrinfo(resolve->found);
	mem_free(resolve->host);
	mem_free(resolve);
}

/* With the mutex held, which it gives back. */
static void hub_leave(struct resolve_hub *hub)
{
	bool is_last = --hub->users == 0;

	pthread_mutex_unlock(&hub->mutex);
	if (is_last) {
		pthread_mutex_destroy(&hub->mutex);
		mem_free(hub);
	}
}

static int look_up(const char *host, int flags, struct addrinfo **found)
{
	struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM, .ai_flags = flags};

	return getaddrinfo(host, NULL, &hints, found);
}

static void *resolve_main(void *arg)
{
	struct resolve *resolve = arg;
	struct resolve_hub *hub = resolve->hub;

	resolve->status = look_up(resolve->host, 0, &resolve->found);
	pthread_mutex_lock(&hub->mutex);
	if (hub->is_left) {
		resolve_free(resolve);
	} else {
		resolve->next = hub->answered;
		hub->answered = resolve;
		uv_async_send(&hub->async);
	}
	hub_leave(hub);
	return NULL;
}

/* On the loop: calls back and frees. */
static void answer(void *arg)
{
	struct resolve *resolve = arg;
	struct words addresses = {0};
	struct err err = {0};
	char numeric[NI_MAXHOST];

	for (struct addrinfo *at = resolve->found; at; at = at->ai_next)
		if (getnameinfo(at->ai_addr, at->ai_addrlen, numeric, sizeof numeric, NULL, 0, NI_NUMERICHOST) == 0 &&
		    !words_has(&addresses, numeric))
			words_add(&addresses, numeric);
	if (resolve->fn && addresses.count > 0) {
		words_take(&addresses, NULL);
		resolve->fn((const char *const *)addresses.v, &err, resolve->arg);
	} else if (resolve->fn) {
		err_set(&err, ERR_UNREACHABLE, "%s: %s", resolve->host,
		        resolve->status ? gai_strerror(resolve->status) : "has no address");
		resolve->fn(NULL, &err, resolve->arg);
	}
	words_done(&addresses);
	resolve_free(resolve);
}

static void hub_told(uv_async_t *async)
{
	struct resolve_hub *hub = async->data;

	pthread_mutex_lock(&hub->mutex);
	struct resolve *answered = hub->answered;

	hub->answered = NULL;
	pthread_mutex_unlock(&hub->mutex);
	while (answered) {
		struct resolve *next = answered->next;

		answer(answered);
		answered = next;
	}
}

static void hub_closed(uv_handle_t *handle)
{
	struct resolve_hub *hub = handle->data;

	pthread_mutex_lock(&hub->mutex);
	hub_leave(hub);
}

static struct resolve_hub *hub_of(struct loop *loop)
{
	struct resolve_hub *hub = loop->resolve_hub;

	if (hub)
		return hub;
	hub = MEM_NEW(struct resolve_hub);
	hub->owner.closed = hub_closed;
	hub->users = 1;
	pthread_mutex_init(&hub->mutex, NULL);
	if (uv_async_init(&loop->uv, &hub->async, hub_told) < 0)
		mem_die("the event loop: cannot be told of resolved names");
	hub->async.data = hub;
	loop->resolve_hub = hub;
	return hub;
}

void resolve_hub_leave(struct loop *loop)
{
	struct resolve_hub *hub = loop->resolve_hub;

	if (!hub)
		return;
	loop->resolve_hub = NULL;
	pthread_mutex_lock(&hub->mutex);
	hub->is_left = true;
	while (hub->answered) {
		struct resolve *next = hub->answered->next;

		resolve_free(hub->answered);
		hub->answered = next;
	}
	pthread_mutex_unlock(&hub->mutex);
	handle_close((uv_handle_t *)&hub->async);
}

static void start_thread(struct resolve *resolve)
{
	pthread_attr_t attributes;
	pthread_t thread;
	sigset_t all;
	sigset_t before;

	pthread_mutex_lock(&resolve->hub->mutex);
	resolve->hub->users++;
	pthread_mutex_unlock(&resolve->hub->mutex);
	pthread_attr_init(&attributes);
	pthread_attr_setstacksize(&attributes, STACK_BYTES);
	pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	int status = pthread_create(&thread, &attributes, resolve_main, resolve);

	pthread_sigmask(SIG_SETMASK, &before, NULL);
	pthread_attr_destroy(&attributes);
	if (status != 0)
		mem_die("a name cannot be resolved: no thread can be started");
}

struct resolve *resolve_start(struct loop *loop, const char *host, resolve_fn fn, void *arg)
{
	struct resolve *resolve = MEM_NEW(struct resolve);

	resolve->loop = loop;
	resolve->hub = hub_of(loop);
	resolve->host = mem_copy(host);
	resolve->fn = fn;
	resolve->arg = arg;
	/* a number needs no name server and no thread */
	if (look_up(host, AI_NUMERICHOST, &resolve->found) == 0)
		loop_defer(loop, answer, resolve);
	else
		start_thread(resolve);
	return resolve;
}

void resolve_cancel(struct resolve *resolve)
{
	resolve->fn = NULL;
}
