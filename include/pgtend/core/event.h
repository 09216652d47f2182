/* core/event.h - news that goes up. A lower floor says what happened; who listens, it does not know. */
#ifndef PGTEND_CORE_EVENT_H
#define PGTEND_CORE_EVENT_H

enum event_kind {
	EVENT_FACTS,    /* subject: struct database, struct server or struct pooler: new facts or a new state */
	EVENT_SESSION,  /* subject: struct session: changed its state */
	EVENT_JOB,      /* subject: struct job: progress, log line, end */
	EVENT_NOTICE,   /* subject: NULL: a line for the status bar in `text` */
	EVENT_KIND_COUNT,
};

struct event {
	enum event_kind kind;
	const void *subject; /* borrowed, for the time of the call */
	const char *text;    /* borrowed; may be NULL */
};

struct event_bus; /* opaque; one a process, handed to those who emit */
typedef void (*event_fn)(const struct event *event, void *arg);

struct event_bus *event_bus_new(void);
void event_bus_free(struct event_bus *bus);
void event_subscribe(struct event_bus *bus, event_fn fn, void *arg);
void event_unsubscribe(struct event_bus *bus, event_fn fn, void *arg);
/* A NULL bus is nobody listening. Listeners must not free the subject. */
void event_emit(struct event_bus *bus, enum event_kind kind, const void *subject, const char *text);

#endif
