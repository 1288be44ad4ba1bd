/* The writer of pages escapes, and the catalogue is complete. */
#include "server/page.h"

#include <string.h>

/* How often a placeholder stands in a text. */
static guint places_in(const char *text)
{
	guint count = 0;

	for (const char *at = strstr(text, "{}"); at != NULL; at = strstr(at + 2, "{}"))
		count++;
	return count;
}

static void catalogue(void)
{
	for (Text text = 0; text < TEXTS; text++) {
		const char *german = catalogue_text(LANGUAGE_DE, text);

		for (Language language = 0; language < LANGUAGES; language++) {
			const char *said = catalogue_text(language, text);

			g_test_message("%d in %s: %s", text, language_code(language), said);
			g_assert_nonnull(said);
			g_assert_cmpuint(strlen(said), >, 0);
			g_assert_true(g_utf8_validate(said, -1, NULL));
			g_assert_null(strpbrk(said, "<>"));
			g_assert_cmpuint(places_in(said), ==, places_in(german));
			g_assert_cmpuint(places_in(said), <=, 1);
		}
	}
}

static const struct {
	const char *value, *want;
} rows[] = {
	{"plain",		     "plain"				},
	{"<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;"},
	{"\" onclick=\"x",            "&quot; onclick=&quot;x"               },
	{"' & '",		     "&apos; &amp; &apos;"                  },
	{"100 %s %n {}",              "100 %s %n {}"                         },
	{"Grüße",		   "Grüße"			      },
};

static void escapes(void)
{
	for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
		Page page = {.html = g_string_new(NULL), .language = LANGUAGE_EN};
		g_autofree char *want = NULL;

		page_add(&page, "<p title=\"%s\">%s</p>", rows[i].value, rows[i].value);
		want = g_strdup_printf("<p title=\"%s\">%s</p>", rows[i].want, rows[i].want);
		g_assert_cmpstr(page.html->str, ==, want);
		g_string_truncate(page.html, 0);
		page_say_of(&page, TEXT_STEP, rows[i].value);
		g_assert_true(g_str_has_prefix(page.html->str, "Step "));
		g_assert_cmpstr(page.html->str + 5, ==, rows[i].want);
		g_string_free(page.html, TRUE);
	}
}

static void frame(void)
{
	for (Language language = 0; language < LANGUAGES; language++) {
		Page page;
		g_autofree char *lang =
			g_strdup_printf("<html lang=\"%s\">", language_code(language));

		page_begin(&page, &(PageFrame){.language = language,
					  .title = TEXT_TITLE,
					  .outcome = "connected",
					  .switch_path = "/settings/outlook"});
		g_autofree char *html = g_string_free(page_end(&page), FALSE);
		g_assert_nonnull(strstr(html, lang));
		g_assert_nonnull(
			strstr(html, "<meta name=\"outlook-outcome\" content=\"connected\">"));
		g_assert_nonnull(strstr(html, "href=\"/settings/outlook?lang=en\""));
		g_assert_null(strstr(html, "<script"));
		g_assert_null(strstr(html, "<style"));
		g_assert_null(strstr(html, "style="));
	}
}

static void times(void)
{
	Page page = {.html = g_string_new(NULL), .language = LANGUAGE_DE};

	page_time(&page, "2026-07-01T12:30:00Z", "Europe/Berlin");
	g_assert_cmpstr(page.html->str, ==,
		"<time datetime=\"2026-07-01T12:30:00Z\">01.07.2026, 14:30 Uhr</time>");
	g_string_truncate(page.html, 0);
	page_time(&page, "2026-07-01T12:30:00Z", "nowhere");
	g_assert_nonnull(strstr(page.html->str, "12:30"));
	g_string_truncate(page.html, 0);
	page_time(&page, NULL, "Europe/Berlin");
	page_time(&page, "yesterday", "Europe/Berlin");
	g_assert_cmpstr(page.html->str, ==, "");
	g_string_free(page.html, TRUE);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/page/catalogue", catalogue);
	g_test_add_func("/page/escapes", escapes);
	g_test_add_func("/page/frame", frame);
	g_test_add_func("/page/times", times);
	return g_test_run();
}
