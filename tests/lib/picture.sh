# The scene of the README's picture: the sandbox fleet with retention that is late, tracking selected, one vacuum done.
# picture_scene OUT [WANTED]: brings it up and writes OUT.txt (plain) and OUT.ansi (with colours), and the same of CHUNKS and BACKUPS alone as OUT-chunks and OUT-backups; WANTED: waits a while for what the pictures of that name say. picture_words: what of it must stay the same.
source "$PGTEND_SOURCE/tests/lib/sandbox.sh"
source "$PGTEND_SOURCE/tests/lib/tmux.sh"

# picture_take OUT [WANTED]: the screen as it is; WANTED, a picture of before: as soon as both say the same, and after a while as it is then.
picture_take() {
	local try
	for try in {1..40}; do
		tm capture-pane -p -t 0 > "$1.txt"
		[ -z "${2:-}" ] || [ "$(picture_words "$1.txt")" = "$(picture_words "$2")" ] && break
		sleep 0.5
	done
	tm capture-pane -e -p -N -t 0 > "$1.ansi"
}
# From the first line to the last, and not what a larger screen left behind.
picture_is_whole() {
	local lines
	mapfile -t lines < <(screen)
	[ "${#lines[@]}" -eq "$1" ] && [[ ${lines[0]} == ' pgtend'* && ${lines[$1 - 1]} == ${2:-tracking}:* ]]
}
# core's backup of now and, as if they had been taken then, those of two weeks: one day was missed, one dump lost bytes later.
picture_backups() {
	local folder="$SB_DIR/backups/core" newest day copy
	newest=$(find "$folder" -name '*.json' | sort | tail -n 1)
	for day in 1 2 3 4 5 6 7 9 10 11 12 13; do
		python3 - "${newest%.json}" "$day" "$PGTEND_SOURCE/tests/lib/backdate.py" <<-'PY' || return 1
			import glob, json, os, shutil, subprocess, sys
			base, day, backdate = sys.argv[1], int(sys.argv[2]), sys.argv[3]
			# a copy of another second, made older
			folder, name = os.path.split(base)
			copy = os.path.join(folder, name[:-7] + "0200%02dZ" % day)
			for path in glob.glob(glob.escape(base) + ".*"):
			    shutil.copy(path, copy + path[len(base):])
			manifest = json.load(open(copy + ".json"))
			text = os.path.basename(copy)[-16:]
			manifest["taken_at"] = f"{text[:4]}-{text[4:6]}-{text[6:11]}:{text[11:13]}:{text[13:15]}Z"
			manifest["id"] = os.path.basename(copy)
			manifest["file"] = manifest["id"] + manifest["file"][len(name):]
			size = manifest["size_bytes"] * (100 - 3 * day) // 100
			dump = os.path.join(folder, manifest["file"])
			os.truncate(dump, size - (12 if day == 6 else 0))
			manifest["size_bytes"] = size
			manifest["database_bytes"] = manifest["database_bytes"] * (100 - 2 * day) // 100
			if day != 3:
			    del manifest["verified"][1:]
			json.dump(manifest, open(copy + ".json", "w"))
			subprocess.run([sys.executable, backdate, copy, str(day * 86400)], check=True, stdout=subprocess.DEVNULL)
		PY
	done
}
picture_scene() {
	sandbox_open "$PGTEND_SCRATCH/atriz" || return 1
	"$PGTEND" sandbox incident retention --dir "$SB_DIR" > /dev/null || return 1
	sed -i 's/^backup_dir = .*/&\nkeep = 10 days/' "$SB_INI"
	mkdir -p "$PGTEND_SCRATCH/state"
	TMUX_ENV="XDG_STATE_HOME=$PGTEND_SCRATCH/state" tmux_start 120 40
	tmux_run "clear; $PGTEND -c $SB_INI"
	shows '^ *! *tracking +LATE' 30 || return 1
	press Down
	shows '^tracking:development>' || return 1
	type ':vacuum analyze core'
	press Enter
	shows 'vacuum analyze core +done' 30 || return 1
	press Escape
	shows 'location_hourly.*ok' 30 || return 1
	shows_not '^ *vacuum analyze core: ' 30 || return 1
	picture_take "$1" "${2:+$2.txt}"
	type 3
	type z
	shows 'hypertable +timeline' || return 1
	shows 'ingest +ok, newest row' 60 && shows 'location_hourly .*[0-9][smh]$' 60 || return 1
	tmux_size 120 32
	wait_until 60 picture_is_whole 32 && shows 'job +[0-9]+ retention' || return 1
	picture_take "$1-chunks" "${2:+$2-chunks.txt}"
	press Escape
	type '['
	shows '^core:development>' || return 1
	type ':verify core --restore'
	press Enter
	shows '─ verify core --restore' 60 || return 1
	press Escape
	picture_backups || return 1
	type 6
	press F5
	type z
	shows 'damaged +core-' 30 || return 1
	wait_until 60 picture_is_whole 32 core || return 1
	picture_take "$1-backups" "${2:+$2-backups.txt}"
	press q
	press q
	"$PGTEND" sandbox destroy --dir "$SB_DIR" > /dev/null
}

# Numbers, ages and sizes are another day's, how many columns fit and where a long text is cut follows them, and a pool
# of one is full at the moment in which somebody asks; a fleet that was filled before midnight and looked at after it lacks the day between what
# retention left and what the incident made; the headings, names and words are the program's.
picture_words() {
	sed -E -e '/^[ ▁▂▃▄▅▆▇█]+$/d' -e 's/([!·▪■] +)+/# /g' -e 's/([^ ]+ )*[^ ]*…/CUT/g' -e 's/[~]?[0-9][0-9.:TZ-]*( ?(B|kB|MB|GB|ms|s|m|h|d|w|k|M|%))?( [0-9]+(s|m|h|d))?\b/N/g' \
		-e 's/, (no gaps|N days? without a chunk)$/, GAPS/' -e 's/(^|[ │])-( |$)/\1N\2/g' -e 's/[─━]+/─/g' -e 's/[#=!▁▂▃▄▅▆▇█■▪·»~]+/#/g' -e 's/ +/ /g' -e 's/ $//' \
		-e 's/ \+N cols ›( ─)?//g' -e 's/ # pool/ pool/' -e 's/( pool [^ ]+) .*/\1/' -e 's/ conn tps.*//' -e 's/ N\/N .*//' "$1"
}
