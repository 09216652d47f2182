# drizzle-orm's migrate(), which drizzle-kit migrate calls too. See tests/lib/interop.sh. It has no down.
case $tool in *-0) tool_dialect=drizzle ;; *) tool_dialect=drizzle-v1 ;; esac
tool_downs=no
tool_run() { # DB FOLDER up|pending
	URL="postgres://postgres@127.0.0.1:$PGS_PORT/$1" FOLDER="$2" TREE="$tree" timeout 60 "$node" "$PGTEND_SOURCE/tests/migrate/tools/drizzle.cjs" "$3" < /dev/null
}
tool_up() { tool_run "$1" "$2" up; }
tool_pending() { tool_run "$1" "$2" pending | drizzle_pending "$2"; }
drizzle_pending() { if [ "$tool_dialect" = drizzle ]; then cut -d' ' -f1,2 | drizzle_names "$1"; else cut -d' ' -f3; fi; }
