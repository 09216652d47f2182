/* The private reader of INI lines: what inih would lose or cut is kept or refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <string.h>

#include "pgtend/config/ini.h"
#include "pgtend/core/mem.h"
#include "pgtend/core/text.h"

/* "[title@line] name@line=value|..." of all that was read, or the error. */
static char *read_all(const char *bytes, size_t length)
{
	struct ini ini;
	struct err err = {0};
	struct text out = {0};
	if (!ini_read("f", bytes, length, &ini, &err))
		return mem_copy(err.text);
	for (int i = 0; i < ini.count; i++) {
		text_addf(&out, "[%s@%d]", ini.sections[i].title, ini.sections[i].line);
		for (int k = 0; k < ini.sections[i].count; k++)
			text_addf(&out, "%s@%d=%s|", ini.sections[i].entries[k].name, ini.sections[i].entries[k].line,
			    ini.sections[i].entries[k].value);
	}
	ini_done(&ini);
	return text_take(&out);
}

static void lines_become_sections_and_entries(void **state)
{
	static const struct {
		const char *text, *wanted;
	} cases[] = {
	    {"", ""},
	    {"\n\n", ""},
	    {"; c\n# c\n  ; c\n", ""},
	    {"[a]", "[a@1]"},
	    {"[a]\n[b]\n", "[a@1][b@2]"},
	    {"[ database  core ] ; c\n", "[database  core@1]"},
	    {"\xef\xbb\xbf[a]\nk=v\n", "[a@1]k@2=v|"},
	    {"\xef\xbb\xbf\n[a]\n", "[a@2]"},
	    {"[a]\r\nk = v\r\n\r\nl=w\r\n", "[a@1]k@2=v|l@4=w|"},
	    {"[a]\n\tk\t=\tv v \t\n", "[a@1]k@2=v v|"},
	    {"[a]\nk = v ; w # x\n", "[a@1]k@2=v ; w # x|"},
	    {"[a]\nk = a=b:c\n", "[a@1]k@2=a=b:c|"},
	    {"[a]\nk: v\n", "[a@1]k@2=v|"},
	    {"[a]\nk =\n", "[a@1]k@2=|"},
	    {"[a]\nk = [x]\n", "[a@1]k@2=[x]|"},
	    {"[a]\nk = 1\nk = 2\n", "[a@1]k@2=1|k@3=2|"},
	    {"[a]\n.ts = npx tsx", "[a@1].ts@2=npx tsx|"},
	    {"[]\n", "[@1]"},
	    {"[a]\nk\n", "f:2: expected \"key = value\" or \"[section]\" (a value cannot go on in the next line)"},
	    {"[a]\nk = 1\n\n\nrest\nmore\n",
	        "f:5: expected \"key = value\" or \"[section]\" (a value cannot go on in the next line)"},
	    {"k = v\n", "f:1: expected a [section] before the first key"},
	    {"[a]\n = v\n", "f:2: expected a key before the ="},
	    {"[a\n", "f:1: expected ] at the end of the section's name"},
	    {"[a] x\n", "f:1: expected nothing behind the ] of the section's name"},
	    {"[a]\nk = \xff\n", "f:2: the line is not valid UTF-8"},
	    {"[a]\nk = \x07\n", "f:2: the control byte \\x07 stands in the line"},
	    {"[a]\nk = a\rb\n", "f:2: the control byte \\x0d stands in the line"},
	    {"\xfe\xff\n", "f:1: the file is UTF-16; expected UTF-8"},
	};
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char *got = read_all(cases[i].text, strlen(cases[i].text));
		if (strcmp(got, cases[i].wanted) != 0)
			fail_msg("%s\n got:    %s\n wanted: %s", cases[i].text, got, cases[i].wanted);
		mem_free(got);
	}
}

static void a_nul_byte_is_refused_and_does_not_hide_what_follows(void **state)
{
	(void)state;
	char *got = read_all("[a]\nk = v\0w\n", 12);
	assert_string_equal(got, "f:2: a NUL byte stands in the line; expected UTF-8 text");
	mem_free(got);
}

static void lines_of_any_sensible_length_arrive_whole(void **state)
{
	static const size_t lengths[] = {1, 190, 199, 200, 201, 1023, 1024, 65000, 65529};
	(void)state;
	for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
		struct text text = {0};
		text_add(&text, "[a]\nk = ");
		for (size_t k = 0; k < lengths[i]; k++)
			text_add_char(&text, (char)('a' + (char)(k % 26)));
		text_add(&text, "\nl = w\n");
		struct ini ini;
		struct err err;
		if (!ini_read("f", text_str(&text), text.length, &ini, &err))
			fail_msg("%s", err.text);
		assert_int_equal(ini.sections[0].count, 2);
		assert_int_equal(strlen(ini.sections[0].entries[0].value), lengths[i]);
		assert_int_equal(ini.sections[0].entries[1].line, 3);
		ini_done(&ini);
		text_done(&text);
	}
}

static void section_names_are_not_cut(void **state)
{
	(void)state;
	char name[301] = {0};
	memset(name, 'n', 300);
	char *text = mem_format("[%s]\nk = v\n[%sx]\nk = w\n", name, name),
	     *wanted = mem_format("[%s@1]k@2=v|[%sx@3]k@4=w|", name, name);
	char *got = read_all(text, strlen(text));
	assert_string_equal(got, wanted);
	mem_free(text);
	mem_free(wanted);
	mem_free(got);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(lines_become_sections_and_entries),
	    cmocka_unit_test(a_nul_byte_is_refused_and_does_not_hide_what_follows),
	    cmocka_unit_test(lines_of_any_sensible_length_arrive_whole),
	    cmocka_unit_test(section_names_are_not_cut),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
