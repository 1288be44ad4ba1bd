#include "html/html.h"

#include <string.h>

#include "html/entities.h"
#include "html/entities_table.h"

/* One line a token: S start tag, E end tag, T text, R raw text, C comment. */
static const struct {
	const char *in, *want;
} tokens[] = {
	{"",				  ""				       },
	{"a < b <3 <",			"T:a < b <3 <|"                          },
	{"<p>a</p>",			  "S:p|T:a|E:p|"                           },
	{"<P CLASS=X>",                       "S:p CLASS=X|"                           },
	{"<a href='x>y' b=\"c'd\" e>",        "S:a href=x>y b=c'd e=|"                 },
	{"<a b = c d= 'e'f=g>",               "S:a b=c d=e f=g|"                       },
	{"<a b=c/d/>",			"S:a b=c/d/|"                            },
	{"<br/>x",			    "S:br|T:x|"			      },
	{"<img/src=x/alt=y>",                 "S:img src=x/alt=y|"                     },
	{"<a =b=c>",			  "S:a =b=c|"                              },
	{"<a\n\tb\f=\r\nc\n>",                "S:a b=c|"                               },
	{"<a b=<c>d",			 "S:a b=<c|T:d|"                          },
	{"<a b=\"&lt;&#34;\">",               "S:a b=<\"|"                             },
	{"<a b=?x=1&copy=2&copy;>",           "S:a b=?x=1&copy=2\302\251|"             },
	{"<o:p></o:p>",                       "S:|E:|"				 },
	{"a<b",			       "T:a|"				   },
	{"a<b c=\"d>e",                       "T:a|"				   },
	{"a</",			       "T:a</|"				 },
	{"a</>b",			     "T:a|C|T:b|"                             },
	{"a</3>b",			    "T:a|C|T:b|"                             },
	{"<!DOCTYPE html>a",                  "C|T:a|"                                 },
	{"<?xml a=\"b>c\"?>d",                "C|T:c\"?>d|"                            },
	{"<!--a-->b",			 "C|T:b|"				 },
	{"<!-->b-->",			 "C|T:b-->|"                              },
	{"<!--->b",			   "C|T:b|"				 },
	{"<!--a--!>b",			"C|T:b|"				 },
	{"<!--a--b-- >c-->d",                 "C|T:d|"                                 },
	{"<!---->b",			  "C|T:b|"				 },
	{"<!--a",			     "C|"				     },
	{"<!a>b",			     "C|T:b|"				 },
	{"<![CDATA[a>b]]>",                   "C|T:b]]>|"                              },
	{"<![if !mso]>b<![endif]>",           "C|T:b|C|"                               },
	{"<script>a<b></scripty></script >c", "S:script|R:a<b></scripty>|E:script|T:c|"},
	{"<style>&amp;<!--</style>-->",       "S:style|R:&amp;<!--|E:style|T:-->|"     },
	{"<title>a&amp;<b></TITLE>c",         "S:title|T:a&<b>|E:title|T:c|"           },
	{"<textarea>a</textarea/>c",          "S:textarea|T:a|E:textarea|T:c|"         },
	{"<style></style>",                   "S:style|R:|E:style|"                    },
	{"<style>a</style",                   "S:style|R:a</style|"                    },
	{"<xmp><p></xmp>",                    "S:xmp|R:<p>|E:xmp|"                     },
	{"<plaintext>a</plaintext>",          "S:plaintext|R:a</plaintext>|"           },
	{"<svg><script>a</svg>",              "S:|S:script|R:a</svg>|"                 },
	{"<div\ta=1 A=2>",                    "S:div a=1 A=2|"                         },
};

static void append_token(GString *out, const HtmlReader *reader)
{
	const char *text = reader->html + reader->start;
	const gsize length = reader->end - reader->start;

	g_string_append_c(out, "?TRSEC"[reader->kind]);
	if (reader->element)
		g_string_append_printf(out, ":%s", reader->element->name);
	for (guint i = 0; reader->kind == HTML_START_TAG && i < reader->attribute_count; i++) {
		const HtmlAttribute *attribute = &reader->attributes[i];

		g_string_append_printf(out, " %.*s=", (int)attribute->name_length, attribute->name);
		html_decode(out, attribute->value, attribute->value_length, TRUE);
	}
	if (reader->kind == HTML_TEXT || reader->kind == HTML_RAW_TEXT)
		g_string_append_c(out, ':');
	if (reader->kind == HTML_TEXT)
		html_decode(out, text, length, FALSE);
	if (reader->kind == HTML_RAW_TEXT)
		g_string_append_len(out, text, (gssize)length);
	g_string_append_c(out, '|');
}

static void test_tokens(void)
{
	for (gsize i = 0; i < G_N_ELEMENTS(tokens); i++) {
		g_autoptr(GString) have = g_string_new(NULL);
		/* Of exactly this size, so that a sanitizer sees every byte read behind the end. */
		g_autofree char *html = g_memdup2(tokens[i].in, strlen(tokens[i].in));
		HtmlReader reader;

		html_reader_init(&reader, html, strlen(tokens[i].in));
		while (html_next(&reader) != HTML_END)
			append_token(have, &reader);
		g_assert_cmpstr(have->str, ==, tokens[i].want);
		g_assert_cmpuint(reader.end, ==, strlen(tokens[i].in));
		g_assert_cmpint(html_next(&reader), ==, HTML_END);
	}
}

static const struct {
	const char *in, *text, *attribute; /* attribute NULL: as text */
} references[] = {
	{"&amp;&lt;&gt;&quot;&apos;",                     "&<>\"'",                           NULL                         },
	{"&uuml;&Uuml;&szlig;",                           "\303\274\303\234\303\237",         NULL                         },
	{"&uuml &uumlx",				  "\303\274 \303\274x",               "\303\274 &uumlx"            },
	{"&copy=1",				       "\302\251=1",                       "&copy=1"                    },
	{"&copy",					 "\302\251",                         NULL                         },
	{"&notin;&notit;&not",                            "\342\210\211\302\254it;\302\254",  "\342\210\211&notit;\302\254"},
	{"&nbsp;&zwnj;&hellip;",                          "\302\240\342\200\214\342\200\246", NULL                         },
	{"&colon;&Tab;&NewLine;",                         ":\t\n",                            NULL                         },
	{"&hearts &bogus; &;",                            "&hearts &bogus; &;",               NULL                         },
	{"&CounterClockwiseContourIntegral;",             "\342\210\263",                     NULL                         },
	{"&nvlt;",					"<\342\203\222",                    NULL                         },
	{"&#65;&#x41;&#X4a;",                             "AAJ",                              NULL                         },
	{"&#65 &#x41",				    "A A",			      NULL                         },
	{"&#00000000000000000065;",                       "A",                                NULL                         },
	{"&#128;&#x9f;",				  "\342\202\254\305\270",             NULL                         },
	{"&#0;&#xD800;&#x110000;&#99999999999999999999;",
         "\357\277\275\357\277\275\357\277\275\357\277\275",                                  NULL                         },
	{"&#x1F600;",				     "\360\237\230\200",                 NULL                         },
	{"&#;&#x;&#xg;&# ",			       "&#;&#x;&#xg;&# ",                  NULL                         },
	{"&",					     "&",				NULL			 },
	{"&a",					    "&a",			       NULL			 },
	{"&&amp;&",				       "&&&",			      NULL                         },
};

static void test_references(void)
{
	for (gsize i = 0; i < G_N_ELEMENTS(references); i++) {
		const char *in = references[i].in;
		g_autoptr(GString) text = g_string_new(NULL), attribute = g_string_new(NULL);
		g_autofree char *exact = g_memdup2(in, strlen(in));

		html_decode(text, exact, strlen(in), FALSE);
		html_decode(attribute, exact, strlen(in), TRUE);
		g_assert_cmpstr(text->str, ==, references[i].text);
		g_assert_cmpstr(attribute->str, ==,
			references[i].attribute ? references[i].attribute : references[i].text);
	}
}

static void test_nul(void)
{
	g_autoptr(GString) out = g_string_new(NULL);

	html_decode(out, "a\0b&amp;\0c", 10, FALSE);
	g_assert_cmpstr(out->str, ==, "ab&c");
	g_assert_cmpuint(out->len, ==, 4);
}

/* The search finds every name of the table, and takes all of it. */
static void test_every_name(void)
{
	g_assert_cmpuint(G_N_ELEMENTS(entities), ==, 2231);
	for (gsize i = 0; i < G_N_ELEMENTS(entities); i++) {
		g_autofree char *reference = g_strdup_printf("&%s ", entities[i].name);
		g_autoptr(GString) out = g_string_new(NULL);

		if (i > 0)
			g_assert_cmpint(strcmp(entities[i - 1].name, entities[i].name), <, 0);
		g_assert_cmpuint(entity_read(reference, strlen(reference), FALSE, out), ==,
			strlen(reference) - 1);
		g_assert_cmpstr(out->str, ==, entities[i].text);
		g_assert_true(g_utf8_validate(out->str, -1, NULL));
	}
}

static void test_elements(void)
{
	for (guint i = ELEMENT_OTHER + 1; i < ELEMENT_COUNT; i++) {
		const Element *element = element_of(i);
		g_autofree char *upper = g_ascii_strup(element->name, -1);

		g_assert_cmpint((int)element->id, ==, (int)i);
		g_assert_true(element_find(element->name, strlen(element->name)) == element);
		g_assert_true(element_find(upper, strlen(upper)) == element);
	}
	g_assert_cmpint((int)element_find("svg", 3)->id, ==, ELEMENT_OTHER);
	g_assert_cmpint((int)element_find("blockquotes", 11)->id, ==, ELEMENT_OTHER);
	g_assert_cmpint((int)element_find("", 0)->id, ==, ELEMENT_OTHER);
}

static void test_attributes(void)
{
	static const char html[] = "<a title=1 HREF=&quot;x title=2>";
	HtmlReader reader;
	g_autofree char *href = NULL, *title = NULL, *missing = NULL;

	html_reader_init(&reader, html, strlen(html));
	g_assert_cmpint(html_next(&reader), ==, HTML_START_TAG);
	href = html_attribute_value(&reader, "href");
	title = html_attribute_value(&reader, "title");
	missing = html_attribute_value(&reader, "src");
	g_assert_cmpstr(href, ==, "\"x");
	g_assert_cmpstr(title, ==, "1");
	g_assert_cmpstr(missing, ==, "");
	g_assert_null(html_attribute(&reader, "src"));
}

/* What hurts tokenizers that look twice. Nothing is timed: a quadratic one does not come to an end.
 */
static void test_floods(void)
{
	static const char *const pieces[] = {"<", "</", "<!", "<!-", "<!--", "<a ", "<a b=\"",
		"<a b", "&", "&#", "&a", "<script>", "</script", "<title>", "--", "<![CDATA[", "<?",
		"<a b='"};

	for (gsize i = 0; i < G_N_ELEMENTS(pieces); i++) {
		g_autoptr(GString) html = g_string_new("<p>");
		HtmlReader reader;
		guint count = 0;

		while (html->len < 1 << 20)
			g_string_append(html, pieces[i]);
		html_reader_init(&reader, html->str, html->len);
		while (html_next(&reader) != HTML_END)
			count++;
		g_assert_cmpuint(count, <=, html->len);
		g_assert_cmpuint(reader.end, ==, html->len);
	}
}

static void test_many_attributes(void)
{
	g_autoptr(GString) html = g_string_new("<p");
	HtmlReader reader;

	for (guint i = 0; i < 50000; i++)
		g_string_append_printf(html, " a%u=b", i);
	g_string_append(html, ">x");
	html_reader_init(&reader, html->str, html->len);
	g_assert_cmpint(html_next(&reader), ==, HTML_START_TAG);
	g_assert_cmpuint(reader.attribute_count, ==, HTML_ATTRIBUTES_MAX);
	g_assert_cmpint(html_next(&reader), ==, HTML_TEXT);
	g_assert_cmpuint(reader.end - reader.start, ==, 1);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/html/tokens", test_tokens);
	g_test_add_func("/html/references", test_references);
	g_test_add_func("/html/nul", test_nul);
	g_test_add_func("/html/every-name", test_every_name);
	g_test_add_func("/html/elements", test_elements);
	g_test_add_func("/html/attributes", test_attributes);
	g_test_add_func("/html/floods", test_floods);
	g_test_add_func("/html/many-attributes", test_many_attributes);
	return g_test_run();
}
