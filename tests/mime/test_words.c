#include "mime/words.h"
#include "tests/parser/deadline.h"

#include <string.h>

static const struct {
	const char *in, *want;
} rows[] = {
  /* GMime 3.2.13 loses the second of these. */
	{"=?utf-8?B?R3LDvMOfZQ==?= =?utf-8?B?IGF1cyBLw7ZsbiE=?=", "Grüße aus Köln!"},
	{"=?utf-8?Q?Gr=C3=BC=C3=9Fe?=",                           "Grüße"           },
	{"=?iso-8859-1?q?Gr=FC=DFe_an?= alle",                    "Grüße an alle"   },
	{"=?utf-8*de?Q?Gr=C3=BC=C3=9Fe?=",                        "Grüße"           },
	{"=?utf-8?Q?Gr=C3?= =?utf-8?Q?=BC=C3=9Fe?=",              "Grüße"           },
	{"=?utf-8?B?R3LD?=\t=?utf-8?B?vMOfZQ==?=",                "Grüße"           },
	{"=?utf-8?B?R3LDvM?= =?utf-8?B?OfZQ==?=",                 "Grüße"           },
	{"=?utf-8?Q?a?= b =?utf-8?Q?c?=",                         "a b c"             },
	{"=?utf-8?Q?a?= =?utf-8?Q?b?=",                           "ab"                },
	{"=?utf-8?Q?a?==?utf-8?Q?b?=",                            "ab"                },
	{"x=?utf-8?Q?a?=y",				       "xay"               },
	{"=?utf-8?Q?a b c?=",				     "a b c"             },
	{"=?iso-2022-jp?B?GyRCRnxLXBsoQg==?=",                    "日本"            },
	{"=?gb2312?B?sai8sg==?=",                                 "报疾"            },
	{"=?utf-8?Q?a?= =?iso-8859-1?Q?=FC?=",                    "aü"               },
	{"=?x-unknown?Q?Gr=FC=DFe?=",                             "Grüße"           },
	{"=?utf-8?Q?Gr=FC=DFe?=",                                 "Grüße"           },
	{"=?utf-8?Q?"
	 "?= x",					 "x"                 },
	{"=?utf-8?X?a?=",					 "=?utf-8?X?a?="     },
	{"=?utf-8?Q?a",					   "=?utf-8?Q?a"       },
	{"=?utf-8?Q?a=0Ab=00c?=",                                 "a b\xef\xbf\xbd"
				  "c"                },
	{"roh: Grüße",					  "roh: Grüße"      },
	{"=?iso-8859-1?Q?Grüße?=",                              "Grüße"           },
	{"  a \t\r\n b  ",					"a b"               },
	{"",						      ""		  },
};

static void test_rows(void)
{
	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autofree char *have = words_decode(rows[i].in);

		g_assert_cmpstr(have, ==, rows[i].want);
	}
}

static void test_length(void)
{
	g_assert_cmpuint(words_length("=?utf-8?Q?a,b?= c"), ==, 15);
	g_assert_cmpuint(words_length("=?utf-8?Q?a b?="), ==, 0);
	g_assert_cmpuint(words_length("a=?utf-8?Q?a?="), ==, 0);
	g_assert_cmpuint(words_length("=?utf-8?Q?a"), ==, 0);
	g_assert_cmpuint(words_length(""), ==, 0);
}

static void test_linear(void)
{
	static const char *const hostile[] = {
		"=?", "=?utf-8?Q?", "=?utf-8?Q?a?=", "=?a?b?c?= ", "?=", " "};

	for (gsize i = 0; i < G_N_ELEMENTS(hostile); i++) {
		g_autoptr(GString) value = g_string_new(NULL);
		gint64 before = deadline_now();

		while (value->len < 500000)
			g_string_append(value, hostile[i]);
		g_free(words_decode(value->str));
		assert_deadline(before, 2 * G_USEC_PER_SEC);
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/words/rows", test_rows);
	g_test_add_func("/words/length", test_length);
	g_test_add_func("/words/linear", test_linear);
	return g_test_run();
}
