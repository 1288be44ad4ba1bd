/* The sanitiser for tests in other languages: HTML documents on standard input, each ended by a
 * NUL, become sanitised ones on standard output, each ended by a NUL. */
#include <stdio.h>
#include <string.h>

#include "html/sanitise.h"

static GString *read_all(FILE *in)
{
	GString *all = g_string_new(NULL);
	char piece[65536];
	gsize length;

	while ((length = fread(piece, 1, sizeof piece, in)) > 0)
		g_string_append_len(all, piece, (gssize)length);
	return all;
}

int main(void)
{
	g_autoptr(GString) all = read_all(stdin);
	gsize start = 0;

	while (start < all->len) {
		const gsize length = strlen(all->str + start);
		g_autofree char *html = g_utf8_make_valid(all->str + start, (gssize)length);
		g_autofree char *clean = sanitise_html(html, strlen(html), NULL);

		fwrite(clean, 1, strlen(clean) + 1, stdout);
		start += length + 1;
	}
	return ferror(stdin) || fflush(stdout) != 0;
}
