# tests of maintain/
EXTRA_DIST += tests/maintain/vacuum.test
