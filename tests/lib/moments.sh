# Moments for kill -9 that find what they kill under way, whatever the machine does meanwhile.
# Each kind has a bound of its own in ms: what was over before it was killed makes it shorter, what had done nothing yet makes it longer. So both ends
# are seen, also where the first run was quicker or slower than those that follow.
# moment_begin KIND MS; moment_wait KIND waits until some moment below the bound; moment_seen KIND before|after.
declare -A moment_bound
moment_begin() { moment_bound[$1]=$(($2 > 8 ? $2 : 8)); }
moment_wait() {
	# two of three in the second half, where what counts is done
	local bound=${moment_bound[$1]}
	moment_ms=$((RANDOM % 3 == 0 ? RANDOM % (bound + 1) : bound / 2 + RANDOM % (bound / 2 + 1)))
	perl -e "select undef, undef, undef, $moment_ms / 1000"
}
moment_seen() {
	local bound=${moment_bound[$1]}
	if [ "$2" = after ]; then bound=$((bound - bound / 8)); else bound=$((bound + bound / 4)); fi
	moment_bound[$1]=$((bound > 8 ? bound : 8))
}
now_ms() { echo $(($(date +%s%N) / 1000000)); }
