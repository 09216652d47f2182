# tests of maintain/
EXTRA_DIST += tests/maintain/reindex.test tests/maintain/vacuum.test
