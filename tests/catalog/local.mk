# tests of catalog/
