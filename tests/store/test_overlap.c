#include "store/overlap.h"

#include <string.h>

#define LONG                                                                                   \
	"Sehr geehrte Frau Muster, anbei erhalten Sie unser Angebot über zwanzig Pumpen der " \
	"Baureihe Nova. "                                                                      \
	"Die Lieferzeit beträgt sechs Wochen ab Bestellung, die Preise gelten bis Ende April."

static const struct {
	const char *name, *one, *other;
	double least, most;
	gboolean is_short, is_equal;
} rows[] = {
	{"both empty",       "",				      "",								   0, 0,   TRUE,  TRUE },
	{"one empty",        LONG,				    "",								   0, 0,   TRUE,  FALSE},
	{"the same",         LONG,				    LONG,								 1, 1,   FALSE, TRUE },
	{"wrapped, quoted",  LONG,
         "> Sehr geehrte Frau Muster, anbei erhalten\n> Sie unser Angebot über zwanzig "
		"Pumpen der Baureihe *Nova*.\n"
		"> Die Lieferzeit beträgt sechs Wochen ab Bestellung, die Preise\n> gelten bis "
		"Ende April.\n",													    1, 1,   FALSE, TRUE },
	{"inside another",   LONG,				    "Hallo Bernd, bitte prüfen. " LONG " Danke und viele Grüße, Anna",
         1,																    1,   FALSE, FALSE},
	{"something else",   LONG,
         "Guten Tag, hiermit kündigen wir den Wartungsvertrag fristgerecht zum Ende des "
		"Quartals und bitten um Bestätigung.",										     0, .05, FALSE, FALSE},
	{"links rewritten",  LONG " https://pumpen.example/nova?x=1",
         LONG " <https://safelinks.example/?url=abc>",										      1, 1,   FALSE, TRUE },
	{"short and equal",  "Passt, danke!",                         "passt danke",                                                        1, 1,   TRUE,  TRUE },
	{"short, different", "Passt, danke!",                         "Leider nein",                                                        0, 0,   TRUE,  FALSE},
};

static void test_overlap(gconstpointer data)
{
	const guint i = GPOINTER_TO_UINT(data);
	const Overlap overlap = overlap_of(rows[i].one, rows[i].other);

	g_assert_cmpfloat(overlap.share, >=, rows[i].least);
	g_assert_cmpfloat(overlap.share, <=, rows[i].most);
	g_assert_cmpint(overlap.is_short, ==, rows[i].is_short);
	g_assert_cmpint(overlap.is_equal, ==, rows[i].is_equal);
}

static void test_letters(void)
{
	g_autofree char *letters = overlap_letters("> Größe: 12,5 m –\n ÄB", 100);
	g_autofree char *first = overlap_letters("a b c d", 3);

	g_assert_cmpstr(letters, ==, "größe125mäb");
	g_assert_cmpstr(first, ==, "abc");
}

/* Machines write one text again and again, with other numbers. */
static void test_numbers(void)
{
	static const struct {
		const char *one, *other;
		double want;
	} texts[] = {
		{"Druck 4,8 bar, 75 Grad", "Druck 4,8 bar, 75 Grad",                     1     },
		{"Druck 4,8 bar, 75 Grad", "Druck 6,5 bar, 55 Grad",                     0     },
		{"Druck 4,8 bar, 75 Grad", "Druck 4,8 bar, 55 Grad",                     2. / 3},
		{"Druck 4 bar",            "Der Druck ist nun 4 bar, gemessen um 12:30", 1     },
		{"kein Druck",             "Druck 4 bar",                                1     },
	};

	for (guint i = 0; i < G_N_ELEMENTS(texts); i++)
		g_assert_cmpfloat_with_epsilon(
			overlap_of(texts[i].one, texts[i].other).numbers, texts[i].want, 1e-9);
}

/* A warning above one of them, a list's footer below one. */
static void test_framed(void)
{
	static const struct {
		const char *one, *other;
		gboolean want;
	} texts[] = {
		{"Passt, danke!",                        "Passt, danke! Liste einkauf",            TRUE },
		{"Von außen! Passt, danke!",            "Passt, danke!",                          TRUE },
		{"Von außen! Passt so, danke, Ihr Ott", "Passt so, danke, Ihr Ott Liste einkauf",
                 TRUE										   },
		{"Von außen! Passt so, danke, Ihr Ott", "Passt nicht, danke, Ihr Ott",            FALSE},
		{"Passt so. Mit Gruß, Ihr Ott",         "Mit Gruß, Ihr Ott ist im Urlaub",       FALSE},
		{"Danke",				"Danke nein",                             FALSE},
		{"",				     "Passt, danke!",                          FALSE},
	};

	for (guint i = 0; i < G_N_ELEMENTS(texts); i++) {
		g_assert_cmpint(
			overlap_of(texts[i].one, texts[i].other).is_framed, ==, texts[i].want);
		g_assert_cmpint(
			overlap_of(texts[i].other, texts[i].one).is_framed, ==, texts[i].want);
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autofree char *path = g_strconcat("/overlap/", rows[i].name, NULL);

		g_test_add_data_func(path, GUINT_TO_POINTER(i), test_overlap);
	}
	g_test_add_func("/overlap/letters", test_letters);
	g_test_add_func("/overlap/numbers", test_numbers);
	g_test_add_func("/overlap/framed", test_framed);
	return g_test_run();
}
