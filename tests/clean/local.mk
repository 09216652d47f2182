# tests of clean/
EXTRA_DIST += tests/clean/clean.test
