/* Counting rows in what pg_restore writes: whatever the rows, names and literals hold, and wherever the pipe cuts them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "../../src/archive/count.h"
#include "pgtend/core/mem.h"

static const char head[] = "--\n-- PostgreSQL database dump\n--\n\n\\restrict abcDEF'123\n\n-- Dumped from database version 15.20's\n"
						   "SET statement_timeout = 0;\nSET client_encoding = 'UTF8';\n"
						   "SELECT pg_catalog.set_config('search_path', '', false);\n\n"
						   "--\n-- Data for Name: t; Type: TABLE DATA; Schema: public; Owner: o\n--\n\n";

struct wanted {
	const char *table;
	int rows;
};

/* Cut into pieces of `piece` bytes. */
static void take(struct counting *counting, const char *text, size_t piece)
{
	size_t length = strlen(text);

	memset(counting, 0, sizeof *counting);
	counting_begin(counting);
	for (size_t at = 0; at < length; at += piece)
		counting_take(counting, text + at, length - at < piece ? length - at : piece);
	counting_end(counting);
}

static void check(const char *text, const struct wanted *wanted, size_t count)
{
	for (size_t piece = 1; piece <= 80; piece += piece < 20 ? 1 : 13) {
		struct counting counting;
		int64_t all = 0;

		take(&counting, text, piece);
		assert_null(counting.trouble);
		assert_int_equal(json_object_size(counting.counts), count);
		for (size_t i = 0; i < count; i++) {
			const json_t *rows = json_object_get(counting.counts, wanted[i].table);

			assert_non_null(rows);
			assert_int_equal(json_integer_value(rows), wanted[i].rows);
			all += wanted[i].rows;
		}
		assert_int_equal(counting.rows, all);
		counting_done(&counting);
	}
}

static void rows_are_lines(void **state)
{
	(void)state;
	char *text = mem_format("%sCOPY public.t (id, x) FROM stdin;\n1\ta\n2\t\\N\n3\t\n\\.\n\n\n"
							"COPY public.none (id) FROM stdin;\n\\.\n\n\n"
							"COPY public.narrow  FROM stdin;\n\n\n\n\\.\n\n\n"
							"-- COPY public.no (id) FROM stdin;\n--\n-- PostgreSQL database dump complete\n--\n\n\\unrestrict abc\n\n",
		head);
	const struct wanted wanted[] = {{"public.t", 3}, {"public.none", 0}, {"public.narrow", 3}};

	check(text, wanted, 3);
	mem_free(text);
}

/* Values that look like the end of a block: COPY doubles the backslash. */
static void rows_that_look_like_ends(void **state)
{
	(void)state;
	char *text = mem_format("%sCOPY public.t (x) FROM stdin;\n\\\\.\n\\\\.\\n\n\\N\n\\n\\\\.\n.\n\\.\n\nCOPY s.u (x) FROM stdin;\n"
							"COPY public.t (x) FROM stdin;\nSELECT 'a\n\\.\n",
		head);
	const struct wanted wanted[] = {{"public.t", 5}, {"s.u", 2}};

	check(text, wanted, 2);
	mem_free(text);
}

static void names_of_any_kind(void **state)
{
	(void)state;
	char *text = mem_format("%sCOPY \"Weird \"\"schema\"\"\".\"a;b\nFROM stdin;\n c\" (\"x;\n(\", y) FROM stdin;\n1\t2\n\\.\n\n"
							"COPY public.\"it's\" (\"it's\") FROM stdin;\n1\n\\.\n\n"
							"COPY alone (x) FROM stdin;\n1\n\\.\n"
							"COPY \"p.q\".r (x) FROM stdin;\n1\n\\.\nCOPY p.\"q.r\" (x) FROM stdin;\n1\n2\n\\.\n"
							"COPY public.\"\xc3\xa4\" (x) FROM stdin;\n1\n\\.\nCOPY public.\"\xe4\" (x) FROM stdin;\n1\n\\.\n",
		head);
	const struct wanted wanted[] = {{"Weird \"schema\".a;b\nFROM stdin;\n c", 1}, {"public.it's", 1}, {"alone", 1}, {"p.q.r", 3},
		{"public.\xc3\xa4", 1}, {"public.\\xe4", 1}};

	check(text, wanted, 6);
	mem_free(text);
}

/* Sequences, large objects, statistics: literals may hold anything, and no COPY begins in them. */
static void literals(void **state)
{
	(void)state;
	char *text = mem_format("%sSELECT pg_catalog.setval('public.\"it''s;\nCOPY public.x (a) FROM stdin;\n\"', 5, true);\n\n"
							"BEGIN;\nSELECT pg_catalog.lo_open('16', 131072);\nSELECT pg_catalog.lowrite(0, '\\x0a434f5059');\n"
							"SELECT pg_catalog.lo_close(0);\nCOMMIT;\n"
							"SELECT * FROM pg_catalog.pg_restore_attribute_stats('mcv', E'{\n\\\\.\nCOPY a FROM stdin;\n}'::text);\n"
							"COPY public.t (x) FROM stdin;\n1\n\\.\nCOPY public.t TO stdout;\n",
		head);
	const struct wanted wanted[] = {{"public.t", 1}};

	check(text, wanted, 1);
	mem_free(text);
}

/* Names are in the encoding of the database, and come as UTF-8. */
static void encodings(void **state)
{
	(void)state;
	static const struct {
		const char *encoding, *name, *wanted;
	} cases[] = {{"LATIN1", "gr\xfcn", "public.gr\xc3\xbcn"}, {"LATIN1", "gr\xc3\xbcn", "public.gr\xc3\x83\xc2\xbcn"}, {"KOI8R", "\xc1", "public.\xd0\xb0"},
		{"EUC_JP", "\xa4\xa2", "public.\xe3\x81\x82"}, {"EUC_JP", "\xa4", "public.\\xa4"}, {"SQL_ASCII", "gr\xfcn", "public.gr\\xfcn"},
		{"SQL_ASCII", "gr\xc3\xbcn", "public.gr\xc3\xbcn"}, {"UTF8", "gr\xc3\xbcn", "public.gr\xc3\xbcn"}, {"NONE", "x", "public.x"}};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char *text = mem_format("SET client_encoding = '%s';\nCOPY public.\"%s\" (x) FROM stdin;\n1\n\\.\n", cases[i].encoding, cases[i].name);
		const struct wanted wanted[] = {{cases[i].wanted, 1}};

		check(text, wanted, 1);
		mem_free(text);
	}
}

static void cut_short(void **state)
{
	(void)state;
	static const char *const texts[] = {"COPY public.t (x) FROM stdin;\n1\n2", "COPY public.t (x) FROM stdin;\n1\n\\", "COPY public.t (x) FROM stdin;\n1\n\\.",
		"COPY public.t (x) FROM stdin;", "COPY public.t (x) FROM stdin;\n", "COPY public.t (x", "SELECT 'x", "SELECT pg_catalog.set_config('a', '"};

	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		struct counting counting;

		take(&counting, texts[i], 7);
		assert_non_null(counting.trouble);
		counting_done(&counting);
	}
}

static void nothing_at_all(void **state)
{
	(void)state;
	check("", NULL, 0);
	check(head, NULL, 0);
}

/* Against a count by other means: rows of random bytes as COPY writes them. */
static void random_rows(void **state)
{
	(void)state;
	static const char *const pieces[] = {"a", "\\\\", "\\n", ".", "\t", "\\N", "COPY x FROM stdin;", "'", "\"", "--", ";"};
	unsigned x = 7;

	for (int round = 0; round < 200; round++) {
		struct text text = {0};
		struct counting counting;
		for (int t = 0; t < 3; t++) {
			text_addf(&text, "COPY public.t%d (x) FROM stdin;\n", t);
			for (unsigned row = ((x = x * 1103515245u + 12345u) >> 16) % 30; row > 0; row--) {
				for (unsigned i = (x = x * 1103515245u + 12345u) >> 16 & 7; i > 0; i--)
					text_add(&text, pieces[((x = x * 1103515245u + 12345u) >> 16) % (sizeof pieces / sizeof *pieces)]);
				text_add_char(&text, '\n');
			}
			text_add(&text, "\\.\n\n\n");
		}
		int64_t lines = 0;

		for (const char *s = text_str(&text); *s; s++)
			lines += *s == '\n';
		take(&counting, text_str(&text), 1 + (x >> 16) % 50);
		assert_null(counting.trouble);
		assert_int_equal(counting.blocks, 3);
		/* each block: its COPY, its end, two empty lines */
		assert_int_equal(counting.rows, lines - 3 * 4);
		counting_done(&counting);
		text_done(&text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_are_lines),
		cmocka_unit_test(rows_that_look_like_ends),
		cmocka_unit_test(names_of_any_kind),
		cmocka_unit_test(literals),
		cmocka_unit_test(encodings),
		cmocka_unit_test(cut_short),
		cmocka_unit_test(nothing_at_all),
		cmocka_unit_test(random_rows),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
