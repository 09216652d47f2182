# node-pg-migrate as people call it. See tests/lib/interop.sh.
tool_dialect=node-pg-migrate
tool_downs=yes
tool_run() { # DB FOLDER ARGUMENT...
	local db=$1 folder=$2
	shift 2
	DATABASE_URL="postgres://postgres@127.0.0.1:$PGS_PORT/$db" timeout 60 "$node" "$tree/node_modules/node-pg-migrate/bin/node-pg-migrate.js" "$@" -m "$folder" < /dev/null
}
tool_up() { tool_run "$1" "$2" up; }
tool_down() { tool_run "$1" "$2" down "$3"; }
tool_pending() { tool_run "$1" "$2" up --dry-run | sed -n 's/^### MIGRATION \(.*\) (UP) ###$/\1/p'; }
