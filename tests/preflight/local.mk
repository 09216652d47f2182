# tests of preflight/
