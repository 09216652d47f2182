# TAP for shell suites. Source it; end with done_testing.
tap_count=0
tap_bad=0

tap_result() { # STATUS NAME
	tap_count=$((tap_count + 1))
	if [ "$1" -eq 0 ]; then
		printf 'ok %d - %s\n' "$tap_count" "$2"
	else
		tap_bad=$((tap_bad + 1))
		printf 'not ok %d - %s\n' "$tap_count" "$2"
	fi
}
# ok NAME COMMAND...: the command succeeds. Its output is shown when it does not.
ok() {
	local name=$1 out status
	shift
	out=$("$@" 2>&1)
	status=$?
	[ "$status" -eq 0 ] || printf '%s\n' "$out" | sed 's/^/# /'
	tap_result "$status" "$name"
}
# is NAME GOT WANTED
is() {
	local status=0
	[ "$2" = "$3" ] || { status=1; printf '# got:    %s\n# wanted: %s\n' "$2" "$3" | sed '2,$s/^\([^#]\)/# \1/'; }
	tap_result "$status" "$1"
}
# like NAME TEXT REGEX (extended)
like() {
	local status=0
	[[ "$2" =~ $3 ]] || { status=1; printf '%s\n' "$2" | sed 's/^/# /'; printf '# does not match: %s\n' "$3"; }
	tap_result "$status" "$1"
}
unlike() {
	local status=0
	[[ "$2" =~ $3 ]] && { status=1; printf '%s\n' "$2" | sed 's/^/# /'; printf '# matches: %s\n' "$3"; }
	tap_result "$status" "$1"
}
# status NAME WANTED COMMAND...: the exit status is exactly that one. Output is kept in $out.
status() {
	local name=$1 wanted=$2 got
	shift 2
	out=$("$@" 2>&1)
	got=$?
	[ "$got" -eq "$wanted" ] || { printf '%s\n' "$out" | sed 's/^/# /'; printf '# status %d, wanted %d\n' "$got" "$wanted"; }
	tap_result "$((got != wanted))" "$name"
}
skip() { # NAME WHY
	tap_count=$((tap_count + 1))
	printf 'ok %d - %s # SKIP %s\n' "$tap_count" "$1" "$2"
}
# wait_until SECONDS COMMAND...: true as soon as the command succeeds. What never came is said, for many a wait is no test of its own.
wait_until() {
	local limit=$1 end=$((SECONDS + $1))
	shift
	until "$@" > /dev/null 2>&1; do
		[ "$SECONDS" -lt "$end" ] || { printf '# waited %d s in vain: %s\n' "$limit" "$*" >&2; return 1; }
		sleep 0.05
	done
}
# comes_to WANTED COMMAND...: what it prints now is that; for wait_until, which asks it anew each time ("$(...)" in its line would be asked once)
comes_to() { [ "$("${@:2}")" = "$1" ]; }
# clock_room UNIT_S SECONDS: waits, where the hour (3600) or the day (86400, of UTC) ends within so many seconds, until the next one has begun: for what
# asks two clocks for the same one. Beforehand only, and not longer than that.
clock_room() {
	local now
	now=$(date +%s)
	[ $(($1 - now % $1)) -gt "$2" ] || wait_until $(($2 + 5)) clock_is_past $((now - now % $1 + $1))
}
clock_is_past() { [ "$(date +%s)" -gt "$1" ]; }
done_testing() {
	printf '1..%d\n' "$tap_count"
	exit "$((tap_bad > 0))"
}
