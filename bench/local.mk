# make bench: pgtend beside its peers, as ratios; no test. BENCH="startup keys" runs these cases only, BENCH=chunks the server's cost of TimescaleDB, BENCH=migrate MIGRATE="local far" parts of one, BENCH=backup BACKUP="take restore" too.
EXTRA_DIST += bench/backup bench/backups.py bench/chunks bench/chunks.py bench/clean bench/clean.py bench/measure.py bench/migrate bench/migrations.py bench/orphans bench/orphans.py bench/peers.sh bench/processes.py bench/ratios.py bench/reset bench/resets.py bench/run bench/seeds bench/tables bench/terminal.py bench/watch bench/watch.py
bench: pgtend$(EXEEXT) tests/probes/facts_live$(EXEEXT)
	@PGTEND='$(abs_top_builddir)/pgtend$(EXEEXT)' BENCH_FACTS='$(abs_top_builddir)/tests/probes/facts_live$(EXEEXT)' $(srcdir)/bench/run $(BENCH)
.PHONY: bench
