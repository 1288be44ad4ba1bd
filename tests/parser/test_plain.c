#include "parser/plain.h"

#include <string.h>

static const struct {
	const char *in;
	gboolean is_delsp;
	const char *want;
} flowed[] = {
	{"Hallo \nWelt\n",       FALSE, "Hallo Welt\n"      },
	{"Hallo \nWelt\n",       TRUE,  "HalloWelt\n"       },
	{"a\nb\n",               FALSE, "a\nb\n"            },
	{"> a \n> b\n",          FALSE, "> a b\n"           },
	{">> a \n> b\n",         FALSE, ">> a \n> b\n"      },
	{"> a \nb\n",            FALSE, "> a \nb\n"         },
	{" >kein Zitat\n",       FALSE, ">kein Zitat\n"     },
	{"a \n-- \nAnna\n",      FALSE, "a \n-- \nAnna\n"   },
	{"-- \nAnna \nMuster\n", FALSE, "-- \nAnna Muster\n"},
	{"a \n\nb\n",            FALSE, "a \nb\n"           },
	{">\n> a\n",             FALSE, ">\n> a\n"          },
	{"a ",		   FALSE, "a \n"              },
	{"",		     FALSE, ""                  },
};

static void test_flowed(void)
{
	for (gsize i = 0; i < G_N_ELEMENTS(flowed); i++) {
		g_autofree char *have = plain_unwrap_flowed(flowed[i].in, flowed[i].is_delsp);

		g_assert_cmpstr(have, ==, flowed[i].want);
	}
}

static void test_line_ends(void)
{
	static const struct {
		const char *in, *want;
	} rows[] = {
		{"a\r\nb\rc\nd",       "a\nb\nc\nd"},
		{"a\r\r\nb",           "a\nb"      },
		{"a\r\rb",             "a\n\nb"    },
		{"\xef\xbb\xbf"
		 "a", "a"         },
		{"",                   ""          },
	};

	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autofree char *have = plain_normalise(rows[i].in);

		g_assert_cmpstr(have, ==, rows[i].want);
	}
}

static const struct {
	const char *in, *want;
	guint files;
} uuencoded[] = {
	{"vor\nbegin 644 a.txt\n%2&%L;&\\\n`\nend\nnach\n",                          "vor\nnach\n",                        1},
	{"begin 0644 a b.txt\n%2&%L;&\\\n \nend\n",                                  "",                                   1},
	{"begin 644 a.txt\n%2&%L;&\\\n`\nend\nbegin 644 b.txt\n%2&%L;&\\\n`\nend\n", "",                                   2},
	{"begin 644 a.txt\n%2&%L;&\\\n",					     "begin 644 a.txt\n%2&%L;&\\\n",       0},
	{"begin 644 days of work\nthen end\n",                                       "begin 644 days of work\nthen end\n", 0},
	{"begin wir\nend\n",							 "begin wir\nend\n",                   0},
	{"kein Code\n",							      "kein Code\n",                        0},
};

static void test_uuencoded(void)
{
	for (gsize i = 0; i < G_N_ELEMENTS(uuencoded); i++) {
		g_autoptr(Mail) mail = mail_new();
		g_autofree char *have = plain_extract_uuencoded(mail, uuencoded[i].in);

		g_assert_cmpstr(have, ==, uuencoded[i].want);
		g_assert_cmpuint(mail->attachments->len, ==, uuencoded[i].files);
		for (guint j = 0; j < mail->attachments->len; j++) {
			const Attachment *attachment = g_ptr_array_index(mail->attachments, j);
			g_autoptr(GBytes) want = g_bytes_new_static("Hallo", 5);

			g_assert_true(g_bytes_equal(attachment->content, want));
		}
	}
}

static void test_enriched(void)
{
	g_autofree char *have = plain_strip_enriched("<bold>Hallo</bold><nl>a << b < c\n");

	g_assert_cmpstr(have, ==, "Hallo\na < b < c\n");
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/plain/flowed", test_flowed);
	g_test_add_func("/plain/line-ends", test_line_ends);
	g_test_add_func("/plain/uuencoded", test_uuencoded);
	g_test_add_func("/plain/enriched", test_enriched);
	return g_test_run();
}
