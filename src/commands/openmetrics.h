/* openmetrics.h - OpenMetrics text (1.0): families with their type, unit and help, samples with escaped labels. Must not know: facts, databases. */
#ifndef PGTEND_COMMANDS_OPENMETRICS_H
#define PGTEND_COMMANDS_OPENMETRICS_H

#include <stdbool.h>

#include "pgtend/core/text.h"

struct metric_label {
	const char *name;  /* NULL ends */
	const char *value; /* raw; NULL: the label is left out */
};

/* The lines before the first sample. unit: "seconds", "bytes", "ratio", NULL: none; the name ends in it. */
void metrics_family(struct text *out, const char *name, const char *type, const char *unit, const char *help);
void metrics_sample(struct text *out, const char *name, const struct metric_label *labels, double value);
void metrics_end(struct text *out);

#endif
