# tests of orphans/
EXTRA_DIST += tests/orphans/orphans.test
