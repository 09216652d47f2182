/* sandbox up: from nothing, or from whatever still stands, to five databases that answer. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "internal.h"
#include "pgtend/core/mem.h"
#include "pgtend/core/places.h"
#include "pgtend/core/units.h"
#include "status.h"

static const int64_t TEND_AFTER_US = 6 * 3600 * INT64_C(1000000);

/* wanted 0: any. 0: none to be had. */
static int free_port(int wanted)
{
	struct sockaddr_in address = {
	    .sin_family = AF_INET, .sin_port = htons((uint16_t)wanted), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t length = sizeof address;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), yes = 1, port = 0;
	/* as the servers do: what lingers of an earlier connection does not matter */
	if (fd >= 0 && setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) == 0 &&
	    bind(fd, (struct sockaddr *)&address, sizeof address) == 0 &&
	    getsockname(fd, (struct sockaddr *)&address, &length) == 0)
		port = ntohs(address.sin_port);
	if (fd >= 0)
		close(fd);
	return port;
}

static bool choose_port(const struct place *place, const char *server, int *port, bool *has_changed, struct err *err)
{
	if (*port != 0 && (process_is_running(place, server) || free_port(*port) != 0))
		return true;
	*port = free_port(0);
	*has_changed = true;
	return *port != 0 || err_set(err, ERR_FAILED, "no free port on 127.0.0.1");
}

static bool choose_ports(struct place *place, bool *has_changed, struct err *err)
{
	bool has_moved = false;
	if (!choose_port(place, "postgres", &place->cluster_port, &has_moved, err))
		return false;
	/* PgBouncer knows the address from its start */
	if (has_moved && !pooler_down(place, err))
		return false;
	*has_changed = has_moved;
	if (!choose_port(place, "pgbouncer", &place->pooler_port, has_changed, err))
		return false;
	if (place->tracking_port == 0)
		do
			place->tracking_port = free_port(0);
		while (place->tracking_port == place->cluster_port || place->tracking_port == place->pooler_port);
	return place->tracking_port != 0 && place_save(place, err);
}

static bool copy_schema(const struct place *place, const char *program, struct err *err)
{
	static const char *const folders[] = {"migrations", "seeds"};
	bool is_ok = true;
	for (size_t i = 0; is_ok && i < sizeof folders / sizeof *folders; i++) {
		char *from = places_share(program, folders[i]), *to = place_path(place, folders[i]);
		is_ok = share_copy_tree(from, to, err);
		mem_free(from);
		mem_free(to);
	}
	return is_ok;
}

static bool bring_up(struct place *place, const char *program, struct err *err)
{
	bool has_changed = false;
	if (!copy_schema(place, program, err) || !choose_ports(place, &has_changed, err))
		return false;
	bool may_be_native = !place->is_filled && cluster_may_have_timescaledb(place);
	/* node needs two seconds: it may have them while PostgreSQL is made and starts, where it is certain to be needed */
	if (!place->is_native && !may_be_native && !pglite_start(place, program, err))
		return false;
	if (!cluster_up(place, err) || (may_be_native && !cluster_learn_timescaledb(place, err)))
		return false;
	if (!place->is_native && !pglite_start(place, program, err))
		return false;
	char *ini = place_path(place, "pgtend.ini");
	bool is_ok = pooler_up(place, err) && ((!has_changed && access(ini, F_OK) == 0) || files_write_ini(place, err));
	mem_free(ini);
	is_ok = is_ok && place_save(place, err) && (place->is_native || pglite_ready_wait(place, err));
	if (!is_ok)
		return false;
	if (!place->is_filled)
		return fill_all(place, program, err);
	if (!place->is_native && !place->is_lite_filled && !fill_tracking(place, program, err))
		return false;
	/* nobody runs policies and backups here but us: a fleet of yesterday would come up late */
	return units_now_us() - place->tended_us < TEND_AFTER_US || fill_tend(place, program, err);
}

bool sandbox_up(struct loop *loop, const char *folder, const char *program, struct report *report, struct err *err)
{
	struct place place;
	bool is_ok = place_open(&place, loop, folder, PLACE_MAKING, report, err) && bring_up(&place, program, err);
	if (is_ok) {
		is_ok = status_rows(&place, err);
		report_summary(report, "five databases are up in %s", place.folder);
		report_hint(report, "pgtend -c %s/pgtend.ini", place.folder);
	} else if (err->hint[0] == '\0' && place.lock_fd >= 0) {
		err_hint(err, "what was started runs on: up again goes on from there, down ends it; the logs are in %s/log",
		    place.folder);
	}
	place_close(&place);
	return is_ok;
}
