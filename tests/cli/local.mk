# tests of cli/: scripts, found by tests/run
EXTRA_DIST += tests/cli/docs.test tests/cli/guards.test tests/cli/output.test tests/cli/usage.test tests/lib/terminal.py
