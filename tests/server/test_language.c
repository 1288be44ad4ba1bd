/* Which of our languages a browser gets. */
#include "server/language.h"

static const struct {
	const char *accept, *want;
} rows[] = {
	{NULL,			     "de"},
	{"",			       "de"},
	{"*",			      "de"},
	{"de",			     "de"},
	{"de-AT,de;q=0.9,en;q=0.8",        "de"},
	{"en",			     "en"},
	{"en-GB, en;q=0.9, de;q=0.8",      "en"},
	{"EN-us",			  "en"},
	{"de;q=0.5,en;q=0.9",              "en"},
	{"en;q=0.5,de;q=0.9",              "de"},
	{"fr,de;q=0.1",                    "de"},
	{"fr-CH, fr;q=0.9",                "en"},
	{"fr,*;q=0.1",                     "en"},
	{"de;q=0",			 "de"},
	{"de;q=0,en",		      "en"},
	{"english",			"en"},
	{"den",			    "en"},
	{" en ; q=1.0 , de",               "en"},
	{"de;level=1;q=0.3,en;q=0.4",      "en"},
	{"en;q=nonsense,de;q=0.1",         "de"},
	{"en;q=1000000000000000000000,de", "en"},
	{",,;,;q=,de",                     "de"},
};

static void choose(void)
{
	for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_test_message("%s", rows[i].accept);
		g_assert_cmpstr(language_code(language_choose(rows[i].accept)), ==, rows[i].want);
	}
}

static void find(void)
{
	Language language = LANGUAGE_DE;

	g_assert_true(language_find("en", &language));
	g_assert_cmpint(language, ==, LANGUAGE_EN);
	g_assert_true(language_find("DE", &language));
	g_assert_cmpint(language, ==, LANGUAGE_DE);
	g_assert_false(language_find("fr", &language));
	g_assert_false(language_find("", &language));
	g_assert_false(language_find(NULL, &language));
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/language/choose", choose);
	g_test_add_func("/language/find", find);
	return g_test_run();
}
