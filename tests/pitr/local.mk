# tests of pitr/
EXTRA_DIST += tests/pitr/archiver.test
