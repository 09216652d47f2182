# PostgreSQL 17 with TimescaleDB's Apache edition, pgvector and pgBackRest, of which Debian 12 has none: Debian 13's packages in a root of their
# own, made once by mmdebstrap (about 30 s, 530 MB) and kept in the cache under the hash of what it is made of. Needs root: chroot.
# Source tap.sh and postgres.sh first. trixie_start [NAME [SETTING...]] sets TRX_ROOT, TRX_PORT (127.0.0.1, user postgres, trust), TRX_PID, TRX_LOG;
# trixie_sql DB SQL asks it; trixie_run PROGRAM ARGS... runs a program of the root; trixie_stop ends it. trixie_why says why there is none.
trixie_packages="postgresql-17 postgresql-17-timescaledb postgresql-17-pgvector pgbackrest"
trixie_why=

trixie_root() {
	local cache=/var/cache/pgtend/roots root part
	[ "$(id -u)" -eq 0 ] || { trixie_why="chroot needs root"; return 1; }
	command -v mmdebstrap > /dev/null || { trixie_why="mmdebstrap is not installed"; return 1; }
	root="$cache/trixie-$(cat "$PGTEND_SOURCE/tools/debian-root" <(echo "$trixie_packages") | sha256sum | cut -c1-16)"
	if [ ! -d "$root" ]; then
		mkdir -p "$cache" && part=$(mktemp -d "$root.XXXXXX") && chmod 755 "$part" || { trixie_why="$cache cannot be written"; return 1; }
		# shellcheck disable=SC2086
		if ! "$PGTEND_SOURCE/tools/debian-root" trixie "$part" $trixie_packages >&2 || ! chroot "$part" "$trixie_bin/postgres" --version >&2; then
			rm -rf --one-file-system "$part"
			trixie_why="mmdebstrap did not make a root of Debian 13"
			return 1
		fi
		# made elsewhere without the right to make devices, these are files: good enough for what a server does with them
		chmod 666 "$part/dev/null"
		mv -T "$part" "$root" 2> /dev/null || rm -rf --one-file-system "$part"
	fi
	TRX_ROOT=$root
}
trixie_bin=/usr/lib/postgresql/17/bin

trixie_start() {
	local name=${1:-trixie} args=() s
	[ $# -gt 0 ] && shift
	for s in "$@"; do args+=(-c "$s"); done
	trixie_root || return 1
	TRX_DATA=$(mktemp -d "$TRX_ROOT/tmp/pgtend.XXXXXX")
	TRX_LOG="$PGTEND_SCRATCH/$name.log"
	chroot "$TRX_ROOT" chown postgres "${TRX_DATA#"$TRX_ROOT"}"
	trixie_run "$trixie_bin/initdb" -D "${TRX_DATA#"$TRX_ROOT"}" -U postgres -A trust -E UTF8 --locale=C.UTF-8 -N > "$TRX_LOG" 2>&1 ||
		{ trixie_why="initdb failed, see $TRX_LOG"; return 1; }
	TRX_PORT=$(free_port)
	(cd / && exec setsid chroot --userspec=postgres:postgres "$TRX_ROOT" "$trixie_bin/postgres" -D "${TRX_DATA#"$TRX_ROOT"}" -p "$TRX_PORT" -k '' \
		-c listen_addresses=127.0.0.1 -c fsync=off -c shared_buffers=32MB -c timezone=UTC -c dynamic_shared_memory_type=mmap \
		-c shared_preload_libraries=timescaledb -c timescaledb.telemetry_level=off "${args[@]}") > "$TRX_LOG" 2>&1 &
	TRX_PID=$!
	wait_until 90 "$pg_bin/pg_isready" -q -h 127.0.0.1 -p "$TRX_PORT" -U postgres && return 0
	trixie_why="the server did not start: $(tail -n 1 "$TRX_LOG")"
	trixie_stop
	return 1
}
trixie_run() { (cd / && chroot --userspec=postgres:postgres "$TRX_ROOT" /usr/bin/env -i PATH=/usr/bin:/bin LC_ALL=C.UTF-8 "$@"); }
trixie_sql() { PGOPTIONS= "$pg_bin/psql" -X -q -A -t -v ON_ERROR_STOP=1 -h 127.0.0.1 -p "$TRX_PORT" -U postgres -d "$1" -c "$2"; }
trixie_stop() {
	[ -z "${TRX_PID:-}" ] || { kill -INT "$TRX_PID" 2> /dev/null; wait "$TRX_PID" 2> /dev/null; }
	TRX_PID=
	[ -z "${TRX_DATA:-}" ] || rm -rf --one-file-system "$TRX_DATA"
	TRX_DATA=
}
