#include "parser/rtf.h"
#include "tests/parser/deadline.h"

#include <string.h>

/* Uncompressed RTF ([MS-OXRTFCP] "MELA"): a header of 16 bytes, then the text. */
static GBytes *stored(const char *rtf)
{
	static const guint8 header[16] = {0, 0, 0, 0, 0, 0, 0, 0, 'M', 'E', 'L', 'A'};
	GByteArray *bytes = g_byte_array_new();

	g_byte_array_append(bytes, header, sizeof header);
	g_byte_array_append(bytes, (const guint8 *)rtf, (guint)strlen(rtf));
	return g_byte_array_free_to_bytes(bytes);
}

static const struct {
	const char *in, *want;
	gboolean is_html;
} rows[] = {
	{"{\\rtf1\\ansi Hallo\\par Welt}",						      "Hallo\nWelt",              FALSE},
	{"{\\rtf1\\ansi\\ansicpg1252 Gr\\'fc\\'dfe \\u8364?5}",                                 "Grüße €5",             FALSE},
	{"{\\rtf1\\ansi\\ansicpg1251 \\'cf\\'f0\\'e8}",                                         "При",                   FALSE},
	{"{\\rtf1{\\fonttbl{\\f0 Arial;}}{\\*\\generator X;}a\\{b\\}\\\\}",                     "a{b}\\",                   FALSE},
	{"{\\rtf1\\ansi\\fromhtml1 {\\*\\htmltag64 <p>}Hallo \\htmlrtf {\\b\\htmlrtf0 "
	 "{\\*\\htmltag84 <b>}Welt"
	 "{\\*\\htmltag92 </b>}\\htmlrtf }\\htmlrtf0 {\\*\\htmltag72 </p>}}",          "<p>Hallo <b>Welt</b></p>", TRUE },
	{"{\\rtf1\\ansi\\ansicpg1252\\deff0{\\fonttbl{\\f0\\fcharset0 Arial;}{\\f1\\fcharset204 "
	 "Arial;}}"
	 "\\f0\\'e4{\\f1\\'e4}\\'e4\\f1\\'e4\\plain\\'e4}",			    "äдäдä",               FALSE},
	{"{\\rtf1\\ansi \\u-10179?\\u-8704?}",						  "\U0001F600",               FALSE},
	{"{\\rtf1\\ansi \\u-10179?x}",							  "x",                        FALSE},
	{"{\\rtf1\\ansi\\uc2 \\u8364\\'80\\'80{\\uc0 \\u8364 5}\\u8364??6}",                    "€€5€6",              FALSE},
	{"{\\rtf1\\ansi a\\bin3 }}}b}",							 "ab",                       FALSE},
	{"{\\rtf1\\ansi\\ansicpg65001 \\'c3\\'bc}",                                             "ü",                       FALSE},
	{"{\\rtf1\\ansi\\fromhtml1{\\*\\mhtmltag84 <a>}{\\*\\htmltag84 <a\\par href=\"x\">}x}",
         "<a\nhref=\"x\">x",												TRUE },
	{"{\\rtf1\\ansi a\\cell b\\row c}",						     "a\tb\nc",                  FALSE},
	{"{\\rtf1 }",									   NULL,                       FALSE},
	{"kein RTF",									    NULL,                       FALSE},
};

static void test_rows(void)
{
	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autoptr(GBytes) bytes = stored(rows[i].in);
		gboolean is_html;
		g_autofree char *have = rtf_read(bytes, &is_html);

		g_assert_cmpstr(have, ==, rows[i].want);
		if (have)
			g_assert_cmpint(is_html, ==, rows[i].is_html);
	}
}

/* Letters, then a reference to them, by the rules of LZFu: the window begins behind its 207 preset
 * bytes. */
static void test_compressed(void)
{
	static const guint8 bytes[] = {0, 0, 0, 0, 0, 0, 0, 0, 'L', 'Z', 'F', 'u', 0, 0, 0, 0,
		/* control: a reference to "{\rtf1" at 0, then " ab", then "ab " at 214, then the
		   end */
		0x51, 0x00, 0x04, ' ', 'a', 'b', 0x0d, 0x51, '}', 0x0d, 0x90};
	g_autoptr(GBytes) compressed = g_bytes_new_static(bytes, sizeof bytes);
	gboolean is_html;
	g_autofree char *have = rtf_read(compressed, &is_html);

	g_assert_nonnull(have);
	g_assert_true(g_str_has_prefix(have, "ab"));
}

static void test_hostile(void)
{
	static const char *const middles[] = {
		"{", "}", "\\u", "\\'", "{\\*", "\\u8364?", "\\htmlrtf", "a"};

	for (gsize i = 0; i < G_N_ELEMENTS(middles); i++) {
		g_autoptr(GString) rtf = g_string_new("{\\rtf1");
		g_autoptr(GBytes) bytes = NULL;
		g_autofree char *have = NULL;
		gint64 before = deadline_now();
		gboolean is_html;

		while (rtf->len < 1000000)
			g_string_append(rtf, middles[i]);
		bytes = stored(rtf->str);
		have = rtf_read(bytes, &is_html);
		g_assert_true(!have || g_utf8_validate(have, -1, NULL));
		assert_deadline(before, 2 * G_USEC_PER_SEC);
	}
}

static void test_damaged(void)
{
	guint8 bytes[64] = {0, 0, 0, 0, 0, 0, 0, 0, 'L', 'Z', 'F', 'u'};

	for (guint seed = 0; seed < 20000; seed++) {
		g_autoptr(GBytes) compressed = NULL;
		g_autofree char *have = NULL;
		gboolean is_html;

		for (guint i = 16; i < sizeof bytes; i++)
			bytes[i] = (guint8)((seed * 2654435761U + i * i * (seed % 97 + 1)) >> 7);
		compressed = g_bytes_new(bytes, 17 + seed % 47);
		have = rtf_read(compressed, &is_html);
		g_assert_true(!have || g_utf8_validate(have, -1, NULL));
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/rtf/rows", test_rows);
	g_test_add_func("/rtf/compressed", test_compressed);
	g_test_add_func("/rtf/hostile", test_hostile);
	g_test_add_func("/rtf/damaged", test_damaged);
	return g_test_run();
}
