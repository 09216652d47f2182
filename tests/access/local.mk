# tests of access/
