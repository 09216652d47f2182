# Trees of npm packages for tests, kept outside the source tree under the hash of what they are made of.
# npm_tree FOLDER: FOLDER holds package.json and package-lock.json; prints where its tree is. npm_node: prints a node of version 20 or newer.
# Both fail when npm is absent or does not get the packages; npm_why then says so.
npm_cache=${XDG_CACHE_HOME:-$(getent passwd "$(id -u)" | cut -d: -f6)/.cache}/pgtend/tests
npm_why='npm is not here or did not get the packages'

npm_tree() {
	local source=$1 hash tree part
	hash=$(cat "$source/package.json" "$source/package-lock.json" | sha256sum | cut -c 1-16)
	tree="$npm_cache/$(basename "$source")-$hash"
	if [ ! -d "$tree" ]; then
		command -v npm > /dev/null || return 1
		part="$tree.$$.part"
		mkdir -p "$part" || return 1
		cp "$source/package.json" "$source/package-lock.json" "$part/"
		if ! (cd "$part" && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error) > "$part/npm.log" 2>&1; then
			sed 's/^/# /' "$part/npm.log" >&2
			rm -rf "$part"
			return 1
		fi
		# Another run may have been quicker: its tree is the same.
		mv -T "$part" "$tree" 2> /dev/null || rm -rf "$part"
	fi
	[ -d "$tree" ] && printf '%s\n' "$tree"
}
npm_node() {
	local tree
	if command -v node > /dev/null && [ "$(node -p 'parseInt(process.versions.node)')" -ge 20 ]; then
		command -v node
		return
	fi
	tree=$(npm_tree "$PGTEND_SOURCE/sandbox/node") || return 1
	ls "$tree"/node_modules/node-linux-*/bin/node
}
