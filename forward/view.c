#include "forward/view.h"

#include <string.h>

#include "forward/lines.h"

enum { QUOTE_DEPTH = 5 /* "> " before a whole block */ };

void view_init(View *view, const char *text, Rendered *rendered)
{
	view->text = g_strdup(text);
	view->rendered = rendered;
	view->lines = g_ptr_array_new();
	for (char *line = view->text; line;) {
		char *end = strchr(line, '\n');

		if (end)
			*end = '\0';
		if (end && end > line && end[-1] == '\r')
			end[-1] = '\0';
		g_ptr_array_add(view->lines, line);
		line = end ? end + 1 : NULL;
	}
}

void view_clear(View *view)
{
	g_free(view->text);
	g_clear_pointer(&view->lines, g_ptr_array_unref);
	g_clear_pointer(&view->rendered, rendered_free);
}

const char *view_line(const View *view, guint line)
{
	return g_ptr_array_index(view->lines, line);
}

gboolean view_is_quoted(const char *line)
{
	return *lines_skip_blanks(line) == '>';
}

/* The line without so many quote marks. */
const char *view_unquoted(const char *line, guint depth)
{
	for (; depth > 0 && view_is_quoted(line); depth--) {
		line = lines_skip_blanks(line) + 1;
		if (*line == ' ')
			line++;
	}
	return line;
}

/* The nearest line above that is not blank; at where there is none. */
guint view_above(const View *view, guint at)
{
	for (guint above = at; above > 0; above--)
		if (!lines_is_blank(view_line(view, above - 1)))
			return above - 1;
	return at;
}

/* The line behind a quote: blank lines within belong to it. */
guint view_quote_end(const View *view, guint at)
{
	guint end = at;

	for (; at < view->lines->len; at++) {
		if (view_is_quoted(view_line(view, at)))
			end = at + 1;
		else if (!lines_is_blank(view_line(view, at)))
			break;
	}
	return end;
}

guint view_title_above(const View *view, guint at, Mark *mark)
{
	guint above = view_above(view, at);

	*mark = above < at ? mark_parse_bare(view_line(view, above)) : MARK_NONE;
	return *mark == MARK_FORWARD || *mark == MARK_ORIGINAL ? above : at;
}

guint view_next(const View *view, guint at)
{
	while (at < view->lines->len && lines_is_blank(view_line(view, at)))
		at++;
	return at;
}

/* How often all of the quote is quoted: as often as its first line that says something. */
guint view_quote_depth(const View *view, guint first, guint end)
{
	for (guint depth = 1; depth < QUOTE_DEPTH; depth++) {
		guint line = first;

		while (line < end && lines_is_blank(view_unquoted(view_line(view, line), depth)))
			line++;
		if (line == end || !view_is_quoted(view_unquoted(view_line(view, line), depth)))
			return depth;
	}
	return QUOTE_DEPTH;
}
