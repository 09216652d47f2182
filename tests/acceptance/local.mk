# The acceptance list of the health half, a letter a suite: what must hold whatever is built
EXTRA_DIST += \
	tests/acceptance/c_roles.py \
	tests/acceptance/servers/package-lock.json \
	tests/acceptance/servers/package.json
