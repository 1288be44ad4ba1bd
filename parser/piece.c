#include "parser/piece.h"

#include <string.h>

/* The HTML of a page is its own: freed with it. */
static void page_free(gpointer data)
{
	Rendered *page = data;
	char *html = (char *)page->html;

	rendered_free(page);
	g_free(html);
}

GPtrArray *piece_pages_new(void)
{
	return g_ptr_array_new_with_free_func(page_free);
}

Piece *piece_new(char *text, gboolean is_plain)
{
	Piece *piece = g_new0(Piece, 1);

	piece->text = text ? text : g_strdup("");
	piece->html = piece_pages_new();
	piece->is_plain = is_plain;
	return piece;
}

void piece_free(Piece *piece)
{
	if (!piece)
		return;
	g_free(piece->text);
	g_ptr_array_unref(piece->html);
	g_free(piece);
}

gboolean piece_is_blank(const char *text)
{
	return !text || text[strspn(text, " \t\r\n")] == '\0';
}

static gboolean speaks_of_showing(const char *text)
{
	static const char *const verbs[] = {"view", "display", "support", "read", "see", "show",
		"open", "anzeig", "darstell", "dargestellt", "unterst", "affich", "visuali", "ver ",
		"weergeven"};

	for (gsize i = 0; i < G_N_ELEMENTS(verbs); i++)
		if (strstr(text, verbs[i]))
			return TRUE;
	return FALSE;
}

/* "Your mail program cannot show HTML": a text part that only points to its neighbour. One with a
 * sentence about anything else is a text. */
static gboolean is_stub(const char *plain, const char *derived)
{
	g_autofree char *text = NULL;
	g_auto(GStrv) sentences = NULL;
	gboolean is_stub = TRUE;

	if (piece_is_blank(plain))
		return TRUE;
	if (g_ascii_strncasecmp(plain, "<html", 5) == 0 ||
		g_ascii_strncasecmp(plain, "<!doctype", 9) == 0)
		return TRUE;
	if (strlen(plain) > 400 || piece_is_blank(derived))
		return FALSE;
	text = g_utf8_strdown(plain, -1);
	if (!strstr(text, "html") || !speaks_of_showing(text))
		return FALSE;
	sentences = g_strsplit_set(text, "!?.", -1);
	/* A point inside a word, as in an address, ends no sentence: what follows it is no less
	 * likely to speak of the same. */
	for (char **sentence = sentences; *sentence && is_stub; sentence++)
		if (sentence == sentences || g_ascii_isspace(**sentence))
			is_stub = piece_is_blank(*sentence) || strstr(*sentence, "html") ||
				  strstr(*sentence, "http") || speaks_of_showing(*sentence);
	return is_stub;
}

void piece_append(GString *text, const char *more)
{
	if (piece_is_blank(more))
		return;
	if (text->len > 0 && text->str[text->len - 1] != '\n')
		g_string_append_c(text, '\n');
	g_string_append(text, more);
}

Piece *piece_choose(GPtrArray *pieces)
{
	g_autoptr(GString) plain = g_string_new(NULL);
	Piece *html = NULL, *any = NULL, *chosen;

	for (guint i = 0; i < pieces->len; i++) {
		Piece *piece = g_ptr_array_index(pieces, i);

		if (piece->html->len > 0)
			html = piece;
		else if (piece->is_plain && strcmp(plain->str, piece->text) != 0)
			piece_append(plain, piece->text);
		if (!piece_is_blank(piece->text))
			any = piece;
	}
	if (plain->len > 0 && !(html && is_stub(plain->str, html->text)))
		chosen = piece_new(g_strdup(plain->str), TRUE);
	else if (html && !piece_is_blank(html->text))
		chosen = piece_new(g_strdup(html->text), html->is_plain);
	else
		chosen = piece_new(any ? g_strdup(any->text) : NULL, any && any->is_plain);
	if (html) {
		g_ptr_array_extend_and_steal(chosen->html, g_steal_pointer(&html->html));
		html->html = g_ptr_array_new();
	}
	return chosen;
}

Piece *piece_chain(GPtrArray *pieces)
{
	GString *text = g_string_new(NULL);
	Piece *all = piece_new(NULL, FALSE);

	for (guint i = 0; i < pieces->len; i++) {
		Piece *piece = g_ptr_array_index(pieces, i);

		piece_append(text, piece->text);
		all->is_plain = all->is_plain || (piece->is_plain && !piece_is_blank(piece->text));
		g_ptr_array_extend_and_steal(all->html, g_steal_pointer(&piece->html));
		piece->html = g_ptr_array_new();
	}
	g_free(all->text);
	all->text = g_string_free(text, FALSE);
	return all;
}
