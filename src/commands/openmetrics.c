/* OpenMetrics text, as Prometheus and the textfile collector of its node exporter read it. */
#include "openmetrics.h"

#include <math.h>

#include "pgtend/core/mem.h"

/* Backslash, line end and, in values, the quote are the only ones that have an escape; what is no text at all is made visible before. */
static void add_escaped(struct text *out, const char *raw, bool is_value)
{
	char *visible = text_visible(raw);
	for (const char *c = visible; *c != '\0'; c++) {
		if (*c == '\\' || (*c == '"' && is_value))
			text_add_char(out, '\\');
		text_add_char(out, *c);
	}
	mem_free(visible);
}

void metrics_family(struct text *out, const char *name, const char *type, const char *unit, const char *help)
{
	text_addf(out, "# TYPE %s %s\n", name, type);
	if (unit != NULL)
		text_addf(out, "# UNIT %s %s\n", name, unit);
	text_addf(out, "# HELP %s ", name);
	add_escaped(out, help, true);
	text_add_char(out, '\n');
}

void metrics_sample(struct text *out, const char *name, const struct metric_label *labels, double value)
{
	bool is_first = true;
	text_add(out, name);
	for (; labels->name != NULL; labels++) {
		if (labels->value == NULL)
			continue;
		text_addf(out, "%s%s=\"", is_first ? "{" : ",", labels->name);
		add_escaped(out, labels->value, true);
		text_add_char(out, '"');
		is_first = false;
	}
	if (!is_first)
		text_add_char(out, '}');
	/* Whole numbers of bytes stay exact. */
	if (fabs(value) < 1e15 && nearbyint(value) == value)
		text_addf(out, " %.0f\n", value);
	else
		text_addf(out, " %.6g\n", value);
}

void metrics_end(struct text *out)
{
	text_add(out, "# EOF\n");
}
