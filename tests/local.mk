# tests mirror src/: unit programs are tests/AREA/test_X.c, other suites are executable scripts tests/AREA/X.test.
# tests/run runs them all and counts; each prints TAP.
EXTRA_DIST += tests/run $(sort $(wildcard $(srcdir)/tests/*/*.test $(srcdir)/tests/*/*.h $(srcdir)/tests/lib/* $(srcdir)/tests/allowed-skips))
include $(srcdir)/tests/core/local.mk
include $(srcdir)/tests/loop/local.mk
include $(srcdir)/tests/config/local.mk
include $(srcdir)/tests/pg/local.mk
include $(srcdir)/tests/fleet/local.mk
include $(srcdir)/tests/health/local.mk
include $(srcdir)/tests/probes/local.mk
include $(srcdir)/tests/timescale/local.mk
include $(srcdir)/tests/tracking/local.mk
include $(srcdir)/tests/syntax/local.mk
include $(srcdir)/tests/migrate/local.mk
include $(srcdir)/tests/review/local.mk
include $(srcdir)/tests/runner/local.mk
include $(srcdir)/tests/lifecycle/local.mk
include $(srcdir)/tests/seeds/local.mk
include $(srcdir)/tests/clean/local.mk
include $(srcdir)/tests/catalog/local.mk
include $(srcdir)/tests/fresh/local.mk
include $(srcdir)/tests/sessions/local.mk
include $(srcdir)/tests/queries/local.mk
include $(srcdir)/tests/maintain/local.mk
include $(srcdir)/tests/access/local.mk
include $(srcdir)/tests/orphans/local.mk
include $(srcdir)/tests/doctor/local.mk
include $(srcdir)/tests/preflight/local.mk
include $(srcdir)/tests/archive/local.mk
include $(srcdir)/tests/restore/local.mk
include $(srcdir)/tests/pitr/local.mk
include $(srcdir)/tests/backup/local.mk
include $(srcdir)/tests/sandbox/local.mk
include $(srcdir)/tests/jobs/local.mk
include $(srcdir)/tests/commands/local.mk
include $(srcdir)/tests/ui/local.mk
include $(srcdir)/tests/console/local.mk
include $(srcdir)/tests/cli/local.mk
include $(srcdir)/tests/acceptance/local.mk

# make check SUITES="core/test_text sandbox/life" runs these only
check-local: $(check_PROGRAMS) pgtend$(EXEEXT)
	@PGTEND_BUILD='$(abs_top_builddir)' PGTEND_SOURCE='$(abs_top_srcdir)' $(srcdir)/tests/run $(SUITES)
.PHONY: check-local
