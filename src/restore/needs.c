/* What a dump needs of a server, found in the dump: owners, who is granted something, tablespaces. See
 * restore_internal.h. */
#include <string.h>

#include "pgtend/core/mem.h"
#include "pgtend/syntax/parse.h"
#include "restore_internal.h"

static void add_once(struct words *words, char *word)
{
	if (*word && !words_has(words, word))
		words_take(words, word);
	else
		mem_free(word);
}

/* --- owners and tablespaces: pg_restore's own remarks ------------------------------------------------------------ */

/* An identifier as fmtId() writes it, at most to the end of its line. */
static char *identifier(const char *s)
{
	struct text name = {0};
	bool is_quoted = *s == '"';
	for (s += is_quoted; *s && *s != '\n' && (is_quoted || *s != ';'); s++) {
		if (is_quoted && *s == '"' && *++s != '"')
			break;
		text_add_char(&name, *s);
	}
	return text_take(&name);
}

/* "--\n-- Name: users; Type: TABLE; Schema: public; Owner: ann\n--\n": three lines that no body of a function repeats by
 * chance. */
static void take_remarks(struct contents *contents, const char *script)
{
	static const char begin[] = "\n--\n-- Name: ", owner[] = "; Owner: ", space[] = "SET default_tablespace = ";
	static const char property[] = "; Tablespace: ";
	for (const char *at = strstr(script, begin); at; at = strstr(at + 1, begin)) {
		const char *line = at + 4, *end = line + strcspn(line, "\n"), *found = NULL;
		if (!text_starts_with(end, "\n--\n"))
			continue;
		for (const char *o = strstr(line, owner); o && o < end; o = strstr(o + 1, owner))
			found = o + strlen(owner);
		if (!found)
			continue;
		const char *stop = end;
		for (const char *p = strstr(found, property); p && p < end; p = strstr(p + 1, property))
			stop = p;
		char *name = mem_copy_n(found, (size_t)(stop - found));
		add_once(&contents->owners, strcmp(name, "-") == 0 ? (mem_free(name), mem_copy("")) : name);
	}
	for (const char *at = strstr(script, space); at; at = strstr(at + 1, space))
		if (at == script || at[-1] == '\n') {
			char *name = identifier(at + strlen(space));
			add_once(&contents->tablespaces, strcmp(name, "''") == 0 ? (mem_free(name), mem_copy("")) : name);
		}
}

/* --- grantees: by the parser ------------------------------------------------------------------------------------- */

static void take_roles(struct words *roles, const json_t *tree)
{
	const char *key;
	json_t *value;
	size_t i;
	if (json_is_array(tree)) {
		json_array_foreach (tree, i, value)
			take_roles(roles, value);
		return;
	}
	const json_t *spec = json_object_get(tree, "RoleSpec");
	const char *name = json_string_value(json_object_get(spec ? spec : tree, "rolename"));
	if (name)
		add_once(roles, mem_copy(name));
	json_object_foreach ((json_t *)(uintptr_t)tree, key, value)
		take_roles(roles, value);
}

static bool takes_grants(const char *line, const void *arg)
{
	(void)arg;
	/* A chunk's are its hypertable's. */
	return (contents_is(line, "ACL ") && !contents_is(line, "ACL _timescaledb_internal ") &&
	           !contents_is(line, "ACL - DATABASE ")) ||
	       contents_is(line, "DEFAULT ACL ");
}

static bool takes_named(const char *line, const void *arg)
{
	(void)arg;
	return contents_is(line, "POLICY ") || contents_is(line, "USER MAPPING ");
}

static bool read_roles(struct contents *contents, bool (*takes)(const char *, const void *), struct words *roles, struct err *err)
{
	static const char *const options[] = {"--file=-", NULL};
	/* Fed, pg_restore cannot be given a list, and roles that are only granted something are not looked for. */
	char *list = contents->tools->is_restore_in_client ? mem_copy("") : contents_list(contents, takes, NULL);
	char *script = *list ? contents_ask(contents, options, list, err) : mem_copy("");
	char *sql = script ? contents_without_psql(script) : NULL;
	struct parse parse = {0};
	if (sql && *list)
		parse_text(sql, true, &parse);
	for (int i = 0; i < parse.count; i++)
		if (parse.statements[i].tree)
			take_roles(roles, parse.statements[i].tree);
	parse_done(&parse);
	bool is_read = sql != NULL;
	mem_free(sql);
	mem_free(script);
	mem_free(list);
	return is_read;
}

bool contents_needs(struct contents *contents, struct err *err)
{
	static const char *const options[] = {"--schema-only", "--file=-", NULL};
	char *script = contents_ask(contents, options, NULL, err);
	if (!script)
		return false;
	take_remarks(contents, script);
	mem_free(script);
	return read_roles(contents, takes_grants, &contents->grantees, err) &&
	       read_roles(contents, takes_named, &contents->named, err);
}
