# tests of sessions/
