# A private PostgreSQL cluster for one suite: Unix socket and a free loopback port, trust inside, ended by its own id.
# pg_start [NAME [SETTING...]] sets PGS_SOCKET, PGS_PORT, PGS_DATA, PGS_PID; pg_sql DB SQL asks it; pg_stop ends it.
pg_bin=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1)
pg_server=$pg_bin # whose server it is; clients are always pg_bin's
pg_user=
[ "$(id -u)" -eq 0 ] && pg_user=postgres
pg_as() { if [ -n "$pg_user" ]; then setpriv --reuid="$pg_user" --regid="$pg_user" --clear-groups "$@"; else "$@"; fi; }
# Below the ports that the system gives to clients: one of those may be taken by any connection before the server listens.
free_port() {
	python3 -c '
import random, socket
for port in random.sample(range(15000, 32000), 100) + [0]:
    try:
        with socket.socket() as s:
            s.bind(("127.0.0.1", port))
            print(s.getsockname()[1])
            break
    except OSError:
        pass'
}

pg_start() {
	local name=${1:-main}
	[ $# -gt 0 ] && shift
	PGS_DATA="$PGTEND_SCRATCH/$name"
	PGS_SOCKET=$(mktemp -d /tmp/pgt.XXXXXX)
	mkdir -p "$PGS_DATA"
	[ -z "$pg_user" ] || chown "$pg_user" "$PGS_DATA" "$PGS_SOCKET"
	(cd / && pg_as "$pg_server/initdb" -D "$PGS_DATA" -U postgres -A trust -E UTF8 --locale=C.UTF-8 -N) > "$PGTEND_SCRATCH/$name.initdb" 2>&1 || return 1
	PGS_PORT=$(free_port)
	pg_run "$name" "$@"
}
# pg_run NAME [SETTING...]: starts the cluster that stands in PGS_DATA (again).
pg_run() {
	local name=$1 args=() s
	shift
	for s in "$@"; do args+=(-c "$s"); done
	(cd / && exec setsid $( [ -n "$pg_user" ] && echo setpriv --reuid=$pg_user --regid=$pg_user --clear-groups ) "$pg_server/postgres" -D "$PGS_DATA" -p "$PGS_PORT" -k "$PGS_SOCKET" \
		-c listen_addresses=127.0.0.1 -c fsync=off -c shared_buffers=32MB -c timezone=UTC "${args[@]}") > "$PGTEND_SCRATCH/$name.log" 2>&1 &
	PGS_PID=$!
	wait_until 90 "$pg_bin/pg_isready" -q -h "$PGS_SOCKET" -p "$PGS_PORT" -U postgres
}
pg_sql() { PGOPTIONS= "$pg_bin/psql" -X -q -A -t -v ON_ERROR_STOP=1 -h "$PGS_SOCKET" -p "$PGS_PORT" -U postgres -d "$1" -c "$2"; }
pg_stop() {
	[ -n "${PGS_PID:-}" ] || return 0
	kill -INT "$PGS_PID" 2>/dev/null
	wait "$PGS_PID" 2>/dev/null
	PGS_PID=
	rm -rf "$PGS_SOCKET"
}
