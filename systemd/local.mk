# Units for the nightly backups and for maintenance; nothing enables them by itself.
systemdsystemunitdir = $(prefix)/lib/systemd/system
SYSTEMD_SERVICES = systemd/pgtend-backup.service systemd/pgtend-maintain-daily.service systemd/pgtend-maintain-weekly.service
dist_systemdsystemunit_DATA = systemd/pgtend-backup.timer systemd/pgtend-maintain-daily.timer systemd/pgtend-maintain-weekly.timer
nodist_systemdsystemunit_DATA = $(SYSTEMD_SERVICES)
EXTRA_DIST += systemd/pgtend-backup.service.in systemd/pgtend-maintain-daily.service.in systemd/pgtend-maintain-weekly.service.in
CLEANFILES += $(SYSTEMD_SERVICES)
$(SYSTEMD_SERVICES): %: $(srcdir)/%.in Makefile
	@$(MKDIR_P) systemd
	$(AM_V_GEN)sed 's|@bindir[@]|$(bindir)|g' $(srcdir)/$@.in > $@.part && mv $@.part $@
