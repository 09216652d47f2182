# A private PgBouncer in front of a cluster of tests/lib/postgres.sh (source that first): transaction pooling, a free port, ended by its own id.
# bouncer_start [SETTING...] sets BOUNCER_PORT, BOUNCER_PID. Everybody is let in and is an administrator (auth_type any as user postgres).
# Every database of the cluster is reachable under its name; `pgbouncer` is the admin console. A SETTING is a line of [pgbouncer].
bouncer_start() {
	local folder=$PGTEND_SCRATCH/bouncer line bouncer
	# Debian puts it where only root looks
	bouncer=$(PATH="$PATH:/usr/sbin:/sbin" command -v pgbouncer) || return 1
	mkdir -p "$folder"
	BOUNCER_PORT=$(free_port)
	{
		printf '[databases]\n* = host=%s port=%s user=postgres\n[pgbouncer]\n' "$PGS_SOCKET" "$PGS_PORT"
		printf 'listen_addr = 127.0.0.1\nlisten_port = %s\nunix_socket_dir =\nauth_type = any\npool_mode = transaction\n' "$BOUNCER_PORT"
		printf 'default_pool_size = 2\nlogfile = %s/log\npidfile =\nadmin_users = postgres\n' "$folder"
		for line in "$@"; do printf '%s\n' "$line"; done
	} > "$folder/pgbouncer.ini"
	# like the server it refuses to run as root
	[ -z "$pg_user" ] || chown -R "$pg_user" "$folder"
	(cd / && exec setsid $( [ -n "$pg_user" ] && echo setpriv --reuid=$pg_user --regid=$pg_user --clear-groups ) "$bouncer" -q "$folder/pgbouncer.ini") > "$folder/out" 2>&1 &
	BOUNCER_PID=$!
	wait_until 60 "$pg_bin/psql" -X -q -h 127.0.0.1 -p "$BOUNCER_PORT" -U postgres -d pgbouncer -c 'show version'
}
bouncer_stop() {
	[ -n "${BOUNCER_PID:-}" ] || return 0
	kill -TERM "$BOUNCER_PID" 2>/dev/null
	wait "$BOUNCER_PID" 2>/dev/null
	BOUNCER_PID=
}
