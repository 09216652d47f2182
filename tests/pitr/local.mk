# tests of pitr/
