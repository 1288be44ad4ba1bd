#include "command/print.h"

#include "command/listing.h"
#include "command/progress.h"
#include "tests/server/sample_table.h"

static void test_clean(void)
{
	static const struct {
		const char *in, *want;
	} rows[] = {
		{NULL,                    ""                     },
		{"plain",                 "plain"                },
		{"two\nlines\tand\ttabs", "two lines and tabs"   },
		{"\033[31mred\033[0m",    "[31mred[0m"           },
		{"a\302\205b\302\233c",   "abc"                  },
		{"evil\342\200\256txt",   "eviltxt"              },
		{"bad \377 byte",         "bad \357\277\275 byte"},
		{"Größe 寸法",        "Größe 寸法"       },
	};

	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autofree char *have = print_clean(rows[i].in);

		g_assert_cmpstr(have, ==, rows[i].want);
	}
}

static void test_columns(void)
{
	static const struct {
		const char *in;
		guint want;
	} rows[] = {
		{"",               0},
                {"abc",            3},
                {"Grün",          4},
		{"Gru\314\210n",   4}, /* u and a combining diaeresis */
		{"寸法",         4},
                {"ｶﾅ",         2}, /* halfwidth */
		{"a\342\200\213b", 2}, /* a zero-width space */
	};

	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++)
		g_assert_cmpuint(print_columns(rows[i].in), ==, rows[i].want);
}

static void test_cut(void)
{
	static const struct {
		const char *in;
		guint columns;
		const char *want;
	} rows[] = {
		{"abc",           3, "abc"           },
		{"abcd",          3, "ab…"         },
		{"abcd",          1, "…"           },
		{"abcd",          0, ""              },
		{"寸法図",     6, "寸法図"     },
		{"寸法図",     5, "寸法…"     },
		{"寸法図",     4, "寸…"        },
		{"Gru\314\210ne", 4, "Gru\314\210…"},
		{"",              0, ""              },
	};

	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autofree char *have = print_cut(rows[i].in, rows[i].columns);

		g_assert_cmpstr(have, ==, rows[i].want);
		g_assert_cmpuint(print_columns(have), <=, rows[i].columns);
	}
}

static void test_paragraph(void)
{
	static const struct {
		const char *in, *indent;
		guint width, lines;
		const char *want;
	} rows[] = {
		{"",				     "",           0,  5, ""					},
		{"\n \n",				"  ",         0,  5, ""					},
		{"one",				  "  ",         0,  5, "  one\n"                                 },
		{"one\n\n\n\ntwo\n\n",                   "  ",         0,  5, "  one\n\n  two\n"                        },
		{"one\n\ntwo",                           "> ",         0,  5, "> one\n>\n> two\n"                       },
		{"\n\none",			      "> ",         0,  5, "> one\n"                                 },
		{"a\nb\nc",			      "",           0,  2, "a\nb\n…\n"                             },
		{"a\nb",				 "",           0,  2, "a\nb\n"                                  },
		{"a\nb\n\n",			     "",           0,  2, "a\nb\n"                                  },
		{"a\n\nb",			       "",           0,  1, "a\n…\n"                                },
		{"these are words that are wrapped",     "",           21, 5,
                 "these are words that\nare wrapped\n"								  },
		{"these are words that are wrapped",     "",           21, 1, "these are words that\n…\n"             },
		{"thisisonewordthatistoolong",           "",           21, 5, "thisisonewordthatisto\nolong\n"          },
		{"寸法寸法寸法寸法寸法寸法", "",           21, 5, "寸法寸法寸法寸法寸法\n寸法\n"},
		{"an indent leaves no room to wrap",     "          ", 20, 5,
                 "          an indent leaves no room to wrap\n"                                                         },
	};

	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autofree char *have =
			print_paragraph(rows[i].in, rows[i].indent, rows[i].width, rows[i].lines);

		g_assert_cmpstr(have, ==, rows[i].want);
	}
}

static void test_time(void)
{
	g_autoptr(GTimeZone) berlin = g_time_zone_new_identifier("Europe/Berlin");
	g_autofree char *summer = print_time("2026-07-02T13:05:59Z", berlin);
	g_autofree char *winter = print_time("2026-03-02T13:05:59Z", berlin);
	g_autofree char *utc = print_time("2026-03-02T13:05:59Z", NULL);
	g_autofree char *none = print_time(NULL, NULL);
	g_autofree char *odd = print_time("infinity", NULL);

	g_assert_cmpstr(summer, ==, "2026-07-02 15:05");
	g_assert_cmpstr(winter, ==, "2026-03-02 14:05");
	g_assert_cmpstr(utc, ==, "2026-03-02 13:05");
	g_assert_cmpstr(none, ==, "");
	g_assert_cmpstr(odd, ==, "infinity");
}

static const char columns[] = "reference subject mails:n is_open:b last_at:t people:j";

static Table *sample(void)
{
	static const char *const rows[][6] = {
		{"V-000001", "Angebot über Flansche", "12",  "t", "2026-03-02T13:05:00Z",
                 "[\"anna\", \"chef\"]"							},
		{"V-000002", "寸法図\nund mehr",    "3",   "f", NULL,                   "[]"},
		{"V-000003", NULL,                     "104", "t", "2026-03-02T13:05:00Z",
                 "[{\"case_id\": 7, \"reference\": \"V-000001\"}, 5]"                          },
	};
	Table *table = sample_table(columns);

	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++)
		sample_row(table, rows[i]);
	return table;
}

static void test_listing(void)
{
	g_autoptr(Table) table = sample();
	g_autofree char *have = listing_text(table, NULL, NULL, 0, FALSE);

	g_assert_cmpstr(have, ==,
		"reference  subject                mails  is open  last at           people\n"
		"V-000001   Angebot über Flansche     12  yes      2026-03-02 13:05  anna, chef\n"
		"V-000002   寸法図 und mehr            3  no\n"
		"V-000003                            104  yes      2026-03-02 13:05  V-000001, "
		"5\n");
}

static void test_listing_chosen(void)
{
	static const char *const names[] = {"mails", "reference=case", NULL};
	g_autoptr(Table) table = sample();
	g_autofree char *have = listing_text(table, names, NULL, 0, TRUE);

	g_assert_cmpstr(have, ==,
		"\033[1mmails  case\033[0m\n"
		"   12  V-000001\n"
		"    3  V-000002\n"
		"  104  V-000003\n");
}

/* The widest text gives way, the others stay whole. */
static void test_listing_narrow(void)
{
	static const char *const names[] = {"reference", "subject", "mails", NULL};
	g_autoptr(Table) table = sample();
	g_autofree char *have = listing_text(table, names, NULL, 30, FALSE);

	g_assert_cmpstr(have, ==,
		"reference  subject       mails\n"
		"V-000001   Angebot übe…     12\n"
		"V-000002   寸法図 und …      3\n"
		"V-000003                   104\n");
}

static void test_listing_empty(void)
{
	g_autoptr(Table) table = sample_table(columns);
	g_autofree char *have = listing_text(table, NULL, NULL, 80, TRUE);

	g_assert_cmpstr(have, ==, "(none)\n");
}

static void test_progress(void)
{
	static const struct {
		guint64 bytes, total;
		guint mails;
		gint64 elapsed_ms;
		guint width;
		const char *want;
	} rows[] = {
		{0,    1000, 0, 0,       40, "[······················]    0 %  0 mails"},
		{500,  1000, 7, 500,     40, "[###########···········]   50 %  7 mails"           },
		{500,  1000, 7, 60000,   42, "[######·······]   50 %  7 mails  1:00 left"             },
		{1000, 1000, 9, 7200000, 60,
                 "[###############################]  100 %  9 mails  0:00 left"                              },
		{250,  1000, 9, 7200000, 20, " 25 %  9 mails  6:0…"                                        },
		{2000, 1000, 1, 500,     34, "[#################]  100 %  1 mail"                            },
		{17,   0,    3, 61000,   40, "3 mails  1:01"                                                 },
	};

	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autofree char *have = progress_line(rows[i].bytes, rows[i].total, rows[i].mails,
			rows[i].elapsed_ms, rows[i].width);

		g_assert_cmpstr(have, ==, rows[i].want);
		g_assert_cmpuint(print_columns(have), <=, rows[i].width);
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/print/clean", test_clean);
	g_test_add_func("/print/columns", test_columns);
	g_test_add_func("/print/cut", test_cut);
	g_test_add_func("/print/paragraph", test_paragraph);
	g_test_add_func("/print/time", test_time);
	g_test_add_func("/listing/all", test_listing);
	g_test_add_func("/listing/chosen", test_listing_chosen);
	g_test_add_func("/listing/narrow", test_listing_narrow);
	g_test_add_func("/listing/empty", test_listing_empty);
	g_test_add_func("/progress/line", test_progress);
	return g_test_run();
}
