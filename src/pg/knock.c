/* pg/knock.c - see pgtend/pg/knock.h. */
#include "pgtend/pg/knock.h"

#include <errno.h>
#include <netdb.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "pgtend/core/mem.h"
#include "pgtend/core/text.h"
#include "pgtend/core/units.h"
#include "pgtend/loop/task.h"
#include "session_private.h"

/* SSLRequest of the protocol: its length, then 1234 and 5679. */
static const unsigned char tls_request[] = {0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f};

struct place {
	struct sockaddr_storage address;
	socklen_t length;
};

struct waiting {
	struct task *task;
	int events;
	bool is_late;
};

static bool unix_place(const char *folder, const char *port, struct place *place, struct err *err)
{
	struct sockaddr_un name = {.sun_family = AF_UNIX};
	char *path = mem_format("%s/.s.PGSQL.%s", folder, port);
	size_t length = strlen(path);

	if (length >= sizeof name.sun_path) {
		err_set(err, ERR_FAILED, "%s is too long a name for a Unix socket", path);
		mem_free(path);
		return false;
	}
	memcpy(name.sun_path, path, length);
	mem_free(path);
	if (name.sun_path[0] == '@')
		name.sun_path[0] = '\0';
	memcpy(&place->address, &name, sizeof name);
	place->length = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length + (folder[0] == '/'));
	return true;
}

static bool find_place(const char *address, const char *port, struct place *place, struct err *err)
{
	struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV}, *found = NULL;

	*place = (struct place){0};
	if (address[0] == '/' || address[0] == '@')
		return unix_place(address, port, place, err);
	int status = getaddrinfo(address, port, &hints, &found);

	if (status != 0)
		return err_set(err, ERR_FAILED, "%s port %s is no address: %s", address, port, gai_strerror(status));
	memcpy(&place->address, found->ai_addr, found->ai_addrlen);
	place->length = found->ai_addrlen;
	freeaddrinfo(found);
	return true;
}

/* --- waiting ----------------------------------------------------------------------------------- */

static void on_events(int events, void *arg)
{
	struct waiting *waiting = arg;

	waiting->events |= events;
	task_wake(waiting->task);
}

static void on_late(void *arg)
{
	struct waiting *waiting = arg;

	waiting->is_late = true;
	task_wake(waiting->task);
}

/* Until the watch says one of these, the time is over, or the task is cancelled. */
static bool wait_for(struct watch *watch, struct waiting *waiting, int events)
{
	waiting->events = 0;
	watch_want(watch, events);
	while (!waiting->events && !waiting->is_late && !task_is_cancelled())
		task_wait();
	/* libuv has ended a watch that reports an error; the socket itself tells which */
	if (!(waiting->events & WATCH_BROKEN))
		watch_want(watch, 0);
	return waiting->events != 0;
}

/* --- what came of it --------------------------------------------------------------------------- */

static enum knock_answer answer_of(int number, struct knock *knock)
{
	switch (number) {
	case ECONNREFUSED: return KNOCK_REFUSED;
	case ENOENT:
	case ENOTDIR: return KNOCK_NO_SOCKET;
	case EACCES:
	case EPERM: return KNOCK_DENIED;
	case EAGAIN: return KNOCK_FULL;
	case ETIMEDOUT: return KNOCK_LOST;
	case ECONNRESET:
	case EPIPE: return KNOCK_CLOSED;
	default: break;
	}
	strncpy(knock->words, strerror(number), sizeof knock->words - 1);
	return KNOCK_UNREACHABLE;
}

/* An old server, or one without room, answers the question with its error message: E, a length, fields. */
static bool is_server_error(const char *bytes, size_t length)
{
	return length >= 6 && bytes[0] == 'E' && bytes[1] == 0 && bytes[2] == 0;
}

static enum knock_answer read_answer(const char *bytes, size_t length, struct knock *knock)
{
	if (length == 0)
		return KNOCK_CLOSED;
	if ((length == 1 && (bytes[0] == 'S' || bytes[0] == 'N')) || is_server_error(bytes, length)) {
		knock->has_tls = bytes[0] == 'S';
		return KNOCK_SERVER;
	}
	char *copy = mem_copy_n(bytes, length), *visible;

	copy[strcspn(copy, "\r\n")] = '\0';
	visible = text_visible(copy);
	for (size_t cut = sizeof knock->words - 1; cut > 0; cut--) {
		/* not in the middle of a character */
		if (cut < strlen(visible) && ((unsigned char)visible[cut] & 0xC0) == 0x80)
			continue;
		strncpy(knock->words, visible, cut);
		break;
	}
	mem_free(copy);
	mem_free(visible);
	return KNOCK_FOREIGN;
}

static enum knock_answer ask_for_tls(int fd, struct watch *watch, struct waiting *waiting, struct knock *knock)
{
	char bytes[256];

	if (send(fd, tls_request, sizeof tls_request, MSG_NOSIGNAL) != (ssize_t)sizeof tls_request)
		return answer_of(errno, knock);
	if (!wait_for(watch, waiting, WATCH_READ))
		return KNOCK_MUTE;
	ssize_t length = recv(fd, bytes, sizeof bytes, 0);

	return length < 0 ? answer_of(errno, knock) : read_answer(bytes, (size_t)length, knock);
}

/* As far as the certificate: nothing is verified, nothing is sent that anybody could want. */
static void read_certificate(SSL *ssl, struct watch *watch, struct waiting *waiting, struct knock *knock)
{
	for (int status = SSL_connect(ssl); status != 1; status = SSL_connect(ssl)) {
		int wanted = SSL_get_error(ssl, status);

		if (wanted != SSL_ERROR_WANT_READ && wanted != SSL_ERROR_WANT_WRITE)
			break;
		if (!wait_for(watch, waiting, wanted == SSL_ERROR_WANT_READ ? WATCH_READ : WATCH_WRITE))
			break;
	}
	X509 *certificate = SSL_get1_peer_certificate(ssl);

	if (!certificate)
		return;
	knock->valid_from_us = tls_time_us(X509_get0_notBefore(certificate));
	knock->valid_until_us = tls_time_us(X509_get0_notAfter(certificate));
	X509_free(certificate);
}

static void shake_hands(int fd, struct watch *watch, struct waiting *waiting, struct knock *knock)
{
	SSL_CTX *context = SSL_CTX_new(TLS_client_method());
	SSL *ssl = context ? SSL_new(context) : NULL;

	if (ssl && SSL_set_fd(ssl, fd) == 1)
		read_certificate(ssl, watch, waiting, knock);
	SSL_free(ssl);
	SSL_CTX_free(context);
	ERR_clear_error();
}

static enum knock_answer knock_at(int fd, const struct place *place, struct watch *watch, struct waiting *waiting, struct knock *knock)
{
	int64_t started_us = units_now_us();
	int number = 0;
	socklen_t size = sizeof number;
	bool is_open = connect(fd, (const struct sockaddr *)&place->address, place->length) == 0;

	if (!is_open && errno != EINPROGRESS)
		return answer_of(errno, knock);
	if (!is_open && !wait_for(watch, waiting, WATCH_WRITE))
		return KNOCK_LOST;
	knock->took_ms = (double)(units_now_us() - started_us) / 1000.0;
	if (!is_open && getsockopt(fd, SOL_SOCKET, SO_ERROR, &number, &size) == 0 && number != 0)
		return answer_of(number, knock);
	return ask_for_tls(fd, watch, waiting, knock);
}

static bool visit(struct loop *loop, const char *address, const char *port, int deadline_ms, bool with_certificate, struct knock *knock, struct err *err)
{
	struct place place;
	struct waiting waiting = {.task = task_self()};

	*knock = (struct knock){0};
	if (!find_place(address, port, &place, err))
		return false;
	int fd = socket(place.address.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return err_set(err, ERR_FAILED, "no socket for %s: %s", address, strerror(errno));
	struct watch *watch = watch_open(loop, fd, on_events, &waiting);

	if (!watch)
		return err_set(err, ERR_FAILED, "the socket for %s cannot be watched", address);
	struct timer *timer = timer_start(loop, deadline_ms, 0, on_late, &waiting);

	knock->answer = knock_at(fd, &place, watch, &waiting, knock);
	if (with_certificate && knock->has_tls)
		shake_hands(fd, watch, &waiting, knock);
	timer_stop(timer);
	watch_close(watch);
	return task_is_cancelled() ? err_set(err, ERR_CANCELLED, "cancelled") : true;
}

bool knock_wait(struct loop *loop, const char *address, const char *port, int deadline_ms, struct knock *knock, struct err *err)
{
	return visit(loop, address, port, deadline_ms, false, knock, err);
}

bool knock_certificate_wait(struct loop *loop, const char *address, const char *port, int deadline_ms, struct knock *knock, struct err *err)
{
	return visit(loop, address, port, deadline_ms, true, knock, err);
}
