# What only looks, from the table of verbs: everything that may be asked of a server at any moment.
# looks_verbs prints one a line, as it is typed ("tables", "migrate status").
looks_verbs() {
	awk '
		/^const struct verb verb_/ { name = subverb = scope = ""; inside = 1 }
		inside && /\.name = / { split($0, part, "\""); name = part[2] }
		inside && /\.subverb = / { split($0, part, "\""); subverb = part[2] }
		inside && /\.scope = VERB_READS/ { scope = "reads" }
		inside && /\.item = / { name = "" }
		/^};/ { if (inside && scope && name != "") print name (subverb ? " " subverb : ""); inside = 0 }
	' "$PGTEND_SOURCE"/src/commands/cmd_*.c | sort
}
