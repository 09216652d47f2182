# TimescaleDB's community features for one suite: PGlite, or a native server where PGTEND_TEST_TIMESCALE names one (a URI of a superuser; the suite makes a
# scratch database there and drops it). Source tap.sh, postgres.sh and pglite.sh first.
# ts_start sets TS_URL, TS_DB (the database's name in the connection), TS_KIND (pglite or native); ts_sql SQL asks it; ts_stop ends it or drops it.
# ts_quiet: no job runs by itself any more, as ever on PGlite; a policy is else run as soon as it is there.
# No job starts by itself there, but where TS_HAS_JOBS is set beforehand.
ts_start() {
	if [ -z "${PGTEND_TEST_TIMESCALE:-}" ]; then
		TS_KIND=pglite TS_DB=atriz_tracking
		lite_start || return 1
		TS_URL="postgresql://postgres@/atriz_tracking?host=$LITE_HOST&port=$LITE_PORT&sslmode=disable"
		return 0
	fi
	TS_KIND=native TS_DB="pgtend_test_$$"
	ts_ask "$PGTEND_TEST_TIMESCALE" "create database $TS_DB" || return 1
	TS_URL=$(python3 - "$PGTEND_TEST_TIMESCALE" "$TS_DB" <<-'E'
		import sys, urllib.parse
		parts = urllib.parse.urlsplit(sys.argv[1])
		print(urllib.parse.urlunsplit(parts._replace(path='/' + sys.argv[2], netloc=parts.netloc)).replace('postgresql:/' + sys.argv[2], 'postgresql:///' + sys.argv[2]))
	E
	)
	ts_sql "create extension timescaledb; alter database $TS_DB set timezone = 'UTC'" > /dev/null 2>&1 || return 1
	# else policies work away what a suite made for them, or not, as many workers as are free
	[ -n "${TS_HAS_JOBS:-}" ] || ts_sql "select _timescaledb_functions.stop_background_workers()" > /dev/null 2>&1
}
ts_ask() { PGOPTIONS= "$pg_bin/psql" -X -q -A -t -v ON_ERROR_STOP=1 "$1" -c "$2"; }
ts_sql() { ts_ask "$TS_URL" "$1"; }
ts_quiet() {
	[ "$TS_KIND" = pglite ] && return 0
	ts_sql "select _timescaledb_functions.stop_background_workers()" > /dev/null 2>&1 && wait_until 20 ts_is_quiet
}
ts_is_quiet() { [ "$(ts_sql "select count(*) from pg_stat_activity where datname = current_database() and backend_type like 'TimescaleDB%'")" = 0 ]; }
ts_stop() {
	case ${TS_KIND:-} in
	pglite) lite_stop ;;
	native) ts_ask "$PGTEND_TEST_TIMESCALE" "drop database if exists $TS_DB with (force)" ;;
	esac
	TS_KIND=
}
