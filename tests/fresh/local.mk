# tests of fresh/
