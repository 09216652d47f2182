# tests of doctor/
EXTRA_DIST += tests/doctor/console.test tests/doctor/doctor.test tests/doctor/extension.test tests/doctor/health.test tests/doctor/items.test tests/doctor/pglite.test tests/doctor/tls.test
