# tests of restore/
