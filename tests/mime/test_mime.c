#include "mime/mime.h"

#include <string.h>

#include "mime/fields.h"
#include "mime/limits.h"

#define TEXT  "Content-Type: text/plain\n\nText\n"
#define MIXED "Content-Type: multipart/mixed; boundary=x\n\n"

/* The tree as one line: type of a leaf with its length, type of a multipart with its parts in
 * brackets. */
static void show(const MimeNode *node, GString *out)
{
	g_string_append(out, node->type->value);
	if (!node->children) {
		g_string_append_printf(out, ":%" G_GSIZE_FORMAT, g_bytes_get_size(node->content));
		return;
	}
	g_string_append_c(out, '[');
	for (guint i = 0; i < node->children->len; i++) {
		if (i)
			g_string_append_c(out, ' ');
		show(g_ptr_array_index(node->children, i), out);
	}
	g_string_append_c(out, ']');
}

static MimeNode *parse(Mail *mail, GBytes *source, guint *parts)
{
	gsize start, body;

	fields_parse(mail, source, &start, &body);
	return mime_parse(mail, mail->fields, source, body, parts);
}

static const struct {
	const char *in, *want;
} rows[] = {
	{"Subject: a\n\nText\n",							    "text/plain:5"                                        },
	{TEXT,									      "text/plain:5"					},
	{"Content-Type: text\n\nText",						      "text/plain:4"                                        },
	{"Content-Type: TEXT/HTML; charset=x\n\nText",                                      "text/html:4"                                         },
	{MIXED "--x\n" TEXT "--x\n" TEXT "--x--\n",                                         "multipart/mixed[text/plain:4 text/plain:4]"          },
	{MIXED "vor\n--x\n\nText\n--x--\nnach\n",                                           "multipart/mixed[text/plain:4]"                       },
	{MIXED "--x\n" TEXT,								"multipart/mixed[text/plain:5]"                       },
	{MIXED "--x\nContent-Type: message/rfc822\n\nSubject: a\n\nb\n--x--\n",
         "multipart/mixed[message/rfc822:13]"												     },
	{"Content-Type: multipart/digest; boundary=x\n\n--x\n\nSubject: a\n\nb\n--x--\n",
         "multipart/digest[message/rfc822:13]"												    },
	{MIXED "--x\nContent-Type: multipart/alternative; boundary=y\n\n--y\n" TEXT
	       "--y--\n--x--\n",						   "multipart/mixed[multipart/alternative[text/plain:4]]"},
	{"Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n\r\nZWg=\n--x--\r\n",
         "multipart/mixed[text/plain:4]"													  },
	{MIXED "kein Teil\n",							       "text/plain:10"                                       },
	{"Content-Type: multipart/mixed\n\n--strich\n" TEXT "--strich--\n",
         "multipart/mixed[text/plain:4]"													  },
	{"Content-Type: multipart/mixed; boundary=\"a b\"\n\n--a b\n" TEXT "--a b--\n",
         "multipart/mixed[text/plain:4]"													  },
	{"\n\nVorspann\nContent-Type: multipart/mixed; boundary=x\n\n--x\n" TEXT "--x--\n",
         "multipart/mixed[text/plain:4]"													  },
};

static void test_rows(void)
{
	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autoptr(Mail) mail = mail_new();
		g_autoptr(GBytes) source = g_bytes_new_static(rows[i].in, strlen(rows[i].in));
		g_autoptr(GString) have = g_string_new(NULL);
		guint parts = LIMIT_PARTS;
		g_autoptr(MimeNode) root = parse(mail, source, &parts);

		show(root, have);
		g_assert_cmpstr(have->str, ==, rows[i].want);
	}
}

/* The bytes of a part are a slice of the source, not a copy. */
static void test_no_copy(void)
{
	static const char text[] = MIXED "--x\n" TEXT "--x--\n";
	g_autoptr(Mail) mail = mail_new();
	g_autoptr(GBytes) source = g_bytes_new_static(text, sizeof text - 1);
	guint parts = LIMIT_PARTS;
	g_autoptr(MimeNode) root = parse(mail, source, &parts);
	const MimeNode *leaf = g_ptr_array_index(root->children, 0);
	const char *data = g_bytes_get_data(leaf->content, NULL);

	g_assert_true(data > text && data < text + sizeof text);
	g_assert_cmpint(strncmp(data, "Text", 4), ==, 0);
}

static void test_many_parts(void)
{
	g_autoptr(GString) text = g_string_new(MIXED);
	g_autoptr(Mail) mail = mail_new();
	g_autoptr(GBytes) source = NULL;
	g_autoptr(MimeNode) root = NULL;
	guint parts = LIMIT_PARTS;

	for (int i = 0; i < 100000; i++)
		g_string_append(text, "--x\n" TEXT);
	source = g_bytes_new(text->str, text->len);
	root = parse(mail, source, &parts);
	g_assert_cmpuint(root->children->len, ==, LIMIT_PARTS);
	g_assert_cmpuint(parts, ==, 0);
	g_assert_cmpuint(mail->defects->len, ==, 1);
}

static void test_deep(void)
{
	g_autoptr(GString) text = g_string_new("Content-Type: multipart/mixed; boundary=b0\n\n");
	g_autoptr(Mail) mail = mail_new();
	g_autoptr(GBytes) source = NULL;
	g_autoptr(MimeNode) root = NULL;
	guint parts = LIMIT_PARTS, depth = 0;

	for (int i = 0; i < 500; i++)
		g_string_append_printf(
			text, "--b%d\nContent-Type: multipart/mixed; boundary=b%d\n\n", i, i + 1);
	g_string_append(text, "--b500\n" TEXT);
	source = g_bytes_new(text->str, text->len);
	root = parse(mail, source, &parts);
	for (const MimeNode *node = root; node->children && node->children->len; depth++)
		node = g_ptr_array_index(node->children, 0);
	g_assert_cmpuint(depth, <=, LIMIT_DEPTH + 1);
	g_assert_cmpuint(mail->defects->len, >=, 1);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/mime/rows", test_rows);
	g_test_add_func("/mime/no-copy", test_no_copy);
	g_test_add_func("/mime/many-parts", test_many_parts);
	g_test_add_func("/mime/deep", test_deep);
	return g_test_run();
}
