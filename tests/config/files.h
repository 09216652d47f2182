/* tests/config/files.h - folders full of small files, for tests that read repositories. */
#ifndef PGTEND_TESTS_CONFIG_FILES_H
#define PGTEND_TESTS_CONFIG_FILES_H

/* A fresh folder in *state (its real path), removed with all it holds. The working directory is / before and after. */
int files_setup(void **state);
int files_teardown(void **state);
/* FOLDER/NAME with that text; parents are made. */
void files_write(const char *folder, const char *name, const char *text);
/* The text of FOLDER/NAME; the caller frees. */
char *files_read(const char *folder, const char *name);

#endif
