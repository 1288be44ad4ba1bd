#include "forward/forward.h"

#include <string.h>

#define BLOCK                                                                        \
	"Von: Anna <anna@acme.example>\nGesendet: Montag, 2. März 2026 14:05\nAn: " \
	"bert@b.example\n"                                                           \
	"Betreff: Angebot\n"
#define QUOTED                                                                       \
	"> Von: Anna <anna@acme.example>\n> Gesendet: Montag, 2. März 2026 14:05\n" \
	"> An: bert@b.example\n> Betreff: Angebot\n"
#define HTML_BLOCK                                                                              \
	"<b>Von:</b> Anna &lt;anna@acme.example&gt;<br><b>Gesendet:</b> Montag, 2. März 2026 " \
	"14:05<br>"                                                                             \
	"<b>An:</b> bert@b.example<br><b>Betreff:</b> Angebot"

#define IN_QUOTE_TEXT                                                                     \
	"> From: Cora <cora@c.example>\n> Date: 3 March 2026 08:00\n> Subject: Fwd: "     \
	"Angebot\n>\n> zwei\n>\n"                                                         \
	"> > From: Anna <anna@acme.example>\n> > Date: 2 March 2026 14:05\n> > Subject: " \
	"Angebot\n> >\n> > drei"
#define IN_QUOTE_WANT                                                                            \
	"prefix Cora:  / zwei\n\n> From: Anna <anna@acme.example>\n> Date: 2 March 2026 14:05\n" \
	"> Subject: Angebot\n>\n> drei || prefix Anna: zwei / drei"

static Mail *parsed(const char *subject, const char *text, const char *html)
{
	Mail *mail = mail_new();
	g_autoptr(Rendered) page = html ? render_html(html, strlen(html)) : NULL;

	g_free(mail->subject);
	mail->subject = g_strdup(subject);
	g_free(mail->text);
	mail->text = g_strdup(text);
	forward_find_inline(mail, page);
	return mail;
}

/* "mark prefix Anna: comment / text", level by level; NULL: no forward. */
static char *shown(const Mail *mail)
{
	const Forward *forward = mail->forwards->len ? g_ptr_array_index(mail->forwards, 0) : NULL;
	const Mailbox *author = forward ? mail_author(forward->original) : NULL;
	g_autofree char *nested = forward ? shown(forward->original) : NULL;

	if (!forward)
		return NULL;
	g_assert_cmpint((int)forward->form, ==, FORWARD_INLINE);
	return g_strdup_printf("%s%s%s: %s / %s%s%s", forward->has_mark ? "mark " : "",
		forward->has_prefix ? "prefix " : "",
		author ? author->name ? author->name : author->address : "-", forward->comment,
		forward->original->text, nested ? " || " : "", nested ? nested : "");
}

static const struct {
	const char *name, *subject, *text, *want;
} rows[] = {
	{"a prefix",				    "WG: Angebot",       "Hallo\n\n" BLOCK "\nText",                                "prefix Anna: Hallo / Text"  },
	{"a mark",				      "Angebot",           "---------- Forwarded message ---------\n" BLOCK "\nText",
         "mark Anna:  / Text"																	},
	{"a reply's block",			     "AW: Angebot",       "Hallo\n\n" BLOCK "\nText",                                "Anna: Hallo / Text"         },
	{"separators of replies say nothing",           "AW: Angebot",
         "Hallo\n-----Ursprüngliche Nachricht-----\n" BLOCK "\nText",                                                                  "Anna: Hallo / Text"         },
	{"Apple",				       "Fwd: Angebot",
         "Hallo\n\nAnfang der weitergeleiteten Nachricht:\n\n" QUOTED "> \n> Text\n>> alt",
         "mark prefix Anna: Hallo / Text\n> alt"														     },
	{"the mark is quoted, too",                     "Fwd: Angebot",
         "Hallo\n\n> Anfang der weitergeleiteten Nachricht:\n> \n" QUOTED "> \n> Text",
         "mark prefix Anna: Hallo / Text"															    },
	{"text below the quote",                        "Fwd: Angebot",
         "Hallo\n\nBegin forwarded message:\n\n" QUOTED ">\n> Text\n\nGruß",
         "mark prefix Anna: Hallo / Text"															    },
	{"quoted twice",				"Fwd: Angebot",
         "> > Begin forwarded message:\n> >\n> > From: Anna <anna@acme.example>\n"
		"> > Date: 2 March 2026 14:05\n> > Subject: Angebot\n> >\n> > Text",						    "mark prefix Anna:  / Text"  },
	{"a signature and a mobile one",                "WG: Angebot",
         "Hallo\n\n-- \nCora\n\nVon meinem iPhone gesendet\n\n" BLOCK "\nText",
         "prefix Anna: Hallo\n\n-- \nCora\n\nVon meinem iPhone gesendet / Text"										      },
	{"a separator in words that nobody knows",      "WG: Angebot",
         "Hallo\n\n------ Xyzzy plugh ------\n" BLOCK "\nText",									 "prefix Anna: Hallo / Text"  },
	{"a warning above and below",                   "WG: Angebot",
         "[EXTERN] Vorsicht\n\nHallo\n\n[EXTERN] Vorsicht\n" BLOCK "\nText",
         "prefix Anna: Hallo / Text"																 },
	{"levels",				      "WG: WG: Angebot",
         "eins\n\nVon: Cora <cora@c.example>\nGesendet: Dienstag, 3. März 2026 08:00\n"
		"An: bert@b.example\nBetreff: WG: Angebot\n\nzwei\n\n" BLOCK "\ndrei",
         "prefix Cora: eins / zwei\n\n" BLOCK "\ndrei || prefix Anna: zwei / drei"                                                                                   },
	{"a level in a quote",                          "Fwd: Fwd: Angebot", IN_QUOTE_TEXT,                                             IN_QUOTE_WANT                },
	{"nothing below",			       "WG: Angebot",       BLOCK,						     "prefix Anna:  / "           },
	{"a mark and no block",                         "Fwd: Angebot",
         "Hallo\n\n---------- Forwarded message ---------\nText",								       "mark prefix -: Hallo / Text"},
	{"a mark alone, no prefix",                     "Angebot",
         "Hallo\n\n---------- Forwarded message ---------\nText",                                                                       NULL                         },
	{"a forward in a reply's quote",                "Re: Fwd: Angebot",
         "Danke\n\nAm 02.03.2026 um 14:05 schrieb Anna <anna@acme.example>:\n\n> "
		"-----Weitergeleitete Nachricht-----\n" QUOTED "> \n> Text",
         NULL																			},
	{"below an attribution",                        "Re: Fwd: Angebot",
         "Danke\n\nAm 02.03.2026 um 14:05 schrieb Anna <anna@acme.example>:\n\n" BLOCK
		"\nText",													       NULL			 },
	{"a forwarder's words end like an attribution", "WG: Angebot",
         "Das hat Anna geschrieben:\n\n" BLOCK "\nText",
         "prefix Anna: Das hat Anna geschrieben: / Text"													     },
	{"within a quote",			      "Re: Angebot",       "Hallo\n\n> Text\n" QUOTED,                                NULL                         },
	{"nothing",				     "WG: Angebot",       "Hallo",						   NULL                         },
	{"empty",				       "",                  "",							NULL                         },
};

static void test_rows(void)
{
	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autoptr(Mail) mail = parsed(rows[i].subject, rows[i].text, NULL);
		g_autofree char *have = shown(mail);

		if (g_strcmp0(have, rows[i].want) != 0)
			g_test_message("%s", rows[i].name);
		g_assert_cmpstr(have, ==, rows[i].want);
	}
}

static const struct {
	const char *name, *text, *html, *want, *want_html;
} pages[] = {
	{"its own element",				     "Hallo\n\n" BLOCK "\nText",
         "<p>Hallo</p><div>" HTML_BLOCK "</div><p>T<i>e</i>xt</p><p>x</p>",
         "prefix Anna: Hallo / Text",																	   "<p>T<i>e</i>xt</p><p>x</p>"},
	{"the same element",				    "Hallo\n\n" BLOCK "\nText",
         "<div>Hallo<br>" HTML_BLOCK "<br><br><b>Text</b></div>",
         "prefix Anna: Hallo / Text",																	   "<b>Text</b>"               },
	{"a quote and text below",                              "Hallo\n\n" QUOTED "> \n> Text\n\nGruß",
         "<p>Hallo</p><blockquote type=cite><div>" HTML_BLOCK
		"</div><p>Text</p></blockquote><p>Gruß</p>",										      "prefix Anna: Hallo / Text", "<p>Text</p>"               },
	{"nothing below",				       "Hallo\n\n" BLOCK,                        "<p>Hallo</p><div>" HTML_BLOCK "</div>",
         "prefix Anna: Hallo / ",																	       NULL                        },
	{"only the HTML has it",                                "Bitte HTML lesen.",
         "<p>Hallo</p><div>" HTML_BLOCK "</div><p>Text</p>",										       "prefix Anna: Hallo / Text",
         "<p>Text</p>"																						      },
	{"only the text has it",                                "Hallo\n\n" BLOCK "\nText",               "<p>Hallo</p>",
         "prefix Anna: Hallo / Text",																	   NULL                        },
	{"Thunderbird's container, in words that nobody knows", "",
         "<p>Hallo</p><div class=\"moz-forward-container\">"
		"-------- Xyzzy --------<br>" HTML_BLOCK "<br><br>Text</div>",
         "mark prefix Anna: Hallo / Text",																      "Text"                      },
	{"a quote that begins with a line that shows nothing",  "",
         "<blockquote>&#8203;<br>Text</blockquote>",											       "prefix -:  / Text",         NULL                        },
};

static void test_pages(void)
{
	for (gsize i = 0; i < G_N_ELEMENTS(pages); i++) {
		g_autoptr(Mail) mail = parsed("WG: Angebot", pages[i].text, pages[i].html);
		g_autofree char *have = shown(mail);
		const Forward *forward;

		if (g_strcmp0(have, pages[i].want) != 0)
			g_test_message("%s", pages[i].name);
		g_assert_cmpstr(have, ==, pages[i].want);
		forward = g_ptr_array_index(mail->forwards, 0);
		g_assert_cmpstr(forward->original->html, ==, pages[i].want_html);
	}
}

/* The depth is limited; what is below stays text. */
static void test_depth(void)
{
	g_autoptr(GString) text = g_string_new("unten");
	g_autoptr(Mail) mail = NULL;
	const Mail *level;
	guint depth = 0;

	for (guint i = 0; i < 100; i++)
		g_string_prepend(text, BLOCK "\nText\n\n");
	mail = parsed("WG: Angebot", text->str, NULL);
	for (level = mail; level->forwards->len; depth++)
		level = ((const Forward *)g_ptr_array_index(level->forwards, 0))->original;
	g_assert_cmpuint(depth, ==, 11);
	g_assert_cmpuint(level->defects->len, ==, 1);
	g_assert_true(g_str_has_suffix(level->text, "unten"));
}

/* Text and HTML that would cost their square, or as often as they are deep. */
static void test_long(void)
{
	static const char *const pieces[] = {BLOCK, QUOTED, "> ", ">\nx\n", "> a\n\n", "Von: a\n",
		"-----Original Message-----\n", "Am 1.1.2026 schrieb x:\n", "<blockquote>",
		"<div>" HTML_BLOCK "</div>", "<br>____"};

	for (gsize i = 0; i < G_N_ELEMENTS(pieces); i++) {
		g_autoptr(GString) text = g_string_new(NULL);
		g_autoptr(Mail) mail = NULL;

		while (text->len < 100000)
			g_string_append(text, pieces[i]);
		mail = parsed("Fwd: x", text->str, text->str);
		g_assert_cmpuint(mail->forwards->len, <=, 1);
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/forward/rows", test_rows);
	g_test_add_func("/forward/pages", test_pages);
	g_test_add_func("/forward/depth", test_depth);
	g_test_add_func("/forward/long", test_long);
	return g_test_run();
}
