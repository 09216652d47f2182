/* src/config/dotenv_internal.h - what the configuration needs of dotenv.c beside its face. */
#ifndef PGTEND_CONFIG_DOTENV_INTERNAL_H
#define PGTEND_CONFIG_DOTENV_INTERNAL_H

#include "pgtend/config/dotenv.h"

/* dotenv_read() of a text; name: of the file, for messages. */
PGTEND_CHECK bool dotenv_parse(const char *name, const char *bytes, size_t length, const struct dotenv *above,
    struct dotenv *env, struct err *err);

enum { DOTENV_LONGEST_BYTES = 65536 }; /* of an expanded value: variables that double each other end here */

#endif
