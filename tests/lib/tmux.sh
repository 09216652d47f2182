# A terminal for one suite: tmux on a socket of its own. Wait for what the screen shows, never for time.
# tmux_start COLS ROWS: a shell in it. tmux_run LINE: types a line into the shell. type TEXT: as it is. press KEY...: tmux's names.
# shows REGEX [SECONDS]: waits until a line of the screen matches (extended). screen: its text. tmux_stop ends it.
# Where it is stands in a file, so that a subshell may start it and the suite's own shell end it.
tmux_note="$PGTEND_SCRATCH/tmux.folder"
tm() { tmux -S "$(cat "$tmux_note")/socket" "$@"; }

tmux_start() {
	tmux_stop
	local tmux_folder
	tmux_folder=$(mktemp -d /tmp/pgx.XXXXXX)
	printf '%s' "$tmux_folder" > "$tmux_note"
	printf '%s\n' 'set -g default-terminal tmux-256color' 'set -g escape-time 0' 'set -g status off' 'set -g remain-on-exit on' \
		'set -g history-limit 0' 'set -s exit-empty off' > "$tmux_folder/conf"
	(cd / && env -u TMUX PS1='READY$ ' tmux -S "$tmux_folder/socket" -f "$tmux_folder/conf" new-session -d -x "$1" -y "$2" \
		"exec env ${TMUX_ENV:-} PS1='READY\$ ' bash --norc --noprofile") || return 1
	shows '^READY\$'
}
tmux_stop() {
	[ -s "$tmux_note" ] || return 0
	tm kill-server 2> /dev/null
	rm -rf "$(cat "$tmux_note")" "$tmux_note"
}
tmux_size() { tm resize-window -t 0 -x "$1" -y "$2"; }
screen() { tm capture-pane -p -t 0; }
type() { tm send-keys -t 0 -l -- "$1"; }
press() { tm send-keys -t 0 -- "$@"; }
tmux_run() {
	type "$1"
	press Enter
}
has_line() { screen | grep -Eq -- "$1"; }
has_no_line() { ! screen | grep -Eq -- "$1"; }
shows() { wait_until "${2:-60}" has_line "$1" || { screen | sed 's/^/# screen: /'; return 1; }; }
shows_not() { wait_until "${2:-60}" has_no_line "$1" || { screen | sed 's/^/# screen: /'; return 1; }; }
# tmux_fact NAME: alternate_on, cursor_flag, mouse_any_flag, pane_pid, ...
tmux_fact() { tm display-message -p -t 0 "#{$1}"; }
# The process of pgtend that the shell in the pane runs.
tmux_child() { pgrep -P "$(tmux_fact pane_pid)" | head -n 1; }
