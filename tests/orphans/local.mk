# tests of orphans/
