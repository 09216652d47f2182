# tests of archive/
