# Units for the nightly backups; nothing enables them by itself.
systemdsystemunitdir = $(prefix)/lib/systemd/system
dist_systemdsystemunit_DATA = systemd/pgtend-backup.timer
nodist_systemdsystemunit_DATA = systemd/pgtend-backup.service
EXTRA_DIST += systemd/pgtend-backup.service.in
CLEANFILES += systemd/pgtend-backup.service
systemd/pgtend-backup.service: $(srcdir)/systemd/pgtend-backup.service.in Makefile
	@$(MKDIR_P) systemd
	$(AM_V_GEN)sed 's|@bindir[@]|$(bindir)|g' $(srcdir)/systemd/pgtend-backup.service.in > $@.part && mv $@.part $@
