#include "mime/subject.h"
#include "tests/parser/deadline.h"

static const struct {
	const char *in, *base, *shown;
	gboolean is_forward, is_reply;
} rows[] = {
	{"Angebot 4711",			  "angebot 4711",     "Angebot 4711",          FALSE, FALSE},
	{"AW: Angebot 4711",                      "angebot 4711",     "Angebot 4711",          FALSE, TRUE },
	{"Re: AW: WG: Angebot",                   "angebot",          "Angebot",               FALSE, TRUE },
	{"WG: AW: Angebot",                       "angebot",          "Angebot",               TRUE,  FALSE},
	{"re[2]: Angebot",                        "angebot",          "Angebot",               FALSE, TRUE },
	{"Re(3): Angebot",                        "angebot",          "Angebot",               FALSE, TRUE },
	{"RE^2: Angebot",                         "angebot",          "Angebot",               FALSE, TRUE },
	{"Re2: Angebot",			  "angebot",          "Angebot",               FALSE, TRUE },
	{"RE : Devis",			    "devis",            "Devis",                 FALSE, TRUE },
	{"TR: Devis",			     "devis",            "Devis",                 TRUE,  FALSE},
	{"I: Offerta",			    "offerta",          "Offerta",               TRUE,  FALSE},
	{"R: Offerta",			    "offerta",          "Offerta",               FALSE, TRUE },
	{"RV: Oferta",			    "oferta",           "Oferta",                TRUE,  FALSE},
	{"ENC: Proposta",                         "proposta",         "Proposta",              TRUE,  FALSE},
	{"Doorst: Offerte",                       "offerte",          "Offerte",               TRUE,  FALSE},
	{"SV: VB: Offert",                        "offert",           "Offert",                FALSE, TRUE },
	{"VS: Tilbud",			    "tilbud",           "Tilbud",                TRUE,  TRUE },
	{"Odp: PD: Oferta",                       "oferta",           "Oferta",                FALSE, TRUE },
	{"YNT: Teklif",			   "teklif",           "Teklif",                FALSE, TRUE },
	{"İLT: Teklif",			  "teklif",           "Teklif",                TRUE,  FALSE},
	{"Отв: Заказ",                    "заказ",       "Заказ",            FALSE, TRUE },
	{"ΑΠ: Προσφορά",                "προσφορά", "Προσφορά",      FALSE, TRUE },
	{"回复：报价",		       "报价",           "报价",                FALSE, TRUE },
	{"转发: 回复：报价",               "报价",           "报价",                TRUE,  FALSE},
	{"転送: 見積",			"見積",           "見積",                TRUE,  FALSE},
	{"[EXTERN] WG: Angebot",                  "angebot",          "[EXTERN] Angebot",      TRUE,  FALSE},
	{"AW: [Einkauf] WG: Angebot",             "angebot",          "[Einkauf] Angebot",     FALSE, TRUE },
	{"[Fwd: Angebot 4711]",                   "angebot 4711",     "Angebot 4711",          TRUE,  FALSE},
	{"Angebot 4711 (fwd)",                    "angebot 4711",     "Angebot 4711",          TRUE,  FALSE},
	{"(extern) AW: Angebot",                  "angebot",          "(extern) AW: Angebot",  FALSE, TRUE },
	{"{Spam?} Angebot",                       "angebot",          "{Spam?} Angebot",       FALSE, FALSE},
	{"EXTERN: Angebot",                       "angebot",          "EXTERN: Angebot",       FALSE, FALSE},
	{"[Einkauf]",			     "[einkauf]",        "[Einkauf]",             FALSE, FALSE},
	{"Re: [Einkauf]",                         "[einkauf]",        "[Einkauf]",             FALSE, TRUE },
	{"Re:",				   "",                 "",                      FALSE, TRUE },
	{"",				      "",		 "",		      FALSE, FALSE},
	{"  Straße \t Größe ",                 "strasse grösse",  "Straße \t Größe",    FALSE, FALSE},
	{"Ａｎｇｅｂｏｔ",                 "angebot",          "Ａｎｇｅｂｏｔ", FALSE, FALSE},
	{"AW\xe2\x80\x8e: Angebot\xe2\x80\x8b 1", "angebot 1",        "Angebot\xe2\x80\x8b 1", FALSE,
         TRUE											      },
	{"Rechnung: Nr. 12",                      "rechnung: nr. 12", "Rechnung: Nr. 12",      FALSE, FALSE},
	{"Award: winner",                         "award: winner",    "Award: winner",         FALSE, FALSE},
	{"12:30 Uhr",			     "12:30 uhr",        "12:30 Uhr",             FALSE, FALSE},
};

static void test_rows(void)
{
	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autofree char *base = subject_base(rows[i].in);
		g_autofree char *shown = subject_unprefixed(rows[i].in);

		g_assert_cmpstr(base, ==, rows[i].base);
		g_assert_cmpstr(shown, ==, rows[i].shown);
		g_assert_cmpint(subject_is_forward(rows[i].in), ==, rows[i].is_forward);
		g_assert_cmpint(subject_is_reply(rows[i].in), ==, rows[i].is_reply);
	}
}

static void test_former(void)
{
	static const struct {
		const char *in, *former;
	} cases[] = {
		{"Rechnung 12 (was: Angebot 4711)",            "Angebot 4711"       },
		{"AW: Rechnung 12 (War: AW: Angebot (netto))", "AW: Angebot (netto)"},
		{"Rechnung (brutto) [was : Angebot]",          "Angebot"            },
		{"Facture (était: Devis 3)",                  "Devis 3"            },
		{"Счёт (было: Заказ)",            "Заказ"         },
		{"Rechnung (was: Angebot) zum Zweiten",        ""                   },
		{"Was: Angebot",                               ""                   },
		{"Was? (was war das)",                         ""                   },
		{"(was:)",				     ""                   },
		{")",					  ""                   },
		{"",					   ""                   },
	};

	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *former = subject_former(cases[i].in);

		g_assert_cmpstr(former, ==, cases[i].former);
	}
}

/* The base of a base is itself, and hostile subjects cost linear time. */
static void test_limits(void)
{
	static const char *const hostile[] = {
		"Re: ", "[x] ", "[Fwd: ", "(fwd)", "\xef\xb7\xba", "[", "Re[1]", "(was: "};

	for (gsize i = 0; i < G_N_ELEMENTS(hostile); i++) {
		g_autoptr(GString) subject = g_string_new(NULL);
		g_autofree char *base = NULL;
		gint64 before = deadline_now();

		while (subject->len < 100000)
			g_string_append(subject, hostile[i]);
		base = subject_base(subject->str);
		g_free(subject_unprefixed(subject->str));
		g_free(subject_former(subject->str));
		g_assert_true(g_utf8_validate(base, -1, NULL));
		assert_deadline(before, 2 * G_USEC_PER_SEC);
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/subject/rows", test_rows);
	g_test_add_func("/subject/former", test_former);
	g_test_add_func("/subject/limits", test_limits);
	return g_test_run();
}
