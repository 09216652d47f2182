# The scene of the README's picture: the sandbox fleet with retention that is late, tracking selected, one vacuum done.
# picture_scene OUT: brings it up and writes OUT.txt (plain) and OUT.ansi (with colours), and the same of CHUNKS alone as OUT-chunks. picture_words: what of it must stay the same.
source "$PGTEND_SOURCE/tests/lib/sandbox.sh"
source "$PGTEND_SOURCE/tests/lib/tmux.sh"

picture_take() {
	tm capture-pane -p -t 0 > "$1.txt"
	tm capture-pane -e -p -N -t 0 > "$1.ansi"
}
# From the first line to the last, and not what a larger screen left behind.
picture_is_whole() {
	local lines
	mapfile -t lines < <(screen)
	[ "${#lines[@]}" -eq "$1" ] && [[ ${lines[0]} == ' pgtend'* && ${lines[$1 - 1]} == tracking:* ]]
}
picture_scene() {
	sandbox_open "$PGTEND_SCRATCH/atriz" || return 1
	"$PGTEND" sandbox incident retention --dir "$SB_DIR" > /dev/null || return 1
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
	picture_take "$1"
	type 3
	type z
	shows 'hypertable +timeline' || return 1
	shows 'ingest +ok, newest row' 60 && shows 'location_hourly .*[0-9][smh]$' 60 || return 1
	tmux_size 120 32
	wait_until 15 picture_is_whole 32 && shows 'job +[0-9]+ retention' || return 1
	picture_take "$1-chunks"
	press q
	press q
	"$PGTEND" sandbox destroy --dir "$SB_DIR" > /dev/null
}

# Numbers, ages and sizes are another day's, and how many columns fit and where a long text is cut follows them; the headings, names
# and words are the program's.
picture_words() {
	sed -E -e '/^[ ▁▂▃▄▅▆▇█]+$/d' -e 's/([!·▪■] +)+/# /g' -e 's/[^ ]+…/CUT/g' -e 's/[~]?[0-9][0-9.:TZ-]*( ?(B|kB|MB|GB|ms|s|m|h|d|w|k|M|%))?( [0-9]+(s|m|h|d))?\b/N/g' \
		-e 's/(^|[ │])-( |$)/\1N\2/g' -e 's/[─━]+/─/g' -e 's/[#=!▁▂▃▄▅▆▇█■▪·»~]+/#/g' -e 's/ +/ /g' -e 's/ $//' \
		-e 's/ \+N cols ›( ─)?//g' -e 's/ # pool/ pool/' -e 's/ conn tps.*//' -e 's/ N\/N .*//' "$1"
}
