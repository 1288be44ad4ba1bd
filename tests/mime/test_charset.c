#include "mime/charset.h"

#include <string.h>

static const struct {
	const char *label, *in, *want;
	gboolean is_repaired;
} rows[] = {
	{"utf-8",
         "Gr\xc3\xbc\xc3\x9f"
		"e",					   "Grüße",                 FALSE},
	{"UTF8",
         "Gr\xc3\xbc\xc3\x9f"
		"e",					   "Grüße",                 FALSE},
	{"iso-8859-1",
         "Gr\xfc\xdf"
		"e \x80 \x93",				 "Grüße € “",         FALSE},
	{"latin1",        "\xe4",			      "ä",                      FALSE},
	{"windows-1252",
         "\x84"
		"a\x93",				       "„a“",                 FALSE},
	{"iso-8859-15",   "\xa4",                              "€",                     FALSE},
	{"iso-8859-2",    "\xb3",                              "ł",                      FALSE},
	{"windows-1251",  "\xcf\xf0\xe8\xe2\xe5\xf2",          "Привет",            FALSE},
	{"koi8-r",        "\xf0\xd2\xc9\xd7\xc5\xd4",          "Привет",            FALSE},
	{"gb2312",        "\xb1\xa8\xbc\xdb",                  "报价",                  FALSE},
	{"big5",          "\xb3\xf8\xbb\xf9",                  "報價",                  FALSE},
	{"shift_jis",     "\x93\xfa\x96\x7b",                  "日本",                  FALSE},
	{"euc-jp",        "\xc6\xfc\xcb\xdc",                  "日本",                  FALSE},
	{"iso-2022-jp",   "\x1b$BF|K\\\x1b(B",                 "日本",                  FALSE},
	{"euc-kr",        "\xb0\xdf\xc0\xfb",                  "견적",                  FALSE},
	{"hz-gb-2312",    "~{1(<[~}!",                         "报价!",                 FALSE},
	{"utf-7",         "Gr+APwA3w-e",                       "Grüße",                 FALSE},
	{"us-ascii",      "abc",			       "abc",                     FALSE},
	{"us-ascii",
         "Gr\xfc\xdf"
		"e",					   "Grüße",                 TRUE },
	{"us-ascii",
         "Gr\xc3\xbc\xc3\x9f"
		"e",					   "Grüße",                 TRUE },
	{"utf-8",
         "Gr\xfc\xdf"
		"e",					   "Grüße",                 TRUE },
	{"utf-8",         "\xc3\xbc\xc3\x9f\xc3\xa4 und \xc3", "üßä und \xef\xbf\xbd", TRUE },
	{"iso-8859-1",
         "M\xc3\xbcller, Gr\xc3\xb6\xc3\x9f"
		"e",					   "Müller, Größe",        TRUE },
	{"x-nie-gehoert",
         "Gr\xfc\xdf"
		"e",					   "Grüße",                 TRUE },
	{"utf-8*de",      "\xc3\xbc",                          "ü",                      FALSE},
	{NULL,
         "Gr\xfc\xdf"
		"e",					   "Grüße",                 TRUE },
	{"utf-8",         "",				  "",                        FALSE},
};

static void test_rows(void)
{
	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		gboolean is_repaired;
		g_autofree char *have = NULL;

		have = charset_to_utf8(rows[i].label, rows[i].in, strlen(rows[i].in), &is_repaired);
		g_assert_cmpstr(have, ==, rows[i].want);
		g_assert_cmpint(is_repaired, ==, rows[i].is_repaired);
	}
}

/* UTF-16 with and without a byte order mark, and NUL in text. */
static void test_zeros(void)
{
	static const struct {
		const char *label, *in;
		gsize length;
		const char *want;
	} zeros[] = {
		{"utf-16",
                 "\xff\xfe"
			"a\0b\0",       6, "ab"             },
		{"utf-16",
                 "\xfe\xff"
			"\0a\0b",       6, "ab"             },
		{"utf-16",   "a\0b\0",  4, "ab"             },
		{"utf-16",   "\0a\0b",  4, "ab"             },
		{"utf-16le", "a\0b\0",  4, "ab"             },
		{"utf-8",    "a\0b",    3,
                 "a\xef\xbf\xbd"
			"b"				 },
		{"latin1",   "a\0\xfc", 3, "a\xef\xbf\xbdü"},
		{NULL,       "a\0b",    3,
                 "a\xef\xbf\xbd"
			"b"				 },
	};

	for (gsize i = 0; i < G_N_ELEMENTS(zeros); i++) {
		g_autofree char *have =
			charset_to_utf8(zeros[i].label, zeros[i].in, zeros[i].length, NULL);

		g_assert_cmpstr(have, ==, zeros[i].want);
	}
}

/* Every label that we claim to know, over every byte, gives valid UTF-8: no converter is missing.
 */
static void test_all_bytes(void)
{
	static const char *const labels[] = {"utf-8", "utf-7", "utf-16", "utf-16be", "utf-32",
		"iso-8859-1", "iso-8859-2", "iso-8859-3", "iso-8859-4", "iso-8859-5", "iso-8859-6",
		"iso-8859-7", "iso-8859-8-i", "iso-8859-9", "iso-8859-10", "iso-8859-11",
		"iso-8859-13", "iso-8859-14", "iso-8859-15", "iso-8859-16", "windows-1250",
		"windows-1251", "windows-1253", "windows-1254", "windows-1255", "windows-1256",
		"windows-1257", "windows-1258", "windows-874", "cp437", "cp850", "cp852", "cp866",
		"koi8-r", "koi8-u", "macintosh", "x-mac-cyrillic", "big5", "euc-tw", "euc-jp",
		"euc-kr", "shift_jis", "iso-2022-jp", "iso-2022-jp-2", "iso-2022-kr", "iso-2022-cn",
		"gb18030", "hz-gb-2312", "viscii", "tcvn", "armscii-8", "georgian-ps"};
	char bytes[512];

	for (gsize i = 0; i < sizeof bytes; i++)
		bytes[i] = (char)(i * 31 % 256);
	for (gsize i = 0; i < G_N_ELEMENTS(labels); i++) {
		g_autofree char *text = charset_to_utf8(labels[i], bytes, sizeof bytes, NULL);

		g_assert_true(charset_is_known(labels[i]));
		g_assert_true(g_utf8_validate(text, -1, NULL));
		g_assert_cmpuint(strlen(text), >, 100);
	}
	g_assert_false(charset_is_known("iso-2022-cn-ext"));
	g_assert_false(charset_is_known(""));
}

static void test_guess(void)
{
	static const char russian[] =
		"\xc4\xee\xe1\xf0\xfb\xe9 \xe4\xe5\xed\xfc, \xef\xee\xf1\xfb\xeb\xe0\xe5\xec "
		"\xe2\xe0\xec \xf1\xf7\xe5\xf2 \xe8 \xe4\xee\xe3\xee\xe2\xee\xf0";
	g_autofree char *have = charset_guess(russian, sizeof russian - 1);
	g_autofree char *short_one = charset_guess("\xdc"
						   "ber",
		4);

	g_assert_cmpstr(have, ==, "Добрый день, посылаем вам счет и договор");
	g_assert_cmpstr(short_one, ==, "Über");
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/charset/rows", test_rows);
	g_test_add_func("/charset/zeros", test_zeros);
	g_test_add_func("/charset/all-bytes", test_all_bytes);
	g_test_add_func("/charset/guess", test_guess);
	return g_test_run();
}
