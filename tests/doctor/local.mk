# tests of doctor/
