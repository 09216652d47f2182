#include "pgtend/core/event.h"

#include <stdbool.h>
#include <stddef.h>

#include "pgtend/core/mem.h"

struct listener {
	event_fn fn; /* NULL: gone, swept when nobody emits */
	void *arg;
};

struct event_bus {
	struct listener *listeners;
	size_t count;
	int emitting; /* depth: a listener may emit, subscribe and unsubscribe */
	bool has_gone;
};

struct event_bus *event_bus_new(void)
{
	return MEM_NEW(struct event_bus);
}

void event_bus_free(struct event_bus *bus)
{
	if (!bus)
		return;
	mem_free(bus->listeners);
	mem_free(bus);
}

void event_subscribe(struct event_bus *bus, event_fn fn, void *arg)
{
	bus->listeners = mem_grow(bus->listeners, bus->count + 1, sizeof *bus->listeners);
	bus->listeners[bus->count++] = (struct listener){fn, arg};
}

static void sweep(struct event_bus *bus)
{
	size_t kept = 0;

	for (size_t i = 0; i < bus->count; i++)
		if (bus->listeners[i].fn)
			bus->listeners[kept++] = bus->listeners[i];
	bus->count = kept;
	bus->has_gone = false;
}

void event_unsubscribe(struct event_bus *bus, event_fn fn, void *arg)
{
	for (size_t i = 0; i < bus->count; i++) {
		if (bus->listeners[i].fn == fn && bus->listeners[i].arg == arg) {
			bus->listeners[i].fn = NULL;
			bus->has_gone = true;
			break;
		}
	}
	if (bus->has_gone && bus->emitting == 0)
		sweep(bus);
}

void event_emit(struct event_bus *bus, enum event_kind kind, const void *subject, const char *text)
{
	if (!bus)
		return;
	struct event event = {kind, subject, text};
	size_t count = bus->count; /* who subscribes meanwhile hears the next one */

	bus->emitting++;
	for (size_t i = 0; i < count; i++) {
		struct listener listener = bus->listeners[i];

		if (listener.fn)
			listener.fn(&event, listener.arg);
	}
	bus->emitting--;
	if (bus->has_gone && bus->emitting == 0)
		sweep(bus);
}
