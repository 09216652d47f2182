/* config/archive_rule.c - one line `archive = [SCHEMA.]TABLE.COLUMN AGE [to FILE]` of a [database], taken apart. */
#include "pgtend/config/archive_rule.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "pgtend/core/mem.h"

static const char form[] = "expected [SCHEMA.]TABLE.COLUMN AGE [to FILE], as chat_vectors.created_at 1 year to archive/chat_vectors.csv.gz";

static bool wrong(const char *where, const char *text, const char *why, struct err *err)
{
	char *shown = text_visible(text);
	err_set(err, ERR_CONFIG, "%s: archive = %s: %s", where, shown, why);
	mem_free(shown);
	return false;
}

static const char *skip_blanks(const char *at)
{
	return at + strspn(at, " \t");
}

/* One part of a name; "" "" inside quotes is a quote. NULL: there is none. */
static char *take_part(const char **at)
{
	struct text part = {0};
	const char *p = *at;
	if (*p == '"') {
		for (p++; *p != '\0' && (*p != '"' || p[1] == '"'); p++) {
			p += *p == '"';
			text_add_char(&part, *p);
		}
		if (*p != '"') {
			text_done(&part);
			return NULL;
		}
		p++;
	} else {
		size_t length = strcspn(p, " \t.\"");
		text_add_n(&part, p, length);
		p += length;
	}
	*at = p;
	if (part.length == 0) {
		text_done(&part);
		return NULL;
	}
	return text_take(&part);
}

static bool take_name(const char **at, struct archive_rule *rule)
{
	char *parts[3] = {NULL, NULL, NULL};
	int count = 0;
	bool ok = true;
	do {
		*at += count > 0;
		parts[count] = take_part(at);
		ok = parts[count] != NULL;
		count += ok;
	} while (ok && **at == '.' && count < 3);
	ok = ok && count >= 2 && (**at == ' ' || **at == '\t');
	if (ok && count == 3) {
		rule->schema = parts[0];
		rule->table = parts[1];
		rule->column = parts[2];
		return true;
	}
	if (ok) {
		rule->table = parts[0];
		rule->column = parts[1];
		return true;
	}
	for (int i = 0; i < 3; i++)
		mem_free(parts[i]);
	return false;
}

static bool is_unit(const char *word, size_t length)
{
	static const char *const units[] = {"second", "minute", "hour", "day", "week", "month", "mon", "year"};
	if (length > 1 && (word[length - 1] == 's' || word[length - 1] == 'S'))
		length--;
	for (size_t i = 0; i < sizeof units / sizeof *units; i++)
		if (strlen(units[i]) == length && strncasecmp(units[i], word, length) == 0)
			return true;
	return false;
}

/* "1 year 6 months": what the server makes of it is the server's, but nothing that is no age, or none at all, gets there. */
static bool take_age(const char **at, struct archive_rule *rule)
{
	struct text age = {0};
	const char *p = skip_blanks(*at);
	bool is_positive = false;
	while (*p >= '0' && *p <= '9') {
		char *end;
		long number = strtol(p, &end, 10);
		const char *unit = skip_blanks(end);
		size_t length = strcspn(unit, " \t");
		if (number > 100000 || !is_unit(unit, length)) {
			text_done(&age);
			return false;
		}
		is_positive = is_positive || number > 0;
		text_addf(&age, "%s%ld %.*s", age.length > 0 ? " " : "", number, (int)length, unit);
		p = skip_blanks(unit + length);
	}
	*at = p;
	if (!is_positive) {
		text_done(&age);
		return false;
	}
	rule->age = text_take(&age);
	return true;
}

static bool take_file(const char *at, struct archive_rule *rule)
{
	if (*at == '\0')
		return true;
	if (strncasecmp(at, "to", 2) != 0 || (at[2] != ' ' && at[2] != '\t'))
		return false;
	at = skip_blanks(at + 2);
	rule->file = mem_copy(at);
	return *at != '\0' && !text_ends_with(at, "/");
}

bool archive_rule_parse(const char *text, const char *where, struct archive_rule *rule, struct err *err)
{
	const char *at = skip_blanks(text), *why = NULL;
	memset(rule, 0, sizeof *rule);
	if (!take_name(&at, rule))
		why = form;
	else if (!take_age(&at, rule))
		why = "expected an age behind the column: 1 year, 18 months, 90 days";
	else if (!take_file(at, rule))
		why = "expected nothing behind the age, or `to FILE`";
	if (why == NULL)
		return true;
	archive_rule_done(rule);
	return wrong(where, text, why, err);
}

void archive_rule_done(struct archive_rule *rule)
{
	mem_free(rule->schema);
	mem_free(rule->table);
	mem_free(rule->column);
	mem_free(rule->age);
	mem_free(rule->file);
	memset(rule, 0, sizeof *rule);
}
