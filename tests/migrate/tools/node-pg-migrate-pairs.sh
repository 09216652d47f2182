# node-pg-migrate 9 as a program calls it whose files are pairs. See tests/lib/interop.sh.
tool_dialect=node-pg-migrate-pairs
tool_downs=yes
tool_run() { # DB FOLDER up|down|pending [COUNT]
	URL="postgres://postgres@127.0.0.1:$PGS_PORT/$1" TREE="$tree" timeout 60 "$node" "$PGTEND_SOURCE/tests/migrate/tools/node-pg-migrate.cjs" pairs "$2" "${@:3}" < /dev/null
}
tool_up() { tool_run "$1" "$2" up; }
tool_down() { tool_run "$1" "$2" down "$3"; }
tool_pending() { tool_run "$1" "$2" pending; }
