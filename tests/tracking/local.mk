# tests of tracking/
EXTRA_DIST += tests/tracking/apache.test tests/tracking/chunks.test tests/tracking/jobs.test tests/tracking/native.test tests/tracking/refresh.test tests/tracking/sandbox.test tests/tracking/versions.test
