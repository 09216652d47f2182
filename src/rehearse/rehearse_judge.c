/* What a rehearsal must not run, because it would reach out of the scratch database. See rehearse_internal.h.
 *
 * Here it is read off the texts, before anything is copied. What hides in functions and DO blocks is found before its
 * transaction commits (measure_transaction()). */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "pgtend/core/mem.h"
#include "rehearse_internal.h"

enum reach {
	REACH_SERVER, /* stays on the server: roles, other databases. On a server that is there for rehearsals it may */
	REACH_WORLD,  /* programs, files, replication, the server's configuration: nowhere */
};

struct finding {
	const char *word;
	enum reach reach;
	size_t offset;
};

/* --- trees ------------------------------------------------------------------------------------------------------ */

static const struct {
	const char *node, *word;
	enum reach reach;
} nodes[] = {
    {"CreateRoleStmt", "CREATE ROLE", REACH_SERVER},
    {"AlterRoleStmt", "ALTER ROLE", REACH_SERVER},
    {"AlterRoleSetStmt", "ALTER ROLE ... SET", REACH_SERVER},
    {"DropRoleStmt", "DROP ROLE", REACH_SERVER},
    {"GrantRoleStmt", "GRANT of a role", REACH_SERVER},
    {"CreatedbStmt", "CREATE DATABASE", REACH_SERVER},
    {"DropdbStmt", "DROP DATABASE", REACH_WORLD},
    {"AlterDatabaseStmt", "ALTER DATABASE", REACH_SERVER},
    {"AlterDatabaseSetStmt", "ALTER DATABASE ... SET", REACH_SERVER},
    {"CreateTableSpaceStmt", "CREATE TABLESPACE", REACH_WORLD},
    {"DropTableSpaceStmt", "DROP TABLESPACE", REACH_WORLD},
    {"AlterTableSpaceOptionsStmt", "ALTER TABLESPACE", REACH_SERVER},
    {"AlterSystemStmt", "ALTER SYSTEM", REACH_WORLD},
    {"CreateSubscriptionStmt", "CREATE SUBSCRIPTION", REACH_WORLD},
    {"AlterSubscriptionStmt", "ALTER SUBSCRIPTION", REACH_WORLD},
    {"DropSubscriptionStmt", "DROP SUBSCRIPTION", REACH_WORLD},
};

static const char *text_field(const json_t *fields, const char *name)
{
	const char *value = json_string_value(json_object_get(fields, name));
	return value ? value : "";
}

static bool is_of_server(const char *type)
{
	return strcmp(type, "OBJECT_DATABASE") == 0 || strcmp(type, "OBJECT_ROLE") == 0 ||
	       strcmp(type, "OBJECT_TABLESPACE") == 0 || strcmp(type, "OBJECT_PARAMETER_ACL") == 0;
}

static bool judge_tree(const char *node, const json_t *fields, struct finding *finding)
{
	for (size_t i = 0; i < sizeof nodes / sizeof nodes[0]; i++)
		if (strcmp(nodes[i].node, node) == 0) {
			finding->word = nodes[i].word;
			finding->reach = nodes[i].reach;
			return true;
		}
	finding->reach = REACH_SERVER;
	if (strcmp(node, "GrantStmt") == 0 && is_of_server(text_field(fields, "objtype")))
		finding->word = "GRANT on something of the whole server";
	else if (strcmp(node, "RenameStmt") == 0 && is_of_server(text_field(fields, "renameType")))
		finding->word = "renaming something of the whole server";
	else if (strcmp(node, "AlterOwnerStmt") == 0 && is_of_server(text_field(fields, "objectType")))
		finding->word = "the owner of something of the whole server";
	else if ((strcmp(node, "CommentStmt") == 0 || strcmp(node, "SecLabelStmt") == 0) &&
	         is_of_server(text_field(fields, "objtype")))
		finding->word = "a comment on something of the whole server";
	else if (strcmp(node, "CopyStmt") == 0 && json_is_true(json_object_get(fields, "is_program")))
		*finding = (struct finding){"COPY ... PROGRAM", REACH_WORLD, 0};
	else if (strcmp(node, "CopyStmt") == 0 && *text_field(fields, "filename") &&
	         !json_is_true(json_object_get(fields, "is_from")))
		*finding = (struct finding){"COPY into a file of the server", REACH_WORLD, 0};
	else
		return false;
	return true;
}

/* --- words, where there are no trees ---------------------------------------------------------------------------------
 */

static const struct {
	const char *words;
	enum reach reach;
} phrases[] = {
    {"create role", REACH_SERVER},
    {"create group", REACH_SERVER},
    {"alter role", REACH_SERVER},
    {"drop role", REACH_SERVER},
    {"create user", REACH_SERVER},
    {"alter user", REACH_SERVER},
    {"drop user", REACH_SERVER},
    {"create database", REACH_SERVER},
    {"drop database", REACH_WORLD},
    {"alter database", REACH_SERVER},
    {"create tablespace", REACH_WORLD},
    {"drop tablespace", REACH_WORLD},
    {"alter system", REACH_WORLD},
    {"create subscription", REACH_WORLD},
    {"alter subscription", REACH_WORLD},
    {"drop subscription", REACH_WORLD},
    {"to program", REACH_WORLD},
    {"from program", REACH_WORLD},
};

static bool is_word_char(char c)
{
	return isalnum((unsigned char)c) || c == '_' || c == '"' || (c & 0x80);
}

/* "create   ROLE x" begins with "create role"; CREATE USER MAPPING is no CREATE USER. */
static bool begins_with(const char *s, const char *words)
{
	const char *wanted = words;
	while (*wanted) {
		if (*wanted == ' ') {
			if (!isspace((unsigned char)*s))
				return false;
			while (isspace((unsigned char)*s))
				s++;
			wanted++;
		} else if (tolower((unsigned char)*s++) != *wanted++)
			return false;
	}
	if (is_word_char(*s))
		return false;
	while (isspace((unsigned char)*s))
		s++;
	return !(text_ends_with(words, " user") && strncasecmp(s, "mapping", 7) == 0);
}

static bool judge_words(const char *sql, size_t begin, size_t end, struct finding *finding)
{
	for (const char *s = sql + begin; *s && s < sql + end; s++) {
		if (s > sql && is_word_char(s[-1]))
			continue;
		for (size_t i = 0; i < sizeof phrases / sizeof phrases[0]; i++)
			if (begins_with(s, phrases[i].words)) {
				*finding = (struct finding){phrases[i].words, phrases[i].reach, (size_t)(s - sql)};
				return true;
			}
	}
	return false;
}

/* --- psql's own commands -------------------------------------------------------------------------------------------
 */

static bool is_harmless_command(const char *word, size_t length)
{
	static const char *const known[] = {"set", "unset", "echo", "qecho", "warn", "if", "elif", "else", "endif", "pset",
	    "timing", "x", "a", "t", "encoding", "restrict", "unrestrict", ".", "errverbose", "conninfo"};
	for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
		if (strlen(known[i]) == length && strncmp(known[i], word, length) == 0)
			return true;
	return false;
}

static bool is_copy_line(const char *line, size_t length)
{
	char *copy = mem_copy_n(line, length);
	const char *s = copy + strspn(copy, " \t");
	bool is_copy = strncasecmp(s, "copy", 4) == 0 && isspace((unsigned char)s[4]) && strcasestr(s, "from") &&
	               strcasestr(s, "stdin");
	mem_free(copy);
	return is_copy;
}

/* A backslash that begins a line or a word is a command, unless it stands in COPY's data. */
static bool judge_psql(const char *sql, struct finding *finding)
{
	bool is_data = false;
	for (const char *line = sql; *line;) {
		size_t length = strcspn(line, "\n");
		if (is_data)
			is_data = strncmp(line, "\\.", 2) != 0;
		else {
			for (size_t i = 0; i < length; i++) {
				bool is_begin = i == 0 || isspace((unsigned char)line[i - 1]) || line[i - 1] == ';';
				if (line[i] != '\\' || !is_begin)
					continue;
				size_t word = strcspn(line + i + 1, " \t\r\n;");
				if (is_harmless_command(line + i + 1, word))
					continue;
				*finding = (struct finding){
				    "a command of psql's that reaches out of the database", REACH_WORLD, (size_t)(line - sql) + i};
				return true;
			}
			is_data = is_copy_line(line, length);
		}
		line += length + (line[length] == '\n');
	}
	return false;
}

/* --- all -------------------------------------------------------------------------------------------------------------
 */

static bool tell(const struct plan_step *step, const struct finding *finding, bool is_elsewhere, struct report *report,
    struct err *err)
{
	char *place = plan_place(step, finding->offset);
	bool may_run = is_elsewhere && finding->reach == REACH_SERVER;
	if (may_run)
		report_log(report, "WARNING: %s: %s stays on the server of the rehearsal", place, finding->word);
	else {
		err_set(err, ERR_REFUSED, "%s: %s reaches out of the scratch database: that cannot be rehearsed%s", place,
		    finding->word, finding->reach == REACH_SERVER ? " on a server that is in use" : "");
		if (finding->reach == REACH_SERVER)
			err_hint(err, "rehearse on a server that may be changed: --on SERVER; or up to the file before: --to NAME");
		else
			err_hint(err, "rehearse up to the file before it: --to NAME, or --count N");
	}
	mem_free(place);
	return may_run;
}

static bool judge_step(const struct plan_step *step, bool is_elsewhere, struct report *report, struct err *err)
{
	struct finding finding = {0};
	struct parse parse;
	bool is_good = true;
	if (step->mode == PLAN_PSQL)
		return (!judge_psql(step->text.sql, &finding) || tell(step, &finding, is_elsewhere, report, err)) &&
		       (!judge_words(step->text.sql, 0, strlen(step->text.sql), &finding) ||
		           tell(step, &finding, is_elsewhere, report, err));
	parse_text(step->text.sql, true, &parse);
	if (parse.count == 0 && (parse.how == PARSE_UNCUT || parse.how == PARSE_ABSENT))
		is_good = !judge_words(step->text.sql, 0, strlen(step->text.sql), &finding) ||
		          tell(step, &finding, is_elsewhere, report, err);
	for (int i = 0; is_good && i < parse.count; i++) {
		const struct parse_statement *statement = &parse.statements[i];
		const json_t *fields = NULL;
		const char *node = parse_node(statement, &fields);
		/* What a DO block does outside a transaction is found by nobody later. */
		bool has_tree = node && !(strcmp(node, "DoStmt") == 0 && step->mode != PLAN_TRANSACTION);
		bool is_found = has_tree ? judge_tree(node, fields, &finding)
		                         : judge_words(step->text.sql, statement->begin, statement->end, &finding);
		if (!is_found)
			continue;
		if (has_tree)
			finding.offset = statement->begin;
		is_good = tell(step, &finding, is_elsewhere, report, err);
	}
	parse_done(&parse);
	return is_good;
}

bool rehearse_judge(const struct plan *plan, bool is_elsewhere, struct report *report, struct err *err)
{
	for (int i = 0; i < plan->count; i++)
		if (!judge_step(&plan->steps[i], is_elsewhere, report, err))
			return false;
	return true;
}
