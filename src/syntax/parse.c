/* See syntax/parse.h. */
#include "pgtend/syntax/parse.h"

#include <ctype.h>
#include <dlfcn.h>
#include <pthread.h>
#include <string.h>
#include <strings.h>

#include "pgtend/core/mem.h"
#include "pgtend/core/text.h"

enum {
	/* libpg_query writes trees by recursion, about 128 bytes of stack a level, and a level can be as short as "+1". */
	TREE_BYTES_MAX = 256 * 1024,
	TREE_STACK_BYTES = 64 * 1024 * 1024,
	/* A tree needs about a hundred times the memory of its text: behind this much, rows of data get none. */
	TREE_BYTES_FOR_DATA = 1024 * 1024,
	ERROR_BYTES = 200,
};

/* The little of libpg_query's C interface that is used, unchanged from its version 13 to 17; its header is not needed
 * to build. */
struct query_error {
	char *message, *function, *file;
	int line, position; /* in characters, from 1 */
	char *context;
};
struct split_statement {
	int location, length; /* length 0: to the end */
};
struct split_result {
	struct split_statement **statements;
	int count;
	char *stderr_buffer;
	struct query_error *error;
};
struct tree_result {
	char *json, *stderr_buffer;
	struct query_error *error;
};
struct plpgsql_result {
	char *json;
	struct query_error *error;
};
static struct {
	bool is_tried, is_open;
	struct split_result (*by_parser)(const char *sql);
	struct split_result (*by_scanner)(const char *sql);
	void (*release_split)(struct split_result result);
	struct tree_result (*tree)(const char *sql);
	void (*release_tree)(struct tree_result result);
	struct plpgsql_result (*plpgsql)(const char *sql);
	void (*release_plpgsql)(struct plpgsql_result result);
} query;

static bool query_open(void)
{
	/* Debian names the library by the version of its upstream. */
	static const char *const names[] = {"libpg_query.so.1504.0", "libpg_query.so.1606.0", "libpg_query.so.1700.0",
	    "libpg_query.so.1706.1", "libpg_query.so"};
	void *library = NULL;
	if (query.is_tried)
		return query.is_open;
	query.is_tried = true;
	for (size_t i = 0; i < sizeof names / sizeof names[0] && !library; i++)
		library = dlopen(names[i], RTLD_NOW | RTLD_LOCAL);
	if (!library)
		return false;
	*(void **)&query.by_parser = dlsym(library, "pg_query_split_with_parser");
	*(void **)&query.by_scanner = dlsym(library, "pg_query_split_with_scanner");
	*(void **)&query.release_split = dlsym(library, "pg_query_free_split_result");
	*(void **)&query.tree = dlsym(library, "pg_query_parse");
	*(void **)&query.release_tree = dlsym(library, "pg_query_free_parse_result");
	*(void **)&query.plpgsql = dlsym(library, "pg_query_parse_plpgsql");
	*(void **)&query.release_plpgsql = dlsym(library, "pg_query_free_plpgsql_parse_result");
	query.is_open = query.by_parser && query.by_scanner && query.release_split && query.tree && query.release_tree;
	return query.is_open;
}

const char *parse_skip_blank(const char *s, const char *end)
{
	while (s < end) {
		if (isspace((unsigned char)*s)) {
			s++;
		} else if (end - s >= 2 && s[0] == '-' && s[1] == '-') {
			while (s < end && *s != '\n')
				s++;
		} else if (end - s >= 2 && s[0] == '/' && s[1] == '*') {
			int depth = 0;
			do {
				if (end - s >= 2 && s[0] == '/' && s[1] == '*') {
					depth++;
					s += 2;
				} else if (end - s >= 2 && s[0] == '*' && s[1] == '/') {
					depth--;
					s += 2;
				} else {
					s++;
				}
			} while (depth > 0 && s < end);
		} else {
			break;
		}
	}
	return s;
}

const char *parse_take_word(const char *s, const char *end, char word[16])
{
	size_t n = 0;
	while (s < end && (isalpha((unsigned char)*s) || *s == '_')) {
		if (n < 15)
			word[n++] = (char)toupper((unsigned char)*s);
		s++;
	}
	word[n] = 0;
	return s;
}

bool parse_has_word(const char *s, const char *end, const char *wanted)
{
	char word[16];
	while (s < end) {
		const char *next = parse_take_word(s, end, word);
		if (next > s && strcmp(word, wanted) == 0)
			return true;
		s = next > s ? next : s + 1;
	}
	return false;
}

/* --- cutting ------------------------------------------------------------------------------------------------------ */

/* The byte at which character `position` (from 1) stands. */
static size_t byte_of(const char *sql, int position)
{
	const char *s = sql;
	for (int i = 1; i < position && *s; i++)
		for (s++; ((unsigned char)*s & 0xC0) == 0x80; s++)
			;
	return (size_t)(s - sql);
}

static void take_error(struct parse *parse, const char *sql, const struct query_error *error)
{
	const char *message = error->message ? error->message : "";
	size_t length = strlen(message);
	if (parse->error)
		return;
	/* An open quote is quoted to the end of the file. */
	if (length > ERROR_BYTES)
		for (length = ERROR_BYTES; length > 0 && ((unsigned char)message[length] & 0xC0) == 0x80; length--)
			;
	parse->error = mem_copy_n(message, length);
	parse->error_offset = byte_of(sql, error->position);
}

/* The statements that begin in these bytes; what the cutter calls one has comments before and blanks behind it. */
static void add_statement(struct parse *parse, const char *sql, size_t begin, size_t end)
{
	const char *s = parse_skip_blank(sql + begin, sql + end);
	begin = (size_t)(s - sql);
	while (end > begin && isspace((unsigned char)sql[end - 1]))
		end--;
	if (begin >= end)
		return;
	/* Twice the room at every power of two: a file of rows has a hundred thousand statements. */
	if ((parse->count & (parse->count - 1)) == 0)
		parse->statements =
		    mem_grow(parse->statements, (size_t)(parse->count ? parse->count * 2 : 1), sizeof *parse->statements);
	parse->statements[parse->count++] = (struct parse_statement){.begin = begin, .end = end};
}

/* libpg_query's scanner leaves out a statement in which it sees no keyword ("frobnicate x"): whatever stands between two of its pieces. */
static void add_left_out(struct parse *parse, const char *sql, size_t begin, size_t end)
{
	const char *s = sql + begin, *stop = sql + end;
	while (s < stop) {
		s = parse_skip_blank(s, stop);
		if (s < stop && *s == ';')
			s++;
		else
			break;
	}
	/* Of several left out in a row no more is known than where the first begins: together they are one piece. */
	while (stop > s && (isspace((unsigned char)stop[-1]) || stop[-1] == ';'))
		stop--;
	add_statement(parse, sql, (size_t)(s - sql), (size_t)(stop - sql));
}

static void take_split(struct parse *parse, const char *sql, const struct split_result *split)
{
	size_t length = strlen(sql), behind = 0;
	for (int i = 0; i < split->count; i++) {
		const struct split_statement *piece = split->statements[i];
		size_t begin = (size_t)piece->location, size = piece->length ? (size_t)piece->length : length - begin;
		if (begin > length || size > length - begin)
			continue;
		if (begin > behind)
			add_left_out(parse, sql, behind, begin);
		add_statement(parse, sql, begin, begin + size);
		behind = begin + size;
	}
	if (behind < length)
		add_left_out(parse, sql, behind, length);
}

static void cut(struct parse *parse, const char *sql)
{
	struct split_result split = query.by_parser(sql);
	parse->how = PARSE_TREE;
	if (split.error) {
		/* Newer syntax, psql's own commands, or a mistake: the scanner cuts at every semicolon, also within BEGIN
		 * ATOMIC ... END. */
		take_error(parse, sql, split.error);
		query.release_split(split);
		split = query.by_scanner(sql);
		parse->how =
		    split.error || parse_has_word(sql, sql + strlen(sql), "ATOMIC") ? PARSE_UNCUT : PARSE_SCANNED;
	}
	if (parse->how != PARSE_UNCUT)
		take_split(parse, sql, &split);
	query.release_split(split);
}

/* --- trees -------------------------------------------------------------------------------------------------------- */

/* "location" and "stmt_location" count from the statement's own beginning. */
static void move_locations(json_t *node, json_int_t by)
{
	const char *key;
	json_t *value;
	size_t i;
	if (json_is_array(node)) {
		json_array_foreach(node, i, value)
			move_locations(value, by);
		return;
	}
	json_object_foreach(node, key, value) {
		if (!json_is_integer(value))
			move_locations(value, by);
		else if (text_ends_with(key, "location"))
			json_integer_set(value, json_integer_value(value) + by);
	}
}

/* libpg_query leaves out a location of 0. */
static json_t *read_tree(const struct tree_result *result, size_t begin)
{
	json_t *all = json_loads(result->json, 0, NULL);
	json_t *tree = json_object_get(json_array_get(json_object_get(all, "stmts"), 0), "stmt");
	if (tree) {
		json_incref(tree);
		move_locations(tree, (json_int_t)begin);
	}
	json_decref(all);
	return tree;
}

/* Rows of data: what they look like matters to nobody, and there may be a hundred thousand. */
static bool is_data(const char *s, const char *end)
{
	static const char *const words[] = {"INSERT", "VALUES", "SELECT", "UPDATE", "DELETE", "WITH"};
	char word[16];
	parse_take_word(s, end, word);
	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
		if (strcmp(word, words[i]) == 0)
			return true;
	return false;
}

struct tree_work {
	struct parse *parse;
	const char *sql;
};

static void *make_trees(void *arg)
{
	struct tree_work *work = arg;
	size_t data_bytes = 0;
	for (int i = 0; i < work->parse->count; i++) {
		struct parse_statement *statement = &work->parse->statements[i];
		const char *s = work->sql + statement->begin, *end = work->sql + statement->end;
		size_t size = statement->end - statement->begin;
		if (size > TREE_BYTES_MAX || (data_bytes > TREE_BYTES_FOR_DATA && is_data(s, end)))
			continue;
		data_bytes += size;
		char *text = mem_copy_n(s, size);
		struct tree_result result = query.tree(text);
		if (!result.error)
			statement->tree = read_tree(&result, statement->begin);
		query.release_tree(result);
		mem_free(text);
		if (statement->tree)
			json_array_append_new(work->parse->root, statement->tree);
	}
	return NULL;
}

/* On a stack of its own: a task's is too small for a long chain of operators, and libpg_query looks at no limit. */
static void call_deep(void *(*fn)(void *arg), void *arg)
{
	pthread_attr_t attributes;
	pthread_t thread;
	pthread_attr_init(&attributes);
	pthread_attr_setstacksize(&attributes, TREE_STACK_BYTES);
	if (pthread_create(&thread, &attributes, fn, arg) == 0)
		pthread_join(thread, NULL);
	pthread_attr_destroy(&attributes);
}

static void grow_trees(struct parse *parse, const char *sql)
{
	struct tree_work work = {.parse = parse, .sql = sql};
	parse->root = json_array();
	if (parse->count > 0)
		call_deep(make_trees, &work);
}

struct body_work {
	const char *statement;
	json_t *found;
};

static void *make_body(void *arg)
{
	struct body_work *work = arg;
	struct plpgsql_result result = query.plpgsql(work->statement);
	if (!result.error && result.json)
		work->found = json_loads(result.json, 0, NULL);
	query.release_plpgsql(result);
	return NULL;
}

/* --- for others --------------------------------------------------------------------------------------------------- */

static bool is_utf8(const char *sql, size_t *offset)
{
	size_t length = strlen(sql);
	unsigned code_point;
	if (text_is_valid_utf8(sql, length))
		return true;
	for (size_t n, at = 0; at < length; at += n) {
		n = text_decode(sql + at, length - at, &code_point);
		*offset = at;
		if (n == 0)
			break;
	}
	return false;
}

void parse_text(const char *sql, bool wants_trees, struct parse *parse)
{
	memset(parse, 0, sizeof *parse);
	if (!query_open()) {
		parse->how = PARSE_ABSENT;
		return;
	}
	/* libpg_query reads behind the end of a text whose last character is not whole. */
	if (!is_utf8(sql, &parse->error_offset)) {
		parse->how = PARSE_UNCUT;
		parse->error = mem_copy("not UTF-8");
		return;
	}
	cut(parse, sql);
	if (wants_trees)
		grow_trees(parse, sql);
}

void parse_done(struct parse *parse)
{
	json_decref(parse->root);
	mem_free(parse->statements);
	mem_free(parse->error);
	memset(parse, 0, sizeof *parse);
}

const char *parse_node(const struct parse_statement *statement, const json_t **fields)
{
	void *first = json_object_iter(statement->tree);
	*fields = first ? json_object_iter_value(first) : NULL;
	return first ? json_object_iter_key(first) : NULL;
}

bool parse_is_code(const char *sql, size_t offset)
{
	size_t bad;
	if (!query_open() || !is_utf8(sql, &bad))
		return true;
	/* An open quote or comment is an error of the scanner's. */
	char *before = mem_copy_n(sql, offset);
	struct split_result split = query.by_scanner(before);
	bool is_code = !split.error;
	query.release_split(split);
	mem_free(before);
	return is_code;
}

bool parse_is_behind_data(const char *sql, const char *end)
{
	const char *last = NULL;
	for (const char *s = sql; (s = memmem(s, (size_t)(end - s), "\n\\.", 3)) != NULL; s += 3)
		if (s + 3 == end || s[3] == '\n' || s[3] == '\r')
			last = s + 3;
	return last && parse_skip_blank(last, end) == end;
}

json_t *parse_plpgsql(const char *statement)
{
	struct body_work work = {.statement = statement};
	size_t bad;
	if (query_open() && query.plpgsql && query.release_plpgsql && strlen(statement) <= TREE_BYTES_MAX &&
	    is_utf8(statement, &bad))
		call_deep(make_body, &work);
	return work.found;
}
