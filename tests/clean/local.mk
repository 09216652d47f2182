# tests of clean/
EXTRA_DIST += \
	tests/clean/clean.test \
	tests/clean/kill.test
