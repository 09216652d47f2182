# dbmate as people call it. See tests/lib/interop.sh.
tool_dialect=dbmate
tool_downs=yes
tool_run() { # DB FOLDER ARGUMENT...
	local db=$1 folder=$2
	shift 2
	timeout 60 "$tree"/node_modules/@dbmate/linux-*/bin/dbmate --url "postgres://postgres@127.0.0.1:$PGS_PORT/$db?sslmode=disable" --no-dump-schema -d "$folder" "$@" < /dev/null
}
tool_up() { tool_run "$1" "$2" migrate; }
tool_down() {
	local n
	for ((n = 0; n < $3; n++)); do tool_run "$1" "$2" rollback || return; done
}
tool_pending() { tool_run "$1" "$2" status | sed -n 's/^\[ \] \(.*\)\.sql$/\1/p'; }
