# What the suites of backups share; source postgres.sh first. The server is the one of pg_start, the database app is its app_db, backups lie in ./store.
conf() { # [LINE...]: lines of [database app]
	printf '[pgtend]\nbackup_dir = store\n[database app]\nhost = %s\nport = %s\nuser = postgres\ndbname = app_db\nlock_timeout = 500ms\n' "$PGS_SOCKET" "$PGS_PORT" > pgtend.ini
	[ $# -eq 0 ] || printf '%s\n' "$@" >> pgtend.ini
}
pgtend() { timeout 60 "$PGTEND" -c pgtend.ini "$@" < /dev/null; }
# rows 'VERB...' EXPRESSION: of the JSON rows, as Python prints it. Those of a verb that acts on each database lie one deeper.
rows() {
	# shellcheck disable=SC2086
	pgtend $1 --format json 2> /dev/null | python3 -c 'import hashlib, json, os, sys
rows = json.load(sys.stdin)
if any(isinstance(row.get("rows"), list) for row in rows):
	rows = [row for one in rows for row in one["rows"] or []]
print(eval(sys.argv[1]))' "$2"
}
dump_of() { ls -d store/app/"$1".d* | grep -v part; } # ID: its .dump, .dump.zst or .dir
newest() { basename "$(ls store/app/*.json | sort | tail -n 1)" .json; }
ids() { ls store/app/ | grep -o '^app-[0-9TZ]*' | sort -u; }
count() { ids | wc -l; }
backdate() { python3 "$PGTEND_SOURCE/tests/lib/backdate.py" "store/app/$1" "$2"; } # ID SECONDS: prints the new ID
set_key() { python3 "$PGTEND_SOURCE/tests/lib/backdate.py" --seal "$@"; }          # FILE KEY JSON

# --- a store of backups of many ages, for prune ---
day=86400
template() { # takes a backup, of which make() makes the others
	rm -rf store
	pgtend backup app > /dev/null 2>&1
	rm -rf template && mv store/app template && rm -rf store
}
# The newest backup is that of now; the others are copies of it, as old as is asked.
make() { # DAYS...
	local ages=() days
	for days in "$@"; do ages+=("$((days * day))"); done
	rm -rf store && mkdir store && cp -r template store/app
	python3 "$PGTEND_SOURCE/tests/lib/backdate.py" --copies "store/app/$(newest)" "${ages[@]}"
}
flip() { # FILE
	python3 -c 'import sys; f = open(sys.argv[1], "r+b"); at = max(0, f.seek(0, 2) - 300); f.seek(at); b = f.read(1); f.seek(at); f.write(bytes([b[0] ^ 255]))' "$1"
}
fates() { rows "$1" '" ".join(r["fate"].replace(" ", "_") for r in rows)'; }
old() { ids | head -n "$1" | tail -n 1; }
