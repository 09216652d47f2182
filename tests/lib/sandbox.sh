# The sandbox fleet that all suites of one run share: brought up by the first that asks, mended for each that asks later,
# taken away by tests/run. Who breaks things on purpose (down, kill) makes a sandbox of its own; who changes data puts them back.
# sandbox_use sets SB_DIR, SB_INI, SB_HOST, SB_PORT, SB_POOL_PORT; sb DATABASE SQL asks it by psql, DATABASE as in pgtend.ini.
: "${PGTEND_SANDBOX_DIR:=$PGTEND_SCRATCH/sandbox}"

sandbox_use() {
	sandbox_open "$PGTEND_SANDBOX_DIR"
}
# sandbox_open DIR: the same for a sandbox of one's own.
sandbox_open() {
	local out
	SB_DIR=$1
	SB_INI="$SB_DIR/pgtend.ini"
	out=$("$PGTEND" sandbox up --dir "$SB_DIR" 2>&1) || { printf '%s\n' "$out" | sed 's/^/# /'; return 1; }
	sandbox_read
}
sandbox_read() {
	SB_HOST=$(sandbox_value socket_folder)
	SB_PORT=$(sandbox_value cluster_port)
	SB_POOL_PORT=$(sandbox_value pooler_port)
}
sandbox_value() { sed -n "s/^ *\"$1\": \"\{0,1\}\([^\",]*\)\"\{0,1\},\{0,1\}\$/\1/p" "$SB_DIR/.pgtend-sandbox"; }
# sandbox_pid NAME: of a server or incident.
sandbox_pid() {
	python3 -c 'import json, sys; print(next((p["pid"] for p in json.load(open(sys.argv[1])) if p["name"] == sys.argv[2]), ""))' "$SB_DIR/processes.json" "$1"
}
sb() {
	local port=$SB_PORT name
	case $1 in
	core) name=atriz_core ;;
	tracking) name=atriz_tracking; [ "$(sandbox_value is_native)" = true ] || port=$SB_POOL_PORT ;;
	atriz) name=atriz_db ;;
	*) name=${1}_db ;;
	esac
	PGOPTIONS= psql -X -q -A -t -v ON_ERROR_STOP=1 "host=$SB_HOST port=$port user=postgres dbname=$name sslmode=disable" -c "$2"
}
sb_pools() { psql -X -q -A -t -F ' ' "host=$SB_HOST port=$SB_POOL_PORT user=pgtend_stats dbname=pgbouncer sslmode=disable" -c 'SHOW POOLS'; }
