#include "html/render.h"

#include <string.h>

static const struct {
	const char *in, *want;
} texts[] = {
	{"",									       ""				     },
	{" \n <p> </p> ",								  ""				     },
	{"a  b\n\tc",								      "a b c\n"                              },
	{"a<b>b</b> <i> c</i>",							    "ab c\n"                               },
	{"<p>a</p><p>b</p>",							       "a\n\nb\n"                             },
	{"<div>a</div><div>b</div>",						       "a\nb\n"                               },
	{"<div><div>a</div></div><div>b</div>c",                                           "a\nb\nc\n"                            },
	{"a<br>b<br><br>c<br>",							    "a\nb\n\nc\n"                          },
	{"<div>a<br></div>b",							      "a\nb\n"                               },
	{"<div>a</div><div><br></div><div>b</div>",                                        "a\n\nb\n"                             },
	{"<div>a</div><div>&nbsp;</div><div>b</div>",                                      "a\n\nb\n"                             },
	{"<p>a</p><br><p>b</p>",							   "a\n\nb\n"                             },
	{"a<br><br><br><br><br>b",							 "a\n\n\nb\n"                           },
	{"<p class=MsoNormal>a</p><p class=MsoNormal>b</p><p class=MsoNormal><o:p>&nbsp;</o:p></p>"
	 "<p class=MsoNormal>c</p>",					      "a\nb\n\nc\n"                          },
	{"<p style='margin:0'>a</p><p style='margin-top:0cm;margin-bottom:0'>b</p>",       "a\nb\n"                               },
	{"<p style='margin:0 0 16px'>a</p><p style='margin-top:0'>b</p>",                  "a\n\nb\n"                             },
	{"<p style='margin:0cm 0cm .0001pt'>a</p><p style='margin:0 auto'>b</p>",          "a\nb\n"                               },
	{"a&nbsp;b &nbsp; c",							      "a b  c\n"                             },
	{"a&nbsp;<br>&nbsp;&nbsp; b",						      "a\n  b\n"                             },
	{"a\342\200\213b&zwnj;c\302\255",						  "a\342\200\213b\342\200\214c\302\255\n"},
	{"<head><title>t</title><style>s</style></head><script>x</script>a<!-- c -->",     "a\n"                                  },
	{"&lt;b&gt; &amp;amp; &uuml;",						     "<b> &amp; \303\274\n"                 },
	{"<h1>a</h1>b<h2>c</h2>",							  "a\n\nb\n\nc\n"                        },
 /* lists */
	{"a<ul><li>b<li>c</ul>d",							  "a\n\n- b\n- c\n\nd\n"                 },
	{"<ol><li>a<li>b<ol><li>c</ol><li>d</ol>",                                         "1. a\n2. b\n  1. c\n3. d\n"           },
	{"<ol start=7><li>a<li value=3>b<li>c</ol>",                                       "7. a\n3. b\n4. c\n"                   },
	{"<ul><li><p>a</p></li><li><div>b</div></li></ul>",                                "- a\n\n- b\n"                         },
	{"<ul><li><li>a</ul>",							     "- a\n"                                },
	{"<dl><dt>a<dd>b</dl>",							    "a\nb\n"                               },
 /* quotes */
	{"a<blockquote>b<br>c<p>d</p></blockquote>e",                                      "a\n\n> b\n> c\n>\n> d\n\ne\n"         },
	{"<blockquote>a<blockquote>b</blockquote></blockquote>c",                          "> a\n>\n> > b\n\nc\n"                 },
	{"<blockquote>a</blockquote><blockquote>b</blockquote>",                           "> a\n>\n> b\n"                        },
 /* tables */
	{"<table><tr><td>a<td>b<tr><td>c<td>d</table>e",                                   "a\tb\nc\td\ne\n"                      },
	{"<table><tr><th>Betreff: </th><td>x</td></tr><tr><th>Von:<td>y</table>",
         "Betreff: x\nVon: y\n"												   },
	{"<table><tr><td><p>a</p></td><td><p>b</p></td></tr><tr><td><p>c</p><td><div>d</div></"
	 "table>",								"a\tb\n\nc\td\n"                       },
	{"<table><tr><td></td><td>a</td><td> </td><td>&nbsp;</td><td>b</td></tr></table>",
         "a\tb\n"														 },
	{"<table><tr><td>a<br>b</td><td>c</td></tr></table>",                              "a\nb\nc\n"                            },
	{"<table><tr><td>Logo</td><td><h1>a</h1><p>b</p></td></tr></table>c",
         "Logo\n\na\n\nb\n\nc\n"												  },
	{"<table><tr><td><table><tr><td>a</td></tr></table></td><td><table><tr><td>b</td></tr></"
	 "table></td></tr></table>",					      "a\nb\n"			       },
	{"<table><tr><td></td></tr><tr><td>&nbsp;</td></tr><tr><td>a</td></tr></table>",   "a\n"                                  },
	{"<td>a</td><td>b</td>",							   "a\tb\n"                               },
 /* links */
	{"<a href=https://x.example/a>b</a>",					      "b <https://x.example/a>\n"            },
	{"<a href=https://x.example/>https://x.example</a>",                               "https://x.example\n"                  },
	{"<a href='http://www.X.example'>x.example</a>",                                   "x.example\n"                          },
	{"<a href=mailto:x@y.example>x@y.example</a>",                                     "x@y.example\n"                        },
	{"<a href='MAILTO:x@y.example?subject=z'>x@y.example</a>",                         "x@y.example\n"                        },
	{"<a href=mailto:x@y.example>Max</a>",                                             "Max <x@y.example>\n"                  },
	{"<a href=tel:+49-30-12>+49 (30) 12</a>, <a href=tel:1>a</a>",                     "+49 (30) 12, a <tel:1>\n"             },
	{"<a href=javascript:x>a</a><a href=#b>b</a><a name=c>c</a>",                      "abc\n"                                },
	{"<a href=https://x.example> </a>a",					       "a\n"                                  },
	{"<p>a <a href=https://x.example>b</a></p><p>c",                                   "a b <https://x.example>\n\nc\n"       },
	{"<a href=https://x.example><img src=y alt='Zum Shop'></a>",
         "Zum Shop <https://x.example>\n"											 },
	{"<blockquote><a href=https://x.example>x.example</a></blockquote>",               "> x.example\n"                        },
 /* images, rules, text as it stands */
	{"<img alt=a src=b> c<img alt=''><img>",                                           "a c\n"                                },
	{"a<hr>b",									 "a\n\nb\n"			     },
	{"<pre>a  b\n\tc\n\n\n\nd </pre>e",						"a  b\n\tc\n\n\n\nd\n\ne\n"            },
	{"<div style='white-space:pre-wrap'>a\nb  c</div>",                                "a\nb  c\n"                            },
	{"<textarea>a\nb</textarea><xmp><p></xmp>",                                        "a\nb\n\n<p>\n"                        },
	{"<form>a<input value=b><select><option>c<option>d</select></form>e",              "a\nc\nd\ne\n"                         },
 /* what nobody sees */
	{"<div style='display:none'>a b</div>c",                                           "[hidden: a b]\nc\n"                   },
	{"c<span style='display:none'> a <b>b</b></span> d",                               "c [hidden: a b] d\n"                  },
	{"<p hidden>a<p>b",								"[hidden: a]\n\nb\n"                   },
	{"<div style='font-size:0'>&zwnj;&nbsp;&#847;\302\255</div>a",                     "a\n"                                  },
	{"<div style='display:none'><p>a</p><p>b</p></div>",                               "[hidden: a\n\nb]\n"                   },
	{"<div style='font-size:0'>a<p style='font-size:12px'>b</p>c</div>",
         "[hidden: a]\n\nb\n\n[hidden: c]\n"										      },
	{"<div style='display:none'>a<p style='font-size:12px'>b</div>",                   "[hidden: a\n\nb]\n"                   },
	{"<img style='display:none' alt=x>a",					      "a\n"                                  },
 /* bytes that have no place in text */
	{"a\001b\177c&#0;",								"abc\357\277\275\n"                    },
};

static guint count_lines(const char *text)
{
	guint lines = 0;

	for (; *text; text++)
		lines += *text == '\n';
	return lines;
}

/* Every line has its entry, at its place, in order. */
static void check_lines(const Rendered *rendered, gsize html_length)
{
	const char *at = rendered->text;

	g_assert_cmpuint(rendered->lines->len, ==, count_lines(rendered->text));
	for (guint i = 0; i < rendered->lines->len; i++) {
		const RenderedLine *line = &g_array_index(rendered->lines, RenderedLine, i);

		g_assert_cmpuint(line->start, ==, (gsize)(at - rendered->text));
		g_assert_cmpuint(line->html_start, <=, line->html_content);
		g_assert_cmpuint(line->html_content, <=, html_length);
		at = strchr(at, '\n') + 1;
	}
	g_assert_cmpint(*at, ==, '\0');
	g_assert_true(g_utf8_validate(rendered->text, -1, NULL));
}

static void test_texts(void)
{
	for (gsize i = 0; i < G_N_ELEMENTS(texts); i++) {
		const gsize length = strlen(texts[i].in);
		g_autofree char *in = g_memdup2(texts[i].in, length);
		g_autoptr(Rendered) rendered = render_html(in, length);

		g_assert_cmpstr(rendered->text, ==, texts[i].want);
		check_lines(rendered, length);
	}
}

/* Header blocks as mail clients draw them. A line of want: marks (R rule, F forward, Q quote box, B
 * bold, S signature), how deep quoted, what stands at html_start, the text. */
static const struct {
	const char *name, *html, *want;
} clients[] = {
	{"Outlook for Windows",
         "<body lang=DE><div class=WordSection1><p class=MsoNormal>Bitte "
		"ablegen.<o:p></o:p></p>\r\n"
		"<p class=MsoNormal><o:p>&nbsp;</o:p></p>\r\n<div><div "
		"style='border:none;border-top:solid #E1E1E1 "
		"1.0pt;padding:3.0pt 0cm 0cm 0cm'>\r\n<p class=MsoNormal><b><span "
		"lang=DE>Von:</span></b> Max Muster\r\n"
		"&lt;max@x.example&gt; <br><b>Gesendet:</b> Montag, 2. M&auml;rz 2026 "
		"14:05<br><b>An:</b> <a "
		"href=\"mailto:y@z.example\">y@z.example</a><o:p></o:p></p></div></div><p "
		"class=MsoNormal>"
		"<o:p>&nbsp;</o:p></p><p class=MsoNormal>Guten Tag,</p></div>",		   "|0|<p class=MsoNormal>Bi|Bitte ablegen.\n"
		"B|0|<p class=MsoNormal><b|\n"
		"RB|0|<p class=MsoNormal><b|Von: Max Muster <max@x.example>\n"
		"B|0|<p class=MsoNormal><b|Gesendet: Montag, 2. M\303\244rz 2026 14:05\n"
		"B|0|<p class=MsoNormal><b|An: y@z.example\n"
		"|0|<p class=MsoNormal>Gu|\n"
		"|0|<p class=MsoNormal>Gu|Guten Tag,\n"                },
	{"Outlook on the web",
         "<div class=\"elementToProof\">Siehe unten</div><div id=\"appendonsend\"></div><hr "
		"style=\"display:inline-block;width:98%\" tabindex=\"-1\"><div "
		"id=\"divRplyFwdMsg\" dir=\"ltr\"><font "
		"face=\"Calibri, sans-serif\"><b>Von:</b> Max "
		"&lt;max@x.example&gt;<br><b>Betreff:</b> Angebot</font>"
		"<div>&nbsp;</div></div><div>Hallo</div>",					"|0|<div class=\"elementTo|Siehe unten\n"
		"QB|0|<div id=\"divRplyFwdMs|\n"
		"RQB|0|<div id=\"divRplyFwdMs|Von: Max <max@x.example>\n"
		"QB|0|<div id=\"divRplyFwdMs|Betreff: Angebot\n"
		"|0|<div>Hallo</div>|\n"
		"|0|<div>Hallo</div>|Hallo\n"					       },
	{"Outlook on the web, quoted again",
         "<hr><div id=\"x_x_divRplyFwdMsg\"><b>Von:</b> Max</div>",			       "RQB|0|<div id=\"x_x_divRplyF|Von: Max\n"           },
	{"Outlook, its border spelt otherwise",
         "<div style=\"border-width:1pt medium medium;border-style:solid none "
		"none\"><b>Von:</b> Max</div>",						   "RB|0|<div style=\"border-wi|Von: Max\n"            },
	{"a box is no rule",
         "<div style='border-top:solid red 1px;border-bottom:solid red 1px'>a</div>",             "|0|<div style='border-to|a\n"                      },
	{"Gmail",
         "<div dir=\"ltr\">Siehe unten<br><br><div class=\"gmail_quote\"><div dir=\"ltr\" "
		"class=\"gmail_attr\">"
		"---------- Forwarded message ---------<br>Von: <strong class=\"gmail_sendername\" "
		"dir=\"auto\">Max"
		"</strong> <span dir=\"auto\">&lt;<a "
		"href=\"mailto:max@x.example\">max@x.example</a>&gt;</span><br>"
		"Subject: Angebot<br></div><br><br><div dir=\"ltr\">Hallo</div></div></div>",     "|0|<div dir=\"ltr\">Siehe |Siehe unten\n"
		"Q|0|<div dir=\"ltr\" class=|\n"
		"Q|0|<div dir=\"ltr\" class=|---------- Forwarded message ---------\n"
		"Q|0|<div dir=\"ltr\" class=|Von: Max <max@x.example>\n"
		"Q|0|<div dir=\"ltr\" class=|Subject: Angebot\n"
		"Q|0|<div dir=\"ltr\">Hallo<|\n"
		"Q|0|<div dir=\"ltr\">Hallo<|\n"
		"Q|0|<div dir=\"ltr\">Hallo<|Hallo\n"    },
	{"Gmail, a reply",
         "<div dir=ltr>Ja</div><div class=gmail_quote><div class=gmail_attr>Am Mo., 2. "
		"M\303\244rz 2026 schrieb Max:"
		"<br></div><blockquote class=gmail_quote style='margin:0 0 0 .8ex'>Passt "
		"das?</blockquote></div>",							"|0|<div dir=ltr>Ja</div>|Ja\n"
		"Q|0|<div class=gmail_attr|Am Mo., 2. M\303\244rz 2026 schrieb Max:\n"
		"Q|1|<blockquote class=gma|> Passt das?\n"                                                  },
	{"Thunderbird",
         "<p>Zur Ablage</p><div class=\"moz-forward-container\"><br><br>-------- "
		"Weitergeleitete Nachricht --------\n"
		"<table class=\"moz-email-headers-table\" cellspacing=\"0\"><tbody><tr><th "
		"valign=\"BASELINE\" nowrap>"
		"Betreff: </th><td>Angebot</td></tr><tr><th>Von: </th><td>Max <a "
		"href=\"mailto:max@x.example\">&lt;"
		"max@x.example&gt;</a></td></tr></tbody></table><br><br>Hallo</div><div "
		"class=moz-signature>-- <br>Anna</div>",					  "|0|<p>Zur Ablage</p><div|Zur Ablage\n"
		"F|0|<div class=\"moz-forwa|\n"
		"F|0|<div class=\"moz-forwa|\n"
		"F|0|<div class=\"moz-forwa|-------- Weitergeleitete Nachricht --------\n"
		"FB|0|<table class=\"moz-ema|Betreff: Angebot\n"
		"FB|0|<tr><th>Von: </th><td|Von: Max <max@x.example>\n"
		"F|0|<br><br>Hallo</div><d|\n"
		"F|0|<br><br>Hallo</div><d|\n"
		"F|0|<br><br>Hallo</div><d|Hallo\n"
		"S|0|<div class=moz-signat|--\n"
		"S|0|<div class=moz-signat|Anna\n"                                            },
	{"Apple Mail",
         "<div>Siehe unten<br><div><blockquote type=\"cite\"><div>Anfang der "
		"weitergeleiteten Nachricht:</div><br "
		"class=\"Apple-interchange-newline\"><div style=\"margin:0px\"><span><b>Von: "
		"</b></span><span>Max &lt;<a "
		"href=\"mailto:max@x.example\">max@x.example</a>&gt;<br></span></"
		"div><div><span><b>Betreff: </b></span>"
		"<span><b>Angebot</b></span></div><br><div>Hallo</div></blockquote></div></div>", "|0|<div>Siehe unten<br><|Siehe unten\n"
		"Q|0|<div>Anfang der weite|\n"
		"Q|1|<div>Anfang der weite|> Anfang der weitergeleiteten Nachricht:\n"
		"QB|1|<div style=\"margin:0p|>\n"
		"QB|1|<div style=\"margin:0p|> Von: Max <max@x.example>\n"
		"QB|1|<div><span><b>Betreff|> Betreff: Angebot\n"
		"Q|1|<div>Hallo</div></blo|>\n"
		"Q|1|<div>Hallo</div></blo|> Hallo\n"},
	{"GMX",
         "<div style=\"font-family: Verdana;\"><div>Siehe unten<div name=\"quote\" "
		"style=\"margin:10px 5px 5px 10px; "
		"border-left:2px solid #C3D9E5;\"><div style=\"margin:0 0 10px "
		"0;\"><b>Gesendet:</b>&nbsp;Montag, 02. "
		"M\303\244rz 2026 um 14:05 Uhr<br/><b>Von:</b>&nbsp;&quot;Max&quot; "
		"&lt;max@x.example&gt;</div><div "
		"name=\"quoted-content\">Hallo</div></div></div></div>",			  "|0|<div>Siehe unten<div |Siehe unten\n"
		"QB|0|<div style=\"margin:0 |Gesendet: Montag, 02. M\303\244rz 2026 um 14:05 Uhr\n"
		"QB|0|<div style=\"margin:0 |Von: \"Max\" <max@x.example>\n"
		"Q|0|<div name=\"quoted-con|Hallo\n"                          },
	{"a layout table",
         "<p>Bitte</p><div><table width=600><tbody><tr><td><table><tr><td><p>Neu im "
		"Mai</p></td></tr></table></td></tr>"
		"<tr><td>Mehr</td></tr></tbody></table></div>",				   "|0|<p>Bitte</p><div><tab|Bitte\n"
		"|0|<table width=600><tbo|\n"
		"|0|<table width=600><tbo|Neu im Mai\n"
		"|0|<tr><td>Mehr</td></tr|Mehr\n"                                      },
};

static void append_marks(GString *out, LineMarks marks)
{
	static const struct {
		LineMarks mark;
		char letter;
	} letters[] = {
		{LINE_RULE,      'R'},
                {LINE_FORWARD,   'F'},
                {LINE_QUOTE_BOX, 'Q'},
                {LINE_BOLD,      'B'},
		{LINE_SIGNATURE, 'S'}
        };

	for (guint i = 0; i < G_N_ELEMENTS(letters); i++)
		if (marks & letters[i].mark)
			g_string_append_c(out, letters[i].letter);
}

static void test_clients(void)
{
	for (gsize i = 0; i < G_N_ELEMENTS(clients); i++) {
		const char *html = clients[i].html;
		g_autoptr(Rendered) rendered = render_html(html, strlen(html));
		g_autoptr(GString) have = g_string_new(NULL);

		g_test_message("%s", clients[i].name);
		check_lines(rendered, strlen(html));
		for (guint n = 0; n < rendered->lines->len; n++) {
			const RenderedLine *line = &g_array_index(rendered->lines, RenderedLine, n);
			const char *text = rendered->text + line->start;

			append_marks(have, line->marks);
			g_string_append_printf(have, "|%u|%.21s|%.*s\n", line->depth,
				html + line->html_start, (int)strcspn(text, "\n"), text);
		}
		g_assert_cmpstr(have->str, ==, clients[i].want);
	}
}

/* Lines behind a <br> share their block, but each knows its own words; those of <pre> do, too. */
static void test_content(void)
{
	static const char html[] =
		"<div>eins<br>zwei<br><b>drei</b></div><pre>vier\nf&uuml;nf\nsechs</pre>";
	static const char *const want[] = {
		"eins", "zwei", "drei", NULL, "vier", "f&uuml;nf", "sechs"};
	g_autoptr(Rendered) rendered = render_html(html, strlen(html));

	g_assert_cmpuint(rendered->lines->len, ==, G_N_ELEMENTS(want));
	for (guint i = 0; i < G_N_ELEMENTS(want); i++) {
		const RenderedLine *line = &g_array_index(rendered->lines, RenderedLine, i);

		if (want[i])
			g_assert_true(g_str_has_prefix(html + line->html_content, want[i]));
		g_assert_true(g_str_has_prefix(html + line->html_start, i < 3 ? "<div>" : "<pre>"));
	}
}

/* Nothing is timed: what is not linear does not come to an end. */
static void test_floods(void)
{
	static const char *const pieces[] = {"<div>", "<blockquote>", "<ul><li>", "<ol><li>x",
		"<p><b>x", "x<br>", "<br>", "&nbsp;", "<table><tr><td>x", "<td>x", "<td>", "<tr>",
		"<a href=http://x>y", "<a href=http://x>", "<div style='display:none'>x</div>y",
		"<pre>\n", "<hr>", "<", "<b><i><u>", "</div>", "x<div>y</div>",
		"<div class='a b c d e f g'>", "&", "<blockquote>x", "<p>&nbsp;</p>",
		"<table><th>"};

	for (gsize i = 0; i < G_N_ELEMENTS(pieces); i++) {
		g_autoptr(GString) html = g_string_new("start ");
		g_autoptr(Rendered) rendered = NULL;

		while (html->len < 300000)
			g_string_append(html, pieces[i]);
		g_string_append(html, " end");
		rendered = render_html(html->str, html->len);
		check_lines(rendered, html->len);
		g_assert_true(g_str_has_prefix(rendered->text, "start"));
		/* Prefixes, indents and addresses stay in proportion. */
		g_assert_cmpuint(strlen(rendered->text), <, 20 * html->len);
	}
}

/* The prefix of a quoted line is limited, and so is the text that many lines make. */
static void test_deep_quotes(void)
{
	g_autoptr(GString) html = g_string_new(NULL);
	g_autoptr(Rendered) rendered = NULL;

	for (guint i = 0; i < 150; i++)
		g_string_append(html, "<blockquote>");
	for (guint i = 0; i < 10000; i++)
		g_string_append(html, "x<br>");
	rendered = render_html(html->str, html->len);
	check_lines(rendered, html->len);
	g_assert_cmpuint(strlen(rendered->text), <, 10 * html->len);
	g_assert_cmpuint(g_array_index(rendered->lines, RenderedLine, 0).depth, ==, 150);
	g_assert_true(g_str_has_prefix(rendered->text, "> > > "));
}

/* Nor do a megabyte of empty lines make a million lines. */
static void test_blank_lines(void)
{
	g_autofree char *newlines = g_strnfill(1 << 20, '\n');
	g_autofree char *html = g_strdup_printf("<pre>a%sb</pre>", newlines);
	g_autoptr(Rendered) rendered = render_html(html, strlen(html));

	check_lines(rendered, strlen(html));
	g_assert_cmpuint(rendered->lines->len, <, 100);
	g_assert_true(g_str_has_suffix(rendered->text, "\n\n\nb\n"));
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/render/texts", test_texts);
	g_test_add_func("/render/clients", test_clients);
	g_test_add_func("/render/content", test_content);
	g_test_add_func("/render/floods", test_floods);
	g_test_add_func("/render/deep-quotes", test_deep_quotes);
	g_test_add_func("/render/blank-lines", test_blank_lines);
	return g_test_run();
}
