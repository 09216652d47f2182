# TimescaleDB's community features for one suite: PGlite in node behind PgBouncer with one connection, as in the sandbox.
# Source tap.sh and postgres.sh first. lite_start sets LITE_HOST (folder of the socket), LITE_PORT; lite_sql SQL asks it; lite_stop ends both by their ids.
# The npm tree is the sandbox's own, in the cache under the hash of what it is made of.
lite_cache() {
	local cache="${XDG_CACHE_HOME:-$HOME/.cache}/pgtend/npm"
	# as root the servers run as another user, who must be able to read it
	if [ -n "$pg_user" ] && ! { mkdir -p "$cache" && pg_as test -x "$cache"; } 2>/dev/null; then cache=/var/cache/pgtend/npm; fi
	mkdir -p "$cache"
	printf '%s' "$cache"
}
# lite_tree NAME: prints the folder of the npm tree of sandbox/NAME, made when it is not there.
lite_tree() {
	local source="$PGTEND_SOURCE/sandbox/$1" files=() f tree part
	for f in package.json package-lock.json server.mjs; do [ -f "$source/$f" ] && files+=("$source/$f"); done
	tree="$(lite_cache)/$1-$(cat "${files[@]}" | sha256sum | cut -c1-16)"
	if [ ! -d "$tree" ]; then
		part=$(mktemp -d "$tree.XXXXXX") && chmod 755 "$part" && cp "${files[@]}" "$part" && chmod 644 "$part"/* &&
			(cd "$part" && umask 022 && npm ci --omit=peer --ignore-scripts --no-audit --no-fund --loglevel=error) >&2 || return 1
		mv -T "$part" "$tree" 2>/dev/null || rm -rf "$part"
	fi
	printf '%s' "$tree"
}
# A node of version 20 or newer: the system's, else npm's.
lite_node() {
	local major
	major=$(node --version 2>/dev/null | sed 's/^v\([0-9]*\).*/\1/')
	if [ "${major:-0}" -ge 20 ]; then command -v node; else echo "$(lite_tree node)"/node_modules/node-linux-*/bin/node; fi
}

lite_start() {
	local tree node folder="$PGTEND_SCRATCH/lite" drop=()
	node=$(lite_node) && tree=$(lite_tree pglite) || return 1
	[ -n "$pg_user" ] && drop=(setpriv "--reuid=$pg_user" "--regid=$pg_user" --clear-groups)
	LITE_HOST=$(mktemp -d /tmp/pgl.XXXXXX)
	LITE_PORT=$(free_port)
	mkdir -p "$folder"
	cat > "$folder/pgbouncer.ini" <<-E
		[databases]
		* = host=$LITE_HOST port=1 user=postgres dbname=template1 pool_size=1
		[pgbouncer]
		listen_addr =
		listen_port = $LITE_PORT
		unix_socket_dir = $LITE_HOST
		auth_type = any
		admin_users = postgres
		pool_mode = transaction
		query_wait_timeout = 30
		server_login_retry = 1
		server_tls_sslmode = disable
		server_lifetime = 31536000
		server_idle_timeout = 0
		ignore_startup_parameters = extra_float_digits
	E
	[ -z "$pg_user" ] || chown "$pg_user" "$LITE_HOST" "$folder/pgbouncer.ini"
	(cd / && exec setsid "${drop[@]}" "$node" "$tree/server.mjs" "$LITE_HOST/.s.PGSQL.1") > "$folder/node.log" 2>&1 &
	LITE_NODE_PID=$!
	(cd / && PATH="$PATH:/usr/sbin" exec setsid "${drop[@]}" pgbouncer "$folder/pgbouncer.ini") > "$folder/pgbouncer.log" 2>&1 &
	LITE_BOUNCER_PID=$!
	wait_until 60 test -S "$LITE_HOST/.s.PGSQL.1" && wait_until 60 lite_sql 'SELECT 1' && return 0
	tail -n 5 "$folder/node.log" "$folder/pgbouncer.log" >&2
	lite_stop
	return 1
}
lite_sql() { PGOPTIONS= "$pg_bin/psql" -X -q -A -t -v ON_ERROR_STOP=1 "host=$LITE_HOST port=$LITE_PORT user=postgres dbname=${2:-atriz_tracking} sslmode=disable" -c "$1"; }
lite_stop() {
	local pid
	for pid in ${LITE_BOUNCER_PID:-} ${LITE_NODE_PID:-}; do
		kill -TERM "$pid" 2>/dev/null
		wait "$pid" 2>/dev/null
	done
	LITE_BOUNCER_PID= LITE_NODE_PID=
	rm -rf "${LITE_HOST:-}"
}
