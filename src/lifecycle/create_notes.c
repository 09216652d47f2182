/* lifecycle/create_notes.c - a database that was there has its own owner, encoding, limits: what differs from the configuration is
 * said, and never changed without being asked for. */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "create_internal.h"
#include "pgtend/core/mem.h"
#include "pgtend/core/text.h"

static void note(struct creation *creation, const char *key, const char *has, const char *wanted, char *mend)
{
	words_add(&creation->differs, key);
	report_log(creation->report, "%s: %s is %s, pgtend.ini says %s; %s", creation->database->name, key,
	    has != NULL ? has : "not known", wanted, mend);
	mem_free(mend);
}

/* "C.UTF-8" and "C.utf8" are one. */
static bool is_same_locale(const char *a, const char *b)
{
	for (;; a++, b++) {
		while (*a == '-')
			a++;
		while (*b == '-')
			b++;
		if (tolower((unsigned char)*a) != tolower((unsigned char)*b))
			return false;
		if (*a == '\0')
			return true;
	}
}

static char *anew(const char *what)
{
	return mem_format("%s cannot be changed: only a new database has another", what);
}

static void note_text(struct creation *creation, const char *name)
{
	const struct existing *existing = &creation->existing;
	const char *owner = create_key(creation, "owner"), *encoding = create_key(creation, "encoding");
	const char *locale = create_key(creation, "locale"), *icu = create_key(creation, "icu_locale");
	const char *provider = create_key(creation, "locale_provider"), *space = create_key(creation, "tablespace");
	if (owner != NULL && existing->owner != NULL && strcmp(owner, existing->owner) != 0) {
		char *quoted = text_sql_name(owner);
		note(creation, "owner", existing->owner, owner, mem_format("ALTER DATABASE %s OWNER TO %s", name, quoted));
		mem_free(quoted);
	}
	if (encoding != NULL && existing->encoding != NULL && strcasecmp(encoding, existing->encoding) != 0)
		note(creation, "encoding", existing->encoding, encoding, anew("that"));
	if (provider != NULL && existing->provider != NULL && strcmp(provider, existing->provider) != 0)
		note(creation, "locale_provider", existing->provider, provider, anew("that"));
	/* The built-in provider has its locale where the others have ICU's. */
	bool is_builtin = existing->provider != NULL && strcmp(existing->provider, "builtin") == 0;
	const char *its = is_builtin ? existing->locale : existing->collate;
	if (locale != NULL && its != NULL && !is_same_locale(locale, its))
		note(creation, "locale", its, locale, anew("that"));
	if (icu != NULL && !is_builtin && (existing->locale == NULL || strcasecmp(icu, existing->locale) != 0))
		note(creation, "icu_locale", existing->locale != NULL ? existing->locale : "none", icu, anew("that"));
	if (space != NULL && existing->tablespace != NULL && strcmp(space, existing->tablespace) != 0) {
		char *quoted = text_sql_name(space);
		note(creation, "tablespace", existing->tablespace, space,
		    mem_format("ALTER DATABASE %s SET TABLESPACE %s moves it, while nobody is connected", name, quoted));
		mem_free(quoted);
	}
}

static void note_limit(struct creation *creation, const char *name)
{
	const struct section *section = creation->database->section;
	int64_t wanted = section_int(section, "connection_limit"), its = creation->existing.connection_limit;
	if (!section_is_set(section, "connection_limit") || wanted == its)
		return;
	char *has = its < 0 ? mem_copy("none") : mem_format("%lld", (long long)its);
	char *says = wanted < 0 ? mem_copy("none") : mem_format("%lld", (long long)wanted);
	note(creation, "connection_limit", has, says,
	    mem_format("ALTER DATABASE %s CONNECTION LIMIT %lld", name, (long long)wanted));
	mem_free(has);
	mem_free(says);
}

static void note_timezone(struct creation *creation, const char *name)
{
	const char *wanted = create_key(creation, "timezone"), *its = creation->existing.timezone;
	const char *effective = its != NULL ? its : creation->server_timezone;
	/* A database that is being finished gets it now. */
	if (wanted == NULL || effective == NULL || creation->is_unfinished || strcasecmp(wanted, effective) == 0 ||
	    (strcasecmp(wanted, "UTC") == 0 && strcasecmp(effective, "Etc/UTC") == 0))
		return;
	char *has = its != NULL ? mem_copy(its) : mem_format("the server's (%s)", effective);
	note(creation, "timezone", has, wanted, mem_format("ALTER DATABASE %s SET timezone TO '%s'", name, wanted));
	mem_free(has);
}

/* Only a comment of ours marks an environment. */
static void note_comment(struct creation *creation, const char *name)
{
	const char *its = creation->existing.comment;
	char *wanted = lifecycle_comment(creation->database);
	if (its != NULL && text_ends_with(its, ", made by pgtend") && strcmp(its, wanted) != 0)
		note(creation, "comment", its, wanted, mem_format("COMMENT ON DATABASE %s IS '%s'", name, wanted));
	mem_free(wanted);
}

void create_note_differences(struct creation *creation)
{
	/* By way of a pooler that calls it otherwise nothing is known of it. */
	if (creation->existing.oid == 0)
		return;
	char *name = text_sql_name(creation->server_name);
	note_text(creation, name);
	note_limit(creation, name);
	note_timezone(creation, name);
	note_comment(creation, name);
	if (creation->existing.is_closed) {
		words_add(&creation->differs, "allow_connections");
		report_log(creation->report, "%s takes no connections: ALTER DATABASE %s ALLOW_CONNECTIONS true", creation->database->name, name);
	}
	mem_free(name);
}
