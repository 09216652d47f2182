# tests of maintain/
EXTRA_DIST += tests/maintain/archive.test tests/maintain/maintain.test tests/maintain/reindex.test tests/maintain/timescale.test tests/maintain/vacuum.test
