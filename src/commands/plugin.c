/* One line for monitoring: what is wrong, worst first, then the numbers. */
#include "plugin.h"

#include <ctype.h>
#include <string.h>

#include "pgtend/core/mem.h"

/* Enough to act on; the rest is counted. Monitoring cuts long lines at a place of its own. */
enum { MOST_REASONS = 5, MOST_NOTES = 2 };

const char *plugin_unit(enum measure_unit unit)
{
	static const char *const units[] = {[MEASURE_COUNT] = "", [MEASURE_TOTAL] = "c", [MEASURE_SECONDS] = "s", [MEASURE_BYTES] = "B", [MEASURE_RATIO] = ""};
	return units[unit];
}

/* --- numbers ------------------------------------------------------------------------------------ */

/* A label may hold blanks when it is quoted, a quote when it is doubled, but no equals sign and no line end. */
static void add_label(struct text *out, const struct database *database, const struct health_check *check, const struct finding *finding,
	const char *measure, bool has_check)
{
	struct text label = {0};
	text_add_visible(&label, database->name);
	if (has_check)
		text_addf(&label, " %s", check->name);
	if (finding->subject != NULL) {
		text_add_char(&label, ' ');
		text_add_visible(&label, finding->subject);
	}
	if (finding->source != NULL) {
		text_add_char(&label, ' ');
		text_add_visible(&label, finding->source);
	}
	text_addf(&label, " %s", measure);
	text_add_char(out, '\'');
	for (const char *c = text_str(&label); *c != '\0'; c++) {
		if (*c == '\'')
			text_add_char(out, '\'');
		text_add_char(out, *c == '=' || *c == '|' ? '_' : *c);
	}
	text_add_char(out, '\'');
	text_done(&label);
}

/* No exponent, no superfluous zeros. */
static void add_number(struct text *out, double value)
{
	char *digits = mem_format("%.3f", value);
	size_t length = strlen(digits);
	while (length > 0 && digits[length - 1] == '0')
		length--;
	if (length > 0 && digits[length - 1] == '.')
		length--;
	text_add_n(out, digits, length);
	mem_free(digits);
}

/* "10" alarms above ten, "10:" below. */
static void add_limit(struct text *out, double limit, bool is_floor)
{
	if (limit < 0)
		return;
	add_number(out, limit);
	if (is_floor)
		text_add_char(out, ':');
}

static void add_measure(struct text *out, const struct measure *measure)
{
	text_add_char(out, '=');
	add_number(out, measure->value);
	text_addf(out, "%s;", plugin_unit(measure->kind->unit));
	add_limit(out, measure->warn, measure->is_floor);
	text_add_char(out, ';');
	add_limit(out, measure->crit, measure->is_floor);
	text_add(out, ";0");
}

/* --- words -------------------------------------------------------------------------------------- */

/* A bar would begin the numbers. */
static char *harmless(char *text)
{
	char *visible = text_visible(text);
	mem_free(text);
	for (char *c = visible; *c != '\0'; c++)
		if (*c == '|')
			*c = '/';
	return visible;
}

static char *sentence_of(const struct database *database, const struct finding *finding)
{
	const char *reason = finding->reason != NULL ? finding->reason : verdict_word(finding->verdict);
	/* Many a line names its database itself. */
	size_t length = strlen(database->name);
	bool is_named = strncmp(reason, database->name, length) == 0 && reason[length] == ':';
	return harmless(mem_format("%s%s%s%s%s%s", is_named ? "" : database->name, is_named ? "" : ": ", reason, finding->mend != NULL ? " (mend: " : "",
		finding->mend != NULL ? finding->mend : "", finding->mend != NULL ? ")" : ""));
}

/* What the role may not see is no trouble, but the GRANT that helps is worth a word. */
static char *note_of(const struct database *database, const struct finding *finding)
{
	bool has_grant = finding->mend != NULL && text_starts_with(finding->mend, "GRANT ");
	return harmless(mem_format("%s: %s%s%s%s", database->name, finding->note, has_grant ? " (" : "", has_grant ? finding->mend : "", has_grant ? ")" : ""));
}

void plugin_add(struct plugin *plugin, const struct database *database, const struct health_check *check, const struct health *health)
{
	static const int place[] = {[VERDICT_CRIT] = 0, [VERDICT_WARN] = 1, [VERDICT_UNKNOWN] = 2};
	plugin->looks++;
	if (health->is_forbidden && (health->finding_count > 0 || plugin->has_many_checks))
		words_take(&plugin->unseen, harmless(mem_format("%s: %s %s", database->name, check->name, health->lacks)));
	if (health->lacks != NULL && health->finding_count == 0) {
		words_take(&plugin->without, harmless(mem_format("%s %s", database->name, health->lacks)));
		return;
	}
	if (health->finding_count == 0)
		words_take(&plugin->good, mem_format("%s: %s", database->name, check->nothing));
	for (int i = 0; i < health->finding_count; i++) {
		const struct finding *finding = &health->findings[i];
		plugin->verdict = verdict_worse(plugin->verdict, finding->verdict);
		plugin->subjects++;
		if (finding->verdict != VERDICT_OK)
			words_take(&plugin->bad[place[finding->verdict]], sentence_of(database, finding));
		else if (finding->note != NULL)
			words_take(&plugin->good, note_of(database, finding));
		for (int m = 0; m < finding->measure_count; m++) {
			if (plugin->measures.length > 0)
				text_add_char(&plugin->measures, ' ');
			add_label(&plugin->measures, database, check, finding, finding->measures[m].kind->name, plugin->has_many_checks);
			add_measure(&plugin->measures, &finding->measures[m]);
		}
	}
}

static void add_bad(struct text *out, const struct plugin *plugin)
{
	size_t said = 0, all = 0;
	for (size_t kind = 0; kind < 3; kind++)
		all += plugin->bad[kind].count;
	for (size_t kind = 0; kind < 3; kind++)
		for (size_t i = 0; i < plugin->bad[kind].count && said < MOST_REASONS; i++)
			text_addf(out, "%s%s", said++ > 0 ? "; " : "", plugin->bad[kind].v[i]);
	if (all > said)
		text_addf(out, "; and %zu more", all - said);
}

static void add_good(struct text *out, const struct plugin *plugin)
{
	if (plugin->good.count > 0 && plugin->good.count <= MOST_NOTES) {
		char *notes = words_join(&plugin->good, "; ");
		text_add(out, notes);
		mem_free(notes);
	} else
		text_addf(out, "%d looked at, nothing is wrong", plugin->subjects);
}

/* What was passed over because the role may not look. */
static void add_unseen(struct text *out, const struct plugin *plugin)
{
	for (size_t i = 0; i < plugin->unseen.count && i < MOST_REASONS; i++)
		text_addf(out, "; %s", plugin->unseen.v[i]);
	if (plugin->unseen.count > MOST_REASONS)
		text_addf(out, "; and %zu more that this role may not see", plugin->unseen.count - MOST_REASONS);
}

/* Where nothing could be checked: the first reason stands for all. */
static void add_void(struct text *out, const struct plugin *plugin)
{
	text_add(out, plugin->without.v[0]);
	if (plugin->without.count > 1)
		text_addf(out, "; and %zu more of the kind", plugin->without.count - 1);
}

char *plugin_line(struct plugin *plugin, const char *item)
{
	static const char *const states[] = {"OK", "WARNING", "CRITICAL", "UNKNOWN"};
	struct text out = {0};
	bool is_void = plugin->without.count > 0 && plugin->without.count == plugin->looks;
	if (is_void)
		plugin->verdict = VERDICT_UNKNOWN;
	for (const char *c = item; *c != '\0'; c++)
		text_add_char(&out, (char)toupper((unsigned char)*c));
	text_addf(&out, " %s - ", states[plugin->verdict]);
	if (is_void)
		add_void(&out, plugin);
	else if (plugin->verdict != VERDICT_OK)
		add_bad(&out, plugin);
	else
		add_good(&out, plugin);
	if (!is_void)
		add_unseen(&out, plugin);
	if (plugin->measures.length > 0)
		text_addf(&out, " | %s", text_str(&plugin->measures));
	return text_take(&out);
}

void plugin_done(struct plugin *plugin)
{
	for (size_t kind = 0; kind < 3; kind++)
		words_done(&plugin->bad[kind]);
	words_done(&plugin->good);
	words_done(&plugin->without);
	words_done(&plugin->unseen);
	text_done(&plugin->measures);
}
