# Manual pages and the page of JSON keys are generated from the program's own tables; they are committed, so that no reader needs a build.
EXTRA_DIST += man/pgtend.1.in man/pgtend.ini.5.in docs/json.md docs/json.md.in
dist_man_MANS = man/pgtend.1 man/pgtend.ini.5
bashcompletiondir = $(datadir)/bash-completion/completions
zshcompletiondir = $(datadir)/zsh/site-functions
dist_zshcompletion_DATA = completion/_pgtend
EXTRA_DIST += completion/pgtend.bash
install-data-local:
	$(MKDIR_P) '$(DESTDIR)$(bashcompletiondir)'
	$(INSTALL_DATA) $(srcdir)/completion/pgtend.bash '$(DESTDIR)$(bashcompletiondir)/pgtend'
uninstall-local:
	rm -f '$(DESTDIR)$(bashcompletiondir)/pgtend'

check_PROGRAMS += tools/make-docs
tools_make_docs_SOURCES = tools/make-docs.c
tools_make_docs_LDADD = libpgtend.a $(DEPENDENCY_LIBS)
docs: tools/make-docs$(EXEEXT)
	$(AM_V_GEN)tools/make-docs man $(srcdir)/man/pgtend.1.in > pgtend.1.part && mv pgtend.1.part $(srcdir)/man/pgtend.1
	$(AM_V_GEN)tools/make-docs ini $(srcdir)/man/pgtend.ini.5.in > pgtend.ini.5.part && mv pgtend.ini.5.part $(srcdir)/man/pgtend.ini.5
	$(AM_V_GEN)tools/make-docs json $(srcdir)/docs/json.md.in > json.md.part && mv json.md.part $(srcdir)/docs/json.md
.PHONY: docs
