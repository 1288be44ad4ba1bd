#include "mime/fields.h"

#include <string.h>

/* want: name=value of each field, "|" between two; body: what follows the header. */
static const struct {
	const char *in, *want, *body;
	guint defects;
} rows[] = {
	{"A: 1\nB: 2\n\nText\n",                              "A=1|B=2",   "Text\n",                      0},
	{"A: 1\r\n\r\nText",				  "A=1",       "Text",                        0},
	{"A: 1\n 2\n\t3\n\nText",                             "A=1 2\t3",  "Text",                        0},
	{"A: 1\r\n  2\r\n\r\n",                               "A=1  2",    "",                            0},
	{"A:1\nA: 2\n\n",				     "A=1|A=2",   "",                            0},
	{"A : 1\n\n",					 "A=1",       "",                            1},
	{"A: 1",					      "A=1",       "",			    0},
	{"A:\n\nText",					"A=",        "Text",                        0},
	{"\n\r\nA: 1\n\nText",				"A=1",       "Text",                        1},
	{"From x Mon Mar 2\nA: 1\n\nText",                    "A=1",       "Text",                        0},
	{">From x Mon Mar 2\nA: 1\n\nText",                   "A=1",       "Text",                        0},
	{" A: 1\nB: 2\n\nText",                               "A=1|B=2",   "Text",                        1},
	{" Note: 1\nText",				    "",          " Note: 1\nText",              1},
	{"\xef\xbb\xbf"
	 "A: 1\n\nText",			     "A=1",       "Text",                        0},
	{"Vorspann ohne Feld\nA: 1\n\nText",                  "A=1",       "Text",                        1},
	{"A: 1\nkein Feld\nB: 2\n\nText",                     "A=1|B=2",   "Text",                        1},
	{"A: 1\nDas ist schon der Text.\nNoch eine Zeile.\n", "A=1",
         "Das ist schon der Text.\nNoch eine Zeile.\n",                                                   1},
	{"A: Gr\xfc\xdf"
	 "e\n\n",				    "A=Grüße", "",                            0},
	{"Nur Text.\n\nB: kein Feld\n",                       "",          "Nur Text.\n\nB: kein Feld\n", 1},
	{"Hallo Anna,\n",				     "",          "Hallo Anna,\n",               1},
	{"\n\n\n",					    "",          "\n\n\n",                      1},
	{"",						  "",          "",			    1},
};

static void test_rows(void)
{
	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autoptr(Mail) mail = mail_new();
		g_autoptr(GBytes) source = g_bytes_new_static(rows[i].in, strlen(rows[i].in));
		g_autoptr(GString) have = g_string_new(NULL);
		gsize start, body;

		fields_parse(mail, source, &start, &body);
		for (guint j = 0; j < mail->fields->len; j++) {
			const Field *field = g_ptr_array_index(mail->fields, j);

			g_string_append_printf(
				have, "%s%s=%s", j ? "|" : "", field->name, field->value);
		}
		g_assert_cmpstr(have->str, ==, rows[i].want);
		g_assert_cmpstr(rows[i].in + body, ==, rows[i].body);
		g_assert_cmpuint(mail->defects->len, ==, rows[i].defects);
		g_assert_cmpuint(start, <=, body);
	}
}

static void test_nul(void)
{
	g_autoptr(Mail) mail = mail_new();
	g_autoptr(GBytes) source = g_bytes_new_static("A: a\0b\n\nText", 12);
	gsize start, body;

	fields_parse(mail, source, &start, &body);
	g_assert_cmpstr(mail_field(mail, "a"), ==,
		"a\xef\xbf\xbd"
		"b");
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/fields/rows", test_rows);
	g_test_add_func("/fields/nul", test_nul);
	return g_test_run();
}
