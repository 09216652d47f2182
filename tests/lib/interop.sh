# A real migration tool and pgtend in turn on one database; after every step both must see the same state.
# tests/migrate/tools/TOOL.sh says in a few lines what a tool is: tool_dialect, tool_downs (yes: it can take back), tool_up DB FOLDER,
# tool_down DB FOLDER COUNT, tool_pending DB FOLDER (the names that it would run now, one a line).
source "$PGTEND_SOURCE/tests/lib/npm.sh"
source "$PGTEND_SOURCE/tests/lib/migrations.sh"

# tool_use TOOL-VERSION: a folder of tests/migrate/npm. False: npm_why says why not.
tool_use() {
	tool=$1
	tree=$(npm_tree "$PGTEND_SOURCE/tests/migrate/npm/$tool") && node=$(npm_node) || return 1
	tool_as "${tool%-*}"
	# As in a project that uses the tool: some look for their own files there.
	ln -sfn "$tree/node_modules" node_modules
}
# The same tool in another way: tests/migrate/tools/WAY.sh.
tool_as() { source "$PGTEND_SOURCE/tests/migrate/tools/$1.sh"; }
# The tools have no "only so many": they get a folder in which there is no more.
tool_folder() { # COUNT
	local folder="part-$tool-$tool_dialect/$1"
	[ -d "$folder" ] || migrations_write "$tool_dialect" "$folder" "$1"
	printf '%s' "$folder"
}
# What everybody sees, as one line.
picture() { # DB FOLDER
	printf 'history: %s| pgtend: %s| to %s pending: %s| tables: %s' "$(history "$tool_dialect" "$1" "$2")" "$(states "$1")" "$tool" "$(tool_pending "$1" "$2" | tr '\n' ' ')" "$(tables "$1")"
}
picture_wanted() { # APPLIED COUNT
	local shown= tables= n
	for ((n = 1; n <= $2; n++)); do shown+="$(migration_name "$tool_dialect" "$n"),$([ "$n" -gt "$1" ] && echo pending || echo applied) "; done
	for ((n = 1; n <= $1; n++)); do tables+="m$n "; done
	printf 'history: %s| pgtend: %s| to %s pending: %s| tables: %s' "$(migration_names "$tool_dialect" 1 "$1")" "$shown" "$tool" "$(migration_names "$tool_dialect" "$(($1 + 1))" "$2")" "$tables"
}
# walk DB COUNT STEP...: STEP is "tool|pgtend up|down [COUNT]", over COUNT migrations, or what changes nothing in the end: "pgtend redo [COUNT]",
# "pgtend marks": the last one as pending and as applied again.
walk() {
	local db=$1 all=$2 applied=0 step who way count
	shift 2
	database "$db" "$(tool_folder "$all")"
	for step in "$@"; do
		read -r who way count <<< "$step"
		case $way in
		up) count=${count:-$((all - applied))} applied=$((applied + count)) ;;
		down) count=${count:-1} applied=$((applied - count)) ;;
		esac
		case "$who $way" in
		'tool up') status "$tool: $step" 0 tool_up "$db" "$(tool_folder "$applied")" ;;
		'tool down') status "$tool: $step" 0 tool_down "$db" "$(tool_folder "$all")" "$count" ;;
		'pgtend up') status "$tool: $step" 0 pgtend "$db" migrate up --count "$count" ;;
		'pgtend redo')
			status "$tool: $step" 0 pgtend "$db" migrate redo --count "${count:-1}" --confirm "$db"
			like "$tool: $step: it counts each once" "$out" "${count:-1} migrations? taken back and applied again"
			;;
		'pgtend marks')
			count=$(migration_name "$tool_dialect" "$applied")
			status "$tool: $step: the last one is pending" 0 pgtend "$db" migrate mark pending "$db" "$count"
			# Drizzle has no dry run: it runs it, and fails at the table that is there.
			like "$tool: $step: for the tool too" "$(tool_pending "$db" "$(tool_folder "$all")" 2>&1 | tr '\n' ' ')" "^$count |relation \"m$applied\" already exists"
			status "$tool: $step: and applied again" 0 pgtend "$db" migrate mark applied "$db" "$count"
			;;
		'pgtend down') status "$tool: $step" 0 pgtend "$db" migrate down --count "$count" --confirm "$db" ;;
		esac
		is "$tool: $step: both see $applied of $all" "$(picture "$db" "$(tool_folder "$all")")" "$(picture_wanted "$applied" "$all")"
	done
}
