#include <string.h>

#include "parser/date.h"
#include "parser/localdate.h"

/* want as maildate_iso() writes it; NULL: no date. languages: codes of labels, divided by blanks.
 */
static const struct {
	const char *languages, *in, *want;
} rows[] = {
	{"de",    "Montag, 2. März 2026 14:05",            "2026-03-02T14:05:00"      },
	{"de",    "Montag, 2. März 2026 um 14:05",         "2026-03-02T14:05:00"      },
	{"de",    "2. März 2026 um 14:05:31 MEZ",          "2026-03-02T14:05:31+01:00"},
	{"de",    "02.03.2026 14:05",                       "2026-03-02T14:05:00"      },
	{"de",    "02.03.2026 um 14:05 Uhr",                "2026-03-02T14:05:00"      },
	{"de",    "Mo., 02.03.26, 14:05 Uhr",               "2026-03-02T14:05:00"      },
	{"de",    "Mo 02.03.2026 14:05",                    "2026-03-02T14:05:00"      },
	{"de",    "So 1. Feb 2026 14 Uhr",                  "2026-02-01T14:00:00"      },
	{"de",    "02.03.2026 14.25.08",                    "2026-03-02T14:25:08"      },
	{"de",    "2.3.2026",			       "2026-03-02"               },
	{"de",    "2. März 2026",                          "2026-03-02"               },
	{"de",    "Montag, den 2. Jänner 2026 gegen 9:05", "2026-01-02T09:05:00"      },
	{"de",    "02.03.2026 14:05:31 (GMT+01:00)",        "2026-03-02T14:05:31+01:00"},
	{"de",    "14:05 Uhr, 2. März 2026",               "2026-03-02T14:05:00"      },
	{"de",    "Mon, 2 Mar 2026 14:05:31 +0100 (CET)",   "2026-03-02T14:05:31+01:00"},
	{"en",    "Monday, March 2, 2026 2:05 PM",          "2026-03-02T14:05:00"      },
	{"en",    "Monday, 2 March 2026 14:05",             "2026-03-02T14:05:00"      },
	{"en",    "Mon, Mar 2, 2026 at 2:05 PM",            "2026-03-02T14:05:00"      },
	{"en",    "Mon, Mar 2, 2026 at 2:05\xe2\x80\xafPM", "2026-03-02T14:05:00"      },
	{"en",    "March 2nd, 2026 12:05 a.m.",             "2026-03-02T00:05:00"      },
	{"en",    "2 March 2026 at 14:05:31 GMT+1",         "2026-03-02T14:05:31+01:00"},
	{"en",    "March 2, 2026 at 2:05:31 PM GMT-5",      "2026-03-02T14:05:31-05:00"},
	{"en",    "March 2, 2026 at 2:05:31 PM PST",        "2026-03-02T14:05:31-08:00"},
	{"en",    "3/2/2026 2:05 PM",                       "2026-03-02T14:05:00"      },
	{"en",    "3/2/2026 2:05:31 PM",                    "2026-03-02T14:05:31"      },
	{"en",    "02/03/2026 14:05",                       "2026-03-02T14:05:00"      },
	{"en",    "3/22/2026 14:05",                        "2026-03-22T14:05:00"      },
	{"en",    "3/2/26",				 "2026-03-02"               },
	{"",      "2/3/26",				 "2026-03-02"               },
	{"en de", "2/3/26 2:05 PM",                         "2026-03-02T14:05:00"      },
	{"en",    "2026-03-02 14:05:31 +0100",              "2026-03-02T14:05:31+01:00"},
	{"en",    "2026-03-02T14:05:31Z",                   "2026-03-02T14:05:31+00:00"},
	{"en",    "2026-03-02T14:05:31.250+01:00",          "2026-03-02T14:05:31+01:00"},
	{"en",    "Mon Mar  2 14:05:31 2026",               "2026-03-02T14:05:31"      },
	{"en",    "Mon Mar  2 14:05:31 CET 2026",           "2026-03-02T14:05:31+01:00"},
	{"en",    "02-Mar-2026 14:05",                      "2026-03-02T14:05:00"      },
	{"en",    "02-Mar-26 2 PM",                         "2026-03-02T14:00:00"      },
	{"en",    "2 Mar '26 14:05",                        "2026-03-02T14:05:00"      },
	{"en",    "2026/03/02 14:05 (UTC+1)",               "2026-03-02T14:05:00+01:00"},
	{"fr",    "lundi 2 mars 2026 14:05",                "2026-03-02T14:05:00"      },
	{"fr",    "lun. 2 mars 2026 à 14:05",              "2026-03-02T14:05:00"      },
	{"fr",    "mar. 3 juin 2026 à 14h05",              "2026-06-03T14:05:00"      },
	{"fr",    "2 mars 2026 à 14:05:31 UTC+1",          "2026-03-02T14:05:31+01:00"},
	{"fr",    "02/03/2026 14:05",                       "2026-03-02T14:05:00"      },
	{"fr",    "le 1er août 2026 à 9 h 05",            "2026-08-01T09:05:00"      },
};

static Languages languages_of(const char *codes)
{
	g_auto(GStrv) list = g_strsplit(codes, " ", -1);
	Languages languages = 0;

	for (char **code = list; *code && **code; code++) {
		g_assert_cmpuint(language_of(*code), !=, 0);
		languages |= language_of(*code);
	}
	return languages;
}

static void test_parse(void)
{
	for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
		MailDate date = localdate_parse(rows[i].in, languages_of(rows[i].languages));
		g_autofree char *iso = maildate_iso(&date);

		if (g_strcmp0(iso, rows[i].want) != 0) {
			g_test_message("%s: %s", rows[i].languages, rows[i].in);
			g_assert_cmpstr(iso, ==, rows[i].want);
		}
	}
}

static const struct {
	const char *languages, *in, *want, *found;
} finds[] = {
	{"de", "Am 02.03.2026 um 14:05 schrieb Anna Muster:",                             "2026-03-02T14:05:00",
         "02.03.2026 um 14:05"														    },
	{"de", "Am Mo., 2. März 2026 um 14:05 Uhr schrieb Anna <anna2025@example.com>:",
         "2026-03-02T14:05:00",										  "Mo., 2. März 2026 um 14:05 Uhr"},
	{"de", "Anna Muster <a@example.com> schrieb am Mo., 2. März 2026, 14:05:",
         "2026-03-02T14:05:00",										  "Mo., 2. März 2026, 14:05"      },
	{"en", "On Mon, Mar 2, 2026 at 2:05 PM Art Vandelay <a@example.com> wrote:",
         "2026-03-02T14:05:00",										  "Mon, Mar 2, 2026 at 2:05 PM"    },
	{"en", "On Mar 2, 2026, at 2:05 PM, Anna <a@example.com> wrote:",                 "2026-03-02T14:05:00",
         "Mar 2, 2026, at 2:05 PM"														},
	{"en", "On 02/03/2026 14:05, Anna wrote:",                                        "2026-03-02T14:05:00", "02/03/2026 14:05"               },
	{"fr", "Le lun. 2 mars 2026 à 14:05, Anna <a@example.com> a écrit :",           "2026-03-02T14:05:00",
         "lun. 2 mars 2026 à 14:05"													      },
	{"de", "Anna schrieb:",							   NULL,                  NULL                             },
	{"de", "Rechnung 4711/2026 vom Werk 12",                                          NULL,                  NULL                             },
};

static void test_find(void)
{
	for (guint i = 0; i < G_N_ELEMENTS(finds); i++) {
		const char *start = "", *end = start;
		MailDate date =
			localdate_find(finds[i].in, languages_of(finds[i].languages), &start, &end);
		g_autofree char *iso = maildate_iso(&date);
		g_autofree char *found = g_strndup(start, (gsize)(end - start));

		g_assert_cmpstr(iso, ==, finds[i].want);
		if (iso)
			g_assert_cmpstr(found, ==, finds[i].found);
	}
}

int main(int argc, char *argv[])
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/parser/localdate/parse", test_parse);
	g_test_add_func("/parser/localdate/find", test_find);
	return g_test_run();
}
