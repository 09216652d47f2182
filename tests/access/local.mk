# tests of access/
EXTRA_DIST += tests/access/access.test
