/* plugin.h - findings as one line of a monitoring plug-in: "RETENTION OK - text | 'label'=value;warn;crit". Must not know: how facts are had. */
#ifndef PGTEND_COMMANDS_PLUGIN_H
#define PGTEND_COMMANDS_PLUGIN_H

#include "pgtend/health/health.h"

/* Lines gathered from all databases and checks. To be zeroed at first. */
struct plugin {
	enum verdict verdict;
	struct words bad[3];      /* what is critical, what is a warning, what is not known */
	struct words good;
	int subjects;             /* that were looked at */
	bool has_many_checks;     /* labels name the check then */
	size_t looks;             /* checks on databases, of which ... */
	struct words without;     /* ... these had nothing to look at, and why */
	struct words unseen;      /* what was passed over because the role may not look, and the GRANT */
	struct text measures;
};

const char *plugin_unit(enum measure_unit unit); /* "s", "B", "c" or "" */
void plugin_add(struct plugin *plugin, const struct database *database, const struct health_check *check, const struct health *health);
/* The line; settles the verdict when nothing could be checked at all. Caller frees. */
char *plugin_line(struct plugin *plugin, const char *item);
void plugin_done(struct plugin *plugin);

#endif
