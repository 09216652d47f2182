# bash completion for pgtend. The program itself knows its verbs, options and databases; no server is asked.
_pgtend() {
	local IFS=$'\n' candidate
	COMPREPLY=()
	for candidate in $("$1" --complete-words "$COMP_LINE" "$COMP_POINT" 2> /dev/null); do
		# bash takes --option=value for three words and replaces the last one only.
		[[ $candidate == --*=* && $COMP_WORDBREAKS == *=* ]] && candidate=${candidate#*=}
		COMPREPLY+=("$(printf '%q' "$candidate")")
	done
	[[ ${#COMPREPLY[@]} -eq 1 && ${COMPREPLY[0]} == */ ]] && compopt -o nospace 2> /dev/null
	return 0
}
complete -o default -F _pgtend pgtend
