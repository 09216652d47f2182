# Migrations in every dialect's form, and databases for them: what suites of several dialects share.
# After pg_start; works in the current folder: DB.ini is a database's configuration.
# The suites go elsewhere, and these may be relative.
PGTEND_SOURCE=$(cd "$PGTEND_SOURCE" && pwd) PGTEND=$(realpath "$PGTEND")
dialects_all='node-pg-migrate drizzle drizzle-v1 plain dbmate golang-migrate'

# Beside them there is node-pg-migrate-pairs: the .up.sql and .down.sql files of its version 9.
# migration_name DIALECT N: as pgtend names the N-th (1 to 99).
migration_name() {
	case $1 in
	node-pg-migrate | node-pg-migrate-pairs) printf '10000000000%02d_m' "$2" ;;
	drizzle) printf '%04d_m' "$(($2 - 1))" ;;
	drizzle-v1 | dbmate) printf '202601010000%02d_m' "$2" ;;
	plain) printf '%03d_m.sql' "$2" ;;
	golang-migrate) printf '%d_m' "$2" ;;
	esac
}
migration_names() { # DIALECT FROM TO
	local n
	for ((n = $2; n <= $3; n++)); do printf '%s ' "$(migration_name "$1" "$n")"; done
}
# migration_path DIALECT FOLDER N: the file in which its up part stands. migration_head DIALECT: how many lines stand before it.
migration_path() {
	case $1 in
	drizzle-v1) printf '%s/%s/migration.sql' "$2" "$(migration_name "$1" "$3")" ;;
	golang-migrate | node-pg-migrate-pairs) printf '%s/%s.up.sql' "$2" "$(migration_name "$1" "$3")" ;;
	plain) printf '%s/%s' "$2" "$(migration_name "$1" "$3")" ;;
	*) printf '%s/%s.sql' "$2" "$(migration_name "$1" "$3")" ;;
	esac
}
migration_head() { case $1 in node-pg-migrate | dbmate) echo 1 ;; *) echo 0 ;; esac; }
# migration_write DIALECT FOLDER N UP [DOWN]: the texts as printf %b reads them.
migration_write() {
	local dialect=$1 folder=$2 n=$3 up=$4 down=${5:-} path name
	path=$(migration_path "$dialect" "$folder" "$n")
	name=$(migration_name "$dialect" "$n")
	mkdir -p "$(dirname "$path")"
	case $dialect in
	node-pg-migrate) printf -- '-- Up Migration\n%b\n-- Down Migration\n%b\n' "$up" "$down" > "$path" ;;
	dbmate) printf -- '-- migrate:up\n%b\n-- migrate:down\n%b\n' "$up" "$down" > "$path" ;;
	*) printf '%b\n' "$up" > "$path" ;;
	esac
	[ -z "$down" ] || case $dialect in
	drizzle) mkdir -p "$folder/down" && printf '%b\n' "$down" > "$folder/down/$name.sql" ;;
	drizzle-v1) printf '%b\n' "$down" > "$folder/$name/down.sql" ;;
	plain) mkdir -p "$folder/down" && printf '%b\n' "$down" > "$folder/down/$name" ;;
	golang-migrate | node-pg-migrate-pairs) printf '%b\n' "$down" > "$folder/$name.down.sql" ;;
	esac
	[ "$dialect" != drizzle ] || journal_write "$folder"
}
# Drizzle's journal of the .sql files that are there; the N-th was generated N * 1000000 ms after the epoch.
journal_write() {
	local path name entries=
	mkdir -p "$1/meta"
	for path in "$1"/*.sql; do
		name=$(basename "$path" .sql)
		entries+=$(printf '%s{"idx":%d,"version":"7","when":%d,"tag":"%s","breakpoints":true}' "${entries:+,}" "$((10#${name%%_*}))" "$(((10#${name%%_*} + 1) * 1000000))" "$name")
	done
	printf '{"version":"7","dialect":"postgresql","entries":[%s]}\n' "$entries" > "$1/meta/_journal.json"
}
# Migration n makes table m<n>, its down part drops it.
migrations_write() { # DIALECT FOLDER COUNT
	local n
	for ((n = 1; n <= $3; n++)); do migration_write "$1" "$2" "$n" "create table m$n(id int);" "drop table m$n;"; done
}
database() { # NAME FOLDER [LINE...]
	pg_sql postgres "create database $1"
	printf '[database %s]\nhost = %s\nport = %s\nuser = postgres\nmigrations = %s\n' "$1" "$PGS_SOCKET" "$PGS_PORT" "$2" > "$1.ini"
	[ $# -lt 3 ] || printf '%s\n' "${@:3}" >> "$1.ini"
}
pgtend() { # DB ARGUMENT...
	local db=$1
	shift
	timeout 60 "$PGTEND" -c "$db.ini" "$@" < /dev/null
}
states() { pgtend "$1" migrate status --format csv | cut -d, -f2,3 | tail -n +2 | tr '\n' ' '; }
names_in_state() { pgtend "$1" migrate status --format csv | awk -F, -v state="$2" '$3 == state { print $2 }' | tr '\n' ' '; }
# The tables of the schema public that are no history.
tables() {
	pg_sql "$1" "select relname from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace and relname not in ('pgmigrations', 'schema_migrations') order by length(relname), relname" |
		tr '\n' ' '
}
# The names in a history table, in the order in which they ran, whatever the dialect.
history() { # DIALECT DB [FOLDER, for drizzle]
	case $1 in
	node-pg-migrate*) pg_sql "$2" 'select name from pgmigrations order by run_on, id' ;;
	drizzle) pg_sql "$2" "select hash || ' ' || created_at from drizzle.__drizzle_migrations order by id" | drizzle_names "$3" ;;
	drizzle-v1) pg_sql "$2" 'select name from drizzle.__drizzle_migrations order by id' ;;
	plain) pg_sql "$2" 'select migration_name from schema_migrations order by id' ;;
	dbmate) pg_sql "$2" "select version || '_m' from schema_migrations order by version" ;;
	golang-migrate) pg_sql "$2" "select version || '_m' || case when dirty then ' dirty' else '' end from schema_migrations" ;;
	esac | tr '\n' ' '
}
# "HASH WHEN" lines to names: both must be those of the file.
drizzle_names() {
	local hash when path name
	while read -r hash when; do
		name='?'
		for path in "$1"/*.sql; do
			[ "$(sha256sum < "$path" | cut -c 1-64)" != "$hash" ] || name=$(basename "$path" .sql)
		done
		[ "$name" = '?' ] || [ "$when" = "$(((10#${name%%_*} + 1) * 1000000))" ] || name="$name:$when"
		echo "$name"
	done
}

# A migration that holds `select pg_advisory_xact_lock(7);` stands before a gate: gate_shut DB; gate_waits DB: it stands there; gate_open DB.
gate_shut() {
	PGOPTIONS= "$pg_bin/psql" -X -q -h "$PGS_SOCKET" -p "$PGS_PORT" -U postgres -d "$1" -c 'select pg_advisory_lock(7)' -c 'select pg_sleep(600)' > /dev/null 2>&1 < /dev/null &
	gate_pid=$!
	wait_until 20 gate_is_shut "$1"
}
gate_is_shut() { [ "$(pg_sql "$1" "select count(*) from pg_locks where locktype = 'advisory' and objid = 7 and classid = 0 and granted and database = (select oid from pg_database where datname = current_database())")" = 1 ]; }
gate_waits() { [ "$(pg_sql "$1" "select count(*) from pg_locks where locktype = 'advisory' and objid = 7 and classid = 0 and not granted and database = (select oid from pg_database where datname = current_database())")" -ge 1 ]; }
gate_open() {
	pg_sql "$1" "select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory' and objid = 7 and classid = 0 and granted and database = (select oid from pg_database where datname = current_database())" > /dev/null
	wait "$gate_pid"
}
