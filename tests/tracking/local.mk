# tests of tracking/
EXTRA_DIST += tests/tracking/jobs.test
