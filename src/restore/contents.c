/* What a dump holds, as its own pg_restore tells: the list of its entries, and the statements that make the database
 * itself. The dump is one snapshot, so it knows best; the manifest is not needed for it. See restore_internal.h. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "pgtend/core/mem.h"
#include "pgtend/syntax/parse.h"
#include "restore_internal.h"

/* --- asking pg_restore ---------------------------------------------------------------------------------------- */

int contents_memory(const char *text, struct err *err)
{
	int fd = memfd_create("pgtend", MFD_CLOEXEC);
	size_t length = text ? strlen(text) : 0, done = 0;
	while (fd >= 0 && done < length) {
		ssize_t n = write(fd, text + done, length - done);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0) {
			close(fd);
			fd = -1;
		} else {
			done += (size_t)n;
		}
	}
	if (fd < 0 || lseek(fd, 0, SEEK_SET) < 0)
		(void)err_set(err, ERR_FAILED, "no memory for a list: %s", strerror(errno));
	return fd;
}

static char *read_whole(int fd)
{
	struct stat info;
	struct text text = {0};
	char block[65536];
	ssize_t n = 0;
	if (fstat(fd, &info) != 0 || lseek(fd, 0, SEEK_SET) < 0)
		return mem_copy("");
	while ((n = read(fd, block, sizeof block)) > 0)
		text_add_n(&text, block, (size_t)n);
	return text_take(&text);
}

/* A pg_restore in a container sees neither the dump's file nor a list: the dump is its standard input. */
char *contents_ask(const struct contents *contents, const char *const *options, const char *list, struct err *err)
{
	const struct dump_tools *tools = contents->tools;
	const bool is_fed = tools->is_restore_in_client;
	struct words argv = {0};
	char *said = NULL;
	int in_fd = is_fed ? open(contents->path, O_RDONLY | O_CLOEXEC) : list ? contents_memory(list, err) : -1;
	int out_fd = contents_memory(NULL, err);
	words_add(&argv, tools->pg_restore);
	for (; *options; options++)
		words_add(&argv, *options);
	if (list && !is_fed)
		words_add(&argv, "--use-list=/dev/stdin");
	if (!is_fed)
		words_add(&argv, contents->path);
	struct dump_run run = {
	    .loop = contents->loop,
	    .application = "pgtend",
	    .argv = &argv,
	    .client = is_fed ? &tools->client : NULL,
	    .stdin_fd = in_fd,
	    .has_stdin = in_fd >= 0,
	    .stdout_fd = out_fd,
	    .disk = "this machine's memory",
	    .report = contents->report,
	};
	bool is_ready = out_fd >= 0 && (in_fd >= 0 || (!list && !is_fed));
	if (is_fed && in_fd < 0)
		err_set(err, ERR_FAILED, "%s: cannot be read: %s", contents->path, strerror(errno));
	if (is_ready && dump_run(&run, NULL, err))
		said = read_whole(out_fd);
	if (in_fd >= 0)
		close(in_fd);
	if (out_fd >= 0)
		close(out_fd);
	words_done(&argv);
	return said;
}

/* --- its list ------------------------------------------------------------------------------------------------- */

/* "12; 1259 16385 TABLE public users ann" -> "TABLE public users ann"; NULL: a comment. */
const char *contents_words(const char *line)
{
	const char *s = strchr(line, ';');
	if (!s || s == line)
		return NULL;
	for (int i = 0; i < 3 && s; i++)
		s = strchr(s + 1, ' ');
	return s ? s + 1 : NULL;
}

bool contents_is(const char *line, const char *kind)
{
	const char *words = contents_words(line);
	return words && text_starts_with(words, kind);
}

char *contents_list(const struct contents *contents, bool (*is_taken)(const char *line, const void *arg), const void *arg)
{
	struct text list = {0};
	for (size_t i = 0; i < contents->entries.count; i++)
		if (is_taken(contents->entries.v[i], arg))
			text_addf(&list, "%s\n", contents->entries.v[i]);
	return text_take(&list);
}

static char *after(const char *line, const char *words)
{
	const char *at = strstr(line, words);
	return at && line[0] == ';' ? mem_copy(at + strlen(words)) : NULL;
}

static void take_line(struct contents *contents, const char *line)
{
	static const char extension[] = "EXTENSION - ";
	const char *words = contents_words(line);
	char *value = NULL;
	if (line[0] == ';') {
		if (!contents->dbname && (value = after(line, "    dbname: ")) != NULL)
			contents->dbname = value;
		else if (!contents->server_version && (value = after(line, "Dumped from database version: ")) != NULL)
			contents->server_version = value;
		return;
	}
	if (!words)
		return;
	words_add(&contents->entries, line);
	if (text_starts_with(words, extension)) {
		const char *name = words + strlen(extension);
		words_take(&contents->extensions, mem_copy_n(name, strcspn(name, " ")));
	}
}

static bool read_list(struct contents *contents, struct err *err)
{
	static const char *const options[] = {"--list", "--create", NULL};
	char *list = contents_ask(contents, options, NULL, err);
	for (char *line = list, *end; line && *line; line = end) {
		end = line + strcspn(line, "\n");
		if (*end)
			*end++ = 0;
		take_line(contents, line);
	}
	bool is_read = list != NULL;
	mem_free(list);
	contents->has_timescale = words_has(&contents->extensions, "timescaledb");
	return is_read;
}

/* --- TimescaleDB's version ---------------------------------------------------------------------------------------- */

static bool is_metadata(const char *line, const void *arg)
{
	(void)arg;
	return contents_is(line, "TABLE DATA _timescaledb_catalog metadata ");
}

/* It stands in a row of TimescaleDB's own; CREATE EXTENSION in a dump names none. */
static bool read_timescale(struct contents *contents, struct err *err)
{
	static const char *const options[] = {
	    "--file=-", "--data-only", "--schema=_timescaledb_catalog", "--table=metadata", NULL};
	static const char key[] = "\ntimescaledb_version\t";
	char *list = contents_list(contents, is_metadata, NULL);
	char *said = *list ? contents_ask(contents, options, list, err) : mem_copy("");
	const char *at = said ? strstr(said, key) : NULL;
	if (at)
		contents->timescale_version = mem_copy_n(at + strlen(key), strcspn(at + strlen(key), "\t\n"));
	bool is_read = said != NULL;
	mem_free(list);
	mem_free(said);
	return is_read;
}

/* --- the database itself ------------------------------------------------------------------------------------------ */

static bool is_of_database(const char *line, const void *arg)
{
	(void)arg;
	return contents_is(line, "DATABASE ") || contents_is(line, "DATABASE PROPERTIES ") ||
	       contents_is(line, "ACL - DATABASE ") || contents_is(line, "COMMENT - DATABASE ");
}

/* The database's name behind the first "DATABASE ", in quotes or without; where it ends, NULL: not there. */
static const char *find_name(const char *statement, const char *dbname, const char **begin)
{
	static const char word[] = "DATABASE ";
	struct text quoted = {0};
	text_add_char(&quoted, '"');
	for (const char *c = dbname; *c; c++) {
		if (*c == '"')
			text_add_char(&quoted, '"');
		text_add_char(&quoted, *c);
	}
	text_add_char(&quoted, '"');
	const char *end = NULL;
	for (const char *at = strstr(statement, word); at && !end; at = strstr(at + 1, word)) {
		*begin = at + strlen(word);
		if (text_starts_with(*begin, text_str(&quoted)))
			end = *begin + quoted.length;
		else if (text_starts_with(*begin, dbname) && strchr(" ;", (*begin)[strlen(dbname)]))
			end = *begin + strlen(dbname);
	}
	text_done(&quoted);
	return end;
}

static char *owner_of(const char *rest)
{
	static const char word[] = " OWNER TO ";
	if (!text_starts_with(rest, word))
		return NULL;
	struct text name = {0};
	const char *c = rest + strlen(word);
	bool is_quoted = *c == '"';
	for (c += is_quoted; *c && *c != ';'; c++) {
		if (is_quoted && *c == '"' && *++c != '"')
			break;
		text_add_char(&name, *c);
	}
	return text_take(&name);
}

/* No function's body, that only speaks of it. */
static bool is_about_database(const char *statement, const char *name)
{
	static const char in_role[] = " IN DATABASE ", on[] = " ON DATABASE ";
	if (text_starts_with(statement, "CREATE DATABASE ") || text_starts_with(statement, "ALTER DATABASE ") ||
	    text_starts_with(statement, "COMMENT ON DATABASE "))
		return true;
	if (text_starts_with(statement, "ALTER ROLE "))
		return (size_t)(name - statement) > strlen(in_role) &&
		       strncmp(name - strlen(in_role), in_role, strlen(in_role)) == 0;
	return (text_starts_with(statement, "GRANT ") || text_starts_with(statement, "REVOKE ")) &&
	       strncmp(name - strlen(on), on, strlen(on)) == 0;
}

static void take_statement(struct contents *contents, const char *statement)
{
	static const char tablespace[] = " TABLESPACE = ";
	const char *name = NULL, *rest = find_name(statement, contents->dbname, &name);
	if (!rest || !is_about_database(statement, name))
		return;
	if (text_starts_with(statement, "CREATE DATABASE ")) {
		/* The last of its options; whether the server has it is another question. */
		const char *space = strstr(rest, tablespace);
		contents->form = space ? mem_copy_n(rest, (size_t)(space - rest)) : mem_copy(rest);
		if (space)
			contents->form_tablespace = mem_copy(space + strlen(tablespace));
	} else if (text_starts_with(statement, "ALTER DATABASE ") && text_starts_with(rest, " OWNER TO ")) {
		contents->owner = owner_of(rest);
	} else {
		words_take(&contents->before, mem_copy_n(statement, (size_t)(name - statement)));
		words_add(&contents->behind, rest);
	}
}

/* psql's commands stand between them on lines of their own. */
char *contents_without_psql(const char *script)
{
	struct text text = {0};
	for (const char *line = script; *line;) {
		size_t length = strcspn(line, "\n");
		if (!text_starts_with(line, "\\connect ") && !text_starts_with(line, "\\restrict ") &&
		    !text_starts_with(line, "\\unrestrict "))
			text_add_n(&text, line, length);
		text_add_char(&text, '\n');
		line += length + (line[length] == '\n');
	}
	return text_take(&text);
}

static bool read_database(struct contents *contents, struct err *err)
{
	static const char *const options[] = {"--create", "--schema-only", "--file=-", NULL};
	char *list = contents_list(contents, is_of_database, NULL);
	char *script = contents->dbname && *list ? contents_ask(contents, options, list, err) : mem_copy("");
	char *sql = script ? contents_without_psql(script) : NULL;
	struct parse parse = {0};
	if (sql && *sql)
		parse_text(sql, false, &parse);
	for (int i = 0; i < parse.count; i++) {
		char *statement =
		    mem_copy_n(sql + parse.statements[i].begin, parse.statements[i].end - parse.statements[i].begin);
		take_statement(contents, statement);
		mem_free(statement);
	}
	/* Without a parser: CREATE DATABASE is always one line. */
	const char *create = sql && !contents->form ? strstr(sql, "\nCREATE DATABASE ") : NULL;
	if (create) {
		char *statement = mem_copy_n(create + 1, strcspn(create + 1, ";\n"));
		take_statement(contents, statement);
		mem_free(statement);
	}
	parse_done(&parse);
	bool is_read = sql != NULL;
	mem_free(sql);
	mem_free(script);
	mem_free(list);
	return is_read;
}

/* --- all of it -------------------------------------------------------------------------------------------------- */

bool contents_read(struct loop *loop, const char *path, const struct dump_tools *tools, struct report *report,
    struct contents *contents, struct err *err)
{
	*contents = (struct contents){.loop = loop, .path = path, .tools = tools, .report = report};
	return (read_list(contents, err) && read_database(contents, err) &&
	           (!contents->has_timescale || read_timescale(contents, err))) ||
	       err_prefix(err, "%s", path);
}

void contents_done(struct contents *contents)
{
	mem_free(contents->dbname);
	mem_free(contents->server_version);
	mem_free(contents->timescale_version);
	mem_free(contents->form);
	mem_free(contents->form_tablespace);
	mem_free(contents->owner);
	words_done(&contents->entries);
	words_done(&contents->extensions);
	words_done(&contents->before);
	words_done(&contents->behind);
	words_done(&contents->owners);
	words_done(&contents->grantees);
	words_done(&contents->named);
	words_done(&contents->tablespaces);
	memset(contents, 0, sizeof *contents);
}
