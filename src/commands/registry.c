/* The registry: a verb is one file cmd_X.c and one line in registry.def. */
#include "pgtend/commands/command.h"

#define VERB(name) extern const struct verb verb_##name;
#include "registry.def"
#undef VERB

const struct verb *const verbs[] = {
#define VERB(name) &verb_##name,
#include "registry.def"
#undef VERB
};
const int verb_count = (int)(sizeof verbs / sizeof verbs[0]);
