#include "mime/date.h"

static const struct {
	const char *in, *want;
} dates[] = {
	{"Mon, 2 Mar 2026 14:05:31 +0100",         "2026-03-02T14:05:31+01:00"},
	{"Mon, 2 Mar 2026 14:05:31 +0100 (CET)",   "2026-03-02T14:05:31+01:00"},
	{"2 Mar 2026 14:05 -0330",                 "2026-03-02T14:05:00-03:30"},
	{"2 Mar 26 14:05:31 GMT",                  "2026-03-02T14:05:31+00:00"},
	{"2 Mar 99 14:05:31 EST",                  "1999-03-02T14:05:31-05:00"},
	{"2 Mar 126 14:05:31 Z",                   "2026-03-02T14:05:31+00:00"},
	{"Mon, 02 Mar 2026 14:05:31",              "2026-03-02T14:05:31"      },
	{"Mon, 02 Mar 2026 14:05:31 -0000",        "2026-03-02T14:05:31+00:00"},
	{"Mon Mar  2 14:05:31 2026",               "2026-03-02T14:05:31"      },
	{"Mon Mar  2 14:05:31 CET 2026",           "2026-03-02T14:05:31+01:00"},
	{"Mon, 02-Mar-2026 14:05:31 GMT",          "2026-03-02T14:05:31+00:00"},
	{"Mon, 2 (zwei) Mar 2026 14 :05:31 +0100", "2026-03-02T14:05:31+01:00"},
	{"2026-03-02T14:05:31+01:00",              "2026-03-02T14:05:31+01:00"},
	{"2026-03-02 14:05:31.123456Z",            "2026-03-02T14:05:31+00:00"},
	{"20260302T140531Z",                       "2026-03-02T14:05:31+00:00"},
	{"02.03.2026 14:05:31",                    "2026-03-02T14:05:31"      },
	{"02.03.2026 14.05",                       "2026-03-02T14:05:00"      },
	{"3/2/2026 2:05:31 PM",                    "2026-03-02T14:05:31"      },
	{"30/3/2026 12:05 am",                     "2026-03-30T00:05:00"      },
	{"Mo, 2 Mär 2026 14:05:31 +0100",         "2026-03-02T14:05:31+01:00"},
	{"Do, 2 Okt 2025 14:05:31 +0200",          "2025-10-02T14:05:31+02:00"},
	{"Mon, 2 Mar 2026 14:05:31 GMT+1",         "2026-03-02T14:05:31+01:00"},
	{"Mon, 2 Mar 2026 14:05:31 UTC+01:00",     "2026-03-02T14:05:31+01:00"},
	{"Mon, 2 Mar 2026 23:59:60 +0000",         "2026-03-02T23:59:59+00:00"},
	{"Mon, 2 Mar 2026",                        "2026-03-02"               },
	{"Mon, 2 Mar 2026 99:99:99 +0100",         "2026-03-02"               },
	{"Sat, 29 Feb 2025 10:00:00 +0000",        NULL                       },
	{"Mon, 32 Mar 2026 14:05:31 +0100",        NULL                       },
	{"gestern",				NULL                       },
	{"",				       NULL		       },
};

static void test_parse(void)
{
	for (gsize i = 0; i < G_N_ELEMENTS(dates); i++) {
		MailDate date = maildate_parse(dates[i].in);
		g_autofree char *have = maildate_iso(&date);

		g_assert_cmpstr(have, ==, dates[i].want);
		g_assert_true((have != NULL) == maildate_is_valid(&date));
	}
}

static const struct {
	const char *in, *home;
	gint64 want; /* seconds; 0: none */
} instants[] = {
	{"Mon, 2 Mar 2026 14:05:31 +0100", "Europe/Berlin", 1772456731},
	{"Mon, 2 Mar 2026 14:05:31 +0000", "Europe/Berlin", 1772460331},
	{"Mon, 2 Mar 2026 14:05:31",       "Europe/Berlin", 1772456731},
	{"Mon, 2 Mar 2026 14:05:31",       NULL,            1772460331},
	{"Thu, 2 Jul 2026 14:05:31",       "Europe/Berlin", 1782993931}, /* summer time */
	{"2026-03-02",                     "Europe/Berlin", 1772406000},
	{"Sun, 29 Mar 2026 02:30:00",      "Europe/Berlin",
         1774746000						   }, /* a time that the clocks skipped */
	{"nie",			    "Europe/Berlin", 0         },
};

static void test_instant(void)
{
	for (gsize i = 0; i < G_N_ELEMENTS(instants); i++) {
		g_autoptr(GTimeZone) home =
			instants[i].home ? g_time_zone_new_identifier(instants[i].home) : NULL;
		MailDate date = maildate_parse(instants[i].in);
		gint64 have = -1;

		g_assert_true(maildate_instant(&date, home, &have) == (instants[i].want != 0));
		if (instants[i].want)
			g_assert_cmpint(have, ==, instants[i].want * G_USEC_PER_SEC);
		else
			g_assert_cmpint(have, ==, -1);
	}
}

static void test_invalid(void)
{
	static const MailDate bad[] = {
		{.precision = PRECISION_SECOND, .year = 0,    .month = 1,  .day = 1 },
		{.precision = PRECISION_SECOND, .year = 2026, .month = 13, .day = 1 },
		{.precision = PRECISION_SECOND, .year = 2026, .month = 4,  .day = 31},
		{.precision = PRECISION_SECOND, .year = 2026, .month = 4,  .day = 1,  .hour = 24},
		{.precision = PRECISION_SECOND,
                 .year = 2026,
                 .month = 4,
                 .day = 1,
                 .has_offset = TRUE,
                 .offset_minutes = 1440},
		{.precision = PRECISION_NONE,            .year = 2026,                      .month = 4,                                 .day = 1               },
	};
	gint64 instant;

	for (gsize i = 0; i < G_N_ELEMENTS(bad); i++) {
		g_autofree char *iso = maildate_iso(&bad[i]);

		g_assert_null(iso);
		g_assert_false(maildate_instant(&bad[i], NULL, &instant));
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/date/parse", test_parse);
	g_test_add_func("/date/instant", test_instant);
	g_test_add_func("/date/invalid", test_invalid);
	return g_test_run();
}
