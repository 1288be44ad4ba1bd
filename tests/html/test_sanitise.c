#include "html/sanitise.h"

#include <string.h>

#include "html/css.h"
#include "mime/limits.h"
#include "html/link.h"
#include "tests/html/strict_html.h"

#define REL "\" rel=\"noopener noreferrer nofollow\" target=\"_blank\""

typedef struct {
	const char *in, *want;
	guint remote_images;
} Row;

static const Row texts[] = {
	{"",											 "",				       0},
	{"a < b > c & d \" e ' f",								   "a &lt; b &gt; c &amp; d &quot; e ' f",   0},
	{"&lt;script&gt;&amp;lt;&quot;",							     "&lt;script&gt;&amp;lt;&quot;",           0},
	{"<b title='&quot;><i>'>x</b>",							      "<b title=\"&quot;&gt;&lt;i&gt;\">x</b>", 0},
	{"a&#0;b&#1;c&#127;d&#13;e\x01",							     "a\357\277\275bcd\ne",                    0},
	{"a<!-- b -->c<![CDATA[d]]>e<!doctype x>f<?g?>",                                             "acef",                                   0},
	{"<script>a</script>b<style>c</style>d<title>e</title>f",                                    "bdf",                                    0},
	{"<iframe>a</iframe>b<noembed>c</noembed><noframes>d</noframes>e",                           "be",                                     0},
	{"<textarea><b>&amp;</textarea><xmp><b>&amp;</xmp>",
         "<div>&lt;b&gt;&amp;</div><pre>&lt;b&gt;&amp;amp;</pre>",									     0},
	{"<svg><a href=javascript:x>y</a></svg><math><mi>z</mi></math>",                             "yz",                                     0},
	{"<form action=x><input name=a value=b><button>c</button><select><option>d</select></form>",
         "<div>c<div>d</div></div>",													   0},
	{"<object data=x><embed src=y>a</object><template>b</template><noscript>c</noscript>",
         "abc",																0},
	{"<meta http-equiv=refresh content=0><base href=x><link rel=stylesheet href=y>a",            "a",                                      0},
	{"<p id=a name=b class=c onclick=d accesskey=e tabindex=1 contenteditable data-x=1>f</p>",
         "<p>f</p>",															   0},
	{"<button>a</button><button style='color:red'>b</button>",
         "a<span style=\"color:red\">b</span>",												0},
	{"<body bgcolor=#fff>a</body>b",							     "<div bgcolor=\"#fff\">ab</div>",         0},
	{"<td colspan=2 width=50% onload=x rowspan=99999 align=' right '>a</td>",
         "<table><tr><td align=\"right\" colspan=\"2\" width=\"50%\">a</td></tr></table>",						     0},
	{"<font color='red;x' face='Arial, sans' size=+1>a</font>",
         "<font face=\"Arial, sans\" size=\"+1\">a</font>",										    0},
	{"<p width=expression(x) height=1e9 border=12345 align=a:b bgcolor=url(x) face='a;b'>c",
         "<p>c</p>",															   0},
	{"<unknown><custom-x onload=a>b</custom-x>",                                                 "b",                                      0},
	{"<p title='a\nb' dir=rtl lang=de-DE>c",
         "<p dir=\"rtl\" lang=\"de-DE\" title=\"a\nb\">c</p>",										 0},
	{"<span>a</span><font>b</font>",							     "ab",                                     0},
};

static const Row links[] = {
	{"<a href=https://x.example/?a=1&amp;b=2>y</a>",
         "<a href=\"https://x.example/?a=1&amp;b=2" REL ">y</a>",                                                                      0},
	{"<a href='HTTP://x'>y</a>",							      "<a href=\"http://x" REL ">y</a>",   0},
	{"<a href=mailto:a@b>y</a>",							      "<a href=\"mailto:a@b" REL ">y</a>", 0},
	{"<a href=tel:+49301>y</a>",							      "<a href=\"tel:+49301" REL ">y</a>", 0},
	{"<a href=' \n\x01 ht\ntp&#9;s:&sol;/x\x01'>y</a>",                                       "<a href=\"https://x" REL ">y</a>",  0},
	{"<a href='http://x\"><script>'>y</a>",
         "<a href=\"http://x&quot;&gt;&lt;script&gt;" REL ">y</a>",                                                                    0},
	{"<a href=javascript:alert(1)>y</a>",						     "y",                                 0},
	{"<a href='&#106;avascript&colon;alert(1)'>y</a>",                                        "y",                                 0},
	{"<a href='java&Tab;script:alert(1)'>y</a>",                                              "y",                                 0},
	{"<a href='\x01javascript:alert(1)'>y</a>",                                               "y",                                 0},
	{"<a href=/x>y</a><a href=//x>y</a><a href=x>y</a><a href=#x>y</a><a href>y</a><a>y</a>",
         "yyyyyy",														     0},
	{"<a href=http:x>y</a><a href=https:/x>y</a><a href=http://>y</a>",                       "yyy",                               0},
	{"<a href=data:text/html,x>y</a><a href=vbscript:x>y</a><a href=file:///x>y</a><a "
	 "href=cid:x>y</a>",							     "yyyy",			      0},
	{"<a href=ftp://x>y</a><a href=blob:http://x>y</a><a href=' http ://x'>y</a>",            "yyy",                               0},
	{"<a href=javascript:x href=http://x>y</a>",                                              "y",                                 0},
	{"<a href=http://a>b<a href=http://c>d</a>e</a>",
         "<a href=\"http://a" REL ">b</a><a href=\"http://c" REL ">d</a>e",                                                            0},
	{"<a href=http://a target=_top rel=opener ping=http://b download>c</a>",
         "<a href=\"http://a" REL ">c</a>",											    0},
	{"<area href=http://x><map name=m>a</map>",                                               "a",                                 0},
};

static const Row images[] = {
	{"<img src=cid:a@b alt='c\"' width=10 srcset=x onerror=y>",
         "<img src=\"cid:a@b\" alt=\"c&quot;\" width=\"10\">",								       0},
	{"<img src='data:image/png;base64,iVB ORw0=='>",
         "<img src=\"data:image/png;base64,iVBORw0==\">",									    0},
	{"<img src=data:image/svg+xml;base64,AAAA><img src=data:image/png,x><img "
	 "src=data:text/html;base64,AAAA>",					   "",				   0},
	{"<img src='data:image/png;base64,AA\"A'><img src=data:image/png;base64,>",            "",                                   0},
	{"<img src=http://x/a.png alt=Logo><img src=//x><img src=x.png><image src=https://y>",
         "Logo",														     4},
	{"<img srcset='http://x 2x'><img><img src=''>",                                        "",                                   1},
	{"<a href=http://a><img src=http://b alt='Jetzt &lt;lesen>'></a>",
         "<a href=\"http://a" REL ">Jetzt &lt;lesen&gt;</a>",									1},
	{"<td background=http://x>a</td>",						     "<table><tr><td>a</td></tr></table>", 1},
	{"<table background='cid:x'><tr><td>a</table>",                                        "<table><tr><td>a</td></tr></table>", 0},
	{"<p style='background:url(http://x)'>a</p>",                                          "<p>a</p>",                           1},
	{"<p style=\"color:red;background-image: URL( 'https://x;y' );margin:1px\">a</p>",
         "<p style=\"color:red;margin:1px\">a</p>",										  1},
	{"<p style='background:url(cid:x)'>a</p><p "
	 "style='background:url(data:image/png;base64,AAAA)'>b</p>",		  "<p>a</p><p>b</p>",                   0},
	{"<input type=image src=http://x><video poster=http://y><source src=z></video>",       "",                                   2},
	{"<picture><source srcset=http://x><img src=http://y></picture>",                      "",                                   1},
	{"<svg><image href=http://x /></svg>",						 "",                                   0},
};

static const Row nesting[] = {
	{"<b><i>a</b>b</i>c",						      "<b><i>a</i></b><i>b</i>c",                            0},
	{"<b><i><u><s>a</b>b",						     "<b><i><u><s>a</s></u></i></b><i><u><s>b</s></u></i>", 0},
	{"<p>a<p>b",							       "<p>a</p><p>b</p>",                                    0},
	{"<p><b>a<p>b</b>c",						       "<p><b>a</b></p><p><b>b</b>c</p>",                     0},
	{"<ul><li>a<li>b<ul><li>c</ul><li>d</ul>",
         "<ul><li>a</li><li>b<ul><li>c</li></ul></li><li>d</li></ul>",                                                                    0},
	{"<dl><dt>a<dd>b<dt>c</dl>",					       "<dl><dt>a</dt><dd>b</dd><dt>c</dt></dl>",             0},
	{"</p></div></table></b>a",						"a",						   0},
	{"<div>a",								 "<div>a</div>",					0},
	{"a</br>b<br/>c</hr>",						     "a<br>b<br>c",                                         0},
	{"<table><tr><td>a<td>b<tr><td>c</table>d",
         "<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>d",                                                              0},
	{"<table><tbody><tr><td>a</div></b>b</td></tr></tbody></table>",
         "<table><tbody><tr><td>ab</td></tr></tbody></table>",									    0},
	{"<b><table><tr><td>a</b>b</table>c",                                      "<b><table><tr><td>ab</td></tr></table>c</b>",         0},
	{"<table>a<tr>b<td>c</table>",
         "<table><tr><td>a</td></tr><tr><td>b</td><td>c</td></tr></table>",                                                               0},
	{"<table> <tr> <td>a</td> </tr> </table>",                                 "<table><tr><td>a</td></tr></table>",                  0},
	{"<table><form><tr><td>a</form></table>",                                  "<table><tr><td>a</td></tr></table>",                  0},
	{"<table><caption>a<tr><td>b</table>",
         "<table><caption>a</caption><tr><td>b</td></tr></table>",                                                                        0},
	{"<table><col width=1><colgroup><col></colgroup><thead><tr><th>a</table>",
         "<table><col "
		"width=\"1\"><colgroup><col></colgroup><thead><tr><th>a</th></tr></thead></table>",				       0},
	{"<tr><td>a</td><td>b</td></tr></table>c",                                 "<table><tr><td>a</td><td>b</td></tr></table>c",
         0																 },
	{"<table><tr><td><table><tr><td>a</table>b</table>",
         "<table><tr><td><table><tr><td>a</td></tr></table>b</td></tr></table>",                                                          0},
	{"<table><tr><td>a</td></tr><table><tr><td>b</table>",
         "<table><tr><td>a</td></tr></table><table><tr><td>b</td></tr></table>",                                                          0},
	{"<span title=x><div>a</span>b</div>c",                                    "<span title=\"x\"><div>ab</div>c</span>",             0},
	{"<p><table><tr><td>a</table>",					    "<p></p><table><tr><td>a</td></tr></table>",           0},
	{"<dir><li>a</dir><center>b</center><listing>c</listing>",
         "<ul><li>a</li></ul><center>b</center><pre>c</pre>",									     0},
	{"<a href='http://x'><div>a</a>b</div>c",
         "<a href=\"http://x" REL "><div>a</div></a><div>b</div>c",                                                                       0},
};

static void check(const Row *rows, gsize count)
{
	for (gsize i = 0; i < count; i++) {
		guint remote_images = 99;
		g_autofree char *in = g_memdup2(rows[i].in, strlen(rows[i].in));
		g_autofree char *have = sanitise_html(in, strlen(rows[i].in), &remote_images);
		g_autofree char *again = NULL;

		g_assert_cmpstr(have, ==, rows[i].want);
		g_assert_cmpuint(remote_images, ==, rows[i].remote_images);
		g_assert_cmpstr(strict_html_fault(have), ==, NULL);
		/* What is clean stays as it is. */
		again = sanitise_html(have, strlen(have), NULL);
		g_assert_cmpstr(again, ==, have);
	}
}

static void test_texts(void)
{
	check(texts, G_N_ELEMENTS(texts));
}

static void test_links(void)
{
	check(links, G_N_ELEMENTS(links));
}

static void test_images(void)
{
	check(images, G_N_ELEMENTS(images));
}

static void test_nesting(void)
{
	check(nesting, G_N_ELEMENTS(nesting));
}

static const struct {
	const char *in, *want;
} styles[] = {
	{"color: red; BACKGROUND-COLOR : #FFF ;",                                               "color:red;background-color:#FFF"    },
	{"color:rgb(1, 2,3);background:rgba(0,0,0,.5);border-color:HSL(1,2%,3%)",
         "color:rgb(1, 2,3);background:rgba(0,0,0,.5);border-color:HSL(1,2%,3%)"                                                     },
	{"color:xrgb(1);width:rgb(a);height:calc(1px);color:var(--x)",                          ""                                   },
	{"width:expression(alert(1))",							  ""                                   },
	{"color:re\\64;color:@x;color:a:b;color:a/b;color:<;color:{}",                          ""                                   },
	{"background:url(x);background-image:url(x);list-style-image:url(x);content:url(x)",    ""                                   },
	{"position:fixed;top:0;left:0;z-index:9;float:left;clip:auto;transform:none;opacity:1", ""                                   },
	{"behavior:url(x);-moz-binding:url(x);filter:x;cursor:x;animation:x;--a:b",             ""                                   },
	{"margin:-1px;margin-left:-.5em;padding:1px -2px;letter-spacing:-1px",                  ""                                   },
	{"width:10000px;height:99999px;width:9999px;width:13.33333px",
         "width:9999px;width:13.33333px"											     },
	{"font-family:\"Segoe UI\",'A B',sans-serif",                                           "font-family:Segoe UI,A B,sans-serif"},
	{"font-family:\"a;b\";color:red",						       "color:red"                          },
	{"color:red !important;width:1px!x",						    "color:red ;width:1px"               },
	{"display:none;display:inline-block;display:flex;display:BLOCK",
         "display:inline-block;display:BLOCK"											},
	{"font-size:0;font-size:1px;font-size:0em;font-size:.8em;font-size:9pt",
         "font-size:.8em;font-size:9pt"											      },
	{"line-height:0;height:0;max-height:0px;width:0;line-height:1.2",                       "line-height:1.2"                    },
	{"color:transparent;font:0 Arial;font:italic 12px Arial",                               "font:italic 12px Arial"             },
	{"/**/color:red;co/**/lor:red;;:;color:;x:red;color",                                   ""                                   },
	{"font-family:\303\244;color:\303\244",						 "font-family:\303\244"               },
	{"background:url(data:image/png;base64,AAAA);color:red",                                "color:red"                          },
};

static void test_styles(void)
{
	for (gsize i = 0; i < G_N_ELEMENTS(styles); i++) {
		g_autoptr(GString) have = g_string_new(NULL);
		guint remote_images = 0;

		css_clean(have, styles[i].in, &remote_images);
		g_assert_cmpstr(have->str, ==, styles[i].want);
	}
}

/* Hidden words stay, and say that they were hidden. */
static void test_hidden(void)
{
	static const char *const hiding[] = {"display:none", "DISPLAY : none !important",
		"visibility:hidden", "opacity:0", "max-height:0;overflow:hidden",
		"overflow:hidden;width:0px"};
	static const char *const tiny[] = {"font-size:0", "font-size:0.0em", "font-size:1px",
		"font:0px a", "font-size:9px;font-size:0"};
	static const char *const showing[] = {"display:block", "font-size:1em", "opacity:.9",
		"max-height:0", "overflow:hidden", "font:12px a", "visibility:visible",
		"mso-hide:all", "font-size:0;font-size:9px"};
	g_autofree char *attribute = sanitise_html("<p hidden title=x>a</p>", 23, NULL);

	g_assert_cmpstr(attribute, ==, "<p title=\"hidden\">a</p>");
	for (gsize i = 0; i < G_N_ELEMENTS(hiding); i++) {
		g_autofree char *in =
			g_strdup_printf("<div title=x style='%s'>a b</div>", hiding[i]);
		g_autofree char *have = sanitise_html(in, strlen(in), NULL);

		g_assert_cmpstr(have, ==, "<div title=\"hidden\">a b</div>");
	}
	for (gsize i = 0; i < G_N_ELEMENTS(tiny); i++) {
		g_autofree char *in = g_strdup_printf(
			"<p style='%s'> <b>a</b> <font style='font-size:12px'>b</font></p>",
			tiny[i]);
		g_autofree char *have = sanitise_html(in, strlen(in), NULL);
		const char *end = "<b><span title=\"hidden\">a</span></b> "
				  "<font style=\"font-size:12px\">b</font></p>";

		g_assert_true(g_str_has_suffix(have, end));
		g_assert_null(strstr(have, "title=\"hidden\"> "));
	}
	for (gsize i = 0; i < G_N_ELEMENTS(showing); i++) {
		g_autofree char *in = g_strdup_printf("<div style='%s'>a b</div>", showing[i]);
		g_autofree char *have = sanitise_html(in, strlen(in), NULL);

		g_assert_null(strstr(have, "hidden\""));
		g_assert_nonnull(strstr(have, ">a b<"));
	}
}

/* Word says in its style sheet that its paragraphs have no margins. */
static void test_word(void)
{
	static const char in[] =
		"<p class=MsoNormal>a</p><p class=MsoNormal style='margin:1pt'>b</p>";
	g_autofree char *have = sanitise_html(in, strlen(in), NULL);

	g_assert_cmpstr(have, ==, "<p style=\"margin:0\">a</p><p style=\"margin:1pt\">b</p>");
}

/* Floods: nothing is timed, what is not linear does not come to an end. What comes out is sane and,
 * where the words are, whole. */
static const struct {
	const char *piece, *tail;
	guint count;
	const char *words; /* that the output must hold */
} floods[] = {
	{"<div>",                "end",        20000,   "end"      },
	{"<b>",		  "end",        300000,  "end"      },
	{"<b><i>",               "</b>end",    100000,  "end"      },
	{"<p><b>x",              "end",        50000,   "end"      },
	{"<table><tr><td>",      "end",        20000,   "end"      },
	{"<table>",              "end",        100000,  "end"      },
	{"<td>x",                "end",        100000,  "end"      },
	{"<a href=http://x>y",   "end",        50000,   "end"      },
	{"<",		    " end",       1 << 20, "&lt; end" },
	{"</",		   "end",        1 << 19, ""         },
	{"</div>",               "end",        100000,  "end"      },
	{"<b></div></b>",        "end",        50000,   "end"      },
	{"<!--",		 "end",        200000,  ""         },
	{"<title>",              "end",        100000,  ""         },
	{"</title>",             "end",        100000,  "end"      },
	{"<p style='",           "end",        100000,  ""         },
	{"<p style='(((((((",    "end",        100000,  ""         },
	{"<p style=\"",          "\">end",     1,       "end"      },
	{"<p title=x'\">",       "end",        50000,   "end"      },
	{"&",		    "end",        1 << 19, "&amp;end" },
	{"&quot;",               "end",        200000,  "&quot;end"},
	{"<li>x<ul>",            "end",        50000,   "end"      },
	{"<dd>x<dt>",            "end",        50000,   "end"      },
	{"<font color=red><p>x", "</font>end", 50000,   "end"      },
	{"<img src=cid:x>",      "end",        50000,   "end"      },
};

/* Sanitizers note where each allocation came from, which takes a hundred times as long. */
#ifdef __SANITIZE_ADDRESS__
enum { FLOOD_SHARE = 50 };
#else
enum { FLOOD_SHARE = 1 };
#endif

static void test_floods(void)
{
	for (gsize i = 0; i < G_N_ELEMENTS(floods); i++) {
		g_autoptr(GString) html = g_string_new("start");
		g_autofree char *have = NULL;

		for (guint n = 0; n < floods[i].count / FLOOD_SHARE; n++)
			g_string_append(html, floods[i].piece);
		g_string_append(html, floods[i].tail);
		have = sanitise_html(html->str, html->len, NULL);
		g_test_message("%s", floods[i].piece);
		g_assert_cmpstr(strict_html_fault(have), ==, NULL);
		g_assert_cmpuint(strlen(have), <=, LIMIT_HTML_BYTES);
		g_assert_true(g_str_has_prefix(have, "start"));
		g_assert_nonnull(strstr(have, floods[i].words));
	}
}

/* Pieces in any order: always in the grammar, and the words between them always there. */
static void test_soup(void)
{
	static const char *const pieces[] = {"<p>", "</p>", "<b>", "</b>", "<i style='color:red'>",
		"</i>", "<a href=http://x>", "</a>", "<a href=x>", "<div>", "</div>", "<table>",
		"</table>", "<tr>", "</tr>", "<td>", "</td>", "<th>", "<tbody>", "</tbody>",
		"<thead>", "<caption>", "</caption>", "<colgroup>", "<col>", "<ul>", "</ul>",
		"<li>", "</li>", "<dl>", "<dt>", "<dd>", "<span title='\"'>", "</span>", "<form>",
		"</form>", "<body dir=rtl>", "</body>", "<br>", "<hr>", "<h1>", "</h1>",
		"<blockquote>", "</blockquote>", "<font size=2>", "</font>", "<svg>", "</svg>",
		"<select>", "<option>", "<center>", "<pre>", "</pre>", "<x>"};
	g_autoptr(GRand) random = g_rand_new_with_seed(8);

	for (guint round = 0; round < 500; round++) {
		g_autoptr(GString) html = g_string_new(NULL);
		g_autofree char *have = NULL;
		const char *at;
		guint words = 0;

		for (gint left = g_rand_int_range(random, 1, 60); left > 0; left--) {
			const gint piece = g_rand_int_range(random, 0, G_N_ELEMENTS(pieces));

			g_string_append_printf(html, "%sw%u;", pieces[piece], words++);
		}
		have = sanitise_html(html->str, html->len, NULL);
		at = have;
		g_assert_cmpstr(strict_html_fault(have), ==, NULL);
		for (guint word = 0; word < words; word++) {
			g_autofree char *want = g_strdup_printf("w%u;", word);

			at = strstr(at, want);
			g_assert_nonnull(at);
		}
	}
}

/* A tag of 50,000 attributes, and one style of as many declarations. */
static void test_long_tags(void)
{
	g_autoptr(GString) html = g_string_new("<p title=t");
	g_autofree char *have = NULL;

	for (guint i = 0; i < 50000; i++)
		g_string_append_printf(html, " a%u='b' title=x", i);
	g_string_append(html, " style='");
	for (guint i = 0; i < 50000; i++)
		g_string_append(html, "x:(;color:red;");
	g_string_append(html, "'>word<p style='");
	for (guint i = 0; i < 50000; i++)
		g_string_append(html, "color:red;");
	g_string_append(html, "'>more");
	have = sanitise_html(html->str, html->len, NULL);
	g_assert_true(g_str_has_prefix(have, "<p title=\"t\">word</p><p style=\"color:red;"));
	g_assert_true(g_str_has_suffix(have, ">more</p>"));
}

/* The depth is limited, not the words. */
static void test_depth(void)
{
	g_autoptr(GString) html = g_string_new(NULL);
	g_autofree char *have = NULL;
	guint depth = 0, words = 0;

	for (guint i = 0; i < 1000; i++)
		g_string_append(html, "<div>w");
	for (guint i = 0; i < 1000; i++)
		g_string_append(html, "</div>v");
	have = sanitise_html(html->str, html->len, NULL);
	for (const char *at = have; (at = strstr(at, "<div>")); at++)
		depth++;
	for (const char *at = have; *at; at++)
		words += *at == 'w' || (*at == 'v' && at[1] != '>');
	g_assert_cmpuint(depth, ==, 150);
	g_assert_cmpuint(words, ==, 2000);
	g_assert_true(g_str_has_suffix(have, "</div>v"));
	g_assert_cmpstr(strict_html_fault(have), ==, NULL);
}

/* The output ends in time, whole in its characters and tags. */
static void test_limit(void)
{
	for (gsize shift = 0; shift < 3; shift++) {
		g_autoptr(GString) html = g_string_new("<div><b>");
		g_autofree char *have = NULL;

		g_string_append_len(html, "xx", (gssize)shift);
		while (html->len < LIMIT_HTML_BYTES)
			g_string_append(html, "\342\202\254");
		g_string_append(html, "\"\"\"<i>never</i>");
		have = sanitise_html(html->str, html->len, NULL);
		g_assert_cmpuint(strlen(have), <=, LIMIT_HTML_BYTES);
		g_assert_cmpuint(strlen(have), >, LIMIT_HTML_BYTES - 10000);
		g_assert_true(g_str_has_suffix(have, "\342\202\254</b></div>"));
		g_assert_cmpstr(strict_html_fault(have), ==, NULL);
	}
}

static void test_content_ids(void)
{
	static const char in[] =
		"<img src=cid:a@b><img src='CID:a%40c'><td background=cid:d>"
		"<p style=\"background:url('cid:e')\">cid:no"
		"<style>p { background: url(cid:f); }</style><img src=http://g><img src=cid:a@b>";
	g_autoptr(GHashTable) ids = html_content_ids(in, strlen(in));

	g_assert_cmpuint(g_hash_table_size(ids), ==, 5);
	g_assert_true(g_hash_table_contains(ids, "a@b"));
	g_assert_true(g_hash_table_contains(ids, "a@c"));
	g_assert_true(g_hash_table_contains(ids, "d"));
	g_assert_true(g_hash_table_contains(ids, "e"));
	g_assert_true(g_hash_table_contains(ids, "f"));
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/sanitise/texts", test_texts);
	g_test_add_func("/sanitise/links", test_links);
	g_test_add_func("/sanitise/images", test_images);
	g_test_add_func("/sanitise/nesting", test_nesting);
	g_test_add_func("/sanitise/styles", test_styles);
	g_test_add_func("/sanitise/hidden", test_hidden);
	g_test_add_func("/sanitise/word", test_word);
	g_test_add_func("/sanitise/floods", test_floods);
	g_test_add_func("/sanitise/soup", test_soup);
	g_test_add_func("/sanitise/long-tags", test_long_tags);
	g_test_add_func("/sanitise/depth", test_depth);
	g_test_add_func("/sanitise/limit", test_limit);
	g_test_add_func("/sanitise/content-ids", test_content_ids);
	return g_test_run();
}
