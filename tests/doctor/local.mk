# tests of doctor/
EXTRA_DIST += tests/doctor/tls.test
