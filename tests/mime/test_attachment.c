#include "mime/attachment.h"

#include <string.h>

#include "mime/limits.h"

static const struct {
	const char *in, *want;
} names[] = {
	{"Angebot 4711.pdf",             "Angebot 4711.pdf"},
	{"../../etc/passwd",             "passwd"          },
	{"..\\..\\boot.ini",             "boot.ini"        },
	{"/etc/passwd",                  "passwd"          },
	{"C:\\Users\\anna\\Angebot.pdf", "Angebot.pdf"     },
	{"Angebot 1/2.pdf",              "Angebot 1_2.pdf" },
	{"a\\b.pdf",		     "a_b.pdf"         },
	{"rechnung\xe2\x80\xae"
	 "fdp.exe",             "rechnungfdp.exe" },
	{"a\tb\r\nc.pdf",                "a b c.pdf"       },
	{"a\x01\x7f.pdf",                "a.pdf"           },
	{"\xef\xbf\xbd"
	 "a.pdf",               "a.pdf"           },
	{".htaccess",                    "htaccess"        },
	{"...",			  ""                },
	{"a.pdf. . ",                    "a.pdf"           },
	{"CON",			  "_CON"            },
	{"nul.txt",		      "_nul.txt"        },
	{"com1.pdf",		     "_com1.pdf"       },
	{"console.txt",                  "console.txt"     },
	{"  Größe  .pdf",              "Größe .pdf"    },
	{"见积书.pdf",                "见积书.pdf"   },
	{"",			     ""		},
};

static void test_names(void)
{
	for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
		g_autofree char *have = attachment_clean_name(names[i].in);

		g_assert_cmpstr(have, ==, names[i].want);
	}
}

static void test_long_name(void)
{
	g_autofree char *stem = g_strnfill(5000, 'a');
	g_autofree char *name = g_strconcat(stem, ".pdf", NULL);
	g_autofree char *have = attachment_clean_name(name);

	g_assert_cmpint(g_utf8_strlen(have, -1), ==, LIMIT_FILENAME);
	g_assert_true(g_str_has_suffix(have, "a.pdf"));
}

static void test_extension(void)
{
	static const struct {
		const char *name, *want;
	} rows[] = {
		{"a.PDF",    ".pdf"},
		{"a.tar.gz", ".gz" },
		{".profile", ""    },
		{"a",        ""    },
		{"a.",       ""    },
		{"a. b",     ""    },
	};

	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autofree char *have = attachment_extension(rows[i].name);

		g_assert_cmpstr(have, ==, rows[i].want);
	}
}

static void test_new(void)
{
	g_autoptr(GBytes) content = g_bytes_new_static("abc", 3);
	Attachment *attachment = attachment_new(NULL, NULL, "id@x", content);

	g_assert_cmpstr(attachment->filename, ==, "");
	g_assert_cmpstr(attachment->content_type, ==, "application/octet-stream");
	g_assert_cmpstr(attachment->content_id, ==, "id@x");
	g_assert_cmpstr(attachment->sha256, ==,
		"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	attachment_free(attachment);
}

static void test_limit(void)
{
	g_autoptr(Mail) mail = mail_new();
	g_autoptr(GBytes) content = g_bytes_new_static("abc", 3);

	for (int i = 0; i < LIMIT_ATTACHMENTS; i++)
		g_assert_nonnull(attachment_add(mail, attachment_new("a", NULL, NULL, content)));
	g_assert_null(attachment_add(mail, attachment_new("a", NULL, NULL, content)));
	g_assert_cmpuint(mail->attachments->len, ==, LIMIT_ATTACHMENTS);
	g_assert_cmpuint(mail->defects->len, ==, 1);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/attachment/names", test_names);
	g_test_add_func("/attachment/long-name", test_long_name);
	g_test_add_func("/attachment/extension", test_extension);
	g_test_add_func("/attachment/new", test_new);
	g_test_add_func("/attachment/limit", test_limit);
	return g_test_run();
}
