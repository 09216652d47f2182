/* config/dotenv.h - .env files as dotenv of node reads them: quotes, export, comments, ${VAR}. */
#ifndef PGTEND_CONFIG_DOTENV_H
#define PGTEND_CONFIG_DOTENV_H

#include "pgtend/core/err.h"
#include "pgtend/core/text.h"

struct dotenv {
	struct words names, values; /* same length; a later line wins */
};
/* err is "FILE:LINE: what was expected". ${VAR} looks in this file, then in `above` (may be NULL), then in the environment. */
PGTEND_CHECK bool dotenv_read(const char *path, const struct dotenv *above, struct dotenv *env, struct err *err);
const char *dotenv_get(const struct dotenv *env, const char *name); /* NULL: not there */
void dotenv_done(struct dotenv *env);

#endif
