#include "pgtend/core/report.h"

#include <stddef.h>
#include <string.h>

#include "pgtend/core/mem.h"
#include "pgtend/core/units.h"

static void tell(struct report *report)
{
	if (report->changed)
		report->changed(report->arg);
}

void report_done(struct report *report)
{
	mem_free(report->step);
	mem_free(report->summary);
	words_done(&report->log);
	words_done(&report->hints);
	words_done(&report->follows);
	table_free(report->rows);
	memset(report, 0, sizeof *report);
}

void report_step(struct report *report, const char *format, ...)
{
	va_list args;
	char *old = report->step;

	/* the arguments may point into the step before */
	va_start(args, format);
	report->step = mem_vformat(format, args);
	va_end(args);
	mem_free(old);
	report->done = 0;
	report->all = 0;
	report->unit = NULL;
	report->step_us = units_now_us();
	tell(report);
}

void report_step_words(struct report *report, const char *format, ...)
{
	va_list args;
	char *old = report->step;

	va_start(args, format);
	report->step = mem_vformat(format, args);
	va_end(args);
	mem_free(old);
	tell(report);
}

void report_progress(struct report *report, int64_t done, int64_t all, const char *unit)
{
	report->done = done;
	report->all = all;
	report->unit = unit;
	tell(report);
}

void report_log(struct report *report, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	words_take(&report->log, mem_vformat(format, args));
	va_end(args);
	tell(report);
}

void report_hint(struct report *report, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	words_take(&report->hints, mem_vformat(format, args));
	va_end(args);
	tell(report);
}

void report_follow(struct report *report, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	words_take(&report->follows, mem_vformat(format, args));
	va_end(args);
}

void report_summary(struct report *report, const char *format, ...)
{
	va_list args;
	char *old = report->summary;

	va_start(args, format);
	report->summary = mem_vformat(format, args);
	va_end(args);
	mem_free(old);
	tell(report);
}

void report_rows(struct report *report, struct table *rows)
{
	if (report->rows != rows)
		table_free(report->rows);
	report->rows = rows;
	tell(report);
}
