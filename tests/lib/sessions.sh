# Sessions that hold and wait, for suites about locks; after postgres.sh. `stay NAME DB [USER]`: a psql that stays, fed by `say NAME SQL`; pid_of NAME: its backend.
# `wait_for NAME DB SQL`: a psql that runs one statement in the background. sessions_end ends them all by their own ids.
# `is_state NAME STATE`: that is its state; one that is idle has done all that it was told, for between two statements it is idle, too.
# `is_asleep NAME`: of several statements it has come to the pg_sleep.
declare -A stay_fd stay_pid stay_said
sessions_pids=()
stay() {
	local fifo="$PGTEND_SCRATCH/stay.$1"
	mkfifo "$fifo"
	PGAPPNAME="$1" "$pg_bin/psql" -X -q -A -t -h "$PGS_SOCKET" -p "$PGS_PORT" -U "${3:-postgres}" -d "$2" < "$fifo" > "$PGTEND_SCRATCH/stay.$1.out" 2>&1 &
	sessions_pids+=("$!")
	stay_pid[$1]=$!
	exec {stay_fd[$1]}> "$fifo"
	rm -f "$fifo"
}
say() {
	stay_said[$1]=$((${stay_said[$1]:-0} + 1))
	printf '%s\n\\! touch "%s"\n' "$2" "$PGTEND_SCRATCH/stay.$1.${stay_said[$1]}" >&"${stay_fd[$1]}"
}
wait_for() {
	PGAPPNAME="$1" "$pg_bin/psql" -X -q -A -t -h "$PGS_SOCKET" -p "$PGS_PORT" -U "${4:-postgres}" -d "$2" -c "$3" > "$PGTEND_SCRATCH/wait.$1.out" 2>&1 &
	sessions_pids+=("$!")
	stay_pid[$1]=$!
}
pid_of() { pg_sql postgres "select pid from pg_stat_activity where application_name = '$1' and leader_pid is null"; }
state_of() { pg_sql postgres "select state from pg_stat_activity where application_name = '$1' and leader_pid is null"; }
is_state() { [ "$(state_of "$1")" = "$2" ] && { [[ $2 != idle* ]] || [ -e "$PGTEND_SCRATCH/stay.$1.${stay_said[$1]}" ]; }; }
is_asleep() { [ "$(pg_sql postgres "select wait_event from pg_stat_activity where application_name = '$1' and leader_pid is null")" = PgSleep ]; }
waiting() { pg_sql postgres "select count(*) from pg_locks where not granted"; }
are_waiting() { [ "$(waiting)" = "$1" ]; }
has_ended() { ! kill -0 "${stay_pid[$1]}" 2> /dev/null; }
sessions_end() {
	local name
	for name in "${!stay_fd[@]}"; do eval "exec ${stay_fd[$name]}>&-"; done
	stay_fd=()
	[ "${#sessions_pids[@]}" -eq 0 ] || kill "${sessions_pids[@]}" 2> /dev/null
	sessions_pids=()
}
