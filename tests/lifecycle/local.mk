# tests of lifecycle/
EXTRA_DIST += tests/lifecycle/console.test tests/lifecycle/create.test tests/lifecycle/drop.test tests/lifecycle/elsewhere.test tests/lifecycle/needs.test tests/lifecycle/pooler.test tests/lifecycle/timescale.test
