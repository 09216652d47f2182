/* restore/plain_statement.c - what a statement of a plain dump says, by its tokens: does it go into the database, is it
 * left out, is it refused. See plain.h. */
#include <string.h>
#include <strings.h>

#include "pgtend/core/mem.h"
#include "plain_private.h"

/* --- tokens -------------------------------------------------------------------------------------------------- */

static bool is_at(const struct plain *plain, int i, const char *word)
{
	return i >= 0 && i < plain->token_count && plain->tokens[i].kind == 'w' &&
	       strcasecmp(plain->tokens[i].text, word) == 0;
}

static bool is_sign(const struct plain *plain, int i, char sign)
{
	return i >= 0 && i < plain->token_count && plain->tokens[i].kind == sign;
}

static bool is_any(const struct plain *plain, int i, const char *const *words)
{
	for (; *words; words++)
		if (is_at(plain, i, *words))
			return true;
	return false;
}

/* The name that stands there as the server understands it: unquoted words in lower case. NULL: none. Caller frees. */
static char *name_at(const struct plain *plain, int i)
{
	if (i < 0 || i >= plain->token_count || (plain->tokens[i].kind != 'w' && plain->tokens[i].kind != 'n'))
		return NULL;
	char *name = mem_copy(plain->tokens[i].text);
	for (char *c = name; plain->tokens[i].kind == 'w' && *c; c++)
		if (*c >= 'A' && *c <= 'Z')
			*c = (char)(*c - 'A' + 'a');
	return name;
}

static int find(const struct plain *plain, int from, const char *word)
{
	for (int i = from; i < plain->token_count; i++)
		if (is_at(plain, i, word))
			return i;
	return -1;
}

static void add_once(struct words *words, char *word)
{
	if (word && !words_has(words, word))
		words_add(words, word);
	mem_free(word);
}

static void add_role(const struct plain *plain, struct words *roles, int i)
{
	static const char *const nobody[] = {
	    "public", "current_user", "session_user", "current_role", "group", "none", "default", NULL};
	if (!is_any(plain, i, nobody))
		add_once(roles, name_at(plain, i));
}

/* "a, b, c" from there on. */
static void add_roles(struct plain *plain, int from)
{
	for (int i = from + is_at(plain, from, "group"); i < plain->token_count; i += 2) {
		add_role(plain, &plain->facts.grantees, i);
		if (!is_sign(plain, i + 1, ','))
			return;
	}
}

static bool refuse(const struct plain *plain, struct err *err, const char *what)
{
	plain_fail(plain, ERR_REFUSED, plain->statement_line, err, "%s: a dump of one database has no business there", what);
	return err_hint(err, "nothing was done; take the line out of the file if it may be missed");
}

/* --- is it worth holding ------------------------------------------------------------------------------------- */

bool plain_is_plain(const struct plain *plain)
{
	static const char *const held[] = {"alter", "grant", "revoke", "create", "drop", "comment", "security", "set",
	    "copy", "reassign", NULL};
	static const char *const made[] = {
	    "database", "role", "user", "group", "tablespace", "extension", "schema", "owned", NULL};
	static const char *const remarked[] = {"database", "extension", "role", "tablespace", NULL};
	if (plain->token_count == 0)
		return false;
	if (!is_any(plain, 0, held))
		return true;
	if (plain->token_count < 2)
		return false;
	if (is_at(plain, 0, "create") || is_at(plain, 0, "drop"))
		return !is_any(plain, 1, made);
	return is_at(plain, 0, "comment") && plain->token_count > 2 && !is_any(plain, 2, remarked);
}

bool plain_may_be_long(const struct plain *plain)
{
	static const char *const global[] = {"database", "role", "user", "group", "tablespace", "system", "default", NULL};
	return is_at(plain, 0, "alter") && plain->token_count > 1 && !is_any(plain, 1, global);
}

/* --- COPY ------------------------------------------------------------------------------------------------------ */

static bool begin_data(struct plain *plain, int name)
{
	char *first = name_at(plain, name), *second = is_sign(plain, name + 1, '.') ? name_at(plain, name + 2) : NULL;
	mem_free(plain->table);
	plain->table = second ? mem_format("%s.%s", first, second) : mem_copy(first ? first : "?");
	mem_free(first);
	mem_free(second);
	plain->table_rows = 0;
	plain->is_data_next = true;
	return true;
}

static bool judge_copy(struct plain *plain, struct err *err)
{
	int depth = 0, way = -1;
	for (int i = 1; i < plain->token_count && way < 0; i++) {
		depth += is_sign(plain, i, '(') ? 1 : is_sign(plain, i, ')') ? -1 : 0;
		if (depth == 0 && (is_at(plain, i, "from") || is_at(plain, i, "to")))
			way = i;
	}
	if (is_at(plain, way, "from") && is_at(plain, way + 1, "stdin"))
		return begin_data(plain, 1);
	if (is_at(plain, way + 1, "program"))
		return refuse(plain, err, "COPY runs a program on the server");
	return is_at(plain, way + 1, "stdout") || refuse(plain, err, "COPY reaches a file of the server");
}

/* --- the database itself ------------------------------------------------------------------------------------------ */

static bool is_other(const char *name, const char *known)
{
	return name && known && strcmp(name, known) != 0;
}

/* What stands behind the name, without what is the server's: owner, tablespace, limits. */
static char *form_of(const struct plain *plain, int i)
{
	static const char *const taken[] = {"with", "template", "encoding", "locale", "lc_collate", "lc_ctype",
	    "locale_provider", "icu_locale", "icu_rules", "builtin_locale", NULL};
	static const char *const own[] = {
	    "owner", "tablespace", "connection", "is_template", "allow_connections", "oid", "strategy", "collation_version", NULL};
	struct text form = {0};
	bool is_taken = true;
	if (find(plain, i, "template") < 0)
		text_add(&form, " TEMPLATE template0");
	for (; i < plain->token_count; i++) {
		const struct plain_token *token = &plain->tokens[i];
		if (is_any(plain, i, own))
			is_taken = false;
		else if (is_any(plain, i, taken))
			is_taken = true;
		if (!is_taken)
			continue;
		text_addf(&form, token->kind == 's' ? " '" : token->kind == 'n' ? " \"" : " ");
		for (const char *c = token->text; *c; c++)
			text_addf(&form, *c == (token->kind == 's' ? '\'' : '"') && token->kind != 'w' ? "%c%c" : "%c", *c, *c);
		text_add(&form, token->kind == 's' ? "'" : token->kind == 'n' ? "\"" : "");
	}
	return text_take(&form);
}

/* pg_dump --create: the database is made by us, under another name. */
static bool judge_create_database(struct plain *plain, int i, struct err *err)
{
	char *name = name_at(plain, i);
	bool is_second = plain->facts.created || is_other(name, plain->dropped) || !name;
	if (!is_second) {
		plain->facts.created = mem_copy(name);
		plain->facts.form = form_of(plain, i + 1);
	}
	mem_free(name);
	return !is_second || refuse(plain, err, "CREATE DATABASE makes more than one database");
}

static bool judge_drop_database(struct plain *plain, struct err *err)
{
	char *name = name_at(plain, is_at(plain, 2, "if") ? 4 : 2);
	bool is_second = plain->dropped || plain->facts.created || !name;
	if (is_second)
		mem_free(name);
	else
		plain->dropped = name;
	return !is_second || refuse(plain, err, "DROP DATABASE");
}

/* Of the database that the file creates, and of no other. */
static bool judge_of_database(struct plain *plain, int i, const char *what, struct err *err)
{
	char *name = name_at(plain, i);
	bool is_own = plain->facts.created && name && strcmp(name, plain->facts.created) == 0;
	mem_free(name);
	return is_own || refuse(plain, err, what);
}

/* --- the words of psql ------------------------------------------------------------------------------------------------ */

/* pg_dump --create writes `\connect name`, or for names with blanks `\connect -reuse-previous=on "dbname='a b'"`. */
static bool is_own_connect(const struct plain *plain, const char *target)
{
	const char *created = plain->facts.created;
	if (!created || plain->is_connected || plain->is_in_statement)
		return false;
	char *forms[] = {mem_copy(created), mem_format("\"%s\"", created),
	    mem_format("-reuse-previous=on \"dbname='%s'\"", created)};
	bool is_own = false;
	for (int i = 0; i < 3; i++) {
		is_own = is_own || strcmp(target, forms[i]) == 0;
		mem_free(forms[i]);
	}
	return is_own;
}

static bool refuse_meta(const struct plain *plain, const char *word, struct err *err)
{
	bool is_connect = strcmp(word, "\\connect") == 0 || strcmp(word, "\\c") == 0;
	char *visible = text_visible(word);
	if (is_connect)
		plain_fail(plain, ERR_REFUSED, plain->facts.lines + 1, err, "%s goes to another database", visible);
	else
		plain_fail(plain, ERR_REFUSED, plain->facts.lines + 1, err,
		    "%s is a command of psql, which runs on this machine: a dump has no business there", visible);
	mem_free(visible);
	return err_hint(err, is_connect ? "a dump of several databases is for psql itself"
	                                : "nothing was done; take the line out of the file if it may be missed");
}

bool plain_meta(struct plain *plain, const char *at, size_t length, struct err *err)
{
	enum { MOST = 1000 };
	char *line = mem_copy_n(at, length < MOST ? length : MOST);
	line[strcspn(line, "\r\n")] = 0;
	size_t size = 1 + strcspn(line + 1, " \t\\");
	char *word = mem_copy_n(line, size);
	const char *rest = line + size + strspn(line + size, " \t");
	/* Others' keys are taken away: ours stands around the whole. */
	bool is_restrict = (strcmp(word, "\\restrict") == 0 || strcmp(word, "\\unrestrict") == 0) &&
	                   !plain->is_in_statement && !strchr(rest, '\\');
	bool is_connect = strcmp(word, "\\connect") == 0 && is_own_connect(plain, rest);
	plain->is_connected = plain->is_connected || is_connect;
	bool is_good = is_restrict || is_connect || refuse_meta(plain, word, err);
	mem_free(word);
	mem_free(line);
	return is_good;
}

/* --- who owns what ----------------------------------------------------------------------------------------------- */

/* "... OWNER TO role;" as the whole of what it alters. */
static bool is_owner(const struct plain *plain)
{
	int n = plain->token_count;
	return is_at(plain, n - 3, "owner") && is_at(plain, n - 2, "to");
}

static bool judge_owner(struct plain *plain, bool *is_out)
{
	int n = plain->token_count;
	if (is_at(plain, 0, "set") && is_at(plain, 1, "session") && is_at(plain, 2, "authorization")) {
		if (is_sign(plain, 3, 's'))
			add_once(&plain->facts.owners, mem_copy(plain->tokens[3].text));
		else
			add_role(plain, &plain->facts.owners, 3);
	} else if (is_at(plain, 0, "alter") && is_owner(plain)) {
		add_role(plain, &plain->facts.owners, n - 1);
	} else if (is_at(plain, 0, "alter") && is_at(plain, 1, "default") && is_at(plain, 2, "privileges")) {
		int of = find(plain, 3, "for");
		if (of >= 0 && (is_at(plain, of + 1, "role") || is_at(plain, of + 1, "user")))
			add_roles(plain, of + 2);
		add_roles(plain, find(plain, 3, is_at(plain, find(plain, 3, "grant"), "grant") ? "to" : "from") + 1);
	} else if (is_at(plain, 0, "grant") || is_at(plain, 0, "revoke")) {
		add_roles(plain, find(plain, 1, is_at(plain, 0, "grant") ? "to" : "from") + 1);
	} else {
		return false;
	}
	*is_out = !plain->options.no_owner;
	return true;
}

static void judge_schema(struct plain *plain)
{
	int owner = find(plain, 2, "authorization");
	if (owner > 0)
		add_role(plain, &plain->facts.owners, owner + 1);
}

/* --- one by one ----------------------------------------------------------------------------------------------------- */

static bool judge_create(struct plain *plain, bool *is_out, struct err *err)
{
	bool is_mapping = is_at(plain, 1, "user") && is_at(plain, 2, "mapping");
	if (is_at(plain, 1, "database")) {
		*is_out = false;
		return judge_create_database(plain, 2, err);
	}
	if (is_at(plain, 1, "extension"))
		add_once(&plain->facts.extensions, name_at(plain, is_at(plain, 2, "if") ? 5 : 2));
	if (is_at(plain, 1, "schema"))
		judge_schema(plain);
	if (is_at(plain, 1, "tablespace"))
		return refuse(plain, err, "CREATE TABLESPACE");
	if (!is_mapping && (is_at(plain, 1, "role") || is_at(plain, 1, "user") || is_at(plain, 1, "group")))
		return refuse(plain, err, "roles of the server are made");
	return true;
}

static bool judge_drop(struct plain *plain, bool *is_out, struct err *err)
{
	bool is_mapping = is_at(plain, 1, "user") && is_at(plain, 2, "mapping");
	if (is_at(plain, 1, "database")) {
		*is_out = false;
		return judge_drop_database(plain, err);
	}
	if (is_at(plain, 1, "tablespace"))
		return refuse(plain, err, "DROP TABLESPACE");
	if (is_at(plain, 1, "owned"))
		return refuse(plain, err, "DROP OWNED takes away what a role may on the whole server");
	if (!is_mapping && (is_at(plain, 1, "role") || is_at(plain, 1, "user") || is_at(plain, 1, "group")))
		return refuse(plain, err, "roles of the server are dropped");
	return true;
}

static bool judge_alter(struct plain *plain, bool *is_out, struct err *err)
{
	bool is_role = is_at(plain, 1, "role") || (is_at(plain, 1, "user") && !is_at(plain, 2, "mapping")) ||
	               is_at(plain, 1, "group");
	if (is_at(plain, 1, "database") || (is_role && is_at(plain, 3, "in") && is_at(plain, 4, "database"))) {
		*is_out = false;
		return judge_of_database(plain, is_role ? 5 : 2, "ALTER DATABASE of another database", err);
	}
	if (is_at(plain, 1, "system"))
		return refuse(plain, err, "ALTER SYSTEM");
	if (is_at(plain, 1, "tablespace"))
		return refuse(plain, err, "ALTER TABLESPACE");
	if (is_role)
		return refuse(plain, err, "roles of the server are altered");
	(void)judge_owner(plain, is_out);
	return true;
}

static bool judge_grant(struct plain *plain, bool *is_out, struct err *err)
{
	int on = find(plain, 1, "on");
	if (on < 0)
		return refuse(plain, err, "membership in roles of the server is changed");
	if (is_at(plain, on + 1, "tablespace") || is_at(plain, on + 1, "parameter"))
		return refuse(plain, err, "privileges on the server itself are changed");
	(void)judge_owner(plain, is_out);
	if (!is_at(plain, on + 1, "database"))
		return true;
	*is_out = false;
	return judge_of_database(plain, on + 2, "privileges on another database are changed", err);
}

static bool judge_comment(struct plain *plain, int on, bool *is_out, struct err *err)
{
	if (is_at(plain, on + 1, "extension"))
		*is_out = !plain->options.no_comments;
	if (is_at(plain, on + 1, "role") || is_at(plain, on + 1, "tablespace"))
		return refuse(plain, err, "something is said about roles or tablespaces of the server");
	if (!is_at(plain, on + 1, "database"))
		return true;
	*is_out = false;
	return judge_of_database(plain, on + 2, "COMMENT on another database", err);
}

/* In these a backslash or a letter may be the second half of a character, and psql knows: quotes would end elsewhere. */
static bool is_encoding_read(const char *name)
{
	static const char *const others[] = {"sjis", "shift", "mskanji", "big5", "gbk", "uhc", "gb18030", "johab", "win932",
	    "win936", "win949", "win950", "windows932", "windows936", "windows949", "windows950", NULL};
	for (int i = 0; others[i]; i++)
		if (strncasecmp(name, others[i], strlen(others[i])) == 0)
			return false;
	return true;
}

static bool judge_encoding(struct plain *plain, int i, struct err *err)
{
	const char *name = i < plain->token_count ? plain->tokens[i].text : "";
	if (!is_encoding_read(name)) {
		plain_fail(plain, ERR_REFUSED, plain->statement_line, err, "a dump in the encoding %s cannot be told from commands of psql", name);
		return err_hint(err, "take the dump with pg_dump --encoding=UTF8, or in the custom format");
	}
	if (is_sign(plain, i, 's') && !plain->facts.encoding)
		plain->facts.encoding = mem_copy(name);
	return true;
}

/* Where the strings end hangs on it. */
static bool judge_strings(struct plain *plain, int i, struct err *err)
{
	const char *value = i < plain->token_count ? plain->tokens[i].text : "";
	bool is_on = strcasecmp(value, "on") == 0;
	plain->is_backslash_on = !is_on;
	return is_on || strcasecmp(value, "off") == 0 ||
	       plain_fail(plain, ERR_REFUSED, plain->statement_line, err, "standard_conforming_strings is neither on nor off");
}

static bool judge_set(struct plain *plain, bool *is_out, struct err *err)
{
	enum { WITH_TRANSACTION_TIMEOUT = 170000 };
	int name = 1 + (is_at(plain, 1, "session") || is_at(plain, 1, "local"));
	int value = name + 1 + (is_sign(plain, name + 1, '=') || is_at(plain, name + 1, "to"));
	if (judge_owner(plain, is_out))
		return true;
	if (is_at(plain, name, "standard_conforming_strings"))
		return judge_strings(plain, value, err);
	if (is_at(plain, name, "client_encoding") || is_at(plain, name, "names"))
		return judge_encoding(plain, is_at(plain, name, "names") ? name + 1 : value, err);
	/* A newer pg_dump says it first of all, and an older server knows it not. */
	if (is_at(plain, 1, "transaction_timeout") && plain->options.server_version > 0 &&
	    plain->options.server_version < WITH_TRANSACTION_TIMEOUT)
		*is_out = false;
	return true;
}

bool plain_judge(struct plain *plain, bool *is_out, struct err *err)
{
	*is_out = true;
	if (is_at(plain, 0, "copy"))
		return judge_copy(plain, err);
	plain->facts.has_inserts = plain->facts.has_inserts || is_at(plain, 0, "insert");
	if (!plain->is_held)
		return true;
	if (is_at(plain, 0, "create"))
		return judge_create(plain, is_out, err);
	if (is_at(plain, 0, "drop"))
		return judge_drop(plain, is_out, err);
	if (is_at(plain, 0, "alter"))
		return judge_alter(plain, is_out, err);
	if (is_at(plain, 0, "grant") || is_at(plain, 0, "revoke"))
		return judge_grant(plain, is_out, err);
	if (is_at(plain, 0, "comment"))
		return judge_comment(plain, 1, is_out, err);
	if (is_at(plain, 0, "security"))
		return judge_comment(plain, find(plain, 1, "on"), is_out, err);
	if (is_at(plain, 0, "set"))
		return judge_set(plain, is_out, err);
	return !is_at(plain, 0, "reassign") ||
	       refuse(plain, err, "REASSIGN OWNED gives away databases of the server too");
}
