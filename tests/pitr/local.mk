# tests of pitr/
EXTRA_DIST += tests/pitr/archiver.test tests/pitr/pgbackrest.test
