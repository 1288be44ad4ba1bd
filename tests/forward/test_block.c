#include "forward/block.h"

#include <string.h>

static void show_people(GString *out, const char *what, const GPtrArray *list)
{
	for (guint i = 0; i < list->len; i++) {
		const Mailbox *mailbox = g_ptr_array_index(list, i);

		g_string_append_printf(out, "%s%s<%s>", i ? "; " : what,
			mailbox->name ? mailbox->name : "-",
			mailbox->address ? mailbox->address : "-");
	}
}

/* One line: the block's lines, then what it states. */
static char *shown(const Block *block)
{
	GString *out = g_string_new(NULL);
	const MailDate *date = &block->date;

	g_string_append_printf(out, "%u-%u", block->first, block->end);
	show_people(out, " from ", block->from);
	show_people(out, " to ", block->to);
	show_people(out, " cc ", block->cc);
	show_people(out, " reply ", block->reply_to);
	if (date->precision != PRECISION_NONE)
		g_string_append_printf(out, " date %04d-%02d-%02d %02d:%02d", date->year,
			date->month, date->day, date->hour, date->minute);
	if (block->subject)
		g_string_append_printf(out, " subject %s", block->subject);
	if (block->mark != MARK_NONE)
		g_string_append_printf(out, " mark %d", (int)block->mark);
	return g_string_free(out, FALSE);
}

/* The block at the first line that begins one; NULL: none anywhere. */
static char *parsed(const char *text)
{
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
	guint count = g_strv_length(lines);

	for (guint at = 0; at < count; at++) {
		Block block;

		if (block_parse((const char *const *)lines, count, at, &block)) {
			char *have = shown(&block);

			block_clear(&block);
			return have;
		}
	}
	return NULL;
}

#define VON  "Von: Anna Muster <anna@acme.example>\n"
#define ANNA " from Anna Muster<anna@acme.example>"

static const struct {
	const char *name, *text, *want;
} rows[] = {
	{"eM Client",
         "------ Weitergeleitete Nachricht ------\nVon \"Anna Muster\" <anna@acme.example>\n"
		"An \"Bo\" <bo@b.example>\nDatum 02.03.2026 14:05:31\nBetreff Angebot\n\nAn Bo",				    "0-5" ANNA " to Bo<bo@b.example> date 2026-03-02 14:05 subject Angebot mark 1" },
	{"Gmail in a language that nobody knows",
         "---------- Forwarded message ---------\nGonderci: Anna Muster "
		"<anna@acme.example>\n"
		"Date: Mon, Mar 2, 2026 at 2:05 PM\nSubject: Offer\nTo: <bo@b.example>\n\nHi",				      "0-5" ANNA " to -<bo@b.example> date 2026-03-02 14:05 subject Offer mark 1"    },
	{"Yandex",
         "----------------\nКому: Bo (bo@b.example);\nТема: Angebot;\n"
		"02.03.2026, 14:05, \"Anna Muster\" <anna@acme.example>:\nHi",						      "0-4" ANNA " to Bo<bo@b.example> date 2026-03-02 14:05 subject Angebot mark 3" },
	{"Tobit",
         "-------- Original Message --------\nSubject: Angebot (02-Mrz-2026 14:05)\n"
		"From:    Anna Muster <anna@acme.example>\nTo:      bo@b.example\n\nHi",					    "0-4" ANNA " to -<bo@b.example> date 2026-03-02 14:05 subject Angebot mark 2"  },
	{"Notes, labels alone",
         "----- Forwarded by Bo/ACME on 03/02/2026 03:01 PM -----\n\n"
		"\"Anna Muster\" <anna@acme.example> \n03/02/2026 02:05 PM\n\nTo\n<bo@b.example>\n"
		"cc\n\nSubject\nOffer\n\n\nTo whom",										"0-11" ANNA " to -<bo@b.example> date 2026-03-02 14:05 subject Offer mark 1"   },
	{"a form with nothing in it",
         "---------- Forwarded message ---------\nVon: ...\nDatum: ...\nBetreff: ...\nAn: "
		"...\n",													    NULL									   },
	{"Outlook",
         VON
		"Gesendet: Montag, 2. März 2026 14:05\nAn: 'Bert Meier' <bert@b.example>; Cora\n"
		"Cc: Meier, Dora\nBetreff: Angebot\n\nGuten Tag",								   "0-5" ANNA
		" to Bert Meier<bert@b.example>; Cora<-> cc Meier, Dora<-> date 2026-03-02 14:05"
		" subject Angebot"														},
	{"behind text and a separator",
         "Siehe unten.\n\n-----Ursprüngliche Nachricht-----\n" VON
		"Gesendet: Montag, 2. März 2026 14:05\nAn: bert@b.example\nBetreff: Angebot\n",				    "2-7" ANNA " to -<bert@b.example> date 2026-03-02 14:05 subject Angebot mark 2"},
	{"separator and blank lines",
         "---------- Forwarded message ---------\n\n\n" VON
		"Date: Mon, Mar 2, 2026 at 2:05 PM\n"
		"Subject: Angebot\nTo: <bert@b.example>\n\n\nGuten Tag",							    "0-7" ANNA " to -<bert@b.example> date 2026-03-02 14:05 subject Angebot mark 1"},
	{"a rule above",
         "________________________________\n" VON "Gesendet: Montag, 2. März 2026 14:05\n"
		"An: bert@b.example\nBetreff: Angebot\n",									   "0-5" ANNA " to -<bert@b.example> date 2026-03-02 14:05 subject Angebot mark 3"},
	{"GMX",
         "Gesendet: Montag, 2. März 2026 um 14:05 Uhr\nVon: \"Anna Muster\" "
		"<anna@acme.example>\n"
		"An: bert@b.example\nBetreff: Angebot\n",									   "0-4" ANNA " to -<bert@b.example> date 2026-03-02 14:05 subject Angebot"       },
	{"bold labels",
         "*Von:* Anna Muster <anna@acme.example>\n*Gesendet:* Montag, 2. März 2026 14:05\n"
		"*An:* bert@b.example\n*Betreff:* Angebot\n",								       "0-4" ANNA " to -<bert@b.example> date 2026-03-02 14:05 subject Angebot"       },
	{"bold lines",
         "*Von: Anna Muster <anna@acme.example>*\n*Datum: 02.03.2026 14:05*\n*Betreff: "
		"Angebot*\n",												       "0-3" ANNA " date 2026-03-02 14:05 subject Angebot"                            },
	{"non-breaking blanks and bidi marks",
         "Von\xc2\xa0:\xc2\xa0\xe2\x80\x8e"
		"Anna Muster <anna@acme.example>\n"
		"Date : \xe2\x80\x8e"
		"02.03.2026 14:05\nBetreff\xc2\xa0: Angebot\xe2\x80\x8f\n",							 "0-3" ANNA " date 2026-03-02 14:05 subject Angebot"                            },
	{"wrapped recipients",
         VON "Gesendet: Montag, 2. März 2026 14:05\nAn: Bert Meier <bert@b.example>; Cora "
		    "Schmidt\n"
		    "<cora@c.example>; Dora\n <dora@d.example>\nBetreff: Angebot\n\nText",					  "0-6" ANNA
		" to Bert Meier<bert@b.example>; Cora Schmidt<cora@c.example>; Dora<dora@d.example>"
		" date 2026-03-02 14:05 subject Angebot"								 },
	{"recipients a line each",
         VON "Datum: 02.03.2026 14:05\nAn: Bert <bert@b.example>\nCora <cora@c.example>\n"
		    "Betreff: Angebot\n",											   "0-5" ANNA " to Bert<bert@b.example>; Cora<cora@c.example> date 2026-03-02 14:05 "
		"subject Angebot"																	 },
	{"recipients at the end",
         VON "Datum: 02.03.2026 14:05\nBetreff: Angebot\nAn: Bert <bert@b.example>,\n"
		    "Cora <cora@c.example>\n\nHallo",									       "0-5" ANNA " to Bert<bert@b.example>; Cora<cora@c.example> date 2026-03-02 14:05 "
		"subject Angebot"															     },
	{"text right below",
         "-----Original-Nachricht-----\n" VON
		"Betreff: Angebot\nDatum: 02.03.2026, 14:05 Uhr\n"
		"An:\nIhre Nummer: 4711\nGuten Tag",										"0-5" ANNA " date 2026-03-02 14:05 subject Angebot mark 2"                     },
	{"wrapped subject within",
         VON "Date: Mon, 2 Mar 2026 14:05:00 +0100\nSubject: Angebot über zwei\nMaschinen\n"
		    "To: bert@b.example\n\nText",										   "0-5" ANNA
		" to -<bert@b.example> date 2026-03-02 14:05 subject Angebot über zwei Maschinen"                                                                },
	{"wrapped subject at the end",
         VON "Gesendet: Montag, 2. März 2026 14:05\nAn: bert@b.example\n"
		    "Betreff: Angebot über zwei Maschinen mit Zubehör, Lieferung und "
		    "vollem\nService\n\nText",										      "0-5" ANNA " to -<bert@b.example> date 2026-03-02 14:05 subject Angebot über zwei "
		"Maschinen mit "
		"Zubehör, Lieferung und vollem Service"													     },
	{"text below a short subject",
         VON "Gesendet: Montag, 2. März 2026 14:05\nAn: bert@b.example\nBetreff: Angebot\n"
		    "Guten Tag\n\nText",											    "0-4" ANNA " to -<bert@b.example> date 2026-03-02 14:05 subject Angebot"       },
	{"all on one line",
         "-------- Ursprüngliche Nachricht --------Von: \"Anna Muster\" <anna@acme.example> "
		"Datum: 02.03.26  14:05  (GMT+01:00) An: bert@b.example Betreff: Angebot: An und "
		"Aus\n\nText",												      "0-1" ANNA
		" to -<bert@b.example> date 2026-03-02 14:05 subject Angebot: An und Aus mark 2"                                                                                     },
	{"two labels on a line",
         VON
		"Datum: 02.03.26  14:05  (GMT+01:00)\nAn: bert@b.example Betreff: Angebot\n\nText",				 "0-3" ANNA " to -<bert@b.example> date 2026-03-02 14:05 subject Angebot"       },
	{"a label within a subject",
         VON "Gesendet: Montag, 2. März 2026 14:05\n"
		    "Betreff: Umzug Von: Berlin An: Bonn\nAn: bert@b.example\n",						    "0-4" ANNA
		" to -<bert@b.example> date 2026-03-02 14:05 subject Umzug Von: Berlin An: Bonn"                                   },
	{"a blank line between all",
         "**Gesendet:** Montag, 2. März 2026 um 14:05\n\n"
		"**Von:**\"Anna Muster\" <anna@acme.example>\n\n**An:** "
		"bert@b.example\n\n**Betreff:** Angebot\n\n\nText",								 "0-7" ANNA " to -<bert@b.example> date 2026-03-02 14:05 subject Angebot"       },
	{"values below their labels",
         "Von:\nAnna Muster <anna@acme.example>\nDatum:\n02.03.2026 14:05\nAn:\n"
		"bert@b.example\nBetreff:\nAngebot\n\nText",									"0-8" ANNA " to -<bert@b.example> date 2026-03-02 14:05 subject Angebot"       },
	{"Notes",
         "----- Weitergeleitet von Bert Meier/B am 03.03.2026 09:00 -----\n\n"
		"Von:\tAnna Muster/ACME@ACME\nAn:\tBert Meier/B@B, \nKopie:\tCora/C, "
		"Dora/D,\nDatum:\t02.03.2026 14:05\n"
		"Betreff:\tAngebot\n",											      "0-7 from Anna Muster/ACME@ACME<-> to Bert Meier/B@B<-> cc Cora/C<->; Dora/D<-> "
		"date 2026-03-02 14:05 subject Angebot mark 1"													       },
	{"Notes without labels",
         "----- Weitergeleitet von Bert Meier/B am 03.03.2026 09:00 -----\n\n"
		"Anna Muster <anna@acme.example>\n02.03.2026 14:05\n\nAn: Bert "
		"Meier/B@B\nKopie:\nThema: Angebot\n\nText",									"0-8" ANNA " to Bert Meier/B@B<-> date 2026-03-02 14:05 subject Angebot mark 1"},
	{"importance and files",
         VON "Gesendet: Montag, 2. März 2026 14:05\nAn: bert@b.example\nBetreff: Angebot\n"
		    "Anlagen: angebot.pdf;\n agb.pdf\nWichtigkeit: Hoch\n\nText",						   "0-7" ANNA " to -<bert@b.example> date 2026-03-02 14:05 subject Angebot"       },
	{"a label that nobody knows",
         VON "Zustellart: Anna per Bote\nDatum: 02.03.2026 14:05\nBetreff: Angebot\n",
         "0-4" ANNA " date 2026-03-02 14:05 subject Angebot"																		       },
	{"labels of two languages",
         VON "Date: Mo., 2. März 2026 um 14:05 Uhr\nSubject: Angebot\nTo: bert@b.example\n",
         "0-4" ANNA " to -<bert@b.example> date 2026-03-02 14:05 subject Angebot"																  },
	{"an answer's address",
         VON "Reply-To: <info@acme.example>\nDate: Monday, 2 March 2026 at 14:05\nSubject: "
		    "Angebot\n",												    "0-4" ANNA " reply -<info@acme.example> date 2026-03-02 14:05 subject Angebot" },
	{"the next block",
         VON "Datum: 02.03.2026 14:05\nBetreff: Angebot\n" VON "Datum: 01.03.2026 14:05\n",
         "0-3" ANNA " date 2026-03-02 14:05 subject Angebot"																		       },
	{"a whole block and then text with labels",
         VON "Datum: 02.03.2026 14:05\nAn: bert@b.example\nBetreff: Angebot\n\n"
		    "Cc: alle\nText",											       "0-4" ANNA " to -<bert@b.example> date 2026-03-02 14:05 subject Angebot"       },
	{"a warning above the labels",
         "________________________________\nSie erhalten nicht häufig E-Mail von "
		"x@y.example.\n" VON "Datum: 02.03.2026 14:05\nBetreff: Angebot\n",
         "0-5" ANNA " date 2026-03-02 14:05 subject Angebot mark 3"																		},
	{"a separator below, too",
         "===== Forwarded message =====\n" VON
		"Subject: Angebot\n===== Forwarded message =====\n\nText",							  "0-4" ANNA " subject Angebot mark 1"                                           },
	{"one forward right in another",
         "----- Forwarded message -----\n" VON
		"Subject: Angebot\n\n----- Forwarded message -----\n" VON
		"Subject: Angebot\n\nText",											 "0-3" ANNA " subject Angebot mark 1"                                           },
	{"labels that nobody knows",
         VON "Zustellart: per Bote\nX-Mailer: Xyzzy 1\nDatum: 02.03.2026 14:05\nBetreff: "
		    "Angebot\n",												    "0-5" ANNA " date 2026-03-02 14:05 subject Angebot"                            },
	{"a full line of recipients",
         VON "Date: Mon, 2 Mar 2026 14:05:31 +0100\nSubject: Angebot\n"
		    "Cc: Bert Meier <bert@b.example>, Cora Schmidt <cora@c.example>, Dora\nKlein "
		    "<dora@d.example>\n\nText",										     "0-5" ANNA " cc Bert Meier<bert@b.example>; Cora Schmidt<cora@c.example>; Dora "
		"Klein<dora@d.example> "
		"date 2026-03-02 14:05 subject Angebot"													     },
	{"a greeting below a full line",
         VON "Gesendet: Montag, 2. März 2026 14:05\nAn: bert@b.example\n"
		    "Betreff: Angebot über zwei Maschinen mit Zubehör, Lieferung und vollem\nGuten "
		    "Tag,\n\nText",												 "0-4" ANNA " to -<bert@b.example> date 2026-03-02 14:05 subject Angebot über zwei "
		"Maschinen mit "
		"Zubehör, Lieferung und vollem"																},
	{"a warning below a full line",
         VON
		"Gesendet: Montag, 2. März 2026 14:05\nAn: bert@b.example\n"
		"Betreff: Angebot über zwei Maschinen mit Zubehör, Lieferung und vollem\nACHTUNG: "
		"Diese E-Mail kommt von außerhalb.\n\nText",								       "0-4" ANNA " to -<bert@b.example> date 2026-03-02 14:05 subject Angebot über zwei "
		"Maschinen mit "
		"Zubehör, Lieferung und vollem"												      },
	{"only a sender and a subject, below a separator",
         "---------- Forwarded message ----------\n" VON "Subject: Angebot\n\nText",
         "0-3" ANNA " subject Angebot mark 1"																				      },
	{"only a sender and a subject",                    VON "Betreff: Angebot\n\nText",                                          NULL                                                                           },
	{"a journey",				      "From: Berlin\nTo: Bonn\nDate: 2 March 2026\n",                          NULL									   },
	{"a notice",				       "Betreff: Zeiten\nVon: 8 Uhr\nAn: Werktagen\nDatum: ab 2. März 2026\n", NULL                                                                           },
	{"names only",
         "Von: Muster, Anna\nGesendet: Montag, 2. März 2026 14:05\nAn: Meier, "
		"Bert\nBetreff:\n",												 "0-4 from Muster, Anna<-> to Meier, Bert<-> date 2026-03-02 14:05 subject "    },
	{"no sender",				      "Datum: 02.03.2026 14:05\nAn: bert@b.example\nBetreff: Angebot\n",       NULL                                                                           },
	{"labels in running text",
         "Bitte beachten.\n" VON
		"hat sie geschrieben.\nWir warten noch.\n\nDatum: 2. März\n",						      NULL									   },
	{"a quoted block",				 "> " VON "> Datum: 02.03.2026 14:05\n> Betreff: Angebot\n",              NULL                                                                           },
	{"nothing",					"",								      NULL									   },
};

static void test_rows(void)
{
	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autofree char *have = parsed(rows[i].text);

		if (g_strcmp0(have, rows[i].want) != 0)
			g_test_message("%s", rows[i].name);
		g_assert_cmpstr(have, ==, rows[i].want);
	}
}

/* Every line begins what might be a block: what one costs must not depend on how many there are. */
static void test_long(void)
{
	static const char *const pieces[] = {"Von: a\n", "Von: a\nAn: b\n",
		"-----Original Message-----\n", "An:\n",
		"Von: \" An: An: An: ", "Von: a@b\nx\nx\nx\n", "____\n\n", "Cc: x;\n",
		"Betreff: a Von: b "};

	for (gsize i = 0; i < G_N_ELEMENTS(pieces); i++) {
		g_autoptr(GString) text = g_string_new(NULL);
		g_autofree char *have = NULL;

		while (text->len < 100000)
			g_string_append(text, pieces[i]);
		have = parsed(text->str);
		g_assert_null(have);
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/block/rows", test_rows);
	g_test_add_func("/block/long", test_long);
	return g_test_run();
}
