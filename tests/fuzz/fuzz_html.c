/* Any HTML: what the sanitiser writes is in its grammar, and every line of the rendering has its
 * place. */
#include <stdint.h>

#include "html/render.h"
#include "html/sanitise.h"
#include "tests/html/strict_html.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_sanitised(const char *html, gsize length)
{
	guint remote_images = 0;
	g_autofree char *clean = sanitise_html(html, length, &remote_images);
	const char *fault = strict_html_fault(clean);

	if (fault)
		g_error("%s: %s", fault, clean);
	g_assert_cmpuint(remote_images, <=, length);
}

static void check_rendered(const char *html, gsize length)
{
	g_autoptr(Rendered) rendered = render_html(html, length);
	const char *at = rendered->text;

	g_assert_true(g_utf8_validate(at, -1, NULL));
	for (guint i = 0; i < rendered->lines->len; i++) {
		const RenderedLine *line = &g_array_index(rendered->lines, RenderedLine, i);

		g_assert_cmpuint(line->start, ==, (gsize)(at - rendered->text));
		g_assert_cmpuint(line->html_start, <=, line->html_content);
		g_assert_cmpuint(line->html_content, <=, length);
		at = strchr(at, '\n') + 1;
	}
	g_assert_cmpint(*at, ==, '\0');
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	g_autofree char *valid = g_utf8_make_valid((const char *)data, (gssize)size);
	const gsize length = strlen(valid);
	/* Without a NUL behind, so that a sanitizer sees every byte read too many. */
	g_autofree char *html = g_memdup2(valid, length);
	g_autoptr(GHashTable) ids = html_content_ids(html, length);

	g_assert_nonnull(ids);
	check_sanitised(html, length);
	check_rendered(html, length);
	return 0;
}
