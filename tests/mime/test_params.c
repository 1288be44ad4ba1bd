#include "mime/params.h"

#include "mime/limits.h"
#include "tests/parser/deadline.h"

static const struct {
	const char *in, *value, *name, *want;
} rows[] = {
	{"text/plain",								    "text/plain", "charset",  NULL             },
	{"Text/Plain; Charset=UTF-8",						     "text/plain", "charset",  "UTF-8"          },
	{"text/plain; charset=\"utf-8\"",						 "text/plain", "charset",  "utf-8"          },
	{"text/plain; charset = utf-8 ; format=flowed",                                   "text/plain", "format",   "flowed"         },
	{"text/plain charset=utf-8",						      "text/plain", "charset",  "utf-8"          },
	{"text / plain (x); (y) charset=utf-8 (z)",                                       "text/plain", "charset",  "utf-8"          },
	{"attachment; filename=Angebot 4711.pdf; size=3",                                 "attachment", "filename",
         "Angebot 4711.pdf"													  },
	{"attachment; filename=\"a;b.pdf\"",					      "attachment", "filename", "a;b.pdf"        },
	{"attachment; filename=\"a \\\"b\\\".pdf\"",                                      "attachment", "filename", "a \"b\".pdf"    },
	{"attachment; filename=\"C:\\temp\\a.pdf\"",                                      "attachment", "filename", "C:\\temp\\a.pdf"},
	{"attachment; filename*=utf-8''Gr%C3%BC%C3%9Fe.pdf",                              "attachment", "filename", "Grüße.pdf"    },
	{"attachment; filename*=iso-8859-1'de'Gr%FC%DFe.pdf",                             "attachment", "filename",
         "Grüße.pdf"													       },
	{"attachment; filename*0=Ange; filename*1=bot.pdf",                               "attachment", "filename",
         "Angebot.pdf"													       },
	{"attachment; filename*1=bot.pdf; filename*0=Ange",                               "attachment", "filename",
         "Angebot.pdf"													       },
	{"attachment; filename*0*=utf-8''Gr%C3; filename*1*=%BC%C3%9F; filename*2=e.pdf",
         "attachment",										  "filename", "Grüße.pdf"    },
	{"attachment; filename=alt.pdf; filename*=utf-8''neu.pdf",                        "attachment", "filename",
         "neu.pdf"														   },
	{"attachment; filename*=utf-8''neu.pdf; filename=alt.pdf",                        "attachment", "filename",
         "neu.pdf"														   },
	{"attachment; filename=erst.pdf; filename=dann.pdf",                              "attachment", "filename", "erst.pdf"       },
	{"attachment; filename=\"=?utf-8?Q?Gr=C3=BC=C3=9Fe.pdf?=\"",                      "attachment", "filename",
         "Grüße.pdf"													       },
	{"attachment; filename==?utf-8?B?R3LDvMOfZQ==?= =?utf-8?B?LnBkZg==?=",            "attachment",
         "filename",												"Grüße.pdf"    },
	{"attachment; filename=\"Grüße.pdf\"",                                          "attachment", "filename", "Grüße.pdf"    },
	{"attachment; filename=\"offen.pdf",					      "attachment", "filename", "offen.pdf"      },
	{"attachment; filename=\"a\r\n b.pdf\"",                                          "attachment", "filename", "a b.pdf"        },
	{"; charset=utf-8",							       "",           "charset",  "utf-8"          },
	{"",									      "",           "charset",  NULL             },
	{NULL,									    "",           "charset",  NULL             },
};

static void test_rows(void)
{
	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autoptr(Params) params = params_parse(rows[i].in);

		g_assert_cmpstr(params->value, ==, rows[i].value);
		g_assert_cmpstr(params_get(params, rows[i].name), ==, rows[i].want);
	}
}

static void test_linear(void)
{
	static const char *const hostile[] = {
		"a; b=c;", ";a*1=b", "((", "\"", ";a=\"", ";;;;", "x=y "};

	for (gsize i = 0; i < G_N_ELEMENTS(hostile); i++) {
		g_autoptr(GString) value = g_string_new(NULL);
		g_autoptr(Params) params = NULL;
		gint64 before = deadline_now();

		while (value->len < LIMIT_FIELD_BYTES)
			g_string_append(value, hostile[i]);
		params = params_parse(value->str);
		g_assert_true(
			!params->table || g_hash_table_size(params->table) <= LIMIT_PARAMETERS);
		assert_deadline(before, 2 * G_USEC_PER_SEC);
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/params/rows", test_rows);
	g_test_add_func("/params/linear", test_linear);
	return g_test_run();
}
