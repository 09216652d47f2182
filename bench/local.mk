# make bench: pgtend beside its peers, as ratios; no test. BENCH="startup keys" runs these cases only.
EXTRA_DIST += bench/measure.py bench/processes.py bench/run bench/terminal.py
bench: pgtend$(EXEEXT)
	@PGTEND='$(abs_top_builddir)/pgtend$(EXEEXT)' $(srcdir)/bench/run $(BENCH)
.PHONY: bench
