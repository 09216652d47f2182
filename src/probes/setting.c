/* The value of a setting as people write it, in the largest unit that divides it, as the server's SHOW does. */
#include <string.h>
#include <strings.h>

#include "internal.h"
#include "pgtend/core/mem.h"
#include "pgtend/core/units.h"

static char *largest(int64_t amount, const char *const *names, const int64_t *sizes)
{
	int i = 0;

	while (names[i + 1] && amount % sizes[i] != 0)
		i++;
	return mem_format("%lld%s", (long long)(amount / sizes[i]), names[i]);
}

static char *memory(int64_t bytes)
{
	static const char *const names[] = {"TB", "GB", "MB", "kB", "B", NULL};
	static const int64_t sizes[] = {1LL << 40, 1LL << 30, 1LL << 20, 1LL << 10, 1};

	return largest(bytes, names, sizes);
}

static char *duration(int64_t us)
{
	static const char *const names[] = {"d", "h", "min", "s", "ms", "us", NULL};
	static const int64_t sizes[] = {86400000000LL, 3600000000LL, 60000000LL, 1000000LL, 1000LL, 1LL};

	return largest(us, names, sizes);
}

static int64_t microseconds_of(const char *unit)
{
	return strcmp(unit, "us") == 0 ? 1 : strcmp(unit, "ms") == 0 ? 1000 : strcmp(unit, "s") == 0 ? 1000000 : strcmp(unit, "min") == 0 ? 60000000 : 0;
}

char *setting_text(const char *value, const char *unit)
{
	int64_t amount = 0, one = 0;

	if (!value)
		return NULL;
	if (!unit)
		return mem_copy(value);
	/* nothing, "as another one" and fractions stand as they are */
	if (!units_parse_int(value, &amount) || amount <= 0)
		return mem_copy(value);
	if (microseconds_of(unit) > 0)
		return duration(amount * microseconds_of(unit));
	if (strcmp(unit, "B") == 0)
		return memory(amount);
	char *size = mem_format("%s%s", *unit >= '0' && *unit <= '9' ? "" : "1", unit);
	bool is_size = units_parse_bytes(size, &one) && one > 0 && amount < INT64_MAX / one;

	mem_free(size);
	return is_size ? memory(amount * one) : mem_format("%s %s", value, unit);
}

/* What the server takes for yes and no: each word, and each beginning of it that no other has. */
static const char *switch_of(const char *typed)
{
	static const struct { const char *word; size_t least; const char *means; } words[] = {
		{"on", 2, "on"}, {"true", 1, "on"}, {"yes", 1, "on"}, {"1", 1, "on"}, {"off", 2, "off"}, {"false", 1, "off"}, {"no", 1, "off"}, {"0", 1, "off"},
	};
	size_t length = strlen(typed);

	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (length >= words[i].least && length <= strlen(words[i].word) && strncasecmp(typed, words[i].word, length) == 0)
			return words[i].means;
	return NULL;
}

/* An amount with its own unit. NULL: it is none that can be read. */
static char *amount_of(const char *typed, const char *unit)
{
	double seconds = 0;
	int64_t bytes = 0;

	if (microseconds_of(unit) > 0 && units_parse_duration_s(typed, &seconds) && seconds >= 0 && seconds < 1e9)
		return seconds > 0 ? duration((int64_t)(seconds * 1e6 + 0.5)) : mem_copy("0");
	if (microseconds_of(unit) == 0 && units_parse_bytes(typed, &bytes) && bytes >= 0)
		return bytes > 0 ? memory(bytes) : mem_copy("0");
	return NULL;
}

char *setting_typed_text(const char *value, const char *vartype, const char *unit)
{
	/* some words of a choice are a switch's too: synchronous_commit = FALSE */
	bool is_choice = vartype && strcmp(vartype, "enum") == 0, is_switch = vartype && strcmp(vartype, "bool") == 0;
	const char *meant = value && (is_choice || is_switch) ? switch_of(value) : NULL;
	int64_t plain;

	if (meant)
		return mem_copy(meant);
	if (value && is_choice) {
		char *lower = mem_copy(value);

		for (char *c = lower; *c; c++)
			*c = (char)(*c >= 'A' && *c <= 'Z' ? *c - 'A' + 'a' : *c);
		return lower;
	}
	if (!value || !unit || units_parse_int(value, &plain))
		return setting_text(value, unit);
	char *amount = amount_of(value, unit);

	return amount ? amount : mem_copy(value);
}

bool setting_is_secret(const char *name)
{
	static const char *const names[] = {"primary_conninfo", "archive_command", "restore_command", "recovery_end_command", "archive_cleanup_command",
	                                    "ssl_passphrase_command"};
	static const char *const parts[] = {"passw", "passphrase", "secret", "token", "api_key", "apikey", "private_key"};

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (strcmp(name, names[i]) == 0)
			return true;
	/* the server's own have no dot and are known: password_encryption is none */
	for (size_t i = 0; strchr(name, '.') && i < sizeof parts / sizeof *parts; i++)
		if (strcasestr(name, parts[i]))
			return true;
	return false;
}
