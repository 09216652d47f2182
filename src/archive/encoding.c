/* archive/encoding.c - names of a dump, which are in the encoding of its database, as UTF-8. */
#include <iconv.h>
#include <string.h>

#include "count.h"
#include "pgtend/core/mem.h"

/* PostgreSQL's name, iconv's. UTF8 and SQL_ASCII (which says nothing) are taken as they are. */
static const char *const encodings[][2] = {
    {"LATIN1", "ISO-8859-1"}, {"LATIN2", "ISO-8859-2"}, {"LATIN3", "ISO-8859-3"}, {"LATIN4", "ISO-8859-4"},
    {"LATIN5", "ISO-8859-9"}, {"LATIN6", "ISO-8859-10"}, {"LATIN7", "ISO-8859-13"}, {"LATIN8", "ISO-8859-14"},
    {"LATIN9", "ISO-8859-15"}, {"LATIN10", "ISO-8859-16"}, {"ISO_8859_5", "ISO-8859-5"}, {"ISO_8859_6", "ISO-8859-6"},
    {"ISO_8859_7", "ISO-8859-7"}, {"ISO_8859_8", "ISO-8859-8"}, {"WIN1250", "CP1250"}, {"WIN1251", "CP1251"},
    {"WIN1252", "CP1252"}, {"WIN1253", "CP1253"}, {"WIN1254", "CP1254"}, {"WIN1255", "CP1255"}, {"WIN1256", "CP1256"},
    {"WIN1257", "CP1257"}, {"WIN1258", "CP1258"}, {"WIN866", "CP866"}, {"WIN874", "CP874"}, {"KOI8R", "KOI8-R"},
    {"KOI8U", "KOI8-U"}, {"EUC_JP", "EUC-JP"}, {"EUC_CN", "EUC-CN"}, {"EUC_KR", "EUC-KR"}, {"EUC_TW", "EUC-TW"},
    {"EUC_JIS_2004", "EUC-JISX0213"}, {"SJIS", "SJIS"}, {"BIG5", "BIG5"}, {"GBK", "GBK"}, {"UHC", "UHC"},
    {"GB18030", "GB18030"}, {"JOHAB", "JOHAB"}};

static const char *iconv_name(const char *encoding)
{
	for (size_t i = 0; encoding != NULL && i < sizeof encodings / sizeof encodings[0]; i++)
		if (strcmp(encodings[i][0], encoding) == 0)
			return encodings[i][1];
	return NULL;
}

/* NULL: not to be converted. */
static char *convert(const char *name, const char *from)
{
	iconv_t converter = iconv_open("UTF-8", from);
	if (converter == (iconv_t)-1)
		return NULL;
	size_t in_left = strlen(name), out_left = in_left * 4;
	char *out = mem_new(out_left + 1), *in_at = (char *)(uintptr_t)name, *out_at = out;
	size_t failed = iconv(converter, &in_at, &in_left, &out_at, &out_left);
	iconv_close(converter);
	if (failed != (size_t)-1 && in_left == 0)
		return out;
	mem_free(out);
	return NULL;
}

char *name_as_utf8(const char *name, const char *encoding)
{
	const char *from = iconv_name(encoding);
	char *converted = from != NULL ? convert(name, from) : NULL;
	if (converted != NULL)
		return converted;
	return text_is_valid_utf8(name, strlen(name)) ? mem_copy(name) : text_visible(name);
}
