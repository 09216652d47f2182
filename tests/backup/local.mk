# tests of backup/
EXTRA_DIST += tests/backup/backup.test
